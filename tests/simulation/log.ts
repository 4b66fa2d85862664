/**
 * log.db of a simulated replica. The process sees a write at once; it becomes durable when the
 * simulated disk has it, and is lost in a crash before that. A write is all or nothing, and
 * writes become durable in order, like transactions of SQLite. The image of the process and
 * that of the disk share the same immutable batches.
 */
import type { PersistRows, Restored, StagedSnapshot } from "../../src/election/event.ts";
import type { Batch, OpBatch } from "../../src/election/frame.ts";
import { batchFirstSeq, batchLastSeq, batchLength } from "../../src/election/frame.ts";
import type { ForkedOp } from "../../src/election/ports.ts";
import type { Ballot, Seq, View, ViewNo } from "../../src/election/view.ts";
import { NO_BALLOT } from "../../src/election/view.ts";

/** A fetched snapshot: its log rows in order; its state is the file with the number `ref`. */
export interface StagedRows {
  readonly snapshot: StagedSnapshot;
  readonly batches: readonly Batch[];
}

/** One write: rows of the core, or a write that the driver makes by itself. */
export type LogWrite =
  | {
      readonly kind: "rows";
      readonly rows: PersistRows;
      readonly staged: StagedRows | null;
      /** Mutant: the state file in use after this write, although a snapshot is switched in. */
      readonly stateRef?: number;
    }
  | { readonly kind: "stateRef"; readonly ref: number }
  | { readonly kind: "confirmed"; readonly ids: readonly number[] }
  | { readonly kind: "compact"; readonly upTo: Seq };

/** How ops go to the fork queue. */
interface Forking {
  /** Those that do not. */
  readonly refused: ReadonlySet<Seq>;
  readonly mutants: ReadonlySet<string>;
}

const NONE: ReadonlySet<Seq> = new Set();

/** The part of a batch from one seq to another, both included and inside the batch. */
export function sliceBatch(batch: Batch, from: Seq, to: Seq): Batch {
  const first = batchFirstSeq(batch);
  if (batch.kind === "view" || (from === first && to === batchLastSeq(batch))) return batch;
  const sliced: OpBatch = {
    kind: "op",
    viewNo: batch.viewNo,
    firstSeq: from,
    ops: batch.ops.slice(from - first, to - first + 1),
  };
  return sliced;
}

/** The content of log.db at one moment. */
export class LogImage {
  promised: Ballot = NO_BALLOT;
  admitted = false;
  rollback = false;
  lineage: View[] = [];
  batches: Batch[] = [];
  firstSeq: Seq = 1;
  lastSeq: Seq = 0;
  forked: ForkedOp[] = [];
  nextForkId = 1;
  /** Number of the state file in use. */
  stateRef = 0;

  clone(): LogImage {
    const copy = new LogImage();
    copy.promised = this.promised;
    copy.admitted = this.admitted;
    copy.rollback = this.rollback;
    copy.lineage = [...this.lineage];
    copy.batches = [...this.batches];
    copy.firstSeq = this.firstSeq;
    copy.lastSeq = this.lastSeq;
    copy.forked = [...this.forked];
    copy.nextForkId = this.nextForkId;
    copy.stateRef = this.stateRef;
    return copy;
  }

  /** The view of a seq according to the lineage; null beyond the log or before its first view. */
  viewAt(seq: Seq): View | null {
    if (seq > this.lastSeq) return null;
    for (let i = this.lineage.length - 1; i >= 0; i--) {
      const view = this.lineage[i] as View;
      if (view.startSeq <= seq) return view;
    }
    return null;
  }

  viewNoAt(seq: Seq): ViewNo | null {
    return this.viewAt(seq)?.no ?? null;
  }

  /** Contiguous batches from `from` to `to`, both included. Throws if some of them are missing. */
  read(from: Seq, to: Seq): Batch[] {
    if (from > to) return [];
    if (from < this.firstSeq || to > this.lastSeq) {
      throw new Error(`read ${from}..${to} of a log that holds ${this.firstSeq}..${this.lastSeq}`);
    }
    let low = 0;
    let high = this.batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (batchFirstSeq(this.batches[middle] as Batch) <= from) low = middle;
      else high = middle - 1;
    }
    const out: Batch[] = [];
    for (let i = low; i < this.batches.length; i++) {
      const batch = this.batches[i] as Batch;
      const first = batchFirstSeq(batch);
      if (first > to) break;
      out.push(sliceBatch(batch, Math.max(from, first), Math.min(to, batchLastSeq(batch))));
    }
    return out;
  }

  /** Carries out one write, in the order that PersistRows describes. */
  write(write: LogWrite, mutants: ReadonlySet<string>): void {
    if (write.kind === "confirmed") {
      const gone = new Set(write.ids);
      this.forked = this.forked.filter((f) => !gone.has(f.id));
      return;
    }
    if (write.kind === "compact") {
      this.#compact(write.upTo);
      return;
    }
    if (write.kind === "stateRef") {
      this.stateRef = write.ref;
      return;
    }
    const { rows, staged } = write;
    const forking = { refused: rows.refused ?? NONE, mutants };
    if (rows.snapshot !== undefined) {
      if (staged === null) throw new Error("snapshot switched in without being staged");
      this.#switchIn(staged, forking);
    }
    if (write.stateRef !== undefined) this.stateRef = write.stateRef;
    if (rows.cutAfter !== undefined) this.#cut(rows.cutAfter, forking);
    for (const batch of rows.append ?? []) this.#append(batch);
    if (rows.promised !== undefined) this.promised = rows.promised;
    if (rows.admitted !== undefined) this.admitted = rows.admitted;
    if (rows.rollback !== undefined) this.rollback = rows.rollback;
  }

  #append(batch: Batch): void {
    if (batchFirstSeq(batch) !== this.lastSeq + 1) {
      throw new Error(`append of ${batchFirstSeq(batch)} to a log that ends at ${this.lastSeq}`);
    }
    this.batches.push(batch);
    this.lastSeq += batchLength(batch);
    if (batch.kind === "view") this.lineage.push(batch.view);
  }

  #fork(batches: readonly Batch[], { refused, mutants }: Forking): void {
    if (mutants.has("divergent-suffix-dropped")) return;
    for (const batch of batches) {
      if (batch.kind !== "op") continue;
      for (const [i, op] of batch.ops.entries())
        if (!refused.has(batch.firstSeq + i)) this.forked.push({ id: this.nextForkId++, op });
    }
  }

  #cut(after: Seq, forking: Forking): void {
    if (after >= this.lastSeq) return;
    if (after + 1 < this.firstSeq) throw new Error(`cut after ${after} below the log's first seq ${this.firstSeq}`);
    this.#fork(this.read(after + 1, this.lastSeq), forking);
    this.batches = after >= this.firstSeq ? this.read(this.firstSeq, after) : [];
    this.lastSeq = after;
    this.lineage = this.lineage.filter((v) => v.startSeq <= after);
  }

  #switchIn(staged: StagedRows, forking: Forking): void {
    const { snapshot } = staged;
    const from = Math.max(snapshot.commonSeq + 1, this.firstSeq);
    if (from <= this.lastSeq) this.#fork(this.read(from, this.lastSeq), forking);
    const keepsPrefix =
      snapshot.logFirstSeq === snapshot.commonSeq + 1 &&
      this.firstSeq <= snapshot.commonSeq &&
      snapshot.commonSeq <= this.lastSeq;
    const prefix = keepsPrefix ? this.read(this.firstSeq, snapshot.commonSeq) : [];
    if (!keepsPrefix) this.firstSeq = snapshot.logFirstSeq;
    this.batches = [...prefix, ...staged.batches];
    this.lastSeq = snapshot.appliedSeq;
    this.lineage = [...snapshot.lineage];
    this.stateRef = snapshot.ref;
  }

  /** Deletes whole rows up to `upTo`; the lineage stays. */
  #compact(upTo: Seq): void {
    while (this.batches.length > 0 && batchLastSeq(this.batches[0] as Batch) <= upTo) {
      this.firstSeq = batchLastSeq(this.batches.shift() as Batch) + 1;
    }
  }

  restore(appliedSeq: Seq): Restored {
    return {
      promised: this.promised,
      admitted: this.admitted,
      rollback: this.rollback,
      lineage: [...this.lineage],
      logFirstSeq: this.firstSeq,
      lastSeq: this.lastSeq,
      appliedSeq,
    };
  }
}
