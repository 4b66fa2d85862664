/** Edited messages as their readers see them: in lists, live, after a stream has resumed, and with the texts before. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let message: { readonly id: string; readonly conversationId: string; readonly timeMicros: number };

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  message = must(await solo.chat.send(anna.session, { to: "ben", body: "teh words", clientId: id() }));
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const edit = (who: Person, body: string, clientId = id()) =>
  solo.chat.editMessage(who.session, { messageId: message.id, body, clientId });
const versions = (who: Person) => solo.chat.listVersions(who.session, { messageId: message.id });

test("the answer and the history have the new text and its time; its versions have the others", async () => {
  expect(must(await versions(ben))).toEqual([{ body: "teh words", timeMicros: message.timeMicros }]);
  const seen = must(await edit(anna, "the words\r\n"));
  expect(seen).toMatchObject({ body: "the words\n", timeMicros: message.timeMicros });
  expect(seen.editedMicros).toBeGreaterThan(message.timeMicros);
  const { conversationId } = message;
  const [row] = must(await solo.chat.messages(ben.session, { conversationId, limit: 1 }));
  expect(row).toMatchObject({ body: "the words\n", editedMicros: seen.editedMicros, unread: true });
  expect(must(await versions(ben))).toEqual([
    { body: "teh words", timeMicros: message.timeMicros },
    { body: "the words\n", timeMicros: seen.editedMicros },
  ]);
  // The same text again changes nothing.
  expect(must(await edit(anna, "the words\n"))).toEqual(seen);
});

test("both hear of it, live and when their streams resume; and it makes nothing unread", async () => {
  const eve = await solo.person("eve");
  must(await solo.chat.markRead(ben.session, { ids: [message.id] }));
  const cursor = solo.chat.cursor();
  const live = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await edit(anna, "the words"));
  const resumed = [anna, ben, eve].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const [annas, bens, eves] = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    for (const items of [annas!, bens!])
      expect(items.map(({ event }) => event)).toEqual([
        { kind: "changed", message: expect.objectContaining({ id: message.id, body: "the words" }) },
      ]);
    expect(eves).toEqual([]);
  }
  expect(solo.chat.waitingTotal(ben.session).unread).toBe(0);
});

test("a repeat gets the first answer; another text under its id is refused, and so is another's message", async () => {
  const clientId = id();
  must(await edit(anna, "first", clientId));
  must(await edit(anna, "second"));
  expect(must(await edit(anna, "first", clientId)).body).toBe("second");
  expect(await edit(anna, "third", clientId)).toMatchObject({ error: { code: "id_reused_with_other_content" } });
  expect(await edit(ben, "mine")).toMatchObject({
    error: { code: "not_allowed", sentence: "Only the person who wrote a message can edit it." },
  });
  expect(await edit(anna, " ")).toMatchObject({ error: { code: "invalid", field: "body" } });
  expect(await edit(anna, "x".repeat(8_193))).toMatchObject({ error: { code: "too_long", field: "body" } });
});

test("of a message that is gone, hidden or another's, no text is told", async () => {
  const eve = await solo.person("eve");
  must(await edit(anna, "the words"));
  expect(await edit(eve, "mine")).toMatchObject({ error: { code: "not_found" } });
  expect(await versions(eve)).toMatchObject({ error: { code: "not_found" } });
  must(await solo.chat.deleteMessages(ben.session, { ids: [message.id], clientId: id() }));
  expect(await versions(ben)).toMatchObject({ error: { code: "not_found" } });
  expect(must(await versions(anna))).toHaveLength(2);
  must(await solo.chat.deleteMessages(anna.session, { ids: [message.id], clientId: id() }));
  expect(await versions(anna)).toMatchObject({ error: { code: "not_found" } });
});

test("of an account that is deleted with its messages, no text is told, even before they are erased", async () => {
  const { conversationId } = message;
  const bens = must(await solo.chat.send(ben.session, { conversationId, body: "of ben", clientId: id() }));
  must(await solo.chat.editMessage(ben.session, { messageId: bens.id, body: "of ben, edited", clientId: id() }));
  const all = { password: SOLO_PASSWORD, deleteMessages: true, clientId: id() };
  must(await solo.chat.deleteAccount(ben.session, all));
  expect(await solo.chat.listVersions(anna.session, { messageId: bens.id })).toMatchObject({
    error: { code: "not_found" },
  });
});
