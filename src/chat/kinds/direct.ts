/**
 * How a direct or a group conversation begins. No op creates it: its id is derived from its people, so both branches of
 * a split make the same conversation, and its first message adds it to the rows. From then on the rows say who its
 * members are, as for any conversation.
 */
import { GROUP_PEOPLE_MAX } from "../bounds.ts";
import { directMembers, isRoomId, type ConversationId, type UserId } from "../ids.ts";
import type { MemberRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";

/** The people of the direct conversation with this id; null if the id is not one that the user may open. */
export function directPeople(conversation: ConversationId, user: UserId): readonly UserId[] | null {
  const people = directMembers(conversation);
  return people?.includes(user) === true ? people : null;
}

/**
 * The people of a group that the user may open, whom the message itself names; null if there is none to open. What an
 * op of the same branch made of it before, without knowing its people, is an unnamed room.
 */
export function groupPeople(
  conversation: ConversationId,
  user: UserId,
  people: readonly UserId[],
  rows: Rows,
): readonly UserId[] | null {
  if (!isRoomId(conversation) || !people.includes(user)) return null;
  if (people.length < 3 || people.length > GROUP_PEOPLE_MAX) return null;
  return isUnknown(conversation, rows) ? people : null;
}

/** No op that says what this conversation is has arrived. */
export function isUnknown(conversation: ConversationId, rows: Rows): boolean {
  const kind = rows.conversation(conversation)?.kind ?? null;
  return kind === null || (kind === "room" && rows.room(conversation)?.createdMicros === 0);
}

/** Adds the conversation and its members to the rows. Returns the membership of `user`, who opens it. */
export function openFor(
  conversation: ConversationId,
  user: UserId,
  people: readonly UserId[],
  seq: Seq,
  rows: Rows,
): MemberRow {
  const kind = directMembers(conversation) === null ? "group" : "direct";
  if (rows.conversation(conversation) === null)
    rows.addConversation({ id: conversation, kind, createdSeq: seq, parent: null });
  else rows.setConversationKind(conversation, kind);
  const member = (one: UserId): MemberRow => ({
    conversation,
    user: one,
    mark: 0,
    markChangedSeq: 0,
    sinceSeq: 0,
    sinceMicros: 0,
  });
  for (const one of people) rows.putMember(member(one));
  return member(user);
}
