/**
 * Encodes and decodes ops: the bytes in the log are messages of proto/op.proto, the values are
 * what the rules read. Each kind reads its own payload (kinds.ts). `opKey` identifies an op by
 * its user, its client id and its content, but not by its time or its replica, so a repeat and
 * a recovered copy have the same key.
 */
import protobuf from "protobufjs";
import type { WireOp } from "../../../proto/gen/lastword/v1/Op.ts";
import type { Decoded } from "../../../proto/message-type.ts";
import { CHECKSUM_BYTES, isIntact, withChecksum } from "../../../proto/op-checksum.ts";
import { MalformedOp, type Kind, type OpHead, type Origin } from "./kind.ts";
import { kindOf, KINDS, OP_FORMAT, type OpBody } from "./kinds.ts";
import { OP_TYPE } from "./op-types.ts";

/** One change of the chat. */
export interface Op extends OpHead {
  readonly body: OpBody;
}

/** The log holds an op of a newer version. The process must stop rather than skip it. */
export class FormatTooNew extends Error {
  override readonly name = "FormatTooNew";
  readonly format: number;
  /** Field number in op.proto of a kind that this version does not know; null if the op has none. */
  readonly kind: number | null;
  /** Version of the executable that enabled the format; null if not known. */
  readonly version: string | null;

  constructor(format: number, kind: number | null = null, version: string | null = null) {
    super(kind === null ? `op format ${format}` : `op format ${format}, kind ${kind}`);
    this.format = format;
    this.kind = kind;
    this.version = version;
  }
}

/** The bytes are not what the op's proposer wrote: a disk, memory or the network has changed them. */
export class DamagedOp extends Error {
  override readonly name = "DamagedOp";
}

/** Field numbers of kinds begin here; the envelope's fields have lower numbers. */
const KIND_MIN = 16;

/** Encodes an op for the log, together with the checksum that it keeps from then on. */
export function encodeOp(op: Op): Uint8Array {
  const { user, clientId, timeMicros, origin, recovered, body } = op;
  // The encoder ignores properties that are not fields of the message, such as the body's `kind`.
  const bytes = OP_TYPE.encode({
    format: kindOf(body).since,
    user,
    clientId,
    timeMicros,
    origin,
    recovered,
    [body.kind]: body,
  });
  return withChecksum(bytes);
}

/**
 * Decodes an op. Throws DamagedOp if its checksum does not match, FormatTooNew if its format is of a later version,
 * and MalformedOp for anything else that is not an op. That includes a kind that the op's own format does not have:
 * no version writes such an op, and every version, later ones included, records it as unreadable.
 */
export function decodeOp(bytes: Uint8Array): Op {
  if (!isIntact(bytes)) throw new DamagedOp("an op is not what its proposer wrote");
  const message = bytes.subarray(0, -CHECKSUM_BYTES);
  let wire: Decoded<WireOp>;
  try {
    wire = OP_TYPE.decode(message);
  } catch (cause) {
    // A later format may have changed the type of a field.
    const { format, kind } = lookOver(message);
    if (format > OP_FORMAT) throw new FormatTooNew(format, kind);
    throw new MalformedOp("bytes of an op cannot be decoded", { cause });
  }
  const { format, payload } = wire;
  const kind = payload === undefined ? undefined : KIND_NAMED.get(payload);
  if (format > OP_FORMAT) throw new FormatTooNew(format, lookOver(message).kind);
  if (format === 0) throw new MalformedOp("op without a format");
  if (kind === undefined || kind.since > format) throw new MalformedOp("op without a payload of its format");
  const { user, clientId, timeMicros, origin, recovered } = wire;
  return { user, clientId, timeMicros, origin, recovered, body: kind.read(wire[payload!]!) };
}

/** A kind whose `read` accepts any payload; the caller passes the one that the kind's name selects. */
type NamedKind = Omit<Kind<OpBody>, "read"> & { read(payload: object): OpBody };

const KIND_NAMED = new Map(Object.entries(KINDS) as unknown as [string, NamedKind][]);

/**
 * Reads as much of the bytes as can be read: the format (0 if there is none), and the field number of a kind that is
 * not in the table.
 */
function lookOver(message: Uint8Array): { readonly format: number; readonly kind: number | null } {
  let format = 0;
  let kind: number | null = null;
  const reader = protobuf.Reader.create(message);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      const name = OP_TYPE.type.fieldsById[field]?.name ?? "";
      if (field === FORMAT_FIELD && (tag & 7) === 0) {
        format = reader.uint32();
        continue;
      }
      if (field >= KIND_MIN && !KIND_NAMED.has(name)) kind = field;
      reader.skipType(tag & 7);
    }
  } catch {
    // What was read so far is enough.
  }
  return { format, kind };
}

const FORMAT_FIELD = 1;

/**
 * Marks an op of a losing branch as recovered before it is proposed again. An op that is already marked keeps its
 * first origin. A time in the future, which a branch with a wrong clock may have written, is reduced to `nowMicros`
 * (microseconds since 1970; null if this replica does not know the time either). Throws as `decodeOp` does.
 */
export function markRecovered(bytes: Uint8Array, origin: Origin, nowMicros: number | null = null): Uint8Array {
  const op = decodeOp(bytes);
  if (op.recovered) return bytes;
  const timeMicros = nowMicros === null ? op.timeMicros : Math.min(op.timeMicros, Math.floor(nowMicros));
  return encodeOp({ ...op, timeMicros, recovered: true, origin });
}

/**
 * A hash of what the request asks for: the first 22 base64url characters of a SHA-256. It is
 * equal for a repeat and different for other content under the same client id. It omits what
 * the proposer drew or looked up (password salts, tokens, unread messages), because a retry
 * draws or looks it up again.
 */
export function requestHash({ body }: Pick<Op, "body">): string {
  return Bun.SHA256.hash(`${body.kind}\0${kindOf(body).content(body)}`, "base64url").slice(0, 22);
}

/** Identifies an op between its proposer and apply; see the top of this file. */
export function keyOf(op: Op, hash: string = requestHash(op)): string {
  return `${op.user}-${op.clientId}-${hash.slice(0, 8)}`;
}

/** `keyOf` for encoded bytes; "" if the bytes are not an op. Throws FormatTooNew and DamagedOp. */
export function opKey(bytes: Uint8Array): string {
  try {
    return keyOf(decodeOp(bytes));
  } catch (error) {
    if (error instanceof MalformedOp) return "";
    throw error;
  }
}
