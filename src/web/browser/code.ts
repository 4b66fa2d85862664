/** The button that copies a block of code. */
import { announce } from "./announcer.ts";
import { copyOf } from "./elements.ts";
import type { Rows } from "./rows.ts";

/** How long the button shows that it has copied. */
const DONE_MS = 1500;

/** Adds the buttons to the blocks of code within an element. */
export function drawCode(within: HTMLElement): void {
  for (const code of within.querySelectorAll(".body .code"))
    if (code.querySelector(".copy-code") === null) code.append(copyOf("copy-code"));
}

/** Without https, browsers let a page copy only what is selected. */
function copySelected(element: Element): boolean {
  const selection = getSelection();
  selection?.selectAllChildren(element);
  const isDone = document.execCommand("copy");
  selection?.removeAllRanges();
  return isDone;
}

async function copy(element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return true;
  } catch {
    return copySelected(element);
  }
}

/** Listens to the rows of the open conversation. `say`: a note to the user. */
export function openCode(roll: Rows, say: (text: string) => void): void {
  drawCode(roll.list);
  roll.list.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>(".copy-code");
    const code = button?.parentElement?.querySelector("code") ?? null;
    if (button === null || code === null) return;
    void copy(code).then((isDone) => {
      if (isDone) announce("Copied");
      else say("The browser does not let this page copy. Select the code and copy it by keyboard.");
      button.classList.toggle("done", isDone);
      setTimeout(() => button.classList.remove("done"), DONE_MS);
    });
  });
}
