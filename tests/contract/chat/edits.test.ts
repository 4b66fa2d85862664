/**
 * Edited messages, over both implementations of Rows: what the rule decides on one branch, and what a merge makes of
 * two, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { MESSAGE_BYTES_MAX, VERSIONS_BYTES_MAX, VERSIONS_MAX } from "../../../src/chat/bounds.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { kinds, RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const edit = (message: string, body: string): OpBody => ({ kind: "editMessage", message, body });
const erase = (message: string): OpBody => ({ kind: "deleteMessages", ids: [message] });

/** The texts of edited messages, in the order in which a reader sees them. */
function versions(log: RoomLog): string[] {
  return rowsOf(log.log, "versions")
    .toSorted((a, b) => (String(a["tag"]) < String(b["tag"]) ? -1 : 1))
    .map((row) => String(row["body"]));
}

describe.each(["memory", "sqlite"] as const)("edits over %s rows", (kind) => {
  /** A room of anna with ben, and what anna said there. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    return { log, room, message: log.say(log.anna, room, "teh words") };
  }

  test("the message has the new text, and the texts before it are kept; the same text again changes nothing", () => {
    const { log, room, message } = begin();
    const made = log.do(log.anna, edit(message, "the words"));
    expect(kinds(made.facts)).toEqual(["changed"]);
    expect(made.facts[0]).toMatchObject({
      message: { body: "the words", changedSeq: made.seq, deleted: false },
      audience: { membersOf: room },
    });
    expect(log.do(log.anna, edit(message, "the words")).facts).toEqual([]);
    log.do(log.anna, edit(message, "those words"));
    expect(log.said(room)).toEqual(["those words"]);
    expect(versions(log)).toEqual(["teh words", "the words", "those words"]);
  });

  test("a retry that comes after another edit does not bring its text back", () => {
    const { log, room, message } = begin();
    const first = log.log.op(log.anna, edit(message, "first"));
    log.log.apply(first);
    log.do(log.anna, edit(message, "second"));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(log.said(room)).toEqual(["second"]);
  });

  test("only its author, where she may write; to those who may not see it, it does not exist", () => {
    const { log, room, message } = begin();
    expect(log.error(log.ben, edit(message, "mine"))).toBe("not_allowed");
    expect(log.error(log.eve, edit(message, "mine"))).toBe("not_found");
    expect(log.error(log.anna, edit(`${log.anna}-${uuid(777)}`, "mine"))).toBe("not_found");
    for (const wrong of ["", "x".repeat(MESSAGE_BYTES_MAX + 1)])
      expect(log.error(log.anna, edit(message, wrong))).toBe("invalid");
    log.do(log.anna, todo.archive(room));
    expect(log.error(log.anna, edit(message, "late"))).toBe("archived");
    log.do(log.anna, todo.archive(room, false));
    const bens = log.say(log.ben, room, "of ben");
    log.do(log.anna, todo.remove(room, log.ben));
    expect(log.error(log.ben, edit(bens, "from outside"))).toBe("not_found");
    expect(log.said(room)).toEqual(["teh words", "of ben"]);
  });

  test("deleting the message deletes every text that it had", () => {
    const { log, message } = begin();
    log.do(log.anna, edit(message, "the words"));
    log.do(log.anna, erase(message));
    expect(rowsOf(log.log, "versions")).toEqual([]);
    expect(log.error(log.anna, edit(message, "back"))).toBe("not_found");
  });

  test("so many texts, and so many bytes, are kept", () => {
    const { log, message } = begin();
    for (let n = 0; n < 2 * VERSIONS_MAX; n++) log.do(log.anna, edit(message, `text ${n}`));
    expect(versions(log)).toEqual(Array.from({ length: VERSIONS_MAX }, (_, n) => `text ${n + VERSIONS_MAX}`));
    const long = (n: number): string => String.fromCodePoint(97 + n).repeat(MESSAGE_BYTES_MAX);
    for (let n = 0; n < VERSIONS_MAX; n++) log.do(log.anna, edit(message, long(n)));
    const kept = versions(log);
    expect(kept.join("").length).toBeLessThanOrEqual(VERSIONS_BYTES_MAX);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => long(VERSIONS_MAX - kept.length + n)));
    expect(kept.length).toBeGreaterThan(5);
  });

  test("on one branch the log decides, also if a clock went back", () => {
    const { log, room, message } = begin();
    log.do(log.anna, edit(message, "first"), { timeMicros: 9_000_000 });
    log.do(log.anna, edit(message, "second"), { timeMicros: 2_000_000 });
    expect(log.said(room)).toEqual(["second"]);
    expect(versions(log)).toEqual(["teh words", "first", "second"]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of edits over %s rows", (kind) => {
  let room = "";
  let message = "";
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    message = log.say(log.anna, room, "sent", { clientId: uuid(51) });
  };
  const edits =
    (...texts: readonly (readonly [number, string])[]): Side =>
    (log) => {
      for (const [timeMicros, text] of texts) log.do(log.anna, edit(message, text), { timeMicros });
    };
  /** Merged with either side as the winner: both times the same is shown, and the same was there before. */
  const both = (sides: readonly [Side, Side], said: readonly string[], had: readonly string[]): void => {
    const { wins, other } = merge(STATES[kind], before, sides);
    for (const log of [wins, other]) {
      expect(log.said(room)).toEqual([...said]);
      expect(versions(log)).toEqual([...had]);
    }
  };

  test("edited on both branches: the later text is shown, the other is one of its versions", () => {
    const [early, late] = [edits([2_000_000, "early"]), edits([3_000_000, "late"])];
    both([early, late], ["late"], ["sent", "early", "late"]);
    both([late, early], ["late"], ["sent", "early", "late"]);
  });

  test("of one time, the same one on both sides; the same text twice", () => {
    const same = edits([2_000_000, "same"]);
    both([same, same], ["same"], ["sent", "same", "same"]);
  });

  test("many on both: the same ones are kept", () => {
    const many = (from: number): Side =>
      edits(...Array.from({ length: 15 }, (_, n) => [2_000_000 + from + 2 * n, `${from} ${n}`] as const));
    const { wins, other } = merge(STATES[kind], before, [many(0), many(1)]);
    expect(versions(wins)).toHaveLength(VERSIONS_MAX);
    expect(versions(other)).toEqual(versions(wins));
    const long = (from: number): Side =>
      edits(...Array.from({ length: 9 }, (_, n) => [2_000_000 + from + 2 * n, `${from}${n}`.repeat(700 * n)] as const));
    const sized = merge(STATES[kind], before, [long(1), long(2)]);
    expect(versions(sized.other)).toEqual(versions(sized.wins));
    expect(versions(sized.wins).join("").length).toBeLessThanOrEqual(VERSIONS_BYTES_MAX);
  });

  test("deleted on one branch: it stays deleted, and no text of it is left", () => {
    const gone: Side = (log) => log.do(log.anna, erase(message), { timeMicros: 2_000_000 });
    both([gone, edits([9_000_000, "later"])], [""], []);
    both([edits([9_000_000, "later"]), gone], [""], []);
  });

  test("sent away on one branch: the text that she gave it on the other is kept", () => {
    let bens = "";
    const start: Side = (log) => {
      before(log);
      bens = log.say(log.ben, room, "of ben", { clientId: uuid(52) });
    };
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben));
    const edits: Side = (log) => log.do(log.ben, edit(bens, "of ben, edited"));
    for (const sides of [[away, edits] as const, [edits, away] as const]) {
      const { wins, other } = merge(STATES[kind], start, sides);
      for (const log of [wins, other]) expect(log.said(room)).toEqual(["sent", "of ben, edited"]);
    }
  });

  test("an edit that comes before its message waits for it, in any order; of a deleted one nothing is left", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    const sent = log.log.op(log.anna, todo.say(own, "sent"), { clientId: uuid(60) });
    const id = `${log.anna}-${uuid(60)}`;
    const ops = [
      log.log.op(log.anna, edit(id, "second\nline, and so on"), { timeMicros: 9_000_000 }),
      log.log.op(log.anna, edit(id, "first"), { timeMicros: 8_000_000 }),
      // Somebody else's edit, which no branch would have accepted.
      log.log.op(log.ben, edit(id, "of ben"), { timeMicros: 9_900_000 }),
    ];
    log.log.append(recovered(ops.map(encodeOp)));
    expect(log.said(own)).toEqual([]);
    const [applied] = log.log.append(recovered([encodeOp(sent)]));
    expect(log.said(own)).toEqual(["second\nline, and so on late"]);
    expect(versions(log)).toEqual(["sent", "first", "second\nline, and so on"]);
    expect(kinds(applied!.facts)[0]).toBe("message");
    expect(rowsOf(log.log, "early")).toEqual([]);
    const gone = log.log.op(log.anna, todo.say(own, "gone"), { clientId: uuid(61) });
    const goneId = `${log.anna}-${uuid(61)}`;
    log.do(log.anna, edit(goneId, "edited"), RECOVERED);
    log.do(log.anna, erase(goneId), RECOVERED);
    log.log.append(recovered([encodeOp(gone)]));
    expect(log.said(own)).toEqual(["second\nline, and so on late", " late"]);
    expect(versions(log)).toHaveLength(3);
  });
});
