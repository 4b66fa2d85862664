/** Tells users of screen readers what has just happened on the page that they look at. */

const ANNOUNCED_CHARS = 300;

/** Says `text`, cut to a length that can be listened to, unless the page is hidden. */
export function announce(text: string): void {
  if (document.visibilityState !== "visible") return;
  const line = Object.assign(document.createElement("p"), { textContent: text.slice(0, ANNOUNCED_CHARS) });
  document.getElementById("announce")?.replaceChildren(line);
}
