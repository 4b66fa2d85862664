/** From rows of log.db to batches, every one verified. */
import { batchFirstSeq, batchLastSeq, type Batch } from "../../election/frame.ts";
import { StorageDamaged } from "../../election/ports.ts";
import type { Seq, ViewNo } from "../../election/view.ts";
import { NO_BALLOT } from "../../election/view.ts";
import * as codec from "./row-codec.ts";

/** Nearly all rows that are read together share a view number: it is parsed once. */
let parsed: { readonly key: string; readonly no: ViewNo } = {
  key: "",
  no: { ballot: NO_BALLOT, minor: 0 },
};

/** Throws StorageDamaged, naming the seq. */
export function decodeRow(row: codec.LogRow): Batch {
  codec.verifyRow(row);
  if (row.kind === codec.VIEW_ROW) {
    return {
      kind: "view",
      view: codec.decodeView(new TextDecoder().decode(row.bytes)),
    };
  }
  if (parsed.key !== row.viewKey) {
    parsed = { key: row.viewKey, no: codec.parseViewNoKey(row.viewKey) };
  }
  const count = row.lastSeq - row.firstSeq + 1;
  return {
    kind: "op",
    viewNo: parsed.no,
    firstSeq: row.firstSeq,
    ops: codec.unpackOps(row.bytes, count),
  };
}

/** The row of a batch, its bytes copied together. */
export function encodeRow(batch: Batch): codec.LogRow {
  return batch.kind === "view" ? codec.viewRow(batch.view) : codec.opRow(batch, codec.packOps(batch.ops).bytes);
}

/** Throws StorageDamaged unless the batches hold fromSeq and follow one another. */
export function checkContiguous(batches: readonly Batch[], fromSeq: Seq, upTo: Seq): void {
  let next = fromSeq;
  for (const batch of batches) {
    if (batchFirstSeq(batch) > next || batchLastSeq(batch) < next) {
      throw missingRow(next);
    }
    next = batchLastSeq(batch) + 1;
  }
  if (next <= upTo) throw missingRow(next);
}

/** The error for a gap in the log. */
export function missingRow(seq: Seq): StorageDamaged {
  return new StorageDamaged("log", `log.db: the row at seq ${seq} is missing`);
}
