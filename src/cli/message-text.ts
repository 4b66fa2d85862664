/**
 * Messages, rooms and people as lines of a terminal. What people wrote may contain anything that a replica accepts, so
 * nothing of it may act on the terminal or look like a line of its own.
 */
import type { SubscribeResponse } from "../client/subscription.ts";

/** A message of lastword.v1.Chat. */
export type Message = NonNullable<SubscribeResponse["message"]>;

/** C0 without tab and line break, delete, and C1: they could move the cursor or change its colours. */
// oxlint-disable-next-line no-control-regex
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text of one line that does not act on the terminal. */
export function plain(text: string): string {
  return text.replaceAll(ACTS, "\ufffd").replaceAll("\n", " ");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `2026-11-29 14:03` in the time zone of this process. */
function minuteOf(micros: number): string {
  const at = new Date(micros / 1000);
  const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
  return `${day} ${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
}

/**
 * `2026-11-29 14:03 ann: text`, with the further lines of the text indented. `where` is put before the author's name.
 */
export function messageText(message: Message, where = ""): string {
  const { timeMicros, authorName, deleted, recovered } = message;
  const body = deleted ? "(deleted)" : message.body.replaceAll(ACTS, "\ufffd").replaceAll("\n", "\n    ");
  const place = where === "" ? "" : `${plain(where)} `;
  return `${minuteOf(timeMicros)} ${place}${plain(authorName)}: ${body}${recovered ? " (arrived late)" : ""}\n`;
}

/** A room as a line: whether the user is in it, its name, its people, what is special, and its topic. */
export function roomText(room: {
  readonly name: string;
  readonly topic: string;
  readonly isPrivate: boolean;
  readonly people: number;
  readonly role: string;
}): string {
  const people = `${room.people} ${room.people === 1 ? "person" : "people"}`;
  const parts = [people, ...(room.isPrivate ? ["private"] : []), ...(room.topic === "" ? [] : [plain(room.topic)])];
  return `${room.role === "" ? " " : "*"} #${plain(room.name)}  ${parts.join(", ")}\n`;
}

/** A person as a line: whether she is online, her name, and her role unless she is a member. */
export function personText(user: { readonly name: string; readonly online: boolean }, role: string): string {
  return `${user.online ? "*" : " "} ${plain(user.name)}${role === "member" ? "" : `  ${role}`}\n`;
}
