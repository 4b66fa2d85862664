/** Sets the password and ends every session of the user except the one that asked. */
import { passwordId, type SessionId } from "../ids.ts";
import { keepForAccount } from "./early-account.ts";
import { done, refused, type Kind } from "./kind.ts";
import { endSessions, living, notLiving } from "./sessions.ts";

export interface ChangePassword {
  readonly kind: "changePassword";
  readonly passwordHash: string;
  readonly keepSession: SessionId;
  /** `passwordId` of the hash that the proposer checked. */
  readonly checked: string;
}

/**
 * Both branches may have changed the password. The later change wins on both, and it also ends
 * every session that was opened with the other password.
 */
export const changePassword: Kind<ChangePassword> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ passwordHash, keepSession, checked }) => ({ kind: "changePassword", passwordHash, keepSession, checked }),
  content: () => "",

  decide(op, body, _seq, rows) {
    const user = living(op.user, rows);
    if (user === null && op.recovered && rows.user(op.user) === null) {
      keepForAccount(op, "password", { hash: body.passwordHash, keepSession: body.keepSession }, rows);
      return done();
    }
    if (user === null) return notLiving(op.user, rows);
    if (op.recovered) {
      if (op.timeMicros <= user.passwordMicros) return done();
    } else if (body.checked !== passwordId(user.passwordHash)) return refused("wrong_password", false);
    rows.putUser({ ...user, passwordHash: body.passwordHash, passwordMicros: op.timeMicros });
    return done(endSessions(op.user, body.keepSession, rows));
  },
};
