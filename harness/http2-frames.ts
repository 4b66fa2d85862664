/**
 * HTTP/2 frames (RFC 9113) as gRPC needs them, without a library. For the load generator of the benches, and for tests
 * of what a stranger may send. Header fields are literals, so the header block of a call never changes.
 */

/** What a client sends first on a connection. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** Number of bytes before the payload of a frame. */
export const FRAME_HEAD = 9;
/** Number of bytes before each gRPC message: the compressed flag and the length. */
export const MESSAGE_HEAD = 5;
/** Types of frames. */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
/** Flags of frames. */
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const;
/** The initial flow-control window of a connection and of each stream, in bytes. */
export const INITIAL_WINDOW = 65_535;

/** One frame. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

/** The value as four bytes, big endian. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A literal header field without indexing (RFC 7541, 6.2.2). Its length takes one byte or three. */
function literal(name: string, value: string): Buffer {
  const text = (part: string): Buffer => {
    const bytes = Buffer.from(part, "latin1");
    const length =
      bytes.length < 127 ? [bytes.length] : [127, ((bytes.length - 127) & 127) | 128, (bytes.length - 127) >> 7];
    return Buffer.concat([Buffer.from(length), bytes]);
  };
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** The header block of a call. */
export function callHeaders(authority: string, path: string, metadata: Readonly<Record<string, string>> = {}): Buffer {
  const fields = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": authority,
    "content-type": "application/grpc",
    te: "trailers",
    ...metadata,
  };
  return Buffer.concat(Object.entries(fields).map(([name, value]) => literal(name, value)));
}

/** Handles a received frame. `payload` is valid only during the call. */
export type OnFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

/** Cuts the bytes of a connection into frames. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  #tail: Buffer | null = null;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Takes the next received bytes, in pieces of any size. */
  take(chunk: Buffer): void {
    const bytes = this.#tail === null ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = null;
    let at = 0;
    while (at + FRAME_HEAD <= bytes.length) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#onFrame(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5), bytes.subarray(at + FRAME_HEAD, end));
      at = end;
    }
    if (at < bytes.length) this.#tail = Buffer.from(bytes.subarray(at));
  }
}
