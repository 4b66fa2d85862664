/**
 * Reads what somebody typed into the field of a search: words, "phrases", and filters such as `from:ann`. Whom and what
 * the filters name, the chat looks up (chat/service/searching.ts).
 */
import { termOf, type Term } from "./terms.ts";

/** Characters of a query. */
export const QUERY_CHARS_MAX = 500;
/** Words, phrases and filters in one query. */
const PARTS_MAX = 20;

/** The filters, with what each takes. The field completes them, and the page of help lists them. */
export const FILTERS = [
  { name: "from", takes: "a person", says: "written by this person" },
  { name: "in", takes: "#room or a person", says: "there, threads included" },
  { name: "to", takes: "a person, or me", says: "mentions this person, or was written to this person alone" },
  { name: "before", takes: "a day", says: "such as 2026-11-30, 2026-11 or yesterday" },
  { name: "after", takes: "a day", says: "later than that day" },
  { name: "on", takes: "a day", says: "on that day, or in that month or year" },
  { name: "has", takes: "file, link or reaction", says: "carries a file; contains a link; somebody reacted to it" },
  { name: "is", takes: "pinned, saved or unread", says: "as it is for you now" },
  { name: "thread", takes: "the id of a message", says: "in the thread below it" },
] as const;

const HAS = ["file", "link", "reaction"] as const;
const IS = ["pinned", "saved", "unread"] as const;

/** Words that the filters of this name take; none: it takes names or days. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  has: HAS,
  is: IS,
  to: ["me"],
  before: ["today", "yesterday"],
  after: ["yesterday"],
  on: ["today", "yesterday"],
};

type FilterName = (typeof FILTERS)[number]["name"];

/** A query. All parts must hold; of several people in `from`, and of several places in `in`, one. */
export interface Query {
  readonly terms: readonly Term[];
  /** Names. */
  readonly from: readonly string[];
  readonly in: readonly string[];
  readonly to: readonly string[];
  /** Days: "2026-11-30", "2026-11", "2026", "today", "yesterday". */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly on: readonly string[];
  readonly has: ReadonlySet<(typeof HAS)[number]>;
  readonly is: ReadonlySet<(typeof IS)[number]>;
  /** Ids of messages or of threads. */
  readonly thread: readonly string[];
}

/** A query, or a sentence that says what cannot be understood. */
export type ReadQuery = { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly problem: string };

const PART =
  /(?<![^\s])(?<name>[a-z]+):(?:["“”„](?<quoted>[^"“”„]*)["“”„]?|(?<value>[^\s"“”„]*))|["“”„](?<phrase>[^"“”„]*)["“”„]?|(?<word>[^\s"“”„]+)/giu;

const NAMES: ReadonlySet<string> = new Set(FILTERS.map(({ name }) => name));
const DAY = /^(\d{4}(-\d{2}(-\d{2})?)?|today|yesterday)$/;

function isFilter(name: string): name is FilterName {
  return NAMES.has(name);
}

/** Reads a query. It never throws, whatever was typed. */
export function readQuery(typed: string): ReadQuery {
  if (typed.length > QUERY_CHARS_MAX) return problem(`Search for at most ${QUERY_CHARS_MAX} characters.`);
  const terms: Term[] = [];
  const values: Record<FilterName, string[]> = {
    from: [],
    in: [],
    to: [],
    before: [],
    after: [],
    on: [],
    has: [],
    is: [],
    thread: [],
  };
  let parts = 0;
  for (const found of typed.matchAll(PART)) {
    if (++parts > PARTS_MAX) return problem(`Search for at most ${PARTS_MAX} words and filters.`);
    const { name, quoted, value, phrase, word } = found.groups!;
    const filter = name?.toLowerCase() ?? "";
    if (isFilter(filter)) {
      const what = (quoted ?? value ?? "").trim();
      const wrong = problemOf(filter, what);
      if (wrong !== null) return problem(wrong);
      values[filter].push(isWord(filter) ? what.toLowerCase() : what);
      continue;
    }
    // "https://…" and other words with a colon are words.
    const text = phrase ?? word ?? (quoted === undefined ? found[0] : quoted);
    const term = termOf(text, phrase !== undefined || quoted !== undefined);
    if (term !== null) terms.push(term);
  }
  return {
    ok: true,
    query: {
      ...values,
      terms,
      has: new Set(values.has as (typeof HAS)[number][]),
      is: new Set(values.is as (typeof IS)[number][]),
    },
  };
}

/** Whether nothing is asked. */
export function isEmpty(query: Query): boolean {
  return query.terms.length === 0 && FILTERS.every(({ name }) => Array.from(query[name]).length === 0);
}

function isWord(name: FilterName): boolean {
  return name === "has" || name === "is" || name === "before" || name === "after" || name === "on";
}

function problemOf(name: FilterName, value: string): string | null {
  const folded = value.toLowerCase();
  switch (name) {
    case "has":
    case "is":
      return WORDS[name]!.includes(folded) ? null : `Behind “${name}:” comes ${list(WORDS[name]!)}.`;
    case "before":
    case "after":
    case "on":
      return DAY.test(folded) ? null : `Behind “${name}:” comes a day, such as 2026-11-30, 2026-11 or yesterday.`;
    case "from":
    case "in":
    case "to":
    case "thread":
      return value === "" ? `Behind “${name}:” comes ${FILTERS.find((one) => one.name === name)!.takes}.` : null;
  }
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function problem(text: string): ReadQuery {
  return { ok: false, problem: text };
}
