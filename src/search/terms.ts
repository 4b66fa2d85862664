/**
 * Terms: what a query looks for in a text, and whether a text has it. This is the meaning of a search; the index
 * (grams.ts) only proposes messages that may have it.
 *
 *   a word          anywhere, also inside a longer word
 *   two letters     where a word begins; one letter: that letter as a word
 *   "a phrase"      these words, whole and next to each other
 *
 * Chinese, Japanese, Korean, Thai and the like do not mark where words begin, so there one or two characters are found
 * anywhere.
 */
import { fold } from "./fold.ts";

/** Scripts that do not separate words by spaces, and pictures. Korean does, but puts particles behind its words. */
export const UNSPACED =
  "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\p{sc=Tibetan}\\u30fc\\p{Extended_Pictographic}\\p{RI}";

/** A letter of a word in any other script. */
export const LETTER = `[[\\p{L}\\p{N}\\p{M}]--[${UNSPACED}]]`;

const SHORT = new RegExp(`^${LETTER}{1,2}$`, "v");
const BEGINS = new RegExp(`^${LETTER}`, "v");
const ENDS = new RegExp(`${LETTER}$`, "v");
/** What a term may be, at the least: something that can be seen. */
const EMPTY = /^[\s\p{Cc}]*$/u;

/** One term, folded. */
export interface Term {
  readonly text: string;
  /** It begins where a word begins, and ends where one ends. */
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

/** Part of a text, in UTF-16 code units. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The term that somebody typed, with or without quotes; null if nothing is left of it. */
export function termOf(typed: string, isPhrase: boolean): Term | null {
  const text = fold(typed).trim();
  if (EMPTY.test(text)) return null;
  const isShort = SHORT.test(text);
  const isWhole = isPhrase || Array.from(text).length === 1;
  return {
    text,
    atStart: (isPhrase || isShort) && BEGINS.test(text),
    atEnd: isWhole && (isPhrase || isShort) && ENDS.test(text),
  };
}

const LETTER_HERE = new RegExp(LETTER, "vy");

/** Finds a term in folded texts. */
export class TermFinder {
  readonly #term: Term;

  constructor(term: Term) {
    this.#term = term;
  }

  /** Whether the folded text has the term. */
  isIn(folded: string): boolean {
    return this.#next(folded, 0) >= 0;
  }

  /** Where the folded text has the term, at most `max` places. */
  places(folded: string, max: number): Span[] {
    const found: Span[] = [];
    const { length } = this.#term.text;
    for (let at = this.#next(folded, 0); at >= 0 && found.length < max; at = this.#next(folded, at + length))
      found.push({ from: at, to: at + length });
    return found;
  }

  /** The first place at `from` or later; -1: there is none. */
  #next(folded: string, from: number): number {
    const { text, atStart, atEnd } = this.#term;
    let at = folded.indexOf(text, from);
    while (at >= 0) {
      const isWithin = (atStart && endsInLetter(folded, at)) || (atEnd && isLetterAt(folded, at + text.length));
      if (!isWithin) return at;
      at = folded.indexOf(text, at + 1);
    }
    return at;
  }
}

function isLetterAt(text: string, at: number): boolean {
  LETTER_HERE.lastIndex = at;
  return LETTER_HERE.test(text);
}

/** Whether the text before this place ends in a letter. */
function endsInLetter(text: string, at: number): boolean {
  if (at === 0) return false;
  const isPair = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]!);
  return isLetterAt(text, at - (isPair ? 2 : 1));
}
