/**
 * A log-in whose password the proposer has checked against its own rows. The password may have
 * been changed before this op is applied: while the op was on its way, while the proposer was
 * frozen, or on the other branch of a split. The op therefore names the password that was checked,
 * and the rule compares it with the current one.
 */
import type { Fact } from "../fact.ts";
import { passwordId } from "../ids.ts";
import { keepForAccount } from "./early-account.ts";
import { done, refused, type Kind } from "./kind.ts";
import { addSession, living, readSession, seen, type NewSession } from "./sessions.ts";

export interface Login {
  readonly kind: "login";
  readonly session: NewSession;
  /** `passwordId` of the hash that the proposer checked. */
  readonly checked: string;
}

/** A password change or an account deletion on either branch wins over a log-in. */
export const login: Kind<Login> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ session, checked }) => ({ kind: "login", session: readSession(session), checked }),
  content: ({ session }) => session.id,

  decide(op, body, _seq, rows) {
    if (op.recovered && rows.user(op.user) === null) {
      keepForAccount(op, "login", { session: body.session, checked: body.checked }, rows);
      return done();
    }
    const user = living(op.user, rows);
    if (user === null || body.checked !== passwordId(user.passwordHash)) {
      return refused("wrong_password", rows.user(op.user) !== null);
    }
    const facts: Fact[] = [];
    addSession(op, body.session, rows, facts);
    seen(user, op, rows);
    return done(facts);
  },
};
