/** Snippets: the part of a message that a search found, with the hits marked. */
import type { SnippetPiece } from "../chat/search-service.ts";
import { fold } from "./fold.ts";
import type { Span, Term } from "./terms.ts";
import { TermFinder } from "./terms.ts";

/** Characters of a snippet, and of what is shown before its first hit. */
const SNIPPET_CHARS = 240;
const BEFORE_CHARS = 60;
/** Hits that are marked in one snippet. */
const HITS_MAX = 20;

const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

/** What somebody sees as one character, and where its folded form begins in the folded text. */
interface Character {
  readonly text: string;
  readonly at: number;
}

/** The folded text with its characters; they are null if folding them one by one gives another text. */
function charactersOf(text: string): { readonly folded: string; readonly characters: Character[] | null } {
  const characters: Character[] = [];
  let folded = "";
  for (const { segment } of GRAPHEMES.segment(text)) {
    const one = fold(segment);
    const isRepeated = one === " " && folded.endsWith(" ");
    characters.push({ text: segment, at: folded.length });
    if (!isRepeated) folded += one;
  }
  const whole = fold(text);
  return { folded: whole, characters: whole === folded ? characters : null };
}

/** The snippet of a message, as pieces that follow each other. "…" stands for what is left out. */
export function snippetOf(body: string, terms: readonly Term[]): readonly SnippetPiece[] {
  const { folded, characters } = charactersOf(body);
  if (characters === null) return [{ text: body.slice(0, SNIPPET_CHARS), isHit: false }];
  const spans = terms.flatMap((term) => new TermFinder(term).places(folded, HITS_MAX));
  const first = spans.length === 0 ? 0 : Math.min(...spans.map(({ from }) => from));
  const start = startOf(characters, first);
  const shown = characters.slice(start, start + SNIPPET_CHARS);
  const pieces: SnippetPiece[] = start > 0 ? [{ text: "… ", isHit: false }] : [];
  for (const [index, { text, at }] of shown.entries()) {
    const next = characters[start + index + 1]?.at ?? folded.length;
    add(pieces, text, isHit(spans, at, next));
  }
  if (start + SNIPPET_CHARS < characters.length) add(pieces, " …", false);
  return pieces;
}

/** Where the snippet begins: a little before the first hit, at a word. */
function startOf(characters: readonly Character[], first: number): number {
  const hit = characters.findLastIndex(({ at }) => at <= first);
  if (hit <= BEFORE_CHARS) return 0;
  const from = hit - BEFORE_CHARS;
  const space = characters.findIndex(({ text }, index) => index >= from && /^\s/.test(text));
  return space > 0 && space < hit ? space + 1 : from;
}

function isHit(spans: readonly Span[], from: number, to: number): boolean {
  return spans.some((span) => span.from < Math.max(to, from + 1) && from < span.to && to > span.from);
}

function add(pieces: SnippetPiece[], text: string, isHit: boolean): void {
  const last = pieces.at(-1);
  if (last !== undefined && last.isHit === isHit) pieces[pieces.length - 1] = { text: last.text + text, isHit };
  else pieces.push({ text, isHit });
}
