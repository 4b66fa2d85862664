/**
 * What is known of unread messages without looking, for the question that comes with every
 * message: which one does its author answer? Kept for each conversation: the newest message,
 * as long as nobody else read, hid or erased anything since, and who has nothing unread.
 * What is not known is looked up in the rows; nothing here is ever more than they say.
 */
import type { Seq } from "../../election/view.ts";
import { BoundedCache } from "./bounded-cache.ts";

/** Conversations remembered. */
const CONVERSATIONS_MAX = 8_192;

interface Newest {
  readonly author: string;
  readonly clientId: string;
}

interface Known {
  newest: Newest | null;
  /** Who has nothing unread. */
  readonly done: Set<string>;
}

export class UnreadMemo {
  readonly #known = new BoundedCache<Known>(CONVERSATIONS_MAX);

  /** "nothing", the newest one that is unread for this user, or null: look. */
  newestUnread(conversation: string, user: string): "nothing" | Newest | null {
    const known = this.#known.get(conversation);
    if (known === undefined) return null;
    if (known.done.has(user)) return "nothing";
    return known.newest !== null && known.newest.author !== user ? known.newest : null;
  }

  /** A look found nothing unread. */
  foundNothing(conversation: string, user: string): void {
    const known = this.#known.get(conversation);
    if (known === undefined) this.#known.set(conversation, { newest: null, done: new Set([user]) });
    else known.done.add(user);
  }

  /** A message came: unread for all but its author. */
  written(message: { conversation: string; seq: Seq; author: string; clientId: string; deleted: boolean }): void {
    const { conversation, author, clientId, deleted } = message;
    const stillDone = this.#known.get(conversation)?.done.has(author) ?? false;
    const newest = deleted ? null : { author, clientId };
    this.#known.set(conversation, { newest, done: new Set(stillDone ? [author] : []) });
  }

  /** This user read or hid something there, or erased it (null: for all). */
  changed(conversation: string, user: string | null): void {
    const known = this.#known.get(conversation);
    if (known !== undefined && known.newest?.author !== user) known.newest = null;
  }

  /** The rows may have gone back. */
  clear(): void {
    this.#known.clear();
  }
}
