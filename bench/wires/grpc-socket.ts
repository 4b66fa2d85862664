/**
 * gRPC without a gRPC library: the part of HTTP/2 that a load generator needs. It does not read
 * the headers of an answer: if a message arrives, the call succeeded, and if the stream ends
 * without one, it failed.
 */
import {
  FLAG,
  FRAME,
  frame,
  FRAME_HEAD,
  FrameReader,
  INITIAL_WINDOW,
  MESSAGE_HEAD,
  PREFACE,
  uint32,
} from "../../harness/http2-frames.ts";
import { connectRaw, type RawSocket } from "./raw-socket.ts";

const INITIAL_WINDOW_SETTING = 4;
const WINDOW_MAX = 2 ** 31 - 1;

/** The events of a call. */
export interface CallEvents {
  onMessage(bytes: Buffer): void;
  /** The server ended the stream, or the connection was lost. */
  onEnd(why: Error): void;
}

interface Call {
  readonly id: number;
  readonly events: CallEvents;
  window: number;
  /** Bytes of a message that is not complete yet. */
  partial: Buffer | null;
  /** Frames that wait for the server to enlarge the window. */
  readonly queued: Buffer[];
}

/** One HTTP/2 connection. */
export class GrpcSocket {
  #socket: RawSocket | null = null;
  readonly #calls = new Map<number, Call>();
  #nextId = 1;
  #window = INITIAL_WINDOW;
  #initialWindow = INITIAL_WINDOW;
  readonly #frames = new FrameReader((type, flags, id, payload) => this.#onFrame(type, flags, id, payload));

  /** Connects to host:port. */
  static async connect(address: string): Promise<GrpcSocket> {
    const made = new GrpcSocket();
    made.#socket = await connectRaw(address, {
      onBytes: (bytes) => made.#frames.take(bytes),
      onEnd: (why) => made.#onEnd(why),
    });
    const ownWindow = Buffer.concat([Buffer.from([0, INITIAL_WINDOW_SETTING]), uint32(WINDOW_MAX)]);
    made.#write(PREFACE, frame(FRAME.settings, 0, 0, ownWindow));
    // We never slow the server down, so the connection's window is as large as possible.
    made.#write(frame(FRAME.windowUpdate, 0, 0, uint32(WINDOW_MAX - INITIAL_WINDOW)));
    return made;
  }

  /** Opens a stream, on which `send` sends messages. */
  open(headers: Uint8Array, events: CallEvents): number {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#calls.set(id, { id, events, window: this.#initialWindow, partial: null, queued: [] });
    this.#write(frame(FRAME.headers, FLAG.endHeaders, id, headers));
    return id;
  }

  /** Sends one message on an open stream. */
  send(id: number, message: Uint8Array): void {
    const call = this.#calls.get(id);
    if (call !== undefined) this.#sendData(call, dataFrame(id, message, 0));
  }

  /** Makes a call with one message. */
  unary(headers: Uint8Array, message: Uint8Array, events: CallEvents): void {
    const id = this.#nextId;
    this.#nextId += 2;
    const call: Call = { id, events, window: this.#initialWindow, partial: null, queued: [] };
    this.#calls.set(id, call);
    const data = dataFrame(id, message, FLAG.endStream);
    const head = frame(FRAME.headers, FLAG.endHeaders, id, headers);
    if (this.#spend(call, data)) this.#write(head, data);
    else {
      this.#write(head);
      call.queued.push(data);
    }
  }

  close(): void {
    this.#socket?.close();
    this.#calls.clear();
  }

  #sendData(call: Call, bytes: Buffer): void {
    if (call.queued.length === 0 && this.#spend(call, bytes)) this.#write(bytes);
    else call.queued.push(bytes);
  }

  /** Takes the window's room for one data frame; false if there is not enough. */
  #spend(call: Call, bytes: Buffer): boolean {
    const size = bytes.length - FRAME_HEAD;
    if (size > this.#window || size > call.window) return false;
    this.#window -= size;
    call.window -= size;
    return true;
  }

  #write(...parts: Buffer[]): void {
    this.#socket?.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  }

  #onEnd(why: Error): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { events } of calls) events.onEnd(why);
  }

  #onFrame(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FRAME.data: {
        const call = this.#calls.get(id);
        if (call === undefined) return;
        if ((flags & FLAG.padded) !== 0) throw new Error("padded frames are not read");
        this.#onData(call, payload);
        if ((flags & FLAG.endStream) !== 0) this.#endCall(id, "ended");
        return;
      }
      case FRAME.headers:
        if ((flags & FLAG.endStream) !== 0) this.#endCall(id, "ended");
        return;
      case FRAME.reset:
        return this.#endCall(id, `reset with ${payload.readUInt32BE(0)}`);
      case FRAME.settings:
        if ((flags & FLAG.ack) === 0) this.#onSettings(payload);
        return;
      case FRAME.ping:
        if ((flags & FLAG.ack) === 0) this.#write(frame(FRAME.ping, FLAG.ack, 0, payload));
        return;
      case FRAME.windowUpdate:
        return this.#onRoom(id, payload.readUInt32BE(0));
      case FRAME.goAway:
        return this.#onEnd(new Error("the server goes away"));
      default:
    }
  }

  #onSettings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== INITIAL_WINDOW_SETTING) continue;
      const size = payload.readUInt32BE(at + 2);
      for (const call of this.#calls.values()) call.window += size - this.#initialWindow;
      this.#initialWindow = size;
    }
    this.#write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
    this.#onRoom(0, 0);
  }

  #onRoom(id: number, more: number): void {
    if (id === 0) this.#window += more;
    else {
      const call = this.#calls.get(id);
      if (call !== undefined) call.window += more;
    }
    for (const call of this.#calls.values()) {
      while (call.queued.length > 0 && this.#spend(call, call.queued[0]!)) this.#write(call.queued.shift()!);
    }
  }

  #onData(call: Call, payload: Buffer): void {
    let bytes = call.partial === null ? payload : Buffer.concat([call.partial, payload]);
    call.partial = null;
    while (bytes.length >= MESSAGE_HEAD) {
      const end = MESSAGE_HEAD + bytes.readUInt32BE(1);
      if (end > bytes.length) break;
      call.events.onMessage(bytes.subarray(MESSAGE_HEAD, end));
      bytes = bytes.subarray(end);
    }
    if (bytes.length > 0) call.partial = Buffer.from(bytes);
  }

  #endCall(id: number, why: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    call.events.onEnd(new Error(`the call was ${why}`));
  }
}

/** A data frame with one whole message, which is always far below the frame size of 16 KiB here. */
function dataFrame(id: number, message: Uint8Array, flags: number): Buffer {
  const size = MESSAGE_HEAD + message.length;
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + size);
  bytes.writeUIntBE(size, 0, 3);
  bytes[3] = FRAME.data;
  bytes[4] = flags;
  bytes.writeUInt32BE(id, 5);
  bytes[FRAME_HEAD] = 0;
  bytes.writeUInt32BE(message.length, FRAME_HEAD + 1);
  bytes.set(message, FRAME_HEAD + MESSAGE_HEAD);
  return bytes;
}
