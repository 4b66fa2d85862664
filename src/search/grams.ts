/**
 * Grams: the pieces of a text that the index knows, and those that a term needs. A text that has a term has all the
 * grams that the term needs; the reverse is checked in the text (terms.ts).
 *
 *   words of other scripts   each three letters in a row, and the first two of each word
 *   Chinese, Thai, emoji     each character, and each two in a row
 *   signs of code            each one
 *
 * The source of the idea is the trigram index of Russ Cox's codesearch; the rest is for scripts whose words are shorter.
 * Grams hold no ASCII signs and no capitals, so that SQLite's tokenizer for ASCII leaves each of them whole.
 */
import { LETTER, UNSPACED, type Term } from "./terms.ts";

/** Grows when `gramsOf`, `fold` or the tables of search.db change: an index of another version is made anew. */
export const GRAM_VERSION = 3;

/** Folding turns these into plain digits, so no gram of a text has one. */
const [AT_START, SIGN, FILTER] = ["¹", "²", "³"];

/** Signs that tell code and addresses from prose. The others are in nearly every message. */
const SIGNS = "+#@$%&*<>=^~`;_\\/\\|\\{\\}\\[\\]\\\\";

const RUNS = new RegExp(`(?<word>${LETTER}+)|(?<unspaced>[${UNSPACED}]+)|(?<sign>[${SIGNS}])`, "gv");
/** The same for ASCII, of which most messages are: a fifth of the time. */
const ASCII_RUNS = new RegExp(`[a-z0-9]+|[${SIGNS}]`, "gv");
const ASCII_WORD = /^[a-z0-9]/;
// oxlint-disable-next-line no-control-regex -- all of ASCII is what it looks for
const ASCII = /^[\u0000-\u007f]*$/;

/** Characters of one run that are looked at: no word is longer, but a data URL is. */
const RUN_MAX = 2_000;

interface Run {
  readonly kind: "word" | "unspaced" | "sign";
  readonly from: number;
  readonly text: string;
}

function runsOf(folded: string): Run[] {
  const runs: Run[] = [];
  const isAscii = ASCII.test(folded);
  const pattern = isAscii ? ASCII_RUNS : RUNS;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(folded); found !== null; found = pattern.exec(folded)) {
    const text = found[0];
    runs.push({ kind: isAscii ? asciiKind(text) : kindOf(found.groups!), from: found.index, text });
  }
  return runs;
}

function asciiKind(text: string): Run["kind"] {
  return ASCII_WORD.test(text) ? "word" : "sign";
}

function kindOf({ word, unspaced }: Record<string, string>): Run["kind"] {
  return word !== undefined ? "word" : unspaced !== undefined ? "unspaced" : "sign";
}

function charactersOf(text: string): readonly string[] | string {
  return ASCII.test(text) ? text : Array.from(text);
}

function addPiece(grams: Set<string>, characters: readonly string[] | string, at: number, length: number): void {
  const piece = characters.slice(at, at + length);
  grams.add(typeof piece === "string" ? piece : piece.join(""));
}

/** Each `length` characters in a row, as one text. */
function addRows(grams: Set<string>, characters: readonly string[] | string, length: number): void {
  const last = Math.min(characters.length, RUN_MAX) - length;
  for (let at = 0; at <= last; at++) addPiece(grams, characters, at, length);
}

/** As few of them as have all characters: the others would cost a question more time than they save. */
function addCover(grams: Set<string>, characters: readonly string[] | string, length: number): void {
  const last = characters.length - length;
  for (let at = 0; at <= last; at += length) addPiece(grams, characters, at, length);
  if (last >= 0) addPiece(grams, characters, last, length);
}

function startOf(characters: readonly string[] | string): string {
  const first = characters.slice(0, 2);
  return AT_START + (typeof first === "string" ? first : first.join(""));
}

function signGram(sign: string): string {
  return SIGN + sign.charCodeAt(0).toString(16);
}

/** All grams of a folded text, each once. */
export function gramsOf(folded: string): Set<string> {
  const grams = new Set<string>();
  for (const { kind, text } of runsOf(folded)) {
    if (kind === "sign") {
      grams.add(signGram(text));
      continue;
    }
    const characters = charactersOf(text);
    if (kind === "word") {
      grams.add(startOf(characters));
      addRows(grams, characters, 3);
    } else {
      addRows(grams, characters, 1);
      addRows(grams, characters, 2);
    }
  }
  return grams;
}

/** Grams that every text has that has the term: none, if the index cannot help. */
export function neededGrams({ text, atStart, atEnd }: Term): Set<string> {
  const grams = new Set<string>();
  for (const run of runsOf(text)) {
    if (run.kind === "sign") {
      grams.add(signGram(run.text));
      continue;
    }
    const characters = charactersOf(run.text);
    if (characters.length > RUN_MAX) continue;
    if (run.kind === "unspaced") {
      addCover(grams, characters, Math.min(2, characters.length));
      continue;
    }
    // The word of the text may begin before the term and go on behind it.
    const begins = run.from > 0 || atStart;
    const isWhole = run.from + run.text.length < text.length || atEnd;
    if (begins && (characters.length > 1 || isWhole)) grams.add(startOf(characters));
    addCover(grams, characters, 3);
  }
  return grams;
}

/** The gram of all messages of a conversation, by its number; 0: of those whose place is not known yet. */
export const inConversation = (number: number): string => `${FILTER}c${number}`;
/** The gram of all replies in a thread, by the number of its conversation. */
export const inThread = (number: number): string => `${FILTER}t${number}`;
/** The gram of all messages of an author. SQLite folds the letters of ids, so it may be that of another one too. */
export const byAuthor = (user: string): string => `${FILTER}a${user}`;
/** The gram of all messages that mention a user, with the same exception. */
export const mentioning = (user: string): string => `${FILTER}m${user}`;
/** The gram of messages with a link. */
export const WITH_LINK = `${FILTER}l`;
/** The gram of messages with a file. */
export const WITH_FILE = `${FILTER}f`;
/** The gram of messages that a merge brought late, whose times are not in the order of the log. */
export const CAME_LATE = `${FILTER}r`;

const LINK = /https?:\/\/\S/i;

/** Whether the text, as it was written, has a link. */
export function hasLink(body: string): boolean {
  return LINK.test(body);
}
