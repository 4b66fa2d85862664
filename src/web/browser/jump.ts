/** The button that scrolls to the newest message, with the number of messages that arrived below the window. */
import { isAtEnd } from "./reading-place.ts";

/** The button of one conversation. */
export class Jump {
  readonly #log: HTMLElement;
  readonly #button: HTMLElement | null;
  readonly #text: HTMLElement | null;
  #below = 0;

  constructor(section: Element, log: HTMLElement) {
    this.#log = log;
    this.#button = section.querySelector("#jump");
    this.#text = section.querySelector("#jump-text");
    log.addEventListener("scroll", () => this.draw(), { passive: true });
    this.#button?.addEventListener("click", () => {
      log.scrollTop = 0;
      this.draw();
      log.focus();
    });
  }

  /** A message arrived below the window. */
  count(): void {
    this.#below++;
  }

  draw(): void {
    const atEnd = isAtEnd(this.#log);
    if (atEnd) this.#below = 0;
    if (this.#button === null || this.#text === null) return;
    this.#button.hidden = atEnd;
    const text =
      this.#below === 0 ? "Jump to latest" : this.#below === 1 ? "1 new message" : `${this.#below} new messages`;
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}
