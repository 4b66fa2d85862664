/** Templates of HTML: what a person wrote never becomes markup. */
import { expect, test } from "bun:test";
import { markup } from "../../../src/web/page/markup.ts";
import { Site } from "./site.ts";

test("a text is escaped, a template within a template is not, and null is nothing", () => {
  const inner = markup`<b title="${`"'<&>`}">${"<script>"}</b>`;
  expect(String(inner)).toBe('<b title="&quot;&#x27;&lt;&amp;&gt;">&lt;script&gt;</b>');
  expect(String(markup`<i>${inner}${null}${7}</i>`)).toBe(`<i>${String(inner)}7</i>`);
});

test("a row of the list shows markup in names and messages as text", async () => {
  const site = new Site();
  const [anna, ben] = [await site.person("anna"), await site.person("ben")];
  const form = { displayName: `"><i>Ben`, emoji: "", text: `"><u>away`, id: crypto.randomUUID() };
  await site.ask("/account/profile", { as: ben, form });
  await site.send(ben, "anna", `<em>'hi'</em> "you"`);
  const html = await (await site.ask("/sidebar", { as: anna })).text();
  expect(html).toContain("&lt;em&gt;&#x27;hi&#x27;&lt;/em&gt; &quot;you&quot;");
  expect(html).not.toMatch(/<(em|i|u)>/);
  site.close();
});
