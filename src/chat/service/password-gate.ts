/**
 * argon2id, at most two at a time: each takes 19 MiB and some 40 ms of a core, so without
 * a gate a burst of log-ins would starve the replica. Who finds the queue full is told to
 * slow down.
 */

/** OWASP's least for argon2id: 19 MiB, two passes. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

const AT_ONCE = 2;
const WAITING_MAX = 32;

/** When to come back after the queue was full: about as long as it takes to empty it. */
export const GATE_RETRY_MS = 1_000;

/** A hash of nobody's password: an unknown name costs the same time as a wrong password. */
const NOBODY =
  "$argon2id$v=19$m=19456,t=2,p=1$bLLiA8RCCokt6O5QqlF9tcQ0JX2ov8iZyz29j7/cUAA$jl9LKWkoK3LIx+hQalqLDhMZS+1W3ydF93XwCbqEbRA";

export class PasswordGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** PHC string of the password; null if the queue is full. */
  async hash(password: string): Promise<string | null> {
    return await this.#run(async () => await Bun.password.hash(password, ARGON2ID));
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
      // The place is handed over, not freed and taken: nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
