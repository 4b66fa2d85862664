/** The page of the search and the switcher: what they say if messages may be missing. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let anna: Person;

beforeEach(async () => {
  site = new Site();
  anna = await site.person("anna");
  await site.send(anna, "anna", "granite <b> & slate");
});
afterEach(() => site.solo.close());

async function page(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await (await site.ask(path, { as: anna, headers })).text()).replaceAll(/<!--[^]*?-->/g, "");
}

const PIECE = { "hx-request": "true" };

test("a hit is marked, and what was written is no markup", async () => {
  for (const html of [await page("/search?q=granite"), await page("/find?q=granite", PIECE)])
    expect(html).toContain("<mark>granite</mark> &lt;b&gt; &amp; slate");
});

test("an index that is being built says so beside what it found, on both", async () => {
  site.solo.search.answer = { kind: "found", places: [], next: null, isCut: false, percent: 40 };
  for (const html of [await page("/search?q=granite"), await page("/find?q=granite", PIECE)])
    expect(html).toContain("The index is still being built: 40 %. Newer messages may be missing until then.");
});

test("no index: the page refuses with the sentence, and the switcher still finds people", async () => {
  site.solo.search.answer = { kind: "unavailable", why: "The disk is full." };
  const answer = await site.ask("/search?q=granite", { as: anna });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("The disk is full.");
  const found = await page("/find?q=anna", PIECE);
  expect(found).toContain("The disk is full.");
  expect(found).toContain("anna (you)");
});

test("half a filter is no error in the switcher, and no name", async () => {
  const found = await page("/find?q=has%3Adog", PIECE);
  expect(found).toContain("No message found");
  expect(found).not.toContain("Nobody and no room");
  expect(await page("/find?q=granite", PIECE)).toContain("In messages only");
});
