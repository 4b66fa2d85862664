/**
 * The place in the messages where the user is reading. The list is laid out from its end, so scrollTop 0 is the end.
 */

const NEAR_END_PX = 60;

/**
 * A place in the messages: the message at the top of the window, and the distance of its top from the window's, in px.
 */
export interface ReadingPlace {
  readonly id: string;
  readonly top: number;
}

/** True if the newest messages are in view. */
export const isAtEnd = (log: Element): boolean => Math.abs(log.scrollTop) < NEAR_END_PX;

function topRow(log: Element, rows: Iterable<HTMLElement>): HTMLElement | undefined {
  const top = log.getBoundingClientRect().top;
  for (const row of rows) if (row.getBoundingClientRect().bottom > top) return row;
  return undefined;
}

/**
 * Changes the rows of `log` without moving the row that is being read. If `sticks`, the newest row stays in view at the
 * end.
 */
export function keepingPlace(log: Element, rows: Iterable<HTMLElement>, sticks: boolean, change: () => void): void {
  if (sticks && isAtEnd(log)) {
    change();
    log.scrollTop = 0;
    return;
  }
  const anchor = topRow(log, rows);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  if (anchor?.isConnected === true) log.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** Null at the end, where a new page opens as well. `hasEnd`: the end of the page is that of the conversation. */
export function placeOf(log: Element, rows: Iterable<HTMLElement>, hasEnd: boolean): ReadingPlace | null {
  if (hasEnd && isAtEnd(log)) return null;
  const row = topRow(log, rows);
  const id = row?.dataset["id"];
  if (row === undefined || id === undefined) return null;
  return { id, top: Math.round(row.getBoundingClientRect().top - log.getBoundingClientRect().top) };
}

/** Scrolls so that `row` is `top` px below the top of the window. */
export function scrollTo(log: Element, row: Element, top: number): void {
  log.scrollTop += row.getBoundingClientRect().top - log.getBoundingClientRect().top - top;
}
