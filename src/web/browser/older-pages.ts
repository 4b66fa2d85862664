/** Loads older messages, one page at a time, when the link above the oldest one comes near the window. */
import { getPiece } from "./requests.ts";

const RETRY_MS = 1500;

interface OlderInput {
  /** The conversation. */
  readonly section: Element;
  readonly log: HTMLElement;
  /** A page has arrived: its rows, and its own link, or an empty element if nothing is older. */
  readonly onPage: (rows: Iterable<HTMLElement>, place: Element | null) => void;
}

/** The link of one conversation. */
export class OlderPages {
  readonly #input: OlderInput;
  readonly #seen: IntersectionObserver;
  #loading: Promise<void> | null = null;

  constructor(input: OlderInput) {
    this.#input = input;
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) void this.load(target as HTMLAnchorElement);
      },
      { root: input.log, rootMargin: "600px 0px" },
    );
    this.watch();
    this.link()?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.load(event.currentTarget as HTMLAnchorElement);
    });
  }

  /** Null if nothing is older. */
  link(): HTMLAnchorElement | null {
    return this.#input.section.querySelector<HTMLAnchorElement>("a#older");
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

  /** Messages were removed at the top, so the link has to load those before the oldest one left. */
  moveTo(address: string): void {
    const link = Object.assign(document.createElement("a"), {
      id: "older",
      className: "older",
      textContent: "Older messages",
      href: address,
    });
    this.#input.section.querySelector("#older")?.replaceWith(link);
    this.watch();
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
    const place = piece.querySelector<HTMLElement>("#older");
    const isFocused = document.activeElement === link;
    this.#input.onPage(piece.querySelectorAll<HTMLElement>(".message"), place);
    if (isFocused) (place?.matches("a") === true ? place : this.#input.log).focus({ preventScroll: true });
    this.watch();
  }
}
