/**
 * Push subscriptions over both implementations of Rows: who has one, what ends it, how the leader notes what it pushed,
 * and what a merge makes of two branches, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { passwordId, pushIdFor } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { PushResult } from "../../../src/chat/kinds/pushed.ts";
import { PUSH_PER_USER } from "../../../src/chat/push-rows.ts";
import { rowsOf, STATES } from "../../support/chat-log.ts";
import { merge, RoomLog, type Side } from "../../support/room-log.ts";

const at = (name: string): string => `https://push.test/${name}`;

const sessionOf = (log: RoomLog, user: string): string =>
  String(rowsOf(log.log, "sessions").find((row) => row["user"] === user)?.["id"]);

const on = (
  log: RoomLog,
  user: string,
  name: string,
  more: Partial<{ session: string; quiet: string }> = {},
): OpBody => ({
  kind: "subscribePush",
  endpoint: at(name),
  p256dh: "key",
  auth: "secret",
  session: sessionOf(log, user),
  device: "Chrome on Android",
  origin: "https://chat.test",
  quiet: "",
  timeZone: "",
  ...more,
});

const off = (name: string): OpBody => ({ kind: "unsubscribePush", id: pushIdFor(at(name)) });

/** Whose subscriptions are on, by the names of their endpoints. */
function subscribed(log: RoomLog): string[] {
  return rowsOf(log.log, "push_subscriptions")
    .filter((row) => row["is_on"] === 1 || row["is_on"] === true)
    .map((row) => `${log.nameOf(String(row["user"]))}: ${String(row["endpoint"]).slice(at("").length)}`)
    .toSorted();
}

const rowOf = (log: RoomLog, name: string): Record<string, unknown> =>
  rowsOf(log.log, "push_subscriptions").find(({ id }) => id === pushIdFor(at(name)))!;

const upTo = (log: RoomLog): unknown => rowsOf(log.log, "push_progress")[0]?.["up_to"];

describe.each(["memory", "sqlite"] as const)("push over %s rows", (kind) => {
  const begin = (): RoomLog => new RoomLog(STATES[kind]());

  test("a subscription begins with its op, is renewed in place, and leaves nothing secret when it ends", () => {
    const log = begin();
    const made = log.do(log.anna, on(log, log.anna, "phone"));
    expect(made).toMatchObject({ error: null, facts: [] });
    const { since } = rowOf(log, "phone");
    expect(upTo(log)).toBe(since);
    log.do(log.anna, on(log, log.anna, "phone", { quiet: "22:00-07:00" }));
    expect(rowOf(log, "phone")).toMatchObject({ since, quiet: "22:00-07:00" });
    expect(subscribed(log)).toEqual(["anna: phone"]);
    log.do(log.anna, off("phone"));
    expect(rowOf(log, "phone")).toMatchObject({ endpoint: "", p256dh: "", auth: "", session: "", device: "" });
    expect(subscribed(log)).toEqual([]);
  });

  test("only with a session of one's own; a retry after the end brings nothing back", () => {
    const log = begin();
    expect(log.error(log.anna, on(log, log.ben, "phone"))).toBe("not_logged_in");
    expect(log.error(log.anna, on(log, log.anna, "x".repeat(1_024)))).toBe("too_long");
    const first = log.log.op(log.anna, on(log, log.anna, "phone"));
    log.log.apply(first);
    // Somebody else's of the same id is another one.
    log.do(log.ben, off("phone"));
    expect(subscribed(log)).toEqual(["anna: phone"]);
    log.do(log.anna, off("phone"));
    log.log.apply(first);
    expect(subscribed(log)).toEqual([]);
  });

  test("a user has a bounded number, of which the oldest goes; a deleted account has none", () => {
    const log = begin();
    for (let i = 0; i <= PUSH_PER_USER; i++) log.do(log.anna, on(log, log.anna, String(i)));
    expect(rowsOf(log.log, "push_subscriptions")).toHaveLength(PUSH_PER_USER);
    expect(subscribed(log)).not.toContain("anna: 0");
    log.do(log.ben, on(log, log.ben, "laptop"));
    const hash = String(rowsOf(log.log, "users").find(({ id }) => id === log.ben)!["password_hash"]);
    log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId(hash) });
    expect(rowsOf(log.log, "push_subscriptions").filter(({ user }) => user === log.ben)).toEqual([]);
  });

  test("the leader notes how far it has pushed and what came of it; nothing goes back", () => {
    const log = begin();
    log.do(log.anna, on(log, log.anna, "phone"));
    const tag = String(rowOf(log, "phone")["tag"]);
    const result: PushResult = {
      user: log.anna,
      id: pushIdFor(at("phone")),
      tag,
      pending: 0,
      outcome: "201",
      gone: false,
    };
    const seq = Number(upTo(log)) + 1;
    log.do("", { kind: "pushed", upTo: seq, results: [{ ...result, pending: seq, outcome: "503" }] });
    expect([upTo(log), rowOf(log, "phone")]).toMatchObject([seq, { pending: seq, outcome: "503" }]);
    log.do("", { kind: "pushed", upTo: seq - 1, results: [result] });
    expect([upTo(log), rowOf(log, "phone")]).toMatchObject([seq, { pending: 0, outcome: "201" }]);
    log.do("", { kind: "pushed", upTo: 0, results: [{ ...result, tag: "another", gone: true }] });
    expect(upTo(log)).toBe(seq);
    expect(subscribed(log)).toEqual(["anna: phone"]);
    log.do("", { kind: "pushed", upTo: 0, results: [{ ...result, gone: true }] });
    expect(subscribed(log)).toEqual([]);
    expect(rowsOf(log.log, "requests").filter(({ user }) => user === "")).toEqual([]);
  });

  test("on one branch made or renewed, on the other ended: the later counts, in both directions", () => {
    const makes =
      (timeMicros: number): Side =>
      (log) =>
        log.do(log.anna, on(log, log.anna, "phone"), { timeMicros });
    const ends =
      (timeMicros: number): Side =>
      (log) =>
        log.do(log.anna, off("phone"), { timeMicros });
    const both = (before: Side, sides: readonly [Side, Side], expected: readonly string[]): void => {
      const { wins, other } = merge(STATES[kind], before, sides);
      expect([subscribed(wins), subscribed(other)]).toEqual([[...expected], [...expected]]);
    };
    for (const before of [(): void => {}, makes(1_000_000)]) {
      both(before, [makes(2_000_000), ends(3_000_000)], []);
      both(before, [ends(3_000_000), makes(2_000_000)], []);
      both(before, [makes(3_000_000), ends(2_000_000)], ["anna: phone"]);
      both(before, [ends(2_000_000), makes(3_000_000)], ["anna: phone"]);
    }
  });

  test("made on both branches: both are kept, also above the limit's oldest; what one has pushed means nothing there", () => {
    const side =
      (name: string): Side =>
      (log) => {
        log.do(log.anna, on(log, log.anna, name));
        log.do("", { kind: "pushed", upTo: Number(upTo(log)) + 1, results: [] });
      };
    const { wins, other } = merge(STATES[kind], () => {}, [side("phone"), side("laptop")]);
    for (const log of [wins, other]) expect(subscribed(log)).toEqual(["anna: laptop", "anna: phone"]);
    // The branch that lost had pushed up to here; its op has no effect on the one that won.
    expect(Number(upTo(wins))).toBe(Number(rowOf(wins, "phone")["since"]) + 1);
    expect(Number(upTo(other))).toBe(Number(rowOf(other, "laptop")["since"]) + 1);
  });

  test("the account was deleted on the other side: it has none", () => {
    const erases: Side = (log) => {
      const hash = String(rowsOf(log.log, "users").find(({ id }) => id === log.ben)!["password_hash"]);
      log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId(hash) });
    };
    const makes: Side = (log) => log.do(log.ben, on(log, log.ben, "phone"));
    const { wins, other } = merge(STATES[kind], () => {}, [erases, makes]);
    expect([subscribed(wins), subscribed(other)]).toEqual([[], []]);
  });
});
