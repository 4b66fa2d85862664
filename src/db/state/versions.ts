/** The texts of edited messages. */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { VersionRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { messages, versions } from "./schema.ts";

const p = sql.placeholder;

export class StateVersions {
  readonly #q: ReturnType<typeof versionStatements>;

  constructor(connection: StateConnection) {
    this.#q = versionStatements(connection);
  }

  /** By tag. */
  of(seq: Seq): readonly VersionRow[] {
    return this.#q.of.all(seq).map((row) => ({ seq, tag: row[1] as string, body: row[2] as string }));
  }

  /** "": the message was never edited. */
  newestTag(seq: Seq): string {
    return (this.#q.newestTag.get(seq, 1)?.[0] ?? "") as string;
  }

  put({ seq, tag, body }: VersionRow): void {
    this.#q.put.run(seq, tag, body);
  }

  drop(seq: Seq, tag: string): void {
    this.#q.drop.run(seq, tag);
  }

  /** Those of a message that is erased. */
  dropAll(seq: Seq): void {
    this.#q.dropAll.run(seq);
  }

  /** `number`: of the message's conversation. */
  setBody(number: Seq | null, seq: Seq, body: string, changedSeq: Seq): void {
    this.#q.setBody.run(body, changedSeq, number, seq);
  }
}

function versionStatements(c: StateConnection) {
  const { db } = c;
  const ofMessage = eq(versions.seq, p("seq"));
  return {
    of: compile(c, db.select().from(versions).where(ofMessage).orderBy(asc(versions.tag))),
    newestTag: compile(
      c,
      db.select({ tag: versions.tag }).from(versions).where(ofMessage).orderBy(desc(versions.tag)).limit(p("limit")),
    ),
    put: compile(
      c,
      db
        .insert(versions)
        .values({ seq: p("seq"), tag: p("tag"), body: p("body") })
        .onConflictDoUpdate({ target: [versions.seq, versions.tag], set: { body: sql`excluded.body` } }),
    ),
    drop: compile(c, db.delete(versions).where(and(ofMessage, eq(versions.tag, p("tag"))))),
    dropAll: compile(c, db.delete(versions).where(ofMessage)),
    setBody: compile(
      c,
      db
        .update(messages)
        .set({ body: sql`${p("body")}`, changedSeq: sql`${p("changedSeq")}` })
        .where(and(eq(messages.conversation, p("number")), eq(messages.seq, p("seq")))),
    ),
  };
}
