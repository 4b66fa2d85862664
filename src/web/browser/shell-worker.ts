/**
 * The service worker of an origin. It keeps one page, which says that no replica answers, with its styles and scripts,
 * and nothing else: no conversation, no list, no answer to a request of a page. So nothing that it shows can be out of
 * date. It asks for every page that a person opens and shows its own one only if nothing answers.
 *
 * Its text names the version of the files, so an upgraded replica brings another worker, which keeps the files of its
 * own version and drops the earlier ones. It also shows what the replicas push (push-shown.ts).
 */
import {
  showPushed,
  openPushed,
  type PushedEvent,
  type NotificationEventLike,
  type WorkerScope,
} from "./push-shown.ts";

/** What the replica writes in front of this script (http/assets.ts). */
interface Shell {
  readonly version: string;
  readonly page: string;
  readonly parts: readonly string[];
  readonly icon: string;
  readonly badge: string;
}

interface LastingEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface RequestEvent extends LastingEvent {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as WorkerScope & { readonly lastwordShell: Shell };
const shell = scope.lastwordShell;

const CACHE_PREFIX = "lastword-shell-";
const CACHE = CACHE_PREFIX + shell.version;

/** A page that did not begin to arrive after this time is given up; a front port may lead to a frozen replica. */
const ANSWER_MS = 10_000;

/** The kept page names the other addresses of the cluster, which change; it is fetched again at most this often. */
const RENEW_MS = 600_000;
let renewed = 0;

async function keep(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  // Not what the browser's own cache has: that may be of the version before.
  await cache.addAll(paths.map((path) => new Request(path, { cache: "reload" })));
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** A proxy says that no replica answers it. Answers of replicas have a policy, whatever their status. */
function isOfProxy({ status, headers }: Response): boolean {
  return status >= 502 && status <= 504 && !headers.has("content-security-policy");
}

async function fetched(event: RequestEvent): Promise<Response> {
  const gaveUp = AbortSignal.timeout(ANSWER_MS);
  const late = new Promise<never>((_, reject) => {
    gaveUp.addEventListener("abort", () => reject(new Error("no answer")));
  });
  return await Promise.race([
    late,
    event.preloadResponse.then(async (answer) => answer ?? (await fetch(event.request))),
  ]);
}

async function pageFor(event: RequestEvent): Promise<Response> {
  let answer: Response | null = null;
  try {
    answer = await fetched(event);
    if (!isOfProxy(answer)) return answer;
  } catch {
    // Nothing answers.
  }
  return (await caches.match(shell.page, { cacheName: CACHE })) ?? answer ?? Response.error();
}

/** A file that the kept page needs, whose path names its content. */
async function partFor(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: CACHE })) ?? (await fetch(request));
}

/** Answers for pages and for the parts of the kept one. Everything else goes its way as if there were no worker. */
function onRequest(event: RequestEvent): void {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode !== "navigate") {
    if (shell.parts.includes(pathname)) event.respondWith(partFor(request));
    return;
  }
  const answer = pageFor(event);
  event.respondWith(answer);
  if (Date.now() - renewed < RENEW_MS) return;
  event.waitUntil(
    answer.then(
      async () => {
        await keep([shell.page]);
        renewed = Date.now();
      },
      () => {},
    ),
  );
}

scope.addEventListener("install", (event) => {
  (event as LastingEvent).waitUntil(keep([shell.page, ...shell.parts]).then(() => scope.skipWaiting()));
});
scope.addEventListener("activate", (event) => {
  const preload = scope.registration.navigationPreload?.enable();
  (event as LastingEvent).waitUntil(Promise.all([preload, dropOthers(), scope.clients.claim()]));
});
scope.addEventListener("fetch", (event) => onRequest(event as RequestEvent));
scope.addEventListener("push", (event) => showPushed(scope, event as PushedEvent, shell));
scope.addEventListener("notificationclick", (event) => openPushed(scope, event as NotificationEventLike));
