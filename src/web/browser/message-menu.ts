/** What opens beside a message: reactions, and what else can be done with it. By a click, the keyboard or a long press. */
import { isThreadId, threadIdOf } from "../messages/pane.ts";
import { copy } from "./copy.ts";
import { copyOf, required } from "./elements.ts";
import type { EmojiPicker } from "./emoji-picker.ts";
import { isDone, setDone } from "./once.ts";
import { newId, postUntilDone } from "./requests.ts";
import type { Rows } from "./rows.ts";
import type { Say } from "./say.ts";

const NOT_DONE = "No connection, so this was not saved. Try again in a moment.";

/** Somebody has held a message in this browser. Nothing that is seen on a phone tells that one can. */
const HELD = "held-message";

/** How long a finger rests on a message until the menu opens. */
const LONG_PRESS_MS = 500;
/** A finger that moves so far scrolls. */
const PRESS_SLACK = 10;

/** Adds the links beside the bubble to a row that was rendered for all. */
export function addTools(row: HTMLElement): void {
  const { id, conversation } = row.dataset;
  const bubble = row.querySelector(".bubble");
  if (id === undefined || conversation === undefined || bubble === null || row.querySelector(".row-tools") !== null)
    return;
  // Nothing can be done with what was deleted but to read its replies.
  if (row.classList.contains("removed")) return;
  const tools = copyOf("row-tools");
  const reply = tools.querySelector<HTMLAnchorElement>(".reply-to");
  if (isThreadId(conversation)) reply?.remove();
  else if (reply !== null) reply.href = `/c/${threadIdOf(id)}`;
  for (const link of tools.querySelectorAll<HTMLAnchorElement>("a:not(.reply-to)")) {
    const [, page] = /\/(\w+)\?/.exec(link.getAttribute("href") ?? "") ?? [];
    link.href = `/c/${conversation}/${page}?ids=${encodeURIComponent(id)}`;
  }
  bubble.append(tools);
}

/** Copies the address of a message. Where the browser has no clipboard, the address is said instead. */
export async function copyLink({ dataset }: HTMLElement, say: Say): Promise<void> {
  const { id = "", conversation = "" } = dataset;
  const { href } = new URL(`/c/${conversation}/m/${encodeURIComponent(id)}`, location.href);
  if (await copy(href)) say("The link to the message is copied.", "done");
  else say(href);
}

/** Posts one of the forms about a message without leaving the page, which shows the message as it is then. */
export async function actOn(
  { dataset }: HTMLElement,
  form: string,
  { onRow, say }: { readonly onRow: (html: string) => void; readonly say: (text: string) => void },
): Promise<void> {
  const { id = "", conversation = "" } = dataset;
  const { status, json } = await postUntilDone(`/c/${conversation}/${form}`, { ids: id, id: newId() });
  if (status !== 200) say(json.sentence ?? NOT_DONE);
  else if (json.row !== undefined) onRow(json.row);
}

/** What each button of the menu does, by its value. */
export type MessageActs = Readonly<Record<string, (row: HTMLElement) => void>>;

interface MenuInput {
  readonly acts: MessageActs;
  readonly react: (row: HTMLElement, emoji: string) => void;
  /** Opens in place of the page that "More" leads to. */
  readonly picker: EmojiPicker | null;
  readonly say: (text: string) => void;
  /** Aborted when the page shows something else. */
  readonly closed: AbortSignal;
}

/** Shows what can be done with a row. */
function drawActs(list: HTMLElement, row: HTMLElement): void {
  const own = list.querySelector<HTMLElement>('[value="edit"]');
  if (own !== null) own.hidden = !row.classList.contains("own");
  const pin = list.querySelector<HTMLElement>('[value="pin"]');
  if (pin !== null) {
    pin.hidden = row.closest(".conversation")?.getAttribute("data-pins") === "closed";
    required("span", pin).textContent = row.dataset["pinned"] === undefined ? "Pin" : "Unpin";
  }
  const saved = list.querySelector('[value="save"] span');
  if (saved !== null) saved.textContent = row.dataset["saved"] === undefined ? "Save" : "Unsave";
  const { id = "", conversation = "" } = row.dataset;
  const reply = required<HTMLAnchorElement>(".reply", list);
  reply.hidden = isThreadId(conversation);
  reply.href = `/c/${threadIdOf(id)}`;
  const report = required<HTMLAnchorElement>(".report", list);
  report.hidden = row.classList.contains("own");
  report.href = `/c/${conversation}/report?ids=${encodeURIComponent(id)}`;
}

/** Opens the menu of the rows of the open conversation. */
export function openMessageMenu(roll: Rows, { acts, react, picker, say, closed }: MenuInput): void {
  const menu = copyOf<HTMLElement>("message-menu");
  const list = menu.querySelector<HTMLElement>(".acts")!;
  let target: HTMLElement | null = null;
  roll.log.after(menu);

  function open(row: HTMLElement, show: "reactions" | "all"): void {
    target = row;
    const more = menu.querySelector("a");
    if (more !== null) more.href = row.querySelector<HTMLAnchorElement>(".react-to")?.href ?? "";
    drawActs(list, row);
    list.hidden = show === "reactions" || list.querySelector(":is(a, button):not([hidden])") === null;
    menu.showPopover();
    // Above the message where there is room, and always inside the window.
    const bubble = (row.querySelector(".bubble") ?? row).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const top = bubble.top - height < 0 ? bubble.bottom : bubble.top - height;
    const left = row.classList.contains("own") ? bubble.right - width : bubble.left;
    menu.style.top = `${Math.max(0, Math.min(top, innerHeight - height))}px`;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    menu
      .querySelector<HTMLElement>(show === "all" ? ".acts:not([hidden]) :is(a, button):not([hidden])" : "button")
      ?.focus();
  }

  menu.addEventListener("click", (event) => {
    const row = target;
    if (picker === null || row === null || (event.target as Element).closest("a:not(.reply, .report)") === null) return;
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    menu.hidePopover();
    picker.open(row.querySelector(".bubble") ?? row, (emoji) => react(row, emoji));
  });
  menu.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button");
    const row = target;
    if ((event.target as Element).closest("a") !== null) menu.hidePopover();
    if (button === null || row === null) return;
    menu.hidePopover();
    if (list.contains(button)) acts[button.value]?.(row);
    else react(row, button.value);
  });
  roll.list.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>(".react-to, .more-of");
    const row = pressed?.closest<HTMLElement>(".message") ?? null;
    if (pressed === null || row === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(row, pressed.matches(".more-of") ? "all" : "reactions");
  });
  const showAll = (row: HTMLElement): void => open(row, "all");
  const released = (row: HTMLElement): void => {
    // The browser takes a finger that leaves the screen beside a popover for one that dismisses it.
    if (row.isConnected && !menu.matches(":popover-open")) showAll(row);
  };
  listenToPresses(roll.list, { held: showAll, released, say });
  closed.addEventListener("abort", () => menu.remove());
}

interface Presses {
  /** A finger has rested on the message. */
  readonly held: (row: HTMLElement) => void;
  /** That finger has left it, and the browser has handled this. */
  readonly released: (row: HTMLElement) => void;
  /** Tells somebody who taps a message that it can be held. */
  readonly say: (text: string) => void;
}

/** Fingers on messages that are on the server. */
function listenToPresses(list: HTMLElement, { held: onHeld, released, say }: Presses): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let held: HTMLElement | null = null;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  list.addEventListener("pointerdown", (event) => {
    stop();
    held = null;
    const on = event.target as Element;
    const row = on.closest<HTMLElement>(".message[data-id]");
    if (event.pointerType !== "touch" || row === null || on.closest("a, button, label, input") !== null) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      timer = undefined;
      held = row;
      setDone(HELD);
      onHeld(row);
    }, LONG_PRESS_MS);
  });
  list.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > PRESS_SLACK) stop();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    list.addEventListener(end, () => {
      const isTap = end === "pointerup" && timer !== undefined;
      stop();
      if (isTap && !isDone(HELD)) say("Press and hold a message to reply to it, react or edit.");
      const row = held;
      held = null;
      if (row !== null) requestAnimationFrame(() => released(row));
    });
  }
}
