/** Who deleted other people's messages for everyone. */
import { eq, sql } from "drizzle-orm";
import type { RemovalRow, Removals } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { removals } from "./schema.ts";

const p = sql.placeholder;

export class StateRemovals implements Removals {
  readonly #q: ReturnType<typeof removalStatements>;

  constructor(connection: StateConnection) {
    this.#q = removalStatements(connection);
  }

  of(seq: Seq): RemovalRow | null {
    const row = this.#q.of.get(seq);
    return row === null ? null : { seq, tag: row[1] as string, by: row[2] as string };
  }

  put({ seq, tag, by }: RemovalRow): void {
    this.#q.put.run(seq, tag, by);
  }
}

function removalStatements(c: StateConnection) {
  const { db } = c;
  return {
    of: compile(
      c,
      db
        .select()
        .from(removals)
        .where(eq(removals.seq, p("seq"))),
    ),
    put: compile(
      c,
      db
        .insert(removals)
        .values({ seq: p("seq"), tag: p("tag"), by: p("by") })
        .onConflictDoUpdate({ target: removals.seq, set: { tag: sql`excluded.tag`, by: sql`excluded.by` } }),
    ),
  };
}
