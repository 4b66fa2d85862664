/** Makes a link with which somebody sets a new password, once. */
import type { ChatErrorCode } from "../errors.ts";
import type { UserId } from "../ids.ts";
import { mayManage } from "../rights.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import { OPERATOR, roleOf, runsChat } from "./roles.ts";
import type { At } from "./rooms.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface CreateReset {
  readonly kind: "createReset";
  readonly person: UserId;
  readonly tokenHash: string;
}

/** How long a link is valid: 24 hours. */
const RESET_MICROS = 24 * 3600 * 1e6;

/** Of two links for one person, the later one is valid. */
export const createReset: Kind<CreateReset> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ person, tokenHash }) => ({ kind: "createReset", person, tokenHash }),
  content: ({ person }) => person,

  decide(op, { person, tokenHash }, seq, rows) {
    const at = { op, seq, rows };
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const refusal = refusalToManage(at, person);
      if (refusal !== null) return refused(refusal, false);
    }
    if (counts(op, rows.locks.reset(person)?.tag ?? "")) {
      const expiresMicros = op.timeMicros + RESET_MICROS;
      rows.locks.putReset({ user: person, tokenHash, by: op.user, expiresMicros, used: false, tag: tagOf(op) });
    }
    note(at, "makeReset", person);
    return done();
  },
};

/** Why the user of the op may not manage this account, that of somebody else; null: she may. */
export function refusalToManage({ op, rows }: At, person: UserId): ChatErrorCode | null {
  if (!runsChat(op.user, rows)) return "not_allowed";
  if (living(person, rows) === null) return "not_found";
  const own = op.user === OPERATOR ? "owner" : roleOf(op.user, rows);
  return person !== op.user && mayManage(own, roleOf(person, rows)) ? null : "not_allowed";
}
