/**
 * Reads entries that the core knows of, whether they are on the disk already or still on
 * their way: the leader sends an entry to its peers while its own fsync is under way.
 */
import type { PersistRows } from "../event.ts";
import { batchFirstSeq, batchLastSeq, sliceBatches, type Batch } from "../frame.ts";
import type { LogStorage } from "../ports.ts";
import type { Seq } from "../view.ts";

/** The log as the core sees it: storage plus rows not written yet. */
export class LogReader {
  private readonly log: LogStorage;
  /** Batches not written yet, ascending; what a cut or a snapshot replaced is gone. */
  private tail: Batch[] = [];
  private tailRows = new Map<PersistRows, number>();

  constructor(log: LogStorage) {
    this.log = log;
  }

  /** Rows were given out to be written. */
  pending(rows: PersistRows): void {
    if (rows.snapshot !== undefined) this.tail = [];
    const { cutAfter } = rows;
    if (cutAfter !== undefined) this.tail = sliceBatches(this.tail, 0, cutAfter);
    if (rows.append !== undefined) this.tail.push(...rows.append);
    this.tailRows.set(rows, batchLastSeqOf(rows));
  }

  /** Rows are on the disk: they are read from there. */
  written(rows: readonly PersistRows[]): void {
    let upTo = 0;
    for (const row of rows) {
      upTo = Math.max(upTo, this.tailRows.get(row) ?? 0);
      this.tailRows.delete(row);
    }
    if (this.tailRows.size === 0) this.tail = [];
    else this.tail = sliceBatches(this.tail, upTo + 1, Number.MAX_SAFE_INTEGER);
  }

  /** Contiguous batches from `fromSeq` to `upTo`, both included; empty if upTo is smaller. */
  read(fromSeq: Seq, upTo: Seq): Batch[] {
    if (upTo < fromSeq) return [];
    const first = this.tail[0];
    const tailFrom = first === undefined ? Number.MAX_SAFE_INTEGER : batchFirstSeq(first);
    const batches = fromSeq < tailFrom ? this.log.read(fromSeq, Math.min(upTo, tailFrom - 1)) : [];
    if (upTo >= tailFrom) batches.push(...sliceBatches(this.tail, fromSeq, upTo));
    return batches;
  }
}

function batchLastSeqOf(rows: PersistRows): Seq {
  const last = rows.append?.at(-1);
  return last === undefined ? 0 : batchLastSeq(last);
}
