/**
 * The messages by keyboard: the arrow keys go from row to row, Enter marks one read, Space ticks it.
 * The boxes are no stops of the Tab key then, or fifty of them lie between the list and the text field.
 */

import type { Rows } from "./rows.ts";

const ROW = ":scope > .message";

/** Puts the focus on a row, which shows it and lets a screen reader say it. */
function focusRow(row: HTMLElement, options?: FocusOptions): void {
  row.tabIndex = -1;
  row.focus(options);
}

/**
 * Rows are replaced and go while somebody is on one: afterwards she is on the same control, else on
 * its row, else on the row that took its place, else on `log`. Without this she would be back at the top of the page.
 */
export function keepingFocus(list: Element, log: HTMLElement, change: () => void): void {
  const active = document.activeElement;
  const row = active !== null && list.contains(active) ? active.closest(".message") : null;
  const near = row === null ? [] : [row.nextElementSibling, row.previousElementSibling];
  change();
  if (row === null || active === null || document.activeElement === active) return;
  const now = document.getElementById(row.id);
  const control = active.matches(".mark") ? ".mark" : active.matches('input[name="ids"]') ? 'input[name="ids"]' : null;
  const same = control === null ? null : (now?.querySelector<HTMLElement>(control) ?? null);
  if (same !== null) same.focus({ preventScroll: true });
  else {
    const next = now ?? near.find((one) => one?.isConnected === true && one.matches(".message"));
    if (!(next instanceof HTMLElement)) log.focus({ preventScroll: true });
    else focusRow(next, { preventScroll: true });
  }
}

/** `markRead(row)` does for a row what a click on it does. Answers {tickable(on)}: boxes are stops of the Tab key or not. */
export function openRowFocus(roll: Rows, markRead: (row: HTMLElement) => void): { tickable(on: boolean): void } {
  const { list, log } = roll;
  let tickable = false;

  const draw = () => {
    for (const box of list.querySelectorAll<HTMLInputElement>('input[name="ids"]')) box.tabIndex = tickable ? 0 : -1;
  };

  /** From the list itself to what is new, else to the newest. */
  function step(from: HTMLElement | null, by: 1 | -1): void {
    const rows = Array.from(list.querySelectorAll<HTMLElement>(ROW));
    const next =
      from === null
        ? (list.querySelector<HTMLElement>(`${ROW}[data-unread]`) ?? rows.at(-1))
        : rows[Math.min(Math.max(rows.indexOf(from) + by, 0), rows.length - 1)];
    if (next !== undefined) focusRow(next);
  }

  log.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const row = (event.target as Element).closest<HTMLElement>(".message");
    const acts: Readonly<Record<string, () => void>> = {
      ArrowUp: () => step(row, -1),
      ArrowDown: () => step(row, 1),
      // Not on a link, a button or a box of the row: they have a use of their own for these keys.
      ...(row !== null &&
        event.target === row && {
          Enter: () => markRead(row),
          " ": () => row.querySelector<HTMLInputElement>('input[name="ids"]')?.click(),
        }),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });

  new MutationObserver(draw).observe(list, { childList: true });
  draw();
  return {
    tickable(on) {
      tickable = on;
      draw();
    },
  };
}
