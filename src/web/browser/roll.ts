/**
 * The messages of the open conversation. Rows are added, replaced and removed. A row's DOM id is its message's id, so a
 * message that arrives twice has one row.
 */
import type { Kept } from "./cluster.ts";
import { copyOf, required } from "./elements.ts";
import { Jump } from "./jump.ts";
import { OlderPages } from "./older-pages.ts";
import { isAtEnd, keepingPlace, placeOf, scrollTo, type ReadingPlace } from "./reading-place.ts";
import { drawReactions } from "./reactions.ts";
import { getPiece } from "./requests.ts";
import { keepingFocus } from "./row-focus.ts";
import { arrange, insertInOrder, seqOf } from "./row-order.ts";
import { RowStates } from "./row-state.ts";
import type { Rows } from "./rows.ts";
import { localTimes } from "./times.ts";

const ROWS_MAX = 400;
/**
 * The most pages of 50 that are fetched to return to a place. With the first page, these are as many rows as are kept.
 */
const PLACE_PAGES_MAX = ROWS_MAX / 50 - 1;

/** Copies the page's own state of a row to its new copy. */
function carryOver(known: HTMLElement, row: HTMLElement): void {
  const isTicked = known.querySelector<HTMLInputElement>('input[name="ids"]')?.checked === true;
  const box = row.querySelector<HTMLInputElement>('input[name="ids"]');
  if (isTicked && box !== null) box.checked = true;
  for (const name of ["kept", "read", "fresh"]) {
    const value = known.dataset[name];
    if (value !== undefined) row.dataset[name] = value;
  }
}

/** Adds the button that marks an unread message as read. */
function addMark(row: HTMLElement): void {
  if (row.querySelector(".mark") !== null) return;
  const mark = copyOf<HTMLButtonElement>("mark");
  mark.value = row.dataset["id"] ?? "";
  row.append(mark);
}

/** The messages of one conversation. */
export class Roll implements Rows {
  readonly conversation: string;
  readonly list: HTMLElement;
  readonly log: HTMLElement;
  readonly #me: string;
  readonly #empty: HTMLElement | null;
  readonly #states = new RowStates();
  readonly #jump: Jump;
  readonly #older: OlderPages;
  #newLineBefore: string | null;

  /** `section`: the conversation. `kept`: the number of replicas that have saved everything. */
  constructor(section: HTMLElement, me: string, kept: Kept) {
    this.conversation = section.dataset["conversation"] ?? "";
    this.list = required("#messages", section);
    this.log = required('[role="log"]', section);
    this.#me = me;
    this.#empty = section.querySelector("#nothing-yet");
    this.#jump = new Jump(section, this.log);
    this.#older = new OlderPages({
      section,
      log: this.log,
      onPage: (rows, place) => {
        this.#steady(() => section.querySelector("#older")?.replaceWith(place ?? ""));
        this.#addRows(rows, false);
      },
    });
    this.#newLineBefore = this.list.querySelector<HTMLElement>(":scope > .message[data-unread]")?.dataset["id"] ?? null;
    this.setKept(kept);
    this.#arrange();
  }

  /** The page is about to show something else. */
  close(): void {
    this.#older.close();
  }

  rows(): NodeListOf<HTMLElement> {
    return this.list.querySelectorAll<HTMLElement>(":scope > .message");
  }

  /**
   * Adds rows that a replica has rendered. `isNew`: their messages are new. `count`: the number of replicas that have
   * saved them; 0 if the replica did not say, and then its next ping does.
   */
  addHtml(html: string, isNew: boolean, count = 0): void {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    this.#addRows(holder.content.querySelectorAll<HTMLElement>(".message"), isNew, count);
  }

  /** A row as it is now, if it is here. Only this page knows whether it is still unread. */
  change(html: string): void {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const rows = Array.from(holder.content.querySelectorAll<HTMLElement>(".message")).filter((row) => {
      const known = this.#rowOf(row.id);
      if (known?.dataset["unread"] === undefined) delete row.dataset["unread"];
      else row.dataset["unread"] = "yes";
      return known !== null;
    });
    this.#addRows(rows, false);
  }

  addPending(row: HTMLElement): void {
    this.#steady(() => {
      this.#place(row);
      this.#states.draw(row);
      this.#arrange();
      this.log.scrollTop = 0;
    });
  }

  redraw(row: HTMLElement): void {
    this.#states.draw(row);
  }

  removeIds(ids: readonly string[]): void {
    this.#steady(() => {
      for (const id of ids) this.#rowOf(`m-${id}`)?.remove();
      this.#arrange();
    });
  }

  clearUnread(ids: readonly string[], upTo: number): void {
    keepingFocus(this.list, this.log, () => {
      for (const row of this.list.querySelectorAll<HTMLElement>(".message[data-unread]")) {
        if (!ids.includes(row.dataset["id"] ?? "") && seqOf(row) > upTo) continue;
        delete row.dataset["unread"];
        row.querySelector(".mark")?.remove();
      }
    });
  }

  restoreUnread(ids: readonly string[]): void {
    keepingFocus(this.list, this.log, () => {
      for (const id of ids) {
        const row = this.#rowOf(`m-${id}`);
        if (row === null) continue;
        row.dataset["unread"] = "yes";
        delete row.dataset["fresh"];
        addMark(row);
      }
    });
  }

  /** Shows all messages up to this one as read, if it is on the page. */
  clearUnreadUpTo(id: string): void {
    const row = this.#rowOf(`m-${id}`);
    if (row !== null) this.clearUnread([], seqOf(row));
  }

  /** The other person has read these own messages, and all confirmed ones up to `upTo` (a seq). */
  setReadByOther(ids: readonly string[], upTo: number): void {
    for (const row of this.list.querySelectorAll<HTMLElement>(".message.own[data-seq]")) {
      if (!ids.includes(row.dataset["id"] ?? "") && seqOf(row) > upTo) continue;
      row.dataset["read"] = "yes";
      this.#states.draw(row);
    }
  }

  /** Shows how many replicas have saved everything, as the replica reports it. */
  setKept(kept: Kept): void {
    this.#states.keepAll(this.rows(), kept);
  }

  /**
   * Loads the rows again after a merge. Seqs have changed, so older rows cannot stay beside new ones; they are loaded
   * again when the user scrolls up. Unsent messages stay at the end. False if no replica answered.
   */
  async reload(): Promise<boolean> {
    const piece = await getPiece(`/c/${this.conversation}`);
    if (piece === null) return false;
    if (!this.list.isConnected) return true;
    const rows = piece.querySelectorAll<HTMLElement>(".message");
    const fresh = new Set(Array.from(rows, (row) => row.id));
    const place = piece.querySelector("#older");
    this.#steady(() => {
      for (const row of this.rows()) if (row.dataset["seq"] !== undefined && !fresh.has(row.id)) row.remove();
      this.log.querySelector("#older")?.replaceWith(place ?? "");
    });
    this.#addRows(rows, false);
    this.#older.watch();
    return true;
  }

  /**
   * How many replicas have saved the user's newest message. This page knows it; the replica that it moves to does not.
   */
  lastKept(): { readonly id: string; readonly count: number } | null {
    const row = this.list.querySelector<HTMLElement>(".last-own[data-kept]");
    return row === null ? null : { id: row.dataset["id"] ?? "", count: Number(row.dataset["kept"]) };
  }

  keepAtLeast({ id, count }: { readonly id: string; readonly count: number }): void {
    const row = this.#rowOf(`m-${id}`);
    if (row !== null) this.#states.keep(row, count);
  }

  /** Null if the window is at the end. */
  placeOf(): ReadingPlace | null {
    return placeOf(this.log, this.rows());
  }

  /** Scrolls to the place where the user was reading at another replica, and fetches older pages until it is there. */
  async goTo(place: ReadingPlace): Promise<void> {
    for (let pages = 0; ; pages++) {
      const row = this.#rowOf(`m-${place.id}`);
      const link = this.#older.link();
      if (row !== null) return scrollTo(this.log, row, place.top);
      if (link === null || pages === PLACE_PAGES_MAX) return;
      await this.#older.load(link);
    }
  }

  #rowOf(domId: string): HTMLElement | null {
    const row = document.getElementById(domId);
    return row !== null && this.list.contains(row) ? row : null;
  }

  /** Changes the list without moving the row that is being read, or the focus. */
  #steady(change: () => void): void {
    keepingFocus(this.list, this.log, () => keepingPlace(this.log, this.rows(), change));
  }

  #arrange(): void {
    const hasRows = arrange(this.list, this.#newLineBefore);
    if (this.#empty !== null) this.#empty.hidden = hasRows;
  }

  #addRows(found: Iterable<HTMLElement>, isNew: boolean, count = 0): void {
    this.#steady(() => {
      for (const row of Array.from(found)) this.#addRow(row, isNew, count);
      this.#arrange();
      this.#trim();
    });
    this.#jump.draw();
  }

  #addRow(row: HTMLElement, isNew: boolean, count: number): void {
    const known = this.#rowOf(row.id);
    if (isNew && known === null && this.#isAboveOldest(row)) return;
    // The row was delivered before, and only this page knows whether it is still unread.
    if (isNew && known?.dataset["seq"] === row.dataset["seq"]) return;
    const isOwn = row.dataset["author"] === this.#me;
    row.classList.toggle("own", isOwn);
    if (isNew && !isOwn && known === null) this.#noteNews(row);
    if (row.dataset["unread"] !== undefined) addMark(row);
    this.#place(row);
    if (count > 0) this.#states.keep(row, count);
    else this.#states.draw(row);
    localTimes(row);
    drawReactions(row, this.#me);
  }

  /** True if the row belongs to an older page, which is loaded when the user scrolls up. */
  #isAboveOldest(row: HTMLElement): boolean {
    const first = this.rows()[0];
    return first !== undefined && seqOf(row) < seqOf(first) && this.#older.link() !== null;
  }

  /** A line above the first message that arrives while the user looks elsewhere shows where the new ones begin. */
  #noteNews(row: HTMLElement): void {
    const hasUnread = this.list.querySelector(":scope > .message[data-unread]") !== null;
    if (!document.hasFocus() && !hasUnread) this.#newLineBefore = row.dataset["id"] ?? null;
    if (!isAtEnd(this.log)) this.#jump.count();
  }

  #place(row: HTMLElement): void {
    const known = this.#rowOf(row.id);
    if (known !== null) carryOver(known, row);
    if (known !== null && known.dataset["seq"] === row.dataset["seq"]) return known.replaceWith(row);
    known?.remove();
    insertInOrder(this.list, row);
  }

  #trim(): void {
    const all = this.rows();
    if (all.length <= ROWS_MAX || !isAtEnd(this.log)) return;
    for (const row of Array.from(all).slice(0, all.length - ROWS_MAX)) row.remove();
    const first = this.rows()[0]?.dataset["id"] ?? "";
    this.#older.moveTo(`/c/${this.conversation}?before=${encodeURIComponent(first)}`);
  }
}

/** The messages in `main`; null if it has none. */
export function openRoll(main: ParentNode, me: string, kept: Kept): Roll | null {
  const section = main.querySelector<HTMLElement>(".conversation[data-conversation]");
  return section === null ? null : new Roll(section, me, kept);
}
