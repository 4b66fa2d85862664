/** Ends every session of the user except the one that asked. */
import type { SessionId } from "../ids.ts";
import { keepForAccount } from "./early-account.ts";
import { done, refused, type Kind } from "./kind.ts";
import { endSessions, living, notLiving } from "./sessions.ts";

export interface EndOtherSessions {
  readonly kind: "endOtherSessions";
  readonly keepSession: SessionId;
}

/** Sessions that were ended on one branch stay ended. */
export const endOtherSessions: Kind<EndOtherSessions> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ keepSession }) => ({ kind: "endOtherSessions", keepSession }),
  content: () => "",

  decide(op, body, _seq, rows) {
    if (op.recovered && rows.user(op.user) === null) {
      keepForAccount(op, "endOthers", body.keepSession, rows);
      return done();
    }
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    // A session that was itself ended in the meantime may not end the others.
    if (!op.recovered && rows.session(body.keepSession)?.user !== op.user) return refused("not_logged_in", false);
    return done(endSessions(op.user, body.keepSession, rows));
  },
};
