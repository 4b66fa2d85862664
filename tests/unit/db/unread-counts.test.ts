/**
 * What is counted in memory for one conversation (summary, waiting) is what the rows say (list), whatever people do in
 * between. A room has more messages than the memory keeps, and people who read, hide, mark as unread and mention.
 */
import { expect, test } from "bun:test";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const ACTS = 250;

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

/** One act of somebody, which may be refused. */
async function act(draw: ReturnType<typeof draws>, solo: SoloChat, at: { people: readonly Person[]; room: string }) {
  const { chat } = solo;
  const { session } = at.people[draw(at.people.length)]!;
  const newest = await chat.messages(session, { conversationId: at.room, limit: 60 });
  const messages = newest.ok ? newest.value : [];
  const ids = messages.length === 0 ? [] : [messages[draw(messages.length)]!.id];
  const [messageId = ""] = ids;
  const which = draw(16);
  if (which < 7 || messageId === "") {
    const body = ["hello", "hello @anna", "hello @room", "hello"][draw(4)]!;
    return chat.send(session, { conversationId: at.room, body, clientId: clientId() });
  }
  if (which < 9) return chat.markRead(session, { ids });
  if (which === 9) return chat.markAllRead(session, { conversationId: at.room, upTo: messageId });
  if (which < 12) return chat.deleteMessages(session, { ids, forEveryone: which === 10, clientId: clientId() });
  if (which === 12) return chat.markUnread(session, { messageId, clientId: clientId() });
  if (which === 13)
    return chat.editMessage(session, { messageId, body: `edited @ben ${draw(9)}`, clientId: clientId() });
  const change = { kind: "muted", on: which === 14 } as const;
  return chat.setPreference(session, { conversationId: at.room, change, clientId: clientId() });
}

for (const seed of [1, 2])
  test(`counts in memory are those of the rows (seed ${seed})`, async () => {
    const solo = createSoloChat();
    const people = [await solo.person("anna"), await solo.person("ben"), await solo.person("carla")];
    const room = await roomOf(people, solo);
    const draw = draws(seed);
    for (let n = 0; n < ACTS; n++) {
      await act(draw, solo, { people, room });
      for (const { user } of people) {
        const { queries } = solo.state;
        const [row] = queries.list(user.id, 1, 1_000).conversations;
        const { unread, mentions } = queries.summary(room, user.id)!;
        const { unread: listed, mentions: listedMentions } = row!;
        expect({ n, unread, mentions }).toEqual({ n, unread: listed, mentions: listedMentions });
      }
    }
    solo.close();
  });
