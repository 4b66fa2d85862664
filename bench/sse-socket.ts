/**
 * Many readers of GET /events in one process, as cheap as possible: each is a raw socket without
 * an HTTP client, and the only parsing is a search for the byte that starts a message's number.
 */
import type { Socket } from "bun";

/** Encloses the number in a body. It occurs nowhere else in an event. */
const MARK = "~";
const MARK_BYTE = MARK.charCodeAt(0);
/** The beginning of the answer when a stream is open. */
const GOOD = "HTTP/1.1 200";
const DIGITS = 8;
/** The beginning of an event that says that somebody came online or went offline. */
const PRESENCE = Buffer.from("event: presence\n");
const ROW = Buffer.from("event: row\n");

function countOf(wanted: Buffer, chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(wanted); at >= 0; at = chunk.indexOf(wanted, at + 1)) count += 1;
  return count;
}
const MARK_LENGTH = DIGITS + 2;

/** A body of `bytes` bytes that names message `no` (0 to 99,999,999). */
export function numberedBody(no: number, bytes: number): string {
  return `${MARK}${String(no).padStart(DIGITS, "0")}${MARK}`.padEnd(bytes, "x");
}

/** Called for each message of each stream when its bytes have arrived. */
export type OnMessage = (stream: number, no: number) => void;

interface State {
  readonly stream: number;
  /** The beginning of a number that the next bytes complete. */
  tail: Buffer | null;
  readonly opened: { resolve: () => void; reject: (error: Error) => void };
  isOpen: boolean;
  /** We have closed the stream. */
  isEnding: boolean;
}

/** All streams of one run. */
export class SseReaders {
  readonly #onMessage: OnMessage;
  readonly #sockets = new Map<number, Socket<State>>();
  /** Streams that the server ended before `close`. */
  broken = 0;
  /** Presence events of all streams, except those that were split between two packets. */
  presences = 0;
  /** Rows of lists, counted in the same way. */
  rows = 0;
  #closing = false;
  #opened = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  /**
   * Opens one more stream for the login in `cookie`, and resolves with its number once the server has answered 200.
   * Its page must send signs of life under `name` (see signs-of-life.ts). A page with `show` shows that conversation
   * and gets rows of its list; without `show`, the stream gets every event in full.
   */
  async open(
    origin: string,
    cookie: string,
    { name, show }: { readonly name: string; readonly show?: string },
  ): Promise<number> {
    const { hostname, port } = new URL(origin);
    const stream = this.#opened++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = await Bun.connect<State>({
      hostname,
      port: Number(port),
      data: { stream, tail: null, opened: { resolve, reject }, isOpen: false, isEnding: false },
      socket: {
        data: (at, chunk) => this.#read(at.data, chunk),
        close: (at) => this.#closed(at.data),
        error: (at, error) => at.data.opened.reject(error),
      },
    });
    this.#sockets.set(stream, socket);
    socket.write(
      `GET /events?alive=${name}${show === undefined ? "" : `&show=${show}`} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\nAccept: text/event-stream\r\n\r\n`,
    );
    await promise;
    return stream;
  }

  /** Closes one stream, as if its page had been closed. */
  end(stream: number): void {
    const socket = this.#sockets.get(stream);
    if (socket === undefined) return;
    this.#sockets.delete(stream);
    socket.data.isEnding = true;
    socket.terminate();
  }

  #closed(state: State): void {
    if (!this.#closing && !state.isEnding) this.broken += 1;
    state.opened.reject(new Error("the stream was closed"));
  }

  #read(state: State, chunk: Buffer): void {
    const bytes = state.tail === null ? chunk : Buffer.concat([state.tail, chunk]);
    state.tail = null;
    if (!state.isOpen) {
      if (bytes.length < GOOD.length) {
        state.tail = Buffer.from(bytes);
        return;
      }
      const head = bytes.toString("latin1", 0, GOOD.length);
      if (head !== GOOD) return state.opened.reject(new Error(`a stream was answered with ${head}`));
      state.isOpen = true;
      state.opened.resolve();
    }
    this.presences += countOf(PRESENCE, chunk);
    this.rows += countOf(ROW, chunk);
    let at = bytes.indexOf(MARK_BYTE);
    while (at >= 0) {
      if (at + MARK_LENGTH > bytes.length) {
        state.tail = Buffer.from(bytes.subarray(at));
        return;
      }
      this.#onMessage(state.stream, numberAt(bytes, at + 1));
      at = bytes.indexOf(MARK_BYTE, at + MARK_LENGTH);
    }
  }

  close(): void {
    this.#closing = true;
    for (const socket of this.#sockets.values()) socket.terminate();
  }
}

function numberAt(bytes: Buffer, start: number): number {
  let no = 0;
  for (let i = start; i < start + DIGITS; i++) no = no * 10 + bytes[i]! - 48;
  return no;
}
