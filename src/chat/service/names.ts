/**
 * Which names are valid, which are equal, and which look alike. The proposing replica decides this and stores
 * the result in the op, because Unicode tables differ between versions of the runtime.
 *
 * Based on UTS 39: a name is written in one script (or in scripts that are normally used together), and its
 * skeleton, in which look-alike letters are equal, belongs to one account. We do not need the whole confusables
 * table of UTS 39: within one script few letters are confused, and across scripts it is mainly the Cyrillic and
 * Greek letters that look like Latin ones.
 */
import { DISPLAY_NAME_CHARS_MAX } from "../bounds.ts";
import { failed, type ChatError } from "../errors.ts";
import { CALLS } from "../mention-text.ts";

const NAME_CHARS_MAX = 32;

const ROOM_NAME_CHARS_MAX = 64;

/** Longer than NAME_CHARS_MAX, because a merge may have added a suffix, which people type too. */
const TYPED_NAME_CHARS_MAX = 48;

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}\p{Join_Control}_.-]*$/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** Zero-width, bidi and other invisible characters, without the joiners, which JOINER_IN_PLACE handles. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cf}]/u;
const JOINERS = /[\u200c\u200d]/g;

/** Viramas of the Indic scripts (canonical combining class 9), after which a joiner has a meaning (RFC 5892, A.1, A.2). */
const VIRAMA =
  "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u17d2";
/** Arabic letters that do not join the letter after them, so that a non-joiner after them has no meaning. */
const RIGHT_JOINING =
  "\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5";
const JOINER_IN_PLACE = new RegExp(
  `(?<=[${VIRAMA}])[\\u200c\\u200d]|(?<=(?![${RIGHT_JOINING}])\\p{scx=Arabic}\\p{M}*)\\u200c(?=\\p{scx=Arabic})`,
  "gu",
);

/** Scripts that may be mixed in one name: Latin beside the scripts of East Asia confuses nobody. */
const TOGETHER = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

/** All other scripts in common or limited use (UAX 31, tables 5 and 7). */
const ALONE = `Adlam Arabic Armenian Balinese Bengali Canadian_Aboriginal Cherokee Cyrillic Devanagari Ethiopic Georgian
  Greek Gujarati Gurmukhi Hebrew Javanese Kannada Khmer Lao Malayalam Mongolian Myanmar Nko Ol_Chiki Oriya Sinhala
  Sundanese Syriac Tamil Telugu Thaana Thai Tibetan Tifinagh Vai Yi`.split(/\s+/);

const SCRIPTS = [...TOGETHER, ...ALONE.map((script) => [script])].map((scripts) => {
  const own = scripts.map((script) => `\\p{scx=${script}}`).join("");
  return new RegExp(`^[${own}\\p{sc=Common}\\p{sc=Inherited}]*$`, "u");
});

/** The characters that look like each Latin letter. */
const LOOKALIKES = new Map(
  Object.entries({
    l: "I1|ІӀΙ",
    o: "0OоОοΟσ",
    a: "аα",
    c: "сϲ",
    d: "ԁ",
    e: "е",
    h: "һ",
    i: "іιı",
    j: "ј",
    k: "кκ",
    n: "ոη",
    p: "рρ",
    q: "ԛ",
    r: "г",
    s: "ѕ",
    u: "υս",
    v: "ѵν",
    w: "ԝω",
    x: "хχ",
    y: "уγ",
    A: "АΑ",
    B: "ВΒ",
    C: "СϹ",
    E: "ЕΕ",
    H: "НΗ",
    J: "Ј",
    K: "КΚ",
    M: "МΜ",
    N: "Ν",
    P: "РΡ",
    S: "Ѕ",
    T: "ТΤ",
    X: "ХΧ",
    Y: "ҮΥ",
    Z: "Ζ",
  }).flatMap(([latin, others]) => Array.from(others, (other): [string, string] => [other, latin])),
);

/** Pairs that look like one letter. */
const PAIRS: readonly [string, string][] = [
  ["rn", "m"],
  ["vv", "w"],
];

/** A name as shown, folded for comparison (names that differ only in case are equal), and its skeleton. */
export interface Name {
  readonly name: string;
  readonly folded: string;
  readonly skeleton: string;
}

type Checked = { readonly ok: true; readonly value: Name } | { readonly ok: false; readonly error: ChatError };

function refusal(sentence: string): Checked {
  return failed("invalid", sentence, { field: "name" });
}

/**
 * Checks a new name: 1 to 32 characters after NFKC; letters, digits and `_.-`; one script. Errors: invalid, too_long.
 */
export function checkName(text: string): Checked {
  return checked(text, NAME_CHARS_MAX);
}

/** Checks a new name of a room, with or without its `#`: as a person's, but of at most 64 characters. */
export function checkRoomName(text: string): Checked {
  return checked(withoutHash(text), ROOM_NAME_CHARS_MAX);
}

/** What the page itself writes in place of names, or behind them. */
const RESERVED = new Set(["deleted user", "you", ...CALLS.keys()]);

const DISPLAY_NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Join_Control}_.'’ -]*$/u;

/**
 * Checks what somebody wants to be called, "" for the name of the account: 1 to 64 characters after NFKC; letters,
 * digits, single spaces and `_.-'`; each word in one script, because some write their name in two. Errors: invalid,
 * too_long.
 */
export function checkDisplayName(
  text: string,
):
  | { readonly ok: true; readonly value: Omit<Name, "name"> & { readonly text: string } }
  | { readonly ok: false; readonly error: ChatError } {
  const no = (sentence: string) => failed("invalid", sentence, { field: "displayName" });
  // Decomposed text is at most about four times as long as composed text.
  const isLong = text.length > 8 * DISPLAY_NAME_CHARS_MAX;
  const name = isLong ? "" : text.toWellFormed().normalize("NFKC").replaceAll(/ +/g, " ").trim();
  if (isLong || characters(name) > DISPLAY_NAME_CHARS_MAX) {
    const sentence = `A name has at most ${DISPLAY_NAME_CHARS_MAX} characters.`;
    return failed("too_long", sentence, { field: "displayName" });
  }
  if (name === "") return { ok: true, value: { text: "", folded: "", skeleton: "" } };
  if (!DISPLAY_NAME.test(name) || INVISIBLE.test(name) || hasStrayJoiner(name))
    return no("Use letters, digits, spaces, dots, dashes, underscores and apostrophes.");
  if (RESERVED.has(foldName(name))) return no("This page uses that word itself. Choose another name.");
  if (name.split(" ").some((word) => !SCRIPTS.some((script) => script.test(word))))
    return no("Use the letters of one alphabet only in each word.");
  return { ok: true, value: { text: name, folded: foldName(name), skeleton: skeletonOf(name) } };
}

function withoutHash(text: string): string {
  return text.trim().replace(/^#+\s*/, "");
}

function checked(text: string, charsMax: number): Checked {
  const name = text.toWellFormed().normalize("NFKC").trim();
  if (name === "") return refusal("Choose a name.");
  if (characters(name) > charsMax) {
    return failed("too_long", `A name has at most ${charsMax} characters.`, { field: "name" });
  }
  if (/^[.-]/.test(name)) return refusal("Begin the name with a letter or a digit.");
  if (!NAME.test(name) || INVISIBLE.test(name) || hasStrayJoiner(name)) {
    return refusal("Use letters, digits, dots, dashes and underscores; no spaces. “Ann.Lee” and “web-shop” are fine.");
  }
  if (charsMax === NAME_CHARS_MAX && CALLS.has(foldName(name)))
    return refusal("This word calls everybody in a room. Choose another name.");
  if (!LETTER_OR_DIGIT.test(name)) return refusal("Use at least one letter or digit.");
  if (!SCRIPTS.some((script) => script.test(name))) return refusal("Use the letters of one alphabet only.");
  return { ok: true, value: { name, folded: foldName(name), skeleton: skeletonOf(name) } };
}

function hasStrayJoiner(name: string): boolean {
  return /[\u200c\u200d]/.test(name.replace(JOINER_IN_PLACE, ""));
}

/** The form in which a typed name is looked up; null if no account can have this name. */
export function typedName(text: string): string | null {
  return typed(text, TYPED_NAME_CHARS_MAX);
}

/** The same of a room's name, with or without its `#`. */
export function typedRoomName(text: string): string | null {
  return typed(withoutHash(text), TYPED_NAME_CHARS_MAX + ROOM_NAME_CHARS_MAX - NAME_CHARS_MAX);
}

function typed(text: string, charsMax: number): string | null {
  if (text.length > 4 * charsMax) return null;
  const name = text.toWellFormed().normalize("NFKC").trim();
  return name === "" || characters(name) > charsMax ? null : foldName(name);
}

/** The name in "@ben", "ben," or "ben!", as people write it in a sentence. Tried if the text itself is not a name. */
export function nameWithin(text: string): string {
  return text
    .trim()
    .replace(/^@+/, "")
    .replace(/[,;:.!?]+$/, "");
}

/**
 * Folds a name for comparison. Upper case comes first because it makes spellings equal that lower case leaves apart
 * (ß and ss). A final sigma equals a sigma, and joiners, which only shape letters, are dropped.
 */
function foldName(name: string): string {
  return name.toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll(JOINERS, "").normalize("NFKC");
}

/** Maps look-alikes before and after lower-casing: "I" looks like "l", but its lower case does not. */
function skeletonOf(name: string): string {
  let skeleton = alike(alike(name.replaceAll(JOINERS, "")).toLowerCase());
  for (const [pair, one] of PAIRS) skeleton = skeleton.replaceAll(pair, one);
  return skeleton.normalize("NFKC");
}

function alike(text: string): string {
  return Array.from(text, (letter) => LOOKALIKES.get(letter) ?? letter).join("");
}

function characters(text: string): number {
  return Array.from(text).length;
}
