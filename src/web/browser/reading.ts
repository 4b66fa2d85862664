/**
 * Marks messages as read: by a click, by "Mark as read", with a reply, or because the user looked at them. Only
 * messages that were on the page when the user acted are marked; those that arrive while a request is under way stay
 * unread.
 */
import { IDS_MAX } from "../../chat/bounds.ts";
import { fieldOf, required } from "./elements.ts";
import { paneOf } from "../messages/pane.ts";
import { type Fields, postUntilDone } from "./requests.ts";
import type { Rows } from "./rows.ts";
import { watchSight } from "./sight.ts";

/** Marks made within this time are sent in one request. */
const BATCH_MS = 60;
/** The page's data count no further than this. */
export const UNREAD_COUNTED_MAX = 100;

const idOf = (row: HTMLElement): string => row.dataset["id"] ?? "";
const isUnread = (row: HTMLElement): boolean => row.dataset["unread"] !== undefined;

interface ReadingInput {
  /** True if looking at a message marks it as read. */
  readonly onSight: boolean;
  /** Shows a note to the user. */
  readonly say: (text: string) => void;
  /** Aborted when the page shows something else. Marks made before that are still sent. */
  readonly closed: AbortSignal;
}

/** Marks messages of the open conversation as read. */
export class Reading {
  readonly #roll: Rows;
  readonly #say: ReadingInput["say"];
  readonly #form: HTMLFormElement;
  readonly #all: HTMLFormElement;
  readonly #isWholeAtOpen: boolean;
  readonly #waiting = new Set<HTMLElement>();
  /** The ids in requests that are under way. */
  readonly #marking = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The user has marked something as unread: until she comes here again, only what she does on purpose reads. */
  #isPaused = false;

  constructor(roll: Rows, { onSight, say, closed }: ReadingInput) {
    this.#roll = roll;
    const pane = paneOf(roll.conversation);
    this.#form = required(`#${pane}reading`);
    this.#all = required(`#${pane}read-all`);
    this.#say = say;
    const atOpen = Number(roll.list.closest<HTMLElement>("[data-unread-at-open]")?.dataset["unreadAtOpen"] ?? 0);
    this.#isWholeAtOpen = atOpen < UNREAD_COUNTED_MAX && this.#unread().length >= atOpen;
    this.#listen();
    if (onSight) watchSight(roll, closed, (row) => this.#isPaused || this.#markSeen(row));
  }

  #listen(): void {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const row = event.submitter?.closest<HTMLElement>(".message") ?? null;
      if (row !== null) this.mark(row);
    });
    this.#all.addEventListener("submit", (event) => {
      event.preventDefault();
      this.markAll();
    });
    this.#roll.list.addEventListener("click", (event) => {
      const target = event.target as Element;
      if (target.closest("a, button, label, input") !== null) return;
      const row = target.closest<HTMLElement>(".message[data-unread], .message[data-fresh]");
      if (row !== null) this.mark(row);
    });
  }

  /** The user has marked messages as unread, here or on another page: looking at them and replying do not read them. */
  pause(): void {
    this.#isPaused = true;
    this.#waiting.clear();
  }

  /** Marks a row as read, as a click on it does. */
  mark(row: HTMLElement): void {
    delete row.dataset["fresh"];
    if (!isUnread(row) || this.#marking.has(idOf(row))) return;
    this.#waiting.add(row);
    this.#roll.clearUnread([idOf(row)], -1);
    if (this.#timer === null) this.#timer = setTimeout(() => this.#flush(), BATCH_MS);
  }

  markAll(): void {
    const last = this.#confirmed().at(-1);
    if (last === undefined) return;
    // Behind the end of the page there may be more, up to what the replica named when it rendered the page.
    const isEnd = document.querySelector("a#newer") === null;
    const upTo = isEnd ? idOf(last) : fieldOf(this.#all, "upTo").value;
    const rows = this.#unread();
    for (const row of this.#roll.rows()) delete row.dataset["fresh"];
    this.#roll.clearUnread([], Number(last.dataset["seq"]));
    void this.#tell(this.#all.getAttribute("action") ?? "", { upTo }, rows);
  }

  /**
   * The newest message in the window or above it: a reply marks all messages up to it as read. "" if nothing is unread.
   * If the page does not show all unread messages, this marks those in the window itself and returns "".
   */
  seenUpTo(): string {
    if (this.#isPaused) return "";
    const end = this.#roll.log.getBoundingClientRect().bottom;
    const shown = this.#confirmed().filter((row) => row.getBoundingClientRect().top < end);
    const news = shown.filter(isUnread);
    if (news.length === 0) return "";
    if (this.#isWhole()) return idOf(shown.at(-1)!);
    for (const row of news) this.mark(row);
    return "";
  }

  /** Marks a row that the user has looked at. It keeps its colour for as long as the page is open. */
  #markSeen(row: HTMLElement): void {
    this.mark(row);
    row.dataset["fresh"] = "yes";
  }

  #unread(): HTMLElement[] {
    return Array.from(this.#roll.rows()).filter(isUnread);
  }

  /** The rows without those of unsent messages. */
  #confirmed(): HTMLElement[] {
    return Array.from(this.#roll.rows()).filter((row) => row.dataset["seq"] !== undefined);
  }

  /** True if the page shows all unread messages. */
  #isWhole(): boolean {
    return this.#isWholeAtOpen || document.querySelector(`a#${paneOf(this.#roll.conversation)}older`) === null;
  }

  #flush(): void {
    const rows = Array.from(this.#waiting).slice(0, IDS_MAX);
    for (const row of rows) this.#waiting.delete(row);
    if (rows.length > 0) void this.#tell(this.#form.getAttribute("action") ?? "", { ids: rows.map(idOf) }, rows);
    this.#timer = this.#waiting.size > 0 ? setTimeout(() => this.#flush(), BATCH_MS) : null;
  }

  /** Sends marks. The page shows them as done at once, and takes that back if the request takes long or is refused. */
  async #tell(path: string, fields: Fields, rows: readonly HTMLElement[]): Promise<void> {
    const ids = rows.map(idOf);
    let isShown = true;
    const showAgain = (sentence: string): void => {
      if (isShown) this.#roll.restoreUnread(ids);
      isShown = false;
      this.#say(sentence);
    };
    for (const id of ids) this.#marking.add(id);
    const answer = await postUntilDone(path, fields, Infinity, () =>
      showAgain("This will be marked as read when a server is back."),
    );
    for (const id of ids) this.#marking.delete(id);
    if (answer.status !== 200) showAgain(answer.json.sentence ?? "This could not be marked as read.");
    else if (!isShown) {
      this.#roll.clearUnread(ids, -1);
      this.#say("");
    }
  }
}
