/**
 * Carries committed entries into the state, in slices, and lets the log go behind it. The
 * only caller of StateMachine.apply. A full disk is waited out: nothing is applied then,
 * reads go on.
 */
import { BrokenInvariant } from "../../base/assert.ts";
import type { Scheduler } from "../../base/scheduler.ts";
import { APPEND_ENTRIES_MAX, batchLastSeq } from "../frame.ts";
import type { LogReader } from "./log-reader.ts";
import { DISK_FULL_RETRY_MS, StorageFull, type LogStorage, type StateMachine } from "../ports.ts";
import { SeqWaiters } from "./seq-waiters.ts";
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

/** What the applier needs of its owner. */
export interface ApplierDeps {
  readonly state: StateMachine;
  readonly log: LogStorage;
  readonly reader: LogReader;
  readonly scheduler: Scheduler;
  /** Runs work unless the owner has stopped; what it throws ends the process. */
  readonly guarded: (work: () => void) => void;
  /** A slice was applied. */
  readonly onApplied: () => void;
}

/** The way out: log to state. */
export class Applier {
  private readonly deps: ApplierDeps;
  private readonly waiters: SeqWaiters;
  private state: StateMachine;
  private target: Seq;
  private planned = false;
  private flushPlanned = false;
  private compacting = false;
  private full = false;

  constructor(deps: ApplierDeps) {
    this.deps = deps;
    this.waiters = new SeqWaiters(deps.scheduler);
    this.state = deps.state;
    this.target = deps.state.appliedSeq();
  }

  appliedSeq(): Seq {
    return this.state.appliedSeq();
  }

  /** The disk has no room for the state. */
  get diskFull(): boolean {
    return this.full;
  }

  /** Entries up to here are committed; `plan` has them applied. */
  commit(seq: Seq): void {
    this.target = seq;
  }

  /** True if there is something to apply that is not planned yet. */
  due(): boolean {
    return !this.planned && this.state.appliedSeq() < this.target;
  }

  /** Applies what is due after this pass of the event loop: frames sent before leave first. */
  plan(): void {
    this.planned = true;
    this.deps.scheduler.soon(() => this.deps.guarded(() => this.apply()));
  }

  /** A snapshot replaced the state; it covers the log up to `appliedSeq`. */
  replace(state: StateMachine, appliedSeq: Seq): void {
    this.state = state;
    this.target = Math.max(state.appliedSeq(), appliedSeq);
    this.waiters.reached(state.appliedSeq());
  }

  /** Resolves true once applied >= seq, false after timeoutMs. */
  wait(seq: Seq, timeoutMs: number): Promise<boolean> {
    return this.state.appliedSeq() >= seq ? Promise.resolve(true) : this.waiters.wait(seq, timeoutMs);
  }

  close(): void {
    this.waiters.close();
  }

  /** Now; `plan` for later. */
  apply(): void {
    const { scheduler } = this.deps;
    const started = scheduler.now();
    this.planned = false;
    this.full = false;
    for (let applied = this.state.appliedSeq(); applied < this.target; applied = this.state.appliedSeq()) {
      if (scheduler.now() - started > APPLY_SLICE_MS) {
        if (this.target - applied > CATCH_UP_OPS) this.planLater(CATCH_UP_REST_MS);
        else this.plan();
        break;
      }
      const batches = this.deps.reader.read(applied + 1, Math.min(this.target, applied + APPEND_ENTRIES_MAX));
      const last = batches.at(-1);
      if (last === undefined) throw new BrokenInvariant("committed entries are in the log");
      if (!this.orWait(() => this.state.apply(batches))) break;
      if (this.state.appliedSeq() !== batchLastSeq(last)) throw new BrokenInvariant("apply advances appliedSeq");
    }
    this.flushSoon();
    this.deps.onApplied();
    this.waiters.reached(this.state.appliedSeq());
  }

  private planLater(ms: number): void {
    this.planned = true;
    this.deps.scheduler.after(ms, () => this.deps.guarded(() => this.apply()));
  }

  private flushSoon(): void {
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    this.deps.scheduler.after(FLUSH_MS, () => {
      this.flushPlanned = false;
      this.deps.guarded(() => this.orWait(() => this.state.flush()));
    });
  }

  /** False if the disk is full: what is missing in the state is applied again after a while. */
  private orWait(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
      this.full = true;
      if (!this.planned) this.planLater(DISK_FULL_RETRY_MS);
      return false;
    }
  }

  /** Deletes log rows up to seq, as far as the state covers them durably. */
  async compact(upTo: Seq): Promise<void> {
    if (this.compacting) return;
    this.compacting = true;
    const { state } = this;
    try {
      const covered = Math.min(upTo, state.appliedSeq());
      await state.sync();
      if (state === this.state) this.deps.guarded(() => this.deps.log.compact(covered));
    } catch (error) {
      // A full disk, or a state that was replaced by a snapshot meanwhile: there will be a next time.
      if (error instanceof StorageFull || state !== this.state) return;
      this.deps.guarded(() => {
        throw error;
      });
    } finally {
      this.compacting = false;
    }
  }
}
