/** The only clock of a run, for people, faults and lanes: ms since the load began. */
export class RunClock {
  #origin = performance.now();

  /** Sets the clock to 0, when the load begins. */
  begin(): void {
    this.#origin = performance.now();
  }

  /** Fractional ms since `begin`. */
  now(): number {
    return performance.now() - this.#origin;
  }
}
