/**
 * Applies committed entries to the state in slices, reports their results, and compacts the log
 * behind the state. It is the only caller of StateMachine.apply. While the disk is full, it applies
 * nothing and tries again; reads continue.
 */
import { BrokenInvariant } from "../../base/assert.ts";
import type { Scheduler } from "../../base/scheduler.ts";
import { APPEND_ENTRIES_MAX, batchLastSeq } from "../frame.ts";
import type { LogReader } from "./log-reader.ts";
import { DISK_FULL_RETRY_MS, StorageFull } from "../ports.ts";
import type { AppliedEntry, AppliedGroup, LogStorage, StateMachine } from "../ports.ts";
import type { Seq } from "../view.ts";

/** After this long, applying pauses so that other work gets a turn. */
const APPLY_SLICE_MS = 25;
/**
 * A replica that is further behind than this is catching up. It rests between slices, because on a small machine it
 * would otherwise slow down the replicas that serve. A replica that keeps up is never so far behind.
 */
const CATCH_UP_OPS = 20_000;
const CATCH_UP_REST_MS = 8;
/** Applied entries are written to the state's file after this long, in one transaction. */
const FLUSH_MS = 100;
/** Maximum number of entries of a lost branch that are tried out to learn which ops it refuses. */
const TRIED_MAX = 8_192;
/**
 * After this many entries they are written to the file at once, which takes 1.3 ms. Each transaction writes a page of
 * the index for every conversation with a new message, so fewer transactions write less.
 */
const FLUSH_OPS = 2_048;

/** What the applier needs from its owner. */
export interface ApplierDeps<Entry extends AppliedEntry> {
  readonly state: StateMachine<Entry>;
  readonly log: LogStorage;
  readonly reader: LogReader;
  readonly scheduler: Scheduler;
  /** Runs `work` unless the owner has stopped. An error that it throws ends the process. */
  readonly guarded: (work: () => void) => void;
  /** Gets the ops that were applied, in log order, each once. */
  readonly onApplied: (group: AppliedGroup<Entry>) => void;
  /** Called after each slice. */
  readonly onSlice: () => void;
}

/** See the top of this file. */
export class Applier<Entry extends AppliedEntry> {
  readonly #deps: ApplierDeps<Entry>;
  readonly #waiters: SeqWaiters;
  #state: StateMachine<Entry>;
  #target: Seq;
  /** Results were reported up to here. Ops that a full disk rolled back are applied again but not reported twice. */
  #told: Seq;
  /** The state's file holds all entries up to here, and perhaps more. */
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

  /** True while the disk has no room for the state. */
  get diskFull(): boolean {
    return this.#full;
  }

  /** Notes that entries up to `seq` are committed. `plan` or `apply` applies them. */
  commit(seq: Seq): void {
    this.#target = seq;
  }

  /** True if there are entries to apply and `plan` was not called for them yet. */
  due(): boolean {
    return !this.#planned && this.#state.appliedSeq() < this.#target;
  }

  /** Applies what is due in the next pass of the event loop, so that frames sent before it leave first. */
  plan(): void {
    this.#planned = true;
    this.#deps.scheduler.soon(() => this.#deps.guarded(() => this.apply()));
  }

  /** Continues with the state of a snapshot, which covers the log up to `appliedSeq`. */
  replace(state: StateMachine<Entry>, appliedSeq: Seq): void {
    this.#state = state;
    this.#told = this.#flushed = state.appliedSeq();
    this.#target = Math.max(state.appliedSeq(), appliedSeq);
    this.#waiters.reached(state.appliedSeq());
  }

  /** The ops after `after` that the rules of this branch refuse, whether they are applied already or not. */
  refusedAfter(after: Seq): ReadonlySet<Seq> {
    const { reader } = this.#deps;
    const applied = this.#state.appliedSeq();
    return this.#state.refusedAfter(after, reader.read(applied + 1, Math.min(reader.lastSeq, applied + TRIED_MAX)));
  }

  /** Resolves true once `seq` is applied, false after `timeoutMs`. */
  wait(seq: Seq, timeoutMs: number): Promise<boolean> {
    return this.#state.appliedSeq() >= seq ? Promise.resolve(true) : this.#waiters.wait(seq, timeoutMs);
  }

  close(): void {
    this.#waiters.close();
  }

  /** Applies a slice of what is due now, and plans the rest. */
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

  /** Runs `write`. False if the disk is full; what the state lacks is then applied again after DISK_FULL_RETRY_MS. */
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

  /** Makes the state durable, then deletes the log rows up to `upTo` that it covers. */
  async compact(upTo: Seq): Promise<void> {
    if (this.#compacting) return;
    this.#compacting = true;
    const state = this.#state;
    try {
      const covered = Math.min(upTo, state.appliedSeq());
      await state.sync();
      if (state === this.#state) this.#deps.guarded(() => this.#deps.log.compact(covered));
    } catch (error) {
      // The disk is full, or a snapshot has replaced the state in the meantime. The core will ask again.
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

/** Callers that wait until a seq is applied. Their time-outs bound the waits. */
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
