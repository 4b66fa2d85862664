/** What a link does for whoever registers by it. */
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import type { ConversationId, InviteId, UserId } from "../ids.ts";
import type { Role, Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { giveRole, isLastOwner, runsChat, type RolesRead } from "./roles.ts";
import { crowded, takeSeat, type At } from "./rooms.ts";
import { turnOff } from "./set-active.ts";
import { tagOf } from "./tags.ts";

/** The link of a registration as its proposer knew it: a merge may bring the registration before the link. */
export interface InviteUse {
  readonly id: InviteId;
  readonly role: Role;
  readonly rooms: readonly ConversationId[];
  /** Who made the link; "": an operator. */
  readonly by: UserId;
}

/** What a look at a link needs of the rows. */
export type InvitesRead = Pick<Rows, "invites"> & RolesRead;

/**
 * Why nobody can come by this link at this time; null if somebody can. A link works only as long as whoever made it
 * runs the chat.
 */
export function refusalToUse(id: InviteId, micros: number, rows: InvitesRead): ChatErrorCode | null {
  const invite = rows.invites.get(id);
  if (invite === null || invite.tokenHash === null) return "not_found";
  if (invite.revoked !== "" || !runsChat(invite.by, rows)) return "link_revoked";
  if (invite.expiresMicros <= micros) return "link_expired";
  return rows.invites.uses(id).length >= invite.usesMax ? "link_used" : null;
}

/** Gives the new account of the op what the link promises. */
export function useInvite(at: At, { id, role, rooms: into, by }: InviteUse, facts: Fact[]): void {
  const { op, rows } = at;
  // The first account of all is the owner, by whatever link it came.
  if (role !== "member" && rows.role(op.user) === null) giveRole(at, op.user, role);
  for (const room of into) if (isOpen(at, room, by)) takeSeat(at, room, op.user, facts, by);
  rows.invites.addUse({ invite: id, user: op.user, tag: tagOf(op) });
  const usesMax = rows.invites.get(id)?.usesMax ?? Infinity;
  const { revoked = "", revokedSeen = [] } = rows.invites.get(id) ?? {};
  if (op.recovered && revoked !== "" && !revokedSeen.includes(op.user)) {
    shutLate(at, op.user, revoked, facts);
  }
  // Each branch let in as many as the link allows.
  if (rows.invites.uses(id).length > usesMax) note(at, "overuse", id);
}

/** Deactivates somebody who came by a link that the other branch had revoked; `revoked` is the tag of that op. */
export function shutLate(at: At, user: UserId, revoked: string, facts: Fact[]): void {
  if (isLastOwner(user, at.rows)) return;
  note(at, "lateUse", user);
  facts.push(...turnOff(at, user, revoked));
}

/** Whether the link still leads into this room, which may have changed since the link was made. */
function isOpen(at: At, id: ConversationId, by: UserId): boolean {
  const { op, rows } = at;
  // On its own branch it did.
  if (op.recovered) return true;
  const room = rows.room(id);
  if (room === null || room.archived || crowded(id, 1, rows) !== null) return false;
  return !room.isPrivate || rows.member(id, by) !== null;
}
