/** HTTP/1.1 with one request outstanding on a connection that stays open, and no HTTP library. */
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

  /** The other side has closed it. */
  get isOver(): boolean {
    return this.#ended !== null;
  }

  /** A whole request as bytes; resolves with the answer once all of it is here. */
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
      // 204 has no body and names no length.
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

/** What is looked at of an answer. */
export interface HttpAnswer {
  readonly status: number;
}
