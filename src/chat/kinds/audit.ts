/** The audit log: what rules note for those who run the chat. */
import type { AuditAction } from "../audit-rows.ts";
import type { At } from "./rooms.ts";

/** Notes what the user of the op did. `target` is the id of a person or of a link. */
export function note({ op, seq, rows }: At, action: AuditAction, target = "", detail = ""): void {
  const { timeMicros: micros, user: actor, recovered } = op;
  rows.audit.add({ seq, micros, actor, action, target, detail, recovered });
}
