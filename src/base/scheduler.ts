/**
 * Time and chance for code that must be reproducible: it takes both from a Scheduler and from
 * nowhere else. A replica has the host's; the simulator has one with virtual time and a seed.
 */

/** Time and chance. No action runs before the function that scheduled it has returned. */
export interface Scheduler {
  /** Monotonic ms, with fractions. */
  now(): number;
  /**
   * Runs `action` in the next pass of the event loop, after events that have already arrived, in the order of the
   * calls.
   */
  soon(action: () => void): void;
  /**
   * Runs `action` once, after `ms` or later. The returned function cancels it; cancelling twice or too late does
   * nothing.
   */
  after(ms: number, action: () => void): Cancel;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

/** Cancels what was scheduled. */
export type Cancel = () => void;

/** The event loop, the monotonic clock and the random numbers of this process. */
export const hostScheduler: Scheduler = {
  now: () => performance.now(),
  soon: (action) => void setImmediate(action),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
