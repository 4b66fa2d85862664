/** What is unread becomes read: by a click, by "mark all read", or by having been in view. */
import { newId, postUntilDone } from "./requests.js";

const IN_VIEW_MS = 5000;
const BATCH_MS = 60;

export function openReading(roll, readOnSight) {
  const form = document.getElementById("reading");
  const all = document.getElementById("read-all");
  const waiting = new Set();
  let timer = null;

  function flush() {
    const ids = Array.from(waiting).slice(0, 500);
    for (const id of ids) waiting.delete(id);
    if (ids.length > 0) void postUntilDone(form.getAttribute("action"), { ids, id: newId() });
    timer = waiting.size > 0 ? setTimeout(flush, BATCH_MS) : null;
  }

  function mark(row) {
    if (row.dataset.unread === undefined) return;
    waiting.add(row.dataset.id);
    roll.clearUnread([row.dataset.id], -1);
    timer ??= setTimeout(flush, BATCH_MS);
  }

  function markAll() {
    roll.clearUnread([], Number.MAX_SAFE_INTEGER);
    void postUntilDone(all.getAttribute("action"), { all: "yes", id: newId() });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = event.submitter?.closest(".message");
    if (row === null || row === undefined) return;
    mark(row);
  });
  all.addEventListener("submit", (event) => {
    event.preventDefault();
    markAll();
  });
  roll.list.addEventListener("click", (event) => {
    if (event.target.closest("a, button, label, input") !== null) return;
    const row = event.target.closest(".message[data-unread]");
    if (row !== null) mark(row);
  });

  if (readOnSight) watchSight();

  function watchSight() {
    const since = new Map();
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting && target.dataset.unread !== undefined) since.set(target, Date.now());
          else since.delete(target);
        }
      },
      { root: roll.log, threshold: 0.6 },
    );
    const watch = () => roll.rows().forEach((row) => row.dataset.unread !== undefined && seen.observe(row));
    watch();
    new MutationObserver(watch).observe(roll.list, { childList: true });
    setInterval(() => {
      for (const [row, at] of since) {
        if (!document.hasFocus()) since.set(row, Date.now());
        else if (Date.now() - at >= IN_VIEW_MS) {
          since.delete(row);
          seen.unobserve(row);
          mark(row);
        }
      }
    }, 500);
  }

  return { mark, markAll };
}
