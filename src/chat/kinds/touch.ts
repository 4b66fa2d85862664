/** Records that the user was here: moves "last used" of a session and "last seen" of its user. */
import type { SessionId } from "../ids.ts";
import { done, refused, type Kind } from "./kind.ts";
import { isNewer, living, seen } from "./sessions.ts";

export interface Touch {
  readonly kind: "touch";
  readonly session: SessionId;
}

/** No client waits for a touch, and a later one says everything that an earlier one did. */
export const touch: Kind<Touch> = {
  since: 1,
  merge: "max",
  recorded: false,
  read: ({ session }) => ({ kind: "touch", session }),
  content: ({ session }) => session,

  decide(op, body, _seq, rows) {
    const session = rows.session(body.session);
    const user = living(op.user, rows);
    if (user === null || session === null || session.user !== op.user) return refused("not_found");
    if (isNewer(op, session.lastUsedMicros)) rows.putSession({ ...session, lastUsedMicros: op.timeMicros });
    seen(user, op, rows);
    return done();
  },
};
