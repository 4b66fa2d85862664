/**
 * Sends a message to a conversation of its author. The first message creates a direct conversation; a room exists
 * before its first message.
 */
import type { Fact } from "../fact.ts";
import { isRoomId, messageId, splitMessageId, type ConversationId, type MessageId, type UserId } from "../ids.ts";
import type { Rows, UserRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { directPeople, openDirect } from "./direct.ts";
import { applyEarly } from "./early.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { placeOfRequest } from "./places.ts";
import { moveMark } from "./read-mark.ts";
import { openRoom } from "./rooms.ts";
import { living } from "./sessions.ts";

export interface SendMessage {
  readonly kind: "sendMessage";
  readonly conversation: ConversationId;
  readonly body: string;
  /** The newest message that the author was shown. The op marks everything up to it as read; "": marks nothing. */
  readonly readUpTo: MessageId;
}

/**
 * Own messages need no reading, so the author's mark passes them. Moving it with every message would cost as much as
 * the message itself, so only about one message in 16 does, chosen by its seq and also by the last digit of its
 * client id, which is random: the seqs of people who write in turn may never be divisible by 16.
 */
const OWN_MARK_EVERY = 16;

/** A recovered message is always kept: it was valid on its own branch, whatever happened on this one. */
export const sendMessage: Kind<SendMessage> = {
  since: 1,
  merge: "keep",
  recorded: true,
  read: ({ conversation, body, readUpTo }) => ({ kind: "sendMessage", conversation, body, readUpTo }),
  content: ({ conversation, body }) => `${conversation}\0${body}`,

  decide(op, body, seq, rows) {
    const { conversation } = body;
    const author = rows.user(op.user);
    const there = rows.member(conversation, op.user);
    const people = there === null ? directPeople(conversation, op.user) : rows.membersOf(conversation);
    const isRoom = people === null || rows.conversation(conversation)?.kind === "room";
    // On its own branch its author was in the room; here she may not be, and the room may not have come yet.
    const isKept = op.recovered && isRoomId(conversation);
    if (people === null && !isKept) return refused("not_found");
    if (people === null) openRoom({ op, seq, rows }, conversation);
    const refusal = op.recovered ? null : refusalOf(op, author, { conversation, people: people ?? [], isRoom }, rows);
    if (refusal !== null) return refusal;
    const member = there ?? (people === null ? null : openDirect(conversation, op.user, people, seq, rows));
    // Looked up before the message is added, so that a message cannot name itself as the newest one shown.
    const parts = op.recovered ? null : splitMessageId(body.readUpTo);
    const answered = parts === null ? null : rows.seqOfMessage(conversation, parts.author, parts.clientId);
    const deleted = author?.deleted === 2 || rows.hasTombstone(op.user, op.clientId);
    const message = {
      conversation,
      seq,
      author: op.user,
      clientId: op.clientId,
      body: deleted ? "" : body.body,
      timeMicros: op.timeMicros,
      deleted,
      recovered: op.recovered,
      changedSeq: deleted ? seq : 0,
    };
    rows.addMessage(message);
    const facts: Fact[] = deleted ? [] : [{ kind: "message", message, audience: { membersOf: conversation } }];
    const isDue = body.readUpTo !== "" || seq % OWN_MARK_EVERY === 0 || op.clientId.endsWith("0");
    if (member !== null && isDue) {
      moveMark(member, answered ?? 0, seq, rows, [], facts);
    }
    if (op.recovered) {
      const { user: author, clientId } = op;
      const place = { id: messageId(author, clientId), author, clientId, conversation, seq };
      facts.push(...applyEarly(place, seq, rows));
    }
    return { kind: "sent", conversation, facts };
  },

  // The author may have sent the same message on both branches, while readers marked only this copy.
  adopt: (op, _body, seq, rows) => applyEarlyTo(op, seq, rows),
};

/** Applies what waited for this request's message (early.ts) if this branch already has the message. */
export function applyEarlyTo(op: OpHead, seq: Seq, rows: Rows): readonly Fact[] {
  const request = rows.request(op.user, op.clientId);
  const place = request === null ? null : placeOfRequest(request);
  return place === null ? [] : applyEarly(place, seq, rows);
}

/** The reason why the author may not write to these people; null if the author may. */
function refusalOf(
  op: OpHead,
  author: UserRow | null,
  to: { readonly conversation: ConversationId; readonly people: readonly UserId[]; readonly isRoom: boolean },
  rows: Rows,
): Decision | null {
  if (author === null) return refused("not_logged_in", false);
  if (author.deleted !== 0) return refused("not_logged_in");
  const { conversation, people, isRoom } = to;
  // The refusal is not recorded, because an archived room may be opened again. Somebody may be alone in a room.
  if (isRoom) return rows.room(conversation)?.archived === true ? refused("archived", false) : null;
  // Notes have no other member. In any other conversation somebody else must still be able to read the message.
  const isNotes = people.length === 1;
  return isNotes || people.some((user) => user !== op.user && living(user, rows) !== null)
    ? null
    : refused("unknown_recipient");
}
