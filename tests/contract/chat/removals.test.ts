/**
 * Messages of others, deleted by those who run their room, over both implementations of Rows: who may, what stays, and
 * what a merge makes of two branches, in both directions.
 */
import { describe, expect, test } from "bun:test";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const remove = (...ids: string[]): OpBody => ({ kind: "deleteMessages", ids, forEveryone: true });
const erase = (...ids: string[]): OpBody => ({ kind: "deleteMessages", ids });

/** Who deleted messages for everyone, by the order of the messages. */
function removers(log: RoomLog): string[] {
  return rowsOf(log.log, "removals").map(({ by }) => log.nameOf(String(by)));
}

describe.each(["memory", "sqlite"] as const)("removed messages over %s rows", (kind) => {
  /** A room that anna runs, with ben and eve, and what ben said there. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve] });
    return { log, room, message: log.say(log.ben, room, "rude words") };
  }

  test("an admin of the room deletes it for everyone: without text, with a name, and once", () => {
    const { log, room, message } = begin();
    log.do(log.ben, { kind: "editMessage", message, body: "ruder words" });
    const made = log.do(log.anna, remove(message));
    expect(kinds(made.facts)).toEqual(["changed"]);
    expect(made.facts[0]).toMatchObject({ message: { body: "", deleted: true }, audience: { membersOf: room } });
    expect([log.said(room), removers(log), rowsOf(log.log, "versions")]).toEqual([[""], ["anna"], []]);
    log.do(log.anna, todo.role(room, log.eve, "admin"));
    expect(log.do(log.eve, remove(message)).facts).toEqual([]);
    expect(removers(log)).toEqual(["anna"]);
  });

  test("nobody else may, and the user's own messages go as before", () => {
    const { log, room, message } = begin();
    const own = log.say(log.eve, room, "mine");
    expect(log.error(log.eve, remove(message))).toBe("not_allowed");
    expect(log.error(log.eve, remove(own, message))).toBe("not_allowed");
    expect(log.error(log.dan, remove(message))).toBe("not_found");
    log.do(log.anna, todo.role(room, log.eve, "admin"));
    log.do(log.anna, todo.remove(room, log.eve));
    expect(log.error(log.eve, remove(message))).toBe("not_found");
    expect(log.said(room)).toEqual(["rude words", "mine"]);
    const mine = log.say(log.anna, room, "of anna");
    expect(kinds(log.do(log.anna, remove(mine)).facts)).toEqual(["gone"]);
    expect(removers(log)).toEqual([]);
  });

  test("a direct conversation has nobody who runs it; a thread is run by those of its room", () => {
    const { log, message } = begin();
    const direct = [log.anna, log.ben].toSorted().join("_");
    const said = log.say(log.ben, direct, "to you");
    expect(log.error(log.anna, remove(said))).toBe("not_allowed");
    const reply = log.say(log.ben, `t_${message}`, "more");
    expect(log.error(log.eve, remove(reply))).toBe("not_allowed");
    expect(log.error(log.anna, remove(reply))).toBe(null);
    expect(removers(log)).toEqual(["anna"]);
  });

  test("what its author has deleted is not shown again", () => {
    const { log, message } = begin();
    log.do(log.ben, erase(message));
    expect(log.do(log.anna, remove(message)).facts).toEqual([]);
    expect(removers(log)).toEqual([]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of removed messages over %s rows", (kind) => {
  let room = "";
  let message = "";
  let eve = "";
  const before: Side = (log) => {
    eve = log.eve;
    room = log.room(log.anna, "ops", { people: [log.ben, log.eve], clientId: uuid(50) });
    log.do(log.anna, todo.role(room, log.eve, "admin"));
    message = log.say(log.ben, room, "sent", { clientId: uuid(51) });
  };
  const at = (user: "anna" | "ben" | "eve", timeMicros: number, body: () => OpBody): Side => {
    return (log) => log.do(log[user], body(), { timeMicros });
  };
  /** Merged with either side as the winner: nothing of the text is left, and the same person is named. */
  const both = (sides: readonly [Side, Side], names: readonly string[]): void => {
    for (const pair of [sides, [sides[1], sides[0]] as const]) {
      const { wins, other } = merge(STATES[kind], before, pair);
      for (const log of [wins, other]) {
        expect([log.said(room).join(""), rowsOf(log.log, "versions")]).toEqual(["", []]);
        expect(removers(log)).toEqual([...names]);
      }
    }
  };

  test("removed on both branches: the earlier one is named", () => {
    both([at("anna", 3_000_000, () => remove(message)), at("eve", 2_000_000, () => remove(message))], ["eve"]);
  });

  test("removed and edited, removed and deleted by its author: removed", () => {
    const gone = at("anna", 2_000_000, () => remove(message));
    both([gone, at("ben", 9_000_000, () => ({ kind: "editMessage", message, body: "later" }))], ["anna"]);
    both([gone, at("ben", 9_000_000, () => erase(message))], ["anna"]);
    both([gone, at("ben", 1_500_000, () => erase(message))], ["anna"]);
  });

  test("by an admin who was sent away on the other branch: it stays removed", () => {
    both([at("eve", 2_000_000, () => remove(message)), at("anna", 3_000_000, () => todo.remove(room, eve))], ["eve"]);
  });

  test("a removal that comes before its message: the message arrives without its text, and says by whom", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    const sent = log.log.op(log.ben, todo.say(own, "rude"), { clientId: uuid(60) });
    const gone = log.log.op(log.anna, remove(`${log.ben}-${uuid(60)}`));
    log.log.append(recovered([encodeOp(gone)]));
    const [applied] = log.log.append(recovered([encodeOp(sent)]));
    // The text is in no fact: no stream may bring it.
    expect(kinds(applied!.facts)).toEqual(["changed"]);
    expect(JSON.stringify(applied!.facts)).not.toContain("rude");
    expect([log.said(own).join(""), removers(log), rowsOf(log.log, "early")]).toEqual([" late", ["anna"], []]);
  });
});
