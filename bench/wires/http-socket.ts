/** HTTP/1.1 without an HTTP library: one request at a time on a connection that stays open. */
import { connectRaw, type RawSocket } from "./raw-socket.ts";

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /^content-length: *(\d+)/im;

/** One connection. */
export class HttpSocket {
  #socket: RawSocket | null = null;
  #waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | null = null;
  #received: Buffer[] = [];
  #missing = -1;
  #status = 0;
  #ended: Error | null = null;

  /** Connects to host:port. */
  static async connect(address: string): Promise<HttpSocket> {
    const made = new HttpSocket();
    made.#socket = await connectRaw(address, {
      onBytes: (bytes) => made.#onBytes(bytes),
      onEnd: (why) => {
        made.#ended = why;
        made.#waiting?.reject(why);
      },
    });
    return made;
  }

  /** The connection was closed or lost. */
  get isOver(): boolean {
    return this.#ended !== null;
  }

  /** Sends a whole request. Resolves with the answer once all of it has arrived. */
  request(bytes: Uint8Array): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      this.#waiting = { resolve, reject };
      this.#socket!.write(bytes);
    });
  }

  close(): void {
    this.#socket?.close();
  }

  #onBytes(chunk: Buffer): void {
    if (this.#missing < 0) {
      const bytes = this.#received.length === 0 ? chunk : Buffer.concat([...this.#received, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) {
        this.#received = [Buffer.from(bytes)];
        return;
      }
      const head = bytes.toString("latin1", 0, end);
      this.#status = Number(head.slice(9, 12));
      // A 204 has neither a body nor a length.
      const length = this.#status === 204 ? ["", "0"] : LENGTH.exec(head);
      if (length === null) throw new Error(`an answer without content-length: ${head.split("\r\n")[0]}`);
      this.#received = [];
      this.#missing = Number(length[1]) + end + HEAD_END.length - bytes.length;
    } else {
      this.#missing -= chunk.length;
    }
    if (this.#missing > 0) return;
    this.#missing = -1;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: this.#status });
  }
}

/** The part of an answer that callers need. */
export interface HttpAnswer {
  readonly status: number;
}
