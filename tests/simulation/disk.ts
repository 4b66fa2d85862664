/**
 * The disk of a simulated replica, and the files that a process has open. A folder outlives its
 * processes: it holds log.db as an image, and state files as what was flushed and what was synced. The
 * process sees its writes to the log at once; the disk has them later, whole and in order. Applied ops
 * are in the state's file once they are flushed, and survive a power cut once they are synced.
 */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import type { PersistRows, Restored, StagedSnapshot } from "../../src/election/event.ts";
import type { Batch } from "../../src/election/frame.ts";
import { StorageFull, type AppliedGroup, type ForkedOp } from "../../src/election/ports.ts";
import type { LogStorage, StateMachine } from "../../src/election/ports.ts";
import { sameViewNo, viewNoKey, type Seq, type View, type ViewNo } from "../../src/election/view.ts";
import { LogImage, type LogWrite, type StagedRows } from "./log.ts";
import type { SimProcess } from "./process.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import { SimState, type SimDomain } from "./state.ts";
import { FormatTooNew } from "../../src/chat/kinds/op.ts";
import type { Release } from "../../src/election/release.ts";
import { enabledBy, judge } from "./releases.ts";

/** Range of the time that a write takes. */
export interface DiskSpeed {
  readonly lowMs: number;
  readonly highMs: number;
}

/** A disk without a fault. */
export const NORMAL_DISK: DiskSpeed = { lowMs: 0.2, highMs: 3 };

/** Applying takes no time, except for a share that takes longer than a slice. */
const SLOW_APPLIES = { share: 0.01, lowMs: 5, highMs: 60 };
/** Maximum time of an fsync of the state's WAL. */
const SYNC_MS_MAX = 50;

/** The content of a state-N.db. */
export class StateFile {
  /** The content without the batches in `#flushed`, which are applied only when the file is read. */
  #state: SimState;
  #flushed: Batch[] = [];
  /** What a power cut leaves. */
  #synced: SimState;

  constructor(state: SimState) {
    this.#state = state;
    this.#synced = state.clone();
  }

  /** The state as of the last flush. The caller must not change it. */
  state(): SimState {
    this.#state.apply(this.#flushed, () => {});
    this.#flushed = [];
    return this.#state;
  }

  flush(batches: readonly Batch[]): void {
    this.#flushed.push(...batches);
  }

  sync(state: SimState): void {
    this.#synced = state;
  }

  cutPower(): void {
    this.#state = this.#synced.clone();
    this.#flushed = [];
  }

  /** Mutant: the copy stopped half way, and the rest is missing. */
  damage(): void {
    for (const state of [this.state(), this.#synced]) state.domain = state.domain.clone(true);
  }
}

/** A folder, which survives the process. A wiped folder is another disk with another storeId. */
export class SimDisk {
  readonly storeId: string;
  log = new LogImage();
  states = new Map<number, StateFile>();
  nextRef = 1;
  /** Virtual ms at which an older copy was put back. The disk may lack what it acknowledged before. */
  restoredAt = -Infinity;

  constructor(storeId: string, domain: SimDomain) {
    this.storeId = storeId;
    this.states.set(0, new StateFile(new SimState(domain)));
  }

  file(): StateFile {
    const file = this.states.get(this.log.stateRef);
    if (file === undefined) throw new Error(`no state file ${this.log.stateRef}`);
    return file;
  }

  /** The content of the state file in use. */
  state(): SimState {
    return this.file().state();
  }

  /** A copy of the folder. */
  clone(): SimDisk {
    const copy = new SimDisk(this.storeId, this.state().domain);
    copy.log = this.log.clone();
    copy.states = new Map([[this.log.stateRef, new StateFile(this.state().clone())]]);
    copy.nextRef = this.nextRef;
    return copy;
  }

  /** Deletes the state files that are not in use. */
  removeLeftovers(isLeftover: (ref: number) => boolean): void {
    for (const ref of this.states.keys()) if (isLeftover(ref)) this.states.delete(ref);
  }
}

/** What a log and a state need from their replica. */
export interface DiskHolder {
  readonly queue: SimQueue;
  readonly process: SimProcess;
  readonly random: Random;
  readonly disk: SimDisk;
  readonly mutants: ReadonlySet<string>;
  readonly speed: () => DiskSpeed;
  /** True while the disk has no room. */
  readonly isFull: () => boolean;
  /** Called when a write has begun. It may end the process. */
  readonly staged: (write: LogWrite) => void;
  readonly durable: (before: LogImage | null, write: LogWrite) => void;
  readonly refused: () => void;
  readonly broken: (invariant: string, what: string) => void;
  /** What the executable of this process understands. */
  readonly release: Release;
}

/** Writes that reach the disk together or not at all. */
type Transaction = readonly LogWrite[];

/** log.db as a process has it open. */
export class SimLog implements LogStorage {
  /** The log as the process sees it. */
  readonly image: LogImage;
  readonly #holder: DiskHolder;
  #pending: Transaction[] = [];
  readonly #fetched = new Map<number, StagedRows>();

  constructor(holder: DiskHolder) {
    this.#holder = holder;
    this.image = holder.disk.log.clone();
  }

  get roomLow(): boolean {
    return this.#holder.isFull();
  }

  restore(): Restored {
    return this.image.restore(this.#holder.disk.state().appliedSeq);
  }

  write(rows: readonly PersistRows[]): void {
    this.#room();
    this.#commit(...this.#transactions(rows));
  }

  writeAside(rows: readonly PersistRows[]): Promise<void> {
    const { queue, process, random, speed } = this.#holder;
    try {
      this.#room();
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const transactions = this.#transactions(rows);
    this.#begin(transactions);
    const { lowMs, highMs } = speed();
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.after(random.between(lowMs, highMs), () => {
      // If the process has ended, `crash` has already decided what the disk has.
      this.#complete(transactions.at(-1));
      process.enter(resolve);
    });
    return promise;
  }

  read(fromSeq: Seq, upTo: Seq): Batch[] {
    try {
      return this.image.read(fromSeq, upTo);
    } catch (error) {
      this.#holder.broken("I2", (error as Error).message);
      throw error;
    }
  }

  lineage(): readonly View[] {
    return this.image.lineage;
  }

  compact(upTo: Seq): void {
    const first = this.image.batches[0];
    if (first === undefined || upTo < this.image.firstSeq) return;
    this.#commit([{ kind: "compact", upTo }]);
  }

  forkQueue(limit: number, afterId = 0): ForkedOp[] {
    return this.image.forked.filter(({ id }) => id > afterId).slice(0, limit);
  }

  forkConfirmed(ids: readonly number[]): void {
    this.#room();
    if (ids.length > 0) this.#commit([{ kind: "confirmed", ids }]);
  }

  close(): void {
    this.#complete(this.#pending.at(-1));
  }

  /** Stages the log rows of a fetched snapshot beside the log; they are durable at once. */
  stage(snapshot: StagedSnapshot, batches: readonly Batch[]): void {
    this.#fetched.set(snapshot.ref, { snapshot, batches });
  }

  /**
   * Ends the process: the disk has a part of the writes under way. True if some are lost. `survive`: how many are not.
   */
  crash(survive: number | null): boolean {
    const { random } = this.#holder;
    const count = this.#pending.length;
    const drawn = survive ?? (count === 0 || random.chance(0.4) ? 0 : random.int(0, count));
    this.#complete(this.#pending[drawn - 1]);
    const isTorn = this.#pending.length > 0;
    this.#pending = [];
    return isTorn;
  }

  #room(): void {
    const { isFull, refused, process } = this.#holder;
    process.check();
    if (!isFull()) return;
    refused();
    throw new StorageFull("log.db");
  }

  /** All rows in one transaction, except for a mutant. */
  #transactions(rows: readonly PersistRows[]): Transaction[] {
    const { mutants } = this.#holder;
    const writes: LogWrite[] = [];
    let after: Transaction[] = [];
    for (const row of rows) {
      const { promised: _, ...forgetful } = row;
      const kept = mutants.has("promised-not-persisted") ? forgetful : row;
      const staged = kept.snapshot === undefined ? null : (this.#fetched.get(kept.snapshot.ref) ?? null);
      if (mutants.has("log-before-snapshot") && kept.snapshot !== undefined) {
        writes.push({ kind: "rows", rows: kept, staged, stateRef: this.image.stateRef });
        after = [[{ kind: "stateRef", ref: kept.snapshot.ref }]];
      } else {
        writes.push({ kind: "rows", rows: kept, staged });
      }
    }
    return [writes, ...after];
  }

  /** Writes, and blocks the thread until the disk has the rows. */
  #commit(...transactions: Transaction[]): void {
    const { process, random, speed } = this.#holder;
    this.#begin(transactions);
    this.#complete(transactions.at(-1));
    const { lowMs, highMs } = speed();
    process.spend(random.between(lowMs, highMs));
  }

  #begin(transactions: readonly Transaction[]): void {
    const { process, mutants, staged } = this.#holder;
    process.check();
    const writes = transactions.flat();
    for (const write of writes) this.image.write(write, mutants);
    this.#pending.push(...transactions);
    for (const write of writes) {
      staged(write);
      process.check();
    }
  }

  /** Makes the transaction and all before it durable. */
  #complete(last: Transaction | undefined): void {
    const upTo = last === undefined ? -1 : this.#pending.indexOf(last);
    for (const write of this.#pending.splice(0, upTo + 1).flat()) this.#makeDurable(write);
  }

  #makeDurable(write: LogWrite): void {
    const { disk, mutants, durable } = this.#holder;
    const isWatched = write.kind === "rows" && (write.rows.cutAfter !== undefined || write.rows.snapshot !== undefined);
    const before = isWatched ? disk.log.clone() : null;
    disk.log.write(write, mutants);
    durable(before, write);
  }
}

/** Called for every applied entry. `chain` covers the entry. */
export type AppliedWatch = (seq: Seq, viewNo: ViewNo, chain: number) => void;

/** state-N.db as a process has it open. */
export class SimStateMachine implements StateMachine<AppliedOp> {
  readonly #holder: DiskHolder;
  readonly #file: StateFile;
  readonly #log: SimLog;
  readonly #watch: AppliedWatch;
  #unflushed: Batch[] = [];
  #current: SimState;

  constructor(holder: DiskHolder, file: StateFile, log: SimLog, watch: AppliedWatch) {
    this.#holder = holder;
    this.#file = file;
    this.#log = log;
    this.#watch = watch;
    this.#current = file.state().clone();
  }

  /** The state that the process reads. */
  get current(): SimState {
    return this.#current;
  }

  appliedSeq(): Seq {
    return this.#current.appliedSeq;
  }

  apply(batches: readonly Batch[]): readonly AppliedGroup<AppliedOp>[] {
    const { process, random, isFull } = this.#holder;
    process.check();
    if (random.chance(SLOW_APPLIES.share)) process.spend(random.between(SLOW_APPLIES.lowMs, SLOW_APPLIES.highMs));
    if (isFull() && random.chance(0.5)) this.#takeBack();
    const { appliedSeq, appliedView } = this.#current;
    const expected = this.#log.image.viewNoAt(appliedSeq);
    if (appliedView !== null && expected !== null && !sameViewNo(expected, appliedView)) {
      this.#holder.broken("I2", `applies ${appliedSeq + 1} to a state of another branch`);
    }
    const { release, mutants } = this.#holder;
    const inForce = this.#current.domain.opFormat();
    const judged = judge(batches, { inForce, release });
    if (judged === "early")
      this.#holder.broken("I13", `applies an op after ${appliedSeq} before its format is in force`);
    if (judged === "tooNew" && !mutants.has("too-old-goes-on")) throw new FormatTooNew(inForce + 1);
    const groups: { view: string; ops: AppliedOp[] }[] = [];
    let group: { view: string; ops: AppliedOp[] } | null = null;
    this.#current.apply(batches, (seq, viewNo, chain, op) => {
      this.#watch(seq, viewNo, chain);
      if (op === null) return;
      const view = viewNoKey(viewNo);
      if (group?.view !== view) groups.push((group = { view, ops: [] }));
      group.ops.push(op);
    });
    this.#unflushed.push(...batches);
    this.#checkFormat(batches, inForce);
    return groups;
  }

  /** I13: a format comes into force only by an op of a leader of this branch, and only at replicas that know it. */
  #checkFormat(batches: readonly Batch[], before: number): void {
    const { release, broken } = this.#holder;
    const inForce = this.#current.domain.opFormat();
    const isEnabled = (): boolean =>
      batches.some((b) => b.kind === "op" && b.ops.some((op) => enabledBy(op) === inForce));
    if (inForce !== before && !isEnabled())
      broken("I13", `format ${inForce} is in force, which this branch never enabled`);
    if (inForce > release.opFormat) broken("I13", `goes on with format ${inForce}, which it does not know`);
  }

  flush(): void {
    const { process, random, isFull } = this.#holder;
    process.check();
    if (this.#unflushed.length === 0) return;
    if (isFull()) {
      if (random.chance(0.5)) this.#takeBack();
      this.#holder.refused();
      throw new StorageFull("state.db");
    }
    this.#file.flush(this.#unflushed);
    this.#unflushed = [];
  }

  async sync(): Promise<void> {
    const { process, random } = this.#holder;
    this.flush();
    const synced = this.#current.clone();
    await process.sleep(random.between(0, SYNC_MS_MAX));
    this.#file.sync(synced);
  }

  refusedAfter(after: Seq, rest: readonly Batch[]): ReadonlySet<Seq> {
    const tried = this.#current.clone();
    tried.apply(rest, () => {});
    return new Set(tried.refused.filter((seq) => seq > after));
  }

  /** Rolls back a transaction that found no room, with everything that it had applied. */
  #takeBack(): never {
    this.#unflushed = [];
    this.#current = this.#file.state().clone();
    this.#holder.refused();
    throw new StorageFull("state.db");
  }
}
