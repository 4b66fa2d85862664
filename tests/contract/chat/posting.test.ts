/** Who may write in a room, over both implementations of Rows, and what a merge makes of two rules. */
import { describe, expect, test } from "bun:test";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { STATES, uuid } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

describe.each(["memory", "sqlite"] as const)("rules of posting over %s rows", (kind) => {
  function begin(): { log: RoomLog; room: string } {
    const log = new RoomLog(STATES[kind]());
    return { log, room: log.room(log.anna, "ops", { people: [log.ben, log.eve] }) };
  }

  test("where only admins write, members are refused, in threads too; a refusal is not remembered", () => {
    const { log, room } = begin();
    const root = log.say(log.anna, room, "news");
    log.do(log.anna, todo.posting(room, true));
    const say = log.log.op(log.ben, todo.say(room, "mine"));
    expect(log.log.apply(say).error).toBe("not_allowed");
    expect(log.error(log.ben, todo.say(`t_${root}`, "below"))).toBe("not_allowed");
    log.do(log.anna, todo.role(room, log.eve, "admin"));
    log.say(log.eve, room, "of eve");
    expect(log.said(room)).toEqual(["news", "of eve"]);
    log.do(log.anna, todo.posting(room, false));
    expect(log.log.apply(say).error).toBe(null);
    expect(log.said(room)).toEqual(["news", "of eve", "mine"]);
  });

  test("where only admins call everybody, members do not, by a message or an edit; they do everything else", () => {
    const { log, room } = begin();
    const all = { user: "@room", name: "room", silent: false };
    const call = (mentions: readonly (typeof all)[], conversation = room): OpBody => ({
      kind: "sendMessage",
      conversation,
      body: "@room",
      readUpTo: "",
      mentions,
    });
    const root = log.say(log.ben, room, "hi");
    expect(log.error(log.ben, call([all]))).toBe(null);
    log.do(log.anna, { ...todo.posting(room, false), adminsCall: true } as OpBody);
    for (const user of ["@room", "@here"]) expect(log.error(log.ben, call([{ ...all, user }]))).toBe("not_allowed");
    expect(log.error(log.ben, call([all], `t_${root}`))).toBe("not_allowed");
    const edit: OpBody = { kind: "editMessage", message: root, body: "@room", mentions: [all] };
    expect(log.error(log.ben, edit)).toBe("not_allowed");
    expect(log.error(log.ben, call([{ ...all, silent: true }]))).toBe(null);
    expect(log.error(log.ben, call([]))).toBe(null);
    expect(log.error(log.anna, call([all]))).toBe(null);
    log.do(log.anna, todo.posting(room, false));
    expect(log.error(log.ben, edit)).toBe(null);
  });

  test("those who run the room say so, within the bounds; others do not find it", () => {
    const { log, room } = begin();
    expect(log.error(log.ben, todo.posting(room, true))).toBe("not_allowed");
    expect(log.error(log.dan, todo.posting(room, true))).toBe("not_found");
    expect(log.error(log.anna, todo.posting(room, false, 3_601))).toBe("invalid");
    log.do(log.anna, todo.posting(room, false, 60));
    expect(log.row(room)).toMatchObject({ slow_seconds: 60 });
    expect(log.do(log.anna, todo.posting(room, false, 60)).facts).toEqual([]);
  });

  test("a merge: the later rule counts, and what was written meanwhile is kept, in both directions", () => {
    let room = "";
    const before: Side = (log) => {
      room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    };
    const closed: Side = (log) => log.do(log.anna, todo.posting(room, true, 0), { timeMicros: 3_000_000 });
    const slow: Side = (log) => {
      log.do(log.anna, todo.posting(room, false, 30), { timeMicros: 2_000_000 });
      log.say(log.ben, room, "meanwhile");
    };
    for (const sides of [[closed, slow] as const, [slow, closed] as const]) {
      const { wins, other } = merge(STATES[kind], before, sides);
      for (const log of [wins, other]) {
        expect(log.said(room).map((text) => text.replace(" late", ""))).toEqual(["meanwhile"]);
        expect(log.error(log.ben, todo.say(room, "now"))).toBe("not_allowed");
        expect(log.row(room)).toMatchObject({ slow_seconds: 0 });
      }
    }
  });
});
