/**
 * Group conversations, and groups that become rooms: on one branch, and on two branches of a split in both directions,
 * over both implementations of Rows.
 */
import { describe, expect, test } from "bun:test";
import { directId, groupIdFor, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { RECOVERED, rowsOf, STATES } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const trio = (log: RoomLog): UserId[] => [log.anna, log.ben, log.eve].toSorted();
const idOf = (log: RoomLog): string => groupIdFor(trio(log), 0);
/** What one says to the group, whether or not it is there. */
const toGroup = (log: RoomLog, body: string): OpBody => ({
  kind: "sendMessage",
  conversation: idOf(log),
  body,
  readUpTo: "",
  people: trio(log),
});
const named = (log: RoomLog, name: string): OpBody => ({
  kind: "nameGroup",
  room: idOf(log),
  name,
  folded: name,
  skeleton: name,
  topic: "",
  historyFromJoining: false,
  people: trio(log),
});
const kindOf = (log: RoomLog): unknown => rowsOf(log.log, "conversations").find(({ id }) => id === idOf(log))?.["kind"];
const members = (log: RoomLog): string[] =>
  rowsOf(log.log, "members")
    .filter(({ conversation }) => conversation === idOf(log))
    .map(({ user }) => log.nameOf(String(user)))
    .toSorted();

describe.each(["memory", "sqlite"] as const)("groups over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());
  const says =
    (who: "anna" | "ben" | "eve", text: string): Side =>
    (log) =>
      void log.do(log[who], toGroup(log, text));
  const names =
    (who: "anna" | "ben", name: string, micros: number): Side =>
    (log) =>
      void log.do(log[who], named(log, name), { timeMicros: micros });

  test("the first message begins it, its people stay the same, and nobody else writes there", () => {
    const log = start();
    expect(log.error(log.anna, toGroup(log, "hello"))).toBe(null);
    expect([kindOf(log), members(log)]).toEqual(["group", ["anna", "ben", "eve"]]);
    expect(log.error(log.ben, todo.say(idOf(log), "hi"))).toBe(null);
    const refused: [UserId, OpBody][] = [
      [log.dan, todo.say(idOf(log), "let me in")],
      [log.dan, toGroup(log, "let me in")],
      [log.dan, named(log, "mine")],
      [log.anna, todo.invite(idOf(log), log.dan)],
      [log.anna, todo.leave(idOf(log))],
      [log.anna, todo.rename(idOf(log), "x")],
      [log.dan, todo.join(idOf(log))],
    ];
    for (const [user, body] of refused) expect([body.kind, log.error(user, body)]).toEqual([body.kind, "not_found"]);
    expect(log.said(idOf(log))).toEqual(["hello", "hi"]);
  });

  test("a message to a group that is not there says who is in it: three to twelve people with its author", () => {
    const log = start();
    const people = [log.anna, ...Array.from({ length: 12 }, (_, n) => `person${n}`.padEnd(12, "x"))];
    for (const named of [people, [log.anna, log.ben], [log.ben, log.eve, log.dan], []]) {
      const body: OpBody = { ...todo.say(groupIdFor(named, 0), "?"), people: named } as OpBody;
      expect(log.error(log.anna, body)).toBe("not_found");
    }
  });

  test("it becomes a private room with its id, its messages, its marks and its people, one of them the owner", () => {
    const log = start();
    says("anna", "hello")(log);
    const marks = () => rowsOf(log.log, "members").filter(({ conversation }) => conversation === idOf(log));
    const before = marks();
    const made = log.do(log.ben, named(log, "ops"));
    expect(made.facts).toEqual([
      { kind: "conversation", conversationId: idOf(log), audience: { membersOf: idOf(log) } },
    ]);
    expect(kindOf(log)).toBe("room");
    expect(log.row(idOf(log))).toMatchObject({ name: "ops", is_private: 1, from_group_seq: made.seq });
    expect(log.people(idOf(log))).toEqual(["anna member", "ben owner", "eve member"]);
    expect(marks()).toEqual(before);
    expect(log.error(log.ben, todo.invite(idOf(log), log.dan))).toBe(null);
    expect(log.error(log.anna, todo.leave(idOf(log)))).toBe(null);
    expect(log.error(log.anna, toGroup(log, "back?"))).toBe("not_found");
    expect(log.error(log.ben, named(log, "again"))).toBe("not_allowed");
    expect(log.said(idOf(log))).toEqual(["hello"]);
  });

  test("a conversation of two never becomes a room, nor does a room become another, and a taken name is refused", () => {
    const log = start();
    const direct = directId(log.anna, log.ben);
    log.do(log.anna, todo.say(direct, "hi"));
    const room = log.room(log.anna, "ops");
    says("anna", "hello")(log);
    for (const id of [direct, room]) {
      const body = { ...named(log, "den"), room: id } as OpBody;
      expect(log.error(log.anna, body)).toBe("not_allowed");
    }
    expect(log.error(log.anna, { ...named(log, "den"), room: direct } as OpBody, RECOVERED)).toBe("not_found");
    expect(rowsOf(log.log, "conversations").find(({ id }) => id === direct)?.["kind"]).toBe("direct");
    expect(log.error(log.anna, named(log, "ops"))).toBe("name_taken");
  });

  test("whoever deleted her account is not in the room that it becomes", () => {
    const log = start();
    says("anna", "hello")(log);
    log.log.apply(log.log.op(log.eve, { kind: "deleteAccount", deleteMessages: false, checked: "" }, RECOVERED));
    expect(members(log)).toEqual(["anna", "ben", "eve"]);
    log.do(log.anna, named(log, "ops"));
    expect(log.people(idOf(log))).toEqual(["anna owner", "ben member"]);
  });

  describe("on two branches", () => {
    const both = <Seen>(before: Side, sides: readonly [Side, Side], look: (log: RoomLog) => Seen, expected: Seen) => {
      const { wins, other } = merge(STATES[kind], before, sides);
      expect([look(wins), look(other)]).toEqual([expected, expected]);
    };
    const nothing: Side = () => undefined;

    test("begun on both: it is one", () => {
      const look = (log: RoomLog) => [kindOf(log), members(log), log.said(idOf(log)).length];
      both(nothing, [says("anna", "one"), says("ben", "two")], look, ["group", ["anna", "ben", "eve"], 2]);
    });

    test("named on one, written to on the other: a room with what was written", () => {
      const look = (log: RoomLog) => [kindOf(log), log.people(idOf(log)), log.said(idOf(log)).length];
      const people = ["anna owner", "ben member", "eve member"];
      both(says("anna", "hello"), [names("anna", "ops", 2_000_000), says("ben", "two")], look, ["room", people, 2]);
      both(
        nothing,
        [(log) => (says("anna", "one")(log), names("anna", "ops", 2_000_000)(log)), says("ben", "two")],
        look,
        ["room", people, 2],
      );
    });

    test("named on both: the later name counts, and both are owners", () => {
      const look = (log: RoomLog) => [log.row(idOf(log))["name"], log.people(idOf(log))];
      const expected = ["late", ["anna owner", "ben owner", "eve member"]];
      const sides: [Side, Side] = [names("anna", "early", 2_000_000), names("ben", "late", 3_000_000)];
      both(says("anna", "hello"), sides, look, expected);
      both(says("anna", "hello"), [sides[1], sides[0]], look, expected);
    });

    test("written after somebody was sent away from the room that it became: kept, and she stays away", () => {
      const sides: [Side, Side] = [
        (log) => {
          names("anna", "ops", 2_000_000)(log);
          log.do(log.anna, todo.remove(idOf(log), log.eve), { timeMicros: 9_000_000 });
        },
        says("eve", "from there"),
      ];
      const look = (log: RoomLog) => [
        log.people(idOf(log)),
        log.said(idOf(log)).map((text) => text.replace(" late", "")),
      ];
      both(says("anna", "hello"), sides, look, [
        ["anna owner", "ben member"],
        ["hello", "from there"],
      ]);
    });

    test("in whatever order the ops of a branch come back", () => {
      const branch = start();
      const ops = [
        toGroup(branch, "one"),
        todo.say(idOf(branch), "two"),
        named(branch, "ops"),
        todo.invite(idOf(branch), branch.dan),
        todo.say(idOf(branch), "three"),
      ].map((body, n) => {
        const op = branch.log.op(n === 1 ? branch.ben : branch.anna, body);
        branch.log.apply(op);
        return encodeOp({ ...op, ...RECOVERED });
      });
      for (const order of [
        [0, 1, 2, 3, 4],
        [4, 3, 2, 1, 0],
        [1, 0, 4, 2, 3],
        [3, 1, 0, 2, 4],
        [2, 4, 1, 3, 0],
      ]) {
        const log = start();
        log.log.append(order.map((n) => ops[n]!));
        const people = ["anna owner", "ben member", "dan member", "eve member"];
        const said = log.said(idOf(log)).toSorted();
        expect([order, kindOf(log), log.people(idOf(log)), said]).toEqual([
          order,
          "room",
          people,
          ["one late", "three late", "two late"],
        ]);
      }
    });
  });
});
