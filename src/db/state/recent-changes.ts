/**
 * Remembers in which conversations something changed lately. After a failover every stream resumes within a second,
 * and in most conversations nothing has changed meanwhile; this memory says so without a query for each of them. It
 * may report a change where there was none, but never misses one.
 */
import type { UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";

/** Maximum number of conversations, those that changed last; some 100 bytes each. */
const CONVERSATIONS_MAX = 50_000;

/** What stands, among the conversations, for the rooms that a user comes to and leaves, and the threads followed. */
export function seatsOf(user: UserId): string {
  return `seats of ${user}`;
}

/** What stands, among the conversations, for what a user has marked as unread. */
export function markedBy(user: UserId): string {
  return `marked as unread by ${user}`;
}

/** What stands, among the conversations, for what a user prefers for them. */
export function preferencesOf(user: UserId): string {
  return `preferences of ${user}`;
}

/** What stands, among the conversations, for what a user has saved. */
export function savedBy(user: UserId): string {
  return `saved by ${user}`;
}

/** What stands, among the conversations, for what a user has written there and not sent. */
export function draftsOf(user: UserId): string {
  return `drafts of ${user}`;
}

/** What stands, among the conversations, for what people say about themselves. */
export const PROFILES = "profiles";

/** See the top of this file. */
export class RecentChanges {
  readonly #max: number;
  /** Nothing has changed after this seq in a conversation that is not in the map. */
  #from: Seq;
  /** For each conversation the op that changed it last, in the order of these ops. */
  readonly #newest = new Map<string, Seq>();

  /** `from`: every change after this seq will be reported by `changed`. */
  constructor(from: Seq, max = CONVERSATIONS_MAX) {
    this.#from = from;
    this.#max = max;
  }

  /** Reports that the op at `seq` added, erased or read messages of the conversation. */
  changed(conversation: string, seq: Seq): void {
    // A row that is written with an older seq has not changed in that respect.
    if ((this.#newest.get(conversation) ?? 0) >= seq) return;
    this.#newest.delete(conversation);
    this.#newest.set(conversation, seq);
    if (this.#newest.size <= this.#max) return;
    const [oldest] = this.#newest;
    this.#newest.delete(oldest![0]);
    this.#from = Math.max(this.#from, oldest![1]);
  }

  /** False: nothing has changed in the conversation after `seq`. */
  mayHaveChanged(conversation: string, seq: Seq): boolean {
    return seq < this.#from || (this.#newest.get(conversation) ?? 0) > seq;
  }
}
