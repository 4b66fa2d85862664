/** The bare pipeline's encoding of frames and ops. It has no versions and no checks. */

export interface FloorOp {
  readonly clientId: string;
  readonly conversation: string;
  readonly body: string;
}

export interface FloorFrame {
  readonly kind: "forward" | "append" | "ack";
  readonly from: number;
  /** First seq of an append (0 if it carries nothing), last durable seq of an ack. */
  readonly seq: number;
  readonly commit: number;
  readonly ops: readonly Uint8Array[];
}

const KINDS = ["forward", "append", "ack"] as const;
const FRAME_HEAD = 18;
const OP_HEAD = 11;

/** Encodes a frame. */
export function encodeFrame(frame: FloorFrame): Uint8Array {
  let size = FRAME_HEAD;
  for (const op of frame.ops) size += 4 + op.length;
  const bytes = Buffer.allocUnsafe(size);
  bytes[0] = KINDS.indexOf(frame.kind);
  bytes[1] = frame.from;
  bytes.writeDoubleLE(frame.seq, 2);
  bytes.writeDoubleLE(frame.commit, 10);
  let at = FRAME_HEAD;
  for (const op of frame.ops) {
    bytes.writeUInt32LE(op.length, at);
    bytes.set(op, at + 4);
    at += 4 + op.length;
  }
  return bytes;
}

/** Decodes a frame. Its ops share the memory of `raw`. */
export function decodeFrame(raw: Uint8Array): FloorFrame {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const ops: Uint8Array[] = [];
  for (let at = FRAME_HEAD; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    ops.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return {
    kind: KINDS[bytes[0]!]!,
    from: bytes[1]!,
    seq: bytes.readDoubleLE(2),
    commit: bytes.readDoubleLE(10),
    ops,
  };
}

/** Encodes an op. `from` and `no` identify it for the process that waits for it. */
export function encodeOp(from: number, no: number, op: FloorOp): Uint8Array {
  const bytes = Buffer.allocUnsafe(OP_HEAD + Buffer.byteLength(op.body) + op.clientId.length + op.conversation.length);
  bytes[0] = from;
  bytes.writeDoubleLE(no, 1);
  bytes[9] = op.clientId.length;
  bytes[10] = op.conversation.length;
  let at = OP_HEAD;
  at += bytes.write(op.clientId, at, "latin1");
  at += bytes.write(op.conversation, at, "latin1");
  bytes.write(op.body, at, "utf8");
  return bytes;
}

/** Decodes an op, the process that it came from, and its number there. */
export function decodeOp(raw: Uint8Array): { readonly from: number; readonly no: number; readonly op: FloorOp } {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const clientIdEnd = OP_HEAD + bytes[9]!;
  const conversationEnd = clientIdEnd + bytes[10]!;
  return {
    from: bytes[0]!,
    no: bytes.readDoubleLE(1),
    op: {
      clientId: bytes.toString("latin1", OP_HEAD, clientIdEnd),
      conversation: bytes.toString("latin1", clientIdEnd, conversationEnd),
      body: bytes.toString("utf8", conversationEnd),
    },
  };
}
