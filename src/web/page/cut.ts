/** Cuts text where a person would: never within what is seen as one character. */

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** UTF-16 units of one visible character that are looked at: a family of emoji has some 11. */
const UNITS_MAX = 32;

const SIMPLE = /^[\x20-\x7e]*$/;

/** The first `count` visible characters. */
export function cut(text: string, count: number): string {
  if (text.length <= count) return text;
  // Whatever is longer than this was made to be long.
  const head = text.slice(0, count * UNITS_MAX);
  if (SIMPLE.test(head)) return head.slice(0, count);
  let end = 0;
  let left = count;
  for (const { index, segment } of GRAPHEMES.segment(head)) {
    if (left === 0) break;
    left -= 1;
    end = index + segment.length;
  }
  // The bound above may have cut a pair in two.
  return head.slice(0, end).replace(/[\ud800-\udbff]$/, "");
}
