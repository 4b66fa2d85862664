/**
 * The list on the left. The replica renders its rows and sends a row again when it changes; the page only places them.
 * If the page cannot know what changed, it fetches the whole list again.
 */
import { compareRows, ORDERS, type Placed } from "../messages/list-order.ts";
import { required } from "./elements.ts";
import type { ListFilter } from "./list-filter.ts";
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
  /** The same of those that call the user. */
  readonly calls: string;
  /** How many messages of this conversation call the user, and the seq of its newest message. */
  readonly here: number;
  readonly lastSeq: number;
  /** What a notification says: where, and what. */
  readonly title: string;
  readonly text: string;
  /** The number of those in threads. */
  readonly inThreads: string;
}

interface ListInput {
  readonly words: LiveWords;
  readonly filter: ListFilter;
  /** The conversations for which this browser has a draft; the list itself says for which the replicas keep one. */
  readonly drafted: () => readonly string[];
  /** What waits, in the words of the list: unread messages, and those of them that call the user. */
  readonly onWaiting: (unread: string, calls: string) => void;
  /** A row has changed. */
  readonly onRow: (row: ListRow) => void;
}

const seqOf = (row: Element): number => Number((row as HTMLElement).dataset["seq"]);

/** What decides on a row's place. */
function placed(row: HTMLElement): Placed {
  return {
    // Without the status behind it.
    name: row.querySelector(".name")?.firstChild?.textContent ?? "",
    isUnread: row.querySelector(".has-unread") !== null || row.dataset["held"] !== undefined,
    seq: seqOf(row),
  };
}

/** Puts the row where it belongs in its section. */
function placeInOrder(sidebar: HTMLElement, row: HTMLElement): void {
  const list = required(`#list-${row.dataset["section"]} ul`, sidebar);
  const order = ORDERS.find((one) => one === sidebar.dataset["order"]) ?? "unread";
  const own = placed(row);
  const rows = Array.from(list.children).filter((one): one is HTMLElement => one !== row);
  const after = rows.find((one) => compareRows(order, own, placed(one)) < 0) ?? null;
  // A row that is in its place already is not moved, which would take the focus from it.
  if (row.parentElement !== list || row.nextElementSibling !== after) list.insertBefore(row, after);
}

/** Opens the conversation above (-1) or below (1) the open one in the list; `isUnread`: among the unread ones. */
export function stepInList(by: 1 | -1, isUnread: boolean): void {
  const rows = Array.from(document.querySelectorAll<HTMLAnchorElement>("#sidebar li:not([hidden]) a[href^='/c/']"));
  const isCurrent = (link: Element): boolean => link.getAttribute("aria-current") === "page";
  const wanted = rows.filter(
    (link) =>
      isCurrent(link) || (isUnread ? link.matches(".has-unread") : link.closest("details:not([open])") === null),
  );
  const at = wanted.findIndex(isCurrent);
  // Those that are unread are a ring, so that one key reaches all of them.
  const next = at === -1 ? (by === 1 ? 0 : wanted.length - 1) : at + by;
  const link = wanted[isUnread ? (next + wanted.length) % wanted.length : next];
  if (link === undefined || isCurrent(link)) return;
  link.scrollIntoView({ block: "nearest" });
  link.click();
}

/** Shows how many messages in threads are unread. */
function showInThreads(count: string): void {
  const place = document.getElementById("threads-count");
  if (place === null) return;
  place.textContent = count;
  if (place.parentElement !== null) place.parentElement.hidden = count === "0";
}

/** Shows those who run the chat how many reports wait. */
export function showReports(open: number): void {
  const link = document.getElementById("reports-link");
  if (link === null) return;
  link.hidden = open === 0;
  required("#reports-count", link).textContent = open >= 100 ? "99+" : String(open);
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
    const places: Record<string, string> = {
      new: ".new-message",
      rooms: ".browse",
      activity: '.browse[href="/activity"]',
      threads: "#threads-link",
      reports: "#reports-link",
    };
    const row = places[current] ?? `#s-${CSS.escape(current)} a`;
    sidebar.querySelector(row)?.setAttribute("aria-current", "page");
    for (const held of sidebar.querySelectorAll<HTMLElement>(`li[data-held]:not(#s-${CSS.escape(current)})`)) {
      delete held.dataset["held"];
      placeInOrder(sidebar, held);
    }
    this.drawDrafts();
  }

  /** Marks the rows of conversations that have a draft, except the open one, whose draft is in the text field. */
  drawDrafts(): void {
    const drafted = new Set([...this.#synced(), ...this.#input.drafted()]);
    drafted.delete(this.#current);
    // Few rows of some hundred have one, and a switch draws them twice.
    for (const row of document.querySelectorAll("#sidebar li[data-draft]"))
      row.toggleAttribute("data-draft", drafted.has(row.id.slice("s-".length)));
    for (const id of drafted) document.getElementById(`s-${id}`)?.toggleAttribute("data-draft", true);
  }

  /** The conversations for which the replicas keep a draft of the user. */
  #synced(): Set<string> {
    return new Set((required("#sidebar").dataset["drafts"] ?? "").split(" "));
  }

  /** The replicas keep a draft of the user for this conversation, or do not any more. */
  setSynced(conversationId: string, isThere: boolean): void {
    const synced = this.#synced();
    if (isThere) synced.add(conversationId);
    else synced.delete(conversationId);
    required("#sidebar").dataset["drafts"] = [...synced].join(" ");
    this.drawDrafts();
  }

  /** What the list calls a conversation; "" if it is not in it. */
  nameOf(conversationId: string): string {
    return document.querySelector(`#s-${CSS.escape(conversationId)} .name`)?.textContent ?? "";
  }

  /** True if the user has muted this conversation, as its row says. */
  isMuted(conversationId: string): boolean {
    return document.querySelector(`#s-${CSS.escape(conversationId)} a.muted`) !== null;
  }

  /** Somebody has another display name, which the row shows by now. */
  renamed(user: string): void {
    const sidebar = required("#sidebar");
    for (const row of sidebar.querySelectorAll<HTMLElement>(`li[data-with="${CSS.escape(user)}"]`))
      placeInOrder(sidebar, row);
    this.#input.filter.draw();
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
    const { conversationId, html, unread, calls, inThreads } = given;
    this.#late?.push(given);
    this.#input.onWaiting(unread, calls);
    this.#input.onRow(given);
    showInThreads(inThreads);
    const sidebar = required("#sidebar");
    // The styles of the start page depend on it, and on whether the list has a person.
    sidebar.dataset["unread"] = unread;
    sidebar.dataset["calls"] = calls;
    const known = document.getElementById(`s-${conversationId}`);
    if (html === "") known?.remove();
    else this.#placeRow(sidebar, known, this.#rowOf(given));
    if (sidebar.querySelector('li[data-with]:not([data-with=""])') === null) delete sidebar.dataset["met"];
    else sidebar.dataset["met"] = "yes";
    this.#input.filter.draw();
    this.drawDrafts();
  }

  #placeRow(sidebar: HTMLElement, known: HTMLElement | null, row: HTMLElement): void {
    const hasFocus = known?.contains(document.activeElement) === true;
    // What the user is reading stays where it is until the user opens another conversation.
    const wasUnread = known !== null && placed(known).isUnread;
    if (wasUnread && row.id === `s-${this.#current}`) row.dataset["held"] = "yes";
    known?.replaceWith(row);
    placeInOrder(sidebar, row);
    if (hasFocus) required("a", row).focus({ preventScroll: true });
    this.#removeStranger(row.dataset["with"] ?? "");
    if (known === null) this.#cutOff(sidebar);
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

  /** If the list continues on another page, a new row pushes out the one with the oldest message. */
  #cutOff(sidebar: Element): void {
    const more = sidebar.querySelector<HTMLAnchorElement>('.more a[href^="/conversations?before="]');
    if (more === null) return;
    const rows = Array.from(sidebar.querySelectorAll('li[data-seq]:not([data-section="starred"])'));
    const [oldest, next] = rows.toSorted((a, b) => seqOf(a) - seqOf(b));
    oldest?.remove();
    if (next !== undefined) more.href = `/conversations?before=${seqOf(next)}`;
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
    this.#input.onWaiting(sidebar.dataset["unread"] ?? "0", sidebar.dataset["calls"] ?? "0");
    const rows = this.#late;
    this.#late = null;
    for (const row of rows) this.place(row);
    this.#input.filter.draw();
    this.drawDrafts();
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
