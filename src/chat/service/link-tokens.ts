/** The tokens of links: how they are made, and how those that there are not are kept from being guessed. */
import { isLoopback } from "../../base/loopback.ts";
import { failed, type Refused } from "../errors.ts";
import { tokenHash, type ClientId, type UserId } from "../ids.ts";
import { OPERATOR } from "../kinds/roles.ts";
import type { Clock } from "../ports.ts";
import { addressKey, RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { slowDown } from "../sentences.ts";
import type { Caller } from "../chat-service.ts";

/** Looks at links that there are not, by one address. Nobody needs many; whoever guesses needs 2^250. */
const MISSES = { count: 20, perMs: 60_000 } as const;

/** A token as `make` makes it. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const NO_LINK = "There is no such link. Check that you copied all of it, or ask for a new one.";

/** The answer about a link that there is not. */
export function noSuchLink(): Refused {
  return failed("not_found", NO_LINK);
}

export class LinkTokens {
  readonly #key: Uint8Array;
  readonly #reading: Reading;
  readonly #misses: RateLimit;
  readonly #limited: boolean;

  constructor(
    deps: { readonly linkKey: Uint8Array; readonly rateLimit: boolean; readonly clock: Clock },
    reading: Reading,
  ) {
    this.#key = deps.linkKey;
    this.#limited = deps.rateLimit;
    this.#misses = new RateLimit(deps.clock, MISSES);
    this.#reading = reading;
  }

  /**
   * Derived from the request and from what only the replicas know, so that a repeat, at whatever replica, is answered
   * with the same link, although nobody stores it.
   */
  make(purpose: "invite" | "owner" | "reset", by: UserId, clientId: ClientId, content: string): string {
    const hasher = new Bun.CryptoHasher("sha256", this.#key);
    return hasher.update(`${purpose}\0${by}\0${clientId}\0${content}`).digest("base64url");
  }

  /**
   * The token with which the first account is made, the same at all replicas. Only those who hold the cluster key can
   * derive it. It is of no use once somebody has an account.
   */
  ofOwner(): string {
    return this.make("owner", OPERATOR, "", "");
  }

  /** Whether this is the token of `ofOwner`. Hashes are compared, so that the time says nothing about the token. */
  isOwners(token: string): boolean {
    return tokenHash(token) === tokenHash(this.ofOwner());
  }

  /** What `find` finds by the hash of the token, or the refusal. */
  async look<T extends object>(token: string, caller: Caller, find: (hash: string) => T | null): Promise<T | Refused> {
    const key = addressKey(caller.address);
    const isCounted = this.#limited && !isLoopback(caller.address);
    const wait = isCounted ? this.#misses.peek(key) : 0;
    if (wait > 0) return slowDown("Too many links that do not exist.", wait);
    const hash = tokenHash(token);
    const found = TOKEN.test(token) ? await this.#reading.find(() => find(hash), noSuchLink) : noSuchLink();
    // No leader is not the fault of the link, but those who guess links must not gain tries by it.
    if (!found.ok && isCounted) this.#misses.take(key);
    return found.ok ? found.value : found;
  }
}
