/**
 * Messages, rooms and people as lines of a terminal. What people wrote may contain anything that a replica accepts, so
 * nothing of it may act on the terminal or look like a line of its own.
 */
import type { SubscribeResponse } from "../client/subscription.ts";

/** A message of lastword.v1.Chat. */
export type Message = NonNullable<SubscribeResponse["message"]>;

/** One hit of a search. */
export interface Hit {
  readonly message: Message | null;
  readonly conversation: {
    readonly with: { readonly name: string } | null;
    readonly group: readonly { readonly name: string }[];
    readonly room: { readonly name: string } | null;
  } | null;
}

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
  const text = deleted ? "(deleted)" : message.body.replaceAll(ACTS, "\ufffd").replaceAll("\n", "\n    ");
  const files = deleted ? [] : message.files.map(({ name, bytes }) => `[file ${plain(name)}, ${bytes} bytes]`);
  const body = [text, ...files].filter((part) => part !== "").join(" ");
  const place = where === "" ? "" : `${plain(where)} `;
  return `${minuteOf(timeMicros)} ${place}${plain(authorName)}: ${body}${recovered ? " (arrived late)" : ""}\n`;
}

/** What a search found, as a line with the name of its conversation. */
export function hitText({ message, conversation }: Hit): string {
  const people = [...(conversation?.group ?? []), ...(conversation?.with ? [conversation.with] : [])];
  const room = conversation?.room ?? null;
  const place = room === null ? people.map(({ name }) => name).join(", ") : `#${room.name}`;
  return message === null ? "" : messageText(message, place === "" ? "" : `[${place}]`);
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

/** What a person says about herself, as a client decodes it. */
export interface Person {
  readonly name: string;
  readonly displayName: string;
  readonly online: boolean;
  readonly status?: { readonly emoji: string; readonly text: string; readonly untilMicros: number } | null;
  readonly timeZone?: string | undefined;
}

/**
 * A person as a line: whether she is online, her name, what she wants to be called, her role unless she is a member, and
 * what she is at.
 */
export function personText(user: Person, role: string): string {
  const { name, displayName } = user;
  const called = displayName === name || displayName === "" ? [] : [plain(displayName)];
  const status = statusText(user);
  const parts = [...called, ...(role === "member" ? [] : [role]), ...(status === "" ? [] : [status])];
  return `${user.online ? "*" : " "} ${[plain(name), ...parts].join("  ")}\n`;
}

/** What others see of a person, a line for each thing. */
export function profileText(user: Person): string {
  const { name, displayName, timeZone } = user;
  const status = statusText(user);
  return [
    `name          ${plain(name)}`,
    `display name  ${displayName === name ? "none" : plain(displayName)}`,
    `status        ${status === "" ? "none" : status}`,
    `time zone     ${timeZone === undefined || timeZone === "" ? "none" : plain(timeZone)}`,
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** "🌴 on holiday until 2026-12-24 00:00"; "" if there is none, or it has ended by the clock of this host. */
function statusText({ status }: Person): string {
  if (status === undefined || status === null) return "";
  const { emoji, text, untilMicros } = status;
  if (untilMicros !== 0 && untilMicros <= Date.now() * 1000) return "";
  const words = [emoji, text].filter((word) => word !== "").map(plain);
  return [...words, ...(untilMicros === 0 ? [] : [`until ${minuteOf(untilMicros)}`])].join(" ");
}
