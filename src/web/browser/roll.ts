/**
 * The messages of an open conversation. Rows are added, replaced and removed. A row's DOM id is its message's id, so a
 * message that arrives twice has one row.
 */
import type { Kept } from "./cluster.ts";
import { drawCode } from "./code.ts";
import { paneOf } from "../messages/pane.ts";
import { copyOf, required } from "./elements.ts";
import { EdgePages } from "./edge-pages.ts";
import { FirstUnread } from "./first-unread.ts";
import { Jump } from "./jump.ts";
import { Pins } from "./pins.ts";
import { addTools } from "./message-menu.ts";
import { drawMentions } from "./mentions.ts";
import { isAtEnd, keepingPlace, placeOf, scrollTo, type ReadingPlace } from "./reading-place.ts";
import { drawReactions } from "./reactions.ts";
import { getPiece } from "./requests.ts";
import { keepingFocus } from "./row-focus.ts";
import { arrange, insertInOrder, seqOf } from "./row-order.ts";
import { RowStates } from "./row-state.ts";
import type { Rows } from "./rows.ts";
import { forgetQuoted, redrawQuoted } from "./quotes.ts";
import { localTimes } from "./times.ts";

const ROWS_MAX = 400;
/** How far below the top of the window a row is shown that the user wants to see, px. */
const SHOWN_AT_PX = 96;

/** Copies the page's own state of a row to its new copy; an edit that was refused belongs to it. */
function carryOver(known: HTMLElement, row: HTMLElement): void {
  const isTicked = known.querySelector<HTMLInputElement>('input[name="ids"]')?.checked === true;
  const box = row.querySelector<HTMLInputElement>('input[name="ids"]');
  if (isTicked && box !== null) box.checked = true;
  for (const name of ["kept", "read", "fresh", "saved", "saving", "waits"]) {
    const value = known.dataset[name];
    if (value !== undefined) row.dataset[name] = value;
  }
  const failure = known.querySelector(".failure");
  if (failure === null || row.dataset["saving"] === undefined) return;
  row.classList.toggle("failed", known.classList.contains("failed"));
  row.querySelector(".bubble")?.append(failure);
}

/** Adds the button that marks an unread message as read. */
function addMark(row: HTMLElement): void {
  if (row.querySelector(".mark") !== null) return;
  const mark = copyOf<HTMLButtonElement>("mark");
  mark.value = row.dataset["id"] ?? "";
  mark.setAttribute("form", `${paneOf(row.dataset["conversation"] ?? "")}reading`);
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
  readonly #older: EdgePages;
  readonly #newer: EdgePages;
  readonly #firstUnread: FirstUnread;
  readonly #pins: Pins;
  #newLineBefore: string | null = null;

  /** `section`: the conversation. `kept`: the number of replicas that have saved everything. */
  constructor(section: HTMLElement, me: string, kept: Kept) {
    this.conversation = section.dataset["conversation"] ?? "";
    const pane = paneOf(this.conversation);
    this.list = required(`#${pane}messages`, section);
    this.log = required('[role="log"]', section);
    this.#me = me;
    this.#pins = new Pins(section.querySelector(`#${pane}pins`));
    this.#empty = section.querySelector(`#${pane}nothing-yet`);
    const hasEnd = (): boolean => this.#newer.link() === null;
    this.#older = this.#edge(section, `${pane}older`, "Older messages");
    this.#newer = this.#edge(section, `${pane}newer`, "Newer messages");
    this.#jump = new Jump(section, this.log, { pane, hasEnd, onGo: () => void this.goToEnd() });
    this.#firstUnread = new FirstUnread({
      section,
      pane,
      log: this.log,
      unreadRows: () => this.#unreadRows(),
      onGo: (isHere) => void this.#goToUnread(isHere),
    });
    // With unread messages behind the oldest row, the first one here is not where they begin.
    if (section.querySelector(`#${pane}first-unread[data-whole="no"]`) === null)
      this.#newLineBefore = this.#unreadRows()[0]?.dataset["id"] ?? null;
    this.setKept(kept);
    this.#arrange();
    const around = this.#rowOf(`m-${section.dataset["around"]}`);
    if (around !== null) scrollTo(this.log, around, SHOWN_AT_PX);
    // A link leads to one message, which must be found among those around it.
    if (new URLSearchParams(location.search).get("around") === around?.dataset["id"]) around?.classList.add("linked");
    this.#jump.draw();
    this.#firstUnread.draw();
  }

  /** The page is about to show something else. */
  close(): void {
    this.#older.close();
    this.#newer.close();
  }

  #edge(section: Element, id: string, text: string): EdgePages {
    const edge: EdgePages = new EdgePages({
      id,
      text,
      section,
      log: this.log,
      onPage: (rows, place) => {
        this.#steady(() => edge.put(place));
        this.#addRows(rows, false);
      },
    });
    return edge;
  }

  #unreadRows(): HTMLElement[] {
    return Array.from(this.list.querySelectorAll<HTMLElement>(":scope > .message[data-unread]"));
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
      redrawQuoted(this.list, row);
      if (row.dataset["conversation"] === this.conversation) this.#pins.saw(row);
      const known = this.#rowOf(row.id);
      if (known?.dataset["unread"] === undefined) delete row.dataset["unread"];
      else row.dataset["unread"] = "yes";
      return known !== null;
    });
    this.#addRows(rows, false);
  }

  addPending(row: HTMLElement): void {
    // The user has written at the end, wherever the page was.
    if (this.#newer.link() !== null) void this.goToEnd();
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
    this.#pins.gone(ids);
    this.#steady(() => {
      for (const id of ids) {
        this.#rowOf(`m-${id}`)?.remove();
        forgetQuoted(this.list, id);
      }
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
    const oldest = this.rows()[0];
    if (oldest !== undefined && seqOf(oldest) <= upTo) this.#firstUnread.arrived();
    else this.#firstUnread.draw();
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

  /** Shows the messages of others from this seq on as unread. */
  markUnreadFrom(from: number): void {
    const rows = Array.from(this.rows()).filter(
      (row) => seqOf(row) >= from && row.matches("[data-seq]:not(.own, .removed)"),
    );
    const ids = rows.map((row) => row.dataset["id"] ?? "");
    this.#newLineBefore = ids[0] ?? this.#newLineBefore;
    this.restoreUnread(ids);
    this.#steady(() => this.#arrange());
    this.#firstUnread.draw();
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
   * again when the user scrolls. Unsent messages stay at the end. False if no replica answered.
   */
  async reload(): Promise<boolean> {
    const place = this.#newer.link() === null ? null : this.placeOf();
    return await this.#show(place === null ? "" : `?around=${encodeURIComponent(place.id)}`);
  }

  /** Shows one page of the conversation in place of the rows that are here. False if no replica answered. */
  async #show(query: string): Promise<boolean> {
    const piece = await getPiece(`/c/${this.conversation}${query}`);
    if (piece === null) return false;
    if (!this.list.isConnected) return true;
    const rows = piece.querySelectorAll<HTMLElement>(".message");
    const fresh = new Set(Array.from(rows, (row) => row.id));
    const pane = paneOf(this.conversation);
    this.#pins.take(piece.querySelector(`#${pane}pins`));
    this.#steady(() => {
      for (const row of this.rows()) if (row.dataset["seq"] !== undefined && !fresh.has(row.id)) row.remove();
      for (const [edge, id] of [
        [this.#older, `#${pane}older`],
        [this.#newer, `#${pane}newer`],
      ] as const)
        edge.put(piece.querySelector(id));
    });
    this.#addRows(rows, false);
    this.#older.watch();
    this.#newer.watch();
    return true;
  }

  /** Shows the newest messages. */
  async goToEnd(): Promise<void> {
    if (this.#newer.link() !== null && !(await this.#show(""))) return;
    this.log.scrollTop = 0;
    this.#jump.draw();
  }

  /** Goes to the first unread message, or stays if nothing is unread. */
  goToUnread(): void {
    this.#firstUnread.go();
  }

  async #goToUnread(isHere: boolean): Promise<void> {
    if (!isHere && !(await this.#show("?around=unread"))) return;
    const [first] = this.#unreadRows();
    if (first === undefined) return this.#firstUnread.arrived();
    if (!isHere) {
      this.#newLineBefore = first.dataset["id"] ?? null;
      this.#arrange();
    }
    scrollTo(this.log, first, SHOWN_AT_PX);
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    this.#firstUnread.arrived();
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
    return placeOf(this.log, this.rows(), this.#newer.link() === null);
  }

  /** Shows a message of the conversation, and gives it the focus. */
  async show(id: string): Promise<void> {
    await this.goTo({ id, top: SHOWN_AT_PX });
    const row = this.#rowOf(`m-${id}`);
    if (row === null) return;
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }

  /** Scrolls to the place where the user was reading at another replica, however far from the end it is. */
  async goTo({ id, top }: ReadingPlace): Promise<void> {
    if (this.#rowOf(`m-${id}`) === null && !(await this.#show(`?around=${encodeURIComponent(id)}`))) return;
    const row = this.#rowOf(`m-${id}`);
    if (row !== null) scrollTo(this.log, row, top);
  }

  #rowOf(domId: string): HTMLElement | null {
    const row = document.getElementById(domId);
    return row !== null && this.list.contains(row) ? row : null;
  }

  /** Changes the list without moving the row that is being read, or the focus. */
  #steady(change: () => void): void {
    const sticks = this.#newer.link() === null;
    keepingFocus(this.list, this.log, () => keepingPlace(this.log, this.rows(), sticks, change));
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
    this.#firstUnread.draw();
  }

  #addRow(row: HTMLElement, isNew: boolean, count: number): void {
    const known = this.#rowOf(row.id);
    if (isNew) this.#pins.saw(row);
    if (isNew && known === null && this.#isAboveOldest(row)) return;
    const isOwn = row.dataset["author"] === this.#me;
    // The page is somewhere above: the row comes when the user scrolls down.
    if (isNew && known === null && this.#newer.link() !== null) return isOwn ? undefined : this.#jump.count();
    // The row was delivered before, and only this page knows whether it is still unread.
    if (isNew && known?.dataset["seq"] === row.dataset["seq"]) return;
    row.classList.toggle("own", isOwn);
    if (isNew && !isOwn && known === null) this.#noteNews(row);
    if (row.dataset["unread"] !== undefined) addMark(row);
    this.#place(row);
    if (count > 0) this.#states.keep(row, count);
    else this.#states.draw(row);
    localTimes(row);
    drawReactions(row, this.#me);
    drawCode(row);
    addTools(row);
    drawMentions(row, this.#me);
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

  /** Removes the rows that are farthest from the window. An unsent message stays, and so do those above it. */
  #trim(): void {
    const all = Array.from(this.rows());
    const [first, last] = [all[0], all.at(-1)];
    if (all.length <= ROWS_MAX || first === undefined || last === undefined) return;
    const view = this.log.getBoundingClientRect();
    const isNearEnd = last.getBoundingClientRect().bottom - view.bottom < view.top - first.getBoundingClientRect().top;
    const address = (place: string, row: HTMLElement | undefined): string =>
      `/c/${this.conversation}?${place}=${encodeURIComponent(row?.dataset["id"] ?? "")}`;
    if (isNearEnd) {
      for (const row of all.slice(0, all.length - ROWS_MAX)) row.remove();
      this.#older.moveTo(address("before", all.at(-ROWS_MAX)));
    } else if (last.dataset["seq"] !== undefined) {
      for (const row of all.slice(ROWS_MAX)) row.remove();
      this.#newer.moveTo(address("after", all[ROWS_MAX - 1]));
    }
  }
}

/** The messages of a part of the page; null if it has none. */
export function openRoll(root: HTMLElement, me: string, kept: Kept): Roll | null {
  return root.matches(".conversation[data-conversation]") ? new Roll(root, me, kept) : null;
}
