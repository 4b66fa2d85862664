/**
 * The time that an op carries: when its proposer says that it happened. It is shown to people and dates logins;
 * the order of ops is that of the log. As long as clocks differ by no more than the bound, an op is not dated
 * before one that its proposer had seen, so that an answer does not seem older than the question. A time that
 * lies further ahead is somebody's wrong clock, and nobody follows it.
 */

/** How far ahead of the clock a time is still followed. As far apart as clocks may be that agree (election/driver/cluster-clock.ts). */
export const FOLLOW_MICROS = 60_000_000;

export class Stamps {
  readonly #nowMicros: () => number;
  readonly #newestMicros: () => number;
  #lastMicros = 0;

  /** `newestMicros`: the time of the newest op that was applied here. */
  constructor(nowMicros: () => number, newestMicros: () => number) {
    this.#nowMicros = nowMicros;
    this.#newestMicros = newestMicros;
  }

  /** The time of an op that is proposed now, microseconds since 1970. */
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
