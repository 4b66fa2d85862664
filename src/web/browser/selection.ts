/** Selects and deletes messages, and shows beforehand what that does. */
import { paneOf } from "../messages/pane.ts";
import { newId, postUntilDone } from "./requests.ts";
import { required } from "./elements.ts";
import type { Rows } from "./rows.ts";
import type { Say } from "./say.ts";

/** The selection of messages. */
export interface Selection {
  isOn(): boolean;
  setMode(on: boolean): void;
  toggle(): void;
}

const isOwn = (box: Element): boolean => box.closest(".message")?.classList.contains("own") ?? false;

const messages = (count: number): string => (count === 1 ? "1 message" : `${count} messages`);

const NOT_DELETED = "No connection, so nothing was deleted. Try again in a moment.";

/** What a deletion of the selected messages would do. */
function choiceText(own: number, others: number): string {
  const parts: string[] = [];
  if (own > 0) parts.push(`deletes ${own} of yours for everyone`);
  if (others > 0) parts.push(`hides ${others} only from you`);
  if (parts.length === 0) return "Select the messages to delete. Those of others are only hidden from you.";
  const text = parts.join(" and ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. This cannot be undone.`;
}

/** What the deletion has done, in the same words. */
function doneText(own: number, others: number, everyone: boolean): string {
  if (everyone) return `Deleted ${messages(own + others)} for everyone.`;
  const parts: string[] = [];
  if (own > 0) parts.push(`Deleted ${messages(own)} for everyone`);
  if (others > 0) parts.push(`${own > 0 ? "hid" : "Hid"} ${own > 0 ? others : messages(others)} only from you`);
  return `${parts.join(" and ")}.`;
}

/** `onMode(on)`: the selection begins or ends. `say(text)` shows a short note. */
export function openSelection(
  roll: Rows,
  { onMode, say }: { readonly onMode: (on: boolean) => void; readonly say: Say },
): Selection {
  const part = (name: string): HTMLElement => required(`#${paneOf(roll.conversation)}${name}`);
  const bar = part("selection");
  const [toggle, says] = [part("select"), part("selection-says")];
  const section = roll.list.closest(".conversation")!;

  const chosen = (): HTMLInputElement[] => Array.from(roll.list.querySelectorAll('input[name="ids"]:checked'));

  function draw(): void {
    const boxes = chosen();
    section.classList.toggle("has-selected", boxes.length > 0);
    const own = boxes.filter(isOwn).length;
    says.textContent = choiceText(own, boxes.length - own);
  }

  function setMode(on: boolean): void {
    section.classList.toggle("selecting", on);
    toggle.setAttribute("aria-pressed", String(on));
    if (!on) for (const box of chosen()) box.checked = false;
    onMode(on);
    draw();
  }

  async function deleteChosen(everyone: boolean): Promise<void> {
    const boxes = chosen();
    const ids = boxes.map((box) => box.value);
    // Known now, because the stream may remove the rows before the answer arrives.
    const own = boxes.filter(isOwn).map((box) => box.value);
    if (ids.length === 0) return void (says.textContent = "Nothing is selected yet.");
    bar.classList.add("busy");
    const fields = { ids, id: newId(), everyone: everyone ? "yes" : "" };
    const answer = await postUntilDone(bar.getAttribute("action") ?? "", fields);
    bar.classList.remove("busy");
    if (answer.status !== 200) return void (says.textContent = answer.json.sentence ?? NOT_DELETED);
    // An event brings the rows of others that say who deleted them.
    roll.removeIds(everyone ? own : ids);
    setMode(false);
    say(doneText(own.length, ids.length - own.length, everyone), "done");
    roll.log.focus();
  }

  const isOn = (): boolean => section.classList.contains("selecting") || section.classList.contains("has-selected");

  toggle.addEventListener("click", () => setMode(!section.classList.contains("selecting")));
  part("select-none").addEventListener("click", () => setMode(false));
  roll.list.addEventListener("change", draw);
  // Somebody else may delete a selected message meanwhile.
  new MutationObserver(() => {
    if (isOn() && !bar.classList.contains("busy")) draw();
  }).observe(roll.list, { childList: true });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    void deleteChosen(event.submitter?.getAttribute("name") === "everyone");
  });
  draw();
  return { isOn, setMode, toggle: () => setMode(!isOn()) };
}

/** Begins a selection with this message, and leaves the rest to the user. */
export function selectOne(selection: Selection, row: HTMLElement): void {
  selection.setMode(true);
  row.querySelector<HTMLInputElement>('input[name="ids"]')?.click();
  row.closest(".conversation")?.querySelector<HTMLElement>(".selection .danger")?.focus();
}
