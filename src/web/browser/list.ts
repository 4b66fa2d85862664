/**
 * The list on the left. The replica renders its rows and sends a row again when it changes; the page only places them.
 * If the page cannot know what changed, it fetches the whole list again.
 */
import { required } from "./elements.ts";
import type { LiveWords } from "./live-words.ts";
import { getText, sleep, waitBefore } from "./requests.ts";
import { localTimes } from "./times.ts";

const GATHER_MS = 120;
const GATHER_HIDDEN_MS = 1500;
/**
 * After a failover all pages reconnect at the same moment. They lack only the news of who is online, which can wait.
 */
const SPREAD_MS = 3000;
/** If no replica answers, the stream is lost as well, and the list is fetched when the stream is back. */
const TRIES_MAX = 3;

/** A row as the replica sends it; see messages/list-rows.tsx. */
export interface ListRow {
  readonly conversationId: string;
  /** Its `<li>`; "" if the conversation is no longer in the list. */
  readonly html: string;
  /** The number of unread messages in all conversations, in the words of the list. */
  readonly unread: string;
}

interface ListInput {
  readonly words: LiveWords;
  /** `count`: in the words of the list. */
  readonly onUnread: (count: string) => void;
}

const seqOf = (row: Element): number => Number((row as HTMLElement).dataset["seq"]);

/** The list is in the order of the newest messages. */
function placeInOrder(list: Element, row: HTMLElement): void {
  const after = Array.from(list.children).find((one) => seqOf(one) < seqOf(row));
  if (after === undefined) list.append(row);
  else if (after !== row) after.before(row);
}

/** The list of an app page. */
export class List {
  readonly #input: ListInput;
  /** The id of the open conversation, "new", or "". */
  #current: string;
  /** True if a fetch of the list is about to begin. */
  #isDue = false;
  /** Resolves when the previous fetch has finished. */
  #loaded = Promise.resolve();
  /** Rows that arrived while the whole list was being fetched: the list may be older than they are. */
  #late: ListRow[] | null = null;

  constructor(input: ListInput, current: string) {
    this.#input = input;
    this.#current = current;
  }

  /** Marks another row as the current one: the id of a conversation, "new", or "" for none. */
  setCurrent(current: string): void {
    this.#current = current;
    const sidebar = required("#sidebar");
    for (const link of sidebar.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
    const places: Record<string, string> = { new: ".new-message", rooms: ".browse" };
    const row = places[current] ?? `#s-${CSS.escape(current)} a`;
    sidebar.querySelector(row)?.setAttribute("aria-current", "page");
  }

  /** Fetches the list, because somebody registered or was deleted, or much may have changed. */
  refresh(): void {
    this.#loadIn(document.hidden ? GATHER_HIDDEN_MS : GATHER_MS);
  }

  /** The same, within a few seconds. */
  refreshSoon(): void {
    this.#loadIn(Math.random() * SPREAD_MS);
  }

  /** Places a row that the replica sent. */
  place(given: ListRow): void {
    const { conversationId, html, unread } = given;
    this.#late?.push(given);
    this.#input.onUnread(unread);
    const sidebar = required("#sidebar");
    // The styles of the start page depend on it.
    sidebar.dataset["unread"] = unread;
    const known = document.getElementById(`s-${conversationId}`);
    if (html === "") return known?.remove();
    const row = this.#rowOf(given);
    const link = required("a", row);
    const list = required("ul", sidebar);
    const hasFocus = known?.contains(document.activeElement) === true;
    known?.replaceWith(row);
    const before = row.previousElementSibling;
    const isInOrder = known !== null && (before === null || seqOf(before) >= seqOf(row));
    if (!isInOrder) placeInOrder(list, row);
    if (hasFocus) link.focus({ preventScroll: true });
    this.#removeStranger(row.dataset["with"] ?? "");
    if (known === null) this.#cutOff(sidebar, list);
  }

  #rowOf({ conversationId, html }: ListRow): HTMLElement {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.firstElementChild as HTMLElement;
    if (conversationId === this.#current) required("a", row).setAttribute("aria-current", "page");
    localTimes(row);
    return row;
  }

  /** A person with whom there was no conversation before is no longer one of the "other people". */
  #removeStranger(user: string): void {
    const stranger = document.getElementById(`u-${user}`);
    const others = stranger?.parentElement;
    if (others?.childElementCount === 1) others.previousElementSibling?.remove();
    stranger?.remove();
  }

  /** If the list continues on another page, a new row pushes the last one out. */
  #cutOff(sidebar: Element, list: Element): void {
    const more = sidebar.querySelector<HTMLAnchorElement>('.more a[href^="/conversations?before="]');
    if (more === null) return;
    list.lastElementChild?.remove();
    if (list.lastElementChild !== null) more.href = `/conversations?before=${seqOf(list.lastElementChild)}`;
  }

  #loadIn(ms: number): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      // One fetch after the other, so that the list that was requested last is the one that stays.
      this.#loaded = this.#loaded.then(() => this.#load());
    }, ms);
  }

  async #load(): Promise<void> {
    this.#isDue = false;
    this.#late = [];
    const text = await this.#fetched();
    if (text !== null) {
      const target = required("#sidebar");
      await htmx.swap({ text, sourceElement: target, target, swap: "outerMorph" });
    }
    const sidebar = required("#sidebar");
    for (const dot of sidebar.querySelectorAll<HTMLElement>(".presence"))
      this.#input.words.showPresence({ id: dot.dataset["user"] ?? "", online: dot.dataset["online"] === "yes" });
    this.#input.onUnread(sidebar.dataset["unread"] ?? "0");
    const rows = this.#late;
    this.#late = null;
    for (const row of rows) this.place(row);
  }

  /**
   * The list's HTML. A frozen replica never answers, and it may not be the stream's replica, so the list is requested
   * again.
   */
  async #fetched(): Promise<string | null> {
    for (let tried = 0; tried < TRIES_MAX; tried++) {
      const text = await getText(`/sidebar?current=${encodeURIComponent(this.#current)}`);
      if (text !== null) return text;
      await sleep(waitBefore(tried));
    }
    return null;
  }
}
