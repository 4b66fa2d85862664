/** The order of the messages on a page, with days, groups of one author, and the line above new messages. */
import { dayText } from "./times.ts";

const GROUP_MICROS = 5 * 60 * 1_000_000;

/** The seq of a row. A message that no replica has confirmed comes after all others. */
export const seqOf = (row: HTMLElement): number =>
  row.dataset["seq"] === undefined ? Infinity : Number(row.dataset["seq"]);

/** Inserts a row after those with a lower or the same seq. */
export function insertInOrder(list: Element, row: HTMLElement): void {
  const seq = seqOf(row);
  let before: Element | null = null;
  for (let other = list.lastElementChild; other !== null; other = other.previousElementSibling) {
    if (other.matches(".message, .notice") && seqOf(other as HTMLElement) <= seq) break;
    before = other;
  }
  list.insertBefore(row, before);
}

function line(className: string, text: string): HTMLElement {
  const item = Object.assign(document.createElement("li"), { className });
  item.append(Object.assign(document.createElement("span"), { textContent: text }));
  return item;
}

interface Previous {
  readonly day: string;
  readonly author: string | undefined;
  readonly micros: number;
}

/**
 * Draws days, groups and lines again. They depend on the rows only, so they are always right. True if there are rows.
 */
export function arrange(list: Element, newLineBefore: string | null): boolean {
  for (const old of list.querySelectorAll(":scope > .day, :scope > .new-line")) old.remove();
  let previous = null as Previous | null;
  let lastOwn: HTMLElement | null = null;
  for (const row of list.querySelectorAll<HTMLElement>(":scope > .message")) {
    const { author, id } = row.dataset;
    const micros = Number(row.dataset["micros"]);
    const day = dayText(new Date(micros / 1000));
    const isSameDay = previous?.day === day;
    const isNewLine = id !== undefined && id === newLineBefore;
    if (!isSameDay) row.before(line("day", day));
    if (isNewLine) row.before(line("new-line", "New"));
    const isGrouped =
      isSameDay && previous !== null && previous.author === author && micros - previous.micros < GROUP_MICROS;
    row.classList.toggle("grouped", isGrouped && !isNewLine);
    row.classList.remove("last-own");
    if (row.classList.contains("own")) lastOwn = row;
    previous = { day, author, micros };
  }
  lastOwn?.classList.add("last-own");
  return previous !== null;
}
