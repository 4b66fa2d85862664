/**
 * Threads: a thread is a conversation of its own below one message, its root. Its id is made of the root's, so both
 * branches of a split begin the same thread. Whoever sees the root in its conversation, the parent, may read it and
 * write in it; its own members are those who follow it, and only for them something in it is unread. Following therefore
 * gives no rights, and whoever leaves the parent and returns follows the same threads as before.
 */
import type { Fact } from "../fact.ts";
import { messageId, rootOf, splitMessageId, threadIdOf, type ConversationId, type UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { placeOf, type Place } from "./places.ts";
import type { At } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

/** The message with which the user may begin this thread; null if the user does not see it. */
export function visibleRoot(thread: ConversationId, user: UserId, rows: Rows): Place | null {
  const place = placeOf(rootOf(thread) ?? "", user, rows);
  if (place === null || rows.isHidden(place.conversation, user, place.seq)) return null;
  return rows.message(place.conversation, place.seq)?.deleted === false ? place : null;
}

/** Adds the thread to the rows if it is not there, and makes the author of its root follow it. */
export function openThread({ seq, rows }: At, thread: ConversationId, parent: ConversationId): void {
  if (rows.conversation(thread) !== null) return;
  rows.addConversation({ id: thread, kind: "thread", createdSeq: seq, parent });
  const root = splitMessageId(rootOf(thread) ?? "");
  if (root !== null && rows.seqOfMessage(parent, root.author, root.clientId) !== null)
    followAsAuthor(thread, root.author, seq, rows);
}

/** Whoever may read a thread sees all of it. */
const WHOLE = { sinceSeq: 0, sinceMicros: 0 };

/** The author of the root follows the thread from its beginning, unless the author has decided otherwise. */
export function followAsAuthor(thread: ConversationId, user: UserId, seq: Seq, rows: Rows): void {
  if (rows.follow(thread, user) !== null) return;
  rows.putFollow({ thread, user, isOn: true, tag: "", changedSeq: seq });
  rows.putMember({ conversation: thread, user, mark: 0, markChangedSeq: seq, ...WHOLE });
}

/**
 * Whom a reply calls follows the thread, with the reply as unread, unless the user has decided otherwise. Only who may
 * read it.
 */
export function followAsMentioned(
  { seq, rows }: Pick<At, "seq" | "rows">,
  thread: ConversationId,
  mentions: readonly { readonly user: UserId; readonly silent: boolean }[],
): readonly Fact[] {
  const parent = rows.conversation(thread)?.parent ?? null;
  const facts: Fact[] = [];
  for (const { user, silent } of mentions) {
    if (silent || parent === null || rows.member(parent, user) === null || rows.follow(thread, user) !== null) continue;
    rows.putFollow({ thread, user, isOn: true, tag: "", changedSeq: seq });
    rows.putMember({ conversation: thread, user, mark: seq - 1, markChangedSeq: seq, ...WHOLE });
    facts.push({ kind: "conversation", conversationId: thread, audience: { user } });
  }
  return facts;
}

/** Sets whether the op's user follows the thread, unless a later op has said otherwise. */
export function setFollow({ op, seq, rows }: At, thread: ConversationId, isOn: boolean, facts: Fact[]): void {
  const { user } = op;
  const before = rows.follow(thread, user);
  if (before !== null && !counts(op, before.tag)) return;
  const isChange = (before?.isOn ?? false) !== isOn;
  rows.putFollow({ thread, user, isOn, tag: tagOf(op), changedSeq: isChange ? seq : (before?.changedSeq ?? seq) });
  if (!isChange) return;
  // For a newcomer everything counts as read. After a merge the user may not have seen what the other branch wrote.
  const mark = op.recovered ? 0 : seq;
  if (isOn) rows.putMember({ conversation: thread, user, mark, markChangedSeq: seq, ...WHOLE });
  else rows.removeMember(thread, user);
  facts.push({ kind: "conversation", conversationId: thread, audience: { user } });
}

/** The thread below a message of this conversation; null if it has none. */
export function threadBelow(place: Pick<Place, "id" | "conversation">, rows: Rows): ConversationId | null {
  const thread = threadIdOf(place.id);
  return rows.conversation(thread)?.parent === place.conversation ? thread : null;
}

/** The root of a thread has another number of replies: tells it to the members of its conversation. */
export function tellRoot(thread: ConversationId, seq: Seq, rows: Rows): readonly Fact[] {
  const root = splitMessageId(rootOf(thread) ?? "");
  if (root === null) return [];
  const parent = rows.conversation(thread)?.parent ?? null;
  if (parent === null) return [];
  const at = rows.seqOfMessage(parent, root.author, root.clientId);
  // The root is still to come from another branch.
  if (at === null) return [];
  rows.touchMessage(parent, at, seq);
  return [{ kind: "changed", message: rows.message(parent, at)!, audience: { membersOf: parent } }];
}

/** Says that these messages of one conversation were erased. One with a thread stays, without its text, above it. */
export function erased(conversation: ConversationId, places: readonly Place[], seq: Seq, rows: Rows): readonly Fact[] {
  if (places.length === 0) return [];
  const audience = { membersOf: conversation };
  const facts: Fact[] = [];
  const messageIds: string[] = [];
  for (const place of places) {
    const message = threadBelow(place, rows) === null ? null : rows.message(conversation, place.seq);
    if (message === null) messageIds.push(messageId(place.author, place.clientId));
    else facts.push({ kind: "changed", message, audience });
  }
  if (messageIds.length > 0) facts.unshift({ kind: "gone", conversationId: conversation, messageIds, audience });
  return [...facts, ...tellRoot(conversation, seq, rows)];
}
