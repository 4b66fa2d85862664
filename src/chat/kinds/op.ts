/**
 * The op: what the log holds, in the shape that the rules read. Bytes in, value out, and
 * back; the wire form is proto/op.proto, and each kind reads its own payload (kinds.ts). An
 * op is identified by `opKey`: who, the client's id, and what was asked, but not when or by
 * which replica, so that a repeat and a recovered copy have the same key.
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

/** The log holds something of a newer version: the process must stop rather than skip it. */
export class FormatTooNew extends Error {
  override readonly name = "FormatTooNew";
  /** The format that is too new. */
  readonly format: number;
  /** Field number of a kind that is not known here, as in op.proto; null if none was met. */
  readonly kind: number | null;
  /** The version of lastword that brought it in, as far as that is known. */
  readonly version: string | null;

  constructor(format: number, kind: number | null = null, version: string | null = null) {
    super(kind === null ? `op format ${format}` : `op format ${format}, kind ${kind}`);
    this.format = format;
    this.kind = kind;
    this.version = version;
  }
}

/** The bytes are not what the op's proposer wrote: a disk, a memory or a path has changed them. */
export class DamagedOp extends Error {
  override readonly name = "DamagedOp";
}

/** The envelope's fields are below, the kinds from here on. */
const KIND_MIN = 16;

/** Encodes an op for the log, with the checksum that stays with it. */
export function encodeOp(op: Op): Uint8Array {
  const { user, clientId, timeMicros, origin, recovered, body } = op;
  // The encoder takes what the message has and leaves the body's own `kind` out.
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
 * Reads an op from the log's bytes. Throws DamagedOp if its checksum does not match, FormatTooNew for a format of a
 * later version, MalformedOp for anything else that is no op. A kind that its own format has not is of the latter:
 * no version writes it so, and all of them, the later ones too, record it as one that could not be read.
 */
export function decodeOp(bytes: Uint8Array): Op {
  if (!isIntact(bytes)) throw new DamagedOp("an op is not what its proposer wrote");
  const message = bytes.subarray(0, -CHECKSUM_BYTES);
  let wire: Decoded<WireOp>;
  try {
    wire = OP_TYPE.decode(message);
  } catch (cause) {
    // A later format may have given a field another type.
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

/** A kind whose payload is that of its name. */
type NamedKind = Omit<Kind<OpBody>, "read"> & { read(payload: object): OpBody };

const KIND_NAMED = new Map(Object.entries(KINDS) as unknown as [string, NamedKind][]);

/** The format, 0 if there is none, and the number of the kind if it is not of the table; as far as the bytes can be read. */
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
    // What was read before says enough.
  }
  return { format, kind };
}

const FORMAT_FIELD = 1;

/**
 * Marks an op of a lost branch before it is proposed again; the first origin stays. Nothing was written later
 * than now: a branch that was alone with a wrong clock may say so. `nowMicros` is null if now is not known either.
 */
export function markRecovered(bytes: Uint8Array, origin: Origin, nowMicros: number | null = null): Uint8Array {
  const op = decodeOp(bytes);
  if (op.recovered) return bytes;
  const timeMicros = nowMicros === null ? op.timeMicros : Math.min(op.timeMicros, Math.floor(nowMicros));
  return encodeOp({ ...op, timeMicros, recovered: true, origin });
}

/**
 * What the request asks for, as 22 characters of a SHA-256: equal for a repeat, different
 * for other content under the same client id. Leaves out what the proposer drew or looked
 * up (password salts, tokens, what was unread), because a retry draws it anew.
 */
export function requestHash({ body }: Pick<Op, "body">): string {
  return Bun.SHA256.hash(`${body.kind}\0${kindOf(body).content(body)}`, "base64url").slice(0, 22);
}

/** Identity of an op between its proposer and apply; see the top of this file. */
export function keyOf(op: Op, hash: string = requestHash(op)): string {
  return `${op.user}-${op.clientId}-${hash.slice(0, 8)}`;
}

/** `keyOf` from bytes; "" if the bytes are no op. Throws FormatTooNew and DamagedOp. */
export function opKey(bytes: Uint8Array): string {
  try {
    return keyOf(decodeOp(bytes));
  } catch (error) {
    if (error instanceof MalformedOp) return "";
    throw error;
  }
}
