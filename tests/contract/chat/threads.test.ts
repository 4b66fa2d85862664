/**
 * Threads, over both implementations of Rows: who may read and write there, who follows, what the root tells, and what a
 * merge makes of two branches, in both directions.
 */
import { describe, expect, test } from "bun:test";
import { directId, threadIdOf, type ConversationId, type MessageId, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { kinds, RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const follow = (thread: ConversationId, on = true): OpBody => ({ kind: "follow", thread, on });
const reply = (root: MessageId, body: string, parent = ""): OpBody => ({
  kind: "sendMessage",
  conversation: threadIdOf(root),
  body,
  readUpTo: "",
  parent,
});

/** Who follows the thread, by what is heard and unread. */
function followers(log: RoomLog, root: MessageId): string[] {
  return rowsOf(log.log, "members")
    .filter(({ conversation }) => conversation === threadIdOf(root))
    .map(({ user }) => log.nameOf(String(user)))
    .toSorted();
}

/** The reader's unread messages there, as a list counts them. */
function unread(log: RoomLog, root: MessageId, user: UserId): number {
  const thread = rowsOf(log.log, "conversations").find(({ id }) => id === threadIdOf(root));
  const mark = rowsOf(log.log, "members").find(
    (row) => row["conversation"] === threadIdOf(root) && row["user"] === user,
  );
  return rowsOf(log.log, "messages").filter(
    (row) =>
      row["conversation"] === thread?.["created_seq"] &&
      row["author"] !== user &&
      Number(row["seq"]) > Number(mark?.["mark"]),
  ).length;
}

describe.each(["memory", "sqlite"] as const)("threads over %s rows", (kind) => {
  /** A room of anna with ben and eve, and what anna said there. */
  function begin(): { log: RoomLog; room: string; root: MessageId; thread: ConversationId } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben, log.eve] });
    const root = log.say(log.anna, room, "shall we?");
    return { log, room, root, thread: threadIdOf(root) };
  }

  test("the first reply begins it: its author and that of the root follow, and the root tells the room", () => {
    const { log, room, root, thread } = begin();
    const made = log.do(log.ben, reply(root, "yes"));
    expect(kinds(made.facts)).toEqual(["message", "conversation", "changed"]);
    expect(made.facts[0]).toMatchObject({ message: { conversation: thread }, audience: { membersOf: thread } });
    expect(made.facts[2]).toMatchObject({
      message: { body: "shall we?", changedSeq: made.seq },
      audience: { membersOf: room },
    });
    expect(followers(log, root)).toEqual(["anna", "ben"]);
    expect([unread(log, root, log.anna), unread(log, root, log.ben)]).toEqual([1, 0]);
    expect(kinds(log.do(log.ben, reply(root, "now")).facts)).toEqual(["message", "changed"]);
    expect([log.said(room), log.said(thread)]).toEqual([["shall we?"], ["yes", "now"]]);
  });

  test("whoever follows later has read what was there; whoever stops has nothing unread, and is told nothing", () => {
    const { log, root, thread } = begin();
    log.do(log.ben, reply(root, "yes"));
    expect(kinds(log.do(log.eve, follow(thread)).facts)).toEqual(["conversation"]);
    expect(log.do(log.eve, follow(thread)).facts).toEqual([]);
    expect(unread(log, root, log.eve)).toBe(0);
    log.do(log.ben, reply(root, "now"));
    expect(unread(log, root, log.eve)).toBe(1);
    log.do(log.anna, follow(thread, false));
    log.do(log.ben, reply(root, "and then"));
    expect(followers(log, root)).toEqual(["ben", "eve"]);
    // A reply follows again.
    log.do(log.anna, reply(root, "fine"));
    expect(followers(log, root)).toEqual(["anna", "ben", "eve"]);
  });

  test("a retry of an old request to follow changes nothing any more", () => {
    const { log, root, thread } = begin();
    log.do(log.ben, reply(root, "yes"));
    const first = log.log.op(log.eve, follow(thread));
    log.log.apply(first);
    log.do(log.eve, follow(thread, false));
    expect(log.log.apply(first)).toMatchObject({ error: null, facts: [] });
    expect(followers(log, root)).toEqual(["anna", "ben"]);
  });

  test("rights are those of the room: the others hear that there is none", () => {
    const { log, room, root, thread } = begin();
    expect(log.error(log.dan, reply(root, "let me in"))).toBe("not_found");
    expect(log.error(log.dan, follow(thread))).toBe("not_found");
    expect(log.error(log.eve, follow(thread))).toBe("not_found");
    const said = log.say(log.ben, thread, "yes");
    expect(log.error(log.dan, follow(thread))).toBe("not_found");
    log.do(log.eve, follow(thread));
    log.do(log.anna, todo.remove(room, log.eve));
    for (const body of [
      reply(root, "still here"),
      follow(thread, false),
      { kind: "react", message: said, emoji: "👍", on: true },
      { kind: "deleteMessages", ids: [said] },
    ] as const)
      expect(log.error(log.eve, body)).toBe("not_found");
    expect(log.log.read([log.log.mark(log.eve, [], said)]).error).toBe("not_found");
    expect(log.log.read([log.log.mark(log.eve, [said])]).error).toBe("not_found");
    log.do(log.anna, todo.archive(room));
    expect(log.error(log.ben, reply(root, "too late"))).toBe("archived");
    expect(log.error(log.ben, { kind: "react", message: said, emoji: "👍", on: true })).toBe("archived");
    // Whoever comes back follows what was followed before.
    log.do(log.anna, todo.archive(room, false));
    log.do(log.anna, todo.invite(room, log.eve));
    expect(log.error(log.eve, reply(root, "back"))).toBe(null);
    expect(followers(log, root)).toEqual(["anna", "ben", "eve"]);
  });

  test("none below a reply, none below what the user does not see", () => {
    const { log, room, thread } = begin();
    const said = log.say(log.ben, thread, "yes");
    expect(log.error(log.anna, reply(said, "deeper"))).toBe("invalid");
    expect(log.error(log.anna, reply(`${log.anna}-${uuid(777)}`, "what?"))).toBe("not_found");
    const other = log.say(log.anna, room, "and this?");
    log.do(log.ben, { kind: "deleteMessages", ids: [other] });
    expect(log.error(log.ben, reply(other, "hidden"))).toBe("not_found");
    log.do(log.anna, { kind: "deleteMessages", ids: [other] });
    expect(log.error(log.anna, reply(other, "gone"))).toBe("not_found");
  });

  test("a deleted root keeps its thread; the last deleted reply takes the number away", () => {
    const { log, room, root, thread } = begin();
    const said = log.say(log.ben, thread, "yes");
    const gone = log.do(log.anna, { kind: "deleteMessages", ids: [root] });
    expect(kinds(gone.facts)).toEqual(["changed"]);
    expect(gone.facts[0]).toMatchObject({ message: { deleted: true, body: "" }, audience: { membersOf: room } });
    expect(log.error(log.eve, reply(root, "never mind"))).toBe(null);
    const erased = log.do(log.ben, { kind: "deleteMessages", ids: [said] });
    expect(kinds(erased.facts)).toEqual(["gone", "changed"]);
    expect(erased.facts[0]).toMatchObject({ conversationId: thread, messageIds: [said] });
  });

  test("in a direct conversation, and in notes", () => {
    const { log } = begin();
    const root = log.say(log.anna, directId(log.anna, log.ben), "between us");
    expect(log.error(log.ben, reply(root, "only us"))).toBe(null);
    expect(log.error(log.eve, reply(root, "me too"))).toBe("not_found");
    const note = log.say(log.anna, directId(log.anna, log.anna), "buy milk");
    expect(log.error(log.anna, reply(note, "and bread"))).toBe(null);
    expect(followers(log, note)).toEqual(["anna"]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of threads over %s rows", (kind) => {
  let room = "";
  let root = "";
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben, log.eve], clientId: uuid(50) });
    root = log.say(log.anna, room, "shall we?", { clientId: uuid(51) });
  };
  const begun: Side = (log) => {
    before(log);
    log.do(log.ben, reply(root, "yes", room));
  };
  const both = <Seen>(
    start: Side,
    sides: readonly [Side, Side],
    look: (log: RoomLog) => Seen,
    expected: Seen,
  ): void => {
    const { wins, other } = merge(STATES[kind], start, sides);
    expect(look(wins)).toEqual(expected);
    expect(look(other)).toEqual(expected);
  };
  const said = (log: RoomLog): string[] => log.said(threadIdOf(root)).toSorted();
  const at =
    (micros: number, user: "anna" | "ben" | "eve", body: () => OpBody): Side =>
    (log) =>
      void log.do(log[user], body(), { timeMicros: micros });

  test("begun on both sides from one root: one thread, all followers, and nothing hides", () => {
    const sides: [Side, Side] = [
      at(2_000_000, "ben", () => reply(root, "here", room)),
      at(3_000_000, "eve", () => reply(root, "there", room)),
    ];
    const { wins, other } = merge(STATES[kind], before, sides);
    for (const [log, late, first] of [
      [wins, "there", "ben"],
      [other, "here", "eve"],
    ] as const) {
      expect(said(log)).toEqual([late === "there" ? "here" : "here late", late === "there" ? "there late" : "there"]);
      expect(rowsOf(log.log, "conversations").filter(({ kind }) => kind === "thread")).toHaveLength(1);
      expect(followers(log, root)).toEqual(["anna", "ben", "eve"]);
      // The author of the root has both to read, and each of the two has the other's.
      expect([unread(log, root, log.anna), unread(log, root, log.ben), unread(log, root, log.eve)]).toEqual([2, 1, 1]);
      expect(log.nameOf(log[first])).toBe(first);
    }
  });

  test("followed on one side, stopped on the other: the later counts, and a reply follows", () => {
    const stop = (micros: number): Side => at(micros, "ben", () => follow(threadIdOf(root), false));
    const say = (micros: number): Side => at(micros, "ben", () => reply(root, "again", room));
    both(begun, [stop(5_000_000), say(4_000_000)], (log) => followers(log, root), ["anna"]);
    both(begun, [stop(4_000_000), say(5_000_000)], (log) => followers(log, root), ["anna", "ben"]);
    const start = (micros: number): Side => at(micros, "eve", () => follow(threadIdOf(root)));
    const leave = (micros: number): Side => at(micros, "eve", () => follow(threadIdOf(root), false));
    both(begun, [start(4_000_000), leave(5_000_000)], (log) => followers(log, root), ["anna", "ben"]);
    both(begun, [start(5_000_000), leave(4_000_000)], (log) => followers(log, root), ["anna", "ben", "eve"]);
    // What the author of the root decided counts for a thread that begins on the other side as well.
    const author =
      (micros: number): Side =>
      (log) => {
        log.do(log.ben, reply(root, "one", room), { timeMicros: micros });
        log.do(log.anna, follow(threadIdOf(root), false), { timeMicros: micros + 1 });
      };
    both(
      before,
      [author(4_000_000), at(5_000_000, "eve", () => reply(root, "two", room))],
      (log) => followers(log, root),
      ["ben", "eve"],
    );
  });

  test("sent away here, replied there: the reply stays, and nothing of the thread is heard", () => {
    const sides: [Side, Side] = [
      (log) => log.do(log.anna, todo.remove(room, log.ben), { timeMicros: 9_000_000 }),
      at(5_000_000, "ben", () => reply(root, "from the other side", room)),
    ];
    const { wins, other } = merge(STATES[kind], begun, sides);
    for (const log of [wins, other]) {
      expect(log.said(threadIdOf(root))).toHaveLength(2);
      expect(log.error(log.ben, reply(root, "again", room))).toBe("not_found");
    }
  });

  test("root deleted here, replied there: the thread stays below the empty root", () => {
    const sides: [Side, Side] = [
      (log) => log.do(log.anna, { kind: "deleteMessages", ids: [root] }),
      at(5_000_000, "eve", () => reply(root, "there", room)),
    ];
    const { wins, other } = merge(STATES[kind], before, sides);
    for (const log of [wins, other]) {
      expect(log.said(threadIdOf(root))).toHaveLength(1);
      const row = rowsOf(log.log, "messages").find(({ client_id }) => client_id === uuid(51));
      expect([row?.["deleted"], row?.["body"]]).toEqual([1, ""]);
      expect(Number(row?.["changed_seq"])).toBeGreaterThan(0);
    }
  });

  test("archived here, replied there: kept", () => {
    const sides: [Side, Side] = [
      (log) => log.do(log.anna, todo.archive(room), { timeMicros: 9_000_000 }),
      at(5_000_000, "eve", () => reply(root, "there", room)),
    ];
    const { wins, other } = merge(STATES[kind], begun, sides);
    expect([said(wins), said(other)]).toEqual([
      ["there late", "yes"],
      ["there", "yes"],
    ]);
  });

  test("the thread comes back before its root, and before its room: in any order it is the same", () => {
    const log = new RoomLog(STATES[kind]());
    const other = new RoomLog(STATES[kind]());
    const ops: Uint8Array[] = [];
    const apply = other.log.apply.bind(other.log);
    other.log.apply = (op) => {
      ops.push(encodeOp(op));
      return apply(op);
    };
    const id = other.room(other.anna, "ops", { people: [other.ben], clientId: uuid(50) });
    const first = other.say(other.anna, id, "shall we?", { clientId: uuid(51) });
    other.do(other.ben, reply(first, "yes", id));
    other.do(other.eve, todo.join(id));
    other.do(other.eve, follow(threadIdOf(first)));
    log.log.append(recovered(ops.toReversed()));
    expect([log.said(id), log.said(threadIdOf(first))]).toEqual([["shall we? late"], ["yes late"]]);
    expect(followers(log, first)).toEqual(["anna", "ben", "eve"]);
    const row = rowsOf(log.log, "messages").find(({ client_id }) => client_id === uuid(51));
    expect(Number(row?.["changed_seq"])).toBeGreaterThan(0);
    expect(unread(log, first, log.anna)).toBe(1);
  });

  test("a message of another conversation has the root's id here: the reply is kept where it was shown", () => {
    const log = new RoomLog(STATES[kind]());
    before(log);
    const elsewhere = log.room(log.ben, "other");
    log.do(log.ben, reply(root, "yes", elsewhere), RECOVERED);
    expect([log.said(elsewhere), log.said(threadIdOf(root))]).toEqual([["yes late"], []]);
  });
});
