/**
 * The part of the NATS protocol that publishing with acknowledgements needs: PUB with a reply
 * subject, and the MSG that JetStream sends there. The official client does more between `publish`
 * and the socket than a load generator should.
 */
import { connectRaw, type RawSocket } from "./raw-socket.ts";

const LINE_END = Buffer.from("\r\n");

interface Waiting {
  readonly resolve: (payload: string) => void;
  readonly reject: (error: Error) => void;
}

/** One connection. */
export class NatsSocket {
  #socket: RawSocket | null = null;
  readonly #inbox = `_INBOX.${crypto.randomUUID().replaceAll("-", "")}`;
  readonly #waiting = new Map<string, Waiting>();
  #next = 0;
  #tail: Buffer | null = null;
  #ended: Error | null = null;

  /** Connects to host:port. */
  static async connect(address: string): Promise<NatsSocket> {
    const made = new NatsSocket();
    made.#socket = await connectRaw(address, {
      onBytes: (bytes) => made.#onBytes(bytes),
      onEnd: (why) => made.#onEnd(why),
    });
    const about = {
      verbose: false,
      pedantic: false,
      lang: "bench",
      version: "1",
      protocol: 1,
      headers: true,
      no_responders: true,
    };
    made.#socket.write(Buffer.from(`CONNECT ${JSON.stringify(about)}\r\nSUB ${made.#inbox}.* 1\r\n`));
    return made;
  }

  /** Publishes, and resolves with the text of the answer (JSON from JetStream); "" if nobody serves the subject now. */
  request(subject: string, payload: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(this.#ended);
      const token = String(this.#next++);
      this.#waiting.set(token, { resolve, reject });
      const head = `PUB ${subject} ${this.#inbox}.${token} ${Buffer.byteLength(payload)}\r\n`;
      this.#socket!.write(Buffer.from(`${head}${payload}\r\n`));
    });
  }

  close(): void {
    this.#socket?.close();
  }

  #onEnd(why: Error): void {
    this.#ended = why;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(why);
  }

  #onBytes(chunk: Buffer): void {
    const bytes = this.#tail === null ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = null;
    let at = 0;
    while (at < bytes.length) {
      const lineEnd = bytes.indexOf(LINE_END, at);
      const next = lineEnd < 0 ? -1 : this.#onLine(bytes, at, lineEnd);
      if (next < 0) {
        this.#tail = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** Handles a line. Returns where the next one starts, or -1 if its payload is not complete yet. */
  #onLine(bytes: Buffer, start: number, end: number): number {
    const line = bytes.toString("latin1", start, end);
    const after = end + LINE_END.length;
    if (line === "PING") this.#socket!.write(Buffer.from("PONG\r\n"));
    if (!line.startsWith("MSG ") && !line.startsWith("HMSG ")) return after;
    // MSG subject sid bytes; HMSG subject sid header-bytes bytes.
    const words = line.split(" ");
    const size = Number(words.at(-1));
    if (after + size + LINE_END.length > bytes.length) return -1;
    const head = words[0] === "HMSG" ? Number(words[3]) : 0;
    const token = words[1]!.slice(this.#inbox.length + 1);
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    waiting?.resolve(bytes.toString("utf8", after + head, after + size));
    return after + size + LINE_END.length;
  }
}
