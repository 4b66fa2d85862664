/** What a query finds: the words of people, in many scripts. The index is compared with a plain scan. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold } from "../../../src/search/fold.ts";
import { gramsOf, neededGrams } from "../../../src/search/grams.ts";
import { isEmpty, QUERY_CHARS_MAX, readQuery } from "../../../src/search/query.ts";
import { snippetOf } from "../../../src/search/snippet.ts";
import { termOf, TermFinder } from "../../../src/search/terms.ts";
import { TEXTS } from "../../support/texts.ts";

function finds(typed: string, text: string, isPhrase = false): boolean {
  const term = termOf(typed, isPhrase);
  return term !== null && new TermFinder(term).isIn(fold(text));
}

test.each([
  ["creme", "Crème brûlée", true],
  ["STRASSE", "in der Straße", true],
  ["straße", "STRASSE 5", true],
  ["istanbul", "İSTANBUL", true],
  ["ısı", "ISI", true],
  ["会議", "明日の会議室", true],
  ["会", "会議", true],
  ["회의", "오늘회의는", true],
  ["น้ำ", "ดื่มน้ำเย็น", true],
  ["か", "が", false],
  ["أحمد", "احمد", true],
  ["ضرب", "ضَرَبَ", true],
  ["index", "read_index", true],
  ["d_ind", "read_index", true],
  ["E1234", "see e1234.", true],
  ["123", "E1234", true],
  ["ad", "an address", true],
  ["ad", "read", false],
  ["x", "x = 1", true],
  ["x", "ex", false],
  ["c++", "We use C++.", true],
  ["👍", "done 👍🏽", true],
  ["ｆｕｌｌ", "full width", true],
])("%p in %p: %p", (typed, text, isFound) => expect(finds(typed, text)).toBe(isFound));

test("a phrase is of whole words next to each other", () => {
  expect(finds("to be", "not to be or", true)).toBe(true);
  expect(finds("to be", "into beings", true)).toBe(false);
  expect(finds("to be", "to   be\n", true)).toBe(true);
  expect(finds("to be", "be to", true)).toBe(false);
});

const text = fc
  .array(fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: "grapheme", maxLength: 12 })), { maxLength: 6 })
  .map((parts) => parts.join(" "));

test("whatever text has a term has all the grams that the term needs", () => {
  const part = fc.tuple(text, fc.nat(), fc.integer({ min: 1, max: 14 }), fc.boolean());
  fc.assert(
    fc.property(part, ([body, at, length, isPhrase]) => {
      const characters = Array.from(body);
      const typed = characters
        .slice(at % (characters.length + 1))
        .slice(0, length)
        .join("");
      const term = termOf(typed, isPhrase);
      if (term === null || !new TermFinder(term).isIn(fold(body))) return;
      const grams = gramsOf(fold(body));
      for (const gram of neededGrams(term)) expect([gram, grams.has(gram)]).toEqual([gram, true]);
    }),
    { numRuns: 3_000 },
  );
});

test("folding twice is folding once, and no gram has a sign at which SQLite would cut it", () => {
  fc.assert(
    fc.property(text, (body) => {
      expect(fold(fold(body))).toBe(fold(body));
      for (const gram of gramsOf(fold(body))) expect(gram).toMatch(/^[a-z0-9\u0080-\u{10ffff}]+$/u);
    }),
  );
});

test("a snippet shows the message as it was written, with the hits marked", () => {
  const marked = (body: string, typed: string): string =>
    snippetOf(body, [termOf(typed, false)!])
      .map(({ text: piece, isHit }) => (isHit ? `[${piece}]` : piece))
      .join("");
  expect(marked("Die Straße, die STRASSE", "strasse")).toBe("Die [Straße], die [STRASSE]");
  expect(marked("a Crème\n brûlée", "creme")).toBe("a [Crème]\n brûlée");
  expect(marked("明日の会議室", "会議")).toBe("明日の[会議]室");
  expect(marked(`${"word ".repeat(100)}needle ${"more ".repeat(100)}`, "needle")).toMatch(
    /^… word.* \[needle\] more .* …$/,
  );
});

test("the pieces of a snippet are the text, whatever it is", () => {
  fc.assert(
    fc.property(text, (body) => {
      const pieces = snippetOf(body, [termOf("a", false)!]).map((piece) => piece.text);
      if (body.length <= 60) expect(pieces.join("")).toBe(body);
    }),
  );
});

test("filters are read, with names in quotes, and what is no filter is a word", () => {
  const read = readQuery('from:ann in:"#Two words" has:LINK is:pinned on:2026-11 https://x.example foo:bar „say it“');
  if (!read.ok) throw new Error(read.problem);
  const { terms, has, is, ...names } = read.query;
  expect(names).toMatchObject({ from: ["ann"], in: ["#Two words"], on: ["2026-11"], to: [], thread: [] });
  expect([Array.from(has), Array.from(is)]).toEqual([["link"], ["pinned"]]);
  expect(terms.map((term) => term.text)).toEqual(["https://x.example", "foo:bar", "say it"]);
});

test.each([
  ["has:fish", "Behind “has:” comes file, link or reaction."],
  ["is:red", "Behind “is:” comes pinned, saved or unread."],
  ["on:soon", "Behind “on:” comes a day, such as 2026-11-30, 2026-11 or yesterday."],
  ["from:", "Behind “from:” comes a person."],
  ["a ".repeat(30), "Search for at most 20 words and filters."],
  ["a".repeat(QUERY_CHARS_MAX + 1), "Search for at most 500 characters."],
])("%p is refused with a sentence", (typed, problem) => expect(readQuery(typed)).toEqual({ ok: false, problem }));

test("anything can be typed", () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary", maxLength: 60 })), (typed) => {
      const read = readQuery(typed);
      if (read.ok && !isEmpty(read.query)) for (const term of read.query.terms) new TermFinder(term).isIn(fold(typed));
    }),
  );
});
