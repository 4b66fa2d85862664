/** Reactions as the readers of a message see them: in lists, live, and after a stream has resumed. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let message: { readonly id: string; readonly conversationId: string };

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  message = must(await solo.chat.send(anna.session, { to: "ben", body: "hello", clientId: id() }));
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const react = (who: Person, emoji: string, on = true) =>
  solo.chat.react(who.session, { messageId: message.id, emoji, on, clientId: id() });

test("the answer and the history name those who reacted, in the order in which they did", async () => {
  must(await react(ben, "👍"));
  must(await react(ben, "❤"));
  const seen = must(await react(anna, "👍"));
  expect(seen.reactions).toEqual([
    { emoji: "👍", userIds: [ben.user.id, anna.user.id], names: ["ben", "anna"] },
    { emoji: "❤️", userIds: [ben.user.id], names: ["ben"] },
  ]);
  const { conversationId } = message;
  const [row] = must(await solo.chat.messages(ben.session, { conversationId, limit: 1 }));
  expect(row).toMatchObject({ body: "hello", unread: true, reactions: seen.reactions });
  expect(must(await react(ben, "👍", false)).reactions.map(({ emoji, names }) => [emoji, names])).toEqual([
    ["❤️", ["ben"]],
    ["👍", ["anna"]],
  ]);
});

test("both hear of it, live and when their streams resume; and it makes nothing unread", async () => {
  const eve = await solo.person("eve");
  const cursor = solo.chat.cursor();
  const live = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await react(ben, "👍"));
  const resumed = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const [annas, bens, eves] = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    for (const items of [annas!, bens!]) {
      expect(items.map(({ event }) => event)).toEqual([
        { kind: "changed", message: expect.objectContaining({ id: message.id, body: "hello" }) },
      ]);
      expect(items[0]!.event).toMatchObject({ message: { reactions: [{ emoji: "👍", names: ["ben"] }] } });
    }
    expect(eves).toEqual([]);
  }
  expect(solo.chat.waitingTotal(anna.session).unread).toBe(0);
});

test("to whom a message does not exist, it does not exist", async () => {
  const eve = await solo.person("eve");
  expect(await react(eve, "👍")).toMatchObject({ ok: false, error: { code: "not_found" } });
  const twice = { messageId: message.id, emoji: "👍", on: true, clientId: id() };
  must(await solo.chat.react(ben.session, twice));
  must(await solo.chat.react(ben.session, twice));
  must(await solo.chat.deleteMessages(anna.session, { ids: [message.id], clientId: id() }));
  expect(await react(ben, "👍")).toMatchObject({ ok: false, error: { code: "not_found" } });
  const { conversationId } = message;
  const [gone] = must(await solo.chat.messages(ben.session, { conversationId, limit: 1 }));
  expect(gone).toMatchObject({ deleted: true, reactions: [] });
});
