/** Runs while the executable is built: the names of all emoji, from emojibase-data, become a table in the program. */
import { readFileSync } from "node:fs";

/** A group's name, and of each emoji: itself, its name, its short names, and other words for it. */
type Table = [string, [string, string, string, string][]][];

/** Groups 2 (parts of emoji) and none (letters of flags) are no emoji by themselves. */
const GROUPS: Readonly<Record<number, string>> = {
  0: "Smileys",
  1: "People",
  3: "Animals and nature",
  4: "Food and drink",
  5: "Travel and places",
  6: "Activities",
  7: "Objects",
  8: "Symbols",
  9: "Flags",
};

function json(name: string): unknown {
  return JSON.parse(readFileSync(Bun.resolveSync(`emojibase-data/${name}`, import.meta.dir), "utf8"));
}

/** All emoji in the order of the standard. */
export function emojiTable(): Table {
  const all = json("en/compact.json") as {
    group?: number;
    order: number;
    hexcode: string;
    label: string;
    unicode: string;
    tags?: string[];
  }[];
  const codes = json("en/shortcodes/github.json") as Record<string, string | string[]>;
  return Object.entries(GROUPS).map(([group, name]) => [
    name,
    all
      .filter((one) => one.group === Number(group))
      .toSorted((a, b) => a.order - b.order)
      .map(({ hexcode, label, unicode, tags = [] }) => {
        const short = [codes[hexcode] ?? label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")].flat();
        return [unicode, label, short.join(" "), tags.join(" ")];
      }),
  ]);
}
