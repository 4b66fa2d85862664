/**
 * Checks the form and size of what people send. The proposing replica checks them, never
 * apply, because Unicode tables differ between versions of the runtime.
 */
import { EMOJI_BYTES_MAX, FILE_NAME_BYTES_MAX, IDS_MAX, MESSAGE_BYTES_MAX, PAGE_MAX, WHY_CHARS_MAX } from "./bounds.ts";
import { failed, type ChatError } from "./errors.ts";
import { failedWith } from "./sentences.ts";
import { parseClientId, type ClientId, type MessageId } from "./ids.ts";

const PASSWORD_CHARS_MIN = 8;
/** Characters, so at most 1,024 bytes, which is far below the limit of argon2. */
const PASSWORD_CHARS_MAX = 256;

/** Characters of a room's topic. */
const TOPIC_CHARS_MAX = 250;

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ChatError };

/** A visible character, which a message must contain: no white space, joiner, direction mark, filler or tag. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb\u2800]/u;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Longer input is refused unseen. Decomposed text is at most about four times as long as composed text. */
const PASSWORD_TYPED_MAX = 8 * PASSWORD_CHARS_MAX;

/** Control characters, lone surrogates, and unassigned code points, which a later Unicode might compose differently. */
const NOT_IN_PASSWORDS = /[\p{Cc}\p{Cn}\p{Cs}]/u;

/**
 * The form in which a password is hashed and checked, the same from every keyboard: OpaqueString of RFC 8265. It
 * composes letters with their marks (a Mac and a phone send "ä" differently) and turns every space into U+0020.
 */
function opaque(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
}

/**
 * Checks a new password, 8 to 256 characters, and returns the form that is hashed. Unlike RFC 8265, it accepts
 * invisible characters, because many emoji contain one. Errors: invalid, too_long.
 */
export function checkPassword(typed: string): Checked<string> {
  if (typed.length > PASSWORD_TYPED_MAX) return passwordTooLong();
  if (NOT_IN_PASSWORDS.test(typed)) {
    return failed("invalid", "This password has a character that cannot be used. Choose another one.", {
      field: "password",
    });
  }
  const password = opaque(typed);
  const count = characters(password);
  if (count < PASSWORD_CHARS_MIN) {
    return failed("invalid", `Use at least ${PASSWORD_CHARS_MIN} characters.`, { field: "password" });
  }
  return count > PASSWORD_CHARS_MAX ? passwordTooLong() : { ok: true, value: password };
}

function passwordTooLong(): { ok: false; error: ChatError } {
  return failed("too_long", `Use at most ${PASSWORD_CHARS_MAX} characters.`, { field: "password" });
}

/**
 * The form in which a typed password is compared with the stored hash. "" (nobody's password) if no account can have
 * this one, so that no time is spent on hashing a long text.
 */
export function typedPassword(typed: string): string {
  if (typed.length > PASSWORD_TYPED_MAX || NOT_IN_PASSWORDS.test(typed)) return "";
  const password = opaque(typed);
  return characters(password) <= PASSWORD_CHARS_MAX ? password : "";
}

/**
 * Checks the text of a message: 1 to 8,192 bytes of UTF-8 with a visible character, and no control characters except
 * line break and tab. Line breaks become \n. Errors: invalid, too_long.
 */
export function checkBody(text: string): Checked<string> {
  // A text this long cannot fit even after each CRLF has become one byte, so it is refused unseen.
  if (text.length > 2 * MESSAGE_BYTES_MAX) return tooLong();
  const body = text.toWellFormed().replace(/\r\n?/g, "\n");
  if (body === "") return nothingWritten();
  if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return tooLong();
  if (!VISIBLE.test(body)) return nothingWritten();
  const control = CONTROL.exec(body);
  if (control !== null) return failed("invalid", controlSentence(body, control.index), { field: "body" });
  return { ok: true, value: body };
}

/**
 * A name for a file, whatever a program calls it: the last part of a path, without control characters and what turns the
 * direction of text, cut in the middle so that its ending stays.
 */
export function cleanFileName(typed: string): string {
  const last =
    typed
      .slice(-4 * FILE_NAME_BYTES_MAX)
      .toWellFormed()
      .split(/[\\/]/)
      .at(-1) ?? "";
  const clean = last
    .replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^\.+/, "");
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? "";
  let stem = Array.from(clean.slice(0, clean.length - ending.length));
  while (Buffer.byteLength(stem.join("") + ending) > FILE_NAME_BYTES_MAX) stem = stem.slice(0, -1);
  return stem.join("") + ending || "file";
}

/** Checks a room's topic: at most 250 characters on one line, without control characters; may be empty. */
export function checkTopic(text: string): Checked<string> {
  return checkLine(text, { what: "A topic", charsMax: TOPIC_CHARS_MAX, field: "topic" });
}

/**
 * Checks a line of text, "what" as its sentences call it: at most `charsMax` characters, no control characters, and none
 * that turn the direction of what is beside the line; may be empty. Errors: invalid, too_long.
 */
export function checkLine(
  text: string,
  { what, charsMax, field }: { readonly what: string; readonly charsMax: number; readonly field: ChatError["field"] },
): Checked<string> {
  const more = field === undefined ? {} : { field };
  const line = text.length > 4 * charsMax ? null : text.toWellFormed().replaceAll(/\s+/g, " ").trim();
  if (line === null || characters(line) > charsMax)
    return failed("too_long", `${what} has at most ${charsMax} characters.`, more);
  if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(line))
    return failed("invalid", `${what} cannot contain control characters.`, more);
  return { ok: true, value: line };
}

/** Checks why somebody reports a message: at most 512 characters, without control characters; may be empty. */
export function checkWhy(text: string): Checked<string> {
  const sentence = `Say it in at most ${WHY_CHARS_MAX} characters.`;
  if (text.length > 4 * WHY_CHARS_MAX) return failed("too_long", sentence, { field: "why" });
  const why = text.toWellFormed().replace(/\r\n?/g, "\n").trim();
  if (characters(why) > WHY_CHARS_MAX) return failed("too_long", sentence, { field: "why" });
  if (CONTROL.test(why)) return failed("invalid", "A reason cannot contain control characters.", { field: "why" });
  return { ok: true, value: why };
}

/** One emoji as the standard knows it: a flag, a family, a thumb of any colour. */
const ONE_EMOJI = /^\p{RGI_Emoji}$/v;
/** Some symbols are an emoji only with this behind them, and some keyboards leave it out. */
const AS_EMOJI = "\ufe0f";

/** Checks a reaction, which is exactly one emoji, and returns it in the form in which all write it. Error: invalid. */
export function checkEmoji(text: string): Checked<string> {
  const isShort = text.length <= EMOJI_BYTES_MAX;
  const found = isShort && [text, text + AS_EMOJI].find((form) => ONE_EMOJI.test(form));
  return typeof found === "string" && Buffer.byteLength(found) <= EMOJI_BYTES_MAX
    ? { ok: true, value: found }
    : failed("invalid", "A reaction is exactly one emoji. Choose one.");
}

/** Names the character and its place, because nobody can see it. Lines and characters are counted from 1. */
function controlSentence(body: string, index: number): string {
  const before = body.slice(0, index).split("\n");
  const code = body.charCodeAt(index).toString(16).toUpperCase().padStart(4, "0");
  const place = `line ${before.length}, character ${characters(before.at(-1)!) + 1}`;
  return `A message cannot contain control characters: there is one (U+${code}) at ${place}.`;
}

function nothingWritten(): { ok: false; error: ChatError } {
  return failed("invalid", "Write something first.", { field: "body" });
}

function tooLong(): { ok: false; error: ChatError } {
  return failed(
    "too_long",
    `This message is too long (at most ${MESSAGE_BYTES_MAX} bytes). Shorten it, or send it in parts.`,
    {
      field: "body",
    },
  );
}

/** Checks a client id, which must be a UUID, and returns it in lower case. Error: invalid. */
export function checkClientId(text: string): Checked<ClientId> {
  const id = parseClientId(text);
  return id === null
    ? failed("invalid", "The request has no valid id; it must be a UUID.", { field: "id" })
    : { ok: true, value: id };
}

/** Checks 1 to 500 message ids and removes duplicates. Errors: invalid, too_long. */
export function checkIds(ids: readonly MessageId[]): Checked<readonly MessageId[]> {
  if (ids.length === 0) return failed("invalid", "Select at least one message.", { field: "ids" });
  if (ids.length > IDS_MAX) return failed("too_long", `Select at most ${IDS_MAX} messages at once.`, { field: "ids" });
  return { ok: true, value: [...new Set(ids)] };
}

/** Checks the size of a page, 1 to 200. Error: invalid. */
export function checkLimit(limit: number): Checked<number> {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
    return failed("invalid", `The limit must be between 1 and ${PAGE_MAX}.`);
  }
  return { ok: true, value: limit };
}

/**
 * Checks which page of a list is wanted: its size, 1 to 200, and below which seq it begins; 0: with the newest. Error:
 * invalid.
 */
export function checkListPage(page: { readonly limit: number; readonly beforeSeq?: number }): Checked<{
  readonly limit: number;
  readonly beforeSeq: number;
}> {
  const limit = checkLimit(page.limit);
  if (!limit.ok) return limit;
  const { beforeSeq = 0 } = page;
  if (!Number.isSafeInteger(beforeSeq) || beforeSeq < 0) return failedWith("invalid");
  return { ok: true, value: { limit: limit.value, beforeSeq } };
}
