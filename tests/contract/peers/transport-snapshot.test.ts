/** Snapshots over loopback: complete, at the reader's pace, and released when one side leaves. */
import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import {
  decodePacket,
  encodePacket,
  type PacketToSend,
  type SnapshotHeader,
} from "../../../src/election/peers/packet.ts";
import { PieceWriter } from "../../../src/election/peers/pieces.ts";
import { AcceptorProof, settingsHash } from "../../../src/election/peers/proof.ts";
import { PEER_SERVER_OPTIONS, PEER_SERVICE, type PeerServerStream } from "../../../src/election/peers/service.ts";
import { SnapshotBroken } from "../../../src/election/peers/snapshot.ts";
import type { GrpcPeerOptions } from "../../../src/election/peers/transport.ts";
import type { SnapshotSource } from "../../../src/election/ports.ts";
import { waitFor } from "../../../harness/cluster.ts";
import { at, KEY, listen, numbered, Proxy, TestReplica } from "../../support/peer-replica.ts";
import { FIRST } from "../../support/releases.ts";

const replicas: TestReplica[] = [];
const servers: grpc.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown();
  for (const replica of replicas.splice(0)) replica.kill();
});

/** Leader 0 and joiner 1. */
async function pair(more: Partial<GrpcPeerOptions> = {}): Promise<[TestReplica, TestReplica]> {
  const [l0, l1] = [await listen(), await listen()];
  const leader = TestReplica.start(0, l0, [at(1, l1.port)]);
  const joiner = TestReplica.start(1, l1, [at(0, l0.port)], more);
  replicas.push(leader, joiner);
  return [leader, joiner];
}

const ballot = { counter: 7, replicaId: 0, nonce: "0011223344556677" };
const header: SnapshotHeader = {
  ballot,
  lineage: [
    {
      no: { ballot, minor: 1 },
      startSeq: 5,
      leader: 0,
      members: [{ replicaId: 0, storeId: "s0" }],
      forkRisk: [2],
      consistency: "available",
      recovery: "any",
    },
  ],
  logFirstSeq: 90,
  appliedSeq: 100,
  commonSeq: 4,
};

const CHUNK = 256 * 1024;

/** Offers `chunks` chunks, and records how many were read and whether it was released. */
class FakeSnapshot {
  asked = 0;
  released = false;
  readonly #chunks: number;

  constructor(chunks: number) {
    this.#chunks = chunks;
  }

  async source(commonSeq: number): Promise<SnapshotSource> {
    return { header: { ...header, commonSeq }, chunks: this.#give() };
  }

  async *#give(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let i = 0; i < this.#chunks; i++) {
        this.asked++;
        const chunk = new Uint8Array(CHUNK).fill(i);
        chunk[0] = i >> 8;
        yield chunk;
      }
    } finally {
      this.released = true;
    }
  }
}

function iterate(source: SnapshotSource): AsyncIterator<Uint8Array> {
  return source.chunks[Symbol.asyncIterator]();
}

/** The error of a promise that rejects. Bun 1.4.5 runs a nested event loop for `rejects`, in which gRPC stalls. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** A leader that proves the cluster key and then sends only these packets. */
async function liar(packets: readonly PacketToSend[]): Promise<number> {
  const context = {
    self: { replicaId: 0, storeId: "store-0", bootId: "liar" },
    release: FIRST,
    key: KEY,
    clusterId: () => "c1",
    modeHash: settingsHash("available any"),
    peersHash: settingsHash("0 1 2"),
    nowMs: Date.now,
  };
  const server = new grpc.Server(PEER_SERVER_OPTIONS);
  server.addService(PEER_SERVICE, {
    Connect: (stream: PeerServerStream) => stream.end(),
    FetchSnapshot: (stream: PeerServerStream) => {
      const proof = new AcceptorProof(context, "snapshot", [1]);
      let pieces: PieceWriter | null = null;
      stream.on("error", () => undefined);
      stream.on("data", (bytes: Uint8Array) => {
        if (pieces !== null) {
          for (const packet of packets) for (const piece of pieces.cut(encodePacket(packet))) stream.write(piece);
          stream.end();
          return;
        }
        const step = proof.receive(bytes, decodePacket(bytes));
        if (step.kind === "proven") pieces = new PieceWriter(step.keys.acceptor);
        if (step.bytes !== null) stream.write(step.bytes);
      });
    },
  });
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

describe("a snapshot", () => {
  test("of 50 MB arrives whole, after its header, while frames go on", async () => {
    const [leader, joiner] = await pair();
    await waitFor("connected", () => leader.transport.isConnected(1));
    const snapshot = new FakeSnapshot(200);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const source = await joiner.transport.fetchSnapshot(0, 4);
    expect(source.header).toEqual(header);
    const received = createHash("sha256");
    let bytes = 0;
    for await (const chunk of source.chunks) {
      received.update(chunk);
      bytes += chunk.byteLength;
      if (bytes % (50 * CHUNK) === 0) leader.transport.send(1, numbered(bytes));
    }
    const sent = createHash("sha256");
    for await (const chunk of (await new FakeSnapshot(200).source(4)).chunks) sent.update(chunk);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    await waitFor("frames", () => joiner.seqsFrom(0).length === 4);
    await waitFor("released", () => snapshot.released);
  });

  test("is read from the leader only as the joiner reads: memory is bounded at both ends", async () => {
    const [leader, joiner] = await pair();
    const snapshot = new FakeSnapshot(400);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const source = await joiner.transport.fetchSnapshot(0, 0);
    const chunks = iterate(source);
    let read = 0;
    let furthest = 0;
    for (; read < 400; read++) {
      // Gives the leader every chance to send ahead before each of the first reads.
      if (read < 3) for (let i = 0; i < 500; i++) await new Promise(setImmediate);
      furthest = Math.max(furthest, snapshot.asked - read);
      expect((await chunks.next()).done).toBe(false);
    }
    expect((await chunks.next()).done).toBe(true);
    expect(furthest).toBeGreaterThan(0);
    expect(furthest * CHUNK).toBeLessThanOrEqual(24 * 1024 * 1024);
  });

  test("that the joiner leaves is let go at the leader", async () => {
    const [leader, joiner] = await pair();
    const snapshot = new FakeSnapshot(400);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const source = await joiner.transport.fetchSnapshot(0, 0);
    for await (const chunk of source.chunks) {
      expect(chunk.byteLength).toBe(CHUNK);
      break;
    }
    await waitFor("released", () => snapshot.released);
    expect(snapshot.asked).toBeLessThan(400);
  });

  test("whose leader dies fails, and never looks whole", async () => {
    const [leader, joiner] = await pair();
    const snapshot = new FakeSnapshot(400);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const source = await joiner.transport.fetchSnapshot(0, 0);
    const chunks = iterate(source);
    await chunks.next();
    leader.kill();
    const rest = (async () => {
      while ((await chunks.next()).done !== true);
    })();
    expect(await failure(rest)).toBeInstanceOf(SnapshotBroken);
    await waitFor("released", () => snapshot.released);
  });

  test("of which a byte is changed on the way fails, and is reported", async () => {
    const damaged: string[] = [];
    const onDamaged = (peer: number, what: string): void => void damaged.push(`${peer} ${what}`);
    const [l0, l1] = [await listen(), await listen()];
    const proxy = await Proxy.to(l0.port);
    const listener = {
      onFrame: () => undefined,
      onRefused: () => undefined,
      onStream: () => undefined,
      onMismatch: () => undefined,
      onDamaged,
    };
    const leader = TestReplica.start(0, l0, [at(1, l1.port)]);
    const joiner = TestReplica.start(1, l1, [at(0, proxy.port)], { listener });
    replicas.push(leader, joiner);
    const snapshot = new FakeSnapshot(40);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const chunks = iterate(await joiner.transport.fetchSnapshot(0, 0));
    await chunks.next();
    proxy.alter = (bytes) => {
      // The middle of a large segment is inside a chunk.
      if (bytes.length > 8192) bytes[bytes.length >> 1]! ^= 1;
      return bytes;
    };
    const rest = (async () => {
      while ((await chunks.next()).done !== true);
    })();
    expect(await failure(rest)).toBeInstanceOf(SnapshotBroken);
    expect(damaged).toEqual(["0 frame"]);
    await waitFor("released", () => snapshot.released);
    proxy.close();
  });

  test("that the leader cannot make, or breaks off, fails", async () => {
    const [leader, joiner] = await pair();
    leader.offer = () => Promise.reject(new Error("disk full"));
    expect(await failure(joiner.transport.fetchSnapshot(0, 0))).toBeInstanceOf(SnapshotBroken);
    leader.offer = async () => ({
      header,
      chunks: (async function* () {
        yield new Uint8Array(10);
        throw new Error("damaged");
      })(),
    });
    const chunks = iterate(await joiner.transport.fetchSnapshot(0, 0));
    expect((await chunks.next()).value).toHaveLength(10);
    expect(await failure(chunks.next())).toBeInstanceOf(SnapshotBroken);
  });

  const chunk: PacketToSend = { kind: "snapshotChunk", chunk: new Uint8Array(10) };
  test.each([
    ["without an end", [chunk]],
    ["with a chunk too few", [chunk, { kind: "snapshotEnd", chunks: 2, bytes: 10 }]],
    ["with bytes too few", [chunk, { kind: "snapshotEnd", chunks: 1, bytes: 11 }]],
    ["with something else in it", [chunk, { kind: "frames", frames: [] }]],
  ] as const)("%s is not taken for whole", async (_name, packets) => {
    const port = await liar([{ kind: "snapshotHeader", header }, ...packets]);
    const joiner = TestReplica.start(1, await listen(), [at(0, port)]);
    replicas.push(joiner);
    const chunks = iterate(await joiner.transport.fetchSnapshot(0, 0));
    expect((await chunks.next()).value).toHaveLength(10);
    expect(await failure(chunks.next())).toBeInstanceOf(SnapshotBroken);
  });

  test("asked for again replaces the one before", async () => {
    const [leader, joiner] = await pair();
    const first = new FakeSnapshot(400);
    leader.offer = (commonSeq) => first.source(commonSeq);
    const one = iterate(await joiner.transport.fetchSnapshot(0, 0));
    await one.next();
    const second = new FakeSnapshot(2);
    leader.offer = (commonSeq) => second.source(commonSeq);
    const two = await joiner.transport.fetchSnapshot(0, 0);
    await waitFor("the first released", () => first.released);
    let chunks = 0;
    for await (const chunk of two.chunks) chunks += chunk.byteLength / CHUNK;
    expect(chunks).toBe(2);
    await one.return?.();
  });

  test("ends with resetPeers, and is refused to a wrong key", async () => {
    const [leader, joiner] = await pair();
    const snapshot = new FakeSnapshot(400);
    leader.offer = (commonSeq) => snapshot.source(commonSeq);
    const chunks = iterate(await joiner.transport.fetchSnapshot(0, 0));
    await chunks.next();
    joiner.transport.resetPeers();
    await waitFor("released", () => snapshot.released);
    const rest = (async () => {
      while ((await chunks.next()).done !== true);
    })();
    expect(await failure(rest)).toBeInstanceOf(SnapshotBroken);
    const [other, stranger] = await pair({ key: new Uint8Array(32).fill(2) });
    other.offer = leader.offer;
    expect(await failure(stranger.transport.fetchSnapshot(0, 0))).toBeInstanceOf(SnapshotBroken);
  });
});
