/** Ends every session of the user but the one that asked. */
import type { SessionId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { endSessions, living, notLiving } from "./sessions.ts";

export interface EndOtherSessions {
  readonly kind: "endOtherSessions";
  readonly keepSession: SessionId;
}

/** Ended on one branch is ended. */
export const endOtherSessions: Kind<EndOtherSessions> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ keepSession }) => ({ kind: "endOtherSessions", keepSession }),
  content: () => "",

  decide(op, body, _seq, rows) {
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    // Who asks may have been logged out meanwhile, and then has no say over the others.
    if (!op.recovered && rows.session(body.keepSession)?.user !== op.user) return refused("not_logged_in", false);
    return done(endSessions(op.user, body.keepSession, rows));
  },
};
