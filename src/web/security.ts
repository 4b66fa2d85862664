/**
 * What every answer and every request has to pass, whatever the route: headers that leave
 * a script nothing to do but ours, the refusal of other sites' forms, and the size limit.
 */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { answerError } from "./answer.tsx";
import { failed } from "../chat/errors.ts";
import type { WebDeps, WebEnv } from "./deps.ts";

/** Bytes of one request's body. */
export const BODY_BYTES_MAX = 64 * 1024;

const LOOPBACK_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
const HOST_AND_PORT = /^(?:[a-zA-Z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/;
const HOST_NAME = /^(?:[a-zA-Z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])$/;

/**
 * The replicas' origins as this browser reaches them. Cookies belong to a host name, so a page
 * opened as 127.0.0.1 must move to 127.0.0.1: loopback names are replaced by the one in the address bar.
 */
export function originsFor(requestUrl: string, origins: readonly string[]): string[] {
  const host = new URL(requestUrl).hostname;
  const shown = new Set<string>();
  for (const origin of origins) {
    if (!URL.canParse(origin)) continue;
    const url = new URL(origin);
    // A host name that is none could add directives of its own to the policy below.
    if (LOOPBACK_HOSTS.has(url.hostname) && LOOPBACK_HOSTS.has(host)) url.hostname = host;
    if (HOST_NAME.test(url.hostname)) shown.add(url.origin);
  }
  return [...shown];
}

function contentPolicy(connect: readonly string[]): string {
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...connect].join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Headers of every answer. Pages of a logged-in user are never stored, so that Back shows nothing after a log-out. */
export function secureAnswers(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    headers.set("Content-Security-Policy", contentPolicy(originsFor(c.req.url, deps.origins())));
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
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

/** 403 for a changing request that was sent by another site. */
export function refuseOtherSites(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const changes = c.req.method !== "GET" && c.req.method !== "HEAD" && c.req.method !== "OPTIONS";
    if (changes && !sentByOurPage(c)) {
      c.header("lastword-outcome", "definite");
      return c.text("This request was sent by another site, so it was refused.\n", 403);
    }
    await next();
    return;
  };
}

/**
 * Behind a proxy that ends TLS: what came to it without TLS is sent on to https. A login would be
 * refused by the browser there anyway, because its cookie is Secure.
 */
export function refusePlaintext(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    // Anybody can send this header; only our own proxy is believed, and its entry is the last.
    const scheme = deps.behindProxy === true ? c.req.header("x-forwarded-proto")?.split(",").at(-1)?.trim() : undefined;
    if (scheme !== "http") return await next();
    if (c.req.method !== "GET" && c.req.method !== "HEAD")
      return c.text("This page is served over https only.\n", 403, { "lastword-outcome": "definite" });
    const url = new URL(c.req.url);
    const host = c.req.header("host") ?? url.host;
    return HOST_AND_PORT.test(host)
      ? c.redirect(`https://${host}${url.pathname}${url.search}`, 308)
      : c.text("This page is served over https only.\n", 403);
  };
}

/** 413 for a body over BODY_BYTES_MAX. */
export function limitBodies(): MiddlewareHandler<WebEnv> {
  return bodyLimit({
    maxSize: BODY_BYTES_MAX,
    onError: (c) =>
      answerError(c, failed("too_large", "That is more than 64 KiB, which is too much for one request.").error),
  });
}
