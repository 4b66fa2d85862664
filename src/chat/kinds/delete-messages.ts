/** Deletes messages: the user's own become tombstones for everyone, other people's are hidden for this user only. */
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { keepEarly } from "./early.ts";
import { byConversation, placeOf, visible, type Place } from "./places.ts";
import { erased } from "./threads.ts";

export interface DeleteMessages {
  readonly kind: "deleteMessages";
  /** Message ids, 1 to 500. */
  readonly ids: readonly MessageId[];
}

/** A message that was deleted on one branch stays deleted, even if the message itself arrives later. */
export const deleteMessages: Kind<DeleteMessages> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ ids }) => ({ kind: "deleteMessages", ids }),
  content: ({ ids }) => ids.join("\0"),

  decide(op, body, seq, rows) {
    const places = visible(body.ids, op, rows);
    if (places === null) return refused("not_found");
    if (op.recovered) rememberUnknown(body.ids, op, rows);
    const facts: Fact[] = [];
    for (const [conversation, group] of byConversation(places)) {
      const own: Place[] = [];
      const hidden: MessageId[] = [];
      for (const place of group) {
        if (place.author === op.user) {
          if (rows.message(conversation, place.seq)?.deleted !== false) continue;
          rows.eraseMessage(conversation, place.seq, seq);
          own.push(place);
        } else if (!rows.isHidden(conversation, op.user, place.seq)) {
          rows.hide(conversation, op.user, place.seq, seq);
          hidden.push(place.id);
        }
      }
      facts.push(...erased(conversation, own, seq, rows));
      if (hidden.length === 0) continue;
      facts.push({ kind: "gone", conversationId: conversation, messageIds: hidden, audience: { user: op.user } });
    }
    return done(facts);
  },
};

/** A recovered deletion may arrive before the message it deletes, and the message must not appear afterwards. */
function rememberUnknown(ids: readonly MessageId[], op: OpHead, rows: Rows): void {
  for (const id of ids) {
    const parts = splitMessageId(id);
    if (parts === null || placeOf(id, op.user, rows, true) !== null) continue;
    if (parts.author !== op.user) keepEarly([id], op.user, "hidden", rows);
    else if (!rows.hasTombstone(parts.author, parts.clientId)) rows.addTombstone(parts.author, parts.clientId);
  }
}
