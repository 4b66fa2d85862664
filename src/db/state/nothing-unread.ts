/**
 * Who has nothing unread in a conversation, remembered from the last look until somebody
 * else writes there. Each message asks for it (what does its author answer?), and looking
 * again through her own messages would cost as much as the rest of it.
 */
import { BoundedCache } from "./bounded-cache.ts";

/** Conversations remembered. */
const CONVERSATIONS_MAX = 8_192;

export class NothingUnread {
  readonly #users = new BoundedCache<Set<string>>(CONVERSATIONS_MAX);

  has(conversation: string, user: string): boolean {
    return this.#users.get(conversation)?.has(user) ?? false;
  }

  /** A look found nothing unread. */
  found(conversation: string, user: string): void {
    const users = this.#users.get(conversation);
    if (users === undefined) this.#users.set(conversation, new Set([user]));
    else users.add(user);
  }

  /** A message came: it is unread for all but its author. */
  written(conversation: string, author: string): void {
    const users = this.#users.get(conversation);
    if (users === undefined || (users.size === 1 && users.has(author))) return;
    this.#users.set(conversation, new Set(users.has(author) ? [author] : []));
  }
}
