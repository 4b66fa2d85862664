/** Threads as people see them: at the root, in lists and totals, live, and after a stream has resumed. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { threadIdOf } from "../../../src/chat/ids.ts";
import type { Feed, FeedEvent } from "../../../src/chat/chat-service.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let eve: Person;
let room: string;
let root: string;
let thread: string;

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, eve] = [await solo.person("anna"), await solo.person("ben"), await solo.person("eve")];
  const asked = { name: "ops", topic: "", isPrivate: true, people: ["ben", "eve"], clientId: id() };
  room = must(await solo.chat.createRoom(anna.session, asked)).id;
  root = must(await solo.chat.send(anna.session, { conversationId: room, body: "shall we?", clientId: id() })).id;
  thread = threadIdOf(root);
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

const reply = async (who: Person, body: string) =>
  must(await solo.chat.send(who.session, { conversationId: thread, body, clientId: id() }));

const rootFor = async (who: Person) =>
  must(await solo.chat.messages(who.session, { conversationId: room, limit: 50 })).find((one) => one.id === root);

async function heard(feed: Feed): Promise<readonly FeedEvent[]> {
  return (await drain(feed)).map(({ event }) => event).filter(({ kind }) => kind !== "presence");
}

test("a message without replies has a thread to open, which only those see who see the message", async () => {
  expect(must(await solo.chat.conversation(ben.session, { conversationId: thread }))).toMatchObject({
    id: thread,
    room: { id: room },
    thread: { parentId: room, root: { id: root, body: "shall we?", replies: null }, isFollowed: false },
    unread: 0,
    last: null,
  });
  expect(must(await solo.chat.messages(ben.session, { conversationId: thread, limit: 10 }))).toEqual([]);
  const dan = await solo.person("dan");
  for (const conversationId of [thread, threadIdOf(`${anna.user.id}-${id()}`)]) {
    expect(await solo.chat.conversation(dan.session, { conversationId })).toMatchObject({
      error: { code: "not_found" },
    });
    const sent = await solo.chat.send(dan.session, { conversationId, body: "hello", clientId: id() });
    expect(sent).toMatchObject({ error: { code: "not_found" } });
  }
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(1);
});

test("the root counts its replies and names who wrote last; a reply has no thread", async () => {
  await reply(ben, "one");
  await reply(eve, "two");
  const last = await reply(ben, "three");
  expect((await rootFor(eve))?.replies).toEqual({
    threadId: thread,
    count: 3,
    lastMicros: last.timeMicros,
    people: [
      { id: ben.user.id, name: "ben" },
      { id: eve.user.id, name: "eve" },
    ],
  });
  const below = await solo.chat.send(anna.session, {
    conversationId: threadIdOf(last.id),
    body: "deeper",
    clientId: id(),
  });
  expect(below).toMatchObject({
    error: { code: "invalid", sentence: expect.stringContaining("no thread of its own") },
  });
  must(await solo.chat.deleteMessages(ben.session, { ids: [last.id], clientId: id() }));
  expect((await rootFor(eve))?.replies?.count).toBe(2);
});

test("unread: in the total and in the list of threads, not in the list of rooms, and only for who follows", async () => {
  must(await solo.chat.markRead(ben.session, { ids: [root] }));
  must(await solo.chat.markRead(eve.session, { ids: [root] }));
  await reply(ben, "one");
  expect([anna, ben, eve].map(({ session }) => solo.chat.waitingTotal(session).unread)).toEqual([1, 0, 0]);
  expect(solo.chat.waiting(anna.session)).toEqual(new Map([[thread, { unread: 1, calls: 1 }]]));
  const rooms = must(await solo.chat.listConversations(anna.session, { limit: 10 }));
  expect(rooms.map((one) => [one.room?.name, one.unread])).toEqual([["ops", 0]]);
  const threads = async (who: Person, unread = false) =>
    must(await solo.chat.listThreads(who.session, { limit: 10, unread })).map((one) => [one.id, one.unread]);
  expect(await threads(anna, true)).toEqual([[thread, 1]]);
  expect(await threads(eve)).toEqual([]);
  const [first] = must(await solo.chat.messages(anna.session, { conversationId: thread, limit: 10 }));
  expect(first).toMatchObject({ body: "one", unread: true });
  must(await solo.chat.markAllRead(anna.session, { conversationId: thread, upTo: first!.id }));
  expect(await threads(anna)).toEqual([[thread, 0]]);
  expect(solo.chat.waitingTotal(anna.session).unread).toBe(0);
  // Whoever does not follow it may read it, and mark it, and nothing comes of that.
  must(await solo.chat.markAllRead(eve.session, { conversationId: thread, upTo: first!.id }));
  must(await solo.chat.followThread(eve.session, { messageId: root, on: true, clientId: id() }));
  await reply(ben, "two");
  expect(await threads(eve, true)).toEqual([[thread, 1]]);
  const left = must(await solo.chat.followThread(eve.session, { messageId: root, on: false, clientId: id() }));
  expect([left.thread?.isFollowed, left.unread]).toEqual([false, 0]);
  expect(solo.chat.waitingTotal(eve.session).unread).toBe(0);
});

test("live and resumed: followers hear the replies, the room hears of them at the root, a page that watches hears both", async () => {
  const dan = await solo.person("dan");
  const cursor = solo.chat.cursor();
  const streams = (from?: string) =>
    [anna, eve, eve, dan].map((who, n) =>
      must(
        solo.chat.subscribe(who.session, {
          ...(from === undefined ? {} : { cursor: from }),
          watch: n < 2 ? [] : [thread],
        }),
      ),
    );
  const live = streams();
  const sent = await reply(ben, "one");
  const message = expect.objectContaining({ id: sent.id, body: "one", conversationId: thread });
  const changed = { kind: "changed", message: expect.objectContaining({ id: root, conversationId: room }) };
  const resumed = streams(cursor);
  for (const feeds of [live, resumed]) {
    const [annas, eves, watching, dans] = await Promise.all(feeds.map(heard));
    expect(annas).toEqual(expect.arrayContaining([{ kind: "message", message }, changed]));
    expect(annas!.find(({ kind }) => kind === "message")).toMatchObject({ message: { unread: true } });
    expect<unknown>(eves).toEqual([changed]);
    expect(watching).toEqual(expect.arrayContaining([{ kind: "message", message }, changed]));
    expect(watching!.find(({ kind }) => kind === "message")).toMatchObject({ message: { unread: false } });
    expect(dans).toEqual([]);
  }
});

test("the same in the room as well: once each, however often it is asked for", async () => {
  const clientId = id();
  const asked = { conversationId: thread, body: "to all", clientId, alsoInParent: true };
  const first = must(await solo.chat.send(ben.session, asked));
  solo.outcome = { kind: "timed_out" };
  expect(await solo.chat.send(ben.session, asked)).toMatchObject({ ok: false, error: { code: "timed_out" } });
  solo.outcome = null;
  expect(must(await solo.chat.send(ben.session, asked)).id).toBe(first.id);
  const said = async (conversationId: string) =>
    must(await solo.chat.messages(eve.session, { conversationId, limit: 50 })).map(({ body }) => body);
  expect([await said(thread), await said(room)]).toEqual([["to all"], ["shall we?", "to all"]]);
  const inRoom = must(await solo.chat.messages(eve.session, { conversationId: room, limit: 1 }));
  expect(inRoom[0]?.quote).toMatchObject({ messageId: root, text: "shall we?" });
});

test("a deleted root stays above its thread, empty, and goes with the last reply", async () => {
  const cursor = solo.chat.cursor();
  const said = await reply(ben, "one");
  const stream = must(solo.chat.subscribe(eve.session, {}));
  must(await solo.chat.deleteMessages(anna.session, { ids: [root], clientId: id() }));
  expect(await heard(stream)).toEqual([
    { kind: "changed", message: expect.objectContaining({ id: root, deleted: true, body: "" }) },
  ]);
  expect(await heard(must(solo.chat.subscribe(eve.session, { cursor })))).toEqual([
    { kind: "changed", message: expect.objectContaining({ id: root, deleted: true, body: "" }) },
  ]);
  expect(await rootFor(eve)).toMatchObject({ deleted: true, replies: { count: 1 } });
  await reply(eve, "two");
  const more = must(await solo.chat.messages(eve.session, { conversationId: thread, limit: 10 }));
  const last = must(solo.chat.subscribe(eve.session, {}));
  must(await solo.chat.deleteMessages(ben.session, { ids: [said.id], clientId: id() }));
  must(await solo.chat.deleteMessages(eve.session, { ids: [more.at(-1)!.id], clientId: id() }));
  expect((await heard(last)).at(-1)).toEqual({ kind: "gone", conversationId: room, messageIds: [root] });
});

test("sent away and back: nothing of the thread meanwhile, and followed as before", async () => {
  await reply(eve, "one");
  await solo.chat.changeRoom(anna.session, { room, change: { kind: "remove", people: ["eve"] }, clientId: id() });
  const stream = must(solo.chat.subscribe(eve.session, { watch: [thread] }));
  await reply(ben, "two");
  expect(await heard(stream)).toEqual([]);
  expect(solo.chat.waitingTotal(eve.session).unread).toBe(0);
  expect(must(await solo.chat.listThreads(eve.session, { limit: 10 }))).toEqual([]);
  expect(await solo.chat.conversation(eve.session, { conversationId: thread })).toMatchObject({ ok: false });
  await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["eve"] }, clientId: id() });
  expect(must(await solo.chat.listThreads(eve.session, { limit: 10 })).map((one) => one.unread)).toEqual([1]);
});

test("where a history begins when one joins, threads below what was said before do not exist", async () => {
  const dan = await solo.person("dan");
  const asked = {
    name: "quiet",
    topic: "",
    isPrivate: true,
    historyFromJoining: true,
    people: ["ben"],
    clientId: id(),
  };
  room = must(await solo.chat.createRoom(anna.session, asked)).id;
  root = must(await solo.chat.send(anna.session, { conversationId: room, body: "before", clientId: id() })).id;
  thread = threadIdOf(root);
  await reply(ben, "one");
  const change = { kind: "invite", people: ["dan"] } as const;
  must(await solo.chat.changeRoom(anna.session, { room, change, clientId: id() }));
  const stream = must(solo.chat.subscribe(dan.session, { watch: [thread] }));
  const cursor = solo.chat.cursor();
  await reply(ben, "two");
  expect(await heard(stream)).toEqual([]);
  expect(await heard(must(solo.chat.subscribe(dan.session, { cursor, watch: [thread] })))).toEqual([]);
  const sent = await solo.chat.send(dan.session, { conversationId: thread, body: "me too", clientId: id() });
  const followed = await solo.chat.followThread(dan.session, { messageId: root, on: true, clientId: id() });
  const opened = await solo.chat.conversation(dan.session, { conversationId: thread });
  for (const answer of [sent, followed, opened]) expect(answer).toMatchObject({ error: { code: "not_found" } });
  // Below what is said from then on they do.
  root = must(await solo.chat.send(anna.session, { conversationId: room, body: "after", clientId: id() })).id;
  thread = threadIdOf(root);
  await reply(ben, "three");
  expect((await reply(dan, "four")).body).toBe("four");
});

test("in a muted room, replies to the user's own message are counted, and others are not", async () => {
  const dan = await solo.person("dan");
  await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["dan"] }, clientId: id() });
  await reply(eve, "one");
  for (const who of [anna, eve])
    must(
      await solo.chat.setPreference(who.session, {
        conversationId: room,
        change: { kind: "muted", on: true },
        clientId: id(),
      }),
    );
  await reply(dan, "two");
  expect([anna, eve].map(({ session }) => solo.chat.waitingTotal(session).unread)).toEqual([2, 0]);
  expect(solo.chat.waiting(eve.session, thread)).toEqual(new Map());
});
