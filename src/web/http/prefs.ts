/**
 * Settings of a browser rather than of an account. They are stored in a cookie, which the browser sends to every
 * replica.
 */
import type { Context } from "hono";
import { readCookie, writeCookie } from "./cookies.ts";
import { ORDERS, type Order } from "../messages/list-order.ts";
import type { WebEnv } from "./deps.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** What every page outside of the chat needs. */
export interface CardBase {
  readonly theme: Theme;
  readonly cluster: string;
}

export interface Prefs {
  readonly theme: Theme;
  /** True if a message is read after some seconds in a focused window; otherwise only a click marks it. */
  readonly readOnSight: boolean;
  /** Of the rows in the list. */
  readonly order: Order;
}

/** The settings in the cookie; an unknown value is replaced by its default. */
export function prefsOf(c: Context<WebEnv>): Prefs {
  const parts = (readCookie(c, "looks") ?? "").split(".");
  return {
    theme: THEMES.find((one) => parts.includes(one)) ?? "auto",
    readOnSight: !parts.includes("click"),
    order: ORDERS.find((one) => parts.includes(one)) ?? "unread",
  };
}

/** For a page outside of the chat. */
export function cardOf(c: Context<WebEnv>): CardBase {
  return { theme: prefsOf(c).theme, cluster: c.get("cluster") };
}

/** Stores them in this browser for a year. */
export function setPrefs(c: Context<WebEnv>, prefs: Prefs, secure: boolean): void {
  const { theme, readOnSight, order } = prefs;
  writeCookie(c, "looks", [theme, order, ...(readOnSight ? [] : ["click"])].join("."), YEAR_SECONDS, secure);
}
