/** Whom a message calls while no page is open, by the rules that hold for pages too, and in which words. */
import { isThreadId, type ConversationId, type UserId } from "../ids.ts";
import { ROOM } from "../mention-text.ts";
import type { PushNote } from "../push-service.ts";
import type { PushedMessage, PushRow } from "../push-rows.ts";
import { UNREAD_COUNT_MAX, type Queries } from "../queries.ts";
import { notifiedOf } from "../rows.ts";

const MINUTES_OF_DAY = 24 * 60;

/** Why the message calls the user now; null: it does not, or she has read it. */
export function callOf(
  queries: Queries,
  user: UserId,
  { conversation, seq, author }: Pick<PushedMessage, "conversation" | "seq" | "author">,
): "mention" | "message" | null {
  if (author === user) return null;
  // Nothing of a muted conversation, or of one whose messages the user does not want to be told of.
  const waiting = queries.waiting(user, UNREAD_COUNT_MAX, conversation).get(conversation);
  if (waiting === undefined || waiting.calls === 0) return null;
  const message = queries.message(conversation, user, seq);
  if (message === null || !message.unread || message.deleted) return null;
  const isNamed = queries.mentionsIn(seq).some((one) => !one.silent && (one.user === user || one.user === ROOM));
  if (isNamed) return "mention";
  const isRoom = queries.kindOf(conversation) === "room";
  const level = queries.summary(conversation, user)?.preferences.level ?? "default";
  return notifiedOf(level, isRoom) === "all" ? "message" : null;
}

/** Whether nobody is called there at this time. */
export function isQuietAt({ quiet, timeZone }: Pick<PushRow, "quiet" | "timeZone">, ms: number): boolean {
  const [from = NaN, to = NaN] = quiet.split("-").map((time) => {
    const [hours = NaN, minutes = NaN] = time.split(":").map(Number);
    return hours * 60 + minutes;
  });
  if (!Number.isInteger(from) || !Number.isInteger(to)) return false;
  const at = minutesAt(ms, timeZone);
  return (at - from + MINUTES_OF_DAY) % MINUTES_OF_DAY < (to - from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
}

function minutesAt(ms: number, timeZone: string): number {
  try {
    const zone = timeZone === "" ? "UTC" : timeZone;
    const text = new Intl.DateTimeFormat("en", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    const [hours = 0, minutes = 0] = text.format(ms).split(":").map(Number);
    return hours * 60 + minutes;
  } catch {
    // This version does not know the zone.
    return minutesAt(ms, "UTC");
  }
}

/** Where a notification about the conversation leads, and what a later one replaces. */
export function placeOf(conversation: ConversationId): Pick<PushNote, "tag" | "path"> {
  return { tag: conversation, path: `/c/${conversation}` };
}

/** What is shown: who wrote, and where; no word of the message. `count`: messages that call the user there. */
export function noteOf(
  queries: Queries,
  user: UserId,
  { conversation, author }: Pick<PushedMessage, "conversation" | "author">,
  { why, count }: { readonly why: "mention" | "message"; readonly count: number },
): PushNote {
  const name = nameOf(queries, author);
  const summary = queries.summary(conversation, user);
  const room = summary?.room?.row.name;
  const title = room === undefined ? name : `#${room}`;
  return { kind: "call", title, text: textOf(), ...placeOf(conversation) };

  function textOf(): string {
    if (why === "mention") return `${name} mentions you`;
    if (count > 1) return `${count} new messages, the last from ${name}`;
    if (isThreadId(conversation)) return `${name} replied in a thread`;
    if (room !== undefined) return `New message from ${name}`;
    return summary?.kind === "group" ? "New message to you and others" : "New message";
  }
}

function nameOf(queries: Queries, user: UserId): string {
  const shown = queries.profiles.displayName(user);
  return shown === "" ? (queries.user(user)?.name ?? "") : shown;
}
