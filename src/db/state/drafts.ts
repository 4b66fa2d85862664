/** Drafts: what apply writes and reads of them, and what their users find on other devices. */
import { and, asc, desc, eq, gt, inArray, ne, sql } from "drizzle-orm";
import { BoundedCache } from "../../base/bounded-cache.ts";
import { DRAFTS_PER_USER, type DraftRow, type DraftRows } from "../../chat/draft-rows.ts";
import { microsOf } from "../../chat/kinds/tags.ts";
import type { Change } from "../../chat/queries.ts";
import type { ConversationId, SessionId, UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one } from "./row-shapes.ts";
import { draftsOf, type RecentChanges } from "./recent-changes.ts";
import { drafts } from "./schema.ts";

const p = sql.placeholder;

/** Users of whom it is in memory where they have drafts. */
const CACHED_USERS = 8_192;

export class StateDrafts implements DraftRows {
  readonly #q: ReturnType<typeof statements>;
  readonly #changes: RecentChanges;
  /** Conversations with a draft that is not empty, by user. */
  readonly #drafted = new BoundedCache<Set<ConversationId>>(CACHED_USERS);

  constructor(connection: StateConnection, changes: RecentChanges) {
    this.#q = statements(connection);
    this.#changes = changes;
  }

  /** Empties the memory after a rollback. */
  forget(): void {
    this.#drafted.clear();
  }

  of(user: UserId, conversation: ConversationId): DraftRow | null {
    return one(this.#q.of.get(user, conversation), draftRow);
  }

  has(user: UserId, conversation: ConversationId): boolean {
    return this.#draftedBy(user).has(conversation);
  }

  #draftedBy(user: UserId): Set<ConversationId> {
    const known = this.#drafted.get(user);
    if (known !== undefined) return known;
    const found = new Set(this.#q.drafted.all(user).map((row) => row[0] as ConversationId));
    this.#drafted.set(user, found);
    return found;
  }

  put({ user, conversation, body, session, tag, changedSeq }: DraftRow): void {
    const drafted = this.#draftedBy(user);
    this.#q.put.run(user, conversation, body, session, tag, changedSeq);
    if (body === "") drafted.delete(conversation);
    else drafted.add(conversation);
    this.#changes.changed(draftsOf(user), changedSeq);
    const [count] = this.#q.count.get(user) ?? [0];
    if (Number(count) <= DRAFTS_PER_USER) return;
    this.#q.dropOldest.run(user, user, 1);
    this.#drafted.clear();
  }

  dropAll(user: UserId): void {
    this.#q.dropAll.run(user);
    this.#drafted.clear();
  }

  draftedIn(user: UserId): readonly ConversationId[] {
    return [...this.#draftedBy(user)];
  }

  /** The `limit` newest that are not empty. */
  listOf(user: UserId, limit: number): readonly DraftRow[] {
    return this.#q.list.all(user, limit).map(draftRow);
  }

  /** Those that have changed after `seq`, in order, as a stream of the user tells it. */
  changesSince(user: UserId, seq: Seq, limit: number): readonly Change[] {
    if (!this.#changes.mayHaveChanged(draftsOf(user), seq)) return [];
    return this.#q.since.all(user, seq, limit).map((row) => {
      const { conversation: conversationId, body, session: sessionId, tag, changedSeq } = draftRow(row);
      const timeMicros = microsOf(tag);
      return { seq: changedSeq, told: { kind: "draft", conversationId, body, sessionId, timeMicros } };
    });
  }
}

function draftRow(row: readonly unknown[]): DraftRow {
  return {
    user: row[0] as UserId,
    conversation: row[1] as ConversationId,
    body: row[2] as string,
    session: row[3] as SessionId,
    tag: row[4] as string,
    changedSeq: row[5] as Seq,
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  const ofUser = eq(drafts.user, p("user"));
  const isThere = ne(drafts.body, sql`''`);
  const oldest = db
    .select({ conversation: drafts.conversation })
    .from(drafts)
    .where(ofUser)
    .orderBy(asc(drafts.tag), asc(drafts.conversation))
    .limit(p("limit"));
  const insert = db.insert(drafts).values({
    user: p("user"),
    conversation: p("conversation"),
    body: p("body"),
    session: p("session"),
    tag: p("tag"),
    changedSeq: p("changedSeq"),
  });
  return {
    of: compile(
      c,
      db
        .select()
        .from(drafts)
        .where(and(ofUser, eq(drafts.conversation, p("conversation")))),
    ),
    drafted: compile(c, db.select({ conversation: drafts.conversation }).from(drafts).where(and(ofUser, isThere))),
    count: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(drafts)
        .where(ofUser),
    ),
    dropOldest: compile(c, db.delete(drafts).where(and(ofUser, inArray(drafts.conversation, oldest)))),
    dropAll: compile(c, db.delete(drafts).where(ofUser)),
    list: compile(c, db.select().from(drafts).where(and(ofUser, isThere)).orderBy(desc(drafts.tag)).limit(p("limit"))),
    since: compile(
      c,
      db
        .select()
        .from(drafts)
        .where(and(ofUser, gt(drafts.changedSeq, p("seq"))))
        .orderBy(asc(drafts.changedSeq))
        .limit(p("limit")),
    ),
    put: compile(
      c,
      insert.onConflictDoUpdate({
        target: [drafts.user, drafts.conversation],
        set: {
          body: sql`excluded.body`,
          session: sql`excluded.session`,
          tag: sql`excluded.tag`,
          changedSeq: sql`excluded.changed_seq`,
        },
      }),
    ),
  };
}
