/** One subscription: a bounded queue between what apply tells and a reader at its own pace. */
import type { Feed, FeedEvent, FeedItem, Session } from "../chat-service.ts";
import type { Seq } from "../../election/view.ts";

/** Bytes waiting in one stream before it is reset and ended. */
export const FEED_BYTES_MAX = 1024 * 1024;

/** `after` of a stream whose cursor this replica has yet to reach. */
export const NOT_LIVE = Number.MAX_SAFE_INTEGER as Seq;

/** What an item weighs beside its text: ids, cursor, the objects themselves. */
const ITEM_BYTES = 300;

export class LiveFeed implements Feed {
  readonly session: Session;
  /** Events up to here are in the replay or before the subscription. */
  after: Seq;
  readonly #onClose: (feed: LiveFeed) => void;
  #items: FeedItem[] = [];
  #bytes = 0;
  #ended = false;
  #waiting: ((item: FeedItem | null) => void) | null = null;
  #cursor: string;

  constructor(
    session: Session,
    start: { readonly after: Seq; readonly cursor: string },
    onClose: (feed: LiveFeed) => void,
  ) {
    this.session = session;
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
    // One reader at a time: an earlier one that still waits has been given up.
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

  /** Nothing more comes; what waits may still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting?.(null);
    this.#waiting = null;
    this.#onClose(this);
  }

  /**
   * Hands an event to the reader. `cursor` is where to resume after it; null leaves the
   * stream where it is (an ephemeral event, or not the last of its op: who breaks off
   * between two events of one op must get both again).
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

/** Roughly the bytes an event keeps in memory. */
export function weight(event: FeedEvent): number {
  if (event.kind === "message") return ITEM_BYTES + 2 * event.message.body.length;
  if (event.kind === "gone" || event.kind === "read") return ITEM_BYTES + 50 * event.messageIds.length;
  return ITEM_BYTES;
}
