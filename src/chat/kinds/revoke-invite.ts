/** Ends a link for good. */
import type { Fact } from "../fact.ts";
import type { InviteId, UserId } from "../ids.ts";
import type { InviteRow } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import { OPERATOR, runsChat } from "./roles.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";
import { shutLate } from "./use-invite.ts";

export interface RevokeInvite {
  readonly kind: "revokeInvite";
  readonly invite: InviteId;
  /** See op.proto. */
  readonly used: readonly UserId[];
}

/**
 * A link that was revoked on one branch stays revoked, and whoever came by it at the same time on the other one is
 * deactivated: an admin decides.
 */
export const revokeInvite: Kind<RevokeInvite> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ invite, used }) => ({ kind: "revokeInvite", invite, used }),
  content: ({ invite }) => invite,

  decide(op, { invite: id, used }, seq, rows) {
    const there = rows.invites.get(id);
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const isThere = there !== null && there.tokenHash !== null && runsChat(op.user, rows);
      if (!isThere) return refused("not_found", false);
    }
    const invite = there ?? unknown(id);
    if (invite.revoked === "") rows.invites.put({ ...invite, revoked: tagOf(op), revokedSeen: used });
    const at = { op, seq, rows };
    note(at, "revokeInvite", id);
    const facts: Fact[] = [];
    if (op.recovered) {
      for (const { user } of rows.invites.uses(id)) if (!used.includes(user)) shutLate(at, user, tagOf(op), facts);
    }
    return done(facts);
  },
};

/** Stands for a link until a merge brings the op that made it. */
function unknown(id: InviteId): InviteRow {
  const none = { tokenHash: null, by: "", rooms: [], usesMax: 0, createdMicros: 0, expiresMicros: 0 };
  return { id, role: "member", ...none, revoked: "", revokedSeen: [] };
}
