/**
 * Checks and headers for every request and answer, whatever the route: headers that allow no scripts but ours, the
 * refusal of other sites' forms, and the size limit.
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

/** Checks a request before any route does. Null lets it pass; an answer refuses it. */
export type Check = (c: Context<WebEnv>) => Response | null;

/** Runs the checks in order. A request that passes all of them reaches the routes. */
export function passChecks(...checks: readonly Check[]): MiddlewareHandler<WebEnv> {
  return (c, next) => {
    for (const check of checks) {
      const refusal = check(c);
      if (refusal !== null) return Promise.resolve(refusal);
    }
    return next();
  };
}

/** The most addresses whose policies are cached, because a stranger can invent any number of them. */
const POLICIES_MAX = 64;

/**
 * The headers of every answer. Browsers never store pages of a logged-in user, so Back shows nothing after a log-out.
 */
export function secureAnswers(deps: WebDeps): MiddlewareHandler<WebEnv> {
  // A policy depends on these three values only, and making one takes longer than all other headers together.
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
    // A file of a user has a stricter policy of its own.
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", policyFor(placeOf(c)));
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    // Not "no-referrer": then a form's Origin would be "null", which cannot be told from another site's.
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    if (!headers.has("Cross-Origin-Resource-Policy")) headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if (deps.secureCookies) headers.set("Strict-Transport-Security", "max-age=15552000");
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}

/**
 * Refuses a request that another site's page makes the browser send. Browsers name the source of a request:
 * Sec-Fetch-Site, and Origin on every POST. A request with neither comes from a program with a cookie of its own, so
 * nobody is tricked. Another port of this host counts as another site.
 */
function sentByOurPage(c: Context<WebEnv>): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === (c.req.header("host") ?? new URL(c.req.url).host);
}

const FOREIGN = "This request was sent by another site, so it was refused.\n";
/** True if the browser's Origin is not the request's Host: another site, or a proxy that writes its own Host. */
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

/** The scheme between the browser and our proxy; null if no header tells. */
function schemeAtProxy(c: Context<WebEnv>): string | null {
  // Anybody can send this header. Only the last entry counts, because our own proxy wrote it.
  const told = c.req.header("x-forwarded-proto")?.split(",").at(-1)?.trim();
  if (told !== undefined) return told;
  // Without it the Origin of a form tells. On loopback, browsers accept Secure cookies without https.
  const origin = c.req.header("origin") ?? "";
  if (!URL.canParse(origin)) return null;
  const { protocol, hostname } = new URL(origin);
  return isLoopbackName(hostname) ? null : protocol.slice(0, -1);
}

/**
 * Behind a proxy that ends TLS, requests that reached the proxy without TLS are redirected to https. Browsers would
 * refuse a login there anyway, because its cookie is Secure.
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
