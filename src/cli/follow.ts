/**
 * The messages of one conversation, from a page on: each is shown once, in the order in which it arrives, also when the
 * replica dies that the client talks to. The stream resumes after its cursor. After a reset it cannot, so the
 * conversation is read again, and what was not shown yet is shown.
 */
import type { CallResult, ChatClient } from "../client/chat-client.ts";
import type { SubscribeResponse } from "../client/subscription.ts";
import { pause } from "../host/wait.ts";
import type { Message } from "./message-text.ts";

/** A call that failed. */
export type Lost = Extract<CallResult<never>, { ok: false }>;

/** The part of a client that is needed here. */
type Reader = Pick<ChatClient, "call" | "subscribe">;

/** Messages in a page that is read again. */
const PAGE = 200;
/** Pages that are read again at most. */
const PAGES_MAX = 20;
/** Messages that are remembered as shown: more than are read again. */
const SHOWN_MAX = 2 * PAGE * PAGES_MAX;
/** How long to wait after a page could not be read. */
const PAUSE_MS = 1000;
/** READ_MODE_LATEST. */
const LATEST = 1;

interface FollowDeps {
  readonly client: Reader;
  /** As in GetMessages: a person's name, or `#` and the name of a room. */
  readonly where: string;
  readonly show: (message: Message) => void;
  /** Says something about the connection. */
  readonly say: (sentence: string) => void;
  /** Test seam. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Reads a page. If no replica leads, it is what one of them has, which may lack the newest messages. */
export async function readPage(
  client: Pick<Reader, "call">,
  page: { readonly with: string; readonly before: string; readonly limit: number },
) {
  const latest = await client.call("GetMessages", { ...page, read: LATEST }, { deadlineMs: 5_000 });
  if (latest.ok || latest.code !== "no_leader") return latest;
  return client.call("GetMessages", page);
}

/** Shows new messages until the login ends. */
export class Follower {
  readonly #deps: FollowDeps;
  /** Oldest first. */
  readonly #shown = new Set<string>();
  /** Messages before this time are older than the first page. */
  #sinceMicros = 0;
  /** Null as long as the conversation has no message. */
  #conversationId: string | null = null;
  #address: string | null = null;
  /** What is under way: events are handled one after another. */
  #work: Promise<void> = Promise.resolve();

  constructor(deps: FollowDeps) {
    this.#deps = deps;
  }

  /** Shows the newest messages and those to come. Resolves with the failure that ended it. */
  async run(limit: number): Promise<Pick<Lost, "code" | "sentence">> {
    const { client, where } = this.#deps;
    const page = await readPage(client, { with: where, before: "", limit });
    if (!page.ok) return page;
    this.#sinceMicros = page.value.messages[0]?.timeMicros ?? 0;
    for (const message of page.value.messages) this.#show(message);
    return new Promise((resolve) => {
      const onEvent = (event: SubscribeResponse, address: string): void => {
        this.#work = this.#work.then(() => this.#onEvent(event, address));
      };
      client.subscribe({ onEvent, onEnd: resolve }, page.value.cursor);
    });
  }

  #show(message: Message): void {
    this.#conversationId ??= message.conversationId;
    if (this.#shown.has(message.id)) return;
    this.#shown.add(message.id);
    for (const oldest of this.#shown) {
      if (this.#shown.size <= SHOWN_MAX) break;
      this.#shown.delete(oldest);
    }
    this.#deps.show(message);
  }

  async #onEvent({ event, message }: SubscribeResponse, address: string): Promise<void> {
    if (event === "ready" && address !== this.#address) {
      const before = this.#address;
      this.#deps.say(
        before === null ? `connected to ${address}` : `${before} does not answer; continued at ${address}`,
      );
      this.#address = address;
    }
    const isNew = event === "message" && message !== null && message !== undefined;
    if (isNew && message.conversationId === this.#conversationId) this.#show(message);
    else if (event === "reset" || (isNew && this.#conversationId === null)) await this.#readAgain();
  }

  /** Reads back to messages that were all shown or are older than the first page, and shows the others. */
  async #readAgain(): Promise<void> {
    const missed: Message[] = [];
    let before = "";
    for (let pages = 0; pages < PAGES_MAX;) {
      const page = await readPage(this.#deps.client, { with: this.#deps.where, before, limit: PAGE });
      if (!page.ok) {
        // The login may have ended, of which the stream tells.
        if (page.code === "not_logged_in" || page.code === "not_found") return;
        await (this.#deps.wait ?? pause)(PAUSE_MS);
        continue;
      }
      pages += 1;
      const { messages } = page.value;
      const unknown = messages.filter(({ id, timeMicros }) => !this.#shown.has(id) && timeMicros >= this.#sinceMicros);
      missed.unshift(...unknown);
      if (unknown.length === 0 || messages.length < PAGE) break;
      before = messages[0]!.id;
    }
    for (const message of missed) this.#show(message);
  }
}
