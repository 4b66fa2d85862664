/**
 * What the kinds of rooms share: who may do what there, who comes and goes, which names are free.
 *
 * An op that a merge brings back was allowed on its branch, so nobody's rights are asked again; only what that branch
 * could not know is: a ban, a room made private, an account deleted. It may also come before the op that made its
 * room, because a frame of a fork queue was lost: then the room is there without a name until that op comes.
 */
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import { GENERAL_ID, isRoomId, type ConversationId, type UserId } from "../ids.ts";
import type { RoomRole, RoomRow, Rows, SeatRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { refused, type Decision, type OpHead } from "./kind.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

/** Rooms in all, people of one room (but for the one that everybody is in), and rooms of one person. */
export const ROOMS_MAX = 10_000;
const ROOM_PEOPLE_MAX = 5_000;
const ROOMS_PER_USER_MAX = 500;

/** Names tried for a room whose name was taken on the branch that won, before its id is used. */
const SUFFIX_TRIES = 1_000;

/** One op at work. */
export interface At {
  readonly op: OpHead;
  readonly seq: Seq;
  readonly rows: Rows;
}

/** A room for an op to change, or why it may not. `mayDo` is asked of somebody who is in it. */
export function roomFor(
  at: At,
  id: ConversationId,
  mayDo: (role: RoomRole, room: RoomRow) => ChatErrorCode | null,
): RoomRow | Decision {
  const { op, rows } = at;
  if (op.recovered) return isRoomId(id) ? openRoom(at, id) : refused("not_found");
  if (living(op.user, rows) === null) return notLiving(op.user, rows);
  const room = rows.room(id);
  // Whoever is not in it learns nothing of it here; public rooms are joined, which is asked for elsewhere.
  if (room === null || rows.member(id, op.user) === null) return refused("not_found");
  const refusal = mayDo(rows.seat(id, op.user)?.role ?? "member", room);
  return refusal === null ? room : refused(refusal, false);
}

/** What `roomFor` answered is why the op may not. */
export function isRefused(found: RoomRow | Decision): found is Decision {
  return "kind" in found;
}

/** For `roomFor`: everybody in the room may. */
export function anybody(): null {
  return null;
}

/** For `roomFor`: those who run the room may. */
export function managers(role: RoomRole): ChatErrorCode | null {
  return role === "member" ? "not_allowed" : null;
}

/** The room as it is; one whose op has not arrived yet is made, without a name. */
export function openRoom({ seq, rows }: At, id: ConversationId): RoomRow {
  const there = rows.room(id);
  if (there !== null) return there;
  if (rows.conversation(id) === null) rows.addConversation({ id, kind: "room", createdSeq: seq });
  const room: RoomRow = {
    id,
    name: "",
    // No name begins so.
    folded: `?${id}`,
    skeleton: `?${id}`,
    topic: "",
    isPrivate: false,
    archived: false,
    createdBy: "",
    createdMicros: 0,
    nameTag: "",
    topicTag: "",
    privateTag: "",
    archivedTag: "",
    changedSeq: seq,
  };
  rows.putRoom(room);
  return room;
}

/** Whether no other room has the name, nor one that looks like it. */
export function isNameFree(folded: string, skeleton: string, room: ConversationId, rows: Rows): boolean {
  const holders = [rows.roomByFolded(folded), rows.roomBySkeleton(skeleton)];
  return holders.every((holder) => holder === null || holder.id === room);
}

/** A room's name in its three forms. */
export interface RoomName {
  readonly name: string;
  readonly folded: string;
  readonly skeleton: string;
}

/** The name with the suffix that makes it free, "" if it is: whoever lost it in a merge has worked with it by then. */
export function freeName({ name, folded, skeleton }: RoomName, room: ConversationId, rows: Rows): RoomName {
  const withSuffix = (suffix: string): RoomName => ({
    name: name + suffix,
    folded: folded + suffix,
    skeleton: skeleton + suffix,
  });
  if (isNameFree(folded, skeleton, room, rows)) return withSuffix("");
  for (let n = 2; n < SUFFIX_TRIES; n++) {
    if (isNameFree(`${folded}-${n}`, `${skeleton}-${n}`, room, rows)) return withSuffix(`-${n}`);
  }
  return withSuffix(`-${room.toLowerCase()}`);
}

/** The seat as it is, or that of somebody who never was there. */
export function seatOf(room: ConversationId, user: UserId, rows: Rows): SeatRow {
  const none = { seatedBy: "", tag: "", roleTag: "", mark: 0, joinedSeq: 0, changedSeq: 0 };
  return rows.seat(room, user) ?? { room, user, state: "left", role: "member", ...none };
}

/** Seats somebody. False if she is there already, was banned, left later than the op says, or has no account any more. */
export function takeSeat({ op, seq, rows }: At, room: ConversationId, user: UserId, facts: Fact[]): boolean {
  const seat = seatOf(room, user, rows);
  // The account of somebody whom nobody knows may still come, from the same branch.
  const isGone = op.recovered ? (rows.user(user)?.deleted ?? 0) !== 0 : living(user, rows) === null;
  if (isGone || seat.state === "banned" || !counts(op, seat.tag)) return false;
  const tag = tagOf(op);
  if (seat.state === "joined") {
    // The later of two that agree is the one that a removal must be later than.
    if (op.recovered) rows.putSeat({ ...seat, tag, seatedBy: op.user });
    return false;
  }
  rows.putSeat({ ...seat, state: "joined", seatedBy: op.user, tag, joinedSeq: seq, changedSeq: seq });
  // Who comes for the first time has nothing to catch up with; who comes back goes on where she was.
  rows.putMember({ conversation: room, user, mark: seat.joinedSeq === 0 ? seq : seat.mark, markChangedSeq: seq });
  facts.push({ kind: "conversation", conversationId: room, audience: { user } });
  if (rows.membersOf(room).length === 1) ensureOwner(room, rows);
  return true;
}

/** Ends somebody's membership, if the op counts; her messages stay. */
export function leaveSeat(
  { op, seq, rows }: At,
  seat: SeatRow,
  state: Exclude<SeatRow["state"], "joined">,
  facts: Fact[],
): void {
  const { room, user } = seat;
  const member = rows.member(room, user);
  rows.putSeat({
    ...seat,
    state,
    role: "member",
    tag: tagOf(op) > seat.tag || !op.recovered ? tagOf(op) : seat.tag,
    mark: member?.mark ?? seat.mark,
    changedSeq: seq,
  });
  if (member === null) return;
  rows.removeMember(room, user);
  facts.push({ kind: "conversation", conversationId: room, audience: { user } });
  ensureOwner(room, rows);
}

const RANK: Record<RoomRole, number> = { owner: 0, admin: 1, member: 2 };

/** A room with people has an owner: if the last one is gone, the admin who came first becomes it, else who came first. */
export function ensureOwner(room: ConversationId, rows: Rows): void {
  // Its owner comes with the op that makes it.
  if (rows.room(room)?.createdMicros === 0) return;
  const seats = rows.seatsIn(room);
  if (seats.length === 0 || seats.some(({ role }) => role === "owner")) return;
  const [next] = seats.toSorted(
    (a, b) => RANK[a.role] - RANK[b.role] || a.joinedSeq - b.joinedSeq || (a.user < b.user ? -1 : 1),
  );
  rows.putSeat({ ...next!, role: "owner" });
}

/** The account is gone: so are its seats. */
export function leaveAll(at: At): readonly Fact[] {
  const facts: Fact[] = [];
  for (const seat of at.rows.seatsOf(at.op.user)) leaveSeat(at, seat, "left", facts);
  return facts;
}

/** The room changed for all that are in it. */
export function told(room: ConversationId): Fact {
  return { kind: "conversation", conversationId: room, audience: { membersOf: room } };
}

/** Why not so many more may come into the room; null: they may. */
export function crowded(room: ConversationId, more: number, rows: Rows): ChatErrorCode | null {
  if (room === GENERAL_ID) return null;
  return rows.membersOf(room).length + more > ROOM_PEOPLE_MAX ? "too_many" : null;
}

/** Why this person may be in no more rooms; null: she may. */
export function seatedEnough(user: UserId, rows: Rows): ChatErrorCode | null {
  return rows.seatsOf(user).length >= ROOMS_PER_USER_MAX ? "too_many" : null;
}
