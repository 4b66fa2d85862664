/**
 * Loads messages beyond those on the page, one page at a time, when the link at their end comes near the window. The
 * replica renders such a link at each end behind which there are more.
 */
import { getPiece } from "./requests.ts";

const RETRY_MS = 1500;

interface EdgeInput {
  /** What the link says. */
  readonly text: string;
  /** The conversation. */
  readonly section: Element;
  /** The id of the link. */
  readonly id: string;
  readonly log: HTMLElement;
  /** A page has arrived: its rows, and its own link, or an empty element if nothing is behind it. */
  readonly onPage: (rows: Iterable<HTMLElement>, place: Element | null) => void;
}

/** The link at one end of the messages. */
export class EdgePages {
  readonly #input: EdgeInput;
  readonly #seen: IntersectionObserver;
  #loading: Promise<void> | null = null;

  constructor(input: EdgeInput) {
    this.#input = input;
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) void this.load(target as HTMLAnchorElement);
      },
      { root: input.log, rootMargin: "600px 0px" },
    );
    input.section.addEventListener("click", (event) => {
      const link = this.link();
      if (link === null || !link.contains(event.target as Node)) return;
      event.preventDefault();
      void this.load(link);
    });
    this.watch();
  }

  /** Null if nothing is behind this end. */
  link(): HTMLAnchorElement | null {
    return this.#input.section.querySelector<HTMLAnchorElement>(`a#${this.#input.id}`);
  }

  /** Watches the link that is on the page now. */
  watch(): void {
    this.#seen.disconnect();
    const link = this.link();
    if (link !== null) this.#seen.observe(link);
  }

  /** The page is about to show something else. */
  close(): void {
    this.#seen.disconnect();
  }

  /** Messages were removed at this end, so the link has to load those beyond the last one left. */
  moveTo(address: string): void {
    const { id, text: textContent } = this.#input;
    this.put(Object.assign(document.createElement("a"), { id, className: "older", textContent, href: address }));
    this.watch();
  }

  /** Replaces the link. Null: nothing is behind this end. */
  put(place: Element | null): void {
    const { id, section } = this.#input;
    section.querySelector(`#${id}`)?.replaceWith(place ?? Object.assign(document.createElement("span"), { id }));
  }

  /** Loads the link's page. A second call while a page is being loaded returns the same promise. */
  load(link: HTMLAnchorElement): Promise<void> {
    this.#loading ??= this.#loadPage(link).finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #loadPage(link: HTMLAnchorElement): Promise<void> {
    const piece = await getPiece(link.getAttribute("href") ?? "");
    if (!link.isConnected) return;
    if (piece === null) {
      setTimeout(() => link.isConnected && this.watch(), RETRY_MS);
      return;
    }
    const place = piece.querySelector<HTMLElement>(`#${this.#input.id}`);
    const isFocused = document.activeElement === link;
    this.#input.onPage(piece.querySelectorAll<HTMLElement>(".message"), place);
    if (isFocused) (place?.matches("a") === true ? place : this.#input.log).focus({ preventScroll: true });
    this.watch();
  }
}
