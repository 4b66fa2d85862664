/**
 * Completes what is typed in the composer behind an `@`, a `#` or, from two letters on, a `:`. The replica renders the options; the focus stays in
 * the field, which names the chosen option to screen readers.
 */
import { required } from "./elements.ts";
import { getText } from "./requests.ts";

/** A person types some letters in this time, so that few requests are made. */
const TYPING_MS = 90;

/** A name that is being typed at the end of the text before the cursor. */
const TYPED =
  /(?<![\p{L}\p{N}\p{M}_.@＠#:-])(?:_?([@＠#][\p{L}\p{N}\p{M}_.-]{0,48})|(:[\p{L}\p{N}_+-][\p{L}\p{N}_+-]{1,40}))$/u;

/** Offers names in the field of this form; for the conversation at `path`. */
export function openCompletion(form: HTMLFormElement, field: HTMLTextAreaElement, path: string): void {
  new Completion(form, field, path).listen();
}

class Completion {
  readonly #form: HTMLFormElement;
  readonly #field: HTMLTextAreaElement;
  readonly #path: string;
  readonly #list: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What the list was asked for; null: it is closed. */
  #typed: string | null = null;

  constructor(form: HTMLFormElement, field: HTMLTextAreaElement, path: string) {
    this.#form = form;
    this.#field = field;
    this.#path = path;
    this.#list = required(".offers", form);
  }

  listen(): void {
    this.#field.addEventListener("input", () => this.#ask());
    this.#field.addEventListener("blur", () => this.#close());
    // Before the composer, which would send the message.
    this.#form.addEventListener("keydown", (event) => this.#onKey(event), { capture: true });
    // A press would take the focus from the field, which closes the list.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const option = target instanceof Element ? target.closest<HTMLElement>("[role=option]") : null;
      if (option !== null) this.#take(option);
    });
  }

  /** What is being typed; null if it is no name. */
  #typing(): string | null {
    const { selectionStart, selectionEnd, value } = this.#field;
    if (selectionStart !== selectionEnd) return null;
    const found = TYPED.exec(value.slice(0, selectionEnd));
    return found?.[1] ?? found?.[2] ?? null;
  }

  #ask(): void {
    clearTimeout(this.#timer);
    const typed = this.#typing();
    this.#typed = typed;
    if (typed === null) return this.#close();
    this.#timer = setTimeout(() => {
      void getText(`${this.#path}/complete?text=${encodeURIComponent(typed)}`).then((html) => {
        // Meanwhile the user has typed more, and that is asked for.
        if (this.#typed === typed) this.#show(html ?? "");
      });
    }, TYPING_MS);
  }

  #show(html: string): void {
    this.#list.innerHTML = html;
    const options = this.#options();
    const isOpen = options.length > 0 && document.activeElement === this.#field;
    this.#list.hidden = !isOpen;
    if (isOpen) this.#choose(options[0]!);
  }

  #options(): HTMLElement[] {
    return Array.from(this.#list.querySelectorAll<HTMLElement>("[role=option]"));
  }

  #chosen(): HTMLElement | null {
    return this.#list.hidden ? null : this.#list.querySelector<HTMLElement>('[aria-selected="true"]');
  }

  #choose(option: HTMLElement): void {
    for (const one of this.#options()) one.setAttribute("aria-selected", String(one === option));
    this.#field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #onKey(event: KeyboardEvent): void {
    const chosen = this.#chosen();
    if (chosen === null || event.target !== this.#field || event.isComposing || event.keyCode === 229) return;
    const options = this.#options();
    const at = options.indexOf(chosen);
    const actions: Record<string, () => void> = {
      ArrowDown: () => this.#choose(options[(at + 1) % options.length]!),
      ArrowUp: () => this.#choose(options[(at - 1 + options.length) % options.length]!),
      Enter: () => this.#take(chosen),
      Tab: () => this.#take(chosen),
      Escape: () => this.#close(),
    };
    const action = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** Writes the option in place of what was typed. */
  #take(option: HTMLElement): void {
    const typed = this.#typing();
    const field = this.#field;
    this.#close();
    if (typed === null) return;
    const end = field.selectionEnd;
    const next = field.value.charAt(end);
    field.setRangeText(`${option.dataset["text"] ?? ""}${next === " " ? "" : " "}`, end - typed.length, end, "end");
    // The draft and the size of the field follow.
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#typed = null;
    this.#list.hidden = true;
    this.#field.removeAttribute("aria-activedescendant");
  }
}
