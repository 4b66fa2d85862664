/**
 * The room that is on the page was renamed, archived or opened again, has another topic, or this user is not in it any
 * more. Its head and its text field follow; what is in the log and in the field stays.
 */
import { pathOf } from "./navigation.ts";
import { getMain, sleep, waitBefore } from "./requests.ts";
import type { View } from "./view.ts";

/** Without a replica the stream is lost, too, and what it missed comes when it is back. */
const TRIES_MAX = 3;

/** Fetches the page again and takes over what it says of the room. `view`: what is on the page. */
export async function followRoom(view: () => View): Promise<void> {
  const shown = view();
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await getMain(pathOf(location), new AbortController());
    // Something else is on the page by now.
    if (view() !== shown) return;
    if (answer === "refused") return shown.composer?.close("You are not in this room any more");
    if (answer !== "none") return takeOver(answer.main, shown);
    await sleep(waitBefore(tries));
  }
}

function takeOver(main: HTMLElement, shown: View): void {
  const [head, now] = [document.querySelector("#main .head h1"), main.querySelector(".head h1")];
  if (head !== null && now !== null) head.textContent = now.textContent;
  const [note, words] = [document.querySelector("#main .room-note"), main.querySelector(".room-note")];
  if (note !== null && words !== null) note.replaceWith(words);
  const field = main.querySelector<HTMLTextAreaElement>("#body");
  if (field?.disabled === true) return shown.composer?.close(field.placeholder);
  // It was closed, so nothing is being written here.
  if (document.querySelector<HTMLTextAreaElement>("#body")?.readOnly === true) location.reload();
}
