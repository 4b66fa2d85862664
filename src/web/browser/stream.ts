/**
 * The script that runs the hub: as a shared worker for all tabs of an origin, or inside a page where there are no
 * shared workers (see link.ts).
 */
import { Hub, type HubWindow } from "./hub.ts";
import type { TabPage, TabShow } from "./hub-messages.ts";

/** What a tab posts to the worker. */
type TabMessage =
  | { readonly type: "join"; readonly page: TabPage }
  | { readonly type: "show"; readonly what: TabShow }
  | { readonly type: "leave" };

function serveTabs(): void {
  const ports = new Set<MessagePort>();
  const hub = new Hub<MessagePort>(location.origin, (tab, message) => {
    for (const port of tab === null ? ports : [tab]) port.postMessage(message);
  });
  globalThis.addEventListener("connect", (event) => {
    const port = (event as MessageEvent).ports[0]!;
    port.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      if (data.type === "join") {
        ports.add(port);
        hub.join(port, data.page);
      } else if (data.type === "show") {
        hub.show(port, data.what);
      } else {
        ports.delete(port);
        hub.leave(port);
      }
    });
    port.start();
  });
}

if ("SharedWorkerGlobalScope" in globalThis) serveTabs();
else (globalThis as HubWindow).lastwordHub = (send) => new Hub(location.origin, send);
