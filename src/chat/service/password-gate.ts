/**
 * Runs argon2id, at most two hashes at a time. Each takes 19 MiB and about 40 ms of a core, so
 * without this gate a burst of log-ins would starve the replica. If the queue is full, the
 * caller answers slow_down.
 */

import { feature } from "bun:bundle";
import { setting } from "../../base/faults.ts";

/** The minimum that OWASP recommends for argon2id: 19 MiB, two passes. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

function costs(): Bun.Password.Argon2Algorithm {
  // For tests that need many accounts at once.
  if (feature("FAULTS") && setting("weak", 0) === 1) return { algorithm: "argon2id", memoryCost: 8, timeCost: 1 };
  return ARGON2ID;
}

const AT_ONCE = 2;
const WAITING_MAX = 32;

/** When to try again after the queue was full: about the time that the queue needs to become empty. */
export const GATE_RETRY_MS = 1_000;

/** The hash of a password that nobody has, so that an unknown name takes as long as a wrong password. */
const NOBODY =
  "$argon2id$v=19$m=19456,t=2,p=1$bLLiA8RCCokt6O5QqlF9tcQ0JX2ov8iZyz29j7/cUAA$jl9LKWkoK3LIx+hQalqLDhMZS+1W3ydF93XwCbqEbRA";

/** A queue of at most 32 hashes, of which two run at a time. */
export class PasswordGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** PHC string of the password; null if the queue is full. */
  async hash(password: string): Promise<string | null> {
    return await this.#run(async () => await Bun.password.hash(password, costs()));
  }

  /** Whether the password is right; null if the queue is full. Without a hash: false, after the same work. */
  async verify(password: string, hash: string | null): Promise<boolean | null> {
    return await this.#run(async () => {
      const right = await Bun.password.verify(password, hash ?? NOBODY);
      return right && hash !== null;
    });
  }

  async #run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING_MAX) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The slot is handed to the next one and never free in between, so that no later call can take it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
