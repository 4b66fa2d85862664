/** What users prefer for their conversations: what apply writes and reads of it, and what has changed. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { NotifyLevel, PreferenceRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { RowsByUser } from "./rows-by-user.ts";
import { preferences } from "./schema.ts";

const p = sql.placeholder;

/** The most users whose rows are in memory: most have none, others a handful. */
const CACHED_USERS = 4_096;

export class StatePreferences {
  readonly #q: ReturnType<typeof preferenceStatements>;
  readonly #rows = new RowsByUser(CACHED_USERS, (user) => this.#q.of.all(user).map(preferenceRow));

  constructor(connection: StateConnection) {
    this.#q = preferenceStatements(connection);
  }

  /** After a rollback. */
  forget(): void {
    this.#rows.clear();
  }

  of(user: UserId, conversation: ConversationId): PreferenceRow | null {
    return this.#rows.get(user, conversation);
  }

  put(row: PreferenceRow): void {
    const { user, conversation, level, starredTag, mutedTag, levelTag, changedSeq } = row;
    const [starred, muted] = [row.starred ? 1 : 0, row.muted ? 1 : 0];
    this.#q.put.run(user, conversation, starred, muted, level, starredTag, mutedTag, levelTag, changedSeq);
    this.#rows.put(row);
  }

  /** Conversations for which the user has chosen something after `seq`, in order. */
  since(
    user: UserId,
    seq: Seq,
    limit: number,
  ): readonly { readonly conversation: ConversationId; readonly seq: Seq }[] {
    return this.#q.since
      .all(user, seq, limit)
      .map((row) => ({ conversation: row[0] as ConversationId, seq: row[1] as Seq }));
  }
}

function preferenceRow(row: readonly unknown[]): PreferenceRow {
  return {
    user: row[0] as UserId,
    conversation: row[1] as ConversationId,
    starred: row[2] === 1,
    muted: row[3] === 1,
    level: row[4] as NotifyLevel,
    starredTag: row[5] as string,
    mutedTag: row[6] as string,
    levelTag: row[7] as string,
    changedSeq: row[8] as Seq,
  };
}

function preferenceStatements(c: StateConnection) {
  const { db } = c;
  const insert = db.insert(preferences).values({
    user: p("user"),
    conversation: p("conversation"),
    starred: p("starred"),
    muted: p("muted"),
    level: p("level"),
    starredTag: p("starredTag"),
    mutedTag: p("mutedTag"),
    levelTag: p("levelTag"),
    changedSeq: p("changedSeq"),
  });
  return {
    of: compile(
      c,
      db
        .select()
        .from(preferences)
        .where(eq(preferences.user, p("user"))),
    ),
    put: compile(
      c,
      insert.onConflictDoUpdate({
        target: [preferences.user, preferences.conversation],
        set: {
          starred: sql`excluded.starred`,
          muted: sql`excluded.muted`,
          level: sql`excluded.level`,
          starredTag: sql`excluded.starred_tag`,
          mutedTag: sql`excluded.muted_tag`,
          levelTag: sql`excluded.level_tag`,
          changedSeq: sql`excluded.changed_seq`,
        },
      }),
    ),
    since: compile(
      c,
      db
        .select({ conversation: preferences.conversation, changedSeq: preferences.changedSeq })
        .from(preferences)
        .where(and(eq(preferences.user, p("user")), gt(preferences.changedSeq, p("seq"))))
        .orderBy(asc(preferences.changedSeq))
        .limit(p("limit")),
    ),
  };
}
