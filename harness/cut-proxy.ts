/**
 * A wire that can be cut silently: while it is cut, connections stay open and new ones are
 * accepted, but neither bytes nor the end of a connection pass in either direction. Bytes that
 * arrived during the cut are delivered after the heal, as TCP's retransmissions would do.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/** One direction of one connection. */
interface Half {
  readonly from: Socket;
  readonly to: Socket;
  /** Bytes that arrived during a cut. A socket can deliver data after pause(), so pausing alone is no cut. */
  held: Buffer[];
  closed: boolean;
}

/** Maximum number of held bytes in one direction of a connection; beyond it, the sender has to wait. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/** A proxy between a dialler and a listener, both on 127.0.0.1. */
export class CutProxy {
  readonly #server: Server;
  readonly #halves = new Set<Half>();
  #target = 0;
  /** If set, changes the bytes that pass in either direction. It must return as many bytes as it gets. */
  alter: ((bytes: Buffer) => Buffer) | null = null;
  #isCut = false;

  constructor() {
    this.#server = createServer((near) => this.#onConnection(near));
  }

  /** Listens on `port` and forwards to `target`. */
  async start(port: number, target: number): Promise<void> {
    this.#target = target;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => resolve());
    });
  }

  cut(): void {
    this.#isCut = true;
  }

  heal(): void {
    this.#isCut = false;
    for (const half of this.#halves) {
      for (const bytes of half.held) half.to.write(bytes);
      half.held = [];
      if (half.closed) this.#close(half);
      else half.from.resume();
    }
  }

  stop(): void {
    for (const { from, to } of this.#halves) {
      from.destroy();
      to.destroy();
    }
    this.#server.close();
  }

  #onConnection(near: Socket): void {
    const far = connect({ port: this.#target, host: "127.0.0.1" });
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from: Socket, to: Socket): void {
    const half: Half = { from, to, held: [], closed: false };
    this.#halves.add(half);
    from.on("data", (given: Buffer) => {
      const bytes = this.alter === null ? given : this.alter(Buffer.from(given));
      if (!this.#isCut) {
        if (!to.write(bytes)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
        return;
      }
      half.held.push(Buffer.from(bytes));
      if (half.held.reduce((sum, held) => sum + held.length, 0) > HELD_BYTES_MAX) from.pause();
    });
    from.on("error", () => {});
    from.on("close", () => {
      half.closed = true;
      if (!this.#isCut) this.#close(half);
    });
  }

  #close(half: Half): void {
    this.#halves.delete(half);
    half.to.end();
  }
}
