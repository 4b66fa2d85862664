/**
 * Limits how often a password may be tried, so that nobody can guess one and nobody can lock out its
 * owner by guessing wrong. Only wrong passwords count. Anybody who knows a name can try passwords for
 * it from anywhere, so a limit by name alone would let an attacker lock out the owner. Therefore:
 *
 *   a browser that has logged in to this account before    20 a minute, whatever others do
 *   everybody else     10 a minute for a name and an address, 60 a minute for an address, and
 *                      100 an hour for a name from all addresses it never logged in from
 *
 * Each replica counts for itself, on the monotonic clock, in bounded memory.
 */
import type { Clock } from "../ports.ts";
import { isLoopback } from "../../base/loopback.ts";
import { addressKey, RateLimit } from "../rate-limit.ts";
import type { Caller } from "../chat-service.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Pairs of account and address that are remembered. Above that the least recently used one is forgotten. */
const PLACES_MAX = 10_000;

/** A try that is allowed. It counts as wrong unless the caller calls `right` or `undecided`. */
export interface Try {
  readonly waitMs: 0;
  /** The password was that of this account. */
  right(userId: string): void;
  /** The password was not checked. */
  undecided(): void;
}

/** The limits on passwords that one replica applies. */
export class LoginLimits {
  readonly #byDevice: RateLimit;
  readonly #bySource: RateLimit;
  readonly #byAddress: RateLimit;
  readonly #byName: RateLimit;
  readonly #bySession: RateLimit;
  /** `<user id> <address>` of successful logins, the least recently used first. */
  readonly #places = new Set<string>();

  constructor(clock: Clock) {
    this.#byDevice = new RateLimit(clock, { count: 20, perMs: MINUTE_MS });
    this.#bySource = new RateLimit(clock, { count: 10, perMs: MINUTE_MS });
    this.#byAddress = new RateLimit(clock, { count: 60, perMs: MINUTE_MS });
    this.#byName = new RateLimit(clock, { count: 100, perMs: HOUR_MS });
    this.#bySession = new RateLimit(clock, { count: 10, perMs: MINUTE_MS });
  }

  /** A log-in by name. `userIds` are the accounts that the name may mean. `waitMs`: when the next try is allowed. */
  login(folded: string, userIds: readonly string[], caller: Caller): Try | { readonly waitMs: number } {
    const address = addressKey(caller.address);
    const { known } = caller;
    if (known !== undefined && userIds.some((id) => known.has(id))) {
      return this.#take([[this.#byDevice, known.id]], address);
    }
    const limits: [RateLimit, string][] = [[this.#bySource, `${address} ${folded}`]];
    if (!isLoopback(caller.address)) limits.push([this.#byAddress, address]);
    if (!userIds.some((id) => this.#places.has(`${id} ${address}`))) limits.push([this.#byName, folded]);
    return this.#take(limits, address);
  }

  /** A try by a logged-in user, limited by session: whoever has one session cannot use up the tries of the others. */
  session(sessionId: string): Try | { readonly waitMs: number } {
    return this.#take([[this.#bySession, sessionId]], null);
  }

  /** Takes one from each limit before the password is checked, so that concurrent tries count too. */
  #take(limits: readonly [RateLimit, string][], address: string | null): Try | { readonly waitMs: number } {
    const waitMs = Math.max(...limits.map(([limit, key]) => limit.peek(key)));
    if (waitMs > 0) return { waitMs };
    for (const [limit, key] of limits) limit.take(key);
    const undecided = (): void => {
      for (const [limit, key] of limits) limit.giveBack(key);
    };
    return {
      waitMs: 0,
      undecided,
      right: (userId) => {
        undecided();
        if (address !== null) this.#remember(`${userId} ${address}`);
      },
    };
  }

  #remember(place: string): void {
    this.#places.delete(place);
    this.#places.add(place);
    if (this.#places.size > PLACES_MAX) this.#places.delete(this.#places.keys().next().value!);
  }
}

/** The try to use when limits are off. */
export const UNLIMITED: Try = { waitMs: 0, right: () => undefined, undecided: () => undefined };
