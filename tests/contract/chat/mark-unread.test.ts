/**
 * Marking messages as unread again, over both implementations of Rows: the read mark stays where it is, and a register
 * beside it says from where on the user wants to see messages as unread; what a merge makes of two branches.
 */
import { describe, expect, test } from "bun:test";
import { readUpTo } from "../../../src/chat/kept-rows.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { threadIdOf } from "../../../src/chat/ids.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const unread = (message: string): OpBody => ({ kind: "markUnread", message });

/** The session with which somebody marks. */
function sessionOf(log: RoomLog, user: string): string {
  return String(rowsOf(log.log, "sessions").find((row) => row["user"] === user)!["id"]);
}

/** What the proposer knows: the tag of the user's last op that marked the conversation as unread. */
function seenBy(log: RoomLog, user: string): string {
  const row = rowsOf(log.log, "unreads").find((one) => one["user"] === user);
  return row === undefined ? "" : String(row["tag"]);
}

function reads(
  log: RoomLog,
  user: string,
  upTo: string | null,
  ids: readonly string[],
  seen = seenBy(log, user),
): OpBody {
  return {
    kind: "marks",
    marks: [{ user, session: sessionOf(log, user), upTo, ids, ...(seen === "" ? {} : { seen }) }],
  };
}

/** The texts of others that the user has not read. */
function unreadOf(log: RoomLog, user: string, conversation: string): string[] {
  const member = rowsOf(log.log, "members").find(
    (row) => row["user"] === user && row["conversation"] === conversation,
  )!;
  const marked = rowsOf(log.log, "unreads").find((row) => row["user"] === user && row["conversation"] === conversation);
  const from = readUpTo(Number(member["mark"]), marked === undefined ? null : { from: Number(marked["from"]) });
  const singly = new Set(
    rowsOf(log.log, "reads")
      .filter((row) => row["user"] === user)
      .map((row) => row["seq"]),
  );
  const number = rowsOf(log.log, "conversations").find((row) => row["id"] === conversation)!["created_seq"];
  return rowsOf(log.log, "messages")
    .filter((row) => row["conversation"] === number && row["author"] !== user && row["deleted"] === 0)
    .filter((row) => Number(row["seq"]) > from && !singly.has(row["seq"]))
    .map((row) => String(row["body"]));
}

describe.each(["memory", "sqlite"] as const)("marking as unread over %s rows", (kind) => {
  /** A room of anna with ben, and what anna said there, which ben has read. */
  function begin(): { log: RoomLog; room: string; ids: string[] } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const ids = ["a", "b", "c", "d"].map((text) => log.say(log.anna, room, text));
    log.do(log.ben, reads(log, log.ben, ids[3]!, []));
    return { log, room, ids };
  }
  const of = (log: RoomLog, room: string): string[] => unreadOf(log, log.ben, room);
  const markOf = (log: RoomLog): unknown =>
    rowsOf(log.log, "members").findLast((row) => row["user"] === log.ben)!["mark"];

  test("from a message on, all are unread; only the user is told; the mark stays", () => {
    const { log, room, ids } = begin();
    expect(of(log, room)).toEqual([]);
    const mark = markOf(log);
    const made = log.do(log.ben, unread(ids[1]!));
    expect(made.facts).toEqual([
      { kind: "unread", conversationId: room, from: expect.any(Number), audience: { user: log.ben } },
    ]);
    expect(of(log, room)).toEqual(["b", "c", "d"]);
    expect(markOf(log)).toBe(mark);
    // The later choice counts, also if it is less.
    log.do(log.ben, unread(ids[2]!));
    expect(of(log, room)).toEqual(["c", "d"]);
    log.say(log.anna, room, "e");
    expect(of(log, room)).toEqual(["c", "d", "e"]);
  });

  test("reading ends it, all at once or message by message, in any order", () => {
    const { log, room, ids } = begin();
    log.do(log.ben, unread(ids[0]!));
    const read = log.do(log.ben, reads(log, log.ben, ids[3]!, []));
    expect(kinds(read.facts)).toEqual(["read"]);
    expect(of(log, room)).toEqual([]);
    log.do(log.ben, unread(ids[0]!));
    log.do(log.ben, reads(log, log.ben, null, [ids[1]!]));
    expect(of(log, room)).toEqual(["a", "c", "d"]);
    log.do(log.ben, reads(log, log.ben, null, [ids[0]!]));
    expect(of(log, room)).toEqual(["c", "d"]);
    log.do(log.ben, reads(log, log.ben, null, [ids[2]!, ids[3]!]));
    expect(of(log, room)).toEqual([]);
    expect(rowsOf(log.log, "reads")).toEqual([]);
    expect(rowsOf(log.log, "unreads")).toMatchObject([{ from: 0 }]);
    log.say(log.anna, room, "e");
    expect(of(log, room)).toEqual(["e"]);
  });

  test("a mark that was under way does not undo it, nor does a message of the user's own that read nothing", () => {
    const { log, room, ids } = begin();
    log.do(log.ben, unread(ids[2]!));
    log.do(log.ben, reads(log, log.ben, ids[3]!, [], ""));
    log.do(log.ben, reads(log, log.ben, null, [ids[2]!], ""));
    expect(of(log, room)).toEqual(["c", "d"]);
    for (let n = 0; n < 20; n++) log.say(log.ben, room, "mine");
    expect(of(log, room)).toEqual(["c", "d"]);
    // A reply says what its author was shown.
    log.do(log.ben, { ...todo.say(room, "now"), readUpTo: ids[3]! } as OpBody);
    expect(of(log, room)).toEqual([]);
  });

  test("above the mark: what was read singly is unread again", () => {
    const { log, room } = begin();
    const [e, f, g] = ["e", "f", "g"].map((text) => log.say(log.anna, room, text)) as [string, string, string];
    log.do(log.ben, reads(log, log.ben, null, [f, g]));
    expect(of(log, room)).toEqual(["e"]);
    log.do(log.ben, unread(g));
    expect(of(log, room)).toEqual(["e", "g"]);
    expect(e).not.toBe("");
  });

  test("from one's own message on, the next one of somebody else; with none, it is refused", () => {
    const { log, room, ids } = begin();
    const own = log.say(log.ben, room, "mine");
    expect(log.error(log.ben, unread(own))).toBe("invalid");
    log.say(log.anna, room, "after");
    expect(log.error(log.ben, unread(own))).toBe(null);
    expect(of(log, room)).toEqual(["after"]);
    expect(log.error(log.eve, unread(ids[0]!))).toBe("not_found");
    log.do(log.anna, { kind: "deleteMessages", ids: [ids[0]!] });
    expect(log.error(log.ben, unread(ids[0]!))).toBe("not_found");
  });

  test("in a thread, for whoever follows it", () => {
    const { log, ids } = begin();
    const thread = threadIdOf(ids[0]!);
    const reply = log.say(log.anna, thread, "below");
    expect(log.error(log.ben, unread(reply))).toBe("invalid");
    log.do(log.ben, { kind: "follow", thread, on: true });
    expect(unreadOf(log, log.ben, thread)).toEqual([]);
    log.do(log.ben, unread(reply));
    expect(unreadOf(log, log.ben, thread)).toEqual(["below"]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of marks as unread over %s rows", (kind) => {
  let room = "";
  let ids: string[] = [];
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
    ids = ["a", "b", "c"].map((text, n) => log.say(log.anna, room, text, { clientId: uuid(51 + n) }));
    log.do(log.ben, reads(log, log.ben, ids[2]!, []));
  };
  /** Merged with either side as the winner: what is unread must be what is expected both times. */
  const both = (sides: readonly [Side, Side], expected: readonly string[]): void => {
    const { wins, other } = merge(STATES[kind], before, sides);
    for (const log of [wins, other]) expect(unreadOf(log, log.ben, room)).toEqual([...expected]);
  };
  const from =
    (n: number, micros: number): Side =>
    (log) =>
      log.do(log.ben, unread(ids[n]!), { timeMicros: micros });

  test("on both branches: the later counts", () => {
    both([from(0, 2_000_000), from(2, 3_000_000)], ["c"]);
    both([from(2, 3_000_000), from(0, 2_000_000)], ["c"]);
    both([from(2, 2_000_000), from(0, 3_000_000)], ["a", "b", "c"]);
  });

  test("marked on one branch and read on the other, which did not know it: it stays unread", () => {
    const readsAll: Side = (log) => log.do(log.ben, reads(log, log.ben, ids[2]!, ids), { timeMicros: 9_000_000 });
    both([from(1, 2_000_000), readsAll], ["b", "c"]);
    both([readsAll, from(1, 2_000_000)], ["b", "c"]);
  });

  test("marked and read again on one branch: it is read", () => {
    const there: Side = (log) => {
      log.do(log.ben, unread(ids[1]!), { timeMicros: 2_000_000 });
      log.do(log.ben, reads(log, log.ben, null, ids), { timeMicros: 3_000_000 });
    };
    both([there, (log) => log.say(log.ben, room, "mine", { clientId: uuid(70) })], []);
    both([(log) => log.say(log.ben, room, "mine", { clientId: uuid(70) }), there], []);
  });

  test("a mark that comes before its message waits for it", () => {
    const log = new RoomLog(STATES[kind]());
    before(log);
    const sent = log.log.op(log.anna, todo.say(room, "late"), { clientId: uuid(60) });
    log.log.append(recovered([encodeOp(log.log.op(log.ben, unread(`${log.anna}-${uuid(60)}`)))]));
    log.log.append(recovered([encodeOp(sent)]));
    expect(unreadOf(log, log.ben, room)).toEqual(["late"]);
    expect(rowsOf(log.log, "early")).toEqual([]);
  });
});
