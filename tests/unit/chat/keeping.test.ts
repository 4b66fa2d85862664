/** Pinned and saved messages as people see them: in lists, live, and after a stream has resumed. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let eve: Person;
let conversationId: string;

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, eve] = [await solo.person("anna"), await solo.person("ben"), await solo.person("eve")];
  conversationId = "";
  conversationId = (await say(anna, "hello")).conversationId;
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const say = async (
  who: Person,
  body: string,
  to: object = conversationId === "" ? { to: "ben" } : { conversationId },
) => must(await solo.chat.send(who.session, { ...to, body, clientId: id() }));
const pin = (who: Person, messageId: string, on = true) =>
  solo.chat.pinMessage(who.session, { messageId, on, clientId: id() });
const pins = async (who: Person, of = conversationId) =>
  must(await solo.chat.listPins(who.session, { conversationId: of })).map(({ body, pinnedBy }) => [
    body,
    pinnedBy?.name,
  ]);

test("the list has the one that was pinned last first, and each names who did it", async () => {
  const [first, second] = [await say(anna, "first"), await say(ben, "second")];
  expect(must(await pin(ben, second.id)).pinnedBy).toEqual({ id: ben.user.id, name: "ben" });
  must(await pin(anna, first.id));
  for (const who of [anna, ben]) {
    expect(await pins(who)).toEqual([
      ["first", "anna"],
      ["second", "ben"],
    ]);
    expect(solo.chat.pinnedIds(who.session, conversationId)).toEqual([first.id, second.id]);
  }
  // Hidden by ben, who then sees no pin of it either.
  must(await solo.chat.deleteMessages(ben.session, { ids: [first.id], clientId: id() }));
  expect(await pins(ben)).toEqual([["second", "ben"]]);
  expect(must(await pin(anna, second.id, false)).pinnedBy).toBe(null);
  expect(await pins(anna)).toEqual([["first", "anna"]]);
});

test("those who are not there learn nothing, and can do nothing", async () => {
  const { id: messageId } = await say(anna, "secret");
  must(await pin(anna, messageId));
  expect(await pin(eve, messageId, false)).toMatchObject({ ok: false, error: { code: "not_found" } });
  const listed = await solo.chat.listPins(eve.session, { conversationId });
  expect(listed).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect(solo.chat.pinnedIds(eve.session, conversationId)).toEqual([]);
});

test("whose history of a room begins later sees no pins from before", async () => {
  const input = { name: "den", topic: "", isPrivate: true, historyFromJoining: true, people: [], clientId: id() };
  const room = must(await solo.chat.createRoom(anna.session, input)).id;
  const early = await say(anna, "early", { conversationId: room });
  must(await pin(anna, early.id));
  const invite = { kind: "invite", people: ["ben"] } as const;
  must(await solo.chat.changeRoom(anna.session, { room, change: invite, clientId: id() }));
  const late = await say(anna, "late", { conversationId: room });
  must(await pin(ben, late.id));
  expect(await pins(anna, room)).toEqual([
    ["late", "ben"],
    ["early", "anna"],
  ]);
  expect(await pins(ben, room)).toEqual([["late", "ben"]]);
  expect(await pin(ben, early.id, false)).toMatchObject({ ok: false, error: { code: "not_found" } });
});

test("both hear of it, live and when their streams resume; and it makes nothing unread", async () => {
  const message = await say(anna, "rules");
  must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: message.id }));
  const cursor = solo.chat.cursor();
  const live = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await pin(anna, message.id));
  const resumed = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const [annas, bens, eves] = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    for (const items of [annas!, bens!])
      expect(items.map(({ event }) => event)).toMatchObject([
        { kind: "changed", message: { id: message.id, pinnedBy: { name: "anna" }, unread: false } },
      ]);
    expect(eves).toEqual([]);
  }
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(0);
});

test("the messages of an account that is deleted with them are pinned no more", async () => {
  const { id: messageId } = await say(ben, "bye");
  must(await pin(anna, messageId));
  const input = { password: SOLO_PASSWORD, deleteMessages: true, clientId: id() };
  must(await solo.chat.deleteAccount(ben.session, input));
  expect(await pins(anna)).toEqual([]);
  expect(solo.chat.pinnedIds(anna.session, conversationId)).toEqual([]);
});

const save = (who: Person, messageId: string, on = true) =>
  solo.chat.saveMessage(who.session, { messageId, on, clientId: id() });
const savedOf = async (who: Person, more: { limit: number; before?: string } = { limit: 50 }) =>
  must(await solo.chat.listSaved(who.session, more)).map(({ message }) => message?.body ?? null);

test("saved messages are the user's alone, in pages, the one that was saved last first", async () => {
  const said = [];
  for (const text of ["one", "two", "three"]) said.push(await say(anna, text));
  for (const { id: messageId } of [said[1]!, said[0]!, said[2]!]) must(await save(ben, messageId));
  expect(await savedOf(ben)).toEqual(["three", "one", "two"]);
  expect(await savedOf(anna)).toEqual([]);
  const [, second] = must(await solo.chat.listSaved(ben.session, { limit: 2 }));
  expect(await savedOf(ben, { limit: 2, before: second!.place })).toEqual(["two"]);
  const shown = must(await solo.chat.messages(ben.session, { conversationId, limit: 3 }));
  must(await save(ben, said[1]!.id, false));
  expect(solo.chat.savedAmong(ben.session, shown)).toEqual(new Set([said[0]!.id, said[2]!.id]));
  expect(solo.chat.savedAmong(anna.session, shown)).toEqual(new Set());
  expect(await savedOf(ben)).toEqual(["three", "one"]);
});

test("of a message that the user cannot see any more the list says only that; letting go of it works", async () => {
  const input = { name: "den", topic: "", isPrivate: true, people: ["ben"], clientId: id() };
  const room = must(await solo.chat.createRoom(anna.session, input)).id;
  const [left, gone] = [await say(anna, "left", { conversationId: room }), await say(anna, "gone")];
  const hidden = await say(anna, "hidden");
  for (const { id: messageId } of [left, gone, hidden]) must(await save(ben, messageId));
  must(await solo.chat.deleteMessages(anna.session, { ids: [gone.id], clientId: id() }));
  must(await solo.chat.deleteMessages(ben.session, { ids: [hidden.id], clientId: id() }));
  must(await solo.chat.changeRoom(anna.session, { room, change: { kind: "remove", people: ["ben"] }, clientId: id() }));
  const listed = must(await solo.chat.listSaved(ben.session, { limit: 50 }));
  expect(listed.map(({ message }) => message)).toEqual([null, null, null]);
  for (const { messageId } of listed) expect(must(await save(ben, messageId, false))).toBe(null);
  expect(await savedOf(ben)).toEqual([]);
  expect(await save(ben, left.id)).toMatchObject({ ok: false, error: { code: "not_found" } });
});

test("only the user's own streams hear of it, live and when they resume; and it makes nothing unread", async () => {
  const message = await say(anna, "rules");
  must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: message.id }));
  const cursor = solo.chat.cursor();
  const live = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await save(ben, message.id));
  const resumed = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const heard = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    const event = { kind: "saved", conversationId, messageId: message.id, on: true } as const;
    expect(heard.map((items) => items.map((item) => item.event))).toEqual([[], [event], []]);
  }
});

const markUnread = (who: Person, messageId: string) => solo.chat.markUnread(who.session, { messageId, clientId: id() });
const unreadOf = async (who: Person) =>
  must(await solo.chat.messages(who.session, { conversationId, limit: 9 }))
    .filter(({ unread }) => unread)
    .map(({ body }) => body);

test("what is marked as unread counts in the list and the totals, until it is read; the other side learns nothing", async () => {
  const [one, , three] = [await say(anna, "one"), await say(anna, "two"), await say(anna, "three")];
  must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: three.id }));
  const cursor = solo.chat.cursor();
  const live = [anna, ben].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await markUnread(ben, one.id));
  const event = { kind: "unread", conversationId, from: one.seq } as const;
  const resumed = [anna, ben].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const heard = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter((item) => item.event.kind !== "presence")),
    );
    expect(heard.map((items) => items.map((item) => item.event))).toEqual([[], [event]]);
  }
  expect(await unreadOf(ben)).toEqual(["one", "two", "three"]);
  expect(solo.chat.waitingTotal(ben.session)).toEqual({ unread: 3, calls: 3 });
  expect(must(await solo.chat.listConversations(ben.session, { limit: 1 }))[0]!.unread).toBe(3);
  expect(must(await solo.chat.conversation(ben.session, { conversationId })).unread).toBe(3);
  const around = { conversationId, around: "unread", limit: 1 } as const;
  expect(must(await solo.chat.messages(ben.session, around)).map(({ body }) => body)).toEqual(["one"]);
  const sent = must(await solo.chat.messages(anna.session, { conversationId, limit: 3 }));
  expect(sent.map(({ readByOther }) => readByOther)).toEqual([true, true, true]);
  must(await solo.chat.markRead(ben.session, { ids: [one.id] }));
  expect(await unreadOf(ben)).toEqual(["two", "three"]);
  must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: three.id }));
  expect(await unreadOf(ben)).toEqual([]);
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(0);
});

test("marks that were made before are not made after it", async () => {
  const [one, two] = [await say(anna, "one"), await say(anna, "two")];
  const read = solo.chat.markRead(ben.session, { ids: [one.id, two.id] });
  const marked = markUnread(ben, two.id);
  must(await read);
  must(await marked);
  expect(await unreadOf(ben)).toEqual(["hello", "two"]);
  expect(await markUnread(anna, one.id)).toMatchObject({ ok: false, error: { code: "invalid" } });
});

test("a page around the first message of a time or later; none if there is none, or it is before the user came", async () => {
  const said = [];
  for (const text of ["one", "two", "three", "four"]) said.push(await say(anna, text));
  const at = (who: Person, micros: number, of = conversationId) =>
    solo.chat.messages(who.session, { conversationId: of, at: micros, limit: 3 });
  const bodies = async (...asked: Parameters<typeof at>) => must(await at(...asked)).map(({ body }) => body);
  expect(await bodies(ben, said[1]!.timeMicros)).toEqual(["one", "two", "three"]);
  expect(await bodies(ben, said[3]!.timeMicros)).toEqual(["two", "three", "four"]);
  expect(await bodies(ben, 1)).toEqual(["hello", "one", "two"]);
  expect(await bodies(ben, said[3]!.timeMicros + 1)).toEqual([]);
  expect(await at(eve, 1)).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect(await at(ben, -1)).toMatchObject({ ok: false, error: { code: "invalid" } });
  const input = { name: "den", topic: "", isPrivate: true, historyFromJoining: true, people: [], clientId: id() };
  const room = must(await solo.chat.createRoom(anna.session, input)).id;
  const early = await say(anna, "early", { conversationId: room });
  const change = { kind: "invite", people: ["ben"] } as const;
  must(await solo.chat.changeRoom(anna.session, { room, change, clientId: id() }));
  expect(await bodies(ben, early.timeMicros, room)).toEqual([]);
  await say(anna, "late", { conversationId: room });
  expect(await bodies(ben, early.timeMicros, room)).toEqual(["late"]);
});
