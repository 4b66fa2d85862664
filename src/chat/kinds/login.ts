/**
 * A log-in whose password the proposer checked against its own rows. Another password may have
 * been set before this place in the log: while the op was on its way, while the proposer was
 * frozen, or on the other branch of a split. So the op says which password was checked.
 */
import type { Fact } from "../fact.ts";
import { passwordId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { addSession, living, readSession, seen, type NewSession } from "./sessions.ts";

export interface Login {
  readonly kind: "login";
  readonly session: NewSession;
  /** `passwordId` of the hash that the proposer checked. */
  readonly checked: string;
}

/** A password that was changed, or an account that was deleted, on either branch wins over it. */
export const login: Kind<Login> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ session, checked }) => ({ kind: "login", session: readSession(session), checked }),
  content: ({ session }) => session.id,

  decide(op, body, _seq, rows) {
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
