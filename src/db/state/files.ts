/** Which files messages carry: what apply writes of it, and what the keeper of the files asks. */
import { asc, eq, gt, sql } from "drizzle-orm";
import { filesOf, type FileHash, type FileQueries } from "../../chat/files.ts";
import type { UserId } from "../../chat/ids.ts";
import type { MessageRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { files } from "./schema.ts";

const p = sql.placeholder;

/** See {@link FileQueries}. */
export class StateFiles implements FileQueries {
  readonly #q: ReturnType<typeof fileStatements>;

  constructor(connection: StateConnection) {
    this.#q = fileStatements(connection);
  }

  /** Adds those of a message. */
  add({ seq, author, files: text }: Pick<MessageRow, "seq" | "author" | "files">): void {
    for (const { hash, small, large, bytes } of filesOf(text)) {
      this.#q.add.run(seq, hash, author, bytes);
      for (const copy of [small, large]) if (copy !== "") this.#q.add.run(seq, copy, author, 0);
    }
  }

  /** Removes those of a message that is erased. */
  drop(seq: Seq): void {
    this.#q.drop.run(seq);
  }

  isCarried(hash: FileHash): boolean {
    return this.#q.ofHash.get(hash) !== null;
  }

  after(seq: Seq, limit: number): readonly { readonly seq: Seq; readonly hash: FileHash }[] {
    return this.#q.after.all(seq, limit).map((row) => ({ seq: row[0] as Seq, hash: row[1] as FileHash }));
  }

  bytesOf(author: UserId): number {
    return Number(this.#q.bytesOf.get(author)?.[0] ?? 0);
  }

  bytesInAll(): number {
    return Number(this.#q.bytesInAll.get()?.[0] ?? 0);
  }
}

function fileStatements(c: StateConnection) {
  const { db } = c;
  const bytes = sql<number>`coalesce(sum(${files.bytes}), 0)`;
  const where = { seq: files.seq, hash: files.hash };
  return {
    add: compile(
      c,
      db
        .insert(files)
        .values({ seq: p("seq"), hash: p("hash"), author: p("author"), bytes: p("bytes") })
        .onConflictDoNothing(),
    ),
    drop: compile(c, db.delete(files).where(eq(files.seq, p("seq")))),
    ofHash: compile(
      c,
      db
        .select(where)
        .from(files)
        .where(eq(files.hash, p("hash"))),
    ),
    after: compile(
      c,
      db
        .select(where)
        .from(files)
        .where(gt(files.seq, p("seq")))
        .orderBy(asc(files.seq), asc(files.hash))
        .limit(p("limit")),
    ),
    bytesOf: compile(
      c,
      db
        .select({ bytes })
        .from(files)
        .where(eq(files.author, p("author"))),
    ),
    bytesInAll: compile(c, db.select({ bytes }).from(files)),
  };
}
