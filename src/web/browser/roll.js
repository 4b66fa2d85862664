/**
 * The open conversation's messages on the page: where a row goes, how rows are grouped, what is
 * own, new, kept and read. A row's DOM id is its message's id, so whatever arrives twice is one row.
 */
import { copyOf } from "./elements.js";
import { getPiece } from "./requests.js";
import { keepingFocus } from "./row-focus.js";
import { dayText, localTimes } from "./times.js";

const ROWS_MAX = 400;
const GROUP_MICROS = 5 * 60 * 1_000_000;
const NEAR_END_PX = 60;
/** Pages of 50 fetched to come back to a place: with the first one as many rows as are kept. */
const PLACE_PAGES_MAX = ROWS_MAX / 50 - 1;

/** Null on pages without a conversation. */
export function openRoll(me) {
  const list = document.getElementById("messages");
  const log = document.querySelector('[role="log"]');
  if (list === null || log === null) return null;
  const section = list.closest("[data-conversation]");
  const conversation = section.dataset.conversation;
  const empty = document.getElementById("nothing-yet");
  let kept = { count: 0, of: 0 };
  let newLineBefore = null;
  let loadingOlder = null;

  const rows = () => list.querySelectorAll(":scope > .message");
  const seqOf = (row) => (row.dataset.seq === undefined ? Infinity : Number(row.dataset.seq));
  const hasUnread = () => list.querySelector(":scope > .message[data-unread]") !== null;
  const atEnd = () => Math.abs(log.scrollTop) < NEAR_END_PX;

  /** Changes the list without moving what is being read, nor the keyboard from where it is. */
  function steady(change) {
    keepingFocus(list, log, () => keepingPlace(change));
  }

  /** The browser counts from the end here. */
  function keepingPlace(change) {
    if (atEnd()) {
      change();
      log.scrollTop = 0;
      return;
    }
    const top = log.getBoundingClientRect().top;
    const anchor = Array.from(rows()).find((row) => row.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) log.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  function stateText(row) {
    if (row.classList.contains("pending")) return row.dataset.waits === "yes" ? "waiting to send" : "sending";
    const held = Number(row.dataset.kept ?? 0);
    const parts = [held > 0 ? `saved on ${held} of ${kept.of}` : "sent"];
    if (row.dataset.read !== undefined) parts.push("read");
    return parts.join(" · ");
  }

  function drawState(row) {
    const place = row.querySelector(".state");
    if (place === null || !row.classList.contains("own") || row.classList.contains("failed")) return;
    const text = stateText(row);
    if (place.textContent !== text) place.textContent = text;
  }

  /** A row stays on every disk it ever was on, so its number only rises. */
  function keepRow(row, count) {
    if (row.classList.contains("own") && row.dataset.seq !== undefined) {
      row.dataset.kept = String(Math.max(Number(row.dataset.kept ?? 0), count));
    }
    drawState(row);
  }

  function addMark(row) {
    if (row.querySelector(".mark") !== null) return;
    const mark = copyOf("mark");
    mark.value = row.dataset.id;
    row.append(mark);
  }

  function line(className, text) {
    const item = Object.assign(document.createElement("li"), { className });
    item.append(Object.assign(document.createElement("span"), { textContent: text }));
    return item;
  }

  /** Days, groups, the last own row, the "new" line: all derived from the rows, so always right. */
  function arrange() {
    for (const old of list.querySelectorAll(":scope > .day, :scope > .new-line")) old.remove();
    let previous = null;
    let lastOwn = null;
    for (const row of rows()) {
      const micros = Number(row.dataset.micros);
      const day = dayText(new Date(micros / 1000));
      const sameDay = previous !== null && previous.day === day;
      if (!sameDay) row.before(line("day", day));
      if (row.dataset.id === newLineBefore) row.before(line("new-line", "New"));
      const grouped = sameDay && previous.author === row.dataset.author && micros - previous.micros < GROUP_MICROS;
      row.classList.toggle("grouped", grouped && row.dataset.id !== newLineBefore);
      row.classList.remove("last-own");
      if (row.classList.contains("own")) lastOwn = row;
      previous = { day, author: row.dataset.author, micros };
    }
    lastOwn?.classList.add("last-own");
    if (empty !== null) empty.hidden = previous !== null;
  }

  function place(row) {
    const known = document.getElementById(row.id);
    if (known !== null) {
      const box = known.querySelector('input[name="ids"]');
      if (box?.checked) row.querySelector('input[name="ids"]').checked = true;
      if (known.dataset.kept !== undefined) row.dataset.kept = known.dataset.kept;
      if (known.dataset.read !== undefined) row.dataset.read = known.dataset.read;
      if (known.dataset.fresh !== undefined) row.dataset.fresh = known.dataset.fresh;
      if (known.dataset.seq === row.dataset.seq) {
        known.replaceWith(row);
        return;
      }
      known.remove();
    }
    const seq = seqOf(row);
    let before = null;
    for (let other = list.lastElementChild; other !== null; other = other.previousElementSibling) {
      if (other.classList.contains("message") && seqOf(other) <= seq) break;
      before = other;
    }
    list.insertBefore(row, before);
  }

  function trim() {
    const all = rows();
    if (all.length <= ROWS_MAX || !atEnd()) return;
    for (const row of Array.from(all).slice(0, all.length - ROWS_MAX)) row.remove();
    const first = rows()[0];
    const older = document.getElementById("older");
    const link = Object.assign(document.createElement("a"), {
      id: "older",
      className: "older",
      textContent: "Older messages",
    });
    link.href = `/c/${conversation}?before=${encodeURIComponent(first.dataset.id)}`;
    older?.replaceWith(link);
    watchOlder();
  }

  /**
   * Rows of HTML from a replica into the list. `isNew`: they have just happened. `count`: on how many disks
   * they are as the replica said with them; 0 if it did not, then the next sign of life tells.
   */
  function addHtml(html, isNew, count = 0) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    addRows(holder.content.querySelectorAll(".message"), isNew, count);
  }

  function addRows(found, isNew, count = 0) {
    steady(() => {
      for (const row of Array.from(found)) {
        const first = rows()[0];
        const tooOld = first !== undefined && seqOf(row) < seqOf(first) && document.querySelector("a#older") !== null;
        const known = document.getElementById(row.id);
        if (isNew && tooOld && known === null) continue;
        // Told before: whether it is still unread is known here only.
        if (isNew && known?.dataset.seq === row.dataset.seq) continue;
        row.classList.toggle("own", row.dataset.author === me);
        // What comes while nobody looks begins below a line, so that it is found again.
        if (isNew && row.dataset.author !== me && known === null && !document.hasFocus() && !hasUnread())
          newLineBefore = row.dataset.id;
        if (isNew && !atEnd() && row.dataset.author !== me && known === null) below++;
        if (row.dataset.unread !== undefined) addMark(row);
        place(row);
        if (count > 0) keepRow(row, count);
        else drawState(row);
        localTimes(row);
      }
      arrange();
      trim();
    });
    drawJump();
  }

  /** One page at a time, whoever asks. */
  function loadOlder(link) {
    loadingOlder ??= loadPage(link).finally(() => (loadingOlder = null));
    return loadingOlder;
  }

  async function loadPage(link) {
    const piece = await getPiece(link.getAttribute("href"));
    if (piece === null || !link.isConnected) {
      setTimeout(watchOlder, 1500);
      return;
    }
    const older = piece.getElementById("older");
    const focused = document.activeElement === link;
    steady(() => link.replaceWith(older ?? ""));
    if (focused) (older?.matches("a") ? older : log).focus({ preventScroll: true });
    addRows(piece.querySelectorAll(".message"), false);
    watchOlder();
  }

  const olderSeen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) void loadOlder(entry.target);
    },
    { root: log, rootMargin: "600px 0px" },
  );

  function watchOlder() {
    olderSeen.disconnect();
    const link = document.querySelector("a#older");
    if (link !== null) olderSeen.observe(link);
  }

  /** How much has come in below what is being read. */
  let below = 0;
  const jump = document.getElementById("jump");
  const jumpText = document.getElementById("jump-text");

  function drawJump() {
    if (atEnd()) below = 0;
    if (jump === null) return;
    jump.hidden = atEnd();
    const text = below === 0 ? "Jump to latest" : below === 1 ? "1 new message" : `${below} new messages`;
    if (jumpText.textContent !== text) jumpText.textContent = text;
  }

  function start() {
    log.addEventListener("scroll", drawJump, { passive: true });
    jump?.addEventListener("click", () => {
      log.scrollTop = 0;
      drawJump();
      log.focus();
    });
    newLineBefore = list.querySelector(":scope > .message[data-unread]")?.dataset.id ?? null;
    for (const row of rows()) drawState(row);
    arrange();
    watchOlder();
    document.querySelector("a#older")?.addEventListener("click", (event) => {
      event.preventDefault();
      void loadOlder(event.currentTarget);
    });
  }

  return {
    conversation,
    log,
    list,
    rows,
    atEnd,
    start,
    addHtml,
    arrange,
    /** A bubble of one's own that no replica has confirmed yet. */
    addPending: (row) =>
      steady(() => {
        place(row);
        drawState(row);
        arrange();
        log.scrollTop = 0;
      }),
    redraw: drawState,
    removeIds: (ids) =>
      steady(() => {
        for (const id of ids) document.getElementById(`m-${id}`)?.remove();
        arrange();
      }),
    clearUnread: (ids, upTo) =>
      keepingFocus(list, log, () => {
        for (const row of list.querySelectorAll(".message[data-unread]")) {
          if (!ids.includes(row.dataset.id) && seqOf(row) > upTo) continue;
          delete row.dataset.unread;
          row.querySelector(".mark")?.remove();
        }
      }),
    /** They are unread after all. */
    restoreUnread: (ids) =>
      keepingFocus(list, log, () => {
        for (const id of ids) {
          const row = document.getElementById(`m-${id}`);
          if (row === null) continue;
          row.dataset.unread = "yes";
          delete row.dataset.fresh;
          addMark(row);
        }
      }),
    /** All up to this message, if it is here. */
    clearUnreadUpTo(id) {
      const row = document.getElementById(`m-${id}`);
      if (row !== null) this.clearUnread([], seqOf(row));
    },
    setReadByOther(ids, upTo) {
      for (const row of list.querySelectorAll(".message.own[data-seq]")) {
        if (!ids.includes(row.dataset.id) && seqOf(row) > upTo) continue;
        row.dataset.read = "yes";
        drawState(row);
      }
    },
    /** What the replica says now; it holds for every row that was here before it said so. */
    setKept(next) {
      kept = next;
      for (const row of rows()) keepRow(row, next.count);
    },
    /**
     * After a merge: the rows as the replica has them now. Seqs have moved, so older rows cannot stay
     * beside new ones; they come again as one scrolls up. What is unsent stays at the end.
     */
    async reload() {
      const piece = await getPiece(`/c/${conversation}`);
      if (piece === null) return false;
      const fresh = new Set(Array.from(piece.querySelectorAll(".message"), (row) => row.id));
      const older = piece.getElementById("older");
      steady(() => {
        for (const row of Array.from(rows())) if (row.dataset.seq !== undefined && !fresh.has(row.id)) row.remove();
        document.getElementById("older")?.replaceWith(older ?? "");
      });
      addRows(piece.querySelectorAll(".message"), false);
      watchOlder();
      return true;
    },
    /** On how many disks the last of one's own is: known here, and not to the replica one moves to. */
    lastKept() {
      const row = list.querySelector(".last-own[data-kept]");
      return row === null ? null : { id: row.dataset.id, count: Number(row.dataset.kept) };
    },
    keepAtLeast({ id, count }) {
      const row = document.getElementById(`m-${id}`);
      if (row !== null) keepRow(row, count);
    },
    placeOf() {
      if (atEnd()) return null;
      const top = log.getBoundingClientRect().top;
      const row = Array.from(rows()).find((one) => one.getBoundingClientRect().bottom > top);
      return row === undefined || row.dataset.id === undefined
        ? null
        : { id: row.dataset.id, top: Math.round(row.getBoundingClientRect().top - top) };
    },
    /** To where one was reading at another replica; what lies before the first page of it is fetched. */
    async goTo(place) {
      for (let pages = 0; ; pages++) {
        const row = document.getElementById(`m-${place.id}`);
        const link = document.querySelector("a#older");
        if (row !== null) {
          log.scrollTop += row.getBoundingClientRect().top - log.getBoundingClientRect().top - place.top;
          return;
        }
        if (link === null || pages === PLACE_PAGES_MAX) return;
        await loadOlder(link);
      }
    },
  };
}
