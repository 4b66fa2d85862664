/** Messages that quote another one: what their readers see of it, and when they see nothing. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import type { FeedEvent, MessageView } from "../../../src/chat/chat-service.ts";
import { encodeOp, markRecovered } from "../../../src/chat/kinds/op.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let first: MessageView;

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const say = (who: Person, conversationId: string, body: string, quoted = "", clientId = id()) =>
  solo.chat.send(who.session, { conversationId, body, clientId, ...(quoted === "" ? {} : { quoted }) });
const last = async (who: Person, conversationId: string) =>
  must(await solo.chat.messages(who.session, { conversationId, limit: 1 }))[0]!;

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  first = must(await solo.chat.send(anna.session, { to: "ben", body: "shall we\n go?", clientId: id() }));
});
afterEach(() => solo.close());

const GONE = { authorId: "", authorName: "", text: "", gone: true };

test("the answer, the history and both streams, live and resumed, have what is quoted", async () => {
  const { conversationId } = first;
  const cursor = solo.chat.cursor();
  const live = must(solo.chat.subscribe(anna.session, {}));
  const quote = { messageId: first.id, authorId: anna.user.id, authorName: "anna", text: "shall we go?", gone: false };
  const clientId = id();
  expect(must(await say(ben, conversationId, "yes", first.id, clientId)).quote).toEqual(quote);
  // A repeat gets the same; with another quote, it is another request.
  expect(must(await say(ben, conversationId, "yes", first.id, clientId)).quote).toEqual(quote);
  expect(await say(ben, conversationId, "yes", "", clientId)).toMatchObject({
    error: { code: "id_reused_with_other_content" },
  });
  expect((await last(anna, conversationId)).quote).toEqual(quote);
  for (const feed of [live, must(solo.chat.subscribe(anna.session, { cursor }))]) {
    const events = (await drain(feed)).map(({ event }) => event);
    expect(events).toContainEqual({ kind: "message", message: expect.objectContaining({ body: "yes", quote }) });
  }
  expect((await last(anna, conversationId)).quote?.text).not.toContain("\n");
});

test("what is deleted says nothing any more, and can still be replied to by who had seen it", async () => {
  const { conversationId } = first;
  must(await say(ben, conversationId, "yes", first.id));
  must(await solo.chat.deleteMessages(anna.session, { ids: [first.id], clientId: id() }));
  expect((await last(ben, conversationId)).quote).toEqual({ messageId: first.id, ...GONE });
  expect(must(await say(ben, conversationId, "too late", first.id)).quote).toEqual({ messageId: first.id, ...GONE });
  const bens = must(await say(ben, conversationId, "of ben"));
  must(await say(anna, conversationId, "a quote of ben", bens.id));
  const all = { password: SOLO_PASSWORD, deleteMessages: true, clientId: id() };
  must(await solo.chat.deleteAccount(ben.session, all));
  expect((await last(anna, conversationId)).quote).toEqual({ messageId: bens.id, ...GONE });
});

test("a new text is quoted as it is now, and cut", async () => {
  must(await say(ben, first.conversationId, "yes", first.id));
  must(await solo.chat.editMessage(anna.session, { messageId: first.id, body: `${"👩‍👩‍👧".repeat(100)}`, clientId: id() }));
  const text = (await last(ben, first.conversationId)).quote!.text;
  expect(text.isWellFormed()).toBe(true);
  expect(Array.from(text).length).toBeLessThanOrEqual(200);
});

test("only a message of the same conversation can be quoted, and only by who sees it", async () => {
  const { conversationId } = first;
  const eve = await solo.person("eve");
  const other = must(await solo.chat.send(anna.session, { to: "eve", body: "secret", clientId: id() }));
  const absent = `${anna.user.id}-${id()}`;
  for (const quoted of [other.id, absent, "nonsense"])
    expect(await say(anna, conversationId, "see", quoted)).toMatchObject({ error: { code: "not_found" } });
  expect(await say(eve, other.conversationId, "see", first.id)).toMatchObject({ error: { code: "not_found" } });
  must(await solo.chat.deleteMessages(ben.session, { ids: [first.id], clientId: id() }));
  expect(await say(ben, conversationId, "see", first.id)).toMatchObject({ error: { code: "not_found" } });
});

test("in a room whose history begins with joining, a quote has its words for those who may see them", async () => {
  const [dora, eve] = [await solo.person("dora"), await solo.person("eve")];
  const people = ["ben", "dora"];
  const made = { name: "ops", topic: "", isPrivate: true, historyFromJoining: true, people, clientId: id() };
  const room = must(await solo.chat.createRoom(anna.session, made)).id;
  const old = must(await say(anna, room, "old words"));
  const change = { kind: "invite", people: ["eve"] } as const;
  must(await solo.chat.changeRoom(anna.session, { room, change, clientId: id() }));
  const whole = { messageId: old.id, authorId: anna.user.id, authorName: "anna", text: "old words", gone: false };
  const link = { messageId: old.id, ...GONE, gone: false };

  const since = solo.chat.cursor();
  const feeds = [anna, ben, dora, eve].map(({ session }) => must(solo.chat.subscribe(session, { cursor: "" })));
  const sent = must(await say(ben, room, "yes", old.id));
  expect(sent.quote).toEqual(whole);
  must(await solo.chat.react(anna.session, { messageId: sent.id, emoji: "👍", on: true, clientId: id() }));
  const heard = await Promise.all(feeds.map(async (feed) => (await drain(feed)).map(({ event }) => event)));
  const quotesIn = (events: readonly FeedEvent[]) =>
    events.flatMap((event) => (event.kind === "message" || event.kind === "changed" ? [event.message.quote] : []));
  expect(heard.map(quotesIn)).toEqual([...Array.from({ length: 3 }, () => [whole, whole]), [link, link]]);
  // Those who see the same share an event, so it is rendered once.
  const of = (who: number) => heard[who]!.find(({ kind }) => kind === "message");
  expect(of(0)).toBe(of(2)!);
  expect(of(0)).not.toBe(of(3)!);

  for (const [who, quote] of [[anna, whole] as const, [ben, whole] as const, [eve, link] as const]) {
    expect((await last(who, room)).quote).toEqual(quote);
    const list = must(await solo.chat.listConversations(who.session, { limit: 9 }));
    expect(list.find((one) => one.id === room)?.last?.quote).toEqual(quote);
    const resumed = await drain(must(solo.chat.subscribe(who.session, { cursor: since })));
    expect(quotesIn(resumed.map(({ event }) => event))).toEqual([quote]);
  }
  // Nobody who may not see the words may quote them.
  expect(await say(eve, room, "see", old.id)).toMatchObject({ error: { code: "not_found" } });
  must(await solo.chat.deleteMessages(anna.session, { ids: [old.id], clientId: id() }));
  for (const who of [anna, eve]) expect((await last(who, room)).quote).toEqual({ messageId: old.id, ...GONE });
});

test("in a thread, its root can be quoted, and nothing else of the conversation around it", async () => {
  const thread = `t_${first.id}`;
  const reply = must(await say(ben, thread, "in the thread", first.id));
  expect(reply.quote).toMatchObject({ text: "shall we go?", gone: false });
  const beside = must(await say(ben, first.conversationId, "beside"));
  expect(await say(ben, thread, "see", beside.id)).toMatchObject({ error: { code: "not_found" } });
  expect(must(await say(anna, thread, "indeed", reply.id)).quote).toMatchObject({ text: "in the thread" });
});

test("what comes back from another branch before the message that it quotes shows it once that is here", async () => {
  const { conversationId } = first;
  const op = (who: Person, body: string, quoted: string, clientId: string) =>
    markRecovered(
      encodeOp({
        user: who.user.id,
        clientId,
        timeMicros: 2_000_000,
        origin: null,
        recovered: false,
        body: { kind: "sendMessage", conversation: conversationId, body, readUpTo: "", quoted },
      }),
      { replica: 1, view: "" },
    );
  const target = id();
  solo.apply([op(ben, "an answer", `${anna.user.id}-${target}`, id())]);
  expect((await last(anna, conversationId)).quote).toMatchObject(GONE);
  solo.apply([op(anna, "a question", "", target)]);
  const rows = must(await solo.chat.messages(anna.session, { conversationId, limit: 2 }));
  expect(rows.map(({ body, quote }) => [body, quote?.text ?? ""])).toEqual([
    ["an answer", "a question"],
    ["a question", ""],
  ]);
});
