/** The picker of all emoji, for reactions and for the text field. Those used last come first. */
import { copyOf, required } from "./elements.ts";
import { getText } from "./requests.ts";

const RECENT_KEY = "lastword-recent-emoji";
const RECENT_MAX = 18;
const EMOJI_UNITS_MAX = 40;

function recent(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? "[]");
    const all: readonly unknown[] = Array.isArray(stored) ? stored : [];
    return all.filter((one): one is string => typeof one === "string" && one.length <= EMOJI_UNITS_MAX);
  } catch {
    // Another program wrote it, or the browser forbids storage.
    return [];
  }
}

/** Remembers an emoji as the one that was used last. */
function remember(emoji: string): void {
  try {
    const all = [emoji, ...recent().filter((one) => one !== emoji)];
    localStorage.setItem(RECENT_KEY, JSON.stringify(all.slice(0, RECENT_MAX)));
  } catch {
    // The browser forbids storage.
  }
}

/** See the top of this file. */
export class EmojiPicker {
  readonly #element = copyOf<HTMLElement>("emoji-picker");
  readonly #search = required<HTMLInputElement>("input", this.#element);
  readonly #list = required(".emoji-list", this.#element);
  readonly #name = required(".emoji-name", this.#element);
  #onPick: (emoji: string) => void = () => undefined;
  #isLoaded = false;

  /** `closed`: aborted when the page shows something else. */
  constructor(main: HTMLElement, closed: AbortSignal) {
    main.append(this.#element);
    closed.addEventListener("abort", () => this.#element.remove());
    this.#search.addEventListener("input", () => this.#filter());
    this.#element.addEventListener("keydown", (event) => this.#onKey(event));
    this.#list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      if (button !== null) this.#pick(button.value);
    });
    for (const type of ["mouseover", "focusin"])
      this.#list.addEventListener(type, ({ target }) => {
        this.#name.textContent = (target as Element).closest("button")?.title ?? "";
      });
  }

  /** Opens the picker beside an element. What is picked goes to `onPick`, once. */
  open(beside: Element, onPick: (emoji: string) => void): void {
    this.#onPick = onPick;
    this.#search.value = "";
    this.#element.showPopover();
    const at = beside.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#element;
    const top = at.top - height - 8 < 0 ? at.bottom + 8 : at.top - height - 8;
    this.#element.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
    this.#element.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    this.#search.focus();
    void this.#load();
  }

  async #load(): Promise<void> {
    if (!this.#isLoaded) {
      const html = await getText(this.#element.dataset["file"] ?? "");
      if (html === null) {
        required(".empty", this.#list).textContent = "No connection. Try again in a moment.";
        return;
      }
      this.#list.innerHTML = html;
      this.#isLoaded = true;
    }
    this.#drawRecent();
    this.#filter();
  }

  #drawRecent(): void {
    this.#list.querySelector(".recent")?.remove();
    const buttons = recent().flatMap((emoji) => {
      const button = this.#list.querySelector<HTMLElement>(`button[value="${CSS.escape(emoji)}"]`);
      return button === null ? [] : [button.cloneNode(true)];
    });
    if (buttons.length === 0) return;
    const group = document.createElement("div");
    group.className = "emoji-group recent";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Used last");
    const title = Object.assign(document.createElement("p"), { textContent: "Used last" });
    title.setAttribute("aria-hidden", "true");
    group.append(title, ...buttons);
    this.#list.prepend(group);
  }

  /** Shows what fits: each word that was typed begins a word of the name or of the other words. */
  #filter(): void {
    const words = this.#search.value
      .toLowerCase()
      .split(/[\s_]+/)
      .filter((word) => word !== "");
    for (const group of this.#list.querySelectorAll<HTMLElement>(".emoji-group")) {
      let shown = 0;
      for (const button of group.querySelectorAll<HTMLElement>("button")) {
        const text = ` ${button.title} ${button.dataset["words"] ?? ""}`.toLowerCase().replaceAll(/[_:-]/g, " ");
        button.hidden = !words.every((word) => text.includes(` ${word}`));
        button.tabIndex = -1;
        if (!button.hidden) shown++;
      }
      group.hidden = shown === 0 || (words.length > 0 && group.classList.contains("recent"));
    }
    this.#list.scrollTop = 0;
    const [first] = this.#shown();
    if (first !== undefined) first.tabIndex = 0;
    this.#name.textContent = first?.title ?? (this.#isLoaded ? "No emoji has this name." : "");
  }

  #shown(): HTMLButtonElement[] {
    return Array.from(
      this.#list.querySelectorAll<HTMLButtonElement>(".emoji-group:not([hidden]) button:not([hidden])"),
    );
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    const shown = this.#shown();
    const at = shown.indexOf(event.target as HTMLButtonElement);
    if (event.target === this.#search) {
      if (event.key === "Enter") {
        event.preventDefault();
        if (shown[0] !== undefined) this.#pick(shown[0].value);
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        shown[0]?.focus();
      }
      return;
    }
    const to = at === -1 ? undefined : this.#next(shown, at, event.key);
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) return this.#search.focus();
    shown[at]!.tabIndex = -1;
    const next = shown[Math.min(to, shown.length - 1)]!;
    next.tabIndex = 0;
    next.focus();
  }

  /** The place of the button that a key leads to; -1: the search. Rows are found by where the buttons are. */
  #next(shown: readonly HTMLElement[], at: number, key: string): number | undefined {
    if (key === "ArrowRight") return at + 1;
    if (key === "ArrowLeft") return at - 1;
    const from = shown[at]!.getBoundingClientRect();
    const by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (by === undefined) return undefined;
    for (let to = at + by; to >= 0 && to < shown.length; to += by) {
      const place = shown[to]!.getBoundingClientRect();
      if ((place.top - from.top) * by > 1 && Math.abs(place.left - from.left) < from.width / 2) return to;
    }
    return by === 1 ? shown.length - 1 : -1;
  }

  #pick(emoji: string): void {
    this.#element.hidePopover();
    remember(emoji);
    this.#onPick(emoji);
  }
}
