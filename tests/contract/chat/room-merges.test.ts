/**
 * Rooms on two branches of a split, over both implementations of Rows. Each case is merged in both directions: the ops
 * of the branch that lost are decided again behind those of the branch that won, and what is seen must be the same.
 */
import { describe, expect, test } from "bun:test";
import { GENERAL_ID, passwordId } from "../../../src/chat/ids.ts";
import { roomIdOf } from "../../../src/chat/kinds/create-room.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { bodies, RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

describe.each(["memory", "sqlite"] as const)("merges of rooms over %s rows", (kind) => {
  /** The room of `before`: its id is that of its request. */
  let room = "";
  const ops =
    (more: Parameters<typeof todo.create>[1] = {}, people: readonly ("ben" | "eve" | "dan")[] = []): Side =>
    (log) => {
      room = log.room(log.anna, "ops", { ...more, people: people.map((name) => log[name]), clientId: uuid(50) });
    };
  /** Merged in both directions, with either side as the winner; what `look` sees must be what is expected in all. */
  const both = <Seen>(
    before: Side,
    sides: readonly [Side, Side],
    look: (log: RoomLog) => Seen,
    expected: Seen,
  ): void => {
    const { wins, other } = merge(STATES[kind], before, sides);
    expect(look(wins)).toEqual(expected);
    expect(look(other)).toEqual(expected);
  };
  const nothing: Side = () => undefined;

  test("two rooms of one name: both stay, with their people, and the one that comes late has a suffix", () => {
    const rooms: Record<string, string> = {};
    const make =
      (who: "anna" | "ben"): Side =>
      (log) => {
        rooms[who] = log.room(log[who], "ops");
        log.say(log[who], rooms[who], `by ${who}`);
      };
    const { wins, other } = merge(STATES[kind], nothing, [make("anna"), make("ben")]);
    for (const [log, first, second] of [
      [wins, "anna", "ben"],
      [other, "ben", "anna"],
    ] as const) {
      expect([log.row(rooms[first]!)["name"], log.row(rooms[second]!)["name"]]).toEqual(["ops", "ops-2"]);
      expect([log.row(rooms[first]!)["former_folded"], log.row(rooms[second]!)["former_folded"]]).toEqual([
        null,
        "ops",
      ]);
      log.do(log[second], todo.rename(rooms[second]!, "other"));
      expect(log.row(rooms[second]!)["former_folded"]).toBe(null);
      expect([log.people(rooms[first]!), log.people(rooms[second]!)]).toEqual([
        [`${first} owner`],
        [`${second} owner`],
      ]);
      expect([log.said(rooms[first]!), log.said(rooms[second]!)]).toEqual([[`by ${first}`], [`by ${second} late`]]);
    }
  });

  test("a room renamed to a name that another room gets on the other branch: whoever comes late has a suffix", () => {
    let created = "";
    const { wins, other } = merge(STATES[kind], ops(), [
      (log) => log.do(log.anna, todo.rename(room, "night")),
      (log) => void (created = log.room(log.ben, "night")),
    ]);
    expect([wins.row(room)["name"], wins.row(created)["name"]]).toEqual(["night", "night-2"]);
    expect([other.row(room)["name"], other.row(created)["name"]]).toEqual(["night-2", "night"]);
  });

  test("of two names, and of two topics, the later counts", () => {
    const set =
      (name: string, micros: number): Side =>
      (log) => {
        log.do(log.anna, todo.rename(room, name), { timeMicros: micros });
        log.do(log.anna, todo.topic(room, `about ${name}`), { timeMicros: micros });
      };
    const look = (log: RoomLog): unknown[] => [log.row(room)["name"], log.row(room)["topic"]];
    both(ops(), [set("early", 2_000_000), set("late", 3_000_000)], look, ["late", "about late"]);
    both(ops(), [set("late", 3_000_000), set("early", 2_000_000)], look, ["late", "about late"]);
  });

  test("sent away here, wrote there: what she wrote stays, and comes late; she is not in the room", () => {
    let sent = "";
    const sides: [Side, Side] = [
      (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 }),
      (log) => void (sent = log.say(log.ben, room, "from the other side")),
    ];
    const { wins, other } = merge(STATES[kind], ops({}, ["ben"]), sides);
    expect([wins.said(room), other.said(room)]).toEqual([["from the other side late"], ["from the other side"]]);
    for (const log of [wins, other]) {
      expect(log.people(room)).toEqual(["anna owner"]);
      expect(log.error(log.ben, todo.say(room, "again"))).toBe("not_found");
      // What she deleted on her branch is deleted, though she is not in the room any more.
      expect(log.error(log.ben, { kind: "deleteMessages", ids: [sent] }, RECOVERED)).toBe(null);
      expect(bodies(log.log)).toEqual([null]);
    }
  });

  test("sent away on one branch, invited or gone and back on the other: the later counts", () => {
    const away =
      (micros: number): Side =>
      (log) =>
        log.do(log.anna, todo.remove(room, log.ben), { timeMicros: micros });
    const back =
      (micros: number): Side =>
      (log) => {
        log.do(log.ben, todo.leave(room), { timeMicros: micros - 1 });
        log.do(log.ben, todo.join(room), { timeMicros: micros });
      };
    const look = (log: RoomLog): string[] => log.people(room);
    both(ops({}, ["ben"]), [away(2_000_000), back(3_000_000)], look, ["anna owner", "ben member"]);
    both(ops({}, ["ben"]), [away(3_000_000), back(2_000_000)], look, ["anna owner"]);
  });

  test("banned here, joined or invited there: banned, by whichever clock", () => {
    for (const micros of [2_000_000, 8_000_000]) {
      const ban: Side = (log) => log.do(log.anna, todo.ban(room, log.ben), { timeMicros: 5_000_000 });
      const joins: Side = (log) => log.do(log.ben, todo.join(room), { timeMicros: micros });
      const invited: Side = (log) => log.do(log.eve, todo.invite(room, log.ben), { timeMicros: micros });
      for (const comes of [joins, invited]) {
        const look = (log: RoomLog): unknown[] => [log.people(room), log.seat(room, log.ben)?.["state"]];
        both(ops({}, ["eve"]), [ban, comes], look, [["anna owner", "eve member"], "banned"]);
      }
    }
  });

  test("a ban that was known is lifted; another one of the same time is not", () => {
    const banned: Side = (log) => {
      ops({}, ["ben"])(log);
      log.do(log.anna, todo.ban(room, log.ben));
    };
    const lift: Side = (log) => {
      log.do(log.anna, todo.unban(room, log.ben, String(log.seat(room, log.ben)!["tag"])));
      log.do(log.anna, todo.invite(room, log.ben));
    };
    const again: Side = (log) => {
      lift(log);
      log.do(log.anna, todo.ban(room, log.ben));
    };
    both(banned, [lift, nothing], (log) => log.people(room), ["anna owner", "ben member"]);
    both(banned, [lift, again], (log) => log.people(room), ["anna owner"]);
  });

  test("made private here, joined there: she is not in it, and what she wrote stays", () => {
    for (const micros of [2_000_000, 8_000_000]) {
      const hide: Side = (log) => log.do(log.anna, todo.hide(room, log.dan), { timeMicros: 5_000_000 });
      const join: Side = (log) => {
        log.do(log.ben, todo.join(room), { timeMicros: micros });
        log.say(log.ben, room, "hello");
        log.do(log.anna, todo.invite(room, log.eve));
      };
      const before: Side = (log) => {
        ops()(log);
        log.do(log.dan, todo.join(room));
      };
      // Who was in it before, or was invited, stays.
      const people = ["anna owner", "dan member", "eve member"];
      const look = (log: RoomLog): unknown[] => [log.people(room), log.said(room).length, log.row(room)["is_private"]];
      both(before, [hide, join], look, [people, 1, 1]);
    }
  });

  test("made private by somebody who knew of one who joined later than another did there: the other is not in it", () => {
    const hide: Side = (log) => {
      log.do(log.dan, todo.join(room), { timeMicros: 5_000_000 });
      log.do(log.anna, todo.hide(room, log.dan), { timeMicros: 6_000_000 });
    };
    const join: Side = (log) => log.do(log.ben, todo.join(room), { timeMicros: 4_000_000 });
    both(ops(), [hide, join], (log) => log.people(room), ["anna owner", "dan member"]);
  });

  test("made public by somebody who had seen that it was private: it is; made private again meanwhile: it stays so", () => {
    const open: Side = (log) => log.do(log.anna, todo.open(room, String(log.row(room)["private_tag"])));
    const again: Side = (log) => {
      open(log);
      log.do(log.anna, todo.hide(room));
    };
    const look = (log: RoomLog): unknown => log.row(room)["is_private"];
    both(ops({ isPrivate: true }), [open, nothing], look, 0);
    both(ops({ isPrivate: true }), [open, again], look, 1);
  });

  test("archived here, written there: what was written is kept, and the room stays archived", () => {
    const sides: [Side, Side] = [
      (log) => log.do(log.anna, todo.archive(room)),
      (log) => log.say(log.ben, room, "late"),
    ];
    both(ops({}, ["ben"]), sides, (log) => [log.row(room)["archived"], log.said(room).length], [1, 1]);
  });

  test("the last owner leaves on each side: somebody becomes it", () => {
    const before: Side = (log) => {
      ops({}, ["ben", "eve", "dan"])(log);
      log.do(log.anna, todo.role(room, log.ben, "owner"));
      log.do(log.anna, todo.role(room, log.dan, "admin"));
    };
    const leaves =
      (who: "anna" | "ben"): Side =>
      (log) =>
        log.do(log[who], todo.leave(room));
    const look = (log: RoomLog): string[] => log.people(room);
    both(before, [leaves("anna"), leaves("ben")], look, ["dan owner", "eve member"]);
    const demoted =
      (who: "anna" | "ben"): Side =>
      (log) =>
        log.do(log[who], todo.role(room, log[who], "member"));
    both(before, [demoted("anna"), demoted("ben")], (log) => log.people(room).filter((one) => one.endsWith("owner")), [
      "dan owner",
    ]);
  });

  test("of two roles the later counts", () => {
    const set =
      (role: "admin" | "member", micros: number): Side =>
      (log) =>
        log.do(log.anna, todo.role(room, log.ben, role), { timeMicros: micros });
    const look = (log: RoomLog): string[] => log.people(room);
    both(ops({}, ["ben"]), [set("admin", 2_000_000), set("member", 3_000_000)], look, ["anna owner", "ben member"]);
    both(ops({}, ["ben"]), [set("admin", 3_000_000), set("member", 2_000_000)], look, ["anna owner", "ben admin"]);
  });

  test("deleted here, invited there: whoever is gone is in no room", () => {
    const gone: Side = (log) =>
      log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    const invite: Side = (log) => log.do(log.anna, todo.invite(room, log.ben));
    both(ops(), [gone, invite], (log) => log.people(room), ["anna owner"]);
  });

  test("the room that everybody is in is one, whoever made it on each side", () => {
    const registers =
      (name: string): Side =>
      (log) => {
        const op = log.log.registration(name);
        log.log.apply({ ...op, body: { ...op.body, general: "general" } as never });
        log.say(op.user, GENERAL_ID, "hello");
      };
    const look = (log: RoomLog): unknown[] => [
      log.names(),
      log.people(GENERAL_ID).length,
      log.people(GENERAL_ID).filter((one) => one.endsWith("owner")).length > 0,
      log.said(GENERAL_ID).length,
    ];
    both(nothing, [registers("fay"), registers("gil")], look, [["general"], 6, true, 2]);
  });

  test("the ops of a branch that come back in any order make the same room", () => {
    const source = new RoomLog(STATES.memory());
    const { anna, ben, eve, dan } = source;
    const create = todo.create("ops", { people: [ben, eve] });
    const made = source.log.op(anna, create, { clientId: uuid(50) });
    const id = roomIdOf(made, create);
    const steps = [
      made,
      source.log.op(anna, todo.rename(id, "night")),
      source.log.op(ben, todo.topic(id, "late")),
      source.log.op(anna, todo.role(id, ben, "admin")),
      source.log.op(ben, todo.ban(id, eve)),
      source.log.op(dan, todo.join(id)),
      source.log.op(dan, todo.say(id, "hi")),
      source.log.op(ben, todo.archive(id)),
    ];
    const bytes = recovered(steps.map((op) => encodeOp(op)));
    const seen = (order: readonly number[]): unknown[] => {
      const log = new RoomLog(STATES[kind]());
      log.log.append(order.map((n) => bytes[n]!));
      const { name, topic, archived } = log.row(id);
      return [name, topic, archived, log.people(id), log.seat(id, eve)?.["state"], log.said(id)];
    };
    const inOrder = steps.map((_, n) => n);
    const expected = seen(inOrder);
    expect(expected).toEqual(["night", "late", 1, ["anna owner", "ben admin", "dan member"], "banned", ["hi late"]]);
    // Each of them first, the first one last, and back to front.
    for (const first of inOrder) expect(seen([first, ...inOrder.filter((n) => n !== first)])).toEqual(expected);
    for (const last of inOrder) expect(seen([...inOrder.filter((n) => n !== last), last])).toEqual(expected);
    expect(seen(inOrder.toReversed())).toEqual(expected);
  });

  test("a room and its people that both branches made by one request are there once", () => {
    const make: Side = (log) => {
      ops()(log);
      log.do(log.ben, todo.join(room), { clientId: uuid(51) });
    };
    const { wins, other } = merge(STATES[kind], nothing, [make, make]);
    for (const log of [wins, other]) {
      expect(log.names()).toEqual(["ops"]);
      expect(log.people(room)).toEqual(["anna owner", "ben member"]);
      expect(rowsOf(log.log, "conversations")).toHaveLength(1);
    }
  });
});
