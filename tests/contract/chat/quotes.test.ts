/** Messages that quote another one, over both implementations of Rows: on one branch, and through a merge. */
import { describe, expect, test } from "bun:test";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const quoting = (room: string, body: string, quoted: string): OpBody =>
  ({ kind: "sendMessage", conversation: room, body, readUpTo: "", quoted }) as const;

/** What was said, with the id of what it quotes. */
const said = (log: RoomLog): string[] =>
  rowsOf(log.log, "messages")
    .map((row) => `${String(row["body"])} > ${(row["quoted"] as string | null) ?? "nothing"}`)
    .toSorted();

describe.each(["memory", "sqlite"] as const)("quotes over %s rows", (kind) => {
  test("the message has the id of what it quotes; another quote makes another request; rubbish is refused", () => {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const first = log.say(log.anna, room, "first");
    const clientId = uuid(70);
    expect(log.error(log.ben, quoting(room, "yes", first), { clientId })).toBe(null);
    expect(log.error(log.ben, quoting(room, "yes", first), { clientId })).toBe(null);
    expect(log.error(log.ben, quoting(room, "yes", ""), { clientId })).toBe("id_reused_with_other_content");
    expect(log.error(log.ben, quoting(room, "no", "rubbish"))).toBe("invalid");
    expect(said(log)).toEqual(["first > nothing", `yes > ${first}`]);
  });

  test("quoted on one branch, deleted or edited on the other: both branches end with the same rows", () => {
    let [room, first] = ["", ""];
    const before: Side = (log) => {
      room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
      first = log.say(log.anna, room, "first", { clientId: uuid(51) });
    };
    const quotes: Side = (log) => log.do(log.ben, quoting(room, "yes", first));
    const erases: Side = (log) => log.do(log.anna, { kind: "deleteMessages", ids: [first] });
    const edits: Side = (log) => log.do(log.anna, { kind: "editMessage", message: first, body: "second" });
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben));
    for (const [side, text] of [[erases, ""] as const, [edits, "second"] as const, [away, "first"] as const])
      for (const sides of [[quotes, side] as const, [side, quotes] as const]) {
        const { wins, other } = merge(STATES[kind], before, sides);
        for (const log of [wins, other]) expect(said(log)).toEqual([`${text} > nothing`, `yes > ${first}`]);
      }
  });
});
