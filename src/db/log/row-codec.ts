/**
 * The bytes of log.db, an on-disk format. Snapshots carry the same rows.
 *
 * An op row holds its ops one after the other, each preceded by its length (LEB128); the number of
 * ops is last_seq - first_seq + 1. A view row holds the view as JSON, because views are rare and small,
 * and JSON is readable when somebody has to look into a damaged file. Each row has a checksum over
 * its bytes *and* its place (seq, view number, kind), so that an intact row in the wrong place is
 * detected too. Changing anything here needs a new LOG_FORMAT (log-schema.ts).
 */
import { CONSISTENCIES, RECOVERIES } from "../../base/modes.ts";
import { lengthBytes } from "../../../proto/wire-writer.ts";
import { StorageDamaged } from "../../election/ports.ts";
import type { OpBatch } from "../../election/frame.ts";
import type { Member, Seq, View, ViewNo } from "../../election/view.ts";
import { viewNoKey } from "../../election/view.ts";

/** Maximum length of an op, in bytes. Requests are limited to 64 KiB, so nothing longer is an op. */
export const OP_BYTES_MAX = 1024 * 1024;

/** The columns of a row of `log`, in the order of its table. */
export interface LogRow {
  readonly firstSeq: Seq;
  readonly lastSeq: Seq;
  readonly viewKey: string;
  readonly kind: RowKind;
  readonly bytes: Uint8Array;
  readonly checksum: number;
}

/** What a row of `log` holds: a batch of ops, or a view. */
export type RowKind = typeof OP_ROW | typeof VIEW_ROW;
export const OP_ROW = 0;
export const VIEW_ROW = 1;

/** Ops in one buffer, and the same ops as windows into it. They are Buffers, because those decode text fastest. */
export interface PackedOps {
  readonly bytes: Buffer;
  readonly ops: readonly Buffer[];
}

/** Copies the ops into one buffer, so that keeping them does not keep a caller's larger buffer alive. */
export function packOps(ops: readonly Uint8Array[]): PackedOps {
  let size = 0;
  for (const op of ops) size += lengthBytes(op.length) + op.length;
  const bytes = Buffer.allocUnsafeSlow(size);
  const windows: Buffer[] = [];
  let at = 0;
  for (const op of ops) {
    let rest = op.length;
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    bytes.set(op, at);
    windows.push(bytes.subarray(at, at + op.length));
    at += op.length;
  }
  return { bytes, ops: windows };
}

/** The `count` ops of a row, as windows into `row`. Throws StorageDamaged if they do not fill it exactly. */
export function unpackOps(row: Uint8Array, count: number): Buffer[] {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  const ops: Buffer[] = [];
  let at = 0;
  while (at < bytes.length && ops.length < count) {
    let length = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80 && shift <= 21; shift += 7) {
      byte = bytes[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80 || length > OP_BYTES_MAX || at + length > bytes.length) {
      throw new StorageDamaged("log", "an op's length is wrong");
    }
    ops.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length || ops.length !== count) throw new StorageDamaged("log", "a row has the wrong number of ops");
  return ops;
}

/**
 * 52 bits of xxHash64. It detects faults of disks and programs, not an attacker, who could rewrite
 * the checksum as well. xxHash64's output is fixed by a specification, unlike that of Bun's default hash.
 */
function rowChecksum(firstSeq: Seq, lastSeq: Seq, viewKey: string, kind: RowKind, bytes: Uint8Array): number {
  return checksum(`${firstSeq}:${lastSeq}:${viewKey}:${kind}`, bytes);
}

/** Checksum over a place (any text that says where the bytes belong) and the bytes. */
export function checksum(place: string, bytes: Uint8Array | string): number {
  return Number(BigInt.asUintN(52, Bun.hash.xxHash64(bytes, Bun.hash.xxHash64(place))));
}

/** The row of an op batch whose ops are packed in `bytes`. */
export function opRow(batch: OpBatch, bytes: Uint8Array): LogRow {
  const firstSeq = batch.firstSeq;
  const lastSeq = firstSeq + batch.ops.length - 1;
  const viewKey = viewNoKey(batch.viewNo);
  return {
    firstSeq,
    lastSeq,
    viewKey,
    kind: OP_ROW,
    bytes,
    checksum: rowChecksum(firstSeq, lastSeq, viewKey, OP_ROW, bytes),
  };
}

/** The row of a view entry. */
export function viewRow(view: View): LogRow {
  const seq = view.startSeq;
  const viewKey = viewNoKey(view.no);
  const bytes = new TextEncoder().encode(encodeView(view));
  return {
    firstSeq: seq,
    lastSeq: seq,
    viewKey,
    kind: VIEW_ROW,
    bytes,
    checksum: rowChecksum(seq, seq, viewKey, VIEW_ROW, bytes),
  };
}

/** Throws StorageDamaged, naming the seq, if the checksum does not match. */
export function verifyRow(row: LogRow): void {
  if (row.checksum !== rowChecksum(row.firstSeq, row.lastSeq, row.viewKey, row.kind, row.bytes)) {
    throw new StorageDamaged("log", `log.db: checksum of the row at seq ${row.firstSeq} does not match`);
  }
}

/** JSON with the fields in a fixed order, so that equal views have equal bytes on every replica. */
export function encodeView(view: View): string {
  const { ballot, minor } = view.no;
  return JSON.stringify({
    no: { ballot: { counter: ballot.counter, replicaId: ballot.replicaId, nonce: ballot.nonce }, minor },
    startSeq: view.startSeq,
    leader: view.leader,
    members: view.members.map((m) => ({ replicaId: m.replicaId, storeId: m.storeId })),
    forkRisk: view.forkRisk,
    consistency: view.consistency,
    recovery: view.recovery,
  });
}

/** The inverse of {@link encodeView}. Throws StorageDamaged. */
export function decodeView(text: string): View {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StorageDamaged("log", "a view is not JSON");
  }
  const view = object(value, "view");
  const forkRisk = view["forkRisk"];
  return {
    no: viewNoOf(view["no"]),
    startSeq: int(view["startSeq"], "startSeq"),
    leader: int(view["leader"], "leader"),
    members: list(view["members"], "members").map(memberOf),
    forkRisk: forkRisk === null ? null : list(forkRisk, "forkRisk").map((id) => int(id, "forkRisk")),
    consistency: oneOf(view["consistency"], CONSISTENCIES),
    recovery: oneOf(view["recovery"], RECOVERIES),
  };
}

/** The inverse of viewNoKey. Throws StorageDamaged. */
export function parseViewNoKey(key: string): ViewNo {
  const parts = key.split(".");
  const [counter, replicaId, nonce, minor] = parts;
  if (parts.length !== 4 || nonce === undefined) throw new StorageDamaged("log", "a view number has the wrong form");
  return {
    ballot: { counter: int(Number(counter), "counter"), replicaId: int(Number(replicaId), "replicaId"), nonce },
    minor: int(Number(minor), "minor"),
  };
}

function viewNoOf(value: unknown): ViewNo {
  const no = object(value, "no");
  const ballot = object(no["ballot"], "ballot");
  return {
    ballot: {
      counter: int(ballot["counter"], "counter"),
      replicaId: int(ballot["replicaId"], "replicaId"),
      nonce: text(ballot["nonce"], "nonce"),
    },
    minor: int(no["minor"], "minor"),
  };
}

function memberOf(value: unknown): Member {
  const member = object(value, "member");
  return { replicaId: int(member["replicaId"], "replicaId"), storeId: text(member["storeId"], "storeId") };
}

/** The value as an object with unknown fields. Throws StorageDamaged, naming `what`, if it is none. */
export function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new StorageDamaged("log", `${what} is not an object`);
  return value as Record<string, unknown>;
}

/** The value as a list. Throws StorageDamaged, naming `what`, if it is none. */
export function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new StorageDamaged("log", `${what} is not a list`);
  return value;
}

/** The value as a whole number from 0. Throws StorageDamaged, naming `what`, if it is none. */
export function int(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new StorageDamaged("log", `${what} is not a whole number`);
  }
  return value;
}

/** The value as text. Throws StorageDamaged, naming `what`, if it is none. */
export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new StorageDamaged("log", `${what} is not text`);
  return value;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new StorageDamaged("log", "a view names an unknown mode");
  return found;
}
