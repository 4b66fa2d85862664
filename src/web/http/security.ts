/**
 * What every answer and every request has to pass, whatever the route: headers that leave
 * a script nothing to do but ours, the refusal of other sites' forms, and the size limit.
 */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { answerError } from "./answer.tsx";
import { failed } from "../../chat/errors.ts";
import type { WebDeps, WebEnv } from "./deps.ts";
import { isLoopbackName, originsFor, policySources } from "./origins.ts";
import { placeOf } from "./request.ts";

/** Bytes of one request's body. */
export const BODY_BYTES_MAX = 64 * 1024;

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

/** Headers of every answer. Pages of a logged-in user are never stored, so that Back shows nothing after a log-out. */
export function secureAnswers(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    headers.set("Content-Security-Policy", contentPolicy(originsFor(placeOf(c), deps)));
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
export function refuseOtherSites(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const changes = c.req.method !== "GET" && c.req.method !== "HEAD" && c.req.method !== "OPTIONS";
    if (changes && !sentByOurPage(c)) {
      c.header("lastword-outcome", "definite");
      const isTold = c.req.header("sec-fetch-site") !== undefined;
      return c.text(deps.behindProxy === true && !isTold ? FOREIGN_OR_PROXY : FOREIGN, 403);
    }
    await next();
    return;
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
export function refusePlaintext(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (deps.behindProxy !== true || schemeAtProxy(c) !== "http") return await next();
    if (c.req.method !== "GET" && c.req.method !== "HEAD")
      return c.text(PLAINTEXT, 403, { "lastword-outcome": "definite" });
    const url = new URL(c.req.url);
    const host = c.req.header("host") ?? url.host;
    return HOST_AND_PORT.test(host)
      ? c.redirect(`https://${host}${url.pathname}${url.search}`, 308)
      : c.text(PLAINTEXT, 403);
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
