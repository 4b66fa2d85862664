/** All emoji that a reaction may be, with the names by which people look for them. */
import type { Emoji, EmojiGroup } from "./emoji-table.macro.ts";
import { emojiJson } from "./emoji-table.macro.ts" with { type: "macro" };

const JSON_TEXT = emojiJson();

/** What an emoji is found by, split once: the words of its names, and these with all other words. */
interface Terms {
  readonly one: Emoji;
  readonly names: readonly string[];
  readonly words: readonly string[];
}

let groups: readonly EmojiGroup[] | null = null;
let terms: readonly Terms[] | null = null;

/** By group, in the order of the standard. The table is made when it is needed, because commands do not need it. */
export function emojiGroups(): readonly EmojiGroup[] {
  groups ??= JSON.parse(JSON_TEXT) as EmojiGroup[];
  return groups;
}

function allTerms(): readonly Terms[] {
  terms ??= emojiGroups()
    .flatMap(({ all }) => all)
    .map((one) => ({
      one,
      names: `${one.codes.join(" ")} ${one.name.toLowerCase()}`.split(/[\s_:-]+/),
      words: `${one.codes.join(" ")} ${one.name} ${one.words}`.toLowerCase().split(/[\s_:-]+/),
    }));
  return terms;
}

/** How well an emoji fits: a short name that is the query, or begins with it, or a word that does; 9 if none. */
function rankOf({ one: { codes }, names, words }: Terms, query: string): number {
  if (codes.includes(query)) return 0;
  if (codes.some((code) => code.startsWith(query))) return 1;
  const parts = query.split("_");
  const isIn = (found: readonly string[]): boolean =>
    parts.every((part) => found.some((term) => term.startsWith(part)));
  if (isIn(names)) return 2;
  return isIn(words) ? 3 : 9;
}

/** The emoji that fit, the best first, at most `max`. "_" and spaces count as the same. */
export function findEmoji(typed: string, max: number): Emoji[] {
  const query = typed.trim().toLowerCase().replaceAll(/\s+/g, "_");
  if (query === "") return [];
  return allTerms()
    .map((each) => ({ one: each.one, rank: rankOf(each, query) }))
    .filter(({ rank }) => rank < 9)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, max)
    .map(({ one }) => one);
}
