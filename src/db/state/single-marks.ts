/** Messages that were read singly, above their reader's mark, and messages that somebody has hidden for herself. */
import { and, eq, lte, sql } from "drizzle-orm";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import type { RecentChanges } from "./recent-changes.ts";
import { hidden, reads } from "./schema.ts";

const p = sql.placeholder;

/** The most users of whom it is in memory whether they have rows; some 100 bytes each, twice. */
const CACHED_USERS = 8_192;

export class StateSingleMarks {
  readonly #q: ReturnType<typeof singleStatements>;
  /** Whether a user may have rows. Most have none, which saves two look-ups for each conversation of a list. */
  readonly #reads = new BoundedCache<boolean>(CACHED_USERS);
  readonly #hides = new BoundedCache<boolean>(CACHED_USERS);

  readonly #memory: ConversationMemory;
  readonly #changes: RecentChanges;

  constructor(
    connection: StateConnection,
    { memory, changes }: { readonly memory: ConversationMemory; readonly changes: RecentChanges },
  ) {
    this.#memory = memory;
    this.#changes = changes;
    this.#q = singleStatements(connection);
  }

  /** After a rollback. */
  forget(): void {
    this.#reads.clear();
    this.#hides.clear();
  }

  isRead(conversation: ConversationId, user: UserId, seq: Seq): boolean {
    let may = this.#reads.get(user);
    if (may === undefined) this.#reads.set(user, (may = this.#q.anyRead.get(user, 1) !== null));
    return may && this.#q.isRead.get(user, conversation, seq) !== null;
  }

  addRead(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void {
    this.#q.addRead.run(user, conversation, seq, changedSeq);
    this.#reads.set(user, true);
    this.#memory.readSingly(conversation, user);
    this.#changes.changed(conversation, changedSeq);
  }

  dropReads(conversation: ConversationId, user: UserId, upTo: Seq): void {
    this.#q.dropReads.run(user, conversation, upTo);
    // These may have been the last ones.
    if (this.#reads.get(user) === true) this.#reads.delete(user);
  }

  isHidden(conversation: ConversationId, user: UserId, seq: Seq): boolean {
    let may = this.#hides.get(user);
    if (may === undefined) this.#hides.set(user, (may = this.#q.anyHidden.get(user, 1) !== null));
    return may && this.#q.isHidden.get(user, conversation, seq) !== null;
  }

  hide(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void {
    this.#q.hide.run(user, conversation, seq, changedSeq);
    this.#hides.set(user, true);
    this.#memory.readSingly(conversation, user);
  }
}

function singleStatements(c: StateConnection) {
  const { db } = c;
  const change = { user: p("user"), conversation: p("conversation"), seq: p("seq"), changedSeq: p("changedSeq") };
  const isOf = <T extends typeof reads | typeof hidden>(table: T) =>
    and(eq(table.user, p("user")), eq(table.conversation, p("conversation")));
  return {
    anyRead: compile(
      c,
      db
        .select({ seq: reads.seq })
        .from(reads)
        .where(eq(reads.user, p("user")))
        .limit(p("limit")),
    ),
    isRead: compile(
      c,
      db
        .select({ seq: reads.seq })
        .from(reads)
        .where(and(isOf(reads), eq(reads.seq, p("seq")))),
    ),
    addRead: compile(c, db.insert(reads).values(change)),
    dropReads: compile(c, db.delete(reads).where(and(isOf(reads), lte(reads.seq, p("seq"))))),
    anyHidden: compile(
      c,
      db
        .select({ seq: hidden.seq })
        .from(hidden)
        .where(eq(hidden.user, p("user")))
        .limit(p("limit")),
    ),
    isHidden: compile(
      c,
      db
        .select({ seq: hidden.seq })
        .from(hidden)
        .where(and(isOf(hidden), eq(hidden.seq, p("seq")))),
    ),
    hide: compile(c, db.insert(hidden).values(change)),
  };
}
