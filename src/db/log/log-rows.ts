/** Converts rows of log.db to batches and back. Every row that is read is verified. */
import { batchFirstSeq, batchLastSeq, type Batch } from "../../election/frame.ts";
import { StorageDamaged } from "../../election/ports.ts";
import type { Seq, ViewNo } from "../../election/view.ts";
import { NO_BALLOT } from "../../election/view.ts";
import * as codec from "./row-codec.ts";

/** The view number parsed last. Rows that are read together nearly always share theirs. */
let parsed: { readonly key: string; readonly no: ViewNo } = {
  key: "",
  no: { ballot: NO_BALLOT, minor: 0 },
};

/** The batch in a row. Throws StorageDamaged, naming the seq, if the row is not as it was written. */
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

/** The row of a batch; the bytes of its ops are copied into one buffer. */
export function encodeRow(batch: Batch): codec.LogRow {
  return batch.kind === "view" ? codec.viewRow(batch.view) : codec.opRow(batch, codec.packOps(batch.ops).bytes);
}

/** Throws StorageDamaged unless the batches cover [fromSeq, upTo] without a gap. */
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
