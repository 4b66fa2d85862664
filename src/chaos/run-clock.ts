/** The one clock of a run: ms since the load began, the same for what people saw, faults and lanes. */
export class RunClock {
  #origin = performance.now();

  /** The load begins now. */
  begin(): void {
    this.#origin = performance.now();
  }

  /** ms since then, with a fraction. */
  now(): number {
    return performance.now() - this.#origin;
  }
}
