/**
 * Pinned messages, over both implementations of Rows: what the rule decides on one branch, and what a merge makes of
 * two, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { PINS_MAX } from "../../../src/chat/bounds.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { threadIdOf } from "../../../src/chat/ids.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const on = (message: string): OpBody => ({ kind: "pin", message, on: true });
const off = (message: string): OpBody => ({ kind: "pin", message, on: false });

/** Who has pinned what, by the texts of the messages. */
function pinned(log: RoomLog): string[] {
  const texts = new Map(rowsOf(log.log, "messages").map((row) => [row["seq"], String(row["body"])]));
  return rowsOf(log.log, "pins")
    .filter((row) => row["is_on"] === 1)
    .map((row) => `${log.nameOf(String(row["by"]))}: ${texts.get(row["seq"])}`)
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("pins over %s rows", (kind) => {
  /** A room of anna with ben, and what anna said there. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    return { log, room, message: log.say(log.anna, room, "rules") };
  }

  test("anybody there pins and unpins; doing it again tells nobody", () => {
    const { log, room, message } = begin();
    const made = log.do(log.ben, on(message));
    expect(kinds(made.facts)).toEqual(["changed"]);
    expect(made.facts[0]).toMatchObject({
      message: { body: "rules", changedSeq: made.seq },
      audience: { membersOf: room },
    });
    expect(log.do(log.anna, on(message)).facts).toEqual([]);
    expect(pinned(log)).toEqual(["anna: rules"]);
    expect(kinds(log.do(log.anna, off(message)).facts)).toEqual(["changed"]);
    expect(log.do(log.ben, off(message)).facts).toEqual([]);
    expect(pinned(log)).toEqual([]);
  });

  test("a retry that comes after the pin was taken away does not bring it back", () => {
    const { log, message } = begin();
    const first = log.log.op(log.ben, on(message));
    log.log.apply(first);
    log.do(log.anna, off(message));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(pinned(log)).toEqual([]);
  });

  test("only who may read the message, and in a room where only admins write only they", () => {
    const { log, room, message } = begin();
    expect(log.error(log.eve, on(message))).toBe("not_found");
    expect(log.error(log.ben, on(`${log.anna}-${uuid(777)}`))).toBe("not_found");
    log.do(log.anna, { kind: "setPosting", room, adminsOnly: true, slowSeconds: 0 });
    expect(log.error(log.ben, on(message))).toBe("not_allowed");
    expect(log.error(log.anna, on(message))).toBe(null);
    expect(log.error(log.ben, off(message))).toBe("not_allowed");
    log.do(log.anna, { kind: "setPosting", room, adminsOnly: false, slowSeconds: 0 });
    log.do(log.ben, { kind: "deleteMessages", ids: [message] });
    // Ben has hidden it from himself.
    expect(log.error(log.ben, on(message))).toBe("not_found");
    log.do(log.anna, todo.remove(room, log.ben));
    expect(log.error(log.ben, off(message))).toBe("not_found");
    log.do(log.anna, todo.archive(room));
    expect(log.error(log.anna, off(message))).toBe("archived");
    expect(pinned(log)).toEqual(["anna: rules"]);
  });

  test("a reply is pinned in its thread, under the rules of the room", () => {
    const { log, room, message } = begin();
    const thread = threadIdOf(message);
    const reply = log.say(log.ben, thread, "yes");
    expect(log.do(log.anna, on(reply)).facts).toMatchObject([{ kind: "changed", audience: { membersOf: thread } }]);
    expect(log.error(log.eve, on(reply))).toBe("not_found");
    log.do(log.anna, { kind: "setPosting", room, adminsOnly: true, slowSeconds: 0 });
    expect(log.error(log.ben, off(reply))).toBe("not_allowed");
    expect(pinned(log)).toEqual(["anna: yes"]);
  });

  test("a message that is deleted, or whose room's admin removes it, loses its pin", () => {
    const { log, room, message } = begin();
    log.do(log.ben, on(message));
    log.do(log.anna, { kind: "deleteMessages", ids: [message] });
    expect(rowsOf(log.log, "pins")).toEqual([]);
    expect(log.error(log.ben, on(message))).toBe("not_found");
    const other = log.say(log.ben, room, "spam");
    log.do(log.ben, on(other));
    log.do(log.anna, { kind: "deleteMessages", ids: [other], forEveryone: true });
    expect(rowsOf(log.log, "pins")).toEqual([]);
  });

  test("so many in one conversation; one that is pinned already is not more", () => {
    const { log, room, message } = begin();
    const others = Array.from({ length: PINS_MAX }, (_, n) => log.say(log.anna, room, `m${n}`));
    for (const id of others) expect(log.error(log.ben, on(id))).toBe(null);
    expect(log.error(log.ben, on(message))).toBe("too_many");
    expect(log.error(log.anna, on(others[0]!))).toBe(null);
    expect(log.error(log.anna, off(others[1]!))).toBe(null);
    expect(log.error(log.ben, on(message))).toBe(null);
    // Another conversation has pins of its own.
    const thread = log.say(log.ben, threadIdOf(message), "below");
    expect(log.error(log.ben, on(thread))).toBe(null);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of pins over %s rows", (kind) => {
  let room = "";
  let message = "";
  const before =
    (...more: OpBody[]): Side =>
    (log) => {
      room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
      message = log.say(log.anna, room, "rules", { clientId: uuid(51) });
      for (const body of more) log.do(log.ben, { ...body, message } as OpBody);
    };
  /** Merged with either side as the winner: what is pinned must be what is expected both times. */
  const both = (start: Side, sides: readonly [Side, Side], expected: readonly string[]): void => {
    const { wins, other } = merge(STATES[kind], start, sides);
    expect(pinned(wins)).toEqual([...expected]);
    expect(pinned(other)).toEqual([...expected]);
  };

  test("pinned on one branch and unpinned on the other: the later counts, whoever did it", () => {
    const pins =
      (micros: number): Side =>
      (log) =>
        log.do(log.ben, on(message), { timeMicros: micros });
    const unpins =
      (micros: number): Side =>
      (log) =>
        log.do(log.anna, off(message), { timeMicros: micros });
    for (const start of [before(), before(on(""))]) {
      both(start, [pins(2_000_000), unpins(3_000_000)], []);
      both(start, [unpins(3_000_000), pins(2_000_000)], []);
      both(start, [pins(3_000_000), unpins(2_000_000)], ["ben: rules"]);
      both(start, [unpins(2_000_000), pins(3_000_000)], ["ben: rules"]);
    }
  });

  test("pinned on both branches: once, by the one who did it last", () => {
    const by =
      (who: "anna" | "ben", micros: number): Side =>
      (log) =>
        log.do(log[who], on(message), { timeMicros: micros });
    both(before(), [by("anna", 2_000_000), by("ben", 3_000_000)], ["ben: rules"]);
    both(before(), [by("ben", 3_000_000), by("anna", 2_000_000)], ["ben: rules"]);
  });

  test("deleted on one branch: no pin stays", () => {
    const erase: Side = (log) => log.do(log.anna, { kind: "deleteMessages", ids: [message] });
    both(before(), [erase, (log) => log.do(log.ben, on(message))], []);
    both(before(), [(log) => log.do(log.ben, on(message)), erase], []);
  });

  test("sent away on one branch: what was pinned on the other stays; an outsider's pin never comes", () => {
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 });
    const pins: Side = (log) => {
      log.do(log.ben, on(message));
      expect(log.error(log.eve, off(message))).toBe("not_found");
    };
    both(before(), [away, pins], ["ben: rules"]);
    both(before(), [pins, away], ["ben: rules"]);
  });

  test("above the limit, all are kept", () => {
    const some =
      (from: number): Side =>
      (log) => {
        for (let n = 0; n < PINS_MAX; n++)
          log.do(log.ben, on(log.say(log.ben, room, `m${from + n}`, { clientId: uuid(from + n) })));
      };
    const { wins, other } = merge(STATES[kind], before(), [some(1000), some(2000)]);
    expect(pinned(wins)).toHaveLength(2 * PINS_MAX);
    expect(pinned(other)).toEqual(pinned(wins));
  });

  test("a pin that comes before its message waits for it, and the later of two counts in any order", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    const sent = log.log.op(log.anna, todo.say(own, "late"), { clientId: uuid(60) });
    const id = `${log.anna}-${uuid(60)}`;
    const ops = [
      log.log.op(log.ben, on(id), { timeMicros: 3_000_000 }),
      log.log.op(log.anna, off(id), { timeMicros: 2_000_000 }),
      log.log.op(log.eve, off(id), { timeMicros: 9_000_000 }),
    ];
    log.log.append(recovered(ops.map(encodeOp)));
    expect(pinned(log)).toEqual([]);
    const [applied] = log.log.append(recovered([encodeOp(sent)]));
    expect(pinned(log)).toEqual(["ben: late"]);
    expect(kinds(applied!.facts)).toEqual(["message", "changed"]);
    expect(rowsOf(log.log, "early")).toEqual([]);
  });
});
