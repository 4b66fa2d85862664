/** Ends one session of the user: a log-out, or the end of a login on another device. */
import type { SessionId } from "../ids.ts";
import { keepForAccount } from "./early-account.ts";
import { done, refused, type Kind } from "./kind.ts";

export interface EndSession {
  readonly kind: "endSession";
  readonly session: SessionId;
}

/** A session that was ended on one branch stays ended. */
export const endSession: Kind<EndSession> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ session }) => ({ kind: "endSession", session }),
  content: ({ session }) => session,

  decide(op, body, _seq, rows) {
    if (op.recovered && rows.user(op.user) === null) {
      keepForAccount(op, "end", body.session, rows);
      return done();
    }
    const session = rows.session(body.session);
    if (session === null || session.user !== op.user) return refused("not_found");
    rows.removeSession(session.id);
    return done([{ kind: "ended", audience: { user: op.user, session: session.id } }]);
  },
};
