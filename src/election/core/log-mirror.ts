/**
 * What the core knows about its own log without holding an entry: the lineage, where the log begins and ends, and how
 * far it is durable. Nothing else makes Persist effects.
 */
import { assert } from "../../base/assert.ts";
import type { Effect, PersistRows, PersistToken, Restored, StagedSnapshot } from "../event.ts";
import { batchFirstSeq, batchLastSeq, batchViewNo, type Batch } from "../frame.ts";
import { compareBallots, sameViewNo, type Ballot, type Seq, type ViewNo } from "../view.ts";
import { Lineage } from "./lineage.ts";

/** A write that the disk has not confirmed. */
interface Pending {
  readonly token: PersistToken;
  /** Last seq of the log once this write is durable. */
  readonly lastSeq: Seq;
  /** This write replaces the entries beyond: until it is durable, none of them is. */
  readonly cutAfter: Seq;
}

/** Mirror of log.db, ahead of it by the writes that are under way. */
export class LogMirror {
  readonly lineage: Lineage;
  /** The highest ballot that this store promised or accepted. */
  promised: Ballot;
  /** The store was in an active view once. */
  admitted: boolean;
  /** In the middle of a roll-back: the log was cut or replaced, and the store was not in an active view since. */
  rollback: boolean;
  firstSeq: Seq;
  lastSeq: Seq;
  /** The log is on the disk up to here. */
  durableSeq: Seq;
  /** How long the disk has been busy with one and the same write, in ms of on-time ticks. */
  stalledMs = 0;
  #watchedToken: PersistToken | null = null;
  #durableBase: Seq;
  #pending: Pending[] = [];
  #nextToken: PersistToken = 1;
  readonly #emit: (effect: Effect) => void;

  constructor(restored: Restored, emit: (effect: Effect) => void) {
    this.lineage = new Lineage(restored.lineage);
    this.promised = restored.promised;
    this.admitted = restored.admitted;
    this.rollback = restored.rollback;
    this.firstSeq = restored.logFirstSeq;
    this.lastSeq = restored.lastSeq;
    this.durableSeq = restored.lastSeq;
    this.#durableBase = restored.lastSeq;
    this.#emit = emit;
  }

  // ---------------------------------------------------------------- comparing

  /** The view of the entry at `seq`; null for 0. The caller knows that `seq` is in the log. */
  viewNoAt(seq: Seq): ViewNo | null {
    return seq === 0 ? null : this.lineage.viewNoAt(seq);
  }

  /** The log has this very entry, and therefore everything before it too (log matching). Always true for 0. */
  holds(seq: Seq, viewNo: ViewNo | null): boolean {
    if (seq === 0) return true;
    if (seq > this.lastSeq || viewNo === null) return false;
    const mine = this.viewNoAt(seq);
    return mine !== null && sameViewNo(mine, viewNo);
  }

  /** Of contiguous batches, everything from the first entry on that the log lacks or has differently. */
  fresh(batches: readonly Batch[]): Batch[] {
    const fresh: Batch[] = [];
    for (const batch of batches) {
      const rest = fresh.length === 0 ? this.#freshPart(batch) : batch;
      if (rest !== null) fresh.push(rest);
    }
    return fresh;
  }

  /** Null if the log has all of the batch. */
  #freshPart(batch: Batch): Batch | null {
    const no = batchViewNo(batch);
    const last = batchLastSeq(batch);
    for (let seq = batchFirstSeq(batch); seq <= last; seq++) {
      if (this.holds(seq, no)) continue;
      if (batch.kind === "view" || seq === batch.firstSeq) return batch;
      return { ...batch, firstSeq: seq, ops: batch.ops.slice(seq - batch.firstSeq) };
    }
    return null;
  }

  // ---------------------------------------------------------------- writing

  /** Raises the promise. It binds once the token returned is durable. */
  promise(ballot: Ballot): PersistToken {
    assert(compareBallots(ballot, this.promised) > 0, "a promise only rises");
    this.promised = ballot;
    return this.#persist({ promised: ballot });
  }

  /** Appends batches that follow lastSeq, after cutting everything beyond `cutAfter`. */
  append(batches: Batch[], cutAfter: Seq | null, promised: Ballot | null): PersistToken {
    const rows: PersistRows = { append: batches };
    if (promised !== null) {
      this.promised = promised;
      rows.promised = promised;
    }
    if (cutAfter !== null && cutAfter < this.lastSeq) {
      rows.cutAfter = cutAfter;
      rows.rollback = true;
      this.rollback = true;
      this.lastSeq = cutAfter;
      this.lineage.cutAfter(cutAfter);
    }
    for (const batch of batches) {
      assert(batchFirstSeq(batch) === this.lastSeq + 1, "batches are contiguous");
      if (batch.kind === "view") this.lineage.append(batch.view);
      this.lastSeq = batchLastSeq(batch);
    }
    return this.#persist(rows, rows.cutAfter);
  }

  /** Switches to a staged snapshot: its lineage and rows replace everything beyond the common prefix. */
  install(snapshot: StagedSnapshot, promised: Ballot): PersistToken {
    this.promised = promised;
    this.rollback = true;
    const keepsPrefix = snapshot.logFirstSeq === snapshot.commonSeq + 1 && snapshot.commonSeq >= this.firstSeq;
    if (!keepsPrefix) this.firstSeq = snapshot.logFirstSeq;
    this.lineage.replace(snapshot.lineage);
    this.lastSeq = snapshot.appliedSeq;
    return this.#persist({ snapshot, promised, rollback: true }, Math.min(snapshot.commonSeq, this.durableSeq));
  }

  /** The store is in an active view: it counts from now on, and a roll-back is over. */
  markActive(): void {
    if (this.admitted && !this.rollback) return;
    this.admitted = true;
    this.rollback = false;
    this.#persist({ admitted: true, rollback: false });
  }

  /** Rows up to `upTo` may be deleted. */
  compact(upTo: Seq): void {
    this.firstSeq = upTo + 1;
    this.#emit({ type: "compact", upTo });
  }

  // ---------------------------------------------------------------- the disk

  /** All writes up to `token` are on the disk. */
  persisted(token: PersistToken): void {
    while (this.#pending.length > 0 && this.#pending[0]!.token <= token) {
      this.#durableBase = this.#pending.shift()!.lastSeq;
    }
    this.#recompute();
  }

  /** Measures how long the disk has been at its oldest write. */
  tick(elapsedMs: number): void {
    const token = this.#pending[0]?.token ?? null;
    this.stalledMs = token !== null && token === this.#watchedToken ? this.stalledMs + elapsedMs : 0;
    this.#watchedToken = token;
  }

  #persist(rows: PersistRows, cutAfter: Seq = Number.MAX_SAFE_INTEGER): PersistToken {
    const token = this.#nextToken++;
    this.#pending.push({ token, lastSeq: this.lastSeq, cutAfter });
    this.#recompute();
    this.#emit({ type: "persist", token, rows });
    return token;
  }

  #recompute(): void {
    let durable = this.#durableBase;
    for (const { cutAfter } of this.#pending) if (cutAfter < durable) durable = cutAfter;
    this.durableSeq = durable;
  }
}
