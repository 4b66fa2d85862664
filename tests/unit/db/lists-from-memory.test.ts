/**
 * Lists, and what is counted for one conversation, are the same from memory and from the rows, whatever people do in
 * between. They write more messages than the memory keeps, and read, hide, edit, mark as unread, mention, leave and follow.
 */
import { expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { threadIdOf } from "../../../src/chat/ids.ts";
import type { Queries } from "../../../src/chat/queries.ts";
import { ConversationMemory } from "../../../src/db/state/conversation-memory.ts";
import { RecentChanges } from "../../../src/db/state/recent-changes.ts";
import type { StateDb } from "../../../src/db/state/state-db.ts";
import { StateQueries } from "../../../src/db/state/state-queries.ts";
import { StateRows } from "../../../src/db/state/state-rows.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const ACTS = 300;
const LIST_MAX = 300;
const UNREAD_MAX = 1_000;
const BODIES = ["hello", "hello @anna", "hello @room", "hello @ben", "hello ".repeat(300)];

/** The same numbers for the same seed. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const clientId = (): string => crypto.randomUUID();

async function roomOf([owner, ...others]: readonly Person[], { chat }: SoloChat): Promise<string> {
  const people = others.map(({ user }) => user.name);
  const asked = { name: "ops", topic: "", isPrivate: false, people, clientId: clientId() };
  const made = await chat.createRoom(owner!.session, asked);
  if (!made.ok) throw new Error(made.error.sentence);
  return made.value.id;
}

/** The room, a direct conversation, a thread in each, and notes. */
async function placesOf(people: readonly Person[], solo: SoloChat): Promise<readonly string[]> {
  const room = await roomOf(people, solo);
  const [anna, ben] = people as [Person, Person];
  const first = await solo.chat.send(anna.session, { to: "ben", body: "hello", clientId: clientId() });
  const inRoom = await solo.chat.send(ben.session, { conversationId: room, body: "hello", clientId: clientId() });
  const notes = await solo.chat.send(anna.session, { to: "anna", body: "hello", clientId: clientId() });
  if (!first.ok || !inRoom.ok || !notes.ok) throw new Error("the conversations could not be made");
  const threads = [first, inRoom].map(({ value }) => threadIdOf(value.id));
  // The room is there more often, so that its messages are more than the memory keeps.
  return [room, room, room, first.value.conversationId, ...threads, notes.value.conversationId];
}

/** One act of somebody, which may be refused. */
async function act(draw: ReturnType<typeof draws>, solo: SoloChat, at: Awaited<ReturnType<typeof worldOf>>) {
  const { chat } = solo;
  const { session } = at.people[draw(at.people.length)]!;
  const conversationId = at.places[draw(at.places.length)]!;
  const newest = await chat.messages(session, { conversationId, limit: 60 });
  // Rather one of the newest.
  const messages = (newest.ok ? newest.value : []).slice(draw(2) === 0 ? 0 : -3);
  const ids = messages.length === 0 ? [] : [messages[draw(messages.length)]!.id];
  const [messageId = ""] = ids;
  const about = { messageId, clientId: clientId() };
  const which = draw(23);
  if (which < 8 || messageId === "")
    return chat.send(session, { conversationId, body: BODIES[draw(BODIES.length)]!, clientId: clientId() });
  if (which < 10) return chat.markRead(session, { ids });
  if (which === 10) return chat.markAllRead(session, { conversationId, upTo: messageId });
  if (which < 13) return chat.deleteMessages(session, { ids, forEveryone: which === 11, clientId: clientId() });
  if (which === 13) return chat.markUnread(session, about);
  if (which === 14) return chat.editMessage(session, { ...about, body: `edited @ben ${draw(9)}` });
  if (which === 15) return chat.react(session, { ...about, emoji: "👍", on: draw(2) === 0 });
  if (which === 16) return chat.followThread(session, { ...about, on: draw(2) === 0 });
  if (which === 17) return chat.leaveRoom(session, { room: at.places[0]!, clientId: clientId() });
  if (which < 20) return chat.joinRoom(session, { room: at.places[0]!, clientId: clientId() });
  const change = { kind: which === 22 ? "starred" : "muted", on: draw(2) === 0 } as const;
  return chat.setPreference(session, { conversationId, change, clientId: clientId() });
}

/** Queries over the same rows with a memory of their own, and what empties that. */
function withoutMemory(state: StateDb): { readonly queries: Queries; readonly forget: () => void } {
  const client = state.client();
  const connection = { client, db: drizzle({ client }), onDamage: null };
  const held = { memory: new ConversationMemory(), changes: new RecentChanges(0) };
  const rows = new StateRows(connection, held);
  const position = { appliedSeq: () => state.appliedSeq(), newestMicros: () => state.queries.newestMicros() };
  return { queries: new StateQueries(connection, { ...held, rows }, position), forget: () => rows.forget() };
}

/** Everything that a person's lists are made of. `forget` is called before each question. */
function listsOf({ user: { id: user } }: Person, places: readonly string[], queries: Queries, forget: () => void) {
  const ask = <Found>(question: () => Found): Found => {
    forget();
    return question();
  };
  return {
    list: ask(() => queries.list(user, LIST_MAX, UNREAD_MAX)),
    threads: ask(() => queries.threadsOf(user, LIST_MAX)),
    waiting: ask(() => queries.waiting(user, UNREAD_MAX)),
    each: places
      .filter((id) => queries.isMember(id, user))
      .map((id) => ({
        summary: ask(() => queries.summary(id, user)),
        waiting: ask(() => queries.waiting(user, UNREAD_MAX, id)),
        unread: ask(() => queries.unreadIds(id, user, 1)),
      })),
  };
}

async function worldOf(solo: SoloChat) {
  const people = [await solo.person("anna"), await solo.person("ben"), await solo.person("carla")];
  return { people, places: await placesOf(people, solo) };
}

for (const seed of [1, 2, 3])
  test(`lists from memory are those from the rows (seed ${seed})`, async () => {
    const solo = createSoloChat();
    const world = await worldOf(solo);
    const { queries, forget } = withoutMemory(solo.state);
    const draw = draws(seed);
    for (let n = 0; n < ACTS; n++) {
      await act(draw, solo, world);
      // Of one person, so that several acts may lie between two looks at somebody's lists.
      const person = world.people[draw(world.people.length)]!;
      const remembered = listsOf(person, world.places, solo.state.queries, () => {});
      expect({ n, ...remembered }).toEqual({ n, ...listsOf(person, world.places, queries, forget) });
    }
    solo.close();
  });

test("what somebody has hidden and then read past is not unread again when she marks an earlier message", async () => {
  const solo = createSoloChat();
  const [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  const ids: string[] = [];
  let conversationId = "";
  for (let n = 0; n < 4; n++) {
    const sent = await solo.chat.send(anna.session, { to: "ben", body: `${n}`, clientId: clientId() });
    if (sent.ok) ({ conversationId } = sent.value);
    ids.push(sent.ok ? sent.value.id : "");
  }
  await solo.chat.deleteMessages(ben.session, { ids: [ids[2]!], clientId: clientId() });
  await solo.chat.markAllRead(ben.session, { conversationId, upTo: ids[3]! });
  await solo.chat.markUnread(ben.session, { messageId: ids[1]!, clientId: clientId() });
  expect(solo.state.queries.summary(conversationId, ben.user.id)?.unread).toBe(2);
  solo.close();
});
