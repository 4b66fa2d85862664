/** Single-key shortcuts, while the user is not typing. page/help.tsx lists them for people. */

/** True for an element that accepts text. */
export const isTyping = (target: Element): boolean =>
  target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;

/** `actions`: what each key does on this page. A key without an action does nothing. */
export function listenToKeys(actions: Readonly<Record<string, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key === "Escape") {
      actions["Escape"]?.();
      return;
    }
    if (!(event.target instanceof Element) || isTyping(event.target) || document.querySelector("dialog[open]") !== null)
      return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** Opens the conversation above or below the open one. */
function step(by: 1 | -1): void {
  const links = Array.from(document.querySelectorAll<HTMLAnchorElement>("#sidebar a[href^='/c/']"));
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "page");
  const next = links[at === -1 ? 0 : at + by];
  if (next === undefined) return;
  next.scrollIntoView({ block: "nearest" });
  next.click();
}
