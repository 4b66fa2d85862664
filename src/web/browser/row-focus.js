/**
 * The messages by keyboard: the arrow keys go from row to row, Enter marks one read, Space ticks it.
 * The boxes are no stops of the Tab key then, or fifty of them lie between the list and the text field.
 */

const ROW = ":scope > .message";

/** Puts the focus on a row, which shows it and lets a screen reader say it. */
function focusRow(row, options) {
  row.tabIndex = -1;
  row.focus(options);
}

/**
 * Rows are replaced and go while somebody is on one: afterwards she is on the same control, else on
 * its row, else on the row that took its place, else on `log`. Without this she would be back at the top of the page.
 */
export function keepingFocus(list, log, change) {
  const active = document.activeElement;
  const row = list.contains(active) ? active.closest(".message") : null;
  const near = row === null ? [] : [row.nextElementSibling, row.previousElementSibling];
  change();
  if (row === null || document.activeElement === active) return;
  const now = document.getElementById(row.id);
  const control = active.matches(".mark") ? ".mark" : active.matches('input[name="ids"]') ? 'input[name="ids"]' : null;
  const same = control === null ? null : (now?.querySelector(control) ?? null);
  if (same !== null) same.focus({ preventScroll: true });
  else {
    const next = now ?? near.find((one) => one?.isConnected && one.matches(".message"));
    if (next === null || next === undefined) log.focus({ preventScroll: true });
    else focusRow(next, { preventScroll: true });
  }
}

/** `markRead(row)` does for a row what a click on it does. Answers {tickable(on)}: boxes are stops of the Tab key or not. */
export function openRowFocus(roll, markRead) {
  const { list, log } = roll;
  let tickable = false;

  const draw = () => {
    for (const box of list.querySelectorAll('input[name="ids"]')) box.tabIndex = tickable ? 0 : -1;
  };

  /** From the list itself to what is new, else to the newest. */
  function step(from, by) {
    const rows = Array.from(list.querySelectorAll(ROW));
    const next =
      from === null
        ? (list.querySelector(`${ROW}[data-unread]`) ?? rows.at(-1))
        : rows[Math.min(Math.max(rows.indexOf(from) + by, 0), rows.length - 1)];
    if (next !== undefined) focusRow(next);
  }

  log.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const row = event.target.closest(".message");
    const act = {
      ArrowUp: () => step(row, -1),
      ArrowDown: () => step(row, 1),
      // Not on a link, a button or a box of the row: they have a use of their own for these keys.
      ...(event.target === row && {
        Enter: () => markRead(row),
        " ": () => row.querySelector('input[name="ids"]')?.click(),
      }),
    }[event.key];
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
