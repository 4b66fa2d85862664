/** The field of the page of the search: below it the replica offers what completes a filter. */
import { walk } from "./arrow-walk.ts";
import { getText } from "./requests.ts";

/** While the user types, one request at most in this time. */
const GATHER_MS = 60;

/** What a click on an offer puts into the field; null: it is no such click. */
export function fillsOf(event: Event): string | null {
  return (event.target as Element).closest<HTMLElement>("button[data-fills]")?.dataset["fills"] ?? null;
}

const fieldHere = (): HTMLInputElement | null => document.querySelector("input#search-text");
const placeHere = (): HTMLElement | null => document.querySelector("#search-offers");
const offersHere = (): HTMLElement[] => Array.from(placeHere()?.querySelectorAll("button") ?? []);

/** Begins to listen. The page of the search may be swapped in later, so the document listens. */
export function listenToSearchField(): void {
  void new SearchField();
}

class SearchField {
  /** The number of requests so far: an answer to an earlier one is ignored. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    document.addEventListener("input", ({ target }) => {
      if (target !== fieldHere()) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#offer(), GATHER_MS);
    });
    document.addEventListener("click", (event) => {
      const [field, fills] = [fieldHere(), fillsOf(event)];
      if (field === null || fills === null || placeHere()?.contains(event.target as Element) !== true) return;
      field.value = fills;
      field.focus();
      void this.#offer();
    });
    document.addEventListener("keydown", (event) => {
      const field = fieldHere();
      const isHere = event.target === field || placeHere()?.contains(event.target as Element) === true;
      if (field !== null && isHere) walk(event, { field, links: offersHere, onEscape: () => this.#clear() });
    });
  }

  async #offer(): Promise<void> {
    const turn = ++this.#turn;
    const html = await getText(`/search/complete?q=${encodeURIComponent(fieldHere()?.value ?? "")}`);
    const place = placeHere();
    if (turn === this.#turn && place !== null) place.innerHTML = html ?? "";
  }

  #clear(): boolean {
    const isAny = offersHere().length > 0;
    placeHere()?.replaceChildren();
    fieldHere()?.focus();
    return isAny;
  }
}
