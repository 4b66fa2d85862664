/**
 * The list on the left. The replica renders its rows and sends each one again as it changes; here they are only put
 * in their place. All of it is fetched again where it cannot be known what changed.
 */
import { localTimes } from "./times.js";

const GATHER_MS = 120;
const GATHER_HIDDEN_MS = 1500;
/** After a failover all pages are back at the same moment, and what they lack is who came and went. */
const SPREAD_MS = 3000;

/** `current()`: the id of the open conversation, "new", or "". `onUnread(count)`: as the list says it. */
export function openList({ current, words, onUnread }) {
  let timer = null;
  /** Rows that came while the whole list was on its way, which may be older than they are. */
  let late = null;

  async function load() {
    timer = null;
    late = [];
    await htmx
      .ajax("GET", `/sidebar?current=${encodeURIComponent(current())}`, {
        source: "#sidebar",
        target: "#sidebar",
        swap: "outerMorph",
      })
      .catch(() => {});
    const sidebar = document.getElementById("sidebar");
    for (const dot of sidebar.querySelectorAll(".presence"))
      words.showPresence({ id: dot.dataset.user, online: dot.dataset.online === "yes" });
    onUnread(sidebar.dataset.unread ?? "0");
    const rows = late;
    late = null;
    for (const row of rows) place(row);
  }

  /** The list is in the order of the newest messages. */
  function placeInOrder(list, row) {
    const after = Array.from(list.children).find((one) => Number(one.dataset.seq) < Number(row.dataset.seq));
    if (after === undefined) list.append(row);
    else if (after !== row) after.before(row);
  }

  function place({ conversationId, html, unread }) {
    late?.push({ conversationId, html, unread });
    onUnread(unread);
    const sidebar = document.getElementById("sidebar");
    // The styles ask for it: what the start offers depends on it.
    sidebar.dataset.unread = unread;
    const list = sidebar.querySelector("ul");
    const known = document.getElementById(`s-${conversationId}`);
    if (html === "") return known?.remove();
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.firstElementChild;
    if (conversationId === current()) row.querySelector("a").setAttribute("aria-current", "page");
    localTimes(row);
    const hasFocus = known !== null && known.contains(document.activeElement);
    if (known !== null) known.replaceWith(row);
    const before = row.previousElementSibling;
    const isInOrder = known !== null && (before === null || Number(before.dataset.seq) >= Number(row.dataset.seq));
    if (!isInOrder) placeInOrder(list, row);
    if (hasFocus) row.querySelector("a").focus({ preventScroll: true });
    // Somebody with whom there was no conversation yet.
    const stranger = document.getElementById(`u-${row.dataset.with}`);
    if (stranger?.parentElement.childElementCount === 1) stranger.parentElement.previousElementSibling.remove();
    stranger?.remove();
    const more = sidebar.querySelector('.more a[href^="/conversations?before="]');
    if (known !== null || more === null) return;
    list.lastElementChild.remove();
    more.href = `/conversations?before=${list.lastElementChild.dataset.seq}`;
  }

  return {
    place,
    /** What a person's list says of all others: somebody is new or gone, or much may have changed. */
    refresh() {
      timer ??= setTimeout(load, document.hidden ? GATHER_HIDDEN_MS : GATHER_MS);
    },
    refreshSoon() {
      timer ??= setTimeout(load, Math.random() * SPREAD_MS);
    },
  };
}
