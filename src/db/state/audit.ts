/** The audit log: what apply adds to it, and what those who run the chat read of it. */
import { asc, desc, inArray, lt, sql } from "drizzle-orm";
import { AUDIT_DROPPED_MAX, AUDIT_MICROS, AUDIT_ROWS_MAX } from "../../chat/audit-rows.ts";
import type { AuditAction, AuditEntry, AuditRow } from "../../chat/audit-rows.ts";
import type { UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { audit } from "./schema.ts";

const p = sql.placeholder;

export class StateAudit {
  readonly #q: ReturnType<typeof statements>;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  /** The `limit` newest whose id is below this one, the newest first. */
  before(id: number, limit: number): readonly AuditEntry[] {
    return this.#q.before.all(id, limit).map((row) => ({
      id: row[0] as number,
      seq: row[1] as Seq,
      micros: row[2] as number,
      actor: row[3] as UserId,
      action: row[4] as AuditAction,
      target: row[5] as string,
      detail: row[6] as string,
      recovered: row[7] === 1,
    }));
  }

  add({ seq, micros, actor, action, target, detail, recovered }: AuditRow): void {
    this.#q.add.run(seq, micros, actor, action, target, detail, recovered ? 1 : 0);
    this.#q.drop.run(AUDIT_DROPPED_MAX, micros - AUDIT_MICROS, AUDIT_ROWS_MAX);
  }
}

function statements(c: StateConnection) {
  const { db } = c;
  const oldest = db
    .select({ id: audit.id, micros: audit.micros })
    .from(audit)
    .orderBy(asc(audit.id))
    .limit(p("limit"))
    .as("oldest");
  return {
    before: compile(
      c,
      db
        .select()
        .from(audit)
        .where(lt(audit.id, p("before")))
        .orderBy(desc(audit.id))
        .limit(p("limit")),
    ),
    add: compile(
      c,
      db.insert(audit).values({
        seq: p("seq"),
        micros: p("micros"),
        actor: p("actor"),
        action: p("action"),
        target: p("target"),
        detail: p("detail"),
        recovered: p("recovered"),
      }),
    ),
    /** Looks only at the oldest, so that an entry costs the same however many there are. */
    drop: compile(
      c,
      db.delete(audit).where(
        inArray(
          audit.id,
          db
            .select({ id: oldest.id })
            .from(oldest)
            .where(
              sql`${oldest.micros} < ${p("micros")} or ${oldest.id} <= (select max(id) from ${audit}) - ${p("rows")}`,
            ),
        ),
      ),
    ),
  };
}
