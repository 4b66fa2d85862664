/** Rows of logins. The one of a token is in memory, because every request looks there. */
import { asc, desc, eq, sql } from "drizzle-orm";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { SessionId, UserId } from "../../chat/ids.ts";
import { SESSIONS_PER_USER, type SessionRow } from "../../chat/rows.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one, sessionRow } from "./row-shapes.ts";
import { sessions } from "./schema.ts";

const p = sql.placeholder;

/** Some 300 bytes each. */
const CACHED_MAX = 8_192;

/** See the top of this file. */
export class StateSessions {
  readonly #q: ReturnType<typeof statements>;
  readonly #byToken = new BoundedCache<SessionRow>(CACHED_MAX);

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  /** Empties the memory after a rollback. */
  forget(): void {
    this.#byToken.clear();
  }

  get(id: SessionId): SessionRow | null {
    return one(this.#q.get.get(id), sessionRow);
  }

  byToken(tokenHash: string): SessionRow | null {
    const cached = this.#byToken.get(tokenHash);
    if (cached !== undefined) return cached;
    const row = one(this.#q.byToken.get(tokenHash), sessionRow);
    if (row !== null) this.#byToken.set(tokenHash, row);
    return row;
  }

  /** A user's, the one that was used longest ago first; one more than a user may have, so that apply sees it. */
  oldestOf(user: UserId): readonly SessionRow[] {
    return this.#q.oldestOf.all(user, SESSIONS_PER_USER + 1).map(sessionRow);
  }

  /** A user's, the one that was used last first. */
  newestOf(user: UserId): readonly SessionRow[] {
    return this.#q.newestOf.all(user, SESSIONS_PER_USER).map(sessionRow);
  }

  put(row: SessionRow): void {
    const { id, tokenHash, user, createdMicros, lastUsedMicros, device } = row;
    this.#q.put.run(id, tokenHash, user, createdMicros, lastUsedMicros, device);
    // The row keeps what it had, except when it was used last.
    this.#byToken.delete(tokenHash);
  }

  remove(id: SessionId): void {
    const row = this.get(id);
    if (row === null) return;
    this.#q.remove.run(id);
    this.#byToken.delete(row.tokenHash);
  }
}

function statements(c: StateConnection) {
  const { db } = c;
  return {
    get: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.id, p("id"))),
    ),
    byToken: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.tokenHash, p("tokenHash"))),
    ),
    oldestOf: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.user, p("user")))
        .orderBy(asc(sessions.lastUsedMicros), asc(sessions.id))
        .limit(p("limit")),
    ),
    newestOf: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.user, p("user")))
        .orderBy(desc(sessions.lastUsedMicros), asc(sessions.id))
        .limit(p("limit")),
    ),
    put: compile(
      c,
      db
        .insert(sessions)
        .values({
          id: p("id"),
          tokenHash: p("tokenHash"),
          user: p("user"),
          createdMicros: p("createdMicros"),
          lastUsedMicros: p("lastUsedMicros"),
          device: p("device"),
        })
        .onConflictDoUpdate({ target: sessions.id, set: { lastUsedMicros: sql`excluded.last_used_micros` } }),
    ),
    remove: compile(c, db.delete(sessions).where(eq(sessions.id, p("id")))),
  };
}
