/** Token buckets by key, in bounded memory. Each replica counts for itself. */
import { isIP } from "node:net";
import type { Clock } from "./ports.ts";

/** Keys kept. Above that the least recently used is dropped, which can only allow a call, never refuse one. */
const KEYS_MAX = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** One limit, with a token bucket for each key. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #buckets = new Map<string, Bucket>();

  /** Allows `count` calls per `perMs` milliseconds and key, even in one burst. */
  constructor(clock: Clock, limit: { readonly count: number; readonly perMs: number }) {
    this.#clock = clock;
    this.#capacity = limit.count;
    this.#perMs = limit.count / limit.perMs;
  }

  /** Counts a call: 0 if it is allowed, otherwise the milliseconds until the next call is. */
  take(key: string): number {
    const bucket = this.#filled(key);
    if (bucket.tokens < 1) return this.#waitMs(bucket);
    bucket.tokens -= 1;
    return 0;
  }

  /** The answer that `take` would give, without counting a call. */
  peek(key: string): number {
    const bucket = this.#filled(key);
    return bucket.tokens < 1 ? this.#waitMs(bucket) : 0;
  }

  /** Undoes one `take`, for a call that is not to count after all. */
  giveBack(key: string): void {
    const bucket = this.#filled(key);
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + 1);
  }

  #waitMs(bucket: Bucket): number {
    return Math.ceil((1 - bucket.tokens) / this.#perMs);
  }

  #filled(key: string): Bucket {
    const now = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#capacity, atMs: now };
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + (now - bucket.atMs) * this.#perMs);
    bucket.atMs = now;
    // A Map keeps the order of insertion, so after this the first key is the least recently used.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > KEYS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    return bucket;
  }
}

/**
 * The key for limits by address. For IPv6 it is the first 64 bits, because whoever has one
 * address of such a network has all of them. A text that is not an address is its own key, cut
 * to 64 characters.
 */
export function addressKey(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/%.*$/, "")
    .replace(/^::ffff:(?=\d+\.)/, "");
  if (isIP(plain) !== 6) return plain.slice(0, 64);
  const [head, tail] = plain.split("::");
  const groups = (part: string | undefined): string[] => (part === undefined || part === "" ? [] : part.split(":"));
  const [first, last] = [groups(head), groups(tail)];
  const all =
    tail === undefined ? first : [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
