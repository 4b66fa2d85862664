/** The audit log as the rules see it: a part of Rows (rows.ts). */
import type { UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** What the audit log tells of, with the person or thing that `target` names. */
export type AuditAction =
  /** An account was created; by the link that `target` names, if any. */
  | "register"
  /** A merge found that the link `target` made more accounts than it may. */
  | "overuse"
  | "makeInvite"
  | "revokeInvite"
  /** The person `target` had come by a link that was revoked on the other branch, and is deactivated. */
  | "lateUse"
  /** The person `target` got the role `detail`. */
  | "setRole"
  /** The actor deleted her account. */
  | "deleteAccount"
  /** The person `target` can set a new password by a link; the actor set one by a link. */
  | "makeReset"
  | "resetPassword"
  /** The account of the person `target`. */
  | "deactivate"
  | "reactivate"
  /** The actor told those who run the chat of a message of the person `target`; one of them dealt with such a report. */
  | "report"
  | "settleReport"
  /** The room `target` was made, archived, opened again. */
  | "makeRoom"
  | "archiveRoom"
  | "openRoom"
  /** The person `target`, in the room that `detail` begins with; of a role, its name follows. */
  | "removeFromRoom"
  | "banFromRoom"
  | "unbanFromRoom"
  | "setRoomRole";

/** Who did what to whom, for those who run the chat. Kept for AUDIT_MICROS, at most AUDIT_ROWS_MAX of them. */
export interface AuditRow {
  /** The seq of the op. */
  readonly seq: Seq;
  readonly micros: number;
  /** "": an operator, by command. */
  readonly actor: UserId;
  readonly action: AuditAction;
  /** Id of a person or of a link; "": none. */
  readonly target: string;
  /** At most 64 bytes of our own words. */
  readonly detail: string;
  /** It was done on a branch that lost a merge. */
  readonly recovered: boolean;
}

/** An entry with its place: later ones have higher ids. A merge gives it another one. */
export interface AuditEntry extends AuditRow {
  readonly id: number;
}

/** How long an entry of the audit log is kept: 400 days. */
export const AUDIT_MICROS = 400 * 24 * 3600 * 1e6;
/** Entries of the audit log. With one more, the oldest goes. */
export const AUDIT_ROWS_MAX = 100_000;
/** How many old entries one new entry removes at most. */
export const AUDIT_DROPPED_MAX = 10;
