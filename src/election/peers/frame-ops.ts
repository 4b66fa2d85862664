/** Verifies the ops in a frame. Of an op, this folder knows only where its checksum is. */
import { isIntact } from "../../../proto/op-checksum.ts";
import type { Frame } from "../frame.ts";

/** True if every op in the frame is as its proposer encoded it. Every frame is checked before it is delivered. */
export function opsIntact(frame: Frame): boolean {
  if (frame.type === "propose") return frame.ops.every(isIntact);
  if (frame.type !== "append" && frame.type !== "tail") return true;
  return frame.batches.every((batch) => batch.kind !== "op" || batch.ops.every(isIntact));
}
