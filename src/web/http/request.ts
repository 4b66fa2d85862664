/** From an HTTP request to the chat's words: fields of a form or JSON, the caller, the cursor, the login. */
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { failed, type Answer } from "../../chat/errors.ts";
import type { Caller, ReadAt, Session } from "../../chat/chat-service.ts";
import { deviceName } from "../account/device.ts";
import { knownDevice } from "../account/known-device.ts";
import { answerError, wantsJson } from "./answer.tsx";
import { isLoginCookie, readCookie, setSessionCookie } from "./cookies.ts";
import type { WebDeps, WebEnv } from "./deps.ts";
import { fieldsOf, type Fields } from "./fields.ts";
import type { Place } from "./origins.ts";

const CURSOR = /^[\x21-\x7e]{1,64}$/;

/** The body as fields, read once for all who ask. */
export async function readFields(c: Context<WebEnv>): Promise<Fields> {
  const kept = c.get("fields");
  if (kept !== undefined) return kept;
  const fields = await fieldsOf(c.req);
  c.set("fields", fields);
  return fields;
}

/** What the listener knows; nothing where a test calls the app itself. */
function bindingsOf(c: Context<WebEnv>): WebEnv["Bindings"] | undefined {
  return c.env as WebEnv["Bindings"] | undefined;
}

/** Where the request was sent to. */
export function placeOf(c: Context<WebEnv>): Place {
  return { url: c.req.url, front: bindingsOf(c)?.front === true };
}

/** Who calls, for rate limits, and with what, for the list of logins. */
export function callerOf(c: Context<WebEnv>, deps: WebDeps): Caller {
  const socket = bindingsOf(c)?.caller?.() ?? "unknown";
  const known = knownDevice(c, deps);
  const browser = {
    device: deviceName(c.req.header("user-agent") ?? ""),
    ...(known === undefined ? {} : { known }),
  };
  if (!deps.behindProxy) return { address: socket, ...browser };
  // The last entry was written by our own proxy; those before it by anybody.
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  // Some proxies add the port.
  const address = forwarded.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  return { address: isIP(address) === 0 ? socket : address, ...browser };
}

/** "At or after this": the header of a program, else the cookie of a browser that has just written. */
export function readAt(c: Context<WebEnv>): ReadAt {
  const cursor = c.req.header("lastword-cursor") ?? readCookie(c, "at");
  return cursor !== undefined && CURSOR.test(cursor) ? { cursor } : {};
}

/**
 * Reads at or after the caller's cursor. A browser's cookie is only a wish: when this replica cannot
 * get there (a merge has moved the seqs), an answer from now is better than none.
 */
export async function read<T>(c: Context<WebEnv>, run: (at: ReadAt) => Promise<Answer<T>>): Promise<Answer<T>> {
  const at = readAt(c);
  const answer = await run(at);
  const wish = at.cursor !== undefined && c.req.header("lastword-cursor") === undefined;
  return answer.ok || !wish || answer.error.code === "not_found" ? answer : await run({});
}

/** Looks the cookie up, once, for all routes. */
export function findSession(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const token = readCookie(c, "") ?? "";
    c.set("token", token);
    // Fresh: the login may have been made at another replica a moment ago.
    const session = token === "" ? null : await deps.chat.authenticateFresh(token);
    c.set("session", session);
    await next();
    if (session?.renew !== true) return;
    // A login lives for 90 days after its last use; so does the cookie, but for an answer that sets another one.
    const own = c.res.headers.getSetCookie().some((line) => isLoginCookie(c, line));
    if (!own) setSessionCookie(c, deps, token);
  };
}

/** Without a login: people go to /login and come back, programs get 401. */
export function needsLogin(): MiddlewareHandler<WebEnv> {
  return (c, next) => (c.get("session") === null ? askForLogin(c) : next());
}

async function askForLogin(c: Context<WebEnv>): Promise<Response> {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (wantsJson(c) || !isRead) {
    const { error } = failed("not_logged_in", "You are not logged in. Log in and try again.");
    return await answerError(c, error, { kept: isRead ? "" : (await readFields(c)).lines("body") });
  }
  const url = new URL(c.req.url);
  const login = url.pathname === "/" ? "/login" : `/login?next=${encodeURIComponent(url.pathname + url.search)}`;
  // htmx would follow a redirect and put the login form into a corner of the page.
  if (c.req.header("hx-request") === "true") {
    // The list of conversations is fetched by the page, not by a person. The page leaves by itself when its login is
    // over, once; it would be taken away from where it has gone, and come back to the start after the next log-in.
    if (url.pathname !== "/sidebar") c.header("HX-Redirect", login);
    return c.body(null, 204);
  }
  return c.redirect(login, 303);
}

/** The login, on routes behind needsLogin. */
export function sessionOf(c: Context<WebEnv>): Session {
  const session = c.get("session");
  if (session === null) throw new Error("this route needs needsLogin() before it");
  return session;
}

/** A path of this site to go to after a login: never another site's. */
export function safeNext(next: string): string {
  return /^\/(?:c\/[\w.~-]{1,200}|rooms|new-room|rooms\/\w{1,20}|conversations|new|people|account|cluster)?(?:\?[\w=&%.~-]{0,200})?$/.test(
    next,
  )
    ? next
    : "/";
}

/** Key that a moved draft carries, so that a link made by somebody else can put no words into the page. */
export function carryKey(token: string): string {
  return new Bun.CryptoHasher("sha256").update(`lastword carry ${token}`).digest("base64url").slice(0, 22);
}
