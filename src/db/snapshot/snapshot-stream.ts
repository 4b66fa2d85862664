/**
 * A snapshot as a stream of bytes: a wire format between replicas.
 *
 *   "LWSNAP01"  followed by records: type (1 byte), length (4 bytes, little endian), payload
 *   header      JSON: the fields of StagedSnapshot except its ref, the size of the state file, the schema number
 *   row*        rows of log.db in order, with their original checksums
 *   state*      the state's database file, in pieces
 *   end         SHA-256 of every byte before this record
 *
 * The borders of the transport's chunks mean nothing. The whole snapshot is refused if its records
 * are in another order, if bytes follow the end, or if the end is missing or does not match.
 */
import type { StagedSnapshot } from "../../election/event.ts";
import { StorageDamaged } from "../../election/ports.ts";
import type { View } from "../../election/view.ts";
import * as codec from "../log/row-codec.ts";

/** Maximum length of a chunk that is passed to the transport, in bytes. */
export const CHUNK_BYTES_MAX = 256 * 1024;

/** A record that claims to be longer than this is damaged. The largest valid one is a row of 512 large ops. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

const MAGIC = new TextEncoder().encode("LWSNAP01");
const PREFIX_BYTES = 5;
const RECORD = { header: 1, row: 2, state: 3, end: 4 } as const;

/** A snapshot could not be offered, or the one received is not whole. The message says why; try again later. */
export class SnapshotFailed extends Error {
  override readonly name = "SnapshotFailed";
}

/** The header record. */
export interface StreamHeader extends Omit<StagedSnapshot, "ref"> {
  /** Size of the state file. */
  readonly stateBytes: number;
  /** The schema number of the state. A receiver migrates an older state and refuses a newer one. */
  readonly schema: number;
}

/** A record of the stream, except the end. */
export type SnapshotRecord =
  | { readonly kind: "header"; readonly header: StreamHeader }
  | { readonly kind: "row"; readonly row: codec.LogRow }
  | { readonly kind: "state"; readonly bytes: Uint8Array };

/** Encodes the records as a stream, in chunks of at most CHUNK_BYTES_MAX. */
export async function* encodeSnapshot(records: AsyncIterable<SnapshotRecord>): AsyncGenerator<Uint8Array> {
  const hasher = new Bun.CryptoHasher("sha256");
  let chunk = new Uint8Array(CHUNK_BYTES_MAX);
  let used = 0;
  function* put(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + CHUNK_BYTES_MAX - used);
      chunk.set(piece, used);
      used += piece.length;
      at += piece.length;
      if (used < CHUNK_BYTES_MAX) continue;
      yield chunk;
      chunk = new Uint8Array(CHUNK_BYTES_MAX);
      used = 0;
    }
  }
  hasher.update(MAGIC);
  yield* put(MAGIC);
  for await (const record of records) {
    for (const bytes of encodeRecord(record)) {
      hasher.update(bytes);
      yield* put(bytes);
    }
  }
  const digest = hasher.digest();
  yield* put(prefix(RECORD.end, digest.length));
  yield* put(digest);
  if (used > 0) yield chunk.subarray(0, used);
}

/**
 * The records of a stream, each verified by itself. Throws SnapshotFailed, and ends only after a matching end record.
 */
export async function* decodeSnapshot(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SnapshotRecord> {
  const hasher = new Bun.CryptoHasher("sha256");
  const input = new ByteQueue();
  let expected: "magic" | "header" | "any" | "state" | "nothing" = "magic";
  for await (const chunk of chunks) {
    input.push(chunk);
    if (expected === "magic") {
      const magic = input.take(MAGIC.length);
      if (magic === null) continue;
      if (Buffer.compare(magic, MAGIC) !== 0) throw new SnapshotFailed("not a snapshot of this format");
      hasher.update(magic);
      expected = "header";
    }
    while (expected !== "nothing") {
      const record = input.takeRecord();
      if (record === null) break;
      const { type, head, payload } = record;
      const inOrder =
        (type === RECORD.header) === (expected === "header") && !(type === RECORD.row && expected === "state");
      if (!inOrder) throw new SnapshotFailed("its records are not in order");
      if (type === RECORD.end) {
        if (Buffer.compare(hasher.digest(), payload) !== 0) throw new SnapshotFailed("its checksum does not match");
        expected = "nothing";
        continue;
      }
      hasher.update(head);
      hasher.update(payload);
      expected = type === RECORD.state ? "state" : "any";
      yield decodeRecord(type, payload);
    }
    if (expected === "nothing" && input.size > 0) throw new SnapshotFailed("bytes follow its end");
  }
  if (expected !== "nothing") throw new SnapshotFailed("its end is missing");
}

function encodeRecord(record: SnapshotRecord): Uint8Array[] {
  switch (record.kind) {
    case "header": {
      const { header } = record;
      const lineage = header.lineage.map((view): unknown => JSON.parse(codec.encodeView(view)));
      const payload = new TextEncoder().encode(JSON.stringify({ ...header, lineage }));
      return [prefix(RECORD.header, payload.length), payload];
    }
    case "row": {
      const { bytes, ...place } = record.row;
      const head = new TextEncoder().encode(JSON.stringify(place));
      const headBytes = new Uint8Array(2);
      new DataView(headBytes.buffer).setUint16(0, head.length, true);
      return [prefix(RECORD.row, 2 + head.length + bytes.length), headBytes, head, bytes];
    }
    case "state":
      return [prefix(RECORD.state, record.bytes.length), record.bytes];
  }
}

function decodeRecord(type: number, payload: Uint8Array): SnapshotRecord {
  try {
    if (type === RECORD.header) return { kind: "header", header: decodeHeader(payload) };
    if (type === RECORD.row) return { kind: "row", row: decodeSentRow(payload) };
    if (type === RECORD.state) return { kind: "state", bytes: payload };
  } catch (error) {
    if (error instanceof StorageDamaged || error instanceof SyntaxError) throw new SnapshotFailed(error.message);
    throw error;
  }
  throw new SnapshotFailed("a record of an unknown type");
}

function decodeHeader(payload: Uint8Array): StreamHeader {
  const header = codec.object(JSON.parse(new TextDecoder().decode(payload)), "header");
  const ballot = codec.object(header["ballot"], "ballot");
  return {
    ballot: {
      counter: codec.int(ballot["counter"], "counter"),
      replicaId: codec.int(ballot["replicaId"], "replicaId"),
      nonce: codec.text(ballot["nonce"], "nonce"),
    },
    lineage: codec.list(header["lineage"], "lineage").map((view): View => codec.decodeView(JSON.stringify(view))),
    logFirstSeq: codec.int(header["logFirstSeq"], "logFirstSeq"),
    appliedSeq: codec.int(header["appliedSeq"], "appliedSeq"),
    commonSeq: codec.int(header["commonSeq"], "commonSeq"),
    stateBytes: codec.int(header["stateBytes"], "stateBytes"),
    schema: codec.int(header["schema"], "schema"),
  };
}

function decodeSentRow(payload: Uint8Array): codec.LogRow {
  if (payload.length < 2) throw new StorageDamaged("log", "a row is cut short");
  const headLength = payload[0]! | (payload[1]! << 8);
  const head = codec.object(JSON.parse(new TextDecoder().decode(payload.subarray(2, 2 + headLength))), "row");
  const kind = codec.int(head["kind"], "kind");
  if (kind !== codec.OP_ROW && kind !== codec.VIEW_ROW) throw new StorageDamaged("log", "a row of an unknown kind");
  const row: codec.LogRow = {
    firstSeq: codec.int(head["firstSeq"], "firstSeq"),
    lastSeq: codec.int(head["lastSeq"], "lastSeq"),
    viewKey: codec.text(head["viewKey"], "viewKey"),
    kind,
    bytes: payload.slice(2 + headLength),
    checksum: codec.int(head["checksum"], "checksum"),
  };
  codec.verifyRow(row);
  return row;
}

function prefix(type: number, length: number): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(1, length, true);
  return bytes;
}

/** Bytes that have arrived and are not decoded yet. */
class ByteQueue {
  #chunks: Uint8Array[] = [];
  size = 0;

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }

  /** Removes and returns the next `count` bytes; null if not all of them have arrived. */
  take(count: number): Uint8Array | null {
    const taken = this.peek(count);
    if (taken === null) return null;
    this.size -= count;
    for (let left = count; left > 0;) {
      const first = this.#chunks[0]!;
      if (first.length > left) {
        this.#chunks[0] = first.subarray(left);
        break;
      }
      this.#chunks.shift();
      left -= first.length;
    }
    return taken;
  }

  /** Like `take`, but leaves the bytes in the queue. */
  peek(count: number): Uint8Array | null {
    if (this.size < count) return null;
    const first = this.#chunks[0];
    if (first === undefined || first.length >= count) return first?.subarray(0, count) ?? new Uint8Array(0);
    const joined = new Uint8Array(count);
    let at = 0;
    for (const chunk of this.#chunks) {
      const piece = chunk.subarray(0, count - at);
      joined.set(piece, at);
      at += piece.length;
      if (at === count) break;
    }
    return joined;
  }

  /** The next record; null until all of it has arrived. Throws SnapshotFailed for an impossible length. */
  takeRecord(): { readonly type: number; readonly head: Uint8Array; readonly payload: Uint8Array } | null {
    const head = this.peek(PREFIX_BYTES);
    if (head === null) return null;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(1, true);
    if (length > RECORD_BYTES_MAX) throw new SnapshotFailed("a record is too long");
    if (this.size < PREFIX_BYTES + length) return null;
    this.take(PREFIX_BYTES);
    return { type: head[0]!, head, payload: this.take(length)! };
  }
}
