/**
 * The op: what the log holds, in the shape that the rules read. Bytes in, value out, and
 * back; the wire form is proto/op.proto. An op is identified by `opKey`: who, the client's
 * id, and what was asked, but not when or by which replica, so that a repeat and a
 * recovered copy have the same key.
 */
import protobuf from "protobufjs";
import { decodeMessage, uint64Of } from "../../../proto/wire-reader.ts";
import { CHECKSUM_BYTES, isIntact, withChecksum } from "../../../proto/op-checksum.ts";
import { encodeMessage } from "../../../proto/wire-writer.ts";
import { opDescriptor } from "./op-descriptor.macro.ts" with { type: "macro" };

/** Newest format this executable understands. */
export const OP_FORMAT = 1;

/** Where a recovered op came from. */
export interface Origin {
  readonly replica: number;
  /** View key of the branch; empty if not known. */
  readonly view: string;
}

/** A login in the making: the token's hash, never the token. */
export interface NewSession {
  readonly id: string;
  readonly tokenHash: string;
  /** What the login was made with, in words of ours; absent if not known. */
  readonly device?: string;
}

/** What an op does. Fields as in op.proto. */
export type OpBody =
  | {
      readonly kind: "register";
      readonly name: string;
      readonly folded: string;
      readonly passwordHash: string;
      readonly session: NewSession;
      /** How the name looks; absent or "": as `folded`. */
      readonly skeleton?: string;
      /** Counts only if there is no account yet; absent: counts anyway. */
      readonly first?: boolean;
    }
  | { readonly kind: "login"; readonly session: NewSession; readonly checked: string }
  | { readonly kind: "endSession"; readonly session: string }
  | {
      readonly kind: "changePassword";
      readonly passwordHash: string;
      readonly keepSession: string;
      readonly checked: string;
    }
  | { readonly kind: "deleteAccount"; readonly deleteMessages: boolean; readonly checked: string }
  | { readonly kind: "sendMessage"; readonly conversation: string; readonly body: string; readonly readUpTo: string }
  | { readonly kind: "markRead"; readonly ids: readonly string[] }
  | {
      readonly kind: "markAllRead";
      readonly conversation: string;
      readonly upTo: string;
      readonly ids: readonly string[];
    }
  | { readonly kind: "deleteMessages"; readonly ids: readonly string[] }
  | { readonly kind: "touch"; readonly session: string }
  | { readonly kind: "endOtherSessions"; readonly keepSession: string };

export type OpKind = OpBody["kind"];

/** One change of the chat. */
export interface Op {
  readonly user: string;
  readonly clientId: string;
  readonly timeMicros: number;
  readonly origin: Origin | null;
  readonly recovered: boolean;
  readonly body: OpBody;
}

/** What came of an op; of one that sent no message, a part is recorded: see Result in op.proto. */
export interface OpResult {
  /** Code of errors.ts, or "". */
  readonly error: string;
  readonly conversation: string;
  readonly seq: number;
  readonly session: string;
  readonly repeated: boolean;
  /** Of a message just sent; else 0. */
  readonly timeMicros: number;
}

/** The log holds something of a newer version: the process must stop rather than skip it. */
export class FormatTooNew extends Error {
  override readonly name = "FormatTooNew";
  /** The version of lastword that brought it in, as far as that is known. */
  readonly version: string | null;

  constructor(what: string, version: string | null = null) {
    super(what);
    this.version = version;
  }
}

/** The bytes are not what the op's proposer wrote: a disk, a memory or a path has changed them. */
export class DamagedOp extends Error {
  override readonly name = "DamagedOp";
}

/** The bytes are no op at all. */
export class MalformedOp extends Error {
  override readonly name = "MalformedOp";
}

const KIND_NUMBER: Record<OpKind, number> = {
  register: 16,
  login: 17,
  endSession: 18,
  changePassword: 19,
  deleteAccount: 20,
  sendMessage: 21,
  markRead: 22,
  markAllRead: 23,
  deleteMessages: 24,
  touch: 25,
  endOtherSessions: 26,
};

const KIND_OF = new Map<number, OpKind>(Object.entries(KIND_NUMBER).map(([kind, number]) => [number, kind as OpKind]));

const root = protobuf.Root.fromJSON(JSON.parse(opDescriptor()) as protobuf.INamespace);
const OpType = root.lookupType("lastword.v1.Op");
const ResultType = root.lookupType("lastword.v1.Result");

/** What protobufjs decodes; defaults sit on the prototype, so every scalar is there. */
interface WireOp {
  format: number;
  kind: number;
  user: string;
  clientId: string;
  timeMicros: unknown;
  origin: Origin | null;
  recovered: boolean;
  payload?: string;
  [payload: string]: unknown;
}

/** Encodes an op for the log, with the checksum that stays with it. */
export function encodeOp(op: Op): Uint8Array {
  const { user, clientId, timeMicros, origin, recovered, body } = op;
  const kind = KIND_NUMBER[body.kind];
  // The encoder takes what the message has and leaves the body's own `kind` out.
  const bytes = encodeMessage(OpType, {
    format: OP_FORMAT,
    kind,
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
 * Reads an op from the log's bytes. Throws DamagedOp if its checksum does not match, FormatTooNew for a kind or
 * format of a later version, MalformedOp for anything else that is no op.
 */
export function decodeOp(bytes: Uint8Array): Op {
  if (!isIntact(bytes)) throw new DamagedOp("an op is not what its proposer wrote");
  let wire: WireOp;
  try {
    wire = decodeMessage(OpType, bytes.subarray(0, -CHECKSUM_BYTES)) as unknown as WireOp;
  } catch (cause) {
    throw new MalformedOp("bytes of an op cannot be decoded", { cause });
  }
  if (wire.format > OP_FORMAT) throw new FormatTooNew(`op format ${wire.format}`);
  const kind = KIND_OF.get(wire.kind);
  if (wire.format === 0) throw new MalformedOp("op without a format");
  if (kind === undefined) throw new FormatTooNew(`op kind ${wire.kind}`);
  return {
    user: wire.user,
    clientId: wire.clientId,
    timeMicros: uint64Of(wire.timeMicros),
    origin: wire.origin ?? null,
    recovered: wire.recovered,
    body: bodyOf(kind, wire[kind]),
  };
}

/** Rebuilds the payload as a plain object, so that no rule ever sees a prototype of the decoder. */
function bodyOf(kind: OpKind, payload: unknown): OpBody {
  if (typeof payload !== "object" || payload === null) throw new MalformedOp(`op of kind ${kind} without its payload`);
  const p = payload as Record<string, never>;
  if ((kind === "register" || kind === "login") && !p["session"]) throw new MalformedOp(`${kind} without a session`);
  switch (kind) {
    case "sendMessage":
      return { kind, conversation: p["conversation"]!, body: p["body"]!, readUpTo: p["readUpTo"]! };
    case "register":
      return {
        kind,
        name: p["name"]!,
        folded: p["folded"]!,
        passwordHash: p["passwordHash"]!,
        session: p["session"]!,
        skeleton: p["skeleton"]!,
        first: p["first"]!,
      };
    case "login":
      return { kind, session: p["session"]!, checked: p["checked"]! };
    case "endSession":
    case "touch":
      return { kind, session: p["session"]! };
    case "endOtherSessions":
      return { kind, keepSession: p["keepSession"]! };
    case "changePassword":
      return { kind, passwordHash: p["passwordHash"]!, keepSession: p["keepSession"]!, checked: p["checked"]! };
    case "deleteAccount":
      return { kind, deleteMessages: p["deleteMessages"]!, checked: p["checked"]! };
    case "markRead":
    case "deleteMessages":
      return { kind, ids: p["ids"]! };
    case "markAllRead":
      return { kind, conversation: p["conversation"]!, upTo: p["upTo"]!, ids: p["ids"]! };
  }
}

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
export function requestHash(op: Op): string {
  return Bun.SHA256.hash(contentOf(op.body), "base64url").slice(0, 22);
}

function contentOf(body: OpBody): string {
  switch (body.kind) {
    case "sendMessage":
      return `sendMessage\0${body.conversation}\0${body.body}`;
    case "register":
      return `register\0${body.folded}`;
    case "login":
      return `login\0${body.session.id}`;
    case "endSession":
    case "touch":
      return `${body.kind}\0${body.session}`;
    case "endOtherSessions":
    case "changePassword":
      return body.kind;
    case "deleteAccount":
      return `deleteAccount\0${String(body.deleteMessages)}`;
    case "markRead":
    case "deleteMessages":
      return `${body.kind}\0${body.ids.join("\0")}`;
    case "markAllRead":
      return `markAllRead\0${body.conversation}`;
  }
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

/** Encodes a result to be recorded: of an op that sent no message. */
export function encodeResult(result: Partial<Pick<OpResult, "error" | "seq" | "session">>): Uint8Array {
  return encodeMessage(ResultType, result);
}

/** Reads a recorded result. */
export function decodeResult(bytes: Uint8Array): OpResult {
  const wire = decodeMessage(ResultType, bytes) as unknown as OpResult;
  return {
    error: wire.error,
    conversation: "",
    seq: uint64Of(wire.seq),
    session: wire.session,
    repeated: false,
    timeMicros: 0,
  };
}
