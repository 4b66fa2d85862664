/**
 * The checksum at the end of every Op (op.proto). The proposer makes it over all bytes before it, and
 * each replica checks it before it stores or applies the op. It detects bytes that changed in a
 * memory, on the network or on a disk, wherever the op was copied.
 */
import { asBuffer } from "./wire-reader.ts";

/** The tag of field 15, which has eight bytes (fixed64). */
const TAG = (15 << 3) | 1;
/** Length of the tag and the checksum. */
export const CHECKSUM_BYTES = 9;

/** The encoded op followed by its checksum. */
export function withChecksum(op: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(op.length + CHECKSUM_BYTES);
  bytes.set(op);
  bytes[op.length] = TAG;
  bytes.writeBigUInt64LE(Bun.hash.xxHash64(op), op.length + 1);
  return bytes;
}

/** True if the bytes are an op as its proposer encoded it. */
export function isIntact(op: Uint8Array): boolean {
  const end = op.length - CHECKSUM_BYTES;
  if (end < 0 || op[end] !== TAG) return false;
  return asBuffer(op).readBigUInt64LE(end + 1) === Bun.hash.xxHash64(op.subarray(0, end));
}
