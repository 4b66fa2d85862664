/**
 * This tab's end of the browser's one event stream: a shared worker; else the tab that holds a
 * lock reads for all and passes on by broadcast; else (an old browser) a stream of one's own.
 */

const WORKER_RETRY_MS = 1000;

/**
 * Calls `onMessage` with what stream.js says. `cluster`, `me` and `key` keep clusters and logins of one browser apart.
 * Answers {origins(list)}: replicas were added or moved, so the worker must be allowed to ask them.
 */
export function openLink({ script, cluster, me, key, page, onMessage }) {
  const name = `lastword ${cluster} ${me} ${key.slice(0, 6)}`;
  if (typeof SharedWorker === "function") {
    try {
      return linkToWorker(name, script, page, onMessage);
    } catch {
      // Forbidden here (some private modes): the next way.
    }
  }
  openWithoutWorker(name, script, page, onMessage);
  return { origins: () => {} };
}

function openWithoutWorker(name, script, page, onMessage) {
  if (navigator.locks !== undefined && typeof BroadcastChannel === "function")
    shareByLock(name, script, page, onMessage);
  else
    void startHub(script).then((create) =>
      create(location.origin, (_tab, message) => onMessage(message)).join(null, page),
    );
}

/**
 * A worker may ask the origins that were known when its script was served: that policy comes with the
 * script's answer. So the list is part of the script's address, and a new list means a new worker.
 */
export const scriptFor = (script, origins) => `${script}?for=${encodeURIComponent(origins.join(" "))}`;

function linkToWorker(name, script, first, onMessage) {
  let page = first;
  let port = null;
  let isMissing = false;
  const open = () => {
    const worker = new SharedWorker(scriptFor(script, page.origins), { name });
    const own = worker.port;
    port = own;
    worker.addEventListener("error", () => {
      if (own !== port) return;
      // The replica died between this page and its worker: nobody looks for another one until the script is here.
      isMissing = true;
      onMessage({ type: "lost" });
      onMessage({ type: "state", state: "away" });
      setTimeout(() => own === port && open(), WORKER_RETRY_MS);
    });
    own.addEventListener("message", ({ data }) => {
      if (own !== port) return;
      if (isMissing && data.type === "open") {
        isMissing = false;
        onMessage({ type: "state", state: "live" });
      }
      if (data.type === "event" && data.cursor !== "") page = { ...page, cursor: data.cursor };
      onMessage(data);
    });
    own.start();
    own.postMessage({ type: "join", page });
  };
  open();
  addEventListener("pagehide", () => port.postMessage({ type: "leave" }));
  return {
    origins(list) {
      if (list.toSorted().join() === page.origins.toSorted().join()) return;
      port.postMessage({ type: "leave" });
      // The new one goes on where the old one was; if another tab has opened it already, from what it keeps.
      page = { ...page, origins: list, opened: Date.now() };
      open();
    },
  };
}

/** Loads stream.js into the page; it leaves its maker in a global. */
function startHub(script) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = script;
    element.addEventListener("load", () => resolve(globalThis.lastwordHub));
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}

function shareByLock(name, script, page, onMessage) {
  const channel = new BroadcastChannel(name);
  const tab = Math.random().toString(36).slice(2);
  let hub = null;
  channel.addEventListener("message", ({ data }) => {
    if (data.to === "hub") hub?.join(data.tab, data.page);
    else if (data.to === "new hub") channel.postMessage({ to: "hub", tab, page });
    else if (data.to === null || data.to === tab) onMessage(data.message);
  });
  channel.postMessage({ to: "hub", tab, page });
  // Held until this tab is gone; then the next one in the queue reads.
  void navigator.locks.request(name, async () => {
    const create = await startHub(script);
    hub = create(location.origin, (to, message) => {
      if (to === null || to === tab) onMessage(message);
      if (to !== tab) channel.postMessage({ to, message });
    });
    hub.join(tab, page);
    channel.postMessage({ to: "new hub" });
    await new Promise(() => {});
  });
}
