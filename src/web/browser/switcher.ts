/** The quick switcher: a dialog with a field, and below it the people, rooms and messages that the replica finds. */
import { walk } from "./arrow-walk.ts";
import { required } from "./elements.ts";
import { fillsOf } from "./search-field.ts";
import { getText } from "./requests.ts";
import { localTimes } from "./times.ts";

/** While the user types, one request at most in this time. */
const GATHER_MS = 60;

const NO_ANSWER = "No connection. Try again in a moment.";

/** See the top of this file. */
export class Switcher {
  readonly #dialog = required<HTMLDialogElement>("dialog#switcher");
  readonly #field = required<HTMLInputElement>("input", this.#dialog);
  readonly #place = required("#switcher-found", this.#dialog);
  /** The number of searches so far: an answer to an earlier one is ignored. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#search(), GATHER_MS);
    });
    this.#dialog.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.#field) {
        event.preventDefault();
        void this.#chooseFirst();
      } else walk(event, { field: this.#field, links: () => this.#links(), onEscape: () => this.#close() });
    });
    this.#dialog.addEventListener("click", (event) => {
      const fills = fillsOf(event);
      if (fills !== null) return this.#fill(fills);
      const isOutside = event.target === this.#dialog;
      // The link itself is opened in place, as any other link (switching.ts).
      if (isOutside || (event.target as Element).closest("a") !== null) this.#dialog.close();
    });
  }

  /** Opens the dialog, or closes it if it is open. */
  toggle(text = ""): void {
    if (this.#dialog.open) return this.#dialog.close();
    if (document.querySelector("dialog[open]") !== null) return;
    this.#field.value = text;
    this.#dialog.showModal();
    void this.#search();
  }

  /** Completes a filter. */
  #fill(text: string): void {
    this.#field.value = text;
    this.#field.focus();
    void this.#search();
  }

  #close(): boolean {
    this.#dialog.close();
    return true;
  }

  #links(): HTMLElement[] {
    return Array.from(this.#place.querySelectorAll<HTMLElement>("a, button[data-fills]"));
  }

  async #search(): Promise<void> {
    const turn = ++this.#turn;
    const text = this.#field.value;
    const html = await getText(`/find?q=${encodeURIComponent(text)}`);
    if (turn !== this.#turn) return;
    if (html === null) this.#place.textContent = NO_ANSWER;
    else this.#place.innerHTML = html;
    localTimes(this.#place);
    this.#place.dataset["for"] = html === null ? "" : text;
  }

  /** The first one for what is in the field, not for what was there before. */
  async #chooseFirst(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#place.dataset["for"] !== this.#field.value) await this.#search();
    this.#links()[0]?.click();
  }
}
