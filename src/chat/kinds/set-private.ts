/** Makes a room private, or public again. */
import type { Fact } from "../fact.ts";
import { GENERAL_ID, type ConversationId, type UserId } from "../ids.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { RoomRole } from "../rows.ts";
import { done, type Kind } from "./kind.ts";
import { isRefused, leaveSeat, managers, roomFor, told, type At } from "./rooms.ts";
import { tagOf } from "./tags.ts";

export interface SetPrivate {
  readonly kind: "setPrivate";
  readonly room: ConversationId;
  readonly isPrivate: boolean;
  /** See op.proto. */
  readonly seen: string;
  readonly joined: readonly UserId[];
}

/**
 * Private wins over public and over whoever joined at the same time. An op that makes a room public undoes only the op
 * that its proposer had seen.
 */
export const setPrivate: Kind<SetPrivate> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ room, isPrivate, seen, joined }) => ({ kind: "setPrivate", room, isPrivate, seen, joined }),
  content: ({ room, isPrivate }) => `${room}\0${isPrivate ? "private" : "public"}`,

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    const room = roomFor(at, body.room, (role, { id }) => refusalOf(role, id, body.isPrivate));
    if (isRefused(room)) return room;
    const facts: Fact[] = [];
    if (body.isPrivate && op.recovered) dropUnseen(at, room.id, body.joined, facts);
    const undone = body.isPrivate || !op.recovered || room.privateTag === body.seen;
    if (room.isPrivate === body.isPrivate || !undone) return done(facts);
    rows.putRoom({ ...room, isPrivate: body.isPrivate, privateTag: tagOf(op), changedSeq: seq });
    return done([...facts, told(room.id)]);
  },
};

function refusalOf(role: RoomRole, room: ConversationId, isPrivate: boolean): ChatErrorCode | null {
  if (room === GENERAL_ID) return "not_allowed";
  // Only an owner may show everybody what was written in private.
  return isPrivate ? managers(role) : role === "owner" ? null : "not_allowed";
}

/**
 * Ends the membership of those who joined by themselves on this branch while the room was still public here. The times
 * of their ops do not say who they are: somebody may have joined there before somebody else joined here.
 */
function dropUnseen(at: At, room: ConversationId, joined: readonly UserId[], facts: Fact[]): void {
  const known = new Set(joined);
  for (const seat of at.rows.seatsIn(room)) {
    if (seat.seatedBy === seat.user && !known.has(seat.user) && seat.role === "member")
      leaveSeat(at, seat, "left", facts);
  }
}
