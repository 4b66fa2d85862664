/** The ops that a frame carries, as bytes whose checksum is known here and nothing else. */
import { isIntact } from "../../../proto/op-checksum.ts";
import type { Frame } from "../frame.ts";

/** True if every op in the frame is as its proposer wrote it. Asked of each frame before it is taken. */
export function opsIntact(frame: Frame): boolean {
  if (frame.type === "propose") return frame.ops.every(isIntact);
  if (frame.type !== "append" && frame.type !== "tail") return true;
  return frame.batches.every((batch) => batch.kind !== "op" || batch.ops.every(isIntact));
}
