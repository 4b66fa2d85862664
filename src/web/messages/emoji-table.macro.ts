/** Runs while the executable is built: the names of all emoji, from emojibase-data, become texts in the program. */
import { readFileSync } from "node:fs";

/** One emoji. */
export interface Emoji {
  readonly emoji: string;
  readonly name: string;
  /** As in ":tada:". The first is the usual one. */
  readonly codes: readonly string[];
  /** Other words for it. */
  readonly words: string;
}

/** Emoji of one kind, in the order of the standard. */
export interface EmojiGroup {
  readonly name: string;
  readonly all: readonly Emoji[];
}

/** Newer ones than this runtime knows would be refused as a reaction, and so would a mark of form that is one too many. */
const KNOWN = /^\p{RGI_Emoji}$/v;

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
function emojiGroups(): EmojiGroup[] {
  const all = json("en/compact.json") as {
    group?: number;
    order: number;
    hexcode: string;
    label: string;
    unicode: string;
    tags?: string[];
  }[];
  const short = json("en/shortcodes/github.json") as Record<string, string | string[]>;
  return Object.entries(GROUPS).map(([group, name]) => ({
    name,
    all: all
      .filter((one) => one.group === Number(group))
      .toSorted((a, b) => a.order - b.order)
      .flatMap(({ hexcode, label, unicode, tags = [] }) => {
        const emoji = [unicode, unicode.replace(/\ufe0f$/, "")].find((form) => KNOWN.test(form));
        const codes = [short[hexcode] ?? label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_")].flat();
        return emoji === undefined ? [] : [{ emoji, name: label, codes, words: tags.join(" ") }];
      }),
  }));
}

/** The groups as JSON, which costs a start nothing until somebody needs them. */
export function emojiJson(): string {
  return JSON.stringify(emojiGroups());
}

/** What the script shows in the picker, as HTML. It searches in the names itself, without a request for each letter. */
export function emojiFile(): string {
  const attribute = (name: string, value: string): string => `${name}="${Bun.escapeHTML(value)}"`;
  const button = ({ emoji, name, codes, words }: Emoji): string => {
    const found = attribute("data-words", `${codes.join(" ")} ${words}`);
    return `<button type="button" tabindex="-1" value="${emoji}" ${attribute("title", name)} ${found}>${emoji}</button>`;
  };
  return emojiGroups()
    .map(({ name, all }) => {
      const head = `<div class="emoji-group" role="group" ${attribute("aria-label", name)}>`;
      return `${head}<p aria-hidden="true">${Bun.escapeHTML(name)}</p>${all.map(button).join("")}</div>`;
    })
    .join("");
}
