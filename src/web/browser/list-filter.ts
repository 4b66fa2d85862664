/**
 * The sections of the list, and the field above them that shows only rows whose name has what was typed. The replica
 * renders all rows; here they are only shown or not. Which sections are folded is kept in a cookie, so that a page has
 * them folded from the start.
 */
import { walk } from "./arrow-walk.ts";
import { required } from "./elements.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Without case and accents. */
const fold = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().trim();

/** The name, and that of the person's account, if it is another one. */
const nameOf = (row: Element): string => {
  const name = row.querySelector<HTMLElement>(".name");
  return fold(`${name?.firstChild?.textContent ?? ""} ${name?.title ?? ""}`);
};
const sections = (): HTMLDetailsElement[] => Array.from(document.querySelectorAll("#sidebar details[data-section]"));

/** See the top of this file. */
export class ListFilter {
  /** What was typed; "" shows everything. */
  #text = "";
  /** Some rows are not shown. */
  #isFiltered = false;
  readonly #folded: Set<string>;
  /** Looks further than this list. */
  readonly #onSearch: (text: string) => void;

  constructor(onSearch: (text: string) => void) {
    this.#onSearch = onSearch;
    this.#folded = new Set(sections().flatMap((one) => (one.open ? [] : [one.dataset["section"] ?? ""])));
    // The list may be replaced as a whole, so the document listens.
    document.addEventListener("input", ({ target }) => {
      if (target === this.#field()) this.#set(this.#field().value);
    });
    document.addEventListener("toggle", (event) => this.#onToggle(event.target as Element), { capture: true });
    document.addEventListener("submit", (event) => {
      if ((event.target as Element).id !== "finder") return;
      event.preventDefault();
      this.#choose();
    });
    document.addEventListener("keydown", (event) => {
      if ((event.target as Element).closest("#sidebar") === null) return;
      walk(event, { field: this.#field(), links: () => this.links(), onEscape: () => this.#clear() });
    });
  }

  #field(): HTMLInputElement {
    return required<HTMLInputElement>("#filter");
  }

  /** The rows that are shown and not folded away, from the top. */
  links(): HTMLAnchorElement[] {
    const all = document.querySelectorAll<HTMLAnchorElement>("#sidebar li:not([hidden]) a");
    return Array.from(all).filter((link) => link.closest("details:not([open])") === null);
  }

  focus(): void {
    this.#field().focus();
    this.#field().select();
  }

  /** Shows what the list is now: rows have come, gone or changed. */
  draw(): void {
    if (this.#field().value !== this.#text) this.#field().value = this.#text;
    const part = fold(this.#text);
    // Nearly always nothing was typed, and a row that comes is shown.
    if (part !== "" || this.#isFiltered)
      for (const row of document.querySelectorAll<HTMLElement>("#sidebar li"))
        row.hidden = part !== "" && !nameOf(row).includes(part);
    this.#isFiltered = part !== "";
    for (const section of sections()) {
      section.hidden = section.querySelector("li:not([hidden])") === null;
      section.open = part !== "" || !this.#folded.has(section.dataset["section"] ?? "");
      const unread = section.querySelectorAll(".has-unread").length;
      required(".unread-rows", section).hidden = unread === 0;
      required(".number", section).textContent = String(unread);
    }
    const others = document.querySelector<HTMLElement>("#sidebar h2");
    if (others !== null) others.hidden = others.nextElementSibling?.querySelector("li:not([hidden])") === null;
    const nothing = required("#nothing-found");
    nothing.hidden = part === "" || this.links().length > 0;
    nothing.textContent = nothing.hidden
      ? ""
      : "Nobody and no room of this name in your list. Press Enter to look further.";
  }

  #set(text: string): void {
    this.#text = text;
    this.draw();
  }

  #clear(): boolean {
    if (this.#text === "") return false;
    this.#set("");
    this.#field().focus();
    return true;
  }

  /** Enter in the field: the first row, or a look further. */
  #choose(): void {
    const [first] = this.links();
    const text = this.#text;
    this.#set("");
    if (text === "" || first === undefined) this.#onSearch(text);
    else first.click();
  }

  #onToggle(section: Element): void {
    if (!(section instanceof HTMLDetailsElement) || section.dataset["section"] === undefined || this.#text !== "")
      return;
    const name = section.dataset["section"];
    if (this.#folded.has(name) === !section.open) return;
    if (section.open) this.#folded.delete(name);
    else this.#folded.add(name);
    const cookie = required("#sidebar").dataset["folds"] ?? "";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    // oxlint-disable-next-line unicorn/no-document-cookie -- Firefox and plain http have no other way
    document.cookie = `${cookie}=${[...this.#folded].join(".")}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  }
}
