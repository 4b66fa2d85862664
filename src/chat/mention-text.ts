/**
 * Finds in a text what an `@` may name: the proposer looks it up (service/mentions.ts), and the page shows it. The
 * page's scripts import this file too.
 */
/** Stands for everybody in the room in place of a user. */
export const ROOM = "@room";
/** Stands for those of the room who were online in place of a user. The rows name them besides. */
export const HERE = "@here";

/** The names after the `@` that stand for them; no account can have one. */
export const CALLS: ReadonlyMap<string, typeof ROOM | typeof HERE> = new Map([
  ["room", ROOM],
  ["here", HERE],
]);

/** Characters of a name with the suffixes that merges give. */
const NAME_CHARS_MAX = 48;

/**
 * An `@`, also a full-width one, at the beginning of a word, so that addresses of e-mail name nobody. An underscore
 * before it makes the mention a silent one.
 */
const SIGN = /(?<![\p{L}\p{N}\p{M}_.@＠-])(_?)[@＠]([\p{L}\p{N}_][\p{L}\p{N}\p{M}\p{Join_Control}_.-]*)/gu;

/** A name may end before or after these: punctuation, and letters of scripts without spaces between words. */
const ENDS_BEFORE =
  /[._-]|\p{scx=Han}|\p{scx=Hiragana}|\p{scx=Katakana}|\p{scx=Hangul}|\p{scx=Thai}|\p{scx=Lao}|\p{scx=Khmer}|\p{scx=Myanmar}/u;

/** What stands behind an `@`. */
export interface Sign {
  /** Where the mention begins in the text, with its underscore and its `@`. */
  readonly index: number;
  /** Length of what precedes the name. */
  readonly lead: number;
  /** As much as may be part of a name. */
  readonly word: string;
  readonly silent: boolean;
}

/** Whether the text has an `@` at all. */
export function mayMention(text: string): boolean {
  return text.includes("@") || text.includes("＠");
}

/** All places of a text, in their order, where somebody may be mentioned. Code names nobody. */
export function signsIn(text: string): Sign[] {
  if (!mayMention(text)) return [];
  return Array.from(withoutCode(text).matchAll(SIGN), (found) => {
    const [all, underscore = "", word = ""] = found;
    return { index: found.index, lead: all.length - word.length, word, silent: underscore !== "" };
  });
}

/** The text with spaces in place of what stands between backticks. In one pass, because a message may have 8 KiB of them. */
function withoutCode(text: string): string {
  if (!text.includes("`")) return text;
  const ticks = Array.from(text.matchAll(/`+/g), (run) => ({ at: run.index, length: run[0].length }));
  /** For each run, the next one of the same length. */
  const closing: (number | undefined)[] = [];
  const newest = new Map<number, number>();
  for (let n = ticks.length - 1; n >= 0; n--) {
    closing[n] = newest.get(ticks[n]!.length);
    newest.set(ticks[n]!.length, n);
  }
  let shown = "";
  let done = 0;
  for (let n = 0; n < ticks.length; n++) {
    const close = closing[n];
    if (close === undefined) continue;
    const end = ticks[close]!.at + ticks[close]!.length;
    shown += text.slice(done, ticks[n]!.at) + " ".repeat(end - ticks[n]!.at);
    done = end;
    n = close;
  }
  return shown + text.slice(done);
}

/** The names that the word may begin with, the longest first. */
export function* namesAt({ word }: Pick<Sign, "word">): Generator<string> {
  const letters = Array.from(word);
  for (let end = Math.min(letters.length, NAME_CHARS_MAX); end > 0; end--) {
    const isEnd = end === letters.length || ENDS_BEFORE.test(letters[end]!) || ENDS_BEFORE.test(letters[end - 1]!);
    if (isEnd) yield letters.slice(0, end).join("");
  }
}

/** The word of the text, "room" or "here", that calls more than one person; null if there is none. For the page, which asks first. */
export function callIn(text: string): string | null {
  for (const sign of signsIn(text)) {
    if (sign.silent) continue;
    for (const name of namesAt(sign)) {
      const word = name.normalize("NFKC").toLowerCase();
      if (CALLS.has(word)) return word;
    }
  }
  return null;
}
