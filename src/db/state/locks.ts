/** What lets people into their accounts and keeps them out: links for new passwords, and deactivations. */
import { eq, sql } from "drizzle-orm";
import type { UserId } from "../../chat/ids.ts";
import type { DeactivationRow, LockRows, ResetRow } from "../../chat/rows.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one } from "./row-shapes.ts";
import { deactivations, resets } from "./schema.ts";

const p = sql.placeholder;

export class StateLocks implements LockRows {
  readonly #q: ReturnType<typeof statements>;
  /** All rows, by user; null: not read yet. They are few, and every op looks here. */
  #off: Map<UserId, DeactivationRow> | null = null;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  /** Empties the memory after a rollback. */
  forget(): void {
    this.#off = null;
  }

  reset(user: UserId): ResetRow | null {
    return one(this.#q.reset.get(user), resetRow);
  }

  resetByToken(tokenHash: string): ResetRow | null {
    return one(this.#q.resetByToken.get(tokenHash), resetRow);
  }

  putReset({ user, tokenHash, by, expiresMicros, used, tag }: ResetRow): void {
    this.#q.putReset.run(user, tokenHash, by, expiresMicros, used ? 1 : 0, tag);
  }

  deactivation(user: UserId): DeactivationRow | null {
    return this.#rows().get(user) ?? null;
  }

  putDeactivation(row: DeactivationRow): void {
    this.#q.putDeactivation.run(row.user, row.off ? 1 : 0, row.tag);
    this.#rows().set(row.user, row);
  }

  #rows(): Map<UserId, DeactivationRow> {
    this.#off ??= new Map(
      this.#q.deactivations.all().map((row) => {
        const user = row[0] as UserId;
        return [user, { user, off: row[1] === 1, tag: row[2] as string }];
      }),
    );
    return this.#off;
  }
}

function resetRow(row: readonly unknown[]): ResetRow {
  return {
    user: row[0] as UserId,
    tokenHash: row[1] as string,
    by: row[2] as UserId,
    expiresMicros: row[3] as number,
    used: row[4] === 1,
    tag: row[5] as string,
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  const reset = { user: p("user"), tokenHash: p("tokenHash"), by: p("by"), expiresMicros: p("expiresMicros") };
  return {
    reset: compile(
      c,
      db
        .select()
        .from(resets)
        .where(eq(resets.user, p("user"))),
    ),
    resetByToken: compile(
      c,
      db
        .select()
        .from(resets)
        .where(eq(resets.tokenHash, p("tokenHash"))),
    ),
    putReset: compile(
      c,
      db
        .insert(resets)
        .values({ ...reset, used: p("used"), tag: p("tag") })
        .onConflictDoUpdate({
          target: resets.user,
          set: {
            tokenHash: sql`excluded.token_hash`,
            by: sql`excluded.by`,
            expiresMicros: sql`excluded.expires_micros`,
            used: sql`excluded.used`,
            tag: sql`excluded.tag`,
          },
        }),
    ),
    deactivations: compile(c, db.select().from(deactivations)),
    putDeactivation: compile(
      c,
      db
        .insert(deactivations)
        .values({ user: p("user"), off: p("off"), tag: p("tag") })
        .onConflictDoUpdate({
          target: deactivations.user,
          set: { off: sql`excluded.off`, tag: sql`excluded.tag` },
        }),
    ),
  };
}
