/**
 * The network between replicas: one wire for each dialler and listener, whose directions can be cut
 * separately. A cut is silent: connections stay open and new ones are accepted, but neither bytes nor
 * the end of a connection pass. The path from a to b carries what a sends to b on any connection:
 * forward on those that a dialled, backward on those that b dialled.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePorts } from "./free-ports.ts";

/** Maximum number of held bytes in one direction of a connection; beyond it, the sender has to wait. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * What happens to bytes that are sent into a cut: "hold": they arrive after the heal; "drop": their connection breaks.
 */
export type CutKind = "hold" | "drop";

/** Delay and loss on all paths. */
export interface Weather {
  /** Delay in one direction, ms. */
  readonly delayMs: number;
  /** Share of the packets that are lost. Each holds up its connection until it is sent again. */
  readonly lostShare: number;
}

const PACKET_BYTES = 1460;
/** Linux sends a lost packet again after its round trip plus at least this long. */
const AGAIN_MS = 200;

/** One direction of one connection. */
interface Lane {
  readonly from: Socket;
  readonly to: Socket;
  /** `a>b`. */
  readonly path: string;
  held: Buffer[];
  heldBytes: number;
  /** True if the sender has closed and the receiver has not been notified yet. */
  closed: boolean;
  /** True if bytes were dropped, so that the connection cannot continue. */
  torn: boolean;
  /** Delayed pieces, and when the last of them arrives (monotonic ms). */
  readonly late: Buffer[];
  lateUntil: number;
}

/** The network between all replicas of one cluster. */
export class Network {
  readonly #servers: Server[] = [];
  /** The port that `a` dials to reach `b`, by `a>b`. */
  readonly #ports = new Map<string, number>();
  readonly #lanes = new Set<Lane>();
  readonly #cuts = new Map<string, CutKind>();
  #weather: Weather | null = null;

  /** Makes wires between all replicas; `ports` are those on which they listen. */
  static async between(ports: ReadonlyMap<number, number>): Promise<Network> {
    const network = new Network();
    for (const dialler of ports.keys()) {
      for (const [listener, target] of ports) {
        if (dialler !== listener) await network.#wire(dialler, listener, target);
      }
    }
    return network;
  }

  async #wire(dialler: number, listener: number, target: number): Promise<void> {
    const [port] = await freePorts(1);
    const server = createServer((near) => {
      const far = connect({ port: target, host: "127.0.0.1" });
      this.#join(near, far, `${dialler}>${listener}`);
      this.#join(far, near, `${listener}>${dialler}`);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve());
    });
    this.#servers.push(server);
    this.#ports.set(`${dialler}>${listener}`, port!);
  }

  /** The port at which `dialler` reaches `listener`. */
  port(dialler: number, listener: number): number {
    const port = this.#ports.get(`${dialler}>${listener}`);
    if (port === undefined) throw new Error(`there is no wire from ${dialler} to ${listener}`);
    return port;
  }

  /** Cuts the path from `from` to `to`; the other direction still works. */
  cut(from: number, to: number, kind: CutKind = "hold"): void {
    this.#cuts.set(`${from}>${to}`, kind);
  }

  /** Cuts both directions between two groups. */
  split(some: readonly number[], others: readonly number[], kind: CutKind = "hold"): void {
    for (const a of some) {
      for (const b of others) {
        this.cut(a, b, kind);
        this.cut(b, a, kind);
      }
    }
  }

  /** Sets delay and loss from now on; null for none. Pieces that are under way keep their delay. */
  setWeather(weather: Weather | null): void {
    this.#weather = weather;
  }

  /** Ends all cuts. Held bytes are delivered first. */
  heal(): void {
    this.#cuts.clear();
    for (const lane of this.#lanes) {
      for (const bytes of lane.held) lane.to.write(bytes);
      lane.held = [];
      lane.heldBytes = 0;
      if (lane.torn) lane.from.destroy();
      if (lane.closed || lane.torn) this.#pass(lane);
      else lane.from.resume();
    }
  }

  close(): void {
    for (const { from, to } of this.#lanes) {
      from.destroy();
      to.destroy();
    }
    for (const server of this.#servers) server.close();
  }

  #join(from: Socket, to: Socket, path: string): void {
    const lane: Lane = { from, to, path, held: [], heldBytes: 0, closed: false, torn: false, late: [], lateUntil: 0 };
    this.#lanes.add(lane);
    from.on("data", (bytes: Buffer) => {
      if (this.#weather === null && lane.late.length === 0) this.#onData(lane, bytes);
      else this.#later(lane, Buffer.from(bytes));
    });
    from.on("error", () => {});
    from.on("close", () => {
      lane.closed = true;
      if (lane.late.length === 0 && !this.#cuts.has(path)) this.#pass(lane);
    });
  }

  /** Delays a piece as a network that loses packets would, but never lets it overtake an earlier piece. */
  #later(lane: Lane, bytes: Buffer): void {
    const { delayMs, lostShare } = this.#weather ?? { delayMs: 0, lostShare: 0 };
    const packets = Math.ceil(bytes.length / PACKET_BYTES);
    const lost = Math.random() < 1 - (1 - lostShare) ** packets;
    const now = performance.now();
    lane.lateUntil = Math.max(lane.lateUntil, now + delayMs + (lost ? AGAIN_MS + 2 * delayMs : 0));
    lane.late.push(bytes);
    setTimeout(() => {
      // Deliver the oldest piece, because timers that differ by fractions of a millisecond may fire out of order.
      this.#onData(lane, lane.late.shift()!);
      if (lane.late.length === 0 && lane.closed && !this.#cuts.has(lane.path)) this.#pass(lane);
    }, lane.lateUntil - now);
  }

  #onData(lane: Lane, bytes: Buffer): void {
    const cut = this.#cuts.get(lane.path);
    if (cut === undefined && !lane.torn) {
      if (lane.to.write(bytes)) return;
      lane.from.pause();
      lane.to.once("drain", () => lane.from.resume());
    } else if (cut === "drop" || lane.torn) {
      lane.torn = true;
    } else {
      lane.held.push(Buffer.from(bytes));
      lane.heldBytes += bytes.length;
      if (lane.heldBytes > HELD_BYTES_MAX) lane.from.pause();
    }
  }

  /** Passes the end of the connection on to the receiver. */
  #pass(lane: Lane): void {
    this.#lanes.delete(lane);
    if (lane.torn) lane.to.destroy();
    else lane.to.end();
  }
}
