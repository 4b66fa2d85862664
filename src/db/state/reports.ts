/** Reports of messages: what apply writes and reads of them, and what those who run the chat see. */
import { and, asc, desc, eq, gt, gte, inArray, lt, ne, sql } from "drizzle-orm";
import type { ConversationId, MessageId, UserId } from "../../chat/ids.ts";
import { REPORTS_MAX, type ReportRow, type ReportRows } from "../../chat/report-rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one } from "./row-shapes.ts";
import { reports } from "./schema.ts";

const p = sql.placeholder;

export class StateReports implements ReportRows {
  readonly #q: ReturnType<typeof statements>;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  of(message: MessageId, by: UserId): ReportRow | null {
    return one(this.#q.of.get(message, by), reportRow);
  }

  put({ message, by, conversation, why, words, tag, isDone, doneBy, doneTag, seq }: ReportRow): void {
    this.#q.put.run(message, by, conversation, why, words, tag, isDone ? 1 : 0, doneBy, doneTag, seq);
    if (Number(this.#q.count.get()?.[0] ?? 0) > REPORTS_MAX) this.#q.dropOldest.run(1);
  }

  isReported(message: MessageId): boolean {
    return this.#q.isReported.get(message, 1) !== null;
  }

  countOf(by: UserId, aboveTag: string, max: number): number {
    return this.#q.countOf.all(by, aboveTag, max).length;
  }

  countOpen(max: number): number {
    return this.#q.open.all(max).length;
  }

  dropWords(author: UserId): void {
    // A message's id begins with its author's, and "-" comes before ".".
    this.#q.dropWords.run(`${author}-`, `${author}.`);
  }

  /** The `limit` newest below this seq that are done, or that are not, the newest first. */
  before(seq: Seq, limit: number, isDone: boolean): readonly ReportRow[] {
    return this.#q.before.all(isDone ? 1 : 0, seq, limit).map(reportRow);
  }
}

function reportRow(row: readonly unknown[]): ReportRow {
  return {
    message: row[0] as MessageId,
    by: row[1] as UserId,
    conversation: row[2] as ConversationId,
    why: row[3] as string,
    words: row[4] as string,
    tag: row[5] as string,
    isDone: row[6] === 1,
    doneBy: row[7] as UserId,
    doneTag: row[8] as string,
    seq: row[9] as Seq,
  };
}

/** The op that reports has arrived, not only the one that settles. */
const hasArrived = ne(reports.tag, sql`''`);

function countStatements(c: StateConnection) {
  const { db } = c;
  return {
    isReported: compile(
      c,
      db
        .select({ message: reports.message })
        .from(reports)
        .where(and(eq(reports.message, p("message")), hasArrived))
        .limit(p("limit")),
    ),
    countOf: compile(
      c,
      db
        .select({ tag: reports.tag })
        .from(reports)
        .where(and(eq(reports.by, p("by")), gt(reports.tag, p("tag"))))
        .limit(p("limit")),
    ),
    open: compile(
      c,
      db
        .select({ seq: reports.seq })
        .from(reports)
        .where(and(eq(reports.isDone, sql`0`), hasArrived))
        .limit(p("limit")),
    ),
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  const select = db.select().from(reports);
  return {
    of: compile(
      c,
      db
        .select()
        .from(reports)
        .where(and(eq(reports.message, p("message")), eq(reports.by, p("by")))),
    ),
    put: putReport(c),
    count: compile(c, db.select({ count: sql<number>`count(*)` }).from(reports)),
    dropOldest: compile(
      c,
      db.delete(reports).where(
        inArray(
          reports.seq,
          db
            .select({ seq: reports.seq })
            .from(reports)
            .where(eq(reports.isDone, sql`1`))
            .orderBy(asc(reports.seq))
            .limit(p("limit")),
        ),
      ),
    ),
    ...countStatements(c),
    dropWords: compile(
      c,
      db
        .update(reports)
        .set({ words: sql`''` })
        .where(and(gte(reports.message, p("from")), lt(reports.message, p("to")))),
    ),
    before: compile(
      c,
      select
        .where(and(eq(reports.isDone, p("done")), lt(reports.seq, p("before")), hasArrived))
        .orderBy(desc(reports.seq))
        .limit(p("limit")),
    ),
  };
}

function putReport(c: StateConnection) {
  const insert = c.db.insert(reports).values({
    message: p("message"),
    by: p("by"),
    conversation: p("conversation"),
    why: p("why"),
    words: p("words"),
    tag: p("tag"),
    isDone: p("isDone"),
    doneBy: p("doneBy"),
    doneTag: p("doneTag"),
    seq: p("seq"),
  });
  return compile(
    c,
    insert.onConflictDoUpdate({
      target: [reports.message, reports.by],
      set: {
        conversation: sql`excluded.conversation`,
        why: sql`excluded.why`,
        words: sql`excluded.words`,
        tag: sql`excluded.tag`,
        isDone: sql`excluded.is_done`,
        doneBy: sql`excluded.done_by`,
        doneTag: sql`excluded.done_tag`,
        seq: sql`excluded.seq`,
      },
    }),
  );
}
