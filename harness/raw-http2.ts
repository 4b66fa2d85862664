/** An HTTP/2 connection that does as it likes: for tests of what a stranger can do to the gRPC port. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { callHeaders } from "../bench/wires/grpc-socket.ts";

const FRAME_HEAD = 9;
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;
const INITIAL_WINDOW = 65_535;
/** What may be in one frame unless the other side says more. */
const FRAME_BYTES_MAX = 16_384;

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

interface Stream {
  window: number;
  /** Bytes of the message that are still to be sent. */
  left: number;
  over: boolean;
  /** Headers came. */
  answered: boolean;
}

/** Keeps to the windows it is given, answers pings and settings, and never ends a message by itself. */
export class RawHttp2 {
  #socket!: Socket;
  readonly #streams = new Map<number, Stream>();
  readonly #authority: string;
  #nextId = 1;
  #window = INITIAL_WINDOW;
  #tail: Buffer = Buffer.alloc(0);
  /** The other side has closed the connection or said that it goes away. */
  closed = false;
  /** Body bytes sent so far. */
  sent = 0;

  private constructor(authority: string) {
    this.#authority = authority;
  }

  /** Connects to host:port, from an address of this host if one is given. */
  static async connect(address: string, from?: string): Promise<RawHttp2> {
    const made = new RawHttp2(address);
    const colon = address.lastIndexOf(":");
    const target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    const socket = connect(from === undefined ? target : { ...target, localAddress: from });
    made.#socket = socket;
    await once(socket, "connect");
    socket.on("data", (bytes: Buffer) => made.#onBytes(bytes));
    for (const end of ["close", "end", "error"]) socket.on(end, () => void (made.closed = true));
    made.#write(
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(FRAME.settings, 0, 0, Buffer.alloc(0))]),
    );
    return made;
  }

  /** Begins a call and a message of `bytes`, of which it sends nothing but the length. */
  begin(path: string, bytes: number, metadata: Readonly<Record<string, string>> = {}): number {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(id, { window: INITIAL_WINDOW, left: bytes, over: false, answered: false });
    this.#write(frame(FRAME.headers, FLAG.endHeaders, id, callHeaders(this.#authority, path, metadata)));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes, 1);
    this.#data(id, head);
    return id;
  }

  /** Sends up to `bytes` more of the message, as far as the windows go. Says how many. */
  more(id: number, bytes: number): number {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.over || this.closed) return 0;
    let sent = 0;
    for (;;) {
      const size = Math.min(bytes - sent, stream.left, stream.window, this.#window, FRAME_BYTES_MAX);
      if (size <= 0) return sent;
      this.#data(id, Buffer.alloc(size, 120));
      stream.left -= size;
      sent += size;
    }
  }

  /** The other side has ended this call. */
  isOver(id: number): boolean {
    return this.closed || this.#streams.get(id)?.over !== false;
  }

  /** The other side has said something about this call before it ended it. */
  isAnswered(id: number): boolean {
    return this.#streams.get(id)?.answered === true;
  }

  /** Sends zeros, which are empty messages, as far as the windows go. Says how many bytes. */
  zeros(id: number, bytes: number): number {
    const stream = this.#streams.get(id)!;
    const size = Math.min(bytes, stream.window, this.#window, FRAME_BYTES_MAX);
    if (size > 0 && !stream.over) this.#data(id, Buffer.alloc(size));
    return size;
  }

  close(): void {
    this.#socket.destroy();
  }

  #data(id: number, bytes: Buffer): void {
    const stream = this.#streams.get(id)!;
    stream.window -= bytes.length;
    this.#window -= bytes.length;
    this.sent += bytes.length;
    this.#write(frame(FRAME.data, 0, id, bytes));
  }

  #write(bytes: Buffer): void {
    if (!this.closed) this.#socket.write(bytes);
  }

  #onBytes(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#tail, chunk]);
    let at = 0;
    while (at + FRAME_HEAD <= bytes.length) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#onFrame(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5), bytes.subarray(at + FRAME_HEAD, end));
      at = end;
    }
    this.#tail = bytes.subarray(at);
  }

  #onFrame(type: number, flags: number, id: number, payload: Buffer): void {
    const stream = this.#streams.get(id);
    if (type === FRAME.headers && stream !== undefined) stream.answered = true;
    if (type === FRAME.settings && (flags & FLAG.ack) === 0)
      this.#write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
    else if (type === FRAME.ping && (flags & FLAG.ack) === 0) this.#write(frame(FRAME.ping, FLAG.ack, 0, payload));
    else if (type === FRAME.goAway) this.closed = true;
    else if (type === FRAME.windowUpdate && id === 0) this.#window += payload.readUInt32BE(0);
    else if (type === FRAME.windowUpdate && stream !== undefined) stream.window += payload.readUInt32BE(0);
    else if (type === FRAME.reset && stream !== undefined) stream.over = true;
    else if ((type === FRAME.headers || type === FRAME.data) && (flags & FLAG.endStream) !== 0 && stream !== undefined)
      stream.over = true;
  }
}
