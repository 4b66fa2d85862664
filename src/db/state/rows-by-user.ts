/** Rows of users for some of their conversations, in memory: all of a user's rows are read when one of them is asked for. */
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { ConversationId, UserId } from "../../chat/ids.ts";

/** The most users. Most have no such row at all, others a handful. */
const CACHED_USERS = 4_096;

interface OfUser {
  readonly user: UserId;
  readonly conversation: ConversationId;
}

export class RowsByUser<Row extends OfUser> {
  readonly #known = new BoundedCache<Map<ConversationId, Row>>(CACHED_USERS);
  readonly #read: (user: UserId) => readonly Row[];

  /** `read` reads all rows of a user. */
  constructor(read: (user: UserId) => readonly Row[]) {
    this.#read = read;
  }

  get(user: UserId, conversation: ConversationId): Row | null {
    let rows = this.#known.get(user);
    if (rows === undefined) {
      rows = new Map(this.#read(user).map((row) => [row.conversation, row]));
      this.#known.set(user, rows);
    }
    return rows.get(conversation) ?? null;
  }

  /** Notes a row that was written. */
  put(row: Row): void {
    this.#known.get(row.user)?.set(row.conversation, row);
  }

  /** After a rollback. */
  clear(): void {
    this.#known.clear();
  }
}
