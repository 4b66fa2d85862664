/**
 * The open conversation's messages on the page: rows come in, are replaced and go. A row's DOM id is its message's id, so
 * whatever arrives twice is one row.
 */
import type { Kept } from "./cluster.ts";
import { copyOf, required } from "./elements.ts";
import { Jump } from "./jump.ts";
import { OlderPages } from "./older-pages.ts";
import { isAtEnd, keepingPlace, placeOf, scrollTo, type ReadingPlace } from "./reading-place.ts";
import { getPiece } from "./requests.ts";
import { keepingFocus } from "./row-focus.ts";
import { arrange, insertInOrder, seqOf } from "./row-order.ts";
import { RowStates } from "./row-state.ts";
import type { Rows } from "./rows.ts";
import { localTimes } from "./times.ts";

const ROWS_MAX = 400;
/** Pages of 50 fetched to come back to a place: together with the first one as many rows as are kept. */
const PLACE_PAGES_MAX = ROWS_MAX / 50 - 1;

/** What the new copy of a row takes over from the one on the page. */
function carryOver(known: HTMLElement, row: HTMLElement): void {
  const isTicked = known.querySelector<HTMLInputElement>('input[name="ids"]')?.checked === true;
  const box = row.querySelector<HTMLInputElement>('input[name="ids"]');
  if (isTicked && box !== null) box.checked = true;
  for (const name of ["kept", "read", "fresh"]) {
    const value = known.dataset[name];
    if (value !== undefined) row.dataset[name] = value;
  }
}

/** Lets somebody who has not read a message mark it as read. */
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

  /** `section`: the conversation. `kept`: on how many replicas everything is. */
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

  /** The page shows something else from now on. */
  close(): void {
    this.#older.close();
  }

  rows(): NodeListOf<HTMLElement> {
    return this.list.querySelectorAll<HTMLElement>(":scope > .message");
  }

  /**
   * Rows that a replica has rendered. `isNew`: they have just happened. `count`: on how many disks they are, as the replica
   * said with them; 0 if it did not, and then the next sign of life tells.
   */
  addHtml(html: string, isNew: boolean, count = 0): void {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    this.#addRows(holder.content.querySelectorAll<HTMLElement>(".message"), isNew, count);
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

  /** Shows all messages up to this one as read, if it is here. */
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

  /** The replica says on how many disks everything is now. */
  setKept(kept: Kept): void {
    this.#states.keepAll(this.rows(), kept);
  }

  /**
   * After a merge: the rows as the replica has them now. Seqs have moved, so older rows cannot stay beside new ones; they
   * come again as somebody scrolls up. What is unsent stays at the end. False if no replica answered.
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

  /** On how many disks the last of the user's own is: this page knows it, and the replica it moves to does not. */
  lastKept(): { readonly id: string; readonly count: number } | null {
    const row = this.list.querySelector<HTMLElement>(".last-own[data-kept]");
    return row === null ? null : { id: row.dataset["id"] ?? "", count: Number(row.dataset["kept"]) };
  }

  keepAtLeast({ id, count }: { readonly id: string; readonly count: number }): void {
    const row = this.#rowOf(`m-${id}`);
    if (row !== null) this.#states.keep(row, count);
  }

  /** Null at the end. */
  placeOf(): ReadingPlace | null {
    return placeOf(this.log, this.rows());
  }

  /** To where somebody was reading at another replica. What lies before the first page of it is fetched. */
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

  /** Changes the list without moving what is being read, nor the keyboard from where it is. */
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
    // It was delivered before, and only this page knows whether it is still unread.
    if (isNew && known?.dataset["seq"] === row.dataset["seq"]) return;
    const isOwn = row.dataset["author"] === this.#me;
    row.classList.toggle("own", isOwn);
    if (isNew && !isOwn && known === null) this.#noteNews(row);
    if (row.dataset["unread"] !== undefined) addMark(row);
    this.#place(row);
    if (count > 0) this.#states.keep(row, count);
    else this.#states.draw(row);
    localTimes(row);
  }

  /** It belongs to an older page, which comes as somebody scrolls up. */
  #isAboveOldest(row: HTMLElement): boolean {
    const first = this.rows()[0];
    return first !== undefined && seqOf(row) < seqOf(first) && this.#older.link() !== null;
  }

  /** What comes while nobody looks begins below a line, so that it is found again. */
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
