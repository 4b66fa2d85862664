/** Parsers that turn the text of an option into its value, or say what is wrong with the text. */

import { printAddress, type Address, type Peer } from "../host/address.ts";

/** The error of a parser: what it expected, phrased to follow the option's name. */
export interface Misread {
  readonly expected: string;
}

export type Parsed<T> = { readonly value: T } | Misread;
export type Parser<T> = (text: string) => Parsed<T>;

/** Any text that is not empty. */
export const text: Parser<string> = (given) => (given === "" ? { expected: "must not be empty" } : { value: given });

/** Any text. */
export const anyText: Parser<string> = (given) => ({ value: given });

/** When something ends: after so many seconds, or at this time, in ms since 1970. */
export type Ending = { readonly seconds: number } | { readonly ms: number };

/** A time such as 30m, the end of today, or that of a day such as 2026-12-24, in the time zone of this process. */
export function ending(max: number): Parser<Ending> {
  return (given) => {
    const day = /^\d{4}-\d\d-\d\d$/.test(given)
      ? new Date(`${given}T00:00`)
      : new Date(given === "today" ? Date.now() : NaN);
    if (!Number.isNaN(day.getTime()))
      return { value: { ms: new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() } };
    const after = seconds(max)(given);
    return "value" in after
      ? { value: { seconds: after.value } }
      : { expected: `${after.expected}, today, or a date such as 2026-12-24` };
  };
}

/** A whole number between two bounds, both included. */
export function integer(bounds: { min: number; max: number }): Parser<number> {
  return (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : NaN;
    if (value >= bounds.min && value <= bounds.max) return { value };
    return { expected: `must be a whole number from ${bounds.min} to ${bounds.max}` };
  };
}

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[]): Parser<T> {
  return (given) => {
    const value = words.find((word) => word === given);
    return value === undefined ? { expected: `must be ${words.join(" or ")}` } : { value };
  };
}

/** Some of a few words, separated by commas, or `all`. The value has them in the order of `words`. */
export function choices<const T extends string>(words: readonly T[]): Parser<readonly T[]> {
  return (given) => {
    const named = given === "all" ? words : given.split(",").map((word) => word.trim());
    const picked = new Set<string>(named);
    if (![...picked].every((name) => words.some((word) => word === name)))
      return { expected: `must be all, or some of ${words.join(", ")}` };
    return { value: words.filter((word) => picked.has(word)) };
  };
}

/** A UUID. */
export const uuid: Parser<string> = (given) =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given)
    ? { value: given.toLowerCase() }
    : { expected: "must be a UUID, such as the one that uuidgen prints" };

/** Ids of replicas, separated by commas. */
export const replicaIds: Parser<readonly number[]> = (given) => {
  const ids = given.split(",").map((word) => word.trim());
  return ids.every((id) => /^[0-6]$/.test(id))
    ? { value: [...new Set(ids.map(Number))] }
    : { expected: "must be ids of replicas, such as 2 or 0,2" };
};

/** Names, separated by commas. */
export const names: Parser<readonly string[]> = (given) => {
  const found = given.split(",").map((name) => name.trim());
  return found.includes("") ? { expected: "must be names, separated by commas" } : { value: found };
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 24 * 3600 };

/** A time in minutes, hours or days, such as 12h, as seconds. */
export function seconds(max: number): Parser<number> {
  return (given) => {
    const parts = /^(\d{1,6})([mhd])$/.exec(given);
    const value = parts === null ? 0 : Number(parts[1]) * UNIT_SECONDS[parts[2]!]!;
    if (value >= 1 && value <= max) return { value };
    return { expected: `must be a time such as 30m, 12h or 7d, at most ${max / UNIT_SECONDS["d"]!}d` };
  };
}

const UNIT_BYTES: Readonly<Record<string, number>> = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A size such as 20GiB, as bytes; null for `off`. */
export const sizeOrOff: Parser<number | null> = (given) => {
  const parts = /^(\d{1,6})(MiB|GiB|TiB)$/.exec(given);
  if (given === "off") return { value: null };
  return parts === null || Number(parts[1]) === 0
    ? { expected: "must be a size such as 500MiB, 20GiB or 1TiB, or off" }
    : { value: Number(parts[1]) * UNIT_BYTES[parts[2]!]! };
};

/** A switch. In the environment its value is a word. */
export const flag: Parser<boolean> = (given) => {
  if (["true", "1", "yes", "on"].includes(given)) return { value: true };
  if (["false", "0", "no", "off"].includes(given)) return { value: false };
  return { expected: "must be true or false" };
};

function splitAddress(given: string): Address | null {
  const found = /^(?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):)?(\d{1,5})$/.exec(given);
  if (found === null) return null;
  const port = Number(found[2]);
  if (port > 65535) return null;
  return { host: (found[1] ?? "127.0.0.1").replaceAll(/[[\]]/g, ""), port };
}

/** `HOST:PORT`, or `PORT` on 127.0.0.1. IPv6 addresses are in brackets. */
export const address: Parser<Address> = (given) => {
  const value = splitAddress(given);
  return value === null ? { expected: "must be HOST:PORT with a port from 0 to 65535" } : { value };
};

/** An address, or `off`. */
export const addressOrOff: Parser<Address | "off"> = (given) => (given === "off" ? { value: "off" } : address(given));

/** `id=host:port,...`: 1 to 7 replicas with different ids from 0 to 6 and different addresses, sorted by id. */
export const peers: Parser<readonly Peer[]> = (given) => {
  const expected = "must be a list like 0=host:port,1=host:port with different ids from 0 to 6 and different addresses";
  const found: Peer[] = [];
  for (const item of given.split(",")) {
    const parts = /^([0-6])=(.+:.+)$/.exec(item.trim());
    const at = parts === null ? null : splitAddress(parts[2]!);
    if (parts === null || at === null || at.port === 0) return { expected };
    found.push({ id: Number(parts[1]), ...at });
  }
  const ids = new Set(found.map((peer) => peer.id));
  const addresses = new Set(found.map((peer) => printAddress(peer)));
  if (ids.size !== found.length || addresses.size !== found.length) return { expected };
  return { value: found.toSorted((a, b) => a.id - b.id) };
};

/** The addresses of 1 to 7 replicas, separated by commas, each once. */
export const servers: Parser<readonly Address[]> = (given) => {
  const expected = "must be HOST:PORT, or up to 7 of them separated by commas";
  const words = [...new Set(given.split(",").map((word) => word.trim()))];
  const found = words.map(splitAddress).filter((at) => at !== null && at.port !== 0) as Address[];
  return found.length === words.length && found.length <= 7 ? { value: found } : { expected };
};
