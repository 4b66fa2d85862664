/** One subscription: a bounded queue between apply and a reader that takes events at its own pace. */
import type { Feed, FeedEvent, FeedItem, Session } from "../chat-service.ts";
import type { ConversationId } from "../ids.ts";
import type { Seq } from "../../election/view.ts";

/** Bytes that may wait in one stream. With more it is reset and ended. */
export const FEED_BYTES_MAX = 1024 * 1024;

/** The value of `after` for a stream whose cursor this replica has not reached yet. */
export const NOT_LIVE = Number.MAX_SAFE_INTEGER as Seq;

/** Bytes of an item without its text: ids, the cursor, the objects themselves. */
const ITEM_BYTES = 300;

export class LiveFeed implements Feed {
  readonly session: Session;
  /** Threads that it follows although the user does not. */
  readonly watched: ReadonlySet<ConversationId>;
  /** Events up to this seq are part of the replay or precede the subscription. */
  after: Seq;
  readonly #onClose: (feed: LiveFeed) => void;
  #items: FeedItem[] = [];
  #bytes = 0;
  #ended = false;
  #waiting: ((item: FeedItem | null) => void) | null = null;
  #cursor: string;

  constructor(
    session: Session,
    start: { readonly after: Seq; readonly cursor: string; readonly watched: ReadonlySet<ConversationId> },
    onClose: (feed: LiveFeed) => void,
  ) {
    this.session = session;
    this.watched = start.watched;
    this.after = start.after;
    this.#cursor = start.cursor;
    this.#onClose = onClose;
  }

  async next(): Promise<FeedItem | null> {
    const item = this.#items.shift();
    if (item !== undefined) {
      this.#bytes -= weight(item.event);
      return item;
    }
    if (this.#ended) return null;
    // There is one reader at a time, so an earlier call that still waits has been abandoned.
    this.#waiting?.(null);
    return await new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  atRest(): boolean {
    return this.#waiting !== null && this.after !== NOT_LIVE;
  }

  close(): void {
    this.#items = [];
    this.#bytes = 0;
    this.end();
  }

  /** Ends the stream. Events that are waiting can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting?.(null);
    this.#waiting = null;
    this.#onClose(this);
  }

  /**
   * Hands an event to the reader. `cursor` is where to resume after it. Null leaves the cursor
   * unchanged: for an ephemeral event, and for an event that is not the last of its op, because
   * a reader that disconnects between two events of one op must get both again.
   */
  push(event: FeedEvent, cursor: string | null): void {
    if (this.#ended) return;
    if (cursor !== null) this.#cursor = cursor;
    const item = { event, cursor: this.#cursor, moves: cursor !== null };
    if (this.#waiting !== null) {
      const resolve = this.#waiting;
      this.#waiting = null;
      resolve(item);
      return;
    }
    this.#items.push(item);
    this.#bytes += weight(event);
    if (this.#bytes <= FEED_BYTES_MAX) return;
    this.#items = [{ event: { kind: "reset", reason: "OVERFLOW" }, cursor: this.#cursor, moves: true }];
    this.#bytes = 0;
    this.end();
  }
}

/** Roughly the bytes that an event occupies in memory. */
export function weight(event: FeedEvent): number {
  if (event.kind === "message") return ITEM_BYTES + 2 * event.message.body.length;
  if (event.kind === "gone" || event.kind === "read") return ITEM_BYTES + 50 * event.messageIds.length;
  return ITEM_BYTES;
}
