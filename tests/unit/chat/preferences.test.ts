/** What a user prefers for conversations, as the user's lists, totals and streams show it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { PreferenceChange } from "../../../src/chat/chat-service.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let direct = "";
let room = "";

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  const about = { topic: "", isPrivate: false, people: ["ben"], clientId: id() };
  room = must(await solo.chat.createRoom(anna.session, { name: "ops", ...about })).id;
  direct = must(await solo.chat.send(anna.session, { to: "ben", body: "hello", clientId: id() })).conversationId;
  must(await solo.chat.send(anna.session, { conversationId: room, body: "hello all", clientId: id() }));
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const prefer = (who: Person, conversationId: string, change: PreferenceChange) =>
  solo.chat.setPreference(who.session, { conversationId, change, clientId: id() });

const muted = (on: boolean): PreferenceChange => ({ kind: "muted", on });

test("a muted conversation is counted in itself and in no total", async () => {
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(2);
  const answer = must(await prefer(ben, room, muted(true)));
  expect(answer).toMatchObject({ unread: 1, preferences: { starred: false, muted: true } });
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(1);
  expect([...solo.chat.waiting(ben.session)]).toEqual([[direct, { unread: 1, calls: 1 }]]);
  expect([...solo.chat.waiting(ben.session, room)]).toEqual([]);
  const listed = async (unread: boolean): Promise<string[]> =>
    must(await solo.chat.listConversations(ben.session, { limit: 10, unread })).map((one) => one.id);
  expect(await listed(true)).toEqual([direct]);
  expect(await listed(false)).toEqual(expect.arrayContaining([room, direct]));
  must(await prefer(ben, room, muted(false)));
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(2);
  expect(solo.chat.waitingTotal(anna.session).unread).toBe(0);
});

test("the default level is all in a direct conversation and mentions in a room", async () => {
  const levels = async (): Promise<unknown> =>
    Promise.all(
      [direct, room].map(async (conversationId) => {
        const { preferences } = must(await solo.chat.conversation(ben.session, { conversationId }));
        return [preferences.level, preferences.notify];
      }),
    );
  expect(await levels()).toEqual([
    ["default", "all"],
    ["default", "mentions"],
  ]);
  must(await prefer(ben, direct, { kind: "level", level: "nothing" }));
  must(await prefer(ben, room, { kind: "level", level: "all" }));
  expect(await levels()).toEqual([
    ["nothing", "nothing"],
    ["all", "all"],
  ]);
  expect(await prefer(ben, room, { kind: "level", level: "loud" })).toMatchObject({
    ok: false,
    error: { code: "invalid", sentence: expect.stringContaining("default, all, mentions, nothing") },
  });
});

test("the user's own streams hear of it, live and when they resume, and nobody else's do", async () => {
  const cursor = solo.chat.cursor();
  const live = [anna, ben].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await prefer(ben, room, { kind: "starred", on: true }));
  const resumed = [anna, ben].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const [annas, bens] = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    expect(annas).toEqual([]);
    expect(bens!.map(({ event }) => event)).toEqual([{ kind: "conversation", conversationId: room }]);
  }
});

test("what is not there for somebody cannot be preferred", async () => {
  const eve = await solo.person("eve");
  for (const conversation of [direct, room, "nothing"])
    expect(await prefer(eve, conversation, muted(true))).toMatchObject({ ok: false, error: { code: "not_found" } });
});
