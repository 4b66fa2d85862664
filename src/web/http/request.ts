/** Reads an HTTP request: the fields of a form or JSON, the caller, the cursor, the login. */
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import type { Answer } from "../../chat/errors.ts";
import { failedWith } from "../../chat/sentences.ts";
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

/** The listener's facts; empty if a test calls the app itself. */
function bindingsOf(c: Context<WebEnv>): WebEnv["Bindings"] | undefined {
  return c.env as WebEnv["Bindings"] | undefined;
}

/** The address to which the request was sent. */
export function placeOf(c: Context<WebEnv>): Place {
  return { url: c.req.url, front: bindingsOf(c)?.front === true };
}

/** The site in the browser's address bar, for links that people send to each other. */
export function siteAsked(c: Context<WebEnv>, deps: WebDeps): string {
  const { protocol, host } = new URL(c.req.url);
  return `${deps.behindProxy ? "https:" : protocol}//${host}`;
}

/** The caller's address, for limits, and device, for the list of logins. */
export function callerOf(c: Context<WebEnv>, deps: WebDeps): Caller {
  const socket = bindingsOf(c)?.caller?.() ?? "unknown";
  const known = knownDevice(c, deps);
  const browser = {
    device: deviceName(c.req.header("user-agent") ?? ""),
    ...(known === undefined ? {} : { known }),
  };
  if (!deps.behindProxy) return { address: socket, ...browser };
  // Our own proxy wrote the last entry; anybody may have written those before it.
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  // Some proxies add the port.
  const address = forwarded.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  return { address: isIP(address) === 0 ? socket : address, ...browser };
}

/** The cursor to read at or after: a program's header, or the cookie of a browser that has just written. */
export function readAt(c: Context<WebEnv>): ReadAt {
  const cursor = c.req.header("lastword-cursor") ?? readCookie(c, "at");
  return cursor !== undefined && CURSOR.test(cursor) ? { cursor } : {};
}

/**
 * Reads at or after the caller's cursor. A browser's cookie is only a wish: if this replica cannot reach that point,
 * because a merge has changed the seqs, the current state is better than no answer.
 */
export async function read<T>(c: Context<WebEnv>, run: (at: ReadAt) => Promise<Answer<T>>): Promise<Answer<T>> {
  const at = readAt(c);
  const answer = await run(at);
  const wish = at.cursor !== undefined && c.req.header("lastword-cursor") === undefined;
  return answer.ok || !wish || answer.error.code === "not_found" ? answer : await run({});
}

/** Looks up the login of the cookie once, for all routes. */
export function findSession(deps: WebDeps): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const token = readCookie(c, "") ?? "";
    c.set("token", token);
    // Fresh, because the user may have logged in at another replica a moment ago.
    const found = token === "" ? null : await deps.chat.authenticateFresh(token);
    const session = found?.ok === true ? found.value : null;
    c.set("session", session);
    c.set("lateLogin", found?.ok === false && found.error.code !== "not_logged_in" ? found : null);
    await next();
    if (session?.renew !== true) return;
    // A login lives for 90 days after its last use, and so does its cookie, unless the answer sets another one.
    const own = c.res.headers.getSetCookie().some((line) => isLoginCookie(c, line));
    if (!own) setSessionCookie(c, deps, token);
  };
}

/** Requires a login. Without one, people are sent to /login and back, and programs get 401. */
export function needsLogin(): MiddlewareHandler<WebEnv> {
  return (c, next) => (c.get("session") === null ? askForLogin(c) : next());
}

async function askForLogin(c: Context<WebEnv>): Promise<Response> {
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  const late = c.get("lateLogin");
  if (wantsJson(c) || !isRead || late !== null) {
    const { error } = late ?? failedWith("not_logged_in");
    return await answerError(c, error, { kept: isRead ? "" : (await readFields(c)).lines("body") });
  }
  const url = new URL(c.req.url);
  const login = url.pathname === "/" ? "/login" : `/login?next=${encodeURIComponent(url.pathname + url.search)}`;
  // htmx would follow a redirect and swap the log-in form into a part of the page.
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

/** The path to open after a login: always a path of this site. */
export function safeNext(next: string): string {
  return /^\/(?:c\/[\w.~-]{1,200}(?:\/m\/[\w.~-]{1,200})?|rooms|new-room|rooms\/\w{1,20}|conversations|new|people|people\/role|invites|audit|reports|account|cluster)?(?:\?[\w=&%.~-]{0,200})?$/.test(
    next,
  )
    ? next
    : "/";
}

/** The key of a moved draft. Without it a link made by somebody else could put text into the page. */
export function carryKey(token: string): string {
  return new Bun.CryptoHasher("sha256").update(`lastword carry ${token}`).digest("base64url").slice(0, 22);
}
