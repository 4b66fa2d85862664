/** Transports over real sockets in one process: replicas, and a proxy that can hold bytes back. */
import * as grpc from "@grpc/grpc-js";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import type { Frame } from "../../src/election/frame.ts";
import { PEER_SERVER_OPTIONS, type PeerAddress } from "../../src/election/peers/service.ts";
import { type GrpcPeerOptions, GrpcPeerTransport } from "../../src/election/peers/transport.ts";
import type { SnapshotSource } from "../../src/election/ports.ts";
import { FIRST } from "./releases.ts";

/** A listening gRPC server. A test binds ports before it uses them, because a free port may be given to a dial. */
export interface Listening {
  readonly server: grpc.Server;
  readonly port: number;
}

/** Listens on any port, or on the given one, for which it waits at most 5 s while it is being closed. */
export async function listen(port = 0): Promise<Listening> {
  const end = performance.now() + 5_000;
  for (;;) {
    const server = new grpc.Server(PEER_SERVER_OPTIONS);
    const bound = await new Promise<number | Error>((resolve) => {
      server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, got) =>
        resolve(error ?? got),
      );
    });
    if (typeof bound === "number") return { server, port: bound };
    if (port === 0 || performance.now() > end) throw bound;
    await Bun.sleep(20);
  }
}

/** A port on which nothing listens, because it was free a moment ago. */
export async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The cluster key of all test replicas. */
export const KEY = new Uint8Array(32).fill(1);

/** A replica's transport on a gRPC server of its own, and everything that it reported. */
export class TestReplica {
  readonly frames: { readonly from: number; readonly frame: Frame }[] = [];
  readonly refused: number[] = [];
  readonly mismatches: { readonly peer: number; readonly reason: string }[] = [];
  readonly streams: string[] = [];
  onFrame: (from: number, frame: Frame) => void = () => undefined;
  offer: (commonSeq: number) => Promise<SnapshotSource> = () => Promise.reject(new Error("none"));
  readonly transport: GrpcPeerTransport;
  readonly #server: grpc.Server;
  readonly port: number;

  private constructor(
    server: grpc.Server,
    port: number,
    id: number,
    peers: PeerAddress[],
    more: Partial<GrpcPeerOptions>,
  ) {
    this.#server = server;
    this.port = port;
    this.transport = new GrpcPeerTransport({
      self: { replicaId: id, storeId: `store-${id}`, bootId: crypto.randomUUID() },
      clusterId: () => "c1",
      release: FIRST,
      peers,
      key: KEY,
      settings: { mode: "available any", peers: "0 1 2" },
      listener: {
        onFrame: (from, frame) => {
          this.frames.push({ from, frame });
          this.onFrame(from, frame);
        },
        onRefused: (peer) => this.refused.push(peer),
        onMismatch: (peer, reason) => this.mismatches.push({ peer, reason }),
        onStream: (peer, direction, open) => this.streams.push(`${direction} ${peer} ${open ? "open" : "ended"}`),
      },
      snapshots: { offer: (commonSeq) => this.offer(commonSeq) },
      files: async () => ({ result: "no", names: [], offset: 0, data: new Uint8Array(0) }),
      ...more,
    });
  }

  /** Starts a transport on a listening server. */
  static start(
    id: number,
    listening: Listening,
    peers: PeerAddress[],
    more: Partial<GrpcPeerOptions> = {},
  ): TestReplica {
    const replica = new TestReplica(listening.server, listening.port, id, peers, more);
    replica.transport.start(listening.server);
    return replica;
  }

  /** Closes all sockets without a word, like a process that is killed. */
  kill(): void {
    this.transport.stop();
    this.#server.forceShutdown();
  }

  seqsFrom(peer: number): number[] {
    return this.frames.flatMap(({ from, frame }) => (from === peer && frame.type === "appendOk" ? [frame.seq] : []));
  }
}

export function at(id: number, port: number): PeerAddress {
  return { id, host: "127.0.0.1", port };
}

/** A frame with a number, so that a test sees which frames arrive in which order. */
export function numbered(seq: number): Frame {
  return { type: "appendOk", ballot: { counter: 1, replicaId: 0, nonce: "0" }, seq, bootId: "b", round: 0 };
}

/** A TCP proxy that passes bytes, or holds back those of the connections that are open now, but not of later ones. */
export class Proxy {
  readonly #server: Server;
  readonly #held = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  readonly port: number;
  /** If set, changes the bytes that come from the target. */
  alter: ((bytes: Buffer) => Buffer) | null = null;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (client) => this.#connect(client, targetPort));
  }

  static async to(targetPort: number): Promise<Proxy> {
    // Half-open, so that the dialler's close does not cut off bytes that are still held back.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Proxy(server, targetPort);
  }

  /** Holds back everything that the diallers of the open connections send, until `release`. */
  hold(): void {
    for (const client of this.#sockets) {
      this.#held.add(client);
      client.pause();
    }
  }

  release(): void {
    for (const client of this.#held) client.resume();
    this.#held.clear();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(client: Socket, targetPort: number): void {
    const target = connect({ host: "127.0.0.1", port: targetPort, allowHalfOpen: true });
    this.#sockets.add(client);
    target.on("connect", () => {
      client.on("data", (bytes) => target.write(bytes));
      client.on("end", () => target.end());
      target.on("data", (bytes: Buffer) => client.write(this.alter?.(Buffer.from(bytes)) ?? bytes));
      target.on("end", () => client.end());
      if (!this.#held.has(client)) client.resume();
    });
    const drop = (): void => {
      this.#sockets.delete(client);
      client.destroy();
      target.destroy();
    };
    client.on("error", () => undefined);
    target.on("error", drop);
    target.on("close", drop);
  }
}
