import { afterEach, describe, expect, test } from "bun:test";
import type { Answer } from "../../src/chat/errors.ts";
import type { Feed, FeedItem } from "../../src/chat/service.ts";
import { createSoloChat, SOLO_PASSWORD, type SoloChat } from "../support/solo-chat.ts";

const CALLER = { address: "127.0.0.1" };
const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function code(answer: Answer<unknown>): string {
  return answer.ok ? "ok" : answer.error.code;
}

async function take(feed: Feed, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  while (items.length < count) items.push((await feed.next())!);
  return items;
}

let solo: SoloChat;
afterEach(() => solo.close());

describe("messages", () => {
  test("one writes, the other reads live; a repeat is the same message", async () => {
    solo = createSoloChat();
    const anna = await solo.person("Anna");
    const ben = await solo.person("ben");
    const feed = must(solo.chat.subscribe(ben.session, {}));
    const input = { to: "BEN", body: "hello", clientId: id() };
    const first = await solo.chat.send(anna.session, input);
    const again = await solo.chat.send(anna.session, input);
    expect(must(again)).toEqual(must(first));
    expect(code(await solo.chat.send(anna.session, { ...input, body: "other" }))).toBe("id_reused_with_other_content");
    const [item] = await take(feed, 1);
    expect(item!.event).toMatchObject({
      kind: "message",
      message: { body: "hello", authorName: "Anna", unread: true },
    });
    const list = must(await solo.chat.listConversations(ben.session, { limit: 10 }));
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ unread: 1, with: { name: "Anna" }, last: { body: "hello", unread: true } });
    expect(solo.chat.unreadTotal(ben.session)).toBe(1);
    const { conversationId, id: messageId } = must(first);
    must(await solo.chat.markRead(ben.session, { ids: [messageId], clientId: id() }));
    expect(solo.chat.unreadTotal(ben.session)).toBe(0);
    const seen = must(await solo.chat.messages(anna.session, { conversationId, limit: 50 }));
    expect(seen.map((m) => [m.body, m.readByOther])).toEqual([["hello", true]]);
  });

  test("log in at once after registering; wrong password and unknown name alike", async () => {
    solo = createSoloChat();
    await solo.person("Anna");
    const right = must(await solo.chat.login({ name: "aNNA", password: SOLO_PASSWORD }, CALLER));
    expect(solo.chat.authenticate(right.token)).toMatchObject({ name: "Anna" });
    const wrong = await solo.chat.login({ name: "anna", password: "wrong wrong" }, CALLER);
    const unknown = await solo.chat.login({ name: "nobody", password: "wrong wrong" }, CALLER);
    expect(wrong).toEqual(unknown);
    expect(code(wrong)).toBe("wrong_password");
  });
});
