/** What somebody is in the whole chat: an owner or an admin says, or an operator by command. */
import type { Fact } from "../fact.ts";
import { GENERAL_ID, type UserId } from "../ids.ts";
import type { ChatErrorCode } from "../errors.ts";
import { mayGive, ROLES } from "../rights.ts";
import type { Role } from "../rows.ts";
import { done, refused, type Kind } from "./kind.ts";
import { note } from "./audit.ts";
import { giveRole, isLastOwner, OPERATOR, roleOf } from "./roles.ts";
import { isGuest } from "./guests.ts";
import { leaveSeat, seatOf, takeSeat, type At } from "./rooms.ts";
import { living, notLiving } from "./sessions.ts";

export interface SetRole {
  readonly kind: "setRole";
  readonly person: UserId;
  readonly role: Role;
}

/** Of two roles of one person the later counts. */
export const setRole: Kind<SetRole> = {
  since: 1,
  merge: "set",
  recorded: true,

  // `decide` refuses what is no role.
  read: ({ person, role }) => ({ kind: "setRole", person, role: role as Role }),
  content: ({ person, role }) => `${person}\0${role}`,

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    const { person, role } = body;
    if (!ROLES.includes(role)) return refused("invalid");
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const refusal = refusalTo(at, body);
      if (refusal !== null) return refused(refusal, false);
      // Whoever only counts as the owner would not any more, once there is another one.
      const isHeir = rows.role(op.user)?.role !== "owner" && roleOf(op.user, rows) === "owner";
      if (isHeir) giveRole(at, op.user, "owner");
    }
    const wasGuest = isGuest(person, rows);
    const facts: Fact[] = [{ kind: "person", person, audience: { knowing: person } }];
    if (giveRole(at, person, role)) seatForRole(at, person, { wasGuest, role }, facts);
    note(at, "setRole", person, role);
    return done(facts);
  },
};

/** Everybody but guests is in the room for all. */
function seatForRole(
  at: At,
  person: UserId,
  { wasGuest, role }: { readonly wasGuest: boolean; readonly role: Role },
  facts: Fact[],
): void {
  const { rows } = at;
  if (rows.room(GENERAL_ID) === null || rows.user(person) === null) return;
  const seat = seatOf(GENERAL_ID, person, rows);
  if (role === "guest" && seat.state === "joined") leaveSeat(at, seat, "left", facts);
  if (role !== "guest" && wasGuest) takeSeat(at, GENERAL_ID, person, facts);
}

function refusalTo({ op, rows }: At, { person, role }: SetRole): ChatErrorCode | null {
  if (living(person, rows) === null) return "not_found";
  const before = roleOf(person, rows);
  const own = op.user === OPERATOR ? "owner" : roleOf(op.user, rows);
  if (!mayGive(own, before, role)) return "not_allowed";
  return before === "owner" && role !== "owner" && isLastOwner(person, rows) ? "last_owner" : null;
}
