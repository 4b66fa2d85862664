/**
 * Shared by the kinds of ops about rooms: rights, seats, and free names.
 *
 * A recovered op was allowed on its own branch, so its rule does not check rights again. It checks only what that branch
 * could not know: a ban, a room made private, a deleted account. A recovered op may also arrive before the op that
 * created its room, because a frame of the fork queue was lost. The room then exists without a name until that op
 * arrives.
 */
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import { GENERAL_ID, isRoomId, type ConversationId, type UserId } from "../ids.ts";
import { HERE, ROOM } from "../mention-text.ts";
import type { MemberRow, Mention, RoomRole, RoomRow, Rows, SeatRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { refused, type Decision, type OpHead } from "./kind.ts";
import { isOff, living, notLiving } from "./sessions.ts";
import { counts, microsOf, tagOf } from "./tags.ts";

/** Maximum number of rooms, of people in one room (except the one that everybody is in), and of rooms of one person. */
export const ROOMS_MAX = 10_000;
const ROOM_PEOPLE_MAX = 5_000;
const ROOMS_PER_USER_MAX = 500;

/** How many suffixes are tried for a taken name before the id of the room becomes the suffix. */
const SUFFIX_TRIES = 1_000;

/** The op that is being applied. */
export interface At {
  readonly op: OpHead;
  readonly seq: Seq;
  readonly rows: Rows;
}

/** The room that an op changes, or the refusal. `mayDo` is called only if the user is in the room. */
export function roomFor(
  at: At,
  id: ConversationId,
  mayDo: (role: RoomRole, room: RoomRow) => ChatErrorCode | null,
): RoomRow | Decision {
  const { op, rows } = at;
  if (op.recovered) return isRoomId(id) ? openRoom(at, id) : refused("not_found");
  if (living(op.user, rows) === null) return notLiving(op.user, rows);
  const room = rows.room(id);
  // A user who is not in the room gets the same answer whether it exists or not. Joining has a check of its own.
  if (room === null || rows.member(id, op.user) === null) return refused("not_found");
  const refusal = mayDo(rows.seat(id, op.user)?.role ?? "member", room);
  return refusal === null ? room : refused(refusal, false);
}

/** Whether `roomFor` returned a refusal. */
export function isRefused(found: RoomRow | Decision): found is Decision {
  return "kind" in found;
}

/** A `mayDo` for what everybody in the room may do. */
export function anybody(): null {
  return null;
}

/** A `mayDo` for what only admins and owners may do. */
export function managers(role: RoomRole): ChatErrorCode | null {
  return role === "member" ? "not_allowed" : null;
}

/** The room. If the op that creates it has not arrived yet, adds a room without a name. */
export function openRoom({ seq, rows }: At, id: ConversationId): RoomRow {
  const there = rows.room(id);
  if (there !== null) return there;
  if (rows.conversation(id) === null) rows.addConversation({ id, kind: "room", createdSeq: seq, parent: null });
  const room: RoomRow = {
    id,
    name: "",
    // A name cannot begin with a question mark.
    folded: `?${id}`,
    skeleton: `?${id}`,
    topic: "",
    isPrivate: false,
    archived: false,
    historyFromJoining: false,
    formerFolded: null,
    fromGroupSeq: 0,
    createdBy: "",
    createdMicros: 0,
    nameTag: "",
    topicTag: "",
    privateTag: "",
    archivedTag: "",
    adminsOnly: false,
    slowSeconds: 0,
    adminsCall: false,
    postingTag: "",
    changedSeq: seq,
  };
  rows.putRoom(room);
  // Those whom a link has led here before the room came.
  for (const { user, tag } of rows.seatsIn(id)) {
    if (rows.member(id, user) !== null) continue;
    const since = { sinceSeq: seq, sinceMicros: microsOf(tag) };
    rows.putMember({ conversation: id, user, mark: seq, markChangedSeq: seq, ...since });
  }
  return room;
}

/** Whether no other room has this name or one that looks like it. */
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

/**
 * The name, with a suffix if another room has it. Refusing it is no option: people have already used the room, and go on
 * finding it by the name that they know.
 */
export function freeName(
  { name, folded, skeleton }: RoomName,
  room: ConversationId,
  rows: Rows,
): RoomName & Pick<RoomRow, "formerFolded"> {
  const withSuffix = (suffix: string): RoomName & Pick<RoomRow, "formerFolded"> => ({
    name: name + suffix,
    folded: folded + suffix,
    skeleton: skeleton + suffix,
    formerFolded: suffix === "" ? null : folded,
  });
  if (isNameFree(folded, skeleton, room, rows)) return withSuffix("");
  for (let n = 2; n < SUFFIX_TRIES; n++) {
    if (isNameFree(`${folded}-${n}`, `${skeleton}-${n}`, room, rows)) return withSuffix(`-${n}`);
  }
  return withSuffix(`-${room.toLowerCase()}`);
}

/** The seat of a user; a seat with state `left` if there is none yet. */
export function seatOf(room: ConversationId, user: UserId, rows: Rows): SeatRow {
  const none = { seatedBy: "", tag: "", roleTag: "", mark: 0, joinedSeq: 0, changedSeq: 0 };
  return rows.seat(room, user) ?? { room, user, state: "left", role: "member", ...none };
}

/**
 * Seats a user, as the wish of `by`. False if the user is already in the room, is banned, has left it by a later op, or
 * has no account any more.
 */
export function takeSeat(
  { op, seq, rows }: At,
  room: ConversationId,
  user: UserId,
  facts: Fact[],
  by: UserId = op.user,
): boolean {
  const seat = seatOf(room, user, rows);
  // An unknown account may still arrive from the branch of the recovered op.
  const isGone = op.recovered
    ? (rows.user(user)?.deleted ?? 0) !== 0
    : living(user, rows) === null || isOff(user, rows);
  if (op.recovered && seat.state === "joined") seesFrom(room, user, op.timeMicros, rows);
  if (isGone || seat.state === "banned" || !counts(op, seat.tag)) return false;
  const tag = tagOf(op);
  if (seat.state === "joined") {
    // Both branches seated the user. A removal must then be later than the later of the two ops.
    if (op.recovered) rows.putSeat({ ...seat, tag, seatedBy: by });
    return false;
  }
  rows.putSeat({ ...seat, state: "joined", seatedBy: by, tag, joinedSeq: seq, changedSeq: seq });
  // A link may lead into a room that a merge has not brought yet: `openRoom` does the rest.
  if (rows.conversation(room) === null) return true;
  const since = historyFor({ op, seq, rows }, room);
  // For a newcomer everything counts as read. Somebody who returns keeps the old mark.
  const mark = seat.joinedSeq === 0 ? seq : Math.max(seat.mark, since.sinceSeq);
  rows.putMember({ conversation: room, user, mark, markChangedSeq: seq, ...since });
  facts.push({ kind: "conversation", conversationId: room, audience: { user } });
  // Whoever comes first, or finds only people who are deactivated.
  if (rows.membersOf(room).every((other) => other === user || isOff(other, rows))) ensureOwner(room, rows);
  return true;
}

/** Where the history begins that somebody sees who comes to the room by this op. */
function historyFor({ op, seq, rows }: At, id: ConversationId): Pick<MemberRow, "sinceSeq" | "sinceMicros"> {
  const room = rows.room(id);
  // A room whose creating op has not arrived yet may show no history: `makeRoom` lifts this if it does.
  const isLimited = room !== null && (room.historyFromJoining || room.createdMicros === 0);
  if (!isLimited) return { sinceSeq: 0, sinceMicros: 0 };
  // What this branch wrote after that time, the user would have seen on hers.
  const sinceSeq = op.recovered ? rows.newestBefore(id, op.timeMicros) : seq;
  return { sinceSeq, sinceMicros: op.timeMicros };
}

/** The user was in the room from this time on on another branch, of which late messages may come. */
function seesFrom(room: ConversationId, user: UserId, timeMicros: number, rows: Rows): void {
  const member = rows.member(room, user);
  if (member !== null && member.sinceMicros > timeMicros) rows.putMember({ ...member, sinceMicros: timeMicros });
}

/** Ends a membership and sets the state of its seat. The messages stay. */
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
    // Whoever was not in the room must not be told of it when her stream resumes.
    changedSeq: member === null ? seat.changedSeq : seq,
  });
  if (member === null) return;
  rows.removeMember(room, user);
  facts.push({ kind: "conversation", conversationId: room, audience: { user } });
  ensureOwner(room, rows);
}

const RANK: Record<RoomRole, number> = { owner: 0, admin: 1, member: 2 };

/** If the room has people and no owner, makes the admin who came first the owner, or else the person who came first. */
export function ensureOwner(room: ConversationId, rows: Rows): void {
  // The op that creates the room has not arrived yet, and brings its owner.
  if (rows.room(room)?.createdMicros === 0) return;
  // Whoever is deactivated keeps the seat and the role, and cannot act.
  const seats = rows.seatsIn(room).filter(({ user }) => !isOff(user, rows));
  if (seats.length === 0 || seats.some(({ role }) => role === "owner")) return;
  const [next] = seats.toSorted(
    (a, b) => RANK[a.role] - RANK[b.role] || a.joinedSeq - b.joinedSeq || (a.user < b.user ? -1 : 1),
  );
  rows.putSeat({ ...next!, role: "owner" });
}

/** Ends all memberships of the op's user in rooms, because the account is deleted. */
export function leaveAll(at: At): readonly Fact[] {
  const facts: Fact[] = [];
  for (const seat of at.rows.seatsOf(at.op.user)) leaveSeat(at, seat, "left", facts);
  return facts;
}

/** Whether somebody calls everybody in a room, or everybody who is online. */
export function callsAll(mentions: readonly Mention[]): boolean {
  return mentions.some(({ user, silent }) => !silent && (user === ROOM || user === HERE));
}

/** The fact that the room changed, for everybody in it. */
export function told(room: ConversationId): Fact {
  return { kind: "conversation", conversationId: room, audience: { membersOf: room } };
}

/** The error if so many more people would be too many for the room; else null. */
export function crowded(room: ConversationId, more: number, rows: Rows): ChatErrorCode | null {
  if (room === GENERAL_ID) return null;
  return rows.membersOf(room).length + more > ROOM_PEOPLE_MAX ? "too_many" : null;
}

/** The error if the user is in as many rooms as allowed; else null. */
export function seatedEnough(user: UserId, rows: Rows): ChatErrorCode | null {
  return rows.seatsOf(user).length >= ROOMS_PER_USER_MAX ? "too_many" : null;
}
