/** Messages at a fixed rate, and when the last page shows each of them. */

/** Calls `act` with 0, 1, … at a fixed rate. */
export async function atRate(perSecond: number, seconds: number, act: (no: number) => void): Promise<void> {
  const started = performance.now();
  const total = perSecond * seconds;
  for (let no = 0; no < total; no++) {
    const dueMs = (no * 1000) / perSecond - (performance.now() - started);
    if (dueMs > 0) await Bun.sleep(dueMs);
    act(no);
  }
}

/** Measures the time from a send to the last page that shows it. */
export class Arrivals {
  /** When each message was sent, by number; set by the sender. */
  readonly sentAt: number[] = [];
  /** Of each message that every page shows, in the order of the last arrivals. */
  readonly lastMs: number[] = [];
  readonly #copies: number[] = [];
  readonly #expected: number;

  /** `expected`: how many pages show each message. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** One more page shows message `no`. */
  arrived(no: number): void {
    this.#copies[no] = (this.#copies[no] ?? 0) + 1;
    if (this.#copies[no] === this.#expected) this.lastMs.push(performance.now() - this.sentAt[no]!);
  }
}
