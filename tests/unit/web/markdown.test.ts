/** Markdown: what each mark becomes, what stays as it was written, and that no text does harm or takes long. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { colouredCode } from "../../../src/web/messages/code-colours.ts";
import { markdownHtml, markdownWords } from "../../../src/web/messages/markdown.ts";
import { Site } from "./site.ts";

const LINK = ' target="_blank" rel="noopener noreferrer nofollow"';
/** What an address and a link become, without what all of them have. */
const short = (body: string): string => markdownHtml(body).replaceAll(LINK, "");

/** What each tag may have besides its name. */
const ATTRIBUTES = new Set(["href", "dir", "target", "rel", "class", "tabindex", "role", "aria-label", "start"]);
const TAGS = new Set(
  "a p strong em s code pre div i blockquote ul ol li hr table thead tbody tr th td span".split(" "),
);

/** All elements of a text's HTML, as a browser would find them. */
function elementsOf(html: string): { readonly tag: string; readonly attributes: [string, string][] }[] {
  const found: { tag: string; attributes: [string, string][] }[] = [];
  new HTMLRewriter()
    .on("*", {
      element: (one) => void found.push({ tag: one.tagName, attributes: [...one.attributes] as [string, string][] }),
    })
    .transform(html);
  return found;
}

/** Throws if the HTML has an element or an attribute that no mark makes, or an address of another scheme. */
function expectHarmless(body: string): void {
  for (const { tag, attributes } of elementsOf(markdownHtml(body))) {
    expect(TAGS).toContain(tag);
    for (const [name, value] of attributes) {
      expect(name === "data-language" || ATTRIBUTES.has(name)).toBe(true);
      if (name === "href") expect(value).toMatch(/^(?:https?:\/\/|mailto:)/i);
      if (name === "class") expect(value).toMatch(/^(?:code|table|host|real-host|right|center|[kscnftaid])$/);
    }
  }
}

test("a line of words is shown as the parser would show it", () => {
  const pieces = ["é", "e\u0301", "1", " ", "  ", ",", ".", "?", "!", "'", '"', "(c)", ";", "/", "-", "---", ": ", ":"];
  const words = fc
    .array(fc.constantFrom(...pieces, "1. ", "- ", "http", "www.x.y", "@ann", "*"))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(words, (some) => {
      const text = `a${some}b`;
      // With the mark at its end, the parser reads it in any case.
      expect(`${markdownHtml(text)} <strong>x</strong>`).toBe(markdownHtml(`${text} **x**`));
      expect(`${markdownWords(text)} x`).toBe(markdownWords(`${text} **x**`));
    }),
    { numRuns: 500, includeErrorInReport: true },
  );
});

describe("marks", () => {
  test.each([
    [
      "**bold** __bold__ *italic* _italic_ ~~gone~~",
      "<strong>bold</strong> <strong>bold</strong> <em>italic</em> <em>italic</em> <s>gone</s>",
    ],
    ["snake_case_name, 2*3*4 and __init__.py", "snake_case_name, 2*3*4 and <strong>init</strong>.py"],
    ["你**好**吗", "你<strong>好</strong>吗"],
    ["`a < b` and ``a ` b``", '<code dir="ltr">a &lt; b</code> and <code dir="ltr">a ` b</code>'],
    ["one\n  two", "one\n  two"],
    ["one\n\ntwo", '<p dir="auto">one</p><p dir="auto">two</p>'],
    ["# Title\ntext", '<p><strong>Title</strong></p><p dir="auto">text</p>'],
    ["> said\nstill", '<blockquote><p dir="auto">said\nstill</p></blockquote>'],
    ["- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"],
    ["3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'],
    ["a\n\n---\n\nb", '<p dir="auto">a</p><hr><p dir="auto">b</p>'],
    [
      "|a|b|\n|-|-:|\n|1|`x`|",
      '<div class="table" tabindex="0" role="group" aria-label="Table"><table><thead><tr><th dir="auto">a</th>' +
        '<th dir="auto" class="right">b</th></tr></thead><tbody><tr><td dir="auto">1</td>' +
        '<td dir="auto" class="right"><code dir="ltr">x</code></td></tr></tbody></table></div>',
    ],
    [
      "```\na <b>\n  c\n```",
      '<div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label="Code"><code>a &lt;b&gt;\n  c</code></pre></div>',
    ],
    [
      "```ts\nconst a = 1;",
      '<div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label="Code" data-language="ts"><code>' +
        '<i class="k">const</i> a = <i class="n">1</i>;</code></pre></div>',
    ],
    [
      '```"><b>\nx\n```',
      '<div class="code"><pre dir="ltr" tabindex="0" role="group" aria-label="Code"><code>x</code></pre></div>',
    ],
  ])("%j", (body, html) => expect(short(body)).toBe(html));

  test.each([
    ["Hello, are you there?"],
    ["+1"],
    ["#ops"],
    [">"],
    ["```"],
    ["#"],
    ["a &amp; b &lt; c"],
    ["<b>bold</b> <script>alert(1)</script> <!-- a -->"],
    ["    indented"],
    ["two\n==="],
    ["C:\\new\\table and \\\\server\\share, \\d+\\.\\d"],
    ["¯\\_(ツ)_/¯"],
    ["[a]: https"],
    ["👩‍👩‍👧‍👦 🇩🇪 e\u0301 שלום"],
  ])("%j is shown as it was written", (body) => {
    // A paragraph's own margins are trimmed.
    expect(markdownHtml(body)).toBe(Bun.escapeHTML(body.trim()));
  });
  test("a backslash keeps a mark from being one", () => expect(short("\\*not\\* \\`this\\`")).toBe("*not* `this`"));
});

describe("links", () => {
  test.each([
    [
      "https://example.com/a_b_c*d*?x=1&y=(z).",
      '<a href="https://example.com/a_b_c*d*?x=1&amp;y=(z)" dir="ltr">https://example.com/a_b_c*d*?x=1&amp;y=(z)</a>.',
    ],
    [
      "**https://example.com/a**",
      '<strong><a href="https://example.com/a" dir="ltr">https://example.com/a</a></strong>',
    ],
    ["mailto:ann@example.com", '<a href="mailto:ann@example.com" dir="ltr">mailto:ann@example.com</a>'],
    ["<https://example.com/>", '<a href="https://example.com/" dir="auto">https://example.com/</a>'],
    [
      "[docs](https://example.com/a_(b))",
      '<a href="https://example.com/a_(b)" dir="auto">docs</a><span class="host" dir="ltr"> (example.com)</span>',
    ],
    [
      "[example.com/docs](https://example.com/docs)",
      '<a href="https://example.com/docs" dir="auto">example.com/docs</a>',
    ],
    [
      "[https://bank.example](https://evil.example)",
      '<a href="https://evil.example" dir="auto">https://bank.example</a><span class="real-host" dir="ltr"> (opens evil.example)</span>',
    ],
    [
      "[bank.example](https://bank.example@evil.example)",
      '<a href="https://bank.example@evil.example" dir="auto">bank.example</a><span class="real-host" dir="ltr"> (opens evil.example)</span>',
    ],
    [
      "![a cat](https://example.com/cat.png)",
      '<a href="https://example.com/cat.png" dir="auto">a cat</a><span class="host" dir="ltr"> (example.com)</span>',
    ],
    ["`https://example.com`", '<code dir="ltr">https://example.com</code>'],
  ])("%j", (body, html) => expect(short(body)).toBe(html));

  test.each([
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert)",
    "[a](&#106;avascript:alert)",
    "[a](data:text/html,x)",
    "[a](vbscript:x)",
    "[a](/logout)",
    "[a](//evil.example)",
    "[a](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![a](data:image/png;base64,AA)",
    "mailto:nobody",
  ])("%j opens nothing", (body) => expect(elementsOf(markdownHtml(body)).filter(({ tag }) => tag === "a")).toEqual([]));
});

describe("texts that were made to do harm", () => {
  const fill = (piece: string): string => piece.repeat(Math.ceil(8192 / piece.length)).slice(0, 8192);
  const pieces = [
    ..."[]()>*_~`|\\<!#-+\n\t&:".split(""),
    ..."> ,- ,* ,1. ,[a](,![,[![,**a,*a_,~~a,[a](<,https://,https://a,mailto:a@,http://[,<a://,a*,`a``,>\n- ,```\n,|a|-,![[]()".split(
      ",",
    ),
    "\u202e[a](https://x.y) ",
    "|a".repeat(50) + "\n" + "|-".repeat(50) + "\n" + "x\n".repeat(4000),
    Array.from({ length: 90 }, (_, at) => `${" ".repeat(at * 2)}- a`).join("\n"),
  ];
  test("8 KiB of any mark becomes a bounded page, in the time that a test has", () => {
    for (const piece of pieces) {
      const html = markdownHtml(fill(piece));
      expect(html.length).toBeLessThan(140_000);
      expectHarmless(fill(piece));
    }
  });
  test("what is nested 1,000 deep is shown, and no element is deeper than a browser allows", () => {
    for (const mark of ["> ", "- ", "1. ", "> - ", "**a *b "]) {
      const html = markdownHtml(`${mark.repeat(1000)}end`);
      expect(html).toContain("end");
      let [depth, deepest] = [0, 0];
      for (const [tag] of html.matchAll(/<\/?[a-z]+/g)) {
        depth += tag.startsWith("</") ? -1 : 1;
        deepest = Math.max(deepest, depth);
      }
      expect([depth, deepest < 40]).toEqual([0, true]);
    }
  });
  test("whatever is written, the HTML has only the elements and attributes of the marks", () => {
    const unit = fc.constantFrom(
      ..."<>\"'&=`*_~|#-+()[]!\\ \n".split(""),
      "a",
      "1. ",
      "https://a.b",
      "javascript:",
      "```js\n",
      "<img src=x onerror=alert(1)>",
      "onclick=",
      "|-|-|\n",
      "\u202e",
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (parts) => {
        const body = parts.join("");
        expectHarmless(body);
        // Only marks are missing: every letter is still there.
        expect(elementsOf(markdownWords(body)).filter(({ tag }) => tag === "script")).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
  test("code of any language keeps its text, and has no elements but its colours", () => {
    const unit = fc.constantFrom(..."\"'`/*#<>-{}$@\\ \n".split(""), "a", "0x1", "<!--", "--[[", "/*", "if", "&amp;");
    const language = fc.constantFrom(
      ..."ts c cs java go rs swift php py rb lua bash ps1 sql json yaml ini css html diff".split(" "),
    );
    fc.assert(
      fc.property(language, fc.array(unit, { maxLength: 30 }), (name, parts) => {
        const code = parts.join("");
        const html = colouredCode(code, name)!;
        expect(html.replaceAll(/<i class="[kscnftaid]">|<\/i>/g, "")).toBe(Bun.escapeHTML(code));
      }),
      { numRuns: 300 },
    );
    expect(colouredCode("a", "klingon")).toBeNull();
  });
});

test.each([
  ["**bold** and `code`\n\n- a\n- b", "bold and code a b"],
  ["see [docs](https://example.com) or https://example.com", "see docs or https://example.com"],
  ["```ts\nconst a = 1;\n```", "const a = 1;"],
  [">", ">"],
])("%j in one line: %j", (body, words) => expect(markdownWords(body)).toBe(words));

test("a page and its list show a message's marks as what they mean", async () => {
  const site = new Site();
  const ann = await site.person("ann");
  const ben = await site.person("ben");
  const { conversationId } = await site.send(ann, "ben", "**now** <b>");
  const page = await (await site.ask(`/c/${conversationId}`, { as: ben })).text();
  expect(page).toContain("<strong>now</strong> &lt;b&gt;</div>");
  expect(page).toMatch(/class="preview"[^>]*>now &lt;b&gt;</);
  site.close();
});
