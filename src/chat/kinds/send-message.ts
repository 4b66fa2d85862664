/** A message to a direct conversation, which its first message makes. */
import type { ChatEvent } from "../chat-event.ts";
import { directMembers, otherOf, splitMessageId } from "../ids.ts";
import type { MemberRow, Rows, UserRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { moveMark } from "./read-mark.ts";

export interface SendMessage {
  readonly kind: "sendMessage";
  readonly conversation: string;
  readonly body: string;
  /** The newest message that the author was shown; "": nothing counts as read by this. */
  readonly readUpTo: string;
}

/**
 * Own messages need no reading, so the mark passes them; but not with each one, that would
 * cost as much as the message itself. By seq and by the (random) client id, because people
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
    const refusal = refusalOf(op, conversation, author, rows);
    if (refusal !== null) return refusal;
    const member = rows.member(conversation, op.user) ?? makeDirect(op, conversation, seq, rows);
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
    const events: ChatEvent[] = deleted ? [] : [{ kind: "message", message }];
    if (body.readUpTo !== "" || seq % OWN_MARK_EVERY === 0 || op.clientId.endsWith("0")) {
      moveMark(member, answered ?? 0, seq, rows, [], events);
    }
    return { kind: "sent", conversation, events };
  },
};

/** Why the message may not be sent there; null: it may. */
function refusalOf(op: OpHead, conversation: string, author: UserRow | null, rows: Rows): Decision | null {
  const members = directMembers(conversation);
  if (members === null || !members.includes(op.user)) return refused("not_found");
  if (op.recovered) return null;
  if (author === null) return refused("not_logged_in", false);
  if (author.deleted !== 0) return refused("not_logged_in");
  const other = rows.user(otherOf(conversation, op.user));
  return other === null || other.deleted !== 0 ? refused("unknown_recipient") : null;
}

function makeDirect(op: OpHead, conversation: string, seq: Seq, rows: Rows): MemberRow {
  rows.addConversation({ id: conversation, kind: "direct", createdSeq: seq });
  const own: MemberRow = { conversation, user: op.user, mark: 0, markChangedSeq: 0 };
  rows.putMember(own);
  const other = otherOf(conversation, op.user);
  if (other !== op.user) rows.putMember({ ...own, user: other });
  return own;
}
