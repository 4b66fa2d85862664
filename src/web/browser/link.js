/**
 * This tab's end of the browser's one event stream: a shared worker; else the tab that holds a
 * lock reads for all and passes on by broadcast; else (an old browser) a stream of one's own.
 */

/** Calls `onMessage` with what stream.js says. `me` and `key` keep two logins of one browser apart. */
export function openLink({ script, me, key, page, onMessage }) {
  const name = `lastword ${me} ${key.slice(0, 6)}`;
  if (typeof SharedWorker === "function") {
    try {
      joinWorker(new SharedWorker(script, { name }), page, onMessage);
      return;
    } catch {
      // Forbidden here (some private modes): the next way.
    }
  }
  if (navigator.locks !== undefined && typeof BroadcastChannel === "function")
    shareByLock(name, script, page, onMessage);
  else
    void startHub(script).then((create) =>
      create(location.origin, (_tab, message) => onMessage(message)).join(null, page),
    );
}

function joinWorker(worker, page, onMessage) {
  worker.port.addEventListener("message", (message) => onMessage(message.data));
  worker.port.start();
  worker.port.postMessage({ type: "join", page });
  addEventListener("pagehide", () => worker.port.postMessage({ type: "leave" }));
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
