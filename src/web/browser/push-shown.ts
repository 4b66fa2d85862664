/** In the service worker: shows what a replica pushes, takes it back when it was read elsewhere, and opens it. */

interface PageWindow {
  readonly url: string;
  readonly focused: boolean;
  focus(): Promise<PageWindow>;
  navigate(url: string): Promise<PageWindow | null>;
}

/** The part of a service worker's global scope that is used here; the DOM's types do not have it. */
export interface WorkerScope extends EventTarget {
  skipWaiting(): Promise<void>;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { readonly type: "window" }): Promise<readonly PageWindow[]>;
    openWindow(url: string): Promise<PageWindow | null>;
  };
}

interface LastingEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}

export interface PushedEvent extends LastingEvent {
  readonly data: { json(): unknown } | null;
}

export interface NotificationEventLike extends LastingEvent {
  readonly notification: Notification;
}

/** What a replica pushes (src/push/payload.ts). */
interface Pushed {
  readonly kind: "call" | "read" | "test";
  readonly title: string;
  readonly text: string;
  /** One notification a conversation: a repeat replaces the first one. */
  readonly tag: string;
  readonly path: string;
}

async function take(scope: WorkerScope, pushed: Pushed, icons: { readonly icon: string; readonly badge: string }) {
  const { registration } = scope;
  if (pushed.kind === "read") {
    for (const one of await registration.getNotifications({ tag: pushed.tag })) one.close();
    return;
  }
  const windows = await scope.clients.matchAll({ type: "window" });
  // Browsers let a page that the user looks at go without a notification.
  const isSeen = windows.some(({ focused, url }) => focused && new URL(url).pathname === pushed.path);
  if (isSeen && pushed.kind === "call") return;
  const options = { body: pushed.text, tag: pushed.tag, renotify: true, data: pushed.path, ...icons };
  await registration.showNotification(pushed.title, options);
}

/** Shows what came, or takes back what was shown. */
export function showPushed(
  scope: WorkerScope,
  event: PushedEvent,
  { icon, badge }: { readonly icon: string; readonly badge: string },
): void {
  const pushed = event.data?.json() as Pushed | undefined;
  if (pushed !== undefined) event.waitUntil(take(scope, pushed, { icon, badge }));
}

async function open(scope: WorkerScope, path: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: "window" });
  const [page] = [...windows.filter(({ url }) => new URL(url).pathname === path), ...windows];
  if (page === undefined) return void (await scope.clients.openWindow(path));
  const focused = await page.focus();
  if (new URL(page.url).pathname !== path) await focused.navigate(path);
}

/** Opens the conversation, in a window that is there if there is one. */
export function openPushed(scope: WorkerScope, event: NotificationEventLike): void {
  event.notification.close();
  event.waitUntil(open(scope, String(event.notification.data)));
}
