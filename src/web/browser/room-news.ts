/**
 * Updates the page when its room was renamed, archived, opened again or given another topic, when a group became a room,
 * when the other person of a direct conversation has another display name, status or time zone, when the user is no longer in it, or has chosen another preference. Only the head and the text field change; the
 * messages, and what was typed, stay.
 */
import { pathOf } from "./navigation.ts";
import { showPreferences } from "./preferences.ts";
import { getMain, sleep, waitBefore } from "./requests.ts";
import { insertInOrder } from "./row-order.ts";
import { localTimes } from "./times.ts";
import type { View } from "./view.ts";

/** What the head says below the name. */
const NOTE = ".conversation:not(.thread) .head :is(.room-note, .person-note)";

/** If no replica answers, the stream is lost as well, and resuming it brings the event again. */
const TRIES_MAX = 3;

/** Fetches the page again and takes over its head and text field. `view` returns what the page shows. */
export async function followRoom(view: () => View): Promise<void> {
  const shown = view();
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await getMain(pathOf(location), new AbortController());
    // The page shows something else by now.
    if (view() !== shown) return;
    if (answer === "refused") return shown.composer?.close("You are not in this room any more");
    if (answer !== "none") return takeOver(answer.main, shown);
    await sleep(waitBefore(tries));
  }
}

function takeOver(main: HTMLElement, shown: View): void {
  const [head, now] = [
    document.querySelector("#main .conversation:not(.thread) .head h1"),
    main.querySelector(".head h1"),
  ];
  if (head !== null && now !== null) head.textContent = now.textContent;
  const [mark, sign] = [document.querySelector("#main .head .avatar"), main.querySelector(".head .avatar")];
  if (mark !== null && sign !== null) mark.replaceWith(sign);
  showNotice(main.querySelector<HTMLElement>("#messages > .notice"));
  const [note, words] = [document.querySelector(`#main ${NOTE}`), main.querySelector(NOTE)];
  if (note !== null && words !== null) {
    note.replaceWith(words);
    localTimes(words);
  }
  const form = main.querySelector("#preferences form");
  if (form !== null) showPreferences(form);
  const field = main.querySelector<HTMLTextAreaElement>("#body");
  if (field?.disabled === true) return shown.composer?.close(field.placeholder);
  // The field was closed, so nobody is writing in it.
  if (document.querySelector<HTMLTextAreaElement>("#body")?.readOnly === true) location.reload();
}

/** Puts the notice that a group became a room in its place among the messages. */
function showNotice(notice: HTMLElement | null): void {
  const list = document.querySelector("#messages");
  if (notice === null || list === null || list.querySelector(":scope > .notice") !== null) return;
  insertInOrder(list, notice);
  localTimes(list);
}
