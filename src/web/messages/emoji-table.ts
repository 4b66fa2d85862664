/** All emoji that a reaction may be, with the names by which people look for them. */
import { emojiTable } from "./emoji-table.macro.ts" with { type: "macro" };

/** One emoji. */
export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** As in ":tada:". The first is the usual one. */
  readonly codes: readonly string[];
  /** Other words for it. */
  readonly words: string;
}

/** Newer ones than this runtime knows would be refused as a reaction, and so would a mark of form that is one too many. */
const KNOWN = /^\p{RGI_Emoji}$/v;

/** By group, in the order of the standard. */
export const EMOJI_GROUPS: readonly { readonly name: string; readonly all: readonly Emoji[] }[] = emojiTable().map(
  ([name, rows]) => ({
    name,
    all: rows.flatMap(([typed, label, codes, words]) => {
      const emoji = [typed, typed.replace(/\ufe0f$/, "")].find((form) => KNOWN.test(form));
      return emoji === undefined ? [] : [{ emoji, name: label, codes: codes.split(" "), words }];
    }),
  }),
);

/** What each emoji is found by, split once: the words of its names, and these with all other words. */
const TERMS = EMOJI_GROUPS.flatMap(({ all }) => all).map((one) => ({
  one,
  names: `${one.codes.join(" ")} ${one.name.toLowerCase()}`.split(/[\s_:-]+/),
  words: `${one.codes.join(" ")} ${one.name} ${one.words}`.toLowerCase().split(/[\s_:-]+/),
}));

/** How well an emoji fits: a short name that is the query, or begins with it, or a word that does; 9 if none. */
function rankOf({ one: { codes }, names, words }: (typeof TERMS)[number], query: string): number {
  if (codes.includes(query)) return 0;
  if (codes.some((code) => code.startsWith(query))) return 1;
  const parts = query.split("_");
  const isIn = (terms: readonly string[]): boolean =>
    parts.every((part) => terms.some((term) => term.startsWith(part)));
  if (isIn(names)) return 2;
  return isIn(words) ? 3 : 9;
}

/** The emoji that fit, the best first, at most `max`. "_" and spaces count as the same. */
export function findEmoji(typed: string, max: number): Emoji[] {
  const query = typed.trim().toLowerCase().replaceAll(/\s+/g, "_");
  if (query === "") return [];
  return TERMS.map((terms) => ({ one: terms.one, rank: rankOf(terms, query) }))
    .filter(({ rank }) => rank < 9)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, max)
    .map(({ one }) => one);
}
