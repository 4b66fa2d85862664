/**
 * The checksum that ends every Op (op.proto): made by the replica that proposes it, over all
 * bytes before it, and checked by whoever is about to store or to apply the op. Bytes that change
 * in memory, on the path or on a disk are found there, wherever the op was copied meanwhile.
 */
import { asBuffer } from "./wire-reader.ts";

/** Field 15, eight bytes (fixed64). */
const TAG = (15 << 3) | 1;
/** Tag and checksum. */
export const CHECKSUM_BYTES = 9;

/** The encoded op, with its checksum. */
export function withChecksum(op: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(op.length + CHECKSUM_BYTES);
  bytes.set(op);
  bytes[op.length] = TAG;
  bytes.writeBigUInt64LE(Bun.hash.xxHash64(op), op.length + 1);
  return bytes;
}

/** True if the bytes are an op as its proposer wrote it. */
export function isIntact(op: Uint8Array): boolean {
  const end = op.length - CHECKSUM_BYTES;
  if (end < 0 || op[end] !== TAG) return false;
  return asBuffer(op).readBigUInt64LE(end + 1) === Bun.hash.xxHash64(op.subarray(0, end));
}
