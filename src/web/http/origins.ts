/**
 * The addresses to which a page can move from the address at which it was opened. Each replica announces one origin,
 * but a browser may use another name for it: an alias, a number, a name with a trailing dot. Cookies belong to the name
 * in the address bar, and an announced name may mean nothing where the page was opened.
 */

/** The address of a request. */
export interface Place {
  /** Address of the request, with the host that the browser asked for. */
  readonly url: string;
  /** True if it came to the address that all replicas of this host share. */
  readonly front: boolean;
}

/** What this replica knows about the replicas' addresses. */
export interface KnownOrigins {
  /** Origins that the replicas announce, this one's among them. */
  readonly origins: () => readonly string[];
  /** Origin of this replica's own page. */
  readonly self: string;
  readonly behindProxy?: boolean;
}

const HOST_NAME = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])$/;
/** The hosts that the grammar of a Content-Security-Policy accepts. */
const POLICY_HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** The names of 127.0.0.1 that every browser resolves by itself. */
function isLocalName(hostname: string): boolean {
  return hostname === "127.0.0.1" || /^(?:.+\.)?localhost\.?$/.test(hostname);
}

/** True for a host name, as a URL has it, that only the visitor's own computer can mean. */
export function isLoopbackName(hostname: string): boolean {
  return isLocalName(hostname) || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}

/** Scheme, host and port of an absolute URL, as they are written there. */
export function siteOf(url: string): string {
  const path = url.indexOf("/", url.indexOf("://") + 3);
  return path === -1 ? url : url.slice(0, path);
}

function isSameHost(one: URL, other: URL): boolean {
  return one.hostname === other.hostname || (isLocalName(one.hostname) && isLocalName(other.hostname));
}

/**
 * The origins that a page opened at `place` may move to, its own among them.
 *
 * Replicas that announce the same host as this one are on this host, so the name in the address bar reaches
 * them too, and the cookie with them. What others announce is taken as it is; loopback names only where the
 * page itself was opened at one, because anywhere else they mean the visitor's own computer. A page at the
 * front leaves it only for another host, and one behind a proxy knows no other address at all.
 */
export function originsFor(place: Place, known: KnownOrigins): string[] {
  if (known.behindProxy === true) return [];
  const page = new URL(place.url);
  const own = new URL(known.self);
  const found = new Set<string>();
  for (const origin of known.origins()) {
    if (!URL.canParse(origin)) continue;
    const url = new URL(origin);
    // A host name that is none could add directives of its own to the policy below.
    if (!HOST_NAME.test(url.hostname)) continue;
    const sameHost = isSameHost(url, own);
    if (sameHost && place.front) continue;
    if (sameHost) {
      const asOpened = new URL(url);
      asOpened.hostname = page.hostname;
      found.add(asOpened.origin);
    }
    // At a loopback name the visitor is on this host, so the name in the address bar reaches all that is here.
    if (sameHost && isLoopbackName(page.hostname)) continue;
    if (!isLoopbackName(url.hostname) || isLoopbackName(page.hostname)) found.add(url.origin);
  }
  return [...found];
}

/** Those of `origins` that a cookie of this address bar does not reach. */
export function otherHosts(place: Place, origins: readonly string[]): string[] {
  const { hostname } = new URL(place.url);
  return origins.filter((origin) => new URL(origin).hostname !== hostname);
}

/**
 * Sources for connect-src: the grammar has no IPv6 addresses, underscores and trailing dots, so these open their whole
 * scheme.
 */
export function policySources(origins: readonly string[]): string[] {
  const sources = origins.map((origin) => {
    const url = new URL(origin);
    return POLICY_HOST.test(url.hostname) ? origin : url.protocol;
  });
  return [...new Set(sources)];
}
