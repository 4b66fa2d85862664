/** Gives a group conversation a name, which makes it a private room. */
import { isRoomId, type ConversationId, type UserId } from "../ids.ts";
import { makeRoom, full } from "./create-room.ts";
import { isUnknown, openFor } from "./direct.ts";
import { isGuest } from "./guests.ts";
import { done, refused, type Decision, type Kind } from "./kind.ts";
import { isNameFree, seatOf, told, type At, type RoomName } from "./rooms.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface NameGroup extends RoomName {
  readonly kind: "nameGroup";
  readonly room: ConversationId;
  /** May be empty. */
  readonly topic: string;
  readonly historyFromJoining: boolean;
  /** The people of the group, because this op may come back before the message that began it. */
  readonly people: readonly UserId[];
}

/** If both branches named the group, the later name counts; whoever named it is an owner. */
export const nameGroup: Kind<NameGroup> = {
  since: 1,
  merge: "name",
  recorded: true,

  read({ room, name, folded, skeleton, topic, historyFromJoining, people }) {
    return { kind: "nameGroup", room, name, folded, skeleton, topic, historyFromJoining, people };
  },

  content({ room, name, topic, historyFromJoining }) {
    return [room, name, topic, historyFromJoining ? "from joining" : "all"].join("\0");
  },

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    const { room } = body;
    const refusal = op.recovered ? null : refusalOf(at, body);
    if (refusal !== null) return refusal;
    if (!isRoomId(room)) return refused("not_found");
    if (isUnknown(room, rows)) {
      if (!body.people.includes(op.user)) return refused("not_found");
      openFor(room, op.user, body.people, seq, rows);
    }
    if (rows.conversation(room)?.kind === "group") {
      rows.setConversationKind(room, "room");
      seatAll(at, room);
    }
    const { name, folded, skeleton, topic, historyFromJoining } = body;
    makeRoom(at, room, { name, folded, skeleton, topic, isPrivate: true, historyFromJoining, fromGroupSeq: seq });
    return done([told(room)]);
  },
};

function refusalOf(at: At, { room, folded, skeleton }: NameGroup): Decision | null {
  const { op, rows } = at;
  if (living(op.user, rows) === null) return notLiving(op.user, rows);
  if (rows.member(room, op.user) === null) return refused("not_found");
  if (isGuest(op.user, rows)) return refused("not_allowed", false);
  if (rows.conversation(room)?.kind !== "group") return refused("not_allowed");
  if (!isNameFree(folded, skeleton, room, rows)) return refused("name_taken");
  const refusal = full(at);
  return refusal === null ? null : refused(refusal, false);
}

/** Gives the people of the group their seats in the room, where they go on reading; deleted accounts leave it. */
function seatAll({ op, seq, rows }: At, room: ConversationId): void {
  for (const user of rows.membersOf(room)) {
    const seat = rows.seat(room, user);
    const isGone = (rows.user(user)?.deleted ?? 0) !== 0 || (seat !== null && seat.state !== "joined");
    if (isGone) rows.removeMember(room, user);
    else if (seat === null) {
      const sits = { state: "joined", seatedBy: op.user, tag: tagOf(op), joinedSeq: seq, changedSeq: seq } as const;
      rows.putSeat({ ...seatOf(room, user, rows), ...sits });
    }
  }
}
