/**
 * Time and chance, for code that must run the same way twice: it takes both from here and from
 * nowhere else. A replica has the host's; the simulator has one over virtual time and a seed.
 */

/** Time and chance. Nothing runs before the function that scheduled it has returned. */
export interface Scheduler {
  /** Monotonic ms, with fractions. */
  now(): number;
  /** Runs after what has already arrived has been handled: in the next pass of the event loop, in the order given. */
  soon(action: () => void): void;
  /** Runs once, in `ms` or later. The answer cancels it; cancelling twice, or too late, does nothing. */
  after(ms: number, action: () => void): Cancel;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

export type Cancel = () => void;

/** The event loop, the clock and the chance of this process. */
export const hostScheduler: Scheduler = {
  now: () => performance.now(),
  soon: (action) => void setImmediate(action),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
