/**
 * The cookies of the page. Each carries the cluster's name: a browser keeps cookies by host and not by port, so
 * two clusters on one host would log each other out.
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { WebDeps, WebEnv } from "./deps.ts";

/** The login; the cursor of the browser's last write; how the page looks; whose password the browser once knew. */
type Cookie = "" | "at" | "looks" | "device";

function nameOf(c: Context<WebEnv>, which: Cookie): string {
  return `lastword-${c.get("cluster")}${which === "" ? "" : `-${which}`}`;
}

/** What the browser sent, if it did. */
export function readCookie(c: Context<WebEnv>, which: Cookie): string | undefined {
  return getCookie(c, nameOf(c, which));
}

/** Keeps a value in this browser, out of reach of scripts and of other sites' requests. */
export function writeCookie(c: Context<WebEnv>, which: Cookie, value: string, seconds: number, secure: boolean): void {
  setCookie(c, nameOf(c, which), value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge: seconds });
}

const SESSION_SECONDS = 90 * 24 * 3600;

/** The login, in one cookie for all local replicas. */
export function setSessionCookie(c: Context<WebEnv>, deps: WebDeps, token: string): void {
  writeCookie(c, "", token, SESSION_SECONDS, deps.secureCookies);
}

/** True for a Set-Cookie line that makes or ends the login. */
export function isLoginCookie(c: Context<WebEnv>, line: string): boolean {
  return line.startsWith(`${nameOf(c, "")}=`);
}

/** Forgets the login in this browser, and what goes with it; ending it is the chat's business. */
export function clearLogin(c: Context<WebEnv>, deps: WebDeps): void {
  for (const which of ["", "at"] as const) deleteCookie(c, nameOf(c, which), { path: "/", secure: deps.secureCookies });
}
