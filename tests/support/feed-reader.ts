/** Reads streams in tests, and keeps the model that a client would keep. */
import type { Feed, FeedItem, MessageView } from "../../src/chat/chat-service.ts";

/** The next `count` items; fails the test if the stream ends before. */
export async function take(feed: Feed, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  while (items.length < count) {
    const item = await feed.next();
    if (item === null) throw new Error(`the stream ended after ${items.length} of ${count}`);
    items.push(item);
  }
  return items;
}

/** All items until the stream ends. */
export async function takeAll(feed: Feed): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for (let item = await feed.next(); item !== null; item = await feed.next()) items.push(item);
  return items;
}

/** Takes the items that wait in the stream, without waiting for more, and closes it. */
export async function drain(feed: Feed): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for (;;) {
    const item = await Promise.race([feed.next(), Promise.resolve().then(() => "empty" as const)]);
    if (item === "empty" || item === null) break;
    items.push(item);
  }
  feed.close();
  return items;
}

/** What a client knows about its conversations from a stream alone. */
export class ClientModel {
  readonly messages = new Map<string, MessageView>();
  resets = 0;
  /** Ids of messages that came twice. */
  readonly doubled: string[] = [];
  readonly #user: string;

  constructor(user: string) {
    this.#user = user;
  }

  take(items: readonly FeedItem[]): void {
    for (const { event } of items) {
      if (event.kind === "reset") this.resets += 1;
      if (event.kind === "message") {
        if (this.messages.has(event.message.id)) this.doubled.push(event.message.id);
        this.messages.set(event.message.id, event.message);
      }
      if (event.kind === "gone") for (const id of event.messageIds) this.messages.delete(id);
      if (event.kind === "read") this.#read(event);
    }
  }

  #read(event: Extract<FeedItem["event"], { kind: "read" }>): void {
    for (const [id, message] of this.messages) {
      if (message.conversationId !== event.conversationId) continue;
      if (message.seq > event.upTo && !event.messageIds.includes(id)) continue;
      const own = message.authorId === this.#user;
      if (event.readerId === this.#user && !own) this.messages.set(id, { ...message, unread: false });
      if (event.readerId !== this.#user && own) this.messages.set(id, { ...message, readByOther: true });
    }
  }
}
