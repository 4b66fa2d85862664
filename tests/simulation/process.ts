/**
 * One simulated process: the event loop that the real driver runs in, over virtual time. What is due
 * while the process is stopped (a signal) or busy (the disk, a long apply) waits; what is due after its
 * end never runs. Between two of its events all microtasks run, so that promises settle in one order.
 */
import { drainMicrotasks } from "bun:jsc";
import type { Cancel, Scheduler } from "../../src/base/scheduler.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";

/** A pass of the event loop begins so late, at most: what arrives until then belongs to it. */
const PASS_MS_MAX = 0.4;
/** Timers come late by up to so much, and now and then by far more: the host has other things to do. */
const LATE_MS_MAX = 2;
const STALLS = { share: 0.002, lowMs: 50, highMs: 400 };
/** After a signal let the process go on, what waited comes within this time. */
const WAKE_MS_MAX = 3;

/** Thrown into code that runs on after its process has ended: nobody sees what it would have done. */
export class Killed extends Error {
  override readonly name = "Killed";
}

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

  // -- what happens to it ----------------------------------------------------------------

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Runs `action` in this process, after a delay in virtual ms. */
  later(ms: number, action: () => void): void {
    this.#queue.after(ms, () => this.enter(action));
  }

  /** Something reaches the process: now, or when its thread is free again. */
  enter(action: () => void): void {
    if (this.#over) return;
    if (this.#isBlocked()) this.#held.push(action);
    else this.#run(action);
  }

  /** Resolves in this process after a delay in virtual ms; never, if it ends before. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve));
  }

  /** The thread is blocked for so long: what runs now sees the time pass, everything else waits. */
  spend(ms: number): void {
    this.#busyUntil = Math.max(this.#queue.now, this.#busyUntil) + ms;
    this.#queue.after(this.#busyUntil - this.#queue.now, () => this.#release());
  }

  pause(): void {
    this.#paused = true;
  }

  /** What waited comes now, in no order that anybody could rely on. */
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
