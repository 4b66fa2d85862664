/** Creates a room. The user becomes its owner. */
import type { Fact } from "../fact.ts";
import { GENERAL_ID, roomIdFor, type ConversationId, type UserId } from "../ids.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { RoomRow, Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import {
  ensureOwner,
  freeName,
  isNameFree,
  openRoom,
  ROOMS_MAX,
  seatedEnough,
  seatOf,
  takeSeat,
  type At,
  type RoomName,
} from "./rooms.ts";
import { isGuest } from "./guests.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface CreateRoom extends RoomName {
  readonly kind: "createRoom";
  /** May be empty. */
  readonly topic: string;
  readonly isPrivate: boolean;
  /** Whoever comes to the room sees nothing that was written before; absent: false. */
  readonly historyFromJoining?: boolean;
  /** Those who are in it from the start besides the user, at most 100. */
  readonly people: readonly UserId[];
}

/** The first room in the log keeps the name, the other gets a suffix. The id is derived from the request. */
export const createRoom: Kind<CreateRoom> = {
  since: 1,
  merge: "name",
  recorded: true,

  read({ name, folded, skeleton, topic, isPrivate, historyFromJoining, people }) {
    return { kind: "createRoom", name, folded, skeleton, topic, isPrivate, historyFromJoining, people };
  },

  content: contentOf,

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    const { folded, skeleton, people } = body;
    const id = roomIdOf(op, body);
    if (!op.recovered) {
      if (living(op.user, rows) === null) return notLiving(op.user, rows);
      if (isGuest(op.user, rows)) return refused("not_allowed", false);
      if (!isNameFree(folded, skeleton, id, rows)) return refused("name_taken");
      const refusal = full(at);
      if (refusal !== null) return refused(refusal, false);
    }
    const facts = makeRoom(at, id, body);
    for (const person of people) takeSeat(at, id, person, facts);
    return done(facts);
  },
};

/** The id of the room that the op creates. */
export function roomIdOf(op: Pick<At["op"], "user" | "clientId">, body: Omit<CreateRoom, "kind">): ConversationId {
  return roomIdFor(op.user, op.clientId, contentOf(body));
}

function contentOf({ folded, topic, isPrivate, historyFromJoining, people }: Omit<CreateRoom, "kind">): string {
  const visibility = isPrivate ? (historyFromJoining === true ? "from joining" : "private") : "public";
  return [folded, topic, visibility, ...people].join("\0");
}

/** The error if there are as many rooms as allowed, in all or of the user; else null. */
export function full({ op, rows }: At): ChatErrorCode | null {
  return rows.countRooms(ROOMS_MAX) >= ROOMS_MAX ? "too_many" : seatedEnough(op.user, rows);
}

/** Creates the room and seats its owner. If other ops about the room arrived first, sets only what those have not set. */
export function makeRoom(
  at: At,
  id: ConversationId,
  body: Omit<CreateRoom, "kind" | "people"> & Partial<Pick<RoomRow, "fromGroupSeq">>,
): Fact[] {
  const { op, seq, rows } = at;
  const room = openRoom(at, id);
  const tag = tagOf(op);
  rows.putRoom({
    ...room,
    ...(counts(op, room.nameTag) ? { ...freeName(body, id, rows), nameTag: tag } : {}),
    ...(counts(op, room.topicTag) ? { topic: body.topic, topicTag: tag } : {}),
    ...(room.privateTag === "" ? { isPrivate: body.isPrivate, privateTag: tag } : {}),
    ...(room.createdMicros === 0
      ? {
          historyFromJoining: body.historyFromJoining === true,
          fromGroupSeq: body.fromGroupSeq ?? 0,
          createdBy: op.user,
          createdMicros: op.timeMicros,
        }
      : {}),
    changedSeq: seq,
  });
  // The room for all comes with the first account, which has an entry of its own.
  if (room.createdMicros === 0 && id !== GENERAL_ID) note(at, "makeRoom", id);
  if (room.createdMicros === 0 && body.historyFromJoining !== true) showAll(id, rows);
  const facts: Fact[] = [];
  takeSeat(at, id, op.user, facts);
  const seat = seatOf(id, op.user, rows);
  if (seat.state === "joined" && counts(op, seat.roleTag)) rows.putSeat({ ...seat, role: "owner", roleTag: tag });
  ensureOwner(id, rows);
  return facts;
}

/** Shows the whole history to those who were seated before it was known that the room shows it. */
function showAll(id: ConversationId, rows: Rows): void {
  for (const { user } of rows.seatsIn(id)) {
    const member = rows.member(id, user);
    if (member !== null && member.sinceMicros > 0) rows.putMember({ ...member, sinceSeq: 0, sinceMicros: 0 });
  }
}

/**
 * Seats a new account in the room that everybody is in. The first account creates that room; if accounts already exist,
 * the next one creates it with all of them in it.
 */
export function joinGeneral(at: At, name: RoomName | null): Fact[] {
  const { op, rows } = at;
  const room = rows.room(GENERAL_ID);
  const facts: Fact[] = [];
  if (room !== null && (room.createdMicros !== 0 || name === null)) takeSeat(at, GENERAL_ID, op.user, facts);
  else if (name !== null) {
    facts.push(...makeRoom(at, GENERAL_ID, { ...name, topic: "", isPrivate: false }));
    for (const user of rows.livingUsers()) if (!isGuest(user, rows)) takeSeat(at, GENERAL_ID, user, facts);
  }
  return facts;
}
