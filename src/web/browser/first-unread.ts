/**
 * The line above the messages that says how much is new and leads to where that begins. It is shown while that place is
 * above the window.
 */
import { required } from "./elements.ts";
import { UNREAD_COUNTED_MAX } from "./reading.ts";
import { localTimes } from "./times.ts";

interface FirstUnreadInput {
  /** The conversation. */
  readonly section: HTMLElement;
  /** What its ids begin with. */
  readonly pane: string;
  readonly log: HTMLElement;
  readonly unreadRows: () => readonly HTMLElement[];
  /** The user wants to go there. `isHere`: the place is on the page. */
  readonly onGo: (isHere: boolean) => void;
}

/** The line of one conversation. */
export class FirstUnread {
  readonly #input: FirstUnreadInput;
  readonly #link: HTMLAnchorElement;
  /** False while unread messages are older than the oldest one on the page. */
  #isWhole: boolean;

  constructor(input: FirstUnreadInput) {
    const { section, log } = input;
    this.#input = input;
    this.#link = required<HTMLAnchorElement>(`#${input.pane}first-unread`, section);
    this.#isWhole = this.#link.dataset["whole"] !== "no";
    this.#link.addEventListener("click", (event) => {
      event.preventDefault();
      this.go();
    });
    log.addEventListener("scroll", () => this.draw(), { passive: true });
  }

  /** Goes to the first unread message, if there is one. */
  go(): void {
    this.#input.onGo(this.#isWhole);
    this.draw();
  }

  /** The page has the first unread message now, or those that it lacked are read. */
  arrived(): void {
    this.#isWhole = true;
    this.draw();
  }

  draw(): void {
    const rows = this.#input.unreadRows();
    const [first] = rows;
    const isAbove =
      first !== undefined && first.getBoundingClientRect().top < this.#input.log.getBoundingClientRect().top;
    this.#link.hidden = this.#isWhole && !isAbove;
    if (!this.#isWhole || this.#link.hidden) return;
    this.#say(rows);
  }

  #say(rows: readonly HTMLElement[]): void {
    const count = rows.length >= UNREAD_COUNTED_MAX ? `${UNREAD_COUNTED_MAX - 1}+` : String(rows.length);
    const text = required(`#${this.#input.pane}first-unread-count`, this.#link);
    if (text.textContent !== count) text.textContent = count;
    const time = required<HTMLTimeElement>("time", this.#link);
    const since = new Date(Number(rows[0]?.dataset["micros"]) / 1000).toISOString();
    if (time.dateTime === since) return;
    time.dateTime = since;
    localTimes(this.#link);
  }
}
