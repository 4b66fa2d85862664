/** What the buttons below the text field do to its text, and where Enter breaks the line. */
import { describe, expect, test } from "bun:test";

interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly select: readonly [number, number];
}

// Browser files have the types of the DOM: loaded by a path that this compiler does not follow.
const folder = `${import.meta.dir}/../../../src/web/browser`;
const { formatted, isInCode } = (await import(`${folder}/formatting.ts`)) as {
  readonly formatted: (selected: { text: string; from: number; to: number }, format: string) => Change;
  readonly isInCode: (text: string, caret: number) => boolean;
};

/** The text after a button was pressed. "[" and "]" are the ends of the selection, before and after. */
function press(shown: string, format: string): string {
  const text = shown.replaceAll(/[[\]]/g, "");
  const from = shown.indexOf("[");
  const change = formatted({ text, from, to: shown.indexOf("]") - 1 }, format);
  const after = text.slice(0, change.from) + change.text + text.slice(change.to);
  const [start, end] = change.select;
  return `${after.slice(0, start)}[${after.slice(start, end)}]${after.slice(end)}`;
}

test.each([
  ["bold", "a [b] c", "a **[b]** c"],
  ["bold", "a **[b]** c", "a [b] c"],
  ["bold", "a [**b**] c", "a [b] c"],
  ["bold", "a[ b ]c", "a **[b]** c"],
  ["bold", "[]", "**[]**"],
  ["bold", "**[]**", "[]"],
  ["italic", "[a]", "_[a]_"],
  ["strike", "[a]", "~~[a]~~"],
  ["code", "[a]", "`[a]`"],
  ["code", "[a\nb]", "```\n[a\nb]\n```"],
  ["block", "x[a]y", "x\n```\n[a]\n```\ny"],
  ["block", "x\n[]", "x\n```\n[]\n```"],
  ["block", "[```\na\n```]", "````\n[```\na\n```]\n````"],
  ["list", "x\na[b\nc]d\ny", "x\n[- ab\n- cd]\ny"],
  ["list", "[- a\n- b]", "[a\nb]"],
  ["quote", "ab[]", "> ab[]"],
  ["nothing", "a[b]", "a[b]"],
])("%s: %j becomes %j", (format, before, after) => expect(press(before, format)).toBe(after));

test("a link takes the selection as its text, or as its address", () => {
  expect(formatted({ text: "see docs", from: 4, to: 8 }, "link")).toEqual({
    from: 4,
    to: 8,
    text: "[docs](https://)",
    select: [11, 19],
  });
  expect(formatted({ text: "https://a.b", from: 0, to: 11 }, "link")).toMatchObject({
    text: "[](https://a.b)",
    select: [1, 1],
  });
});

describe("Enter breaks the line", () => {
  test.each([
    ["```", true],
    ["```ts\nconst a = 1;", true],
    ["text\n  ```\na", true],
    ["~~~\na\n```", true],
    ["````\n```\na", true],
    ["```\na\n```", false],
    ["```\na\n```\nafter", false],
    ["inline ``` in a line", false],
    ["`code`", false],
    ["", false],
  ])("%j: %p", (before, isIn) => {
    expect(isInCode(before, before.length)).toBe(isIn);
    // What follows the caret does not matter.
    expect(isInCode(`${before}\n\`\`\`\nmore`, before.length)).toBe(isIn);
  });
});
