/** Listens to the shortcuts of page/shortcuts.ts. */
import { PRESSES, type ShortcutAction } from "../page/shortcuts.ts";

/** True for an element that accepts text. */
export const isTyping = (target: Element): boolean =>
  target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;

/** As page/shortcuts.ts writes it. Shift is part of a character: "?" is one key on some keyboards and two on others. */
function pressOf(event: KeyboardEvent): string {
  const isMod = event.ctrlKey || event.metaKey;
  const key = isMod ? event.key.toLowerCase() : event.key;
  const hasShift = event.shiftKey && key.length > 1;
  return `${isMod ? "mod+" : ""}${event.altKey ? "alt+" : ""}${hasShift ? "shift+" : ""}${key}`;
}

/** `actions`: what each shortcut does on this page. */
export function listenToKeys(actions: Readonly<Record<ShortcutAction, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const action = PRESSES.get(pressOf(event));
    if (action === undefined || !(event.target instanceof Element)) return;
    // The browser closes a dialog by itself.
    if (event.key === "Escape") return actions[action]();
    const isSingle = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isBusy = isTyping(event.target) || document.querySelector("dialog[open]") !== null;
    if (isSingle && isBusy) return;
    event.preventDefault();
    actions[action]();
  });
}
