/** The rules of rooms over both implementations of Rows: who may do what. What a merge makes of it: room-merges.test.ts. */
import { describe, expect, test } from "bun:test";
import { GENERAL_ID, passwordId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Op } from "../../../src/chat/kinds/op.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { RoomLog, todo } from "../../support/room-log.ts";

describe.each(["memory", "sqlite"] as const)("rooms over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());

  test("whoever makes a room owns it, and those she brings along are in it", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { topic: "servers", people: [log.ben] });
    expect(log.people(room)).toEqual(["anna owner", "ben member"]);
    expect(log.row(room)).toMatchObject({ name: "ops", topic: "servers", is_private: 0, archived: 0 });
    expect(log.seat(room, log.ben)).toMatchObject({ state: "joined", seated_by: log.anna });
  });

  test("a name belongs to one room, whatever its case; the room of a repeated request is there once", () => {
    const log = start();
    const body = todo.create("Ops");
    const op = log.log.op(log.anna, body);
    expect(log.log.apply(op).result).toMatchObject({ kind: "done", repeated: false });
    expect(log.log.apply(op).result).toMatchObject({ kind: "done", repeated: true });
    expect(log.error(log.ben, todo.create("oPS"))).toBe("name_taken");
    expect(log.error(log.ben, { ...todo.create("0ps"), skeleton: "ops" })).toBe("name_taken");
    expect(log.names()).toEqual(["Ops"]);
  });

  test("a public room is joined by anybody, what was said before is read, and what comes is heard", () => {
    const log = start();
    const room = log.room(log.anna, "ops");
    log.say(log.anna, room, "before");
    expect(log.error(log.ben, todo.say(room, "let me in"))).toBe("not_found");
    const made = log.do(log.ben, todo.join(room));
    expect(made.facts).toEqual([{ kind: "conversation", conversationId: room, audience: { user: log.ben } }]);
    expect(rowsOf(log.log, "members").find(({ user }) => user === log.ben)).toMatchObject({ mark: made.seq });
    expect(log.do(log.anna, todo.say(room, "after")).facts).toMatchObject([
      { kind: "message", audience: { membersOf: room } },
    ]);
    expect(log.error(log.ben, todo.join(room))).toBe(null);
    expect(log.said(room)).toEqual(["before", "after"]);
  });

  test("a private room is joined by nobody, and not even denied: it is not there", () => {
    const log = start();
    const room = log.room(log.anna, "secret", { isPrivate: true });
    for (const body of [todo.join(room), todo.say(room, "x"), todo.topic(room, "x"), todo.leave(room)])
      expect(log.error(log.ben, body)).toBe("not_found");
    for (const body of [todo.invite(room, log.ben), todo.rename(room, "x"), todo.role(room, log.ben, "owner")])
      expect(log.error(log.ben, body)).toBe("not_found");
    expect(log.error(log.anna, todo.invite(room, log.ben))).toBe(null);
    expect(log.error(log.ben, todo.say(room, "thanks"))).toBe(null);
    expect(log.error(log.ben, todo.invite(room, log.eve))).toBe(null);
    expect(log.people(room)).toEqual(["anna owner", "ben member", "eve member"]);
  });

  test("of nonsense, of somebody who is gone and of a room that is none, nothing is made", () => {
    const log = start();
    const room = log.room(log.anna, "ops");
    log.error(log.dan, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of dan") });
    for (const [user, body] of [
      [log.anna, todo.invite(room, log.dan)],
      [log.anna, todo.invite(room, "zzzzzzzzzzzz")],
      [log.anna, todo.role(room, log.ben, "admin")],
      [log.anna, todo.join("zzzzzzzzzzzz")],
      [log.anna, todo.join("nonsense")],
    ] as const)
      expect(log.error(user, body)).toBe("not_found");
    expect(log.error(log.dan, todo.join(room))).toBe("not_logged_in");
    expect(log.error("zzzzzzzzzzzz", todo.create("x"))).toBe("not_logged_in");
    expect(log.error(log.anna, { kind: "seatPeople", room, what: "haunt", people: [] } as never)).toBe("invalid");
    expect(log.people(room)).toEqual(["anna owner"]);
  });

  test("members speak and set the topic; those who run the room do the rest, and owners alone make it public", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve, log.dan] });
    expect(log.error(log.ben, todo.topic(room, "servers"))).toBe(null);
    const managed: OpBody[] = [
      todo.rename(room, "new"),
      todo.hide(room),
      todo.archive(room),
      todo.archive(room, false),
      todo.remove(room, log.eve),
      todo.ban(room, log.dan),
      todo.unban(room, log.dan),
    ];
    for (const body of managed) expect(log.error(log.ben, body)).toBe("not_allowed");
    expect(log.error(log.ben, todo.role(room, log.ben, "admin"))).toBe("not_allowed");
    expect(log.error(log.anna, todo.role(room, log.ben, "admin"))).toBe(null);
    for (const body of managed) expect(log.error(log.ben, body)).toBe(null);
    for (const body of [todo.open(room), todo.role(room, log.eve, "admin"), todo.remove(room, log.anna)])
      expect(log.error(log.ben, body)).toBe("not_allowed");
    expect(log.error(log.ben, todo.ban(room, log.anna))).toBe("not_allowed");
    expect(log.error(log.anna, todo.open(room))).toBe(null);
    expect([log.row(room)["name"], log.row(room)["topic"], log.row(room)["is_private"]]).toEqual(["new", "servers", 0]);
  });

  test("a name may be given up and taken again; another room's may not", () => {
    const log = start();
    const [ops, dev] = [log.room(log.anna, "ops"), log.room(log.anna, "dev")];
    expect(log.error(log.anna, todo.rename(ops, "Dev"))).toBe("name_taken");
    expect(log.do(log.anna, todo.rename(ops, "OPS")).facts).toMatchObject([{ audience: { membersOf: ops } }]);
    expect(log.error(log.anna, todo.rename(ops, "night"))).toBe(null);
    expect(log.error(log.anna, todo.rename(dev, "ops"))).toBe(null);
    expect(log.names()).toEqual(["night", "ops"]);
  });

  test("whoever leaves or is sent away hears nothing and may nothing; back again, she goes on where she was", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const first = log.say(log.anna, room, "one");
    log.log.read([log.log.mark(log.ben, [], first)]);
    const mark = rowsOf(log.log, "members").find(({ user }) => user === log.ben)!["mark"];
    expect(log.do(log.ben, todo.leave(room)).facts).toMatchObject([
      { kind: "conversation", audience: { user: log.ben } },
    ]);
    const second = log.say(log.anna, room, "two");
    expect(log.log.read([log.log.mark(log.ben, [second])]).error).toBe("not_found");
    expect(log.error(log.ben, { kind: "deleteMessages", ids: [second] })).toBe("not_found");
    expect(log.people(room)).toEqual(["anna owner"]);
    log.do(log.ben, todo.join(room));
    expect(rowsOf(log.log, "members").find(({ user }) => user === log.ben)).toMatchObject({ mark });
    log.do(log.anna, todo.remove(room, log.ben));
    expect(log.error(log.ben, todo.say(room, "?"))).toBe("not_found");
    log.do(log.anna, todo.invite(room, log.ben));
    expect(log.error(log.ben, todo.say(room, "!"))).toBe(null);
  });

  test("a ban holds until it is lifted", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve] });
    expect(log.error(log.anna, todo.ban(room, log.ben))).toBe(null);
    expect(log.error(log.ben, todo.join(room))).toBe("not_found");
    expect(log.error(log.eve, todo.invite(room, log.ben))).toBe("not_allowed");
    expect(log.error(log.anna, todo.unban(room, log.ben))).toBe(null);
    expect(log.people(room)).toEqual(["anna owner", "eve member"]);
    expect(log.error(log.ben, todo.join(room))).toBe(null);
    // Somebody who never came may be banned as well.
    log.do(log.anna, todo.ban(room, log.dan));
    expect(log.error(log.dan, todo.join(room))).toBe("not_found");
  });

  test("an archived room is read and not written, and can be opened again", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const id = log.say(log.anna, room, "before");
    expect(log.do(log.anna, todo.archive(room)).facts).toMatchObject([{ audience: { membersOf: room } }]);
    const late = log.log.op(log.ben, todo.say(room, "late"));
    expect(log.log.apply(late).error).toBe("archived");
    for (const [user, body] of [
      [log.anna, todo.invite(room, log.eve)],
      [log.eve, todo.join(room)],
    ] as const)
      expect(log.error(user, body)).toBe("archived");
    expect(log.log.read([log.log.mark(log.ben, [id])]).error).toBe(null);
    log.do(log.anna, todo.archive(room, false));
    // The same request again: it was not refused for ever.
    expect(log.log.apply(late).error).toBe(null);
    expect(log.said(room)).toEqual(["before", "late"]);
  });

  test("a room is never without an owner: who came first follows her, an admin before others", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve] });
    expect(log.error(log.anna, todo.role(room, log.anna, "member"))).toBe("last_owner");
    log.do(log.anna, todo.role(room, log.eve, "admin"));
    log.do(log.anna, todo.leave(room));
    expect(log.people(room)).toEqual(["ben member", "eve owner"]);
    log.error(log.eve, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of eve") });
    expect(log.people(room)).toEqual(["ben owner"]);
    log.do(log.ben, todo.leave(room));
    expect(log.people(room)).toEqual([]);
    log.do(log.dan, todo.join(room));
    expect(log.people(room)).toEqual(["dan owner"]);
  });

  test("in a room nobody is told what others have read, and a mark costs no row", () => {
    const log = start();
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve] });
    const rows = (): number =>
      Object.keys({ members: 0, reads: 0, requests: 0 }).flatMap((t) => rowsOf(log.log, t)).length;
    const id = log.say(log.anna, room, "hi");
    const before = rows();
    const read = log.log.read([log.log.mark(log.ben, [], id)]);
    expect(read.facts).toMatchObject([{ kind: "read", readerId: log.ben, audience: { user: log.ben } }]);
    expect(rows()).toBe(before);
  });

  test("there is a room that everybody is in: made with the first account, with the next one where there were some", () => {
    const registering = (log: RoomLog, name: string, n: number): Op => {
      const op = log.log.registration(name, { clientId: uuid(n) });
      return { ...op, body: { ...op.body, general: "general" } as OpBody };
    };
    const log = start();
    const [fay, gil] = [registering(log, "fay", 5), registering(log, "gil", 6)];
    expect(log.log.apply(fay).facts).toContainEqual({
      kind: "conversation",
      conversationId: GENERAL_ID,
      audience: { user: log.anna },
    });
    log.log.apply(gil);
    expect(log.row(GENERAL_ID)).toMatchObject({ name: "general", is_private: 0 });
    expect(log.people(GENERAL_ID)).toHaveLength(6);
    expect(log.seat(GENERAL_ID, fay.user)).toMatchObject({ role: "owner" });
    // It is for everybody, for ever.
    for (const [user, body] of [
      [gil.user, todo.leave(GENERAL_ID)],
      [fay.user, todo.remove(GENERAL_ID, gil.user)],
      [fay.user, todo.ban(GENERAL_ID, gil.user)],
      [fay.user, todo.archive(GENERAL_ID)],
      [fay.user, todo.hide(GENERAL_ID)],
    ] as const)
      expect(log.error(user, body)).toBe("not_allowed");
    expect(log.error(fay.user, todo.rename(GENERAL_ID, "all"))).toBe(null);
    expect(log.error(gil.user, todo.say(GENERAL_ID, "hi"))).toBe(null);
  });
});
