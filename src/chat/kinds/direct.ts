/**
 * Direct conversations: one of the ways in which a conversation begins. Nothing creates one; its id names its two
 * people, so that both branches of a split make the same one, and its first message puts it into the rows. From
 * then on its members are asked of the rows, as those of any conversation.
 */
import { directMembers, type ConversationId, type UserId } from "../ids.ts";
import type { MemberRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";

/** Who would be in the direct conversation of this id, which the user may open; null: she may open no such conversation. */
export function directPeople(conversation: ConversationId, user: UserId): readonly UserId[] | null {
  const people = directMembers(conversation);
  return people?.includes(user) === true ? people : null;
}

/** Puts it into the rows; the membership of `user`, who opens it. */
export function openDirect(
  conversation: ConversationId,
  user: UserId,
  people: readonly UserId[],
  seq: Seq,
  rows: Rows,
): MemberRow {
  rows.addConversation({ id: conversation, kind: "direct", createdSeq: seq });
  const member = (one: UserId): MemberRow => ({ conversation, user: one, mark: 0, markChangedSeq: 0 });
  for (const one of people) rows.putMember(member(one));
  return member(user);
}
