/**
 * Deletes messages: the user's own become tombstones for everyone, other people's are hidden for this user only. With
 * `forEveryone`, those who run a room delete other people's messages in it, and those who run the chat every message
 * that somebody has reported to them. These then say by whom.
 */
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { keepEarly } from "./early.ts";
import {
  byConversation,
  homeOf,
  isSeen,
  placeOf,
  placeOfMessage,
  placeOfRequest,
  visible,
  type Place,
} from "./places.ts";
import { removed } from "./removals.ts";
import { runsChat } from "./roles.ts";
import { tagOf } from "./tags.ts";
import { erased } from "./threads.ts";

export interface DeleteMessages {
  readonly kind: "deleteMessages";
  /** Message ids, 1 to 500. */
  readonly ids: readonly MessageId[];
  /** Also other people's messages. Absent: false. */
  readonly forEveryone?: boolean;
}

/**
 * A message that was deleted on one branch stays deleted, even if the message itself arrives later. Of two people who
 * deleted it for everyone, the earlier one is named.
 */
export const deleteMessages: Kind<DeleteMessages> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ ids, forEveryone }) => ({ kind: "deleteMessages", ids, forEveryone }),
  content: ({ ids, forEveryone = false }) => `${ids.join("\0")}${forEveryone ? "\0for everyone" : ""}`,

  decide(op, { ids, forEveryone = false }, seq, rows) {
    // On the branch of the op the user ran the room, whoever runs it here.
    const places = forEveryone ? deletable(ids, op, rows) : visible(ids, op, rows);
    if (places === null) return refused("not_found");
    const others = forEveryone ? places.filter(({ author }) => author !== op.user) : [];
    if (!op.recovered && !others.every((place) => mayRemove(place, op, rows))) return refused("not_allowed", false);
    if (op.recovered) rememberUnknown(ids, forEveryone, op, rows);
    // What its author has deleted here is gone. In a merge the removal counts, whichever branch is decided first.
    const shown = others.filter((place) => op.recovered || isSeen(place, op.user, rows));
    const facts: Fact[] = shown.flatMap((place) => removed(place, { tag: tagOf(op), by: op.user }, seq, rows));
    for (const [conversation, group] of byConversation(places.filter((place) => !others.includes(place)))) {
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

/** The messages that somebody deletes for everyone; null if there is one that the user may not see. */
function deletable(ids: readonly MessageId[], op: OpHead, rows: Rows): readonly Place[] | null {
  const places = ids.map((id) => {
    if (op.recovered || isReportedTo(id, op, rows)) return placeOfMessage(id, rows);
    return placeOf(id, op.user, rows);
  });
  return op.recovered || !places.includes(null) ? places.filter((place) => place !== null) : null;
}

/** Whoever runs the chat sees what was reported, wherever it was written. */
function isReportedTo(id: MessageId, { user }: OpHead, rows: Rows): boolean {
  return rows.reports.isReported(id) && runsChat(user, rows);
}

function mayRemove(place: Place, op: OpHead, rows: Rows): boolean {
  return runsRoomOf(place, op, rows) || isReportedTo(place.id, op, rows);
}

/** Whether the user is an admin or owner of the room in which the message is. */
function runsRoomOf({ conversation }: Place, { user }: OpHead, rows: Rows): boolean {
  const home = homeOf(conversation, rows);
  return rows.room(home) !== null && (rows.seat(home, user)?.role ?? "member") !== "member";
}

/** A recovered deletion may arrive before the message it deletes, and the message must not appear afterwards. */
function rememberUnknown(ids: readonly MessageId[], forEveryone: boolean, op: OpHead, rows: Rows): void {
  for (const id of ids) {
    const parts = splitMessageId(id);
    if (parts === null || placeOf(id, op.user, rows, true) !== null) continue;
    const isOwn = parts.author === op.user;
    if (!isOwn) {
      const what = forEveryone ? (`removed ${tagOf(op)}` as const) : "hidden";
      keepEarly([id], op.user, what, rows);
    }
    if (!isOwn && !(forEveryone && isUnknown(parts, rows))) continue;
    if (!rows.hasTombstone(parts.author, parts.clientId)) rows.addTombstone(parts.author, parts.clientId);
  }
}

/** Whether the message has not arrived here, nor has the request that sends it got another answer. */
function isUnknown({ author, clientId }: { author: string; clientId: string }, rows: Rows): boolean {
  const request = rows.request(author, clientId);
  return request === null || placeOfRequest(request) === null;
}
