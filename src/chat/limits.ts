/**
 * Shape and size of what people send: checked by the replica that is asked, never in
 * apply, because Unicode tables differ between versions of the runtime.
 */
import { IDS_MAX, MESSAGE_BYTES_MAX, PAGE_MAX } from "./bounds.ts";
import { failed, type ChatError } from "./errors.ts";
import { parseClientId, type ClientId, type MessageId } from "./ids.ts";

export const PASSWORD_CHARS_MIN = 8;
/** Characters, so at most 1,024 bytes; argon2 has no bound of its own that matters. */
export const PASSWORD_CHARS_MAX = 256;

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ChatError };

/** Something to see: beyond white space, joiners, marks of direction, fillers and tags, all of which are fine beside it. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb\u2800]/u;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Not even looked at: decomposed text is at most some four times as long as composed. */
const PASSWORD_TYPED_MAX = 8 * PASSWORD_CHARS_MAX;

/** Controls, and what is no character (yet): a later Unicode might compose it in another way. */
const NOT_IN_PASSWORDS = /[\p{Cc}\p{Cn}\p{Cs}]/u;

/**
 * A password as it is hashed and checked, the same from every keyboard: OpaqueString of RFC 8265, which
 * composes letters with their marks (a Mac and a phone send "ä" in two ways) and makes every space the same one.
 */
function opaque(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
}

/**
 * A new password: 8 to 256 characters, as it is hashed. Invisible characters are taken, unlike in RFC
 * 8265: many emoji have one inside.
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

/** A password that is tried, as it is checked; "" (nobody's) if it is none: hashing it would only burn time. */
export function typedPassword(typed: string): string {
  if (typed.length > PASSWORD_TYPED_MAX || NOT_IN_PASSWORDS.test(typed)) return "";
  const password = opaque(typed);
  return characters(password) <= PASSWORD_CHARS_MAX ? password : "";
}

/** 1 to 8,192 bytes of UTF-8 with something to see, no control characters but line break and tab. Line breaks become \n. */
export function checkBody(text: string): Checked<string> {
  // More characters than bytes allowed can never fit: not even looked at.
  if (text.length > 2 * MESSAGE_BYTES_MAX) return tooLong();
  const body = text.toWellFormed().replace(/\r\n?/g, "\n");
  if (body === "") return nothingWritten();
  if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return tooLong();
  if (!VISIBLE.test(body)) return nothingWritten();
  const control = CONTROL.exec(body);
  if (control !== null) return failed("invalid", controlSentence(body, control.index), { field: "body" });
  return { ok: true, value: body };
}

/** Which character and where, because nobody can see it. Counted as people count: line and place in it, from 1. */
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
  return failed("too_long", `A message has at most ${MESSAGE_BYTES_MAX} bytes; send it in parts.`, { field: "body" });
}

/** A UUID, in lower case. */
export function checkClientId(text: string): Checked<ClientId> {
  const id = parseClientId(text);
  return id === null
    ? failed("invalid", "The request has no valid id; it must be a UUID.", { field: "id" })
    : { ok: true, value: id };
}

/** 1 to 500 message ids, each once. */
export function checkIds(ids: readonly MessageId[]): Checked<readonly MessageId[]> {
  if (ids.length === 0) return failed("invalid", "Select at least one message.", { field: "ids" });
  if (ids.length > IDS_MAX) return failed("too_long", `Select at most ${IDS_MAX} messages at once.`, { field: "ids" });
  return { ok: true, value: [...new Set(ids)] };
}

/** 1 to 200. */
export function checkLimit(limit: number): Checked<number> {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX) {
    return failed("invalid", `The limit must be between 1 and ${PAGE_MAX}.`);
  }
  return { ok: true, value: limit };
}
