/**
 * Folds text, so that what looks alike to a searching reader is equal: case, width, and the marks that people leave out
 * when they type in a hurry. Both the index and a query fold, and so does the check of each candidate.
 */

/** Needs no Unicode tables. */
// oxlint-disable-next-line no-control-regex -- all of ASCII is what it looks for
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * Marks that are left out: those on Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels and the line that
 * stretches Arabic words. The marks of Thai, of Indic scripts and of kana make other letters, so they stay.
 */
// oxlint-disable-next-line no-misleading-character-class -- each is looked for by itself
const MARKS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g;

/** Soft hyphens, joiners, variation selectors. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Letters that have no decomposition, and are typed as these. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ı: "i",
  ς: "σ",
};
const LETTER = /[ßæœøłđıς]/g;

/** The folded text. White space becomes single spaces; folding a folded text changes nothing. */
export function fold(text: string): string {
  const letters = ASCII.test(text) ? text.toLowerCase() : foldLetters(text);
  return letters.replaceAll(/\s+/g, " ");
}

function foldLetters(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(MARKS, "")
    .replaceAll(INVISIBLE, "")
    .replaceAll(LETTER, (letter) => LETTERS[letter]!)
    .normalize("NFC");
}
