/** Settings of a browser rather than of an account: kept in a cookie, which every replica's port sees. */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { WebEnv } from "./deps.ts";
import { THEMES, type Theme } from "./views/page.tsx";

const COOKIE = "lastword-looks";

export interface Prefs {
  readonly theme: Theme;
  /** A message counts as read after 5 s in a focused window; else by a click only. */
  readonly readOnSight: boolean;
}

/** What the cookie says; anything unknown is the default. */
export function prefsOf(c: Context<WebEnv>): Prefs {
  const parts = (getCookie(c, COOKIE) ?? "").split(".");
  return { theme: THEMES.find((one) => parts.includes(one)) ?? "auto", readOnSight: parts.includes("sight") };
}

/** Keeps them for a year in this browser. */
export function setPrefs(c: Context<WebEnv>, prefs: Prefs, secure: boolean): void {
  setCookie(c, COOKIE, prefs.readOnSight ? `${prefs.theme}.sight` : prefs.theme, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure,
    maxAge: 365 * 24 * 3600,
  });
}
