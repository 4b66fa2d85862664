/** Pinned messages as those in their conversation see them: in lists, live, and after a stream has resumed. */
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
