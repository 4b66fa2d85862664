/** Makes a link by which people create accounts. */
import { inviteIdFor, type ConversationId, type InviteId } from "../ids.ts";
import type { ChatErrorCode } from "../errors.ts";
import { INVITE_ROLES, INVITE_SECONDS_MAX, INVITE_USES_MAX } from "../../base/link-terms.ts";
import { INVITE_ROOMS_MAX } from "../bounds.ts";
import type { Role, Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { OPERATOR, runsChat } from "./roles.ts";
import { living, notLiving } from "./sessions.ts";

export interface CreateInvite {
  readonly kind: "createInvite";
  readonly tokenHash: string;
  readonly role: Role;
  /** At most INVITE_ROOMS_MAX. */
  readonly rooms: readonly ConversationId[];
  /** How many accounts it makes, 1 to INVITE_USES_MAX. */
  readonly usesMax: number;
  /** For how long, from the time of the op, 1 to INVITE_SECONDS_MAX. */
  readonly seconds: number;
}

/** Links that are neither revoked nor expired. */
const INVITES_OPEN_MAX = 500;

/** Two branches that take the same request make the same link. */
export const createInvite: Kind<CreateInvite> = {
  since: 1,
  merge: "derived",
  recorded: true,

  // `decide` refuses what is no role.
  read({ tokenHash, role, rooms, usesMax, seconds }) {
    return { kind: "createInvite", tokenHash, role: role as Role, rooms, usesMax, seconds };
  },

  content: contentOf,

  decide(op, body, seq, rows) {
    const { tokenHash, role, rooms: into, usesMax, seconds } = body;
    if (!isShaped(body)) return refused("invalid");
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const refusal = refusalOf(op, body, rows);
      if (refusal !== null) return refused(refusal, false);
    }
    const id = inviteIdOf(op, body);
    rows.invites.put({
      id,
      tokenHash,
      by: op.user,
      role,
      rooms: into,
      usesMax,
      createdMicros: op.timeMicros,
      expiresMicros: op.timeMicros + seconds * 1e6,
      revoked: rows.invites.get(id)?.revoked ?? "",
      revokedSeen: rows.invites.get(id)?.revokedSeen ?? [],
    });
    note({ op, seq, rows }, "makeInvite", id);
    return done();
  },
};

/** The id of the link that the op makes. */
export function inviteIdOf(op: Pick<OpHead, "user" | "clientId">, body: Omit<CreateInvite, "kind">): InviteId {
  return inviteIdFor(op.user, op.clientId, contentOf(body));
}

/** What the client asked for; the token is derived from it (service/invites.ts). */
export function contentOf({ role, rooms, usesMax, seconds }: Omit<CreateInvite, "kind" | "tokenHash">): string {
  return [role, usesMax, seconds, ...rooms].join("\0");
}

function isShaped({ role, rooms, usesMax, seconds }: CreateInvite): boolean {
  const isCounted = usesMax >= 1 && usesMax <= INVITE_USES_MAX && seconds >= 1 && seconds <= INVITE_SECONDS_MAX;
  const isSomewhere = role !== "guest" || rooms.length > 0;
  return isSomewhere && INVITE_ROLES.some((one) => one === role) && rooms.length <= INVITE_ROOMS_MAX && isCounted;
}

function refusalOf(op: OpHead, { rooms: into }: CreateInvite, rows: Rows): ChatErrorCode | null {
  if (!runsChat(op.user, rows)) return "not_allowed";
  const isKnown = (id: ConversationId): boolean => {
    const room = rows.room(id);
    return room !== null && (!room.isPrivate || rows.member(id, op.user) !== null);
  };
  if (!into.every(isKnown)) return "not_found";
  return rows.invites.count(op.timeMicros, INVITES_OPEN_MAX) >= INVITES_OPEN_MAX ? "too_many" : null;
}
