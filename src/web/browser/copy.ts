/** Buttons that copy the text of a field. */
import { required } from "./elements.ts";

/** How long a button says that it has copied. */
const SAID_MS = 2_000;

/** Opens all such buttons of the page, also those that come later. */
export function openCopyButtons(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copies]") : null;
    if (button === null) return;
    const input = required<HTMLInputElement>(`#${button.dataset["copies"]}`);
    input.select();
    void copy(input.value).then((done) => {
      const before = button.textContent;
      // Without the right to copy, the text is selected, for the keys.
      button.textContent = done ? "Copied" : "Press Ctrl-C";
      setTimeout(() => {
        button.textContent = before;
      }, SAID_MS);
    });
  });
}

/** Whether the text is in the clipboard now. Browsers have one only on https and on localhost. */
export async function copy(text: string): Promise<boolean> {
  const { clipboard } = navigator as { readonly clipboard?: Clipboard };
  if (clipboard === undefined) return document.execCommand("copy");
  return await clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
