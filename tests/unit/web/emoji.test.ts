/** The table of emoji: what it offers can be used, and people find what they look for. */
import { expect, test } from "bun:test";
import { checkEmoji } from "../../../src/chat/limits.ts";
import { emojiGroups, findEmoji } from "../../../src/web/messages/emoji-table.ts";
import { Site } from "./site.ts";

const found = (typed: string): string[] => findEmoji(typed, 8).map(({ emoji }) => emoji);

test("every emoji that is offered is one that a reaction may be, and is offered once", () => {
  const all = emojiGroups().flatMap((group) => group.all.map(({ emoji }) => emoji));
  expect(all.length).toBeGreaterThan(1800);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((emoji) => !checkEmoji(emoji).ok)).toEqual([]);
});

test.each([
  ["sm", "😄"],
  ["tada", "🎉"],
  ["+1", "👍"],
  ["thumbs up", "👍"],
  ["THUMB", "👍"],
  ["heart", "❤️"],
  ["flag_germ", "🇩🇪"],
  ["laugh", "😂"],
])("%s finds %s", (typed, emoji) => expect(found(typed)).toContain(emoji));
test("nothing, and what is no name, finds nothing", () =>
  expect([found(""), found("  "), found("zzzq"), found("<>")]).toEqual([[], [], [], []]));

test("the composer offers emoji behind a colon, and the page without a script finds them", async () => {
  const site = new Site();
  const ann = await site.person("ann");
  await site.person("ben");
  const { conversationId, id } = await site.send(ann, "ben", "first");
  const offers = await (await site.ask(`/c/${conversationId}/complete?text=:tad`, { as: ann })).text();
  expect(offers).toContain('data-text="🎉"');
  expect(offers).toContain(":tada:");
  const page = async (query: string): Promise<string> =>
    await (await site.ask(`/c/${conversationId}/react?ids=${id}&q=${encodeURIComponent(query)}`, { as: ann })).text();
  expect(await page("duck")).toContain('value="🦆"');
  expect(await page("")).toContain("Food and drink");
  expect(await page("<b>")).toContain("No emoji has this name.");
  site.close();
});
