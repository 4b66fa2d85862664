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
  readonly notices: NoticePrefs;
}

/** How the browser calls its user, who looks elsewhere. */
export interface NoticePrefs {
  /** By notifications, as soon as the browser allows them. */
  readonly notify: boolean;
  readonly sound: boolean;
  /** Not at these hours of the browser's time zone: "22:00-07:00"; "": always. */
  readonly quiet: string;
}

/** A part of the cookie that has the hours. */
const QUIET = /^quiet-(\d{2})(\d{2})-(\d{2})(\d{2})$/;

function quietIn(parts: readonly string[]): string {
  const found = parts.map((part) => QUIET.exec(part)).find((one) => one !== null);
  return found === undefined ? "" : quietHours(`${found[1]}:${found[2]}`, `${found[3]}:${found[4]}`);
}

/** The hours between two times of day, "22:00-07:00"; "" if one is none, or they are the same. */
export function quietHours(from: string, to: string): string {
  const isTime = (text: string): boolean => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
  return isTime(from) && isTime(to) && from !== to ? `${from}-${to}` : "";
}

/** The settings in the cookie; an unknown value is replaced by its default. */
export function prefsOf(c: Context<WebEnv>): Prefs {
  const parts = (readCookie(c, "looks") ?? "").split(".");
  return {
    theme: THEMES.find((one) => parts.includes(one)) ?? "auto",
    readOnSight: !parts.includes("click"),
    order: ORDERS.find((one) => parts.includes(one)) ?? "unread",
    notices: { notify: !parts.includes("unnotified"), sound: parts.includes("sound"), quiet: quietIn(parts) },
  };
}

/** For a page outside of the chat. */
export function cardOf(c: Context<WebEnv>): CardBase {
  return { theme: prefsOf(c).theme, cluster: c.get("cluster") };
}

/** Stores them in this browser for a year. */
export function setPrefs(c: Context<WebEnv>, prefs: Prefs, secure: boolean): void {
  const { theme, readOnSight, order, notices } = prefs;
  const parts = [
    theme,
    order,
    ...(readOnSight ? [] : ["click"]),
    ...(notices.notify ? [] : ["unnotified"]),
    ...(notices.sound ? ["sound"] : []),
    ...(notices.quiet === "" ? [] : [`quiet-${notices.quiet.replaceAll(":", "")}`]),
  ];
  writeCookie(c, "looks", parts.join("."), YEAR_SECONDS, secure);
}
