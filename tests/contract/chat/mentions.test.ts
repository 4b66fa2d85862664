/** Whom messages mention, over both implementations of Rows: what is kept of it, and what a merge makes of it. */
import { describe, expect, test } from "bun:test";
import { messageId, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Mention } from "../../../src/chat/rows.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { ROOM } from "../../../src/chat/mention-text.ts";
import { RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, todo, type Side } from "../../support/room-log.ts";

const loud = (user: UserId, name: string): Mention => ({ user, name, silent: false });
const call = (room: string, body: string, ...mentions: Mention[]): OpBody => ({
  kind: "sendMessage",
  conversation: room,
  body,
  readUpTo: "",
  mentions,
});

/** Who is mentioned by which text, at which message. */
function mentioned(log: RoomLog): string[] {
  const bodies = new Map(rowsOf(log.log, "messages").map((row) => [row["seq"], String(row["body"])]));
  return rowsOf(log.log, "mentions")
    .map(({ user, seq, name, silent }) => {
      const who = user === ROOM ? "all" : log.nameOf(String(user));
      return `${who} by ${String(name)} in ${bodies.get(seq)}${silent === 1 ? ", silently" : ""}`;
    })
    .toSorted();
}

describe.each(["memory", "sqlite"] as const)("mentions over %s rows", (kind) => {
  test("are kept with the message under its number, and go with it", () => {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops", { people: [log.ben] });
    const sent = log.log.op(
      log.anna,
      call(room, "hi", loud(log.ben, "Ben"), { user: log.eve, name: "eve", silent: true }, loud(ROOM, "room")),
    );
    log.log.apply(sent);
    expect(mentioned(log)).toEqual(["all by room in hi", "ben by Ben in hi", "eve by eve in hi, silently"]);
    // A repeat with other people, as another replica would find them, is the same request.
    const { seq } = log.log.apply({ ...sent, body: call(room, "hi", loud(log.dan, "dan")) });
    expect(seq).toBeGreaterThan(0);
    expect(mentioned(log)).toHaveLength(3);
    log.do(log.anna, { kind: "deleteMessages", ids: [messageId(log.anna, sent.clientId)] });
    expect(rowsOf(log.log, "mentions")).toEqual([]);
  });

  test("a refused message mentions nobody", () => {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops");
    expect(log.error(log.ben, call(room, "hi", loud(log.anna, "anna")))).toBe("not_found");
    expect(rowsOf(log.log, "mentions")).toEqual([]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of mentions over %s rows", (kind) => {
  let room = "";
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben], clientId: uuid(50) });
  };
  const both = (sides: readonly [Side, Side], expected: readonly string[]): void => {
    for (const log of Object.values(merge(STATES[kind], before, sides))) expect(mentioned(log)).toEqual([...expected]);
  };
  const says =
    (text: string, ...who: ("ben" | "dan")[]): Side =>
    (log) =>
      log.do(log.anna, call(room, text, ...who.map((name) => loud(log[name], name))), { clientId: uuid(60) });

  test("a recovered message keeps those that its own branch found, also somebody sent away since", () => {
    const away: Side = (log) => log.do(log.anna, todo.remove(room, log.ben));
    both([says("hi", "ben"), away], ["ben by ben in hi"]);
    both([away, says("hi", "ben")], ["ben by ben in hi"]);
  });

  test("the same message on both branches mentions those whom the winner found", () => {
    const { wins, other } = merge(STATES[kind], before, [says("hi", "ben"), says("hi", "ben", "dan")]);
    expect(mentioned(wins)).toEqual(["ben by ben in hi"]);
    expect(mentioned(other)).toEqual(["ben by ben in hi", "dan by dan in hi"]);
  });

  test("two messages under one id mention each their own", () => {
    both([says("hi", "ben"), says("ho", "dan")], ["ben by ben in hi", "dan by dan in ho"]);
  });

  test("deleted on one branch: the message that comes from the other mentions nobody", () => {
    const log = new RoomLog(STATES[kind]());
    before(log);
    const sent = log.log.op(log.anna, call(room, "gone", loud(log.ben, "ben")), { clientId: uuid(61) });
    log.do(log.anna, { kind: "deleteMessages", ids: [messageId(log.anna, uuid(61))] }, RECOVERED);
    log.log.append(recovered([encodeOp(sent)]));
    expect(rowsOf(log.log, "mentions")).toEqual([]);
    // And the other way round.
    log.log.append(
      recovered([encodeOp(log.log.op(log.anna, call(room, "x", loud(log.ben, "ben")), { clientId: uuid(62) }))]),
    );
    expect(mentioned(log)).toEqual(["ben by ben in x"]);
    log.do(log.anna, { kind: "deleteMessages", ids: [messageId(log.anna, uuid(62))] }, RECOVERED);
    expect(rowsOf(log.log, "mentions")).toEqual([]);
  });

  test("before the room of its branch, and before the account, has come", () => {
    const log = new RoomLog(STATES[kind]());
    const late = "Zz".repeat(6);
    log.log.append(recovered([encodeOp(log.log.op(log.anna, call(late, "early", loud("unknown00000", "new")), {}))]));
    expect(rowsOf(log.log, "mentions")).toMatchObject([{ user: "unknown00000", name: "new" }]);
  });
});

const DAY = 24 * 3_600 * 1e6;
const edit = (message: string, body: string, ...mentions: Mention[]): OpBody => ({
  kind: "editMessage",
  message,
  body,
  mentions,
});

describe.each(["memory", "sqlite"] as const)("mentions of an edited message over %s rows", (kind) => {
  let room = "";
  let message = "";
  const before: Side = (log) => {
    room = log.room(log.anna, "ops", { people: [log.ben, log.eve], clientId: uuid(50) });
    log.do(log.anna, call(room, "sent", loud(log.ben, "ben")), { clientId: uuid(60), timeMicros: 2_000_000 });
    message = messageId(log.anna, uuid(60));
  };
  function begin(): RoomLog {
    const log = new RoomLog(STATES[kind]());
    before(log);
    return log;
  }
  const edits =
    (timeMicros: number, body: string, ...who: ("ben" | "eve")[]): Side =>
    (log) =>
      log.do(log.anna, edit(message, body, ...who.map((name) => loud(log[name], name))), { timeMicros });

  test("are those of the text that it has now", () => {
    const log = begin();
    edits(3_000_000, "eve!", "eve")(log);
    expect(mentioned(log)).toEqual(["eve by eve in eve!"]);
    edits(4_000_000, "both", "ben", "eve")(log);
    expect(mentioned(log)).toEqual(["ben by ben in both", "eve by eve in both"]);
    edits(5_000_000, "nobody")(log);
    expect(mentioned(log)).toEqual([]);
  });

  test("whoever is mentioned only now is called, once, whether she has read it or not", () => {
    const log = begin();
    const told = (made: { readonly facts: readonly { readonly kind: string }[] }): unknown[] =>
      made.facts.filter(({ kind: what }) => what === "called");
    const eveReads = {
      user: log.eve,
      session: String(rowsOf(log.log, "sessions").find(({ user }) => user === log.eve)?.["id"]),
      upTo: message,
      ids: [],
    };
    expect(told(log.do(log.anna, edit(message, "eve", loud(log.eve, "eve"))))).toHaveLength(1);
    log.do(log.anna, edit(message, "nobody"));
    log.do("", { kind: "marks", marks: [eveReads] });
    const made = log.do(log.anna, edit(message, "eve again", loud(log.eve, "eve"), loud(log.anna, "anna")));
    expect(told(made)).toEqual([
      { kind: "called", conversationId: room, messageId: message, by: log.anna, audience: { user: log.eve } },
    ]);
    expect(told(log.do(log.anna, edit(message, "eve once more", loud(log.eve, "eve"))))).toEqual([]);
    log.do(log.eve, { kind: "setPreference", conversation: room, field: "muted", value: "yes" });
    log.do(log.anna, edit(message, "nobody"));
    expect(told(log.do(log.anna, edit(message, "eve", loud(log.eve, "eve"))))).toEqual([]);
  });

  test("everybody of the room is called only now, once: nobody whom the message has called before", () => {
    const log = begin();
    const called = (...mentions: readonly Mention[]): unknown[] =>
      log
        .do(log.anna, edit(message, `text ${mentions.length} ${mentions[0]?.user}`, ...mentions))
        .facts.filter(({ kind: what }) => what === "called")
        .map(({ audience }) => audience);
    const everybody = loud(ROOM, "room");
    called(loud(log.eve, "eve"));
    const people = called(everybody, loud(log.eve, "eve"));
    expect(people).toContainEqual({ user: log.ben });
    expect(people).not.toContainEqual({ user: log.eve });
    expect(people).not.toContainEqual({ user: log.anna });
    expect(called(everybody, loud(log.ben, "ben"))).toEqual([]);
  });

  test("of a message that is older than a day call nobody; those whom it called before stay called", () => {
    const log = begin();
    edits(2_000_001 + DAY, "late", "ben", "eve")(log);
    expect(mentioned(log)).toEqual(["ben by ben in late", "eve by eve in late, silently"]);
  });

  test("edited on both branches: those of the later text, whichever side wins", () => {
    const sides: [Side, Side] = [edits(3_000_000, "sooner", "ben"), edits(4_000_000, "later", "eve")];
    for (const pair of [sides, [sides[1], sides[0]] as const])
      for (const log of Object.values(merge(STATES[kind], before, pair)))
        expect(mentioned(log)).toEqual(["eve by eve in later"]);
  });

  test("an edit that comes before its message brings its mentions along", () => {
    const log = new RoomLog(STATES[kind]());
    const own = log.room(log.anna, "ops", { people: [log.ben, log.eve], clientId: uuid(50) });
    const sent = log.log.op(log.anna, call(own, "sent", loud(log.ben, "ben")), { clientId: uuid(60) });
    const edited = log.log.op(log.anna, edit(messageId(log.anna, uuid(60)), 'for eve % "', loud(log.eve, "eve")));
    log.log.append(recovered([encodeOp(edited), encodeOp(sent)]));
    expect(mentioned(log)).toEqual(['eve by eve in for eve % "']);
  });

  test("in a thread, whoever is mentioned by an edit follows it", () => {
    const log = begin();
    const thread = `t_${message}`;
    const reply = log.say(log.ben, thread, "reply");
    expect(rowsOf(log.log, "follows").some(({ user }) => user === log.eve)).toBe(false);
    log.do(log.ben, edit(reply, "reply, eve", loud(log.eve, "eve")));
    expect(rowsOf(log.log, "follows").some(({ user }) => user === log.eve)).toBe(true);
  });
});
