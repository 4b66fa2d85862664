/**
 * What people say about themselves, over both implementations of Rows: the rule on one branch, and what a merge makes of
 * two, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { passwordId, userIdFor } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp, type Op } from "../../../src/chat/kinds/op.ts";
import type { SetProfile } from "../../../src/chat/kinds/set-profile.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, type Side } from "../../support/room-log.ts";

const NOTHING: SetProfile = { kind: "setProfile", displayName: null, status: null, timeZone: null };

const name = (text: string): SetProfile => ({
  ...NOTHING,
  displayName: { text, folded: text.toLowerCase(), skeleton: text.toLowerCase() },
});

const status = (text: string, more: { emoji?: string; seconds?: number; untilMicros?: number } = {}): SetProfile => ({
  ...NOTHING,
  status: { emoji: "", text, seconds: 0, untilMicros: 0, ...more },
});

const zone = (timeZone: string): SetProfile => ({ ...NOTHING, timeZone });

/** What everybody says. */
function said(log: RoomLog): string[] {
  return rowsOf(log.log, "profiles")
    .map((row) => {
      const words = [row["display_name"], row["emoji"], row["text"], row["time_zone"]];
      return [log.nameOf(String(row["user"])), ...words.filter((word) => word !== "")].join("|");
    })
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("profiles over %s rows", (kind) => {
  const begin = (): RoomLog => new RoomLog(STATES[kind]());

  test("each field is set alone, and those who know the person are told", () => {
    const log = begin();
    const made = log.do(log.ben, name("Ben Adams"));
    expect(made.facts).toEqual([{ kind: "profile", person: log.ben, audience: { knowing: log.ben } }]);
    log.do(log.ben, status("at lunch", { emoji: "🍜" }));
    log.do(log.anna, { ...zone("Europe/Berlin"), displayName: name("Ben Adams").displayName });
    expect(said(log)).toEqual(["anna|Ben Adams|Europe/Berlin", "ben|Ben Adams|🍜|at lunch"]);
    log.do(log.ben, status(""));
    log.do(log.anna, { ...zone(""), ...name(""), timeZone: "" });
    expect(said(log)).toEqual(["anna", "ben|Ben Adams"]);
  });

  test("a status ends after some time, counted from its op, or at a time", () => {
    const log = begin();
    const until = (): unknown => rowsOf(log.log, "profiles").map((row) => row["until_micros"]);
    log.do(log.ben, status("away", { seconds: 60 }), { timeMicros: 5_000_000 });
    expect(until()).toEqual([65_000_000]);
    log.do(log.ben, status("away", { untilMicros: 99_000_000 }), { timeMicros: 6_000_000 });
    expect(until()).toEqual([99_000_000]);
    log.do(log.ben, status("away"), { timeMicros: 7_000_000 });
    expect(until()).toEqual([0]);
  });

  test("the name of another account is refused, one's own and a display name of others are not", () => {
    const log = begin();
    expect(log.error(log.ben, name("anna"))).toBe("name_taken");
    expect(said(log)).toEqual([]);
    expect(log.error(log.ben, name("ben"))).toBeNull();
    log.do(log.anna, name("Zoe"));
    expect(log.error(log.ben, name("Zoe"))).toBeNull();
    expect(said(log)).toEqual(["anna|Zoe", "ben|Zoe"]);
  });

  test("a retry that comes after another choice does not undo it", () => {
    const log = begin();
    const first = log.log.op(log.ben, status("at lunch"));
    log.log.apply(first);
    log.do(log.ben, status("back"));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(said(log)).toEqual(["ben|back"]);
  });

  test("nothing is kept of a deleted account, and nobody else sets anything", () => {
    const log = begin();
    log.do(log.ben, name("Ben Adams"));
    const end: OpBody = { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") };
    expect(log.error(log.ben, end)).toBeNull();
    expect(said(log)).toEqual([]);
    expect(log.error(log.ben, name("Ben Adams"))).toBe("not_logged_in");
    expect(log.error("nobody000000", name("Nobody"))).toBe("not_logged_in");
    expect(said(log)).toEqual([]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of profiles over %s rows", (kind) => {
  const both = (sides: readonly [Side, Side], expected: readonly string[]): void => {
    for (const [a, b] of [sides, [sides[1], sides[0]]] as const) {
      const { wins, other } = merge(STATES[kind], () => undefined, [a, b]);
      expect(said(wins)).toEqual([...expected]);
      expect(said(other)).toEqual([...expected]);
    }
  };
  const at =
    (micros: number, body: SetProfile): Side =>
    (log) =>
      log.do(log.ben, body, { timeMicros: micros });

  test("of two values of one field the later counts", () => {
    both([at(2_000_000, name("Ben A")), at(3_000_000, name("Ben B"))], ["ben|Ben B"]);
    both([at(3_000_000, status("early")), at(2_000_000, status("late"))], ["ben|early"]);
    both([at(3_000_000, zone("Europe/Rome")), at(2_000_000, zone("Asia/Tokyo"))], ["ben|Europe/Rome"]);
  });

  test("different fields are both kept, also of ops that set several", () => {
    both([at(2_000_000, name("Ben A")), at(3_000_000, status("away"))], ["ben|Ben A|away"]);
    const two = { ...name("Ben B"), timeZone: "Asia/Tokyo" };
    both([at(2_000_000, two), at(3_000_000, name("Ben A"))], ["ben|Ben A|Asia/Tokyo"]);
  });

  test("the time of a status is that of its op, on whichever branch it was set", () => {
    const sides = [at(2_000_000, status("away", { seconds: 60 })), at(1_000_000, status("here"))] as const;
    for (const [a, b] of [sides, [sides[1], sides[0]]] as const) {
      const { wins } = merge(STATES[kind], () => undefined, [a, b]);
      expect(rowsOf(wins.log, "profiles")).toMatchObject([{ text: "away", until_micros: 62_000_000 }]);
    }
  });

  test("a deletion wins", () => {
    const end: Side = (log) =>
      log.do(
        log.ben,
        { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") },
        { timeMicros: 2_000_000 },
      );
    both([end, at(3_000_000, name("Ben Adams"))], []);
  });

  test("the name of an account that the other branch made stays, and is not refused", () => {
    const zoe: Side = (log) => void log.log.person("zoe", { clientId: uuid(60) });
    both([zoe, at(3_000_000, name("zoe"))], ["ben|zoe"]);
  });

  test("one that arrives before its account holds once that has come", () => {
    const log = new RoomLog(STATES[kind]());
    const user = userIdFor("finn", uuid(70));
    const op: Op = { ...log.log.op(log.ben, name("Finn Berg")), user };
    log.log.append(recovered([encodeOp(op)]));
    expect(log.log.person("finn", { clientId: uuid(70) })).toBe(user);
    expect(said(log)).toEqual(["?|Finn Berg"]);
  });
});
