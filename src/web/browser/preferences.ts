/**
 * The menu of the open conversation. A choice is sent without leaving the page, which shows it when the event about it
 * comes (room-news.ts), as on the user's other devices. Escape or a click elsewhere closes the menu.
 */
import { fieldOf } from "./elements.ts";
import { newId, postUntilDone } from "./requests.ts";

const NOT_DONE = "No connection, so this was not saved. Try again in a moment.";

interface PreferencesInput {
  /** A note to the user. */
  readonly say: (text: string) => void;
  /** Aborted when the page shows something else. */
  readonly closed: AbortSignal;
}

/** Shows the menu as it is now, open or closed as it was. The focus stays on the same choice. */
export function showPreferences(form: Element): void {
  const shown = document.querySelector("#preferences form");
  if (shown === null) return;
  const active = shown.contains(document.activeElement) ? (document.activeElement as HTMLButtonElement) : null;
  const at = Array.from(shown.querySelectorAll("button")).indexOf(active!);
  shown.replaceWith(form);
  form.querySelectorAll<HTMLButtonElement>("button")[at]?.focus();
}

/** Listens to the menu in `main`, if it has one. */
export function openPreferences(main: HTMLElement, { say, closed }: PreferencesInput): void {
  const menu = main.querySelector<HTMLDetailsElement>("#preferences");
  if (menu === null) return;
  const day = main.querySelector<HTMLFormElement>("#go-to-day");
  day?.addEventListener("submit", () => {
    fieldOf(day, "zone").value = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
  menu.addEventListener("submit", (event) => {
    const { submitter, target } = event;
    if (!(submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    const { name, value } = submitter;
    void postUntilDone((target as HTMLFormElement).action, { [name]: value, id: newId() }).then(({ status, json }) => {
      if (status !== 200) say(json.sentence ?? NOT_DONE);
    });
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    },
    { signal: closed },
  );
}
