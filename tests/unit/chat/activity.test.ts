/** The list of what concerns a user: whose deeds are in it, in which order, and what nobody else learns from it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let eve: Person;
let room: string;

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, eve] = [await solo.person("anna"), await solo.person("ben"), await solo.person("eve")];
  const made = { name: "ops", topic: "", isPrivate: true, people: ["ben"], clientId: id() };
  room = must(await solo.chat.createRoom(anna.session, made)).id;
});
afterEach(() => solo.close());

const say = async (who: Person, body: string, conversationId = room): Promise<string> =>
  must(await solo.chat.send(who.session, { conversationId, body, clientId: id() })).id;

/** "kind by whom: text", the newest first. */
async function listOf(
  who: Person,
  page: { limit?: number; beforeSeq?: number; unread?: boolean } = {},
): Promise<string[]> {
  const found = must(await solo.chat.listActivity(who.session, { limit: 50, ...page }));
  return found.map(({ kind, by, message, room: where }) => {
    return `${kind} by ${by.map(({ name }) => name).join()}: ${message?.body ?? where?.name ?? ""}`;
  });
}

test("mentions, reactions and replies to one's messages, invitations; the newest first, without one's own", async () => {
  expect(await listOf(ben)).toEqual(["invitation by anna: ops"]);
  expect(await listOf(anna)).toEqual([]);
  const own = await say(ben, "what now?");
  await say(anna, "@ben see _@ben");
  await say(anna, "_@ben");
  await say(ben, "@ben");
  await say(anna, "@room");
  must(await solo.chat.react(ben.session, { messageId: own, emoji: "👍", on: true, clientId: id() }));
  expect(await listOf(ben)).toEqual([
    "mention by anna: @room",
    "mention by anna: @ben see _@ben",
    "invitation by anna: ops",
  ]);
  must(await solo.chat.react(anna.session, { messageId: own, emoji: "👍", on: true, clientId: id() }));
  await say(anna, "this", `t_${own}`);
  expect((await listOf(ben)).slice(0, 2)).toEqual(["reaction by anna: what now?", "reply by anna: what now?"]);
  must(await solo.chat.send(anna.session, { conversationId: room, body: "so", quoted: own, clientId: id() }));
  expect((await listOf(ben))[0]).toBe("quote by anna: so");
  expect((await listOf(ben, { limit: 1 })).length).toBe(1);
  const [first] = must(await solo.chat.listActivity(ben.session, { limit: 1 }));
  expect((await listOf(ben, { beforeSeq: first!.seq })).at(-2)).toBe("mention by anna: @ben see _@ben");
  expect(await solo.chat.listActivity(ben.session, { limit: 0 })).toMatchObject({ ok: false });
});

test("what is unread can be asked for alone, however much came after it", async () => {
  const first = await say(anna, "@ben one");
  const own = await say(ben, "mine");
  await say(anna, "@ben two");
  must(await solo.chat.react(anna.session, { messageId: own, emoji: "👍", on: true, clientId: id() }));
  expect(await listOf(ben, { unread: true, limit: 1 })).toEqual(["mention by anna: @ben two"]);
  expect(await listOf(ben, { unread: true })).toEqual(["mention by anna: @ben two", "mention by anna: @ben one"]);
  must(await solo.chat.markRead(ben.session, { ids: [first] }));
  expect(await listOf(ben, { unread: true })).toEqual(["mention by anna: @ben two"]);
});

test("what was before somebody came, was deleted or hidden, or is in a room that she left, is not hers to see", async () => {
  await say(anna, "@room and @eve");
  must(await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["eve"] }, clientId: id() }));
  expect(await listOf(eve)).toEqual(["invitation by anna: ops", "mention by anna: @room and @eve"]);
  const gone = await say(anna, "@eve gone");
  const hidden = await say(anna, "@eve hidden");
  must(await solo.chat.deleteMessages(anna.session, { ids: [gone], clientId: id() }));
  must(await solo.chat.deleteMessages(eve.session, { ids: [hidden], clientId: id() }));
  expect(await listOf(eve)).toHaveLength(2);
  must(await solo.chat.leaveRoom(eve.session, { room, clientId: id() }));
  expect(await listOf(eve)).toEqual([]);
});
