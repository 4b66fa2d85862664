/** A room that shows newcomers nothing from before they came: every way in which they could read or hear of it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { encodeOp, type Op } from "../../../src/chat/kinds/op.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { RECOVERED } from "../../support/chat-log.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

let solo: SoloChat;
let anna: Person;
let eve: Person;
let room: string;
let micros = 1_000_000;
beforeEach(async () => {
  solo = createSoloChat({ nowMicros: () => (micros += 1_000) });
  [anna, eve] = [await solo.person("anna"), await solo.person("eve")];
  const what = { name: "den", topic: "", isPrivate: true, historyFromJoining: true, people: [], clientId: id() };
  room = must(await solo.chat.createRoom(anna.session, what)).id;
});
afterEach(() => solo.close());

const says = async (person: Person, body: string) =>
  must(await solo.chat.send(person.session, { conversationId: room, body, clientId: id() }));
const change = async (what: "invite" | "remove") =>
  must(await solo.chat.changeRoom(anna.session, { room, change: { kind: what, people: ["eve"] }, clientId: id() }));

/** A message that comes from another branch, where it was written at `timeMicros`. */
function comesLate(body: string, timeMicros: number): string {
  const what: OpBody = { kind: "sendMessage", conversation: room, body, readUpTo: "" };
  const op: Op = { user: anna.session.userId, clientId: id(), timeMicros, body: what, ...RECOVERED };
  solo.apply([encodeOp(op)]);
  return `${op.user}-${op.clientId}`;
}

/** All that eve can read, and the texts of the messages in it. */
async function reads() {
  const { chat } = solo;
  const page = must(await chat.messages(eve.session, { conversationId: room, limit: 200 }));
  const list = must(await chat.listConversations(eve.session, { limit: 200 })).find((one) => one.id === room);
  return {
    page: page.map(({ body }) => body),
    last: list?.last?.body ?? null,
    unread: [
      list?.unread,
      chat.waitingTotal(eve.session).unread,
      chat.waiting(eve.session, room).get(room)?.unread ?? 0,
    ],
  };
}

/** What a stream of eve says from the cursor on, until now. */
async function hears(cursor: string): Promise<string[]> {
  const feed = must(solo.chat.subscribe(eve.session, { cursor }));
  return (await drain(feed)).map(({ event }) => {
    if (event.kind === "message" || event.kind === "changed") return `${event.kind} ${event.message.body}`;
    return event.kind === "gone" ? `gone ${event.messageIds.length}` : event.kind;
  });
}

test("pages, the list and the counts begin when she came; what is late from before does not appear", async () => {
  await says(anna, "early");
  await change("invite");
  expect(await reads()).toEqual({ page: [], last: null, unread: [0, 0, 0] });
  const joined = micros;
  comesLate("late from before", joined - 500_000);
  expect(await reads()).toEqual({ page: [], last: null, unread: [0, 0, 0] });
  comesLate("late from after", joined + 10);
  await says(anna, "new");
  expect(await reads()).toEqual({ page: ["late from after", "new"], last: "new", unread: [2, 2, 2] });
  comesLate("late again", joined - 400_000);
  expect((await reads()).last).toBe("new");
});

test("no message from before is a place to read from, to mark up to, to react to or to hide", async () => {
  const early = await says(anna, "early");
  await change("invite");
  const late = comesLate("late from before", 1);
  await says(anna, "new");
  const { chat } = solo;
  for (const message of [early.id, late]) {
    const answers: Answer<unknown>[] = [
      await chat.messages(eve.session, { conversationId: room, before: message, limit: 10 }),
      await chat.markAllRead(eve.session, { conversationId: room, upTo: message }),
      await chat.markRead(eve.session, { ids: [message] }),
      await chat.react(eve.session, { messageId: message, emoji: "👍", on: true, clientId: id() }),
      await chat.deleteMessages(eve.session, { ids: [message], clientId: id() }),
    ];
    expect(answers.map((answer) => (answer.ok ? "done" : answer.error.code))).toEqual(Array(5).fill("not_found"));
  }
});

test("a stream says nothing of a message from before: not that it comes, nor that it changes, nor that it goes", async () => {
  const cursor = solo.chat.cursor();
  const early = await says(anna, "early");
  const written = micros;
  const other = await says(anna, "other");
  await change("invite");
  const feed = must(solo.chat.subscribe(eve.session, {}));
  const late = comesLate("late from before", written);
  const fresh = await says(anna, "new");
  await solo.chat.react(anna.session, { messageId: early.id, emoji: "👍", on: true, clientId: id() });
  await solo.chat.react(anna.session, { messageId: late, emoji: "👍", on: true, clientId: id() });
  await solo.chat.deleteMessages(anna.session, { ids: [early.id, late, fresh.id], clientId: id() });
  await solo.chat.deleteMessages(anna.session, { ids: [other.id], clientId: id() });
  const live = (await drain(feed)).map(({ event }) => event);
  expect(live.map(({ kind }) => kind)).toEqual(["message", "gone"]);
  expect(live[1]).toMatchObject({ kind: "gone", messageIds: [fresh.id] });
  // Resumed from before she came: her coming, with her mark, and the message that is hers to see, as it is now.
  expect(await hears(cursor)).toEqual(["conversation", "read", "gone 1"]);
});

test("whoever returns does not read what was said meanwhile, though her own words may be sent again", async () => {
  await change("invite");
  const sent = { conversationId: room, body: "own", clientId: id() };
  const first = must(await solo.chat.send(eve.session, sent));
  await change("remove");
  await says(anna, "meanwhile");
  await change("invite");
  expect(await reads()).toEqual({ page: [], last: null, unread: [0, 0, 0] });
  expect(must(await solo.chat.send(eve.session, sent)).id).toBe(first.id);
});

test("a public room has no such history", async () => {
  const what = { name: "open", topic: "", isPrivate: false, historyFromJoining: true, people: [], clientId: id() };
  const answer = await solo.chat.createRoom(anna.session, what);
  expect(answer.ok || answer.error.code).toBe("invalid");
});
