/**
 * Saved messages, over both implementations of Rows: what the rule decides on one branch, and what a merge makes of two,
 * in both directions.
 */
import { describe, expect, test } from "bun:test";
import { SAVED_MAX } from "../../../src/chat/bounds.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import type { StateDb } from "../../../src/db/state/state-db.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const on = (message: string): OpBody => ({ kind: "save", message, on: true });
const off = (message: string): OpBody => ({ kind: "save", message, on: false });

/** Who has saved what, by the texts of the messages. */
function saved(log: RoomLog): string[] {
  const texts = new Map(rowsOf(log.log, "messages").map((row) => [row["seq"], String(row["body"])]));
  return rowsOf(log.log, "saved")
    .filter((row) => row["is_on"] === 1)
    .map((row) => `${log.nameOf(String(row["user"]))}: ${texts.get(row["seq"])}`)
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("saved messages over %s rows", (kind) => {
  /** A room of anna with ben, and what anna said there. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    return { log, room, message: log.say(log.anna, room, "rules") };
  }

  test("only the user is told, and only of a change; the message is as it was", () => {
    const { log, room, message } = begin();
    const fact = { kind: "saved", conversationId: room, messageId: message, audience: { user: log.ben } } as const;
    expect(log.do(log.ben, on(message)).facts).toEqual([{ ...fact, on: true }]);
    expect(log.do(log.ben, on(message)).facts).toEqual([]);
    expect(rowsOf(log.log, "messages")).toMatchObject([{ changed_seq: 0 }]);
    expect(saved(log)).toEqual(["ben: rules"]);
    expect(log.do(log.ben, off(message)).facts).toEqual([{ ...fact, on: false }]);
    expect(log.do(log.ben, off(message)).facts).toEqual([]);
    expect(saved(log)).toEqual([]);
  });

  test("a retry that comes after the user let go of it does not bring it back", () => {
    const { log, message } = begin();
    const first = log.log.op(log.ben, on(message));
    log.log.apply(first);
    log.do(log.ben, off(message));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(saved(log)).toEqual([]);
  });

  test("only who may read the message saves it; whoever saved it may let go of it, whatever became of it", () => {
    const { log, room, message } = begin();
    expect(log.error(log.eve, on(message))).toBe("not_found");
    expect(log.error(log.eve, off(message))).toBe("not_found");
    expect(log.error(log.ben, on(`${log.anna}-${uuid(777)}`))).toBe("not_found");
    log.do(log.ben, on(message));
    const other = log.say(log.anna, room, "gone");
    log.do(log.ben, on(other));
    log.do(log.anna, { kind: "deleteMessages", ids: [other] });
    log.do(log.anna, todo.remove(room, log.ben));
    log.do(log.anna, todo.archive(room));
    expect(saved(log)).toEqual(["ben: ", "ben: rules"]);
    // In an archived room, too, because nobody else sees it.
    expect(log.error(log.anna, on(message))).toBe(null);
    for (const id of [message, other]) expect(log.error(log.ben, off(id))).toBe(null);
    expect(saved(log)).toEqual(["anna: rules"]);
    for (const id of [message, other]) expect(log.error(log.ben, on(id))).toBe("not_found");
  });
});

test("so many of one user; one that is saved already is not more", () => {
  const log = new RoomLog(STATES["sqlite in memory"]());
  const room = log.room(log.anna, "ops", { people: [log.ben] });
  const [first, second] = [log.say(log.anna, room, "first"), log.say(log.anna, room, "second")];
  log.do(log.ben, on(first));
  // As if there had been as many messages.
  (log.log.state as unknown as StateDb).client().run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${SAVED_MAX - 1})
     INSERT INTO saved SELECT '${log.ben}', 1, 1000000 + i, 1, 'tag ' || i, 1 FROM n`,
  );
  expect(log.error(log.ben, on(second))).toBe("too_many");
  expect(log.error(log.ben, on(first))).toBe(null);
  expect(log.error(log.anna, on(second))).toBe(null);
  expect(log.error(log.ben, off(first))).toBe(null);
  expect(log.error(log.ben, on(second))).toBe(null);
});

describe.each(["memory", "sqlite"] as const)("merges of saved messages over %s rows", (kind) => {
  let room = "";
  let message = "";
  const before =
    (...more: OpBody[]): Side =>
    (log) => {
      room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
      message = log.say(log.anna, room, "rules", { clientId: uuid(51) });
      for (const body of more) log.do(log.ben, { ...body, message } as OpBody);
    };
  /** Merged with either side as the winner: what is saved must be what is expected both times. */
  const both = (start: Side, sides: readonly [Side, Side], expected: readonly string[]): void => {
    const { wins, other } = merge(STATES[kind], start, sides);
    expect(saved(wins)).toEqual([...expected]);
    expect(saved(other)).toEqual([...expected]);
  };

  test("saved on one branch and let go of on the other: the later counts", () => {
    const saves =
      (micros: number): Side =>
      (log) =>
        log.do(log.ben, on(message), { timeMicros: micros });
    const drops =
      (micros: number): Side =>
      (log) => {
        // On a branch that does not know that it is saved, letting go of it changes nothing, and wins all the same.
        log.do(log.ben, off(message), { timeMicros: micros });
      };
    for (const start of [before(), before(on(""))]) {
      both(start, [saves(2_000_000), drops(3_000_000)], []);
      both(start, [drops(3_000_000), saves(2_000_000)], []);
      both(start, [saves(3_000_000), drops(2_000_000)], ["ben: rules"]);
      both(start, [drops(2_000_000), saves(3_000_000)], ["ben: rules"]);
    }
  });

  test("deleted, or sent away, on one branch: it stays saved, for the list to say that it is gone", () => {
    const saves: Side = (log) => log.do(log.ben, on(message));
    const erase: Side = (log) => log.do(log.anna, { kind: "deleteMessages", ids: [message] });
    both(before(), [erase, saves], ["ben: "]);
    both(before(), [saves, erase], ["ben: "]);
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 });
    both(before(), [away, saves], ["ben: rules"]);
    both(before(), [saves, away], ["ben: rules"]);
  });

  test("one that comes before its message waits for it, and the later of two counts in any order", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    const sent = log.log.op(log.anna, todo.say(own, "late"), { clientId: uuid(60) });
    const id = `${log.anna}-${uuid(60)}`;
    const ops = [
      log.log.op(log.ben, on(id), { timeMicros: 3_000_000 }),
      log.log.op(log.ben, off(id), { timeMicros: 2_000_000 }),
      log.log.op(log.anna, on(id), { timeMicros: 2_000_000 }),
      log.log.op(log.anna, off(id), { timeMicros: 3_000_000 }),
    ];
    log.log.append(recovered(ops.map(encodeOp)));
    expect(saved(log)).toEqual([]);
    log.log.append(recovered([encodeOp(sent)]));
    expect(saved(log)).toEqual(["ben: late"]);
    expect(rowsOf(log.log, "early")).toEqual([]);
  });
});
