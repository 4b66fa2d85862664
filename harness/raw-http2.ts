/** An HTTP/2 connection without a client's usual restraints, for tests of what a stranger can do to the gRPC port. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { callHeaders, FLAG, FRAME, frame, FrameReader, INITIAL_WINDOW, MESSAGE_HEAD, PREFACE } from "./http2-frames.ts";

/** Maximum payload of a frame by default. */
const FRAME_BYTES_MAX = 16_384;

interface Stream {
  window: number;
  /** Number of bytes of the message that are not sent yet. */
  left: number;
  over: boolean;
  /** True once headers have arrived. */
  answered: boolean;
}

/** Respects the flow-control windows, answers pings and settings, and never ends a message by itself. */
export class RawHttp2 {
  #socket!: Socket;
  readonly #streams = new Map<number, Stream>();
  readonly #authority: string;
  #nextId = 1;
  #window = INITIAL_WINDOW;
  readonly #frames = new FrameReader((type, flags, id, payload) => this.#onFrame(type, flags, id, payload));
  /** True once the other side has closed the connection or sent GOAWAY. */
  closed = false;
  /** Number of body bytes sent so far. */
  sent = 0;

  private constructor(authority: string) {
    this.#authority = authority;
  }

  /** Connects to host:port; `from` is the local address to use. */
  static async connect(address: string, from?: string): Promise<RawHttp2> {
    const made = new RawHttp2(address);
    const colon = address.lastIndexOf(":");
    const target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    const socket = connect(from === undefined ? target : { ...target, localAddress: from });
    made.#socket = socket;
    await once(socket, "connect");
    socket.on("data", (bytes: Buffer) => made.#frames.take(bytes));
    for (const end of ["close", "end", "error"]) socket.on(end, () => void (made.closed = true));
    made.#write(Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0, Buffer.alloc(0))]));
    return made;
  }

  /** Begins a call with a message of `bytes` bytes, of which it sends only the length. Returns the id of the call. */
  begin(path: string, bytes: number, metadata: Readonly<Record<string, string>> = {}): number {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(id, { window: INITIAL_WINDOW, left: bytes, over: false, answered: false });
    this.#write(frame(FRAME.headers, FLAG.endHeaders, id, callHeaders(this.#authority, path, metadata)));
    const head = Buffer.alloc(MESSAGE_HEAD);
    head.writeUInt32BE(bytes, 1);
    this.#data(id, head);
    return id;
  }

  /**
   * Sends up to `bytes` more bytes of the message, as far as the windows allow, in frames of `pieceBytes`. Returns how
   * many.
   */
  more(id: number, bytes: number, pieceBytes = FRAME_BYTES_MAX): number {
    const stream = this.#streams.get(id);
    if (stream === undefined) return 0;
    const sent = this.#pieces(id, Math.min(bytes, stream.left), pieceBytes, 120);
    stream.left -= sent;
    return sent;
  }

  /** True once the other side has ended this call. */
  isOver(id: number): boolean {
    return this.closed || this.#streams.get(id)?.over !== false;
  }

  /** True if the other side has sent headers for this call. */
  isAnswered(id: number): boolean {
    return this.#streams.get(id)?.answered === true;
  }

  /**
   * Sends zeros, which are empty messages, as far as the windows allow, in frames of `pieceBytes`. Returns how many
   * bytes.
   */
  zeros(id: number, bytes: number, pieceBytes = FRAME_BYTES_MAX): number {
    return this.#pieces(id, bytes, pieceBytes, 0);
  }

  /** The local address of the connection, such as `127.0.0.1:40000`, which the server sees as its peer. */
  get from(): string {
    return `${this.#socket.localAddress}:${this.#socket.localPort}`;
  }

  close(): void {
    this.#socket.destroy();
  }

  #pieces(id: number, bytes: number, pieceBytes: number, fill: number): number {
    const stream = this.#streams.get(id)!;
    if (stream.over || this.closed) return 0;
    const sending = Math.max(0, Math.min(bytes, stream.window, this.#window));
    const pieces: Buffer[] = [];
    for (let left = sending; left > 0; left -= pieceBytes) pieces.push(Buffer.alloc(Math.min(left, pieceBytes), fill));
    this.#data(id, ...pieces);
    return sending;
  }

  /** Sends each piece in a frame of its own. */
  #data(id: number, ...pieces: Buffer[]): void {
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    this.#streams.get(id)!.window -= bytes;
    this.#window -= bytes;
    this.sent += bytes;
    if (bytes > 0) this.#write(Buffer.concat(pieces.map((piece) => frame(FRAME.data, 0, id, piece))));
  }

  #write(bytes: Buffer): void {
    if (!this.closed) this.#socket.write(bytes);
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
