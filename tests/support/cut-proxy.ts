/**
 * A wire that can be cut without anybody being told: while it is cut, connections stay
 * open and new ones are accepted, but no byte passes in either direction. What arrived
 * meanwhile is held and delivered after the heal, as a network does with retransmissions.
 */
import { createServer, connect, type Server, type Socket } from "node:net";

/** Stands between one dialler and one listener of 127.0.0.1. */
export class CutProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target = 0;
  #cut = false;

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
    this.#cut = true;
    for (const socket of this.#sockets) socket.pause();
  }

  heal(): void {
    this.#cut = false;
    for (const socket of this.#sockets) socket.resume();
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #onConnection(near: Socket): void {
    const far = connect({ port: this.#target, host: "127.0.0.1" });
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      if (to.write(bytes)) return;
      from.pause();
      to.once("drain", () => this.#cut || from.resume());
    });
    // The end of a connection is news as well: it passes only while the wire is whole.
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      if (!this.#cut) to.destroy();
    });
    if (this.#cut) from.pause();
  }
}
