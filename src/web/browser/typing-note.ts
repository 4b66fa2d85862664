/** "is typing", or "somebody is typing", in the head of the open conversation. */

const SHOWN_MS = 4000;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows the note until it is hidden or SHOWN_MS have passed. */
export function showTyping(on: boolean): void {
  const place = document.getElementById("typing");
  if (place === null) return;
  clearTimeout(timer);
  place.hidden = !on;
  if (on) timer = setTimeout(() => (place.hidden = true), SHOWN_MS);
}
