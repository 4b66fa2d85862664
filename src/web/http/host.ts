/**
 * The Host header: requests without one, with a broken one, and with one that is not ours.
 * Everything after this may build addresses from a request's URL.
 */
import type { MiddlewareHandler } from "hono";
import type { WebDeps, WebEnv } from "./deps.ts";
import { isLoopbackName } from "./origins.ts";

/**
 * The request with an absolute URL. HTTP/1.0 needs no Host, and health checks of proxies send none: such a
 * request gets `origin`. Null for a Host that is empty or none at all.
 */
export function withHost(request: Request, origin: string): Request | null {
  if (URL.canParse(request.url)) return request;
  if (request.headers.get("host") !== null || !request.url.startsWith("/")) return null;
  return new Request(origin + request.url, request);
}

/**
 * 421 at a listener on loopback for a name that is neither this computer's nor one that this replica was started
 * with. A foreign name that its owner lets point to 127.0.0.1 would make his page and ours one site (DNS rebinding).
 * On other addresses every name counts: there a name server decides, and aliases are wanted. Behind a proxy it
 * is the proxy that knows its names; a login there needs https, which the owner of a foreign name has not.
 */
export function refuseForeignHosts(deps: WebDeps): MiddlewareHandler<WebEnv> {
  const own = new Set((deps.hosts ?? []).map((host) => host.toLowerCase().replace(/\.$/, "")));
  return async (c, next) => {
    const isLocal = (c.env as WebEnv["Bindings"] | undefined)?.loopback === true;
    const { hostname } = new URL(c.req.url);
    if (!isLocal || deps.behindProxy === true || isLoopbackName(hostname) || own.has(hostname.replace(/\.$/, ""))) {
      await next();
      return;
    }
    return c.text(
      `Lastword does not answer under this name here. Open ${deps.self}, or start it with --web and this name; behind a proxy, with --behind-proxy.\n`,
      421,
      { "lastword-outcome": "definite" },
    );
  };
}
