/**
 * Names: which are taken, and which look alike. Decided by the replica that is asked and stored in the
 * op, because Unicode tables differ between versions of the runtime.
 *
 * After UTS 39: a name is written in one script (or those that are written together), and its skeleton,
 * in which letters that look alike are the same, belongs to one account. The whole table of that standard
 * is not needed: within one script few letters are confused, and across scripts those of Cyrillic and
 * Greek that look like Latin ones.
 */
import { failed, type ChatError } from "../errors.ts";

export const NAME_CHARS_MAX = 32;

/** A name whose holder lost it in a merge has a suffix, and is still typed in full. */
const TYPED_NAME_CHARS_MAX = 48;

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}\p{Join_Control}_.-]*$/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** Zero-width, bidi and other characters that are there but cannot be seen; the joiners are looked at by themselves. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cf}]/u;
const JOINERS = /[\u200c\u200d]/g;

/** Viramas of the Indic scripts (canonical combining class 9), after which a joiner has a meaning: RFC 5892, A.1 and A.2. */
const VIRAMA =
  "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u17d2";
/** Arabic letters that do not join the one after them: a non-joiner there would say nothing. */
const RIGHT_JOINING =
  "\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5";
const JOINER_IN_PLACE = new RegExp(
  `(?<=[${VIRAMA}])[\\u200c\\u200d]|(?<=(?![${RIGHT_JOINING}])\\p{scx=Arabic}\\p{M}*)\\u200c(?=\\p{scx=Arabic})`,
  "gu",
);

/** Written together: Latin beside the scripts of East Asia confuses nobody. */
const TOGETHER = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

/** The scripts in use (UAX 31, tables 5 and 7). */
const ALONE = `Adlam Arabic Armenian Balinese Bengali Canadian_Aboriginal Cherokee Cyrillic Devanagari Ethiopic Georgian
  Greek Gujarati Gurmukhi Hebrew Javanese Kannada Khmer Lao Malayalam Mongolian Myanmar Nko Ol_Chiki Oriya Sinhala
  Sundanese Syriac Tamil Telugu Thaana Thai Tibetan Tifinagh Vai Yi`.split(/\s+/);

const SCRIPTS = [...TOGETHER, ...ALONE.map((script) => [script])].map((scripts) => {
  const own = scripts.map((script) => `\\p{scx=${script}}`).join("");
  return new RegExp(`^[${own}\\p{sc=Common}\\p{sc=Inherited}]*$`, "u");
});

/** What looks like which Latin letters, in upper and in lower case, as far as it differs from them. */
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

/** A name as shown, as compared (two names that differ only by case are one), and as it looks. */
export interface Name {
  readonly name: string;
  readonly folded: string;
  readonly skeleton: string;
}

type Checked = { readonly ok: true; readonly value: Name } | { readonly ok: false; readonly error: ChatError };

function refusal(sentence: string): Checked {
  return failed("invalid", sentence, { field: "name" });
}

/** A new name: 1 to 32 characters after NFKC, letters, digits, `_.-`, in one script. */
export function checkName(text: string): Checked {
  const name = text.toWellFormed().normalize("NFKC").trim();
  if (name === "") return refusal("Choose a name.");
  if (characters(name) > NAME_CHARS_MAX) {
    return failed("too_long", `A name has at most ${NAME_CHARS_MAX} characters.`, { field: "name" });
  }
  if (/^[.-]/.test(name)) return refusal("Begin the name with a letter or a digit.");
  if (!NAME.test(name) || INVISIBLE.test(name) || hasStrayJoiner(name)) {
    return refusal("Use letters, digits, dots, dashes and underscores; no spaces.");
  }
  if (!LETTER_OR_DIGIT.test(name)) return refusal("Use at least one letter or digit.");
  if (!SCRIPTS.some((script) => script.test(name))) return refusal("Use the letters of one alphabet only.");
  return { ok: true, value: { name, folded: foldName(name), skeleton: skeletonOf(name) } };
}

function hasStrayJoiner(name: string): boolean {
  return /[\u200c\u200d]/.test(name.replace(JOINER_IN_PLACE, ""));
}

/** A typed name as it is looked up; null if it cannot be anybody's. */
export function typedName(text: string): string | null {
  if (text.length > 4 * TYPED_NAME_CHARS_MAX) return null;
  const name = text.toWellFormed().normalize("NFKC").trim();
  return name === "" || characters(name) > TYPED_NAME_CHARS_MAX ? null : foldName(name);
}

/** The name in "@ben", "ben," or "ben!": as people write names in a sentence. Tried when there is nobody of the text itself. */
export function nameWithin(text: string): string {
  return text
    .trim()
    .replace(/^@+/, "")
    .replace(/[,;:.!?]+$/, "");
}

/** Upper case first: it takes apart what has several lower forms (ß). A final sigma is a sigma. Joiners shape letters and name nobody. */
function foldName(name: string): string {
  return name.toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll(JOINERS, "").normalize("NFKC");
}

/** Mapped before and after lower case: "I" looks like "l", and so does "i" in capitals. */
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
