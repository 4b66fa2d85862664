/**
 * A room whose history begins when one joins: what somebody sees who came later, on one branch and after a merge in
 * both directions, over both implementations of Rows.
 */
import { describe, expect, test } from "bun:test";
import type { UserId } from "../../../src/chat/ids.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { sees } from "../../../src/chat/rows.ts";
import { RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const LIMITED = { isPrivate: true, historyFromJoining: true } as const;

/** The texts that the user may see, in the order of the log. */
function seen(log: RoomLog, room: string, user: UserId): string[] {
  const member = rowsOf(log.log, "members").find((row) => row["conversation"] === room && row["user"] === user);
  const number = rowsOf(log.log, "conversations").find(({ id }) => id === room)?.["created_seq"];
  if (member === undefined) return [];
  const since = { sinceSeq: Number(member["since_seq"]), sinceMicros: Number(member["since_micros"]) };
  return rowsOf(log.log, "messages")
    .filter(({ conversation }) => conversation === number)
    .map((row) => ({
      body: String(row["body"]),
      seq: Number(row["seq"]),
      recovered: row["recovered"] === 1,
      timeMicros: Number(row["time_micros"]),
    }))
    .filter((message) => sees(since, message))
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ body }) => body);
}

describe.each(["memory", "sqlite"] as const)("history from joining over %s rows", (kind) => {
  let room = "";
  const made: Side = (log) => {
    room = log.room(log.anna, "ops", { ...LIMITED, people: [log.ben], clientId: uuid(50) });
  };
  const at = (micros: number) => ({ timeMicros: micros });
  const says =
    (who: "anna" | "ben" | "eve", text: string, micros: number): Side =>
    (log) =>
      void log.say(log[who], room, text, at(micros));
  const invites =
    (micros: number): Side =>
    (log) =>
      void log.do(log.anna, todo.invite(room, log.eve), at(micros));
  const all =
    (...sides: readonly Side[]): Side =>
    (log) => {
      for (const side of sides) side(log);
    };
  /** What eve sees if the first side wins, and if the second does. */
  const eveSees = (before: Side, sides: readonly [Side, Side]): [string[], string[]] => {
    const { wins, other } = merge(STATES[kind], before, sides);
    return [seen(wins, room, wins.eve).toSorted(), seen(other, room, other.eve).toSorted()];
  };

  test("whoever comes later sees what is said from then on, and may do nothing to what was said before", () => {
    const log = new RoomLog(STATES[kind]());
    made(log);
    const early = log.say(log.anna, room, "early");
    log.do(log.anna, todo.invite(room, log.eve));
    expect(rowsOf(log.log, "members").find(({ user }) => user === log.eve)).toMatchObject({
      mark: log.log.state.appliedSeq(),
    });
    const later = log.say(log.anna, room, "later");
    expect([seen(log, room, log.eve), seen(log, room, log.ben)]).toEqual([["later"], ["early", "later"]]);
    const tries = (message: string) => [
      log.error(log.eve, { kind: "react", message, emoji: "👍", on: true }),
      log.error(log.eve, { kind: "deleteMessages", ids: [message] }),
      log.log.read([log.log.mark(log.eve, [message])]).error,
      log.log.read([log.log.mark(log.eve, [], message)]).error,
    ];
    expect(tries(early)).toEqual(["not_found", "not_found", "not_found", "not_found"]);
    expect(tries(later)[0]).toBe(null);
  });

  test("whoever returns does not see what was said meanwhile, nor before; nothing of it is unread", () => {
    const log = new RoomLog(STATES[kind]());
    made(log);
    log.do(log.anna, todo.invite(room, log.eve));
    log.say(log.eve, room, "own");
    log.do(log.eve, todo.leave(room));
    log.say(log.anna, room, "meanwhile");
    log.do(log.anna, todo.invite(room, log.eve));
    const member = rowsOf(log.log, "members").find(({ user }) => user === log.eve);
    expect(member?.["mark"]).toBe(member?.["since_seq"]);
    log.say(log.anna, room, "again");
    expect(seen(log, room, log.eve)).toEqual(["again"]);
  });

  test("invited here; there was said before and after: of what comes late, she sees what was said after", () => {
    const sides: [Side, Side] = [
      all(says("anna", "before", 2_000_000), invites(3_000_000), says("anna", "after", 4_000_000)),
      all(says("ben", "early there", 2_500_000), says("ben", "late there", 3_500_000)),
    ];
    const expected = ["after", "late there"];
    expect(eveSees(made, sides)).toEqual([expected, expected]);
  });

  test("a message from before that comes late does not stop her mark and is not unread", () => {
    const { wins } = merge(STATES[kind], made, [invites(3_000_000), says("ben", "early there", 2_500_000)]);
    const own = wins.say(wins.eve, room, "own");
    wins.log.read([wins.log.mark(wins.eve, [], own)]);
    const member = rowsOf(wins.log, "members").find(({ user }) => user === wins.eve);
    expect(member?.["mark"]).toBe(wins.log.state.appliedSeq() - 1);
  });

  test("invited on both sides: she sees what was said on either after she had come there", () => {
    const sides: [Side, Side] = [
      all(invites(3_000_000), says("ben", "one", 3_500_000)),
      all(says("ben", "secret", 3_600_000), invites(4_000_000), says("ben", "two", 4_500_000)),
    ];
    const [wins, other] = eveSees(made, sides);
    expect(wins).toEqual(["one", "secret", "two"]);
    // She came after the secret by the order of this log, so it is not hers, although she was elsewhere by then.
    expect(other).toEqual(["one", "two"]);
  });

  test("made on the branch that lost: what comes before the op that makes the room is shown as is right", () => {
    const branch = new RoomLog(STATES[kind]());
    const body = todo.create("den", { ...LIMITED, people: [branch.ben] });
    const create = branch.log.op(branch.anna, body, { ...at(2_000_000), clientId: uuid(60) });
    branch.log.apply(create);
    room = String(rowsOf(branch.log, "rooms").find(({ name }) => name === "den")?.["id"]);
    const ops = [
      create,
      branch.log.op(branch.anna, todo.say(room, "before"), at(2_100_000)),
      branch.log.op(branch.anna, todo.invite(room, branch.eve), at(2_200_000)),
      branch.log.op(branch.ben, todo.say(room, "after"), at(2_300_000)),
    ].map((op) => encodeOp({ ...op, ...RECOVERED, recovered: true }));
    for (const order of [
      [0, 1, 2, 3],
      [1, 2, 3, 0],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const log = new RoomLog(STATES[kind]());
      log.log.append(order.map((n) => ops[n]!));
      expect([order, seen(log, room, log.eve)]).toEqual([order, ["after"]]);
      expect(seen(log, room, log.ben).toSorted()).toEqual(["after", "before"]);
    }
  });

  test("a room that shows its history does so also to those who came before the op that makes it", () => {
    const branch = new RoomLog(STATES[kind]());
    const create = branch.log.op(branch.anna, todo.create("den", { isPrivate: true }), { clientId: uuid(60) });
    branch.log.apply(create);
    room = String(rowsOf(branch.log, "rooms").find(({ name }) => name === "den")?.["id"]);
    const invite = branch.log.op(branch.anna, todo.invite(room, branch.eve));
    const early = branch.log.op(branch.anna, todo.say(room, "early"), at(1));
    const log = new RoomLog(STATES[kind]());
    log.log.append([invite, early, create].map((op) => encodeOp({ ...op, ...RECOVERED, recovered: true })));
    expect(seen(log, room, log.eve)).toEqual(["early"]);
  });
});
