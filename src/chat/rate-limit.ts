/** Token buckets by key, in bounded memory; each replica counts for itself. */
import type { Clock } from "./ports.ts";

/** Keys kept; above that the longest unused go, which only ever forgives. */
const KEYS_MAX = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #buckets = new Map<string, Bucket>();

  /** `count` calls per `perMs` milliseconds and key, in one burst if one likes. */
  constructor(clock: Clock, limit: { readonly count: number; readonly perMs: number }) {
    this.#clock = clock;
    this.#capacity = limit.count;
    this.#perMs = limit.count / limit.perMs;
  }

  /** 0 if the call may go on, else the milliseconds until the next one may. */
  take(key: string): number {
    const now = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#capacity, atMs: now };
    bucket.tokens = Math.min(this.#capacity, bucket.tokens + (now - bucket.atMs) * this.#perMs);
    bucket.atMs = now;
    // Put back at the end: a Map keeps the order, so the first is the longest unused.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > KEYS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perMs);
    bucket.tokens -= 1;
    return 0;
  }
}

/** Loopback callers are this machine's own people and tests: not limited by address. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address) || address === "localhost";
}
