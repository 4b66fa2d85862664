/** Who follows which thread: what apply writes and reads of it. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { FollowRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { follows } from "./schema.ts";

const p = sql.placeholder;

export class StateFollows {
  readonly #q: ReturnType<typeof followStatements>;

  constructor(connection: StateConnection) {
    this.#q = followStatements(connection);
  }

  get(thread: ConversationId, user: UserId): FollowRow | null {
    const row = this.#q.get.get(user, thread);
    if (row === null) return null;
    return { thread, user, isOn: row[2] === 1, tag: row[3] as string, changedSeq: row[4] as Seq };
  }

  /** Threads that the user began or stopped to follow after `seq`, in order. */
  since(user: UserId, seq: Seq, limit: number): readonly { readonly thread: ConversationId; readonly seq: Seq }[] {
    return this.#q.since.all(user, seq, limit).map((row) => ({ thread: row[0] as string, seq: row[1] as Seq }));
  }

  put({ thread, user, isOn, tag, changedSeq }: FollowRow): void {
    this.#q.put.run(thread, user, isOn ? 1 : 0, tag, changedSeq);
  }
}

function followStatements(c: StateConnection) {
  const { db } = c;
  return {
    get: compile(
      c,
      db
        .select()
        .from(follows)
        .where(and(eq(follows.user, p("user")), eq(follows.thread, p("thread")))),
    ),
    since: compile(
      c,
      db
        .select({ thread: follows.thread, changedSeq: follows.changedSeq })
        .from(follows)
        .where(and(eq(follows.user, p("user")), gt(follows.changedSeq, p("seq"))))
        .orderBy(asc(follows.changedSeq))
        .limit(p("limit")),
    ),
    put: compile(
      c,
      db
        .insert(follows)
        .values({ thread: p("thread"), user: p("user"), isOn: p("isOn"), tag: p("tag"), changedSeq: p("changedSeq") })
        .onConflictDoUpdate({
          target: [follows.user, follows.thread],
          set: { isOn: sql`excluded.is_on`, tag: sql`excluded.tag`, changedSeq: sql`excluded.changed_seq` },
        }),
    ),
  };
}
