/**
 * Drafts over both implementations of Rows: whose they are, what ends them, how many are kept, and what a merge makes of
 * two branches, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { DRAFTS_PER_USER } from "../../../src/chat/draft-rows.ts";
import { directId, passwordId, threadIdOf } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Op } from "../../../src/chat/kinds/op.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const sessionOf = (log: RoomLog, user: string): string =>
  String(rowsOf(log.log, "sessions").find((row) => row["user"] === user)?.["id"]);

const draft = (log: RoomLog, user: string, conversation: string, body: string): OpBody => ({
  kind: "drafts",
  drafts: [{ user, session: sessionOf(log, user), conversation, body }],
});

/** Whose drafts there are, without those that are over. */
function drafts(log: RoomLog): string[] {
  return rowsOf(log.log, "drafts")
    .filter(({ body }) => body !== "")
    .map(({ user, body }) => `${log.nameOf(String(user))}: ${String(body)}`)
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("drafts over %s rows", (kind) => {
  function begin(): { log: RoomLog; room: string; write: (user: string, body: string, at?: string) => unknown } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const write = (user: string, body: string, at = room): unknown => {
      const made = log.do("", draft(log, user, at, body));
      return made.error ?? kinds(made.facts);
    };
    return { log, room, write };
  }

  test("only its user hears of it, and only who may write there has one", () => {
    const { log, room, write } = begin();
    const made = log.do("", draft(log, log.anna, room, "half"));
    expect(made.facts).toMatchObject([{ kind: "draft", body: "half", audience: { user: log.anna } }]);
    expect(write(log.anna, "half")).toEqual([]);
    expect(write(log.dan, "half")).toBe("not_found");
    expect(write(log.anna, "x", "nowhere")).toBe("not_found");
    expect(write(log.anna, "x".repeat(8_193))).toBe("too_long");
    const stolen = { user: log.ben, session: sessionOf(log, log.anna), conversation: room, body: "x" };
    expect(log.error("", { kind: "drafts", drafts: [stolen] })).toBe("not_logged_in");
    expect(drafts(log)).toEqual(["anna: half"]);
    expect(write(log.anna, "")).toEqual(["draft"]);
    expect(drafts(log)).toEqual([]);
    expect(rowsOf(log.log, "requests").filter((row) => row["user"] === "")).toEqual([]);
  });

  test("a message of its user ends it; one of somebody else, or elsewhere, does not", () => {
    const { log, room, write } = begin();
    write(log.anna, "half");
    log.say(log.ben, room, "hi");
    log.say(log.anna, directId(log.anna, log.ben), "elsewhere");
    // A reply that is sent in the conversation of its root, too.
    log.do(log.anna, { ...todo.say(room, "also here"), keepsDraft: true } as OpBody);
    expect(drafts(log)).toEqual(["anna: half"]);
    const sent = log.do(log.anna, todo.say(room, "whole"));
    expect(sent.facts.filter(({ kind: what }) => what === "draft")).toMatchObject([
      { body: "", sessionId: "", audience: { user: log.anna } },
    ]);
    expect(drafts(log)).toEqual([]);
    expect(kinds(log.do(log.anna, todo.say(room, "more")).facts)).not.toContain("draft");
  });

  test("in a thread, also before its first reply", () => {
    const { log, room, write } = begin();
    const thread = threadIdOf(log.say(log.ben, room, "root"));
    expect(write(log.anna, "a reply", thread)).toEqual(["draft"]);
    expect(write(log.dan, "a reply", thread)).toBe("not_found");
    log.say(log.anna, thread, "a reply");
    expect(drafts(log)).toEqual([]);
    expect(write(log.anna, "another", thread)).toEqual(["draft"]);
  });

  test(`a user has at most ${DRAFTS_PER_USER}: the oldest goes`, () => {
    const { log } = begin();
    const rooms = Array.from({ length: DRAFTS_PER_USER + 1 }, (_, n) => log.room(log.anna, `room${n}`));
    for (const [n, room] of rooms.entries())
      log.do("", draft(log, log.anna, room, `text ${n}`), { timeMicros: 5e6 + n });
    const kept = drafts(log);
    expect([kept.length, kept.includes("anna: text 0"), kept.includes("anna: text 1")]).toEqual([
      DRAFTS_PER_USER,
      false,
      true,
    ]);
    // What is in memory says the same.
    expect(kinds(log.do(log.anna, todo.say(rooms[0]!, "x")).facts)).not.toContain("draft");
    expect(kinds(log.do(log.anna, todo.say(rooms[1]!, "x")).facts)).toContain("draft");
  });

  test("a deleted account leaves none", () => {
    const { log, write } = begin();
    write(log.ben, "half");
    log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    expect(rowsOf(log.log, "drafts")).toEqual([]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of drafts over %s rows", (kind) => {
  let room = "";
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
  };
  const at = (timeMicros: number, what: (log: RoomLog, more: Partial<Op>) => unknown): Side => {
    return (log) => what(log, { timeMicros });
  };
  const writes = (timeMicros: number, body: string): Side =>
    at(timeMicros, (log, more) => log.do("", draft(log, log.ben, room, body), more));
  const both = (sides: readonly [Side, Side], found: readonly string[]): void => {
    for (const pair of [sides, [sides[1], sides[0]] as const]) {
      const { wins, other } = merge(STATES[kind], before, pair);
      for (const log of [wins, other]) expect(drafts(log)).toEqual([...found]);
    }
  };

  test("the later text counts, also if it is none", () => {
    both([writes(2_000_000, "sooner"), writes(3_000_000, "later")], ["ben: later"]);
    const ends: Side = (log) => {
      writes(2_500_000, "sooner")(log);
      writes(3_000_000, "")(log);
    };
    both([writes(2_000_000, "first"), ends], []);
  });

  test("a message that was sent after it ends it, one before it does not", () => {
    const sends = (timeMicros: number): Side => at(timeMicros, (log, more) => log.say(log.ben, room, "whole", more));
    both([writes(2_000_000, "half"), sends(3_000_000)], []);
    both([writes(3_000_000, "next"), sends(2_000_000)], ["ben: next"]);
  });

  test("the account was deleted on the other branch: none is left", () => {
    const gone = at(3_000_000, (log, more) =>
      log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") }, more),
    );
    both([writes(2_000_000, "half"), gone], []);
  });
});
