/**
 * The time that an op carries: when it happened, according to its proposer. People see it, and it dates logins; the
 * order of ops is that of the log. As long as clocks differ by no more than FOLLOW_MICROS, an op is dated after every
 * op that its proposer had seen, so that an answer never seems older than its question. A time that is further ahead
 * comes from a wrong clock and is ignored.
 */

/**
 * How far ahead of this clock a time may be and still be followed: as far as two clocks may differ and still agree
 * (election/driver/cluster-clock.ts).
 */
export const FOLLOW_MICROS = 60_000_000;

export class Stamps {
  readonly #nowMicros: () => number;
  readonly #newestMicros: () => number;
  #lastMicros = 0;

  /** `newestMicros` returns the time of the newest op applied here. Both functions: microseconds since 1970. */
  constructor(nowMicros: () => number, newestMicros: () => number) {
    this.#nowMicros = nowMicros;
    this.#newestMicros = newestMicros;
  }

  /** The time for an op that is proposed now, microseconds since 1970. */
  next(): number {
    const now = Math.max(0, Math.floor(this.#nowMicros()));
    let micros = now;
    for (const seen of [this.#newestMicros(), this.#lastMicros]) {
      if (seen >= micros && seen <= now + FOLLOW_MICROS) micros = seen + 1;
    }
    this.#lastMicros = micros;
    return micros;
  }
}
