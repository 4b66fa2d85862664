/**
 * The network between replicas, one wire for each dialler and listener, whose directions can
 * be cut one by one. A cut is silent: connections stay open, new ones are accepted, no byte
 * and no end of a connection passes. A path from a to b is what a sends to b, on whoever's
 * connection: forward on those that a dialled, backward on those that b dialled.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePorts } from "./free-ports.ts";

/** Held bytes of one direction of a connection; beyond, its sender is made to wait. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/** What becomes of bytes sent into a cut: they arrive after the heal, or they and their connection are lost. */
export type CutKind = "hold" | "drop";

/** What every path does to what passes. */
export interface Weather {
  /** One way, ms. */
  readonly delayMs: number;
  /** Of the packets: each that is lost holds up its connection until it is sent again. */
  readonly lostShare: number;
}

const PACKET_BYTES = 1460;
/** Linux sends a lost packet again after its round trip and at least this long. */
const AGAIN_MS = 200;

/** One direction of one connection. */
interface Lane {
  readonly from: Socket;
  readonly to: Socket;
  /** `a>b`. */
  readonly path: string;
  held: Buffer[];
  heldBytes: number;
  /** The sender has closed; the receiver does not know yet. */
  closed: boolean;
  /** Something was dropped: nothing sensible can follow. */
  torn: boolean;
  /** Pieces on their way through the weather, and when the last of them arrives (monotonic ms). */
  readonly late: Buffer[];
  lateUntil: number;
}

/** Stands between all replicas of one cluster. */
export class Network {
  readonly #servers: Server[] = [];
  /** Port that `a` dials to reach `b`, by `a>b`. */
  readonly #ports = new Map<string, number>();
  readonly #lanes = new Set<Lane>();
  readonly #cuts = new Map<string, CutKind>();
  #weather: Weather | null = null;

  /** Wires between all of them; `ports` are where the replicas listen. */
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

  /** The port at which `dialler` finds `listener`. */
  port(dialler: number, listener: number): number {
    const port = this.#ports.get(`${dialler}>${listener}`);
    if (port === undefined) throw new Error(`there is no wire from ${dialler} to ${listener}`);
    return port;
  }

  /** Nothing that `from` sends reaches `to` any more; the other direction is untouched. */
  cut(from: number, to: number, kind: CutKind = "hold"): void {
    this.#cuts.set(`${from}>${to}`, kind);
  }

  /** Both directions between each of these and each of those. */
  split(some: readonly number[], others: readonly number[], kind: CutKind = "hold"): void {
    for (const a of some) {
      for (const b of others) {
        this.cut(a, b, kind);
        this.cut(b, a, kind);
      }
    }
  }

  /** From now on; null for none. What is on its way arrives as late as it would have. */
  setWeather(weather: Weather | null): void {
    this.#weather = weather;
  }

  /** Everything passes again, first what was held. */
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

  /** Lets a piece arrive as late as a network would that loses some packets; never before the piece before it. */
  #later(lane: Lane, bytes: Buffer): void {
    const { delayMs, lostShare } = this.#weather ?? { delayMs: 0, lostShare: 0 };
    const packets = Math.ceil(bytes.length / PACKET_BYTES);
    const lost = Math.random() < 1 - (1 - lostShare) ** packets;
    const now = performance.now();
    lane.lateUntil = Math.max(lane.lateUntil, now + delayMs + (lost ? AGAIN_MS + 2 * delayMs : 0));
    lane.late.push(bytes);
    setTimeout(() => {
      // The oldest, whosever timer this is: timers of fractions of a millisecond overtake each other.
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

  /** The receiver learns that the connection is over. */
  #pass(lane: Lane): void {
    this.#lanes.delete(lane);
    if (lane.torn) lane.to.destroy();
    else lane.to.end();
  }
}
