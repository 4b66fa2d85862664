/**
 * What users prefer for their conversations, over both implementations of Rows: the rule on one branch, and what a merge
 * makes of two, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { directId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";

const set = (conversation: string, field: string, value: string): OpBody => ({
  kind: "setPreference",
  conversation,
  field,
  value,
});

/** What everybody prefers for the conversation. */
function preferred(log: RoomLog, conversation: string): string[] {
  return rowsOf(log.log, "preferences")
    .filter((row) => row["conversation"] === conversation)
    .map((row) => {
      const words = [row["starred"] === 1 && "starred", row["muted"] === 1 && "muted", String(row["level"])];
      return [log.nameOf(String(row["user"])), ...words.filter((word) => word !== false)].join(" ");
    })
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("preferences over %s rows", (kind) => {
  function begin(): { log: RoomLog; room: string } {
    const log = new RoomLog(STATES[kind]());
    return { log, room: log.room(log.anna, "ops", { people: [log.ben] }) };
  }

  test("each is the user's own, and only the user is told", () => {
    const { log, room } = begin();
    const made = log.do(log.ben, set(room, "starred", "yes"));
    expect(made.facts).toEqual([{ kind: "conversation", conversationId: room, audience: { user: log.ben } }]);
    log.do(log.ben, set(room, "muted", "yes"));
    log.do(log.anna, set(room, "level", "nothing"));
    expect(preferred(log, room)).toEqual(["anna nothing", "ben starred muted default"]);
    log.do(log.ben, set(room, "starred", "no"));
    log.do(log.ben, set(room, "level", "mentions"));
    expect(preferred(log, room)).toEqual(["anna nothing", "ben muted mentions"]);
  });

  test("a retry that comes after another choice does not undo it", () => {
    const { log, room } = begin();
    const first = log.log.op(log.ben, set(room, "muted", "yes"));
    log.log.apply(first);
    log.do(log.ben, set(room, "muted", "no"));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(preferred(log, room)).toEqual(["ben default"]);
  });

  test("only who is in the conversation; what is neither a preference nor a value of one is invalid", () => {
    const { log, room } = begin();
    expect(log.error(log.eve, set(room, "starred", "yes"))).toBe("not_found");
    expect(log.error(log.eve, set(directId(log.anna, log.ben), "starred", "yes"))).toBe("not_found");
    for (const [field, value] of [
      ["starred", "maybe"],
      ["level", "loud"],
      ["level", "yes"],
      ["colour", "yes"],
    ] as const)
      expect(log.error(log.ben, set(room, field, value))).toBe("invalid");
    expect(rowsOf(log.log, "preferences")).toEqual([]);
    // Who leaves and comes back finds what was chosen.
    log.do(log.ben, set(room, "starred", "yes"));
    log.do(log.ben, todo.leave(room));
    expect(log.error(log.ben, set(room, "starred", "no"))).toBe("not_found");
    log.do(log.ben, todo.join(room));
    expect(preferred(log, room)).toEqual(["ben starred default"]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of preferences over %s rows", (kind) => {
  let room = "";
  const start: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
  };
  const both = (sides: readonly [Side, Side], expected: readonly string[]): void => {
    for (const [a, b] of [sides, [sides[1], sides[0]]] as const) {
      const { wins, other } = merge(STATES[kind], start, [a, b]);
      expect(preferred(wins, room)).toEqual([...expected]);
      expect(preferred(other, room)).toEqual([...expected]);
    }
  };
  const at =
    (micros: number, field: string, value: string): Side =>
    (log) =>
      log.do(log.ben, set(room, field, value), { timeMicros: micros });

  test("of two values of one preference the later counts", () => {
    both([at(2_000_000, "muted", "yes"), at(3_000_000, "muted", "no")], ["ben default"]);
    both([at(3_000_000, "muted", "yes"), at(2_000_000, "muted", "no")], ["ben muted default"]);
    both([at(3_000_000, "level", "all"), at(2_000_000, "level", "nothing")], ["ben all"]);
  });

  test("different preferences of one conversation are both kept", () => {
    both([at(2_000_000, "starred", "yes"), at(3_000_000, "muted", "yes")], ["ben starred muted default"]);
  });

  test("sent away on one branch: the preference is kept for the day when she comes back", () => {
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 });
    both([away, at(2_000_000, "starred", "yes")], ["ben starred default"]);
  });

  test("one that arrives before its conversation holds once that has come, in any order", () => {
    const log = new RoomLog(STATES[kind]());
    const conversation = directId(log.anna, log.ben);
    const ops = [
      log.log.op(log.ben, set(conversation, "starred", "yes"), { timeMicros: 3_000_000 }),
      log.log.op(log.ben, set(conversation, "starred", "no"), { timeMicros: 2_000_000 }),
    ];
    const applied = log.log.append(recovered(ops.map(encodeOp)));
    expect(applied.map(({ facts }) => kinds(facts))).toEqual([["conversation"], []]);
    log.log.message(log.anna, log.ben, "hello");
    expect(preferred(log, conversation)).toEqual(["ben starred default"]);
  });
});
