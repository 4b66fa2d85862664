/**
 * This tab's end of the browser's one event stream. A shared worker reads the stream; without shared workers, the tab
 * that holds a lock reads it and broadcasts to the others; in an old browser each tab has a stream of its own.
 */
import type { Hub, HubWindow } from "./hub.ts";
import type { HubMessage, TabPage, TabShow } from "./hub-messages.ts";

const WORKER_RETRY_MS = 1000;

/** What a tab needs to join. */
export interface LinkInput {
  /** Path of stream.ts. */
  readonly script: string;
  /** The cluster, the user and the login (`key`) name the stream, so that those of one browser stay apart. */
  readonly cluster: string;
  readonly me: string;
  readonly key: string;
  readonly page: TabPage;
  readonly onMessage: (message: HubMessage) => void;
}

/** The tab's end of the stream. */
export interface Link {
  /** Tells the hub that the tab shows something else. */
  show(what: TabShow): void;
  /** Replicas were added or moved, so the worker must be allowed to ask them. */
  origins(list: readonly string[]): void;
}

/** The broadcasts of tabs that share a stream by a lock. */
type Broadcast =
  | { readonly to: "hub"; readonly tab: string; readonly page: TabPage }
  | { readonly to: "hub"; readonly tab: string; readonly what: TabShow }
  /** The tab that read the stream was closed. The next one reads now, and asks all others to join. */
  | { readonly to: "new hub" }
  /** For the tab with this name; null for all tabs. */
  | { readonly to: string | null; readonly message: HubMessage };

/** Joins the stream. `onMessage` receives the hub's messages. */
export function openLink(input: LinkInput): Link {
  const { cluster, me, key } = input;
  const name = `lastword ${cluster} ${me} ${key.slice(0, 6)}`;
  if (typeof SharedWorker === "function") {
    try {
      return new WorkerLink(name, input);
    } catch {
      // Some private modes forbid it.
    }
  }
  if ((navigator.locks as LockManager | undefined) !== undefined && typeof BroadcastChannel === "function")
    return shareByLock(name, input);
  return readAlone(input);
}

/**
 * A worker may ask the origins that were known when its script was served, because that policy comes with the script's
 * answer. So the list is part of the script's address, and a new list means a new worker.
 */
export const scriptFor = (script: string, origins: readonly string[]): string =>
  `${script}?for=${encodeURIComponent(origins.join(" "))}`;

class WorkerLink implements Link {
  readonly #name: string;
  readonly #script: string;
  readonly #onMessage: (message: HubMessage) => void;
  #page: TabPage;
  #port!: MessagePort;
  /** The worker's script did not arrive. */
  #isMissing = false;
  /**
   * True if the worker knows what this tab shows. Until then a new worker needs the cursor of the view, not a newer
   * one.
   */
  #isShown = true;

  constructor(name: string, { script, page, onMessage }: LinkInput) {
    this.#name = name;
    this.#script = script;
    this.#page = page;
    this.#onMessage = onMessage;
    this.#open();
    addEventListener("pagehide", () => this.#port.postMessage({ type: "leave" }));
  }

  origins(list: readonly string[]): void {
    if (list.toSorted().join() === this.#page.origins.toSorted().join()) return;
    this.#port.postMessage({ type: "leave" });
    // The new worker continues where the old one stopped. If another tab has already started it, it has kept the
    // events.
    this.#page = { ...this.#page, origins: list, opened: Date.now() };
    this.#open();
  }

  show(what: TabShow): void {
    this.#page = { ...this.#page, ...what };
    this.#isShown = what.show === "";
    this.#port.postMessage({ type: "show", what });
  }

  #open(): void {
    const worker = new SharedWorker(scriptFor(this.#script, this.#page.origins), { name: this.#name });
    const { port } = worker;
    this.#port = port;
    worker.addEventListener("error", () => {
      if (port !== this.#port) return;
      // The replica died between this page and its worker. Nobody looks for another replica until the script is here.
      this.#isMissing = true;
      this.#onMessage({ type: "lost" });
      this.#onMessage({ type: "state", state: "away" });
      setTimeout(() => port === this.#port && this.#open(), WORKER_RETRY_MS);
    });
    port.addEventListener("message", ({ data }: MessageEvent<HubMessage>) => {
      if (port === this.#port) this.#hear(data);
    });
    port.start();
    port.postMessage({ type: "join", page: this.#page });
  }

  #hear(message: HubMessage): void {
    if (this.#isMissing && message.type === "open") {
      this.#isMissing = false;
      this.#onMessage({ type: "state", state: "live" });
    }
    if (message.type === "shown" && message.show === this.#page.show) this.#isShown = true;
    if (message.type === "event" && message.cursor !== "" && this.#isShown)
      this.#page = { ...this.#page, cursor: message.cursor };
    this.#onMessage(message);
  }
}

/** Loads stream.ts into the page. */
function loadHub(script: string): Promise<NonNullable<HubWindow["lastwordHub"]>> {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = script;
    element.addEventListener("load", () => resolve((globalThis as HubWindow).lastwordHub!));
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}

function readAlone({ script, page, onMessage }: LinkInput): Link {
  let now = page;
  let hub: Hub<string> | null = null;
  void loadHub(script).then((makeHub) => {
    hub = makeHub((_tab, message) => onMessage(message));
    hub.join("", now);
  });
  return {
    origins: () => {},
    show(what) {
      now = { ...now, ...what };
      hub?.show("", what);
    },
  };
}

function shareByLock(name: string, { script, page: first, onMessage }: LinkInput): Link {
  let page = first;
  const channel = new BroadcastChannel(name);
  const tab = Math.random().toString(36).slice(2);
  let hub: Hub<string> | null = null;
  const post = (message: Broadcast): void => channel.postMessage(message);
  channel.addEventListener("message", ({ data }: MessageEvent<Broadcast>) => {
    if ("page" in data) hub?.join(data.tab, data.page);
    else if ("what" in data) hub?.show(data.tab, data.what);
    else if (!("message" in data)) post({ to: "hub", tab, page });
    else if (data.to === null || data.to === tab) onMessage(data.message);
  });
  post({ to: "hub", tab, page });
  // The lock is held until this tab is gone. Then the next tab in the queue reads.
  void navigator.locks.request(name, async () => {
    const makeHub = await loadHub(script);
    hub = makeHub((to, message) => {
      if (to === null || to === tab) onMessage(message);
      if (to !== tab) post({ to, message });
    });
    hub.join(tab, page);
    post({ to: "new hub" });
    await new Promise(() => {});
  });
  return {
    origins: () => {},
    show(what) {
      page = { ...page, ...what };
      if (hub === null) post({ to: "hub", tab, what });
      else hub.show(tab, what);
    },
  };
}
