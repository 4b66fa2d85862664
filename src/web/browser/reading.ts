/**
 * What is unread becomes read: by a click, by "Mark as read", with an answer, or by having been looked at. Only what
 * was on the page when somebody acted: what comes while a request waits or travels stays unread.
 */
import { IDS_MAX } from "../../chat/bounds.ts";
import { required } from "./elements.ts";
import type { Rows } from "./rows.ts";
import { type Fields, postUntilDone } from "./requests.ts";

/** In view for so long in a window that has the focus. */
const IN_VIEW_MS = 3000;
const LOOK_MS = 500;
const BATCH_MS = 60;
/** The count in the page's data ends here. */
const UNREAD_COUNTED_MAX = 100;

const idOf = (row: HTMLElement): string => row.dataset["id"] ?? "";

/** What becomes read, and how. */
export interface Reading {
  /** As a click on the row does. */
  mark(row: HTMLElement): void;
  markAll(): void;
  /**
   * The newest message that the reader has before her eyes, or above them, as she acts: all up to it is read with her
   * answer. "" if nothing is unread. Where the page does not show all that is unread, only what it shows is marked.
   */
  seenUpTo(): string;
}

interface ReadingInput {
  /** Looking at a message is enough. */
  readonly onSight: boolean;
  /** A note to the person. */
  readonly say: (text: string) => void;
  /** Aborted when the page shows something else; what was marked by then is sent all the same. */
  readonly closed: AbortSignal;
}

/** Of the open conversation. */
export function openReading(roll: Rows, { onSight, say, closed }: ReadingInput): Reading {
  const form = required<HTMLFormElement>("#reading");
  const all = required<HTMLFormElement>("#read-all");
  const waiting = new Set<HTMLElement>();
  /** Ids for which a request is under way. */
  const marking = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const unread = (): HTMLElement[] => Array.from(roll.rows()).filter((row) => row.dataset["unread"] !== undefined);
  const confirmed = (): HTMLElement[] => Array.from(roll.rows()).filter((row) => row.dataset["seq"] !== undefined);

  const atOpen = Number(roll.list.closest<HTMLElement>("[data-unread-at-open]")?.dataset["unreadAtOpen"] ?? 0);
  const isWholeAtOpen = atOpen < UNREAD_COUNTED_MAX && unread().length >= atOpen;
  /** All that is unread is on the page. */
  const isWhole = (): boolean => isWholeAtOpen || document.querySelector("a#older") === null;

  /** Shown as done at once; and no longer as soon as it turns out to take its time, or is refused. */
  async function tell(path: string, fields: Fields, rows: readonly HTMLElement[]): Promise<void> {
    const ids = rows.map(idOf);
    let isShown = true;
    const showAgain = (sentence: string): void => {
      if (isShown) roll.restoreUnread(ids);
      isShown = false;
      say(sentence);
    };
    for (const id of ids) marking.add(id);
    const answer = await postUntilDone(path, fields, Infinity, () =>
      showAgain("This will be marked as read when a server is back."),
    );
    for (const id of ids) marking.delete(id);
    if (answer.status !== 200) showAgain(answer.json.sentence ?? "This could not be marked as read.");
    else if (!isShown) {
      roll.clearUnread(ids, -1);
      say("");
    }
  }
  function flush(): void {
    const rows = Array.from(waiting).slice(0, IDS_MAX);
    for (const row of rows) waiting.delete(row);
    if (rows.length > 0) void tell(form.getAttribute("action") ?? "", { ids: rows.map(idOf) }, rows);
    timer = waiting.size > 0 ? setTimeout(flush, BATCH_MS) : null;
  }

  function mark(row: HTMLElement): void {
    delete row.dataset["fresh"];
    if (row.dataset["unread"] === undefined || marking.has(idOf(row))) return;
    waiting.add(row);
    roll.clearUnread([idOf(row)], -1);
    timer ??= setTimeout(flush, BATCH_MS);
  }

  /** Looked at: it is read, and can still be told from the rest as long as the page is open. */
  function markSeen(row: HTMLElement): void {
    mark(row);
    row.dataset["fresh"] = "yes";
  }

  function markAll(): void {
    const newest = confirmed().at(-1);
    if (newest === undefined) return;
    const rows = unread();
    for (const row of roll.rows()) delete row.dataset["fresh"];
    roll.clearUnread([], Number(newest.dataset["seq"]));
    void tell(all.getAttribute("action") ?? "", { upTo: idOf(newest) }, rows);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = event.submitter?.closest<HTMLElement>(".message");
    if (row === null || row === undefined) return;
    mark(row);
  });
  all.addEventListener("submit", (event) => {
    event.preventDefault();
    markAll();
  });
  roll.list.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("a, button, label, input") !== null) return;
    const row = target.closest<HTMLElement>(".message[data-unread], .message[data-fresh]");
    if (row !== null) mark(row);
  });

  if (onSight) watchSight();

  function watchSight(): void {
    const since = new Map<HTMLElement, number>();
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target: element, intersectionRatio, intersectionRect, rootBounds } of entries) {
          const target = element as HTMLElement;
          // Of a message that is taller than the window the half of a window is enough.
          const isInView = intersectionRatio >= 0.6 || intersectionRect.height >= (rootBounds?.height ?? Infinity) / 2;
          if (!isInView || target.dataset["unread"] === undefined) since.delete(target);
          else if (!since.has(target)) since.set(target, Date.now());
        }
      },
      { root: roll.log, threshold: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    );
    const watch = (): void => {
      for (const row of unread()) seen.observe(row);
    };
    watch();
    new MutationObserver(watch).observe(roll.list, { childList: true });
    const timer = setInterval(() => {
      const isLooking = document.hasFocus() && document.visibilityState === "visible";
      for (const [row, at] of since) {
        if (!isLooking) since.set(row, Date.now());
        else if (Date.now() - at >= IN_VIEW_MS) {
          since.delete(row);
          seen.unobserve(row);
          if (row.isConnected && row.dataset["unread"] !== undefined) markSeen(row);
        }
      }
    }, LOOK_MS);
    closed.addEventListener("abort", () => clearInterval(timer));
  }

  return {
    mark,
    markAll,
    seenUpTo() {
      const end = roll.log.getBoundingClientRect().bottom;
      const shown = confirmed().filter((row) => row.getBoundingClientRect().top < end);
      const news = shown.filter((row) => row.dataset["unread"] !== undefined);
      if (news.length === 0) return "";
      if (isWhole()) return idOf(shown.at(-1)!);
      news.forEach(mark);
      return "";
    },
  };
}
