/**
 * What the core knows of its own log without holding an entry: the lineage, where the log
 * begins and ends, and how far it is durable. The only maker of Persist effects.
 */
import { assert } from "../../base/assert.ts";
import type { Effect, PersistRows, PersistToken, Restored, StagedSnapshot } from "../event.ts";
import { batchFirstSeq, batchLastSeq, type Batch } from "../frame.ts";
import { Lineage } from "./lineage.ts";
import { compareBallots, type Ballot, type Seq, type ViewNo } from "../view.ts";

interface Pending {
  readonly token: PersistToken;
  /** Last seq of the log once this write is durable. */
  readonly lastSeq: Seq;
  /** Entries beyond were replaced by this write: until it is durable, nothing beyond is. */
  readonly cutAfter: Seq;
}

/** Mirror of log.db. */
export class LogMirror {
  readonly lineage: Lineage;
  promised: Ballot;
  admitted: boolean;
  rollback: boolean;
  firstSeq: Seq;
  lastSeq: Seq;
  /** The log is on the disk up to here. */
  durableSeq: Seq;
  /** Ms that the disk has been busy with one and the same write. */
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

  viewNoAt(seq: Seq): ViewNo | null {
    return seq === 0 ? null : this.lineage.viewNoAt(seq);
  }

  /** Raises the promise; durable with the token returned. */
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

  /** Switches to a staged snapshot: its lineage and rows replace everything beyond the common part. */
  install(snapshot: StagedSnapshot, promised: Ballot): PersistToken {
    this.promised = promised;
    this.rollback = true;
    const keepsPrefix = snapshot.logFirstSeq === snapshot.commonSeq + 1 && snapshot.commonSeq >= this.firstSeq;
    if (!keepsPrefix) this.firstSeq = snapshot.logFirstSeq;
    this.lineage.replace(snapshot.lineage);
    this.lastSeq = snapshot.appliedSeq;
    return this.#persist({ snapshot, promised, rollback: true }, Math.min(snapshot.commonSeq, this.durableSeq));
  }

  /** The store was in an active view: it counts, and is whole again after a roll-back. */
  markActive(): void {
    if (this.admitted && !this.rollback) return;
    this.admitted = true;
    this.rollback = false;
    this.#persist({ admitted: true, rollback: false });
  }

  /** Rows up to seq may be deleted. */
  compact(upTo: Seq): void {
    this.firstSeq = upTo + 1;
    this.#emit({ type: "compact", upTo });
  }

  /** The disk has everything up to this token. */
  persisted(token: PersistToken): void {
    while (this.#pending.length > 0 && this.#pending[0]!.token <= token) {
      this.#durableBase = this.#pending.shift()!.lastSeq;
    }
    this.#recompute();
  }

  /** Time passed: is the disk still at the write it was at before? */
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
