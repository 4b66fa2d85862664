/** Marks the messages of a conversation, from one on, as unread for the user alone. */
import type { Fact } from "../fact.ts";
import type { MessageId, UserId } from "../ids.ts";
import { sees, type EarlyUnread, type Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { isSeen, onceArrived, placeOf, type Place } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface MarkUnread {
  readonly kind: "markUnread";
  /** It and the later ones of its conversation. */
  readonly message: MessageId;
}

/** How many messages are examined to find one that can be unread. */
const LOOK_MAX = 512;

/**
 * The read mark is a maximum and never moves back, so that what one branch read stays read. Beside it is a register:
 * from where on the user wants to see the messages as unread. Reading moves it forward and ends it, but only a read act
 * whose proposer knew it: an act under way at the same time, or on another branch, read them as they were before.
 */
export const markUnread: Kind<MarkUnread> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ message }) => ({ kind: "markUnread", message }),
  content: ({ message }) => message,

  decide(op, { message }, seq, rows) {
    if (op.recovered) return done(setRecovered(op, message, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const place = placeOf(message, op.user, rows);
    if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
    const facts = setUnread(place, op.user, tagOf(op), seq, rows);
    return facts === null ? refused("invalid", false) : done(facts);
  },
};

/** Null: there is nothing from there on that could be unread, or the user does not follow the thread. */
function setUnread(place: Place, user: UserId, tag: string, changedSeq: Seq, rows: Rows): readonly Fact[] | null {
  const { conversation } = place;
  const member = rows.member(conversation, user);
  if (member === null) return null;
  const from = rows
    .messagesAfter(conversation, place.seq - 1, LOOK_MAX)
    .find(
      (one) => one.author !== user && !one.deleted && sees(member, one) && !rows.isHidden(conversation, user, one.seq),
    );
  if (from === undefined) return null;
  rows.unreads.dropReads(user, conversation, from.seq);
  // Above the mark, messages are unread as soon as they are not read singly.
  rows.unreads.put({ user, conversation, from: from.seq <= member.mark ? from.seq : 0, tag, changedSeq });
  return [{ kind: "unread", conversationId: conversation, from: from.seq, audience: { user } }];
}

function setRecovered(op: OpHead, message: MessageId, seq: Seq, rows: Rows): readonly Fact[] {
  const what: EarlyUnread = `unread ${tagOf(op)}`;
  return onceArrived(message, { user: op.user, what }, rows, (place) =>
    applyEarlyUnread(place, op.user, what, seq, rows),
  );
}

/** Marks what the user marked on another branch, unless a later op did so. */
export function applyEarlyUnread(place: Place, user: UserId, what: EarlyUnread, seq: Seq, rows: Rows): readonly Fact[] {
  const tag = what.slice("unread ".length);
  if (tag <= (rows.unreads.of(user, place.conversation)?.tag ?? "")) return [];
  if (placeOf(place.id, user, rows) === null) return [];
  return setUnread(place, user, tag, seq, rows) ?? [];
}
