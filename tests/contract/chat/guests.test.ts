/** Guests, over both implementations of Rows: what they may do on one branch, and what merges make of them. */
import { describe, expect, test } from "bun:test";
import { directId, GENERAL_ID, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Role } from "../../../src/chat/rows.ts";
import { rowsOf, STATES } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const role = (person: UserId, what: Role): OpBody => ({ kind: "setRole", person, role: what });

/** Fay registers with a name for the room that everybody is in. */
function comes(log: RoomLog, more: object = {}): UserId {
  const op = log.log.registration("fay");
  log.log.apply({ ...op, body: { ...op.body, general: "general", ...more } as never });
  return op.user;
}

const isIn = (log: RoomLog, room: string, user: UserId): boolean =>
  rowsOf(log.log, "members").some((row) => row["conversation"] === room && row["user"] === user);

describe.each(["memory", "sqlite"] as const)("guests over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());

  test("a guest joins, makes and opens nothing by herself, and writes to the people of her rooms", () => {
    const log = start();
    const { anna, ben, eve, dan } = log;
    const [open, ours] = [log.room(anna, "open"), log.room(ben, "ours")];
    log.do(anna, role(dan, "guest"));
    expect(log.error(dan, todo.join(open))).toBe("not_found");
    expect(log.error(dan, todo.create("mine"))).toBe("not_allowed");
    expect(log.error(dan, todo.say(directId(dan, ben), "hi"))).toBe("not_found");
    expect(log.error(ben, todo.invite(ours, dan))).toBe(null);
    expect(log.error(dan, todo.say(ours, "hi all"))).toBe(null);
    expect(log.error(dan, todo.invite(ours, eve))).toBe("not_allowed");
    expect(log.error(dan, todo.say(directId(dan, ben), "hi"))).toBe(null);
    expect(log.error(dan, todo.say(directId(dan, eve), "hi"))).toBe("not_found");
    // Whoever wrote to her is known to her, and stays so.
    expect(log.error(eve, todo.say(directId(dan, eve), "hello"))).toBe(null);
    expect(log.error(dan, todo.say(directId(dan, eve), "hi"))).toBe(null);
    log.do(ben, todo.remove(ours, dan));
    expect(log.error(dan, todo.say(directId(dan, ben), "still there?"))).toBe(null);
    expect(log.error(dan, role(dan, "member"))).toBe("not_allowed");
  });

  test("a guest is not in the room for all; she comes and goes with her role", () => {
    const log = start();
    const { anna } = log;
    const room = log.room(anna, "ops");
    const fay = comes(log, { invite: { id: "NotYetHere00", role: "guest", rooms: [room], by: anna } });
    // The link is not there, so nobody came.
    expect(rowsOf(log.log, "users")).toHaveLength(4);
    expect(fay).toBeString();
    const ben = comes(log);
    expect(isIn(log, GENERAL_ID, ben)).toBe(true);
    log.do(anna, role(ben, "guest"));
    expect(isIn(log, GENERAL_ID, ben)).toBe(false);
    log.do(anna, role(ben, "member"));
    expect(isIn(log, GENERAL_ID, ben)).toBe(true);
  });

  test("whoever comes by a link for guests is one, in its rooms alone", () => {
    const log = start();
    const { anna } = log;
    comes(log);
    const room = log.room(anna, "ops");
    const op = log.log.registration("gil", { recovered: true });
    const invite = { id: "NotYetHere00", role: "guest", rooms: [room], by: anna };
    log.log.apply({ ...op, body: { ...op.body, general: "general", invite } as never });
    expect([isIn(log, room, op.user), isIn(log, GENERAL_ID, op.user)]).toEqual([true, false]);
    expect(rowsOf(log.log, "roles").find(({ user }) => user === op.user)?.["role"]).toBe("guest");
  });

  test("made a guest here and an admin there: the later role counts, with its seat in the room for all", () => {
    for (const [first, second] of [
      [2_000_000, 3_000_000],
      [3_000_000, 2_000_000],
    ] as const) {
      let fay: UserId = "";
      const before: Side = (log) => {
        fay = comes(log);
      };
      const gives =
        (what: Role, timeMicros: number): Side =>
        (log) =>
          log.do(log.anna, role(fay, what), { timeMicros });
      const { wins, other } = merge(STATES[kind], before, [gives("guest", first), gives("admin", second)]);
      for (const log of [wins, other]) expect(isIn(log, GENERAL_ID, fay)).toBe(first < second);
    }
  });

  test("written by a guest there, sent away here: the message is kept", () => {
    let room = "";
    const before: Side = (log) => {
      room = log.room(log.anna, "ops", { people: [log.dan] });
      log.do(log.anna, role(log.dan, "guest"));
    };
    const { wins, other } = merge(STATES[kind], before, [
      (log) => log.do(log.anna, todo.remove(room, log.dan)),
      (log) => {
        log.say(log.dan, room, "in the room");
        log.say(log.dan, directId(log.dan, log.anna), "to one of it");
      },
    ]);
    for (const log of [wins, other]) expect(rowsOf(log.log, "messages")).toHaveLength(2);
  });
});
