/** Sets a new password by a link, ends every session of the user, and begins one. */
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import { passwordId, type UserId } from "../ids.ts";
import type { ResetRow, Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { keepForAccount } from "./early-account.ts";
import { done, refused, type Kind } from "./kind.ts";
import { runsChat, type RolesRead } from "./roles.ts";
import { addSession, endSessions, living, notLiving, readSession, type NewSession } from "./sessions.ts";

export interface ResetPassword {
  readonly kind: "resetPassword";
  /** Of the link that was opened. */
  readonly tokenHash: string;
  readonly passwordHash: string;
  readonly session: NewSession;
}

/** Of two new passwords the later one counts, however they were set. A link that was used on one branch is used. */
export const resetPassword: Kind<ResetPassword> = {
  since: 1,
  merge: "latest",
  recorded: true,

  read({ tokenHash, passwordHash, session }) {
    return { kind: "resetPassword", tokenHash, passwordHash, session: readSession(session) };
  },

  content: ({ tokenHash }) => tokenHash,

  decide(op, { tokenHash, passwordHash, session }, seq, rows) {
    const user = living(op.user, rows);
    if (user === null && op.recovered && rows.user(op.user) === null) {
      keepForAccount(op, "password", { hash: passwordHash, keepSession: session.id }, rows);
      keepForAccount(op, "login", { session, checked: passwordId(passwordHash) }, rows);
      return done();
    }
    if (user === null) return notLiving(op.user, rows);
    const reset = rows.locks.reset(op.user);
    const isLatest = reset !== null && reset.tokenHash === tokenHash;
    if (!op.recovered) {
      const refusal = isLatest ? refusalToReset(reset, op.timeMicros, rows) : "link_revoked";
      if (refusal !== null) return refused(refusal, false);
    }
    if (isLatest) rows.locks.putReset({ ...reset, used: true });
    note({ op, seq, rows }, "resetPassword");
    if (op.recovered && op.timeMicros <= user.passwordMicros) return done();
    rows.putUser({ ...user, passwordHash, passwordMicros: op.timeMicros });
    const facts: Fact[] = endSessions(op.user, "", rows);
    addSession(op, session, rows, facts);
    return done(facts);
  },
};

/** Why the link does not work at this time; null: it does. It works only as long as its maker runs the chat. */
function refusalToReset({ used, expiresMicros, by }: ResetRow, micros: number, rows: RolesRead): ChatErrorCode | null {
  if (used) return "link_used";
  if (!runsChat(by, rows)) return "link_revoked";
  return expiresMicros <= micros ? "link_expired" : null;
}

/** What a look at a person's link needs of the rows. */
export type ResetsRead = RolesRead & Pick<Rows, "locks">;

/** The same for the person's present link. */
export function refusalOfReset(user: UserId, micros: number, rows: ResetsRead): ChatErrorCode | null {
  const reset = rows.locks.reset(user);
  if (reset === null) return "not_found";
  return rows.locks.deactivation(user)?.off === true ? "deactivated" : refusalToReset(reset, micros, rows);
}
