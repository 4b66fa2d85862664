/** Changes who is in a room: the user joins or leaves, or brings other people in or sends them away. */
import type { Fact } from "../fact.ts";
import { GENERAL_ID, isRoomId, type ConversationId, type UserId } from "../ids.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { RoomRole, RoomRow } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Decision, type Kind } from "./kind.ts";
import {
  crowded,
  isRefused,
  leaveSeat,
  managers,
  openRoom,
  roomFor,
  seatedEnough,
  seatOf,
  takeSeat,
  type At,
} from "./rooms.ts";
import { isGuest } from "./guests.ts";
import { isOff, living, notLiving } from "./sessions.ts";
import { counts } from "./tags.ts";

export interface SeatPeople {
  readonly kind: "seatPeople";
  readonly room: ConversationId;
  readonly what: "join" | "leave" | "invite" | "remove";
  /** For `invite` and `remove`: 1 to 100 users. */
  readonly people: readonly UserId[];
}

/** Of two ops about one person the later one counts. A ban, a private room and a deleted account win over both. */
export const seatPeople: Kind<SeatPeople> = {
  since: 1,
  merge: "set",
  recorded: true,

  // `decide` refuses any other word.
  read: ({ room, what, people }) => ({ kind: "seatPeople", room, what: what as SeatPeople["what"], people }),
  content: ({ room, what, people }) => [room, what, ...people].join("\0"),

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    switch (body.what) {
      case "join":
        return join(at, body.room);
      case "leave":
        return leave(at, body.room);
      case "invite":
        return invite(at, body);
      case "remove":
        return remove(at, body);
      default:
        return refused("invalid");
    }
  },
};

function join(at: At, id: ConversationId): Decision {
  const { op, rows } = at;
  if (!op.recovered && living(op.user, rows) === null) return notLiving(op.user, rows);
  if (!isRoomId(id)) return refused("not_found");
  const room = op.recovered ? openRoom(at, id) : rows.room(id);
  const facts: Fact[] = [];
  if (room !== null && !op.recovered) {
    if (rows.member(id, op.user) !== null) return done();
    const refusal = refusalToJoin(at, room);
    if (refusal !== null) return refused(refusal, false);
  }
  if (room === null) return refused("not_found", false);
  // If this branch made the room private, a recovered op that joins it does nothing, whenever it was made.
  if (!room.isPrivate) takeSeat(at, id, op.user, facts);
  return done(facts);
}

function refusalToJoin({ op, rows }: At, room: RoomRow): ChatErrorCode | null {
  const isClosed = room.isPrivate || isGuest(op.user, rows) || seatOf(room.id, op.user, rows).state === "banned";
  if (isClosed) return "not_found";
  if (room.archived) return "archived";
  return crowded(room.id, 1, rows) ?? seatedEnough(op.user, rows);
}

function leave(at: At, id: ConversationId): Decision {
  const { op, rows } = at;
  const room = roomFor(at, id, () => (id === GENERAL_ID ? "not_allowed" : null));
  if (isRefused(room)) return room;
  const facts: Fact[] = [];
  const seat = seatOf(id, op.user, rows);
  if (seat.state !== "banned" && counts(op, seat.tag)) leaveSeat(at, seat, "left", facts);
  return done(facts);
}

function invite(at: At, { room: id, people }: SeatPeople): Decision {
  const { op, rows } = at;
  const room = roomFor(at, id, () => (isGuest(op.user, rows) ? "not_allowed" : null));
  if (isRefused(room)) return room;
  const facts: Fact[] = [];
  if (!op.recovered) {
    if (room.archived) return refused("archived", false);
    const comers = people.filter((user) => rows.member(id, user) === null);
    if (comers.some((user) => living(user, rows) === null)) return refused("not_found", false);
    if (comers.some((user) => isOff(user, rows))) return refused("deactivated", false);
    if (comers.some((user) => seatOf(id, user, rows).state === "banned")) return refused("not_allowed", false);
    const refusal = crowded(id, comers.length, rows) ?? comers.map((user) => seatedEnough(user, rows)).find(Boolean);
    if (refusal) return refused(refusal, false);
  }
  for (const user of people) takeSeat(at, id, user, facts);
  return done(facts);
}

function remove(at: At, { room: id, people }: SeatPeople): Decision {
  const { op, rows } = at;
  const room = roomFor(at, id, (role) => refusalToRemove(at, id, role, people));
  if (isRefused(room)) return room;
  const facts: Fact[] = [];
  for (const user of people) {
    const seat = seatOf(id, user, rows);
    if (seat.state === "banned" || !counts(op, seat.tag)) continue;
    if (seat.state === "joined") note(at, "removeFromRoom", user, id);
    leaveSeat(at, seat, "removed", facts);
  }
  return done(facts);
}

/** The error if this role may not send these people away; else null. Only an owner may send an owner away. */
export function refusalToRemove(
  { rows }: At,
  room: ConversationId,
  role: RoomRole,
  people: readonly UserId[],
): ChatErrorCode | null {
  if (room === GENERAL_ID) return "not_allowed";
  const refusal = managers(role);
  if (refusal !== null || role === "owner") return refusal;
  return people.some((user) => rows.seat(room, user)?.role === "owner") ? "not_allowed" : null;
}
