/** The audit log: what apply adds to it, and what those who run the chat read of it. */
import { asc, inArray, sql } from "drizzle-orm";
import { AUDIT_DROPPED_MAX, AUDIT_MICROS, AUDIT_ROWS_MAX, type AuditRow } from "../../chat/rows.ts";
import { compile, type StateConnection } from "./connection.ts";
import { audit } from "./schema.ts";

const p = sql.placeholder;

export class StateAudit {
  readonly #q: ReturnType<typeof statements>;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
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
