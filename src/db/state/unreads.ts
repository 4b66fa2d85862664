/** From where on users have marked conversations as unread: what apply writes and reads of it. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { UnreadRow, UnreadRows } from "../../chat/kept-rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import { markedBy, type RecentChanges } from "./recent-changes.ts";
import { RowsByUser } from "./rows-by-user.ts";
import { reads, unreads } from "./schema.ts";

const p = sql.placeholder;

/** The most users whose rows are in memory: most have none, others a handful. */
const CACHED_USERS = 4_096;

export class StateUnreads implements UnreadRows {
  readonly #q: ReturnType<typeof unreadStatements>;
  /** Whether there are rows; null: not looked up yet. Often there are none, which saves a look-up for each mark. */
  #hasRows: boolean | null = null;
  readonly #rows = new RowsByUser(CACHED_USERS, (user) => this.#q.of.all(user).map(unreadRow));
  readonly #changes: RecentChanges;
  readonly #memory: ConversationMemory;

  constructor(
    connection: StateConnection,
    held: { readonly memory: ConversationMemory; readonly changes: RecentChanges },
  ) {
    this.#changes = held.changes;
    this.#memory = held.memory;
    this.#q = unreadStatements(connection);
  }

  /** After a rollback. */
  forget(): void {
    this.#hasRows = null;
    this.#rows.clear();
  }

  isEmpty(): boolean {
    this.#hasRows ??= this.#q.any.get(1) !== null;
    return !this.#hasRows;
  }

  of(user: UserId, conversation: ConversationId): UnreadRow | null {
    return this.isEmpty() ? null : this.#rows.get(user, conversation);
  }

  put(row: UnreadRow): void {
    const { user, conversation, from, tag, changedSeq } = row;
    this.#rows.put(row);
    this.#q.put.run(user, conversation, from, tag, changedSeq);
    this.#hasRows = true;
    this.#changes.changed(markedBy(user), changedSeq);
  }

  dropReads(user: UserId, conversation: ConversationId, from: Seq): void {
    this.#q.dropReads.run(user, conversation, from);
    this.#memory.countAgain(conversation, user);
  }

  /** Those that changed after the op at `seq`, in order. */
  since(user: UserId, seq: Seq, limit: number): readonly UnreadRow[] {
    return !this.#changes.mayHaveChanged(markedBy(user), seq) ? [] : this.#q.since.all(user, seq, limit).map(unreadRow);
  }
}

function unreadRow(row: readonly unknown[]): UnreadRow {
  return {
    user: row[0] as UserId,
    conversation: row[1] as ConversationId,
    from: row[2] as Seq,
    tag: row[3] as string,
    changedSeq: row[4] as Seq,
  };
}

function unreadStatements(c: StateConnection) {
  const { db } = c;
  return {
    any: compile(c, db.select({ user: unreads.user }).from(unreads).limit(p("limit"))),
    of: compile(
      c,
      db
        .select()
        .from(unreads)
        .where(eq(unreads.user, p("user"))),
    ),
    put: compile(
      c,
      db
        .insert(unreads)
        .values({
          user: p("user"),
          conversation: p("conversation"),
          from: p("from"),
          tag: p("tag"),
          changedSeq: p("changedSeq"),
        })
        .onConflictDoUpdate({
          target: [unreads.user, unreads.conversation],
          set: { from: sql`excluded."from"`, tag: sql`excluded.tag`, changedSeq: sql`excluded.changed_seq` },
        }),
    ),
    dropReads: compile(
      c,
      db
        .delete(reads)
        .where(
          and(eq(reads.user, p("user")), eq(reads.conversation, p("conversation")), sql`${reads.seq} >= ${p("from")}`),
        ),
    ),
    since: compile(
      c,
      db
        .select()
        .from(unreads)
        .where(and(eq(unreads.user, p("user")), gt(unreads.changedSeq, p("seq"))))
        .orderBy(asc(unreads.changedSeq))
        .limit(p("limit")),
    ),
  };
}
