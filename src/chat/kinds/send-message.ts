/** A message to a conversation of its author. A direct one is made by its first message. */
import type { Fact } from "../fact.ts";
import { messageId, splitMessageId, type ConversationId, type MessageId, type UserId } from "../ids.ts";
import type { Rows, UserRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { directPeople, openDirect } from "./direct.ts";
import { applyEarly } from "./early.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { placeOfRequest } from "./places.ts";
import { moveMark } from "./read-mark.ts";
import { living } from "./sessions.ts";

export interface SendMessage {
  readonly kind: "sendMessage";
  readonly conversation: ConversationId;
  readonly body: string;
  /** The newest message that the author was shown; "": nothing counts as read by this. */
  readonly readUpTo: MessageId;
}

/**
 * Own messages need no reading, so the mark passes them; but not with each one, that would
 * cost as much as the message itself. By seq and by the end of the client id, which is random, because people
 * who write in turn may never meet a round seq.
 */
const OWN_MARK_EVERY = 16;

/** A recovered one is always kept: it was valid on its own branch, whatever happened on this one. */
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
    if (people === null) return refused("not_found");
    const refusal = op.recovered ? null : refusalOf(op, author, people, rows);
    if (refusal !== null) return refusal;
    const member = there ?? openDirect(conversation, op.user, people, seq, rows);
    // Before the message is there: it must not be found as the one that it answers.
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
    if (body.readUpTo !== "" || seq % OWN_MARK_EVERY === 0 || op.clientId.endsWith("0")) {
      moveMark(member, answered ?? 0, seq, rows, [], facts);
    }
    if (op.recovered) {
      const { user: author, clientId } = op;
      const place = { id: messageId(author, clientId), author, clientId, conversation, seq };
      facts.push(...applyEarly(place, seq, rows));
    }
    return { kind: "sent", conversation, facts };
  },

  // Its author may have sent the same message on both branches; its readers marked only this one.
  adopt: (op, _body, seq, rows) => applyEarlyTo(op, seq, rows),
};

/** Effects of other ops that waited for this request's message, which this branch has already. */
export function applyEarlyTo(op: OpHead, seq: Seq, rows: Rows): readonly Fact[] {
  const request = rows.request(op.user, op.clientId);
  const place = request === null ? null : placeOfRequest(request);
  return place === null ? [] : applyEarly(place, seq, rows);
}

/** Why the author may not write to these people; null: she may. */
function refusalOf(op: OpHead, author: UserRow | null, people: readonly UserId[], rows: Rows): Decision | null {
  if (author === null) return refused("not_logged_in", false);
  if (author.deleted !== 0) return refused("not_logged_in");
  // Notes have no other member; what nobody else can read any more is refused.
  const isNotes = people.length === 1;
  return isNotes || people.some((user) => user !== op.user && living(user, rows) !== null)
    ? null
    : refused("unknown_recipient");
}
