/**
 * The cookies of the page. Each name contains the cluster's: a browser stores cookies by host and not by port, so two
 * clusters on one host would otherwise log each other's users out.
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { WebDeps, WebEnv } from "./deps.ts";

/**
 * The login; the cursor of the browser's last write; how the page looks; whose password the browser once knew; which
 * sections of the list are folded.
 */
type Cookie = "" | "at" | "looks" | "device" | "folded";

function nameOf(c: Context<WebEnv>, which: Cookie): string {
  return `lastword-${c.get("cluster")}${which === "" ? "" : `-${which}`}`;
}

/** The value that the browser sent, if it sent one. */
export function readCookie(c: Context<WebEnv>, which: Cookie): string | undefined {
  return getCookie(c, nameOf(c, which));
}

/** Stores a value in this browser, where scripts and other sites' requests cannot use it. */
export function writeCookie(c: Context<WebEnv>, which: Cookie, value: string, seconds: number, secure: boolean): void {
  setCookie(c, nameOf(c, which), value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge: seconds });
}

/** The name of the cookie in which the page's script keeps the folded sections of the list, separated by dots. */
export function foldsCookie(c: Context<WebEnv>): string {
  return nameOf(c, "folded");
}

/** The sections that are folded in this browser. */
export function foldedIn(c: Context<WebEnv>): ReadonlySet<string> {
  return new Set((readCookie(c, "folded") ?? "").split("."));
}

const SESSION_SECONDS = 90 * 24 * 3600;

/** The login, in one cookie for all local replicas. */
export function setSessionCookie(c: Context<WebEnv>, deps: WebDeps, token: string): void {
  writeCookie(c, "", token, SESSION_SECONDS, deps.secureCookies);
}

/** True for a Set-Cookie line that sets or deletes the login. */
export function isLoginCookie(c: Context<WebEnv>, line: string): boolean {
  return line.startsWith(`${nameOf(c, "")}=`);
}

/** Deletes the login's cookies in this browser. The chat ends the login itself. */
export function clearLogin(c: Context<WebEnv>, deps: WebDeps): void {
  for (const which of ["", "at"] as const) deleteCookie(c, nameOf(c, which), { path: "/", secure: deps.secureCookies });
}
