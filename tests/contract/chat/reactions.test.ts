/**
 * Reactions to messages, over both implementations of Rows: what the rule decides on one branch, and what a merge makes
 * of two, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { EMOJI_PER_MESSAGE, REACTIONS_PER_MESSAGE } from "../../../src/chat/bounds.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { kinds, RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const THUMB = "👍";
const HEART = "❤️";

const add = (message: string, emoji = THUMB): OpBody => ({ kind: "react", message, emoji, on: true });
const take = (message: string, emoji = THUMB): OpBody => ({ kind: "react", message, emoji, on: false });

/** Who is shown with which emoji, at all messages. */
function shown(log: RoomLog): string[] {
  return rowsOf(log.log, "reactions")
    .filter((row) => row["shown"] === 1)
    .map((row) => `${log.nameOf(String(row["user"]))} ${String(row["emoji"])}`)
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("reactions over %s rows", (kind) => {
  /** A room of anna with ben, and what anna said there. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    return { log, room, message: log.say(log.anna, room, "shall we?") };
  }

  test("one of each emoji for each user; doing it again changes nothing, and tells nobody", () => {
    const { log, room, message } = begin();
    const made = log.do(log.ben, add(message));
    expect(kinds(made.facts)).toEqual(["changed"]);
    expect(made.facts[0]).toMatchObject({
      message: { body: "shall we?", changedSeq: made.seq, deleted: false },
      audience: { membersOf: room },
    });
    expect(log.do(log.ben, add(message)).facts).toEqual([]);
    log.do(log.anna, add(message));
    log.do(log.ben, add(message, HEART));
    expect(shown(log)).toEqual([`anna ${THUMB}`, `ben ${HEART}`, `ben ${THUMB}`]);
    expect(kinds(log.do(log.ben, take(message)).facts)).toEqual(["changed"]);
    expect(log.do(log.ben, take(message)).facts).toEqual([]);
    expect(shown(log)).toEqual([`anna ${THUMB}`, `ben ${HEART}`]);
  });

  test("a retry that comes after it was taken away does not bring it back", () => {
    const { log, message } = begin();
    const first = log.log.op(log.ben, add(message));
    log.log.apply(first);
    log.do(log.ben, take(message));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(shown(log)).toEqual([]);
  });

  test("only who may read the message: the others hear that there is none", () => {
    const { log, room, message } = begin();
    expect(log.error(log.eve, add(message))).toBe("not_found");
    expect(log.error(log.ben, add(`${log.anna}-${uuid(777)}`))).toBe("not_found");
    log.do(log.ben, { kind: "deleteMessages", ids: [message] });
    // Ben has hidden it from himself.
    expect(log.error(log.ben, add(message))).toBe("not_found");
    log.do(log.anna, todo.remove(room, log.ben));
    expect(log.error(log.ben, add(message))).toBe("not_found");
    log.do(log.anna, todo.archive(room));
    expect(log.error(log.anna, add(message))).toBe("archived");
    expect(shown(log)).toEqual([]);
  });

  test("a deleted message has none any more, and takes none", () => {
    const { log, message } = begin();
    log.do(log.ben, add(message));
    log.do(log.anna, { kind: "deleteMessages", ids: [message] });
    expect(rowsOf(log.log, "reactions")).toEqual([]);
    expect(log.error(log.ben, add(message))).toBe("not_found");
  });

  test("limits: so many emoji, so many reactions, so many bytes; what is there can still be joined and taken away", () => {
    const { log, message } = begin();
    for (let n = 0; n < EMOJI_PER_MESSAGE; n++) expect(log.error(log.ben, add(message, `e${n}`))).toBe(null);
    expect(log.error(log.anna, add(message, "one more"))).toBe("too_many");
    expect(log.error(log.anna, add(message, "e0"))).toBe(null);
    expect(log.error(log.anna, add(message, "e0"))).toBe(null);
    expect(log.error(log.ben, take(message, "e1"))).toBe(null);
    expect(log.error(log.anna, add(message, "one more"))).toBe(null);
    for (const wrong of ["", "x".repeat(65)]) expect(log.error(log.anna, add(message, wrong))).toBe("invalid");
  });

  test("no more reactions than a row can name", () => {
    const { log, room, message } = begin();
    const crowd = Array.from({ length: REACTIONS_PER_MESSAGE + 1 }, (_, n) => log.log.person(`p${n}`));
    for (const user of crowd) log.do(user, todo.join(room));
    const errors = crowd.map((user) => log.error(user, add(message)));
    expect(errors.slice(0, -1).every((error) => error === null)).toBe(true);
    expect(errors.at(-1)).toBe("too_many");
  });
});

describe.each(["memory", "sqlite"] as const)("merges of reactions over %s rows", (kind) => {
  let room = "";
  let message = "";
  const before =
    (...more: OpBody[]): Side =>
    (log) => {
      room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
      message = log.say(log.anna, room, "shall we?", { clientId: uuid(51) });
      for (const body of more) log.do(log.ben, { ...body, message } as OpBody);
    };
  /** Merged with either side as the winner: what is shown must be what is expected both times. */
  const both = (start: Side, sides: readonly [Side, Side], expected: readonly string[]): void => {
    const { wins, other } = merge(STATES[kind], start, sides);
    expect(shown(wins)).toEqual([...expected]);
    expect(shown(other)).toEqual([...expected]);
  };
  const at =
    (micros: number, body: () => OpBody): Side =>
    (log) =>
      log.do(log.ben, body(), { timeMicros: micros });

  test("added on one branch and taken away on the other: the later counts", () => {
    const on = (micros: number): Side => at(micros, () => add(message));
    const off = (micros: number): Side => at(micros, () => take(message));
    for (const start of [before(), before(add(""))]) {
      both(start, [on(2_000_000), off(3_000_000)], []);
      both(start, [off(3_000_000), on(2_000_000)], []);
      both(start, [on(3_000_000), off(2_000_000)], [`ben ${THUMB}`]);
      both(start, [off(2_000_000), on(3_000_000)], [`ben ${THUMB}`]);
    }
  });

  test("different emoji, and the same one of two people: all of them", () => {
    const sides: [Side, Side] = [
      (log) => log.do(log.ben, add(message)),
      (log) => {
        log.do(log.ben, add(message, HEART));
        log.do(log.anna, add(message));
      },
    ];
    both(before(), sides, [`anna ${THUMB}`, `ben ${HEART}`, `ben ${THUMB}`]);
  });

  test("deleted on one branch: no reaction stays", () => {
    const erase: Side = (log) => log.do(log.anna, { kind: "deleteMessages", ids: [message] });
    both(before(), [erase, (log) => log.do(log.ben, add(message))], []);
    both(before(), [(log) => log.do(log.ben, add(message)), erase], []);
  });

  test("sent away on one branch: what was said on the other stays; an outsider's never comes", () => {
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 });
    const says: Side = (log) => {
      log.do(log.ben, add(message));
      expect(log.error(log.eve, add(message))).toBe("not_found");
    };
    both(before(), [away, says], [`ben ${THUMB}`]);
    both(before(), [says, away], [`ben ${THUMB}`]);
  });

  test("above the limit of emoji, all are kept", () => {
    const some =
      (from: number): Side =>
      (log) => {
        for (let n = 0; n < EMOJI_PER_MESSAGE; n++) log.do(log.ben, add(message, `e${from + n}`));
      };
    const { wins, other } = merge(STATES[kind], before(), [some(0), some(100)]);
    expect(shown(wins)).toHaveLength(2 * EMOJI_PER_MESSAGE);
    expect(shown(other)).toEqual(shown(wins));
  });

  test("a reaction that comes before its message waits for it, and the later of two counts in any order", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    const sent = log.log.op(log.anna, todo.say(own, "late"), { clientId: uuid(60) });
    const id = `${log.anna}-${uuid(60)}`;
    const ops = [
      log.log.op(log.ben, add(id), { timeMicros: 3_000_000 }),
      log.log.op(log.ben, take(id), { timeMicros: 2_000_000 }),
      log.log.op(log.anna, add(id, HEART)),
      log.log.op(log.eve, add(id, HEART)),
    ];
    log.log.append(recovered(ops.map(encodeOp)));
    expect(shown(log)).toEqual([]);
    const [applied] = log.log.append(recovered([encodeOp(sent)]));
    expect(shown(log)).toEqual([`anna ${HEART}`, `ben ${THUMB}`]);
    expect(kinds(applied!.facts)).toEqual(["message", "changed", "changed"]);
    expect(rowsOf(log.log, "early")).toEqual([]);
    // Deleted before it came: nothing is left of it.
    const gone = log.log.op(log.anna, todo.say(own, "gone"), { clientId: uuid(61) });
    const goneId = `${log.anna}-${uuid(61)}`;
    log.do(log.anna, { kind: "deleteMessages", ids: [goneId] }, RECOVERED);
    log.do(log.ben, add(goneId), RECOVERED);
    log.log.append(recovered([encodeOp(gone)]));
    expect(shown(log)).toEqual([`anna ${HEART}`, `ben ${THUMB}`]);
  });
});
