/** The button that leads to the newest message, with the number of messages that arrived below the window. */
import { isAtEnd } from "./reading-place.ts";

/** The button of one conversation. */
export class Jump {
  readonly #log: HTMLElement;
  /** True if the page has the newest messages. */
  readonly #hasEnd: () => boolean;
  readonly #button: HTMLElement | null;
  readonly #text: HTMLElement | null;
  #below = 0;

  /** `pane`: what its ids begin with. `onGo`: shows the newest messages. */
  constructor(
    section: Element,
    log: HTMLElement,
    { pane, hasEnd, onGo }: { readonly pane: string; readonly hasEnd: () => boolean; readonly onGo: () => void },
  ) {
    this.#log = log;
    this.#hasEnd = hasEnd;
    this.#button = section.querySelector(`#${pane}jump`);
    this.#text = section.querySelector(`#${pane}jump-text`);
    log.addEventListener("scroll", () => this.draw(), { passive: true });
    this.#button?.addEventListener("click", () => {
      onGo();
      log.focus();
    });
  }

  /** A message arrived below the window. */
  count(): void {
    this.#below++;
  }

  draw(): void {
    const atEnd = isAtEnd(this.#log) && this.#hasEnd();
    if (atEnd) this.#below = 0;
    if (this.#button === null || this.#text === null) return;
    this.#button.hidden = atEnd;
    const text =
      this.#below === 0 ? "Jump to latest" : this.#below === 1 ? "1 new message" : `${this.#below} new messages`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}
