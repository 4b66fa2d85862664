/**
 * The Host header: requests without one, with a broken one, and with one that is not ours.
 * Everything after this may build addresses from a request's URL.
 */
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { WebDeps, WebEnv } from "./deps.ts";
import { isLoopbackName, siteOf } from "./origins.ts";
import type { Check } from "./security.ts";

/** The most sites that are remembered, because a stranger can invent any number of them. */
const SITES_MAX = 64;

/**
 * The request with an absolute URL. HTTP/1.0 needs no Host, and health checks of proxies send none: such a
 * request gets `origin`. Null for a Host that is empty or none at all.
 */
export function withHost(request: Request, origin: () => string): Request | null {
  if (isUrl(request.url)) return request;
  if (request.headers.get("host") !== null || !request.url.startsWith("/")) return null;
  return new Request(origin() + request.url, request);
}

/** Sites with which a URL was valid. */
const sound = new BoundedCache<true>(SITES_MAX);

/** True for an absolute URL. Only its site can be wrong: a path of a request has no spaces or line ends. */
function isUrl(url: string): boolean {
  const site = siteOf(url);
  if (sound.get(site) === true) return true;
  if (!URL.canParse(url)) return false;
  sound.set(site, true);
  return true;
}

/**
 * 421 at a listener on loopback for a name that is neither this computer's nor one that this replica was started
 * with. A foreign name that its owner lets point to 127.0.0.1 would make his page and ours one site (DNS rebinding).
 * On other addresses every name counts: there a name server decides, and aliases are wanted. Behind a proxy it
 * is the proxy that knows its names; a login there needs https, which the owner of a foreign name has not.
 */
export function refuseForeignHosts(deps: WebDeps): Check {
  const own = new Set(deps.hosts.map((host) => host.toLowerCase().replace(/\.$/, "")));
  const decided = new BoundedCache<boolean>(SITES_MAX);
  const isOurs = (url: string): boolean => {
    const site = siteOf(url);
    const before = decided.get(site);
    if (before !== undefined) return before;
    const { hostname } = new URL(url);
    const ours = isLoopbackName(hostname) || own.has(hostname.replace(/\.$/, ""));
    decided.set(site, ours);
    return ours;
  };
  return (c) => {
    const isLocal = (c.env as WebEnv["Bindings"] | undefined)?.loopback === true;
    if (!isLocal || deps.behindProxy || isOurs(c.req.url)) return null;
    return c.text(
      `Lastword does not answer under this name here. Open ${deps.self}, or start it with --web and this name; behind a proxy, with --behind-proxy.\n`,
      421,
      { "lastword-outcome": "definite" },
    );
  };
}
