/** The sections of the list, and the order of the rows in each. The page's script imports this file, too. */

/** The sections, from the top. */
export const SECTIONS = ["starred", "rooms", "direct"] as const;
export type Section = (typeof SECTIONS)[number];

/** In each section: conversations with unread messages, then the others, the newest first in both; or by name. */
export const ORDERS = ["unread", "name"] as const;
export type Order = (typeof ORDERS)[number];

/** What decides on a row's place. */
export interface Placed {
  readonly name: string;
  readonly isUnread: boolean;
  /** Seq of the newest message. */
  readonly seq: number;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Negative if `a` comes before `b`. */
export function compareRows(order: Order, a: Placed, b: Placed): number {
  if (order === "name") return collator.compare(a.name, b.name) || b.seq - a.seq;
  return Number(b.isUnread) - Number(a.isUnread) || b.seq - a.seq;
}
