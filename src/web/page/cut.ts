/** Cuts text where a person would: never within a visible character. */

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The most UTF-16 units that are read for one visible character; a family of emoji has about 11. */
const UNITS_MAX = 32;

const SIMPLE = /^[\x20-\x7e]*$/;

/** The first `count` visible characters. */
export function cut(text: string, count: number): string {
  if (text.length <= count) return text;
  // A longer text was made to be slow.
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
