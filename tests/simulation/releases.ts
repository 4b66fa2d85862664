/**
 * Two releases in one run. The second one understands one more op format, has other tables, and knows a newer protocol.
 * Its ops are those of the first with another format number, because the runs test which replicas may get an op and
 * when, not what it does.
 */
import { withChecksum, CHECKSUM_BYTES } from "../../proto/op-checksum.ts";
import { opFormat } from "../../proto/op-format.ts";
import { applyOp, type ApplyOp } from "../../src/chat/kinds/apply.ts";
import { decodeOp, FormatTooNew, keyOf } from "../../src/chat/kinds/op.ts";
import type { Batch } from "../../src/election/frame.ts";
import type { Release } from "../../src/election/release.ts";
import { SECOND } from "../support/releases.ts";

/** Offset of the value of field 1 of an Op, which comes first and takes one byte here. */
const FORMAT_AT = 1;

const made = new WeakMap<Uint8Array, Map<number, Uint8Array>>();

/** The op with this format number. It is the same array for the same op each time, because replicas share arrays. */
export function inFormat(op: Uint8Array, format: number): Uint8Array {
  if (opFormat(op) === format) return op;
  const others = made.get(op) ?? new Map<number, Uint8Array>();
  made.set(op, others);
  let other = others.get(format);
  if (other === undefined) {
    // Copy it, because a slice of a Buffer is a view into the Buffer.
    const bytes = Uint8Array.from(op.subarray(0, -CHECKSUM_BYTES));
    bytes[FORMAT_AT] = format;
    other = withChecksum(bytes);
    others.set(format, other);
  }
  return other;
}

/** The rules of the second release: those of the first, and an op of the new format that enables this format. */
export const RULES_OF_BOTH: ApplyOp = (bytes, seq, rows) => {
  try {
    return applyOp(inFormat(bytes, 1), seq, rows);
  } catch (error) {
    if (!(error instanceof FormatTooNew) || error.format !== SECOND.opFormat) throw error;
    const op = decodeOp(bytes);
    if (error.format > rows.opFormat()) rows.enableFormat(error.format, error.version ?? "", seq);
    const { timeMicros, recovered } = op;
    return { seq, key: keyOf(op), result: { kind: "done", seq, repeated: false }, facts: [], timeMicros, recovered };
  }
};

/** How a release judges these batches: `early`: an op before its format is in force; `tooNew`: an unknown format. */
export function judge(
  batches: readonly Batch[],
  from: { readonly inForce: number; readonly release: Release },
): "fine" | "early" | "tooNew" {
  let { inForce } = from;
  for (const batch of batches) {
    for (const op of batch.kind === "op" ? batch.ops : []) {
      inForce = Math.max(inForce, enabledBy(op));
      if (inForce > from.release.opFormat) return "tooNew";
      if (opFormat(op) > inForce) return "early";
    }
  }
  return "fine";
}

const enabling = new WeakMap<Uint8Array, number>();

/** The format that the op enables; 0 if it enables none. */
export function enabledBy(op: Uint8Array): number {
  if (opFormat(op) !== 1) return 0;
  let format = enabling.get(op);
  if (format === undefined) {
    const { body, recovered } = decodeOp(op);
    format = body.kind === "enable" && !recovered ? body.format : 0;
    enabling.set(op, format);
  }
  return format;
}
