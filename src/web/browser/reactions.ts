/** Reactions: the chips of the rows, and the picker that opens by a click, by the keyboard or by a long press. */
import { copyOf } from "./elements.ts";
import { newId, postUntilDone } from "./requests.ts";
import type { Rows } from "./rows.ts";

/** How long a finger rests on a message until the picker opens. */
const LONG_PRESS_MS = 500;
/** A finger that moves so far scrolls. */
const PRESS_SLACK = 10;

const NOT_DONE = "No connection, so the reaction was not saved. Try again in a moment.";

/** Shows on a row that was rendered for all what is the user's own, and what a reader can do with it. */
export function drawReactions(row: HTMLElement, me: string): void {
  for (const chip of row.querySelectorAll<HTMLElement>(".chip")) {
    const isOwn = chip.dataset["by"]?.split(" ").includes(me) ?? false;
    chip.setAttribute("aria-pressed", String(isOwn));
  }
  const { id, conversation } = row.dataset;
  const bubble = row.querySelector(".bubble");
  if (id === undefined || conversation === undefined || bubble === null || row.querySelector(".react-to") !== null)
    return;
  const link = copyOf<HTMLAnchorElement>("react-to");
  link.href = `/c/${conversation}/react?ids=${encodeURIComponent(id)}`;
  bubble.append(link);
}

interface ReactionsInput {
  /** The message as the replica has it now, as HTML. */
  readonly onRow: (html: string) => void;
  /** A note to the person. */
  readonly say: (text: string) => void;
  /** Aborted when the page shows something else. */
  readonly closed: AbortSignal;
}

/** Listens to the rows of the open conversation. */
export function openReactions(roll: Rows, { onRow, say, closed }: ReactionsInput): void {
  const picker = copyOf<HTMLElement>("picker");
  let target: HTMLElement | null = null;
  roll.log.after(picker);

  async function tell(row: HTMLElement, emoji: string, on: boolean): Promise<void> {
    const path = `/c/${roll.conversation}/${on ? "react" : "unreact"}`;
    const answer = await postUntilDone(path, { ids: row.dataset["id"] ?? "", emoji, id: newId() });
    if (answer.status !== 200) say(answer.json.sentence ?? NOT_DONE);
    else if (answer.json.row !== undefined) onRow(answer.json.row);
  }

  function open(row: HTMLElement): void {
    target = row;
    const more = picker.querySelector("a");
    if (more !== null) more.href = row.querySelector<HTMLAnchorElement>(".react-to")?.href ?? "";
    picker.showPopover();
    // Above the message where there is room, and always inside the window.
    const bubble = (row.querySelector(".bubble") ?? row).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = picker;
    const top = bubble.top - height < 0 ? bubble.bottom : bubble.top - height;
    const left = row.classList.contains("own") ? bubble.right - width : bubble.left;
    picker.style.top = `${Math.min(top, innerHeight - height)}px`;
    picker.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    picker.querySelector("button")?.focus();
  }

  picker.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("button");
    const row = target;
    if (button === null || row === null) return;
    picker.hidePopover();
    void tell(row, button.value, true);
  });
  roll.list.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>(".chip, .react-to");
    const row = pressed?.closest<HTMLElement>(".message") ?? null;
    if (pressed === null || row === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (pressed.matches(".react-to")) open(row);
    else void tell(row, pressed.dataset["emoji"] ?? "", pressed.getAttribute("aria-pressed") !== "true");
  });
  listenToPresses(roll.list, open);
  closed.addEventListener("abort", () => picker.remove());
}

/** Long presses of a finger on a message that is on the server. */
function listenToPresses(list: HTMLElement, open: (row: HTMLElement) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  const stop = (): void => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    stop();
    const on = event.target as Element;
    const row = on.closest<HTMLElement>(".message[data-id]");
    if (event.pointerType !== "touch" || row === null || on.closest("a, button, label, input") !== null) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => open(row), LONG_PRESS_MS);
  });
  list.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > PRESS_SLACK) stop();
  });
  for (const end of ["pointerup", "pointercancel"]) list.addEventListener(end, stop);
}
