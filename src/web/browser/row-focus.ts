/**
 * The messages by keyboard: the arrow keys move from row to row, Enter marks a message as read, and Space selects it.
 * The Tab key skips the checkboxes, because otherwise fifty of them would be between the list and the text field.
 */

import type { Rows } from "./rows.ts";

const ROW = ":scope > .message";

/** Focuses a row, so that it is scrolled into view and a screen reader reads it. */
function focusRow(row: HTMLElement, options?: FocusOptions): void {
  row.tabIndex = -1;
  row.focus(options);
}

/** What selects the same control in another copy of its row; null: the row itself has the focus. */
function controlOf(active: Element): string | null {
  const emoji = active instanceof HTMLElement ? active.dataset["emoji"] : undefined;
  if (emoji !== undefined) return `.chip[data-emoji="${CSS.escape(emoji)}"]`;
  const controls = [".mark", ".react-to", ".more-of", ".reply-to", ".replies", ".edited", 'input[name="ids"]'];
  return controls.find((one) => active.matches(one)) ?? null;
}

/**
 * Keeps the focus while rows are replaced or removed: on the same control, or on its row, or on the row that took its
 * place, or on `log`. Without this the focus would return to the top of the page.
 */
export function keepingFocus(list: Element, log: HTMLElement, change: () => void): void {
  const active = document.activeElement;
  const row = active !== null && list.contains(active) ? active.closest(".message") : null;
  const near = row === null ? [] : [row.nextElementSibling, row.previousElementSibling];
  change();
  if (row === null || active === null || document.activeElement === active) return;
  const now = document.getElementById(row.id);
  const control = controlOf(active);
  const same = control === null ? null : (now?.querySelector<HTMLElement>(control) ?? null);
  if (same !== null) same.focus({ preventScroll: true });
  else {
    const next = now ?? near.find((one) => one?.isConnected === true && one.matches(".message"));
    if (!(next instanceof HTMLElement)) log.focus({ preventScroll: true });
    else focusRow(next, { preventScroll: true });
  }
}

/**
 * `markRead(row)` marks a row as a click does. `tickable(on)` of the result includes the checkboxes in the Tab order or
 * not.
 */
export function openRowFocus(roll: Rows, markRead: (row: HTMLElement) => void): { tickable(on: boolean): void } {
  const { list, log } = roll;
  let tickable = false;

  const draw = () => {
    for (const box of list.querySelectorAll<HTMLInputElement>('input[name="ids"]')) box.tabIndex = tickable ? 0 : -1;
  };

  /** From the list itself, the first step leads to the first unread row, or to the newest one. */
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
      // Not on a link, a button or a checkbox of the row, which use these keys themselves.
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
