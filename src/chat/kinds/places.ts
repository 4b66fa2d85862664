/** Finds the messages that an op names. */
import {
  isThreadId,
  messageId,
  rootOf,
  splitMessageId,
  type ClientId,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../ids.ts";
import type { Fact } from "../fact.ts";
import { sees, type EarlyRow, type RequestRow, type Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import type { OpHead } from "./kind.ts";

/** A message that an op names and the op's user may see. */
export interface Place {
  readonly id: MessageId;
  readonly author: UserId;
  readonly clientId: ClientId;
  readonly conversation: ConversationId;
  readonly seq: Seq;
}

/**
 * The named messages; null if the user may not see one of them. A recovered op simply omits those, but keeps the user's
 * own messages: on the branch of the op the user could see them, even if the user has since left their room.
 */
export function visible(
  ids: readonly MessageId[],
  op: Pick<OpHead, "user" | "recovered">,
  rows: Rows,
): readonly Place[] | null {
  const places: Place[] = [];
  for (const id of ids) {
    const place = placeOf(id, op.user, rows, op.recovered);
    if (place !== null) places.push(place);
    else if (!op.recovered) return null;
  }
  return places;
}

/**
 * Where a message is; null if it does not exist, the user may not read its conversation, or it was written before the
 * history begins that the user sees. With `orOwn` the author need not be a member.
 */
export function placeOf(id: MessageId, user: UserId, rows: Rows, orOwn = false): Place | null {
  const place = placeOfMessage(id, rows);
  if (place === null || (orOwn && place.author === user)) return place;
  if (isThreadId(place.conversation)) return mayRead(place.conversation, user, rows) ? place : null;
  const member = rows.member(place.conversation, user);
  if (member === null) return null;
  const message = member.sinceMicros === 0 ? null : rows.message(place.conversation, place.seq);
  return message === null || sees(member, message) ? place : null;
}

/** Whether the message is there to be read by a user who is in its conversation. */
export function isSeen({ conversation, seq }: Place, user: UserId, rows: Rows): boolean {
  return rows.message(conversation, seq)?.deleted === false && !rows.isHidden(conversation, user, seq);
}

/** The conversation whose members may read this one: of a thread its parent, otherwise itself. */
export function homeOf(conversation: ConversationId, rows: Rows): ConversationId {
  return rows.conversation(conversation)?.parent ?? conversation;
}

/** Where a message is, whoever may see it; null if it has not arrived here. */
export function placeOfMessage(id: MessageId, rows: Rows): Place | null {
  const parts = splitMessageId(id);
  const request = parts === null ? null : rows.request(parts.author, parts.clientId);
  return request === null ? null : placeOfRequest(request);
}

/** Where the root of a thread is; null if it has not arrived here. */
export function placeOfRoot(thread: ConversationId, rows: Rows): Place | null {
  return placeOfMessage(rootOf(thread) ?? "", rows);
}

/**
 * Applies what a user of another branch did to a message. If the message is still to come, `what` waits for it and is
 * applied when it arrives (early.ts).
 */
export function onceArrived(
  id: MessageId,
  early: Pick<EarlyRow, "user" | "what">,
  rows: Rows,
  apply: (place: Place) => readonly Fact[],
): readonly Fact[] {
  const place = placeOfMessage(id, rows);
  if (place !== null) return apply(place);
  const parts = splitMessageId(id);
  if (parts !== null) rows.addEarly({ ...parts, ...early });
  return [];
}

/** Whether the user may read the conversation: is in it, or, if it is a thread, sees its root. */
export function mayRead(conversation: ConversationId, user: UserId, rows: Rows): boolean {
  const home = homeOf(conversation, rows);
  const member = rows.member(home, user);
  if (member === null || home === conversation || member.sinceMicros === 0) return member !== null;
  const root = placeOfRoot(conversation, rows);
  const message = root === null ? null : rows.message(home, root.seq);
  return message !== null && sees(member, message);
}

/** Whether a user of another branch could read the conversation there: here she may be gone from its room. */
export function couldRead(conversation: ConversationId, user: UserId, rows: Rows): boolean {
  return mayRead(conversation, user, rows) || (rows.seat(homeOf(conversation, rows), user)?.joinedSeq ?? 0) > 0;
}

/** Where the message of a request is; null if the request did not send one. */
export function placeOfRequest(request: RequestRow): Place | null {
  const { user: author, clientId, conversation, seq } = request;
  return conversation === null ? null : { id: messageId(author, clientId), author, clientId, conversation, seq };
}

/** Groups places by conversation and keeps their order. */
export function byConversation(places: readonly Place[]): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const group = groups.get(place.conversation);
    if (group === undefined) groups.set(place.conversation, [place]);
    else group.push(place);
  }
  return groups;
}
