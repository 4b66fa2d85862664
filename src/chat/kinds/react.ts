/** Adds a user's reaction to a message, one emoji, or takes it away. */
import { EMOJI_BYTES_MAX, EMOJI_PER_MESSAGE, REACTIONS_PER_MESSAGE } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import type { MessageId, UserId } from "../ids.ts";
import type { EarlyReaction, ReactionRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind } from "./kind.ts";
import { couldRead, homeOf, isSeen, onceArrived, placeOf, type Place } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface React {
  readonly kind: "react";
  readonly message: MessageId;
  readonly emoji: string;
  /** False: the reaction is taken away. */
  readonly on: boolean;
}

/**
 * Of two ops about one emoji of one user, the later one counts. The op is recorded, although it is idempotent: a retry
 * that comes after the user has taken the reaction away must not bring it back.
 */
export const react: Kind<React> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ message, emoji, on }) => ({ kind: "react", message, emoji, on }),
  content: ({ message, emoji, on }) => `${message}\0${emoji}\0${on ? "on" : "off"}`,

  decide(op, { message, emoji, on }, seq, rows) {
    if (emoji === "" || Buffer.byteLength(emoji) > EMOJI_BYTES_MAX) return refused("invalid");
    const element = { user: op.user, emoji, on, tag: tagOf(op) };
    if (op.recovered) return done(setRecovered(message, element, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const place = placeOf(message, op.user, rows);
    if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
    if (rows.room(homeOf(place.conversation, rows))?.archived === true) return refused("archived", false);
    if (on && isFull(place.seq, element, rows)) return refused("too_many", false);
    return done(setReaction(place, element, seq, rows));
  },
};

/** One element of the set of a message's reactions. */
interface Element {
  readonly user: UserId;
  readonly emoji: string;
  readonly on: boolean;
  readonly tag: string;
}

/** Sets an element, later than which there is none, of a message that has arrived. */
function setReaction(place: Place, element: Element, seq: Seq, rows: Rows): readonly Fact[] {
  const { user, emoji, on, tag } = element;
  const before = reactionOf(place.seq, element, rows);
  rows.putReaction({ seq: place.seq, emoji, user, shown: on, tag });
  if ((before?.shown ?? false) === on) return [];
  rows.touchMessage(place.conversation, place.seq, seq);
  const message = rows.message(place.conversation, place.seq)!;
  return [{ kind: "changed", message, audience: { membersOf: place.conversation } }];
}

/** What was accepted on the branch of the op is kept, above all limits; for a message still to come it waits. */
function setRecovered(id: MessageId, element: Element, seq: Seq, rows: Rows): readonly Fact[] {
  const { user, emoji, on, tag } = element;
  const what: EarlyReaction = `react ${tag} ${on ? "on" : "off"} ${emoji}`;
  return onceArrived(id, { user, what }, rows, (place) => setFromBranch(place, element, seq, rows));
}

/** What `what` of an EarlyRow says. */
export function earlyElement(user: UserId, what: EarlyReaction): Element {
  const [, micros, request, on, ...emoji] = what.split(" ");
  return { user, tag: `${micros} ${request}`, on: on === "on", emoji: emoji.join(" ") };
}

/** Sets an element of another branch, if its user could see the message there and nothing later is known here. */
export function setFromBranch(place: Place, element: Element, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation } = place;
  if (!couldRead(conversation, element.user, rows)) return [];
  if (rows.message(conversation, place.seq)?.deleted !== false) return [];
  const known = reactionOf(place.seq, element, rows)?.tag ?? "";
  return element.tag > known ? setReaction(place, element, seq, rows) : [];
}

function reactionOf(seq: Seq, { user, emoji }: Element, rows: Rows): ReactionRow | undefined {
  return rows.reactionsTo(seq).find((row) => row.user === user && row.emoji === emoji);
}

/** Whether one more would be above a limit; one that is there already is not more. */
function isFull(seq: Seq, { user, emoji }: Element, rows: Rows): boolean {
  const shown = rows.reactionsTo(seq).filter((row) => row.shown);
  if (shown.some((row) => row.user === user && row.emoji === emoji)) return false;
  const kinds = new Set(shown.map((row) => row.emoji));
  return shown.length >= REACTIONS_PER_MESSAGE || (!kinds.has(emoji) && kinds.size >= EMOJI_PER_MESSAGE);
}
