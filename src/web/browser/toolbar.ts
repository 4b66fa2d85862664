/** The buttons that format what is written, and the keys that do the same. */
import { formatted } from "./formatting.ts";
import { replaceText } from "./field-text.ts";

/** With Ctrl or Cmd. page/shortcuts.ts lists them for people. */
const KEYS: Readonly<Record<string, string>> = { b: "bold", i: "italic", e: "code", "shift+x": "strike" };

function format(field: HTMLTextAreaElement, name: string): void {
  const selected = { text: field.value, from: field.selectionStart, to: field.selectionEnd };
  replaceText(field, formatted(selected, name));
}

/** Moves the focus along the buttons, of which Tab reaches one. */
function step(buttons: readonly HTMLElement[], event: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1, Home: -buttons.length, End: buttons.length }[event.key];
  const at = buttons.indexOf(event.target as HTMLElement);
  if (by === undefined || at === -1) return;
  event.preventDefault();
  const next = buttons[Math.min(Math.max(at + by, 0), buttons.length - 1)]!;
  for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
  next.focus();
}

/** Opens the buttons of a composer. */
export function openToolbar(form: HTMLFormElement, field: HTMLTextAreaElement): void {
  const bar = form.querySelector<HTMLElement>(".formats");
  const toggle = form.querySelector<HTMLElement>(".format-toggle");
  if (bar === null) return;
  const buttons = Array.from(bar.querySelectorAll<HTMLElement>("[data-format]"));
  for (const [at, button] of buttons.entries()) button.tabIndex = at === 0 ? 0 : -1;
  bar.addEventListener("click", (event) => {
    const name = (event.target as Element).closest<HTMLElement>("[data-format]")?.dataset["format"];
    if (name !== undefined) format(field, name);
  });
  bar.addEventListener("keydown", (event) => step(buttons, event));
  // The keyboard of a phone would close and open again.
  for (const one of [bar, toggle]) one?.addEventListener("mousedown", (event) => event.preventDefault());
  toggle?.addEventListener("click", () => {
    const isOpen = form.classList.toggle("with-formats");
    toggle.setAttribute("aria-expanded", String(isOpen));
  });
  field.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const name = KEYS[`${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`];
    if (name === undefined) return;
    event.preventDefault();
    format(field, name);
  });
}
