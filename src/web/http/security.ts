/**
 * What every answer and every request has to pass, whatever the route: headers that leave
 * a script nothing to do but ours, the refusal of other sites' forms, and the size limit.
 */
import type { Context, MiddlewareHandler } from "hono";
import { BoundedCache } from "../../base/bounded-cache.ts";
import type { WebDeps, WebEnv } from "./deps.ts";
import { isLoopbackName, originsFor, policySources, siteOf, type Place } from "./origins.ts";
import { placeOf } from "./request.ts";

const HOST_AND_PORT = /^(?:[a-zA-Z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/;

function contentPolicy(connect: readonly string[]): string {
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...policySources(connect)].join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Looks at a request before any route does: null lets it pass, anything else is the answer that refuses it. */
export type Check = (c: Context<WebEnv>) => Response | null;

/** Runs the checks in their order; what all let pass goes on. */
export function passChecks(...checks: readonly Check[]): MiddlewareHandler<WebEnv> {
  return (c, next) => {
    for (const check of checks) {
      const refusal = check(c);
      if (refusal !== null) return Promise.resolve(refusal);
    }
    return next();
  };
}

/** Addresses whose policies are kept; a stranger may make up any number of them. */
const POLICIES_MAX = 64;

/** Headers of every answer. Pages of a logged-in user are never stored, so that Back shows nothing after a log-out. */
export function secureAnswers(deps: WebDeps): MiddlewareHandler<WebEnv> {
  // A policy follows from these three alone, and making one takes longer than all other headers together.
  const policies = new BoundedCache<string>(POLICIES_MAX);
  const policyFor = (place: Place): string => {
    const key = `${place.front} ${siteOf(place.url)} ${deps.origins().join(" ")}`;
    const kept = policies.get(key);
    if (kept !== undefined) return kept;
    const policy = contentPolicy(originsFor(place, deps));
    policies.set(key, policy);
    return policy;
  };
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    headers.set("Content-Security-Policy", policyFor(placeOf(c)));
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    // Within this origin only: with "no-referrer" a form's Origin would be "null", and nobody could tell it from another site's.
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    if (!headers.has("Cross-Origin-Resource-Policy")) headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (deps.secureCookies) headers.set("Strict-Transport-Security", "max-age=15552000");
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}

/**
 * Refuses what another site's page sends in this browser's name. Browsers say where a request comes
 * from: Sec-Fetch-Site, and Origin on every POST. With neither it is a program with a cookie of
 * its own, and nobody is being tricked. Another port of this host is another site here.
 */
function sentByOurPage(c: Context<WebEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === (c.req.header("host") ?? new URL(c.req.url).host);
}

const FOREIGN = "This request was sent by another site, so it was refused.\n";
/** The browser's Origin is not the Host that came: a foreign site, or a proxy that puts its own Host in. */
const FOREIGN_OR_PROXY =
  "This request was refused: its Origin is not the Host that the proxy passed on. Another site sent it, or the proxy has to pass Host on as it came.\n";
const PLAINTEXT = "This page is served over https only.\n";

/** 403 for a changing request that was sent by another site. */
export function refuseOtherSites(deps: WebDeps): Check {
  return (c) => {
    const changes = c.req.method !== "GET" && c.req.method !== "HEAD" && c.req.method !== "OPTIONS";
    if (!changes || sentByOurPage(c)) return null;
    c.header("lastword-outcome", "definite");
    const isTold = c.req.header("sec-fetch-site") !== undefined;
    return c.text(deps.behindProxy && !isTold ? FOREIGN_OR_PROXY : FOREIGN, 403);
  };
}

/** The scheme between the browser and our proxy; null if neither of them says. */
function schemeAtProxy(c: Context<WebEnv>): string | null {
  // Anybody can send this header; only our own proxy is believed, and its entry is the last.
  const told = c.req.header("x-forwarded-proto")?.split(",").at(-1)?.trim();
  if (told !== undefined) return told;
  // Without it the Origin of a form tells; on loopback browsers keep Secure cookies without https.
  const origin = c.req.header("origin") ?? "";
  if (!URL.canParse(origin)) return null;
  const { protocol, hostname } = new URL(origin);
  return isLoopbackName(hostname) ? null : protocol.slice(0, -1);
}

/**
 * Behind a proxy that ends TLS: what came to it without TLS is sent on to https. A login would be
 * refused by the browser there anyway, because its cookie is Secure.
 */
export function refusePlaintext(deps: WebDeps): Check {
  return (c) => {
    if (!deps.behindProxy || schemeAtProxy(c) !== "http") return null;
    if (c.req.method !== "GET" && c.req.method !== "HEAD")
      return c.text(PLAINTEXT, 403, { "lastword-outcome": "definite" });
    const url = new URL(c.req.url);
    const host = c.req.header("host") ?? url.host;
    return HOST_AND_PORT.test(host)
      ? c.redirect(`https://${host}${url.pathname}${url.search}`, 308)
      : c.text(PLAINTEXT, 403);
  };
}
