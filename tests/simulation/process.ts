/**
 * A simulated process: the event loop of the real driver, over virtual time. Actions that are due while
 * the process is stopped (by a signal) or busy (with the disk or a long apply) wait; actions that are due
 * after its end never run. All microtasks run between two events, so that promises settle in one order.
 */
import { drainMicrotasks } from "bun:jsc";
import type { Cancel, Scheduler } from "../../src/base/scheduler.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";

/** Maximum delay of a pass of the event loop. Events that arrive until then belong to it. */
const PASS_MS_MAX = 0.4;
/** Maximum delay of a timer; a few are delayed by far more, as on a busy host. */
const LATE_MS_MAX = 2;
const STALLS = { share: 0.002, lowMs: 50, highMs: 400 };
/** Waiting events arrive within this time after a signal has let the process continue. */
const WAKE_MS_MAX = 3;

/** Thrown to stop code that is still running after its process was killed. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** See the top of this file. */
export class SimProcess implements Scheduler {
  readonly #queue: SimQueue;
  readonly #dice: Random;
  /** This host's monotonic clock at a virtual time. */
  readonly #clockAt: (virtualMs: number) => number;
  #over = false;
  #paused = false;
  /** Virtual ms until which the thread is blocked. */
  #busyUntil = -Infinity;
  #held: (() => void)[] = [];
  #soon: (() => void)[] = [];

  constructor(queue: SimQueue, dice: Random, clockAt: (virtualMs: number) => number) {
    this.#queue = queue;
    this.#dice = dice;
    this.#clockAt = clockAt;
  }

  // -- Scheduler -------------------------------------------------------------------------

  now(): number {
    return this.#clockAt(Math.max(this.#queue.now, this.#busyUntil));
  }

  soon(action: () => void): void {
    this.#soon.push(action);
    if (this.#soon.length > 1) return;
    this.later(this.#dice.float() * PASS_MS_MAX, () => {
      const pass = this.#soon;
      this.#soon = [];
      for (const each of pass) this.#run(each);
    });
  }

  after(ms: number, action: () => void): Cancel {
    let isCancelled = false;
    const late = this.#dice.between(0, LATE_MS_MAX);
    const stall = this.#dice.chance(STALLS.share) ? this.#dice.between(STALLS.lowMs, STALLS.highMs) : 0;
    this.later(ms + late + stall, () => {
      if (!isCancelled) action();
    });
    return () => (isCancelled = true);
  }

  random(): number {
    return this.#dice.float();
  }

  // -- control by the world --------------------------------------------------------------

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Runs `action` in this process, after a delay in virtual ms. */
  later(ms: number, action: () => void): void {
    this.#queue.after(ms, () => this.enter(action));
  }

  /** Runs `action` in this process, now or when its thread is free again. */
  enter(action: () => void): void {
    if (this.#over) return;
    if (this.#isBlocked()) this.#held.push(action);
    else this.#run(action);
  }

  /** Resolves in this process after a delay in virtual ms; never if the process ends before. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  /** Blocks the thread for this long: the running code sees the time pass, everything else waits. */
  spend(ms: number): void {
    this.#busyUntil = Math.max(this.#queue.now, this.#busyUntil) + ms;
    this.#queue.after(this.#busyUntil - this.#queue.now, () => this.#release());
  }

  pause(): void {
    this.#paused = true;
  }

  /** Continues the process. Waiting events arrive now, in a random order. */
  resume(): void {
    this.#paused = false;
    const held = this.#held;
    this.#held = [];
    for (const action of held) this.later(this.#dice.between(0, WAKE_MS_MAX), action);
  }

  end(): void {
    this.#over = true;
    this.#held = [];
    this.#soon = [];
  }

  /** Throws if the process has ended while its code was running. */
  check(): void {
    if (this.#over) throw new Killed();
  }

  #isBlocked(): boolean {
    return this.#paused || this.#queue.now < this.#busyUntil;
  }

  #release(): void {
    while (!this.#over && !this.#isBlocked()) {
      const action = this.#held.shift();
      if (action === undefined) return;
      this.#run(action);
    }
  }

  #run(action: () => void): void {
    if (this.#over) return;
    action();
    drainMicrotasks();
  }
}
