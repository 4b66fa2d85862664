/** Ends a link for good. */
import type { InviteId } from "../ids.ts";
import type { InviteRow } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import { OPERATOR, runsChat } from "./roles.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface RevokeInvite {
  readonly kind: "revokeInvite";
  readonly invite: InviteId;
}

/** A link that was revoked on one branch stays revoked. */
export const revokeInvite: Kind<RevokeInvite> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ invite }) => ({ kind: "revokeInvite", invite }),
  content: ({ invite }) => invite,

  decide(op, { invite: id }, seq, rows) {
    const there = rows.invite(id);
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const isThere = there !== null && there.tokenHash !== null && runsChat(op.user, rows);
      if (!isThere) return refused("not_found", false);
    }
    const invite = there ?? unknown(id);
    if (invite.revoked === "") rows.putInvite({ ...invite, revoked: tagOf(op) });
    note({ op, seq, rows }, "revokeInvite", id);
    return done();
  },
};

/** Stands for a link until a merge brings the op that made it. */
function unknown(id: InviteId): InviteRow {
  const none = { tokenHash: null, by: "", rooms: [], usesMax: 0, createdMicros: 0, expiresMicros: 0, revoked: "" };
  return { id, role: "member", ...none };
}
