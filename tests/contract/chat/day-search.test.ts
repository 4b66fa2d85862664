/** Going to a date: the first message at a time or later, in a log whose times are nearly in order. */
import { describe, expect, test } from "bun:test";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import type { StateDb } from "../../../src/db/state/state-db.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { recovered, RoomLog, todo } from "../../support/room-log.ts";

const DAY = 24 * 3600 * 1e6;
const START = 1_000 * DAY;

describe("the first message of a day", () => {
  const log = new RoomLog(STATES["sqlite in memory"]());
  const room = log.room(log.anna, "ops", { people: [log.ben] });
  const other = log.room(log.anna, "dev", { people: [log.ben] });
  /** The text of the message at which `micros` leads to in the room; null: there is none. */
  function at(micros: number, id = room): string | null {
    const seq = (log.log.state as unknown as StateDb).queries.firstAt(id, micros);
    const found = rowsOf(log.log, "messages").find((row) => row["seq"] === seq);
    return found === undefined ? null : String(found["body"]);
  }

  test("in an empty conversation, and in none, there is nothing", () => {
    expect(at(START)).toBe(null);
    expect(at(START, "NoSuchRoom00")).toBe(null);
  });

  test("among many days, with other conversations between", () => {
    for (let n = 0; n < 300; n++) {
      log.say(log.anna, n % 3 === 0 ? other : room, `m${n}`, {
        timeMicros: START + n * DAY + 5,
        clientId: uuid(700_000 + n),
      });
    }
    const inRoom = Array.from({ length: 300 }, (_, n) => n).filter((n) => n % 3 !== 0);
    for (const n of inRoom) {
      expect(at(START + n * DAY)).toBe(`m${n}`);
      expect(at(START + n * DAY + 5)).toBe(`m${n}`);
      const next = inRoom.find((one) => one > n);
      expect(at(START + n * DAY + 6)).toBe(next === undefined ? null : `m${next}`);
    }
    expect(at(0)).toBe("m1");
    expect(at(START + 300 * DAY)).toBe(null);
  });

  test("what came late is found by its own time, and what did not is found behind it", () => {
    const late = Array.from({ length: 500 }, (_, n) =>
      encodeOp(
        log.log.op(log.ben, todo.say(room, `late${n}`), {
          timeMicros: START + (290 + n / 100) * DAY,
          clientId: uuid(800_000 + n),
        }),
      ),
    );
    log.log.append(recovered(late));
    log.say(log.anna, room, "after", { timeMicros: START + 400 * DAY, clientId: uuid(900_000) });
    expect(at(START + 100 * DAY)).toBe("m100");
    expect(at(START + 299 * DAY)).toBe("m299");
    // The late ones are above it, and were written before.
    expect(at(START + 300 * DAY)).toBe("after");
    expect(at(START + 401 * DAY)).toBe(null);
    const gone = log.room(log.anna, "gone", { people: [log.ben], clientId: uuid(900_001) });
    const only = [1, 2, 3].map((n) =>
      encodeOp(
        log.log.op(log.ben, todo.say(gone, `only${n}`), { timeMicros: START + n * DAY, clientId: uuid(900_010 + n) }),
      ),
    );
    log.log.append(recovered(only));
    expect([1, 2, 3, 4].map((n) => at(START + n * DAY, gone))).toEqual(["only1", "only2", "only3", null]);
    log.say(log.anna, gone, "today", { timeMicros: START + 9 * DAY, clientId: uuid(900_020) });
    // Of the day that was asked for, there are only late ones: they stand above what was written after them.
    expect([2, 4].map((n) => at(START + n * DAY, gone))).toEqual(["only2", "today"]);
  });
});
