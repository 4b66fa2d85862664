/** "is typing", or "somebody is typing", in the head of an open conversation. */
import { paneOf } from "../messages/pane.ts";

const SHOWN_MS = 4000;

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Shows the note of a conversation until it is hidden or SHOWN_MS have passed. */
export function showTyping(conversation: string, on: boolean): void {
  const place = document.getElementById(`${paneOf(conversation)}typing`);
  if (place === null) return;
  clearTimeout(timers.get(place.id));
  place.hidden = !on;
  if (on)
    timers.set(
      place.id,
      setTimeout(() => (place.hidden = true), SHOWN_MS),
    );
}
