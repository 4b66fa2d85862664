/**
 * Carries committed entries into the state, in slices, tells what came of them, and lets the log go
 * behind it. The only caller of StateMachine.apply. A full disk is waited out: nothing is applied
 * then, reads go on.
 */
import { BrokenInvariant } from "../../base/assert.ts";
import type { Scheduler } from "../../base/scheduler.ts";
import { APPEND_ENTRIES_MAX, batchLastSeq } from "../frame.ts";
import type { LogReader } from "./log-reader.ts";
import { DISK_FULL_RETRY_MS, StorageFull } from "../ports.ts";
import type { AppliedEntry, AppliedGroup, LogStorage, StateMachine } from "../ports.ts";
import type { Seq } from "../view.ts";

/** Applying more than this in one go lets other work in between. */
const APPLY_SLICE_MS = 25;
/**
 * A replica that is this far behind catches up; it rests between slices, because on a small machine
 * it would otherwise take from those that serve. Who keeps up is never so far behind.
 */
const CATCH_UP_OPS = 20_000;
const CATCH_UP_REST_MS = 8;
/** What was applied is written to the state's file after this long: one transaction for all of it. */
const FLUSH_MS = 100;
/**
 * This many entries are written to the file without waiting for that: 1.3 ms of writing. Each transaction writes
 * a page of the index for every conversation that somebody wrote in, so fewer write less.
 */
const FLUSH_OPS = 2_048;

/** What the applier needs of its owner. */
export interface ApplierDeps<Entry extends AppliedEntry> {
  readonly state: StateMachine<Entry>;
  readonly log: LogStorage;
  readonly reader: LogReader;
  readonly scheduler: Scheduler;
  /** Runs work unless the owner has stopped; what it throws ends the process. */
  readonly guarded: (work: () => void) => void;
  /** Ops that were applied, in the order of the log, each once. */
  readonly onApplied: (group: AppliedGroup<Entry>) => void;
  /** A slice was applied, and told. */
  readonly onSlice: () => void;
}

/** The way out: log to state. */
export class Applier<Entry extends AppliedEntry> {
  readonly #deps: ApplierDeps<Entry>;
  readonly #waiters: SeqWaiters;
  #state: StateMachine<Entry>;
  #target: Seq;
  /** Told up to here: what a full disk has rolled back is applied again, but not told twice. */
  #told: Seq;
  /** The state's file holds what was applied up to here, or more. */
  #flushed: Seq;
  #planned = false;
  #flushPlanned = false;
  #compacting = false;
  #full = false;

  constructor(deps: ApplierDeps<Entry>) {
    this.#deps = deps;
    this.#waiters = new SeqWaiters(deps.scheduler);
    this.#state = deps.state;
    this.#target = this.#told = this.#flushed = deps.state.appliedSeq();
  }

  appliedSeq(): Seq {
    return this.#state.appliedSeq();
  }

  /** The disk has no room for the state. */
  get diskFull(): boolean {
    return this.#full;
  }

  /** Entries up to here are committed; `plan` has them applied. */
  commit(seq: Seq): void {
    this.#target = seq;
  }

  /** True if there is something to apply that is not planned yet. */
  due(): boolean {
    return !this.#planned && this.#state.appliedSeq() < this.#target;
  }

  /** Applies what is due after this pass of the event loop: frames sent before leave first. */
  plan(): void {
    this.#planned = true;
    this.#deps.scheduler.soon(() => this.#deps.guarded(() => this.apply()));
  }

  /** A snapshot replaced the state; it covers the log up to `appliedSeq`. */
  replace(state: StateMachine<Entry>, appliedSeq: Seq): void {
    this.#state = state;
    this.#told = this.#flushed = state.appliedSeq();
    this.#target = Math.max(state.appliedSeq(), appliedSeq);
    this.#waiters.reached(state.appliedSeq());
  }

  /** Resolves true once applied >= seq, false after timeoutMs. */
  wait(seq: Seq, timeoutMs: number): Promise<boolean> {
    return this.#state.appliedSeq() >= seq ? Promise.resolve(true) : this.#waiters.wait(seq, timeoutMs);
  }

  close(): void {
    this.#waiters.close();
  }

  /** Now; `plan` for later. */
  apply(): void {
    const { scheduler } = this.#deps;
    const started = scheduler.now();
    this.#planned = false;
    this.#full = false;
    for (let applied = this.#state.appliedSeq(); applied < this.#target; applied = this.#state.appliedSeq()) {
      if (scheduler.now() - started > APPLY_SLICE_MS) {
        if (this.#target - applied > CATCH_UP_OPS) this.#planLater(CATCH_UP_REST_MS);
        else this.plan();
        break;
      }
      const batches = this.#deps.reader.read(applied + 1, Math.min(this.#target, applied + APPEND_ENTRIES_MAX));
      const last = batches.at(-1);
      if (last === undefined) throw new BrokenInvariant("committed entries are in the log");
      if (!this.#orWait(() => this.#applyBatches(batches, batchLastSeq(last)))) break;
      if (this.#state.appliedSeq() - this.#flushed >= FLUSH_OPS && !this.#orWait(() => this.#flush())) break;
    }
    this.#flushSoon();
    this.#deps.onSlice();
    this.#waiters.reached(this.#state.appliedSeq());
  }

  #applyBatches(batches: Parameters<StateMachine["apply"]>[0], lastSeq: Seq): void {
    const groups = this.#state.apply(batches);
    if (this.#state.appliedSeq() !== lastSeq) throw new BrokenInvariant("apply advances appliedSeq");
    for (const group of groups) this.#tell(group);
  }

  #tell({ view, ops }: AppliedGroup<Entry>): void {
    const news = ops[0]!.seq > this.#told ? ops : ops.filter((op) => op.seq > this.#told);
    const last = news.at(-1);
    if (last === undefined) return;
    this.#told = last.seq;
    this.#deps.onApplied({ view, ops: news });
  }

  #flush(): void {
    this.#state.flush();
    this.#flushed = this.#state.appliedSeq();
  }

  #planLater(ms: number): void {
    this.#planned = true;
    this.#deps.scheduler.after(ms, () => this.#deps.guarded(() => this.apply()));
  }

  #flushSoon(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#deps.scheduler.after(FLUSH_MS, () => {
      this.#flushPlanned = false;
      this.#deps.guarded(() => this.#orWait(() => this.#flush()));
    });
  }

  /** False if the disk is full: what is missing in the state is applied again after a while. */
  #orWait(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
      this.#full = true;
      if (!this.#planned) this.#planLater(DISK_FULL_RETRY_MS);
      return false;
    }
  }

  /** Deletes log rows up to seq, as far as the state covers them durably. */
  async compact(upTo: Seq): Promise<void> {
    if (this.#compacting) return;
    this.#compacting = true;
    const state = this.#state;
    try {
      const covered = Math.min(upTo, state.appliedSeq());
      await state.sync();
      if (state === this.#state) this.#deps.guarded(() => this.#deps.log.compact(covered));
    } catch (error) {
      // A full disk, or a state that was replaced by a snapshot meanwhile: there will be a next time.
      if (error instanceof StorageFull || state !== this.#state) return;
      this.#deps.guarded(() => {
        throw error;
      });
    } finally {
      this.#compacting = false;
    }
  }
}

interface Waiter {
  readonly seq: Seq;
  readonly settle: (reached: boolean) => void;
}

/** Callers that wait until a seq is applied. Bounded by their time-outs. */
class SeqWaiters {
  readonly #scheduler: Scheduler;
  #waiters: Waiter[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** True when `seq` is reached, false after timeoutMs. */
  wait(seq: Seq, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#scheduler.after(timeoutMs, () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(false);
      });
      const settle = (reached: boolean): void => {
        cancel();
        resolve(reached);
      };
      const waiter: Waiter = { seq, settle };
      this.#waiters.push(waiter);
    });
  }

  reached(seq: Seq): void {
    if (this.#waiters.length === 0) return;
    const done = this.#waiters.filter((waiter) => waiter.seq <= seq);
    if (done.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > seq);
    for (const waiter of done) waiter.settle(true);
  }

  close(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.settle(false);
  }
}
