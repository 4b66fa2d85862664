/** Detects the rows that the user has looked at: in view for a while, in a window that has the focus. */
import type { Rows } from "./rows.ts";

/** A row that is in view for this long in a focused window counts as looked at. */
const IN_VIEW_MS = 3000;
const LOOK_MS = 500;

const isUnread = (row: HTMLElement): boolean => row.dataset["unread"] !== undefined;

/** Calls `onSeen` once for each unread row that the user has looked at, until `closed` is aborted. */
export function watchSight(roll: Rows, closed: AbortSignal, onSeen: (row: HTMLElement) => void): void {
  const since = new Map<HTMLElement, number>();
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target: element, intersectionRatio, intersectionRect, rootBounds } of entries) {
        const target = element as HTMLElement;
        // For a message taller than the window, half of the window is enough.
        const isInView = intersectionRatio >= 0.6 || intersectionRect.height >= (rootBounds?.height ?? Infinity) / 2;
        if (!isInView || !isUnread(target)) since.delete(target);
        else if (!since.has(target)) since.set(target, Date.now());
      }
    },
    { root: roll.log, threshold: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  );
  const watch = (): void => {
    for (const row of roll.rows()) if (isUnread(row)) seen.observe(row);
  };
  watch();
  new MutationObserver(watch).observe(roll.list, { childList: true });
  const timer = setInterval(() => {
    const isLooking = document.hasFocus() && document.visibilityState === "visible";
    for (const [row, at] of since) {
      if (!isLooking) since.set(row, Date.now());
      else if (Date.now() - at >= IN_VIEW_MS) {
        since.delete(row);
        seen.unobserve(row);
        if (row.isConnected && isUnread(row)) onSeen(row);
      }
    }
  }, LOOK_MS);
  closed.addEventListener("abort", () => clearInterval(timer));
}
