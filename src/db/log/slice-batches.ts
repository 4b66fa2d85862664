/** Cutting batches to a range of seqs. The ops themselves are shared, never copied. */
import { batchFirstSeq, batchLastSeq, type Batch } from "../../election/frame.ts";
import type { Seq } from "../../election/view.ts";

/** The part of each batch that lies in [fromSeq, upTo]; batches must touch that range. */
export function sliceBatches(batches: Batch[], fromSeq: Seq, upTo: Seq): Batch[] {
  const first = batches[0];
  if (first !== undefined) batches[0] = sliceBatch(first, fromSeq, upTo);
  const end = batches.length - 1;
  const last = batches[end];
  if (last !== undefined) batches[end] = sliceBatch(last, fromSeq, upTo);
  return batches;
}

function sliceBatch(batch: Batch, fromSeq: Seq, upTo: Seq): Batch {
  const first = batchFirstSeq(batch);
  const from = Math.max(first, fromSeq);
  const to = Math.min(batchLastSeq(batch), upTo);
  if (batch.kind === "view" || (from === first && to === batchLastSeq(batch))) return batch;
  return { kind: "op", viewNo: batch.viewNo, firstSeq: from, ops: batch.ops.slice(from - first, to - first + 1) };
}
