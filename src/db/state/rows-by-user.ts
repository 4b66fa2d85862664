/** Rows of users for some of their conversations, in memory: all of a user's rows are read when one of them is asked for. */
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { ConversationId, UserId } from "../../chat/ids.ts";

interface OfUser {
  readonly user: UserId;
  readonly conversation: ConversationId;
}

export class RowsByUser<Row extends OfUser> {
  readonly #known: BoundedCache<Map<ConversationId, Row>>;
  readonly #read: (user: UserId) => readonly Row[];

  /** `usersMax`: the rows of how many users are in memory. `read` reads all rows of a user. */
  constructor(usersMax: number, read: (user: UserId) => readonly Row[]) {
    this.#known = new BoundedCache(usersMax);
    this.#read = read;
  }

  of(user: UserId): ReadonlyMap<ConversationId, Row> {
    const known = this.#known.get(user);
    if (known !== undefined) return known;
    const rows = new Map(this.#read(user).map((row) => [row.conversation, row]));
    this.#known.set(user, rows);
    return rows;
  }

  get(user: UserId, conversation: ConversationId): Row | null {
    return this.of(user).get(conversation) ?? null;
  }

  /** Notes that a row was removed. */
  drop(user: UserId, conversation: ConversationId): void {
    this.#known.get(user)?.delete(conversation);
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
