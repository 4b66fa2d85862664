/** Callers that wait until this replica has applied up to a seq. Bounded by their time-outs. */
import type { Scheduler } from "../../base/scheduler.ts";
import type { Seq } from "../view.ts";

interface Waiter {
  readonly seq: Seq;
  readonly settle: (reached: boolean) => void;
}

/** Resolves waits as the applied seq rises. */
export class SeqWaiters {
  private readonly scheduler: Scheduler;
  private waiters: Waiter[] = [];

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** True when `seq` is reached, false after timeoutMs. */
  wait(seq: Seq, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.scheduler.after(timeoutMs, () => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve(false);
      });
      const settle = (reached: boolean): void => {
        cancel();
        resolve(reached);
      };
      const waiter: Waiter = { seq, settle };
      this.waiters.push(waiter);
    });
  }

  reached(seq: Seq): void {
    if (this.waiters.length === 0) return;
    const done = this.waiters.filter((waiter) => waiter.seq <= seq);
    if (done.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.seq > seq);
    for (const waiter of done) waiter.settle(true);
  }

  close(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const waiter of waiters) waiter.settle(false);
  }
}
