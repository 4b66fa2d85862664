/** How entries that arrive compare with the log that is there. */
import { batchFirstSeq, batchLastSeq, batchViewNo, type Batch } from "../frame.ts";
import type { LogMirror } from "./log-mirror.ts";
import { sameViewNo, type Seq, type ViewNo } from "../view.ts";

/** The entry before the ones sent is in our log: then, by log matching, so is everything before it. */
export function fits(log: LogMirror, prevSeq: Seq, prevViewNo: ViewNo | null): boolean {
  if (prevSeq === 0) return true;
  if (prevSeq > log.lastSeq || prevViewNo === null) return false;
  const mine = log.viewNoAt(prevSeq);
  return mine !== null && sameViewNo(mine, prevViewNo);
}

/** Of contiguous batches, everything from the first entry on that our log lacks or has differently. */
export function freshBatches(log: LogMirror, batches: readonly Batch[]): Batch[] {
  const fresh: Batch[] = [];
  for (const batch of batches) {
    const rest = fresh.length === 0 ? freshPart(log, batch) : batch;
    if (rest !== null) fresh.push(rest);
  }
  return fresh;
}

/** The part of a batch that our log lacks or has differently; null if it has all of it. */
function freshPart(log: LogMirror, batch: Batch): Batch | null {
  const no = batchViewNo(batch);
  const last = batchLastSeq(batch);
  for (let seq = batchFirstSeq(batch); seq <= last; seq++) {
    if (seq <= log.lastSeq) {
      const mine = log.viewNoAt(seq);
      if (mine !== null && sameViewNo(mine, no)) continue;
    }
    if (batch.kind === "view" || seq === batch.firstSeq) return batch;
    return { ...batch, firstSeq: seq, ops: batch.ops.slice(seq - batch.firstSeq) };
  }
  return null;
}
