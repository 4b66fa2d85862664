/** Text that people paste: links, terminal output, emoji. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isFewEmoji } from "../../../src/web/messages/emoji.ts";
import { linkParts } from "../../../src/web/messages/links.ts";
import { cleanPasted } from "../../../src/web/messages/pasted-text.ts";
import { Site } from "./site.ts";

const linksOf = (text: string): string[] => linkParts(text).flatMap((part) => part.href ?? []);

describe("links", () => {
  test.each([
    [
      "see https://en.wikipedia.org/wiki/Curtain_(disambiguation).",
      ["https://en.wikipedia.org/wiki/Curtain_(disambiguation)"],
    ],
    ["(https://example.com/a)", ["https://example.com/a"]],
    ["[a link](https://example.com/a_(b))", ["https://example.com/a_(b)"]],
    ["https://example.com/?list[]=1]", ["https://example.com/?list[]=1"]],
    ["“https://example.com/a”, he said", ["https://example.com/a"]],
    ["**https://example.com/a**", ["https://example.com/a"]],
    ["https://example.com/a，然后回复", ["https://example.com/a"]],
    ["见https://example.com/a。好", ["https://example.com/a"]],
    ["（https://example.com/a）", ["https://example.com/a"]],
    ["https://example.com/خبر؟", ["https://example.com/خبر"]],
    ["HTTPS://EXAMPLE.com/A", ["HTTPS://EXAMPLE.com/A"]],
    ["Http://example.com and hTTps://example.org", ["Http://example.com", "hTTps://example.org"]],
    ["https://example.com/report\u202egpj.exe", ["https://example.com/report"]],
    ["https://example.com/a\u2067b", ["https://example.com/a"]],
    ["https://example.com/a\u200bb", ["https://example.com/a"]],
    ["https://good.example\\@evil.example/", ["https://good.example"]],
    ["xhttps://example.com javascript:alert(1) https:// https://%", []],
  ])("%j", (text, links) => expect(linksOf(text)).toEqual(links));

  test.each([
    ["https://bank.example@evil.example/login", "evil.example"],
    ["https://bank.example:443@evil.example:8443/", "evil.example:8443"],
    ["https://аpple.example/", "xn--pple-43d.example"],
    ["https://example.com:443/a", undefined],
    ["HTTP://EXAMPLE.com:80", undefined],
    ["https://[::1]:8081/", undefined],
  ])("%j: the host that opens is named where the text shows another one", (text, host) => {
    expect(linkParts(text).map((part) => part.realHost)).toEqual([host]);
  });

  test("the parts are the text again, and no link has a mark of direction in it", () => {
    const piece = fc.constantFrom(
      "https://",
      "HTTP://",
      "a.b",
      "/",
      "(",
      ")",
      " ",
      "。",
      "\u202e",
      "@",
      "%",
      "]",
      ".",
      "é",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        const parts = linkParts(text);
        expect(parts.map((part) => part.text).join("")).toBe(text);
        expect(parts.filter((part) => part.href !== undefined && /[\s\u202e。]/.test(part.text))).toEqual([]);
      }),
    );
  });
});

describe("pasted terminal output", () => {
  test.each([
    ["\u001b[31mred\u001b[0m, plain", "red, plain", "colours"],
    ["\u009b1mbold\u009b0m", "bold", "colours"],
    ["\u001b]0;a title\u0007$ ls", "$ ls", "colours"],
    ["\u001b]8;;https://example.com\u001b\\a link\u001b]8;;\u001b\\", "a link", "colours"],
    ["\u001b]0;no end\nnext line", "\nnext line", "colours"],
    ["\u001b(B\u001b=ok", "ok", "colours"],
    ["N\bNA\bAM\bME\bE", "NAME", "controls"],
    ["a bell \u0007 rings\u007f", "a bell  rings", "controls"],
    ["a\r\nb\rc\u0085d", "a\nb\nc\nd", null],
    ["\ttabs, \u200f marks and 👩‍👩‍👧‍👦 stay\n", "\ttabs, \u200f marks and 👩‍👩‍👧‍👦 stay\n", null],
  ] as const)("%j", (pasted, text, removed) => expect(cleanPasted(pasted)).toEqual({ text, removed }));

  test("whatever is pasted, no control character is left, and cleaning again changes nothing", () => {
    const unit = fc.constantFrom("\u001b", "[", "]", "3", "m", "\u009b", "\b", "\u0007", "\n", "a", "\u009c", "\\");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (pasted) => {
        const { text } = cleanPasted(pasted);
        expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
        expect(cleanPasted(text)).toEqual({ text, removed: null });
      }),
    );
  });

  test("a plain form's text is cleaned and the next page says so; a program is told the place", async () => {
    const site = new Site();
    const ann = await site.person("ann");
    await site.person("ben");
    const { conversationId } = await site.send(ann, "ben", "first");
    const form = { id: crypto.randomUUID(), body: "\u001b[31mfailed\u001b[0m" };
    const sent = await site.ask(`/c/${conversationId}/messages`, { as: ann, form });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, `/c/${conversationId}?removed=colours`]);
    const page = await (await site.ask(sent.headers.get("location")!, { as: ann })).text();
    expect(page).toContain(">failed</div>");
    expect(page).toContain("Terminal colours were removed.");
    expect(await (await site.ask(`/c/${conversationId}?removed=<b>`, { as: ann })).text()).not.toContain(
      "were removed",
    );
    const refused = await site.ask(`/c/${conversationId}/messages`, {
      as: ann,
      json: true,
      form: { ...form, id: crypto.randomUUID() },
    });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { code: "invalid", field: "body", sentence: expect.stringContaining("(U+001B) at line 1, character 1.") },
    ]);
    site.close();
  });
});

test.each([
  ["😬", true],
  ["👍🏽 👍", true],
  ["👩‍👩‍👧‍👦", true],
  ["🇩🇪🏳️‍🌈1️⃣❤️", true],
  ["🎉".repeat(5), true],
  ["🎉".repeat(6), false],
  ["ok 👍", false],
  ["1", false],
  ["#", false],
  [" ", false],
])("few emoji: %s is %p", (text, few) => expect(isFewEmoji(text)).toBe(few));

test("a message of few emoji is marked as one, and is text like any other", async () => {
  const site = new Site();
  const [ann, ben] = [await site.person("ann"), await site.person("ben")];
  const { conversationId } = await site.send(ann, "ben", "🎉🎉🎉");
  const page = await (await site.ask(`/c/${conversationId}`, { as: ben })).text();
  expect(page).toContain('<div class="body few-emoji" hx-ignore="true" dir="auto">🎉🎉🎉</div>');
  site.close();
});
