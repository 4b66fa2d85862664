/** What the buttons below the text field do to its text, as changes that the field can undo. */

/** A text with its selection. */
interface Selected {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Replaces what is between `from` and `to`, and then selects. All are positions in UTF-16 units. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly select: readonly [number, number];
}

const MARKS: Readonly<Record<string, string>> = { bold: "**", italic: "_", strike: "~~", code: "`" };
const PREFIXES: Readonly<Record<string, string>> = { list: "- ", quote: "> " };
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const URL_TO_OPEN = "https://";

/** Puts marks around the selection, or removes them. White space at its ends stays outside. */
function marked({ text, from, to }: Selected, mark: string): Change {
  const chosen = text.slice(from, to);
  const start = from + (chosen.length - chosen.trimStart().length);
  const end = Math.max(start, to - (chosen.length - chosen.trimEnd().length));
  const inner = text.slice(start, end);
  const size = mark.length;
  if (text.slice(start - size, start) === mark && text.slice(end, end + size) === mark && start >= size)
    return { from: start - size, to: end + size, text: inner, select: [start - size, end - size] };
  if (inner.length >= 2 * size && inner.startsWith(mark) && inner.endsWith(mark))
    return { from: start, to: end, text: inner.slice(size, -size), select: [start, end - 2 * size] };
  return { from: start, to: end, text: mark + inner + mark, select: [start + size, end + size] };
}

/** Puts the selection on lines of its own, between fences that are longer than any within it. */
function fenced({ text, from, to }: Selected): Change {
  const inner = text.slice(from, to);
  const longest = Math.max(2, ...Array.from(inner.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const before = from === 0 || text[from - 1] === "\n" ? "" : "\n";
  const after = to === text.length || text[to] === "\n" ? "" : "\n";
  const start = from + before.length + fence.length + 1;
  return { from, to, text: `${before}${fence}\n${inner}\n${fence}${after}`, select: [start, start + inner.length] };
}

/** Begins each line of the selection with a mark, or removes it if all have it. */
function prefixed({ text, from, to }: Selected, prefix: string): Change {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const next = text.indexOf("\n", to);
  const end = next === -1 ? text.length : next;
  const lines = text.slice(start, end).split("\n");
  const isOn = lines.every((line) => line.startsWith(prefix));
  const changed = lines.map((line) => (isOn ? line.slice(prefix.length) : prefix + line)).join("\n");
  const caret = start + changed.length;
  return { from: start, to: end, text: changed, select: from === to ? [caret, caret] : [start, caret] };
}

function linked({ text, from, to }: Selected): Change {
  const inner = text.slice(from, to);
  if (/^(?:https?:\/\/|mailto:)\S+$/i.test(inner))
    return { from, to, text: `[](${inner})`, select: [from + 1, from + 1] };
  const start = from + inner.length + 3;
  return { from, to, text: `[${inner}](${URL_TO_OPEN})`, select: [start, start + URL_TO_OPEN.length] };
}

/** The change that a button makes. Unknown names change nothing. */
export function formatted(selected: Selected, format: string): Change {
  const { text, from, to } = selected;
  const mark = MARKS[format];
  const prefix = PREFIXES[format];
  if (format === "block" || (format === "code" && text.slice(from, to).includes("\n"))) return fenced(selected);
  if (mark !== undefined) return marked(selected, mark);
  if (prefix !== undefined) return prefixed(selected, prefix);
  if (format === "link") return linked(selected);
  return { from, to, text: text.slice(from, to), select: [from, to] };
}

/** True if the caret is within a block of code, or at the end of the fence that opens one: Enter breaks the line there. */
export function isInCode(text: string, caret: number): boolean {
  let open = "";
  for (const line of text.slice(0, caret).split("\n")) {
    const fence = FENCE.exec(line)?.[1];
    if (fence === undefined) continue;
    if (open === "") open = fence;
    else if (fence.startsWith(open) && line.trim() === fence) open = "";
  }
  return open !== "";
}
