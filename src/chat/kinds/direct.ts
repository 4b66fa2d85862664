/**
 * How a direct conversation begins. No op creates it: its id names its two people, so both branches of a split make
 * the same conversation, and its first message adds it to the rows. From then on the rows say who its members are,
 * as for any conversation.
 */
import { directMembers, type ConversationId, type UserId } from "../ids.ts";
import type { MemberRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";

/** The people of the direct conversation with this id; null if the id is not one that the user may open. */
export function directPeople(conversation: ConversationId, user: UserId): readonly UserId[] | null {
  const people = directMembers(conversation);
  return people?.includes(user) === true ? people : null;
}

/** Adds the conversation and its members to the rows. Returns the membership of `user`, who opens it. */
export function openDirect(
  conversation: ConversationId,
  user: UserId,
  people: readonly UserId[],
  seq: Seq,
  rows: Rows,
): MemberRow {
  rows.addConversation({ id: conversation, kind: "direct", createdSeq: seq, parent: null });
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
