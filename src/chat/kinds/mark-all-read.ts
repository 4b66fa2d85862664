/** Everything up to the newest message that the reader was shown when she asked. */
import type { ChatEvent } from "../chat-event.ts";
import { done, refused, type Kind } from "./kind.ts";
import { placeOf, visible } from "./places.ts";
import { moveMark, readSingly } from "./read-mark.ts";

export interface MarkAllRead {
  readonly kind: "markAllRead";
  readonly conversation: string;
  readonly upTo: string;
  /** What of it was unread, at most 500 message ids: all that a recovered op marks. */
  readonly ids: readonly string[];
}

/** Read on one branch is read. */
export const markAllRead: Kind<MarkAllRead> = {
  since: 1,
  merge: "max",
  recorded: true,
  read: ({ conversation, upTo, ids }) => ({ kind: "markAllRead", conversation, upTo, ids }),
  content: ({ conversation }) => conversation,

  decide(op, body, seq, rows) {
    const member = rows.member(body.conversation, op.user);
    if (member === null) return refused("not_found");
    // On the branch that won, "up to" would cover messages that she has not seen.
    if (op.recovered) return done(readSingly(visible(body.ids, op, rows) ?? [], op.user, seq, rows));
    const place = placeOf(body.upTo, op.user, rows);
    const events: ChatEvent[] = [];
    if (place !== null && place.conversation === body.conversation) moveMark(member, place.seq, seq, rows, [], events);
    return done(events);
  },
};
