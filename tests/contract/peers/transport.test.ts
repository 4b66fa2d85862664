/** GrpcPeerTransport over loopback, with real sockets: what its users rely on. */
import { afterEach, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { connect, createServer } from "node:net";
import { withChecksum } from "../../../proto/op-checksum.ts";
import type { Frame } from "../../../src/election/frame.ts";
import type { Release } from "../../../src/election/release.ts";
import { encodePacket } from "../../../src/election/peers/packet.ts";
import { CONNECT_PATH, FETCH_SNAPSHOT_PATH, openCall, openClient } from "../../../src/election/peers/service.ts";
import type { GrpcPeerOptions } from "../../../src/election/peers/transport.ts";
import { waitFor } from "../../../harness/cluster.ts";
import { at, deadPort, listen, type Listening, numbered, Proxy, TestReplica } from "../../support/peer-replica.ts";
import { FIRST, SECOND } from "../../support/releases.ts";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const undo of cleanUp.splice(0).reverse()) undo();
});

function start(
  id: number,
  listening: Listening,
  peers: ReturnType<typeof at>[],
  more: Partial<GrpcPeerOptions> = {},
): TestReplica {
  const replica = TestReplica.start(id, listening, peers, more);
  cleanUp.push(() => replica.kill());
  return replica;
}

/** Replicas 0 and 1, each other's only peer, connected both ways. */
async function pair(
  more: [Partial<GrpcPeerOptions>?, Partial<GrpcPeerOptions>?] = [],
): Promise<[TestReplica, TestReplica]> {
  const [l0, l1] = [await listen(), await listen()];
  const a = start(0, l0, [at(1, l1.port)], more[0]);
  const b = start(1, l1, [at(0, l0.port)], more[1]);
  return [a, b];
}

async function connected(a: TestReplica, b: TestReplica): Promise<void> {
  await waitFor("0 connected to 1", () => a.transport.isConnected(1));
  await waitFor("1 connected to 0", () => b.transport.isConnected(0));
}

function countUp(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function beat(lastSeq: number): Frame {
  return {
    type: "beat",
    role: "leader",
    storeId: "s",
    bootId: "b",
    active: true,
    eligible: true,
    admitted: true,
    view: null,
    lineageTail: [],
    lastSeq,
    durableSeq: 0,
    commit: 0,
    promised: { counter: 0, replicaId: 0, nonce: "" },
    leaderId: null,
    hears: [],
    leaving: false,
    floor: 0,
    firstSeq: 1,
  };
}

describe("frames", () => {
  test("arrive in the order they were sent, both ways, once", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    for (let turn = 0; turn < 10; turn++) {
      for (let i = 0; i < 100; i++) {
        a.transport.send(1, numbered(turn * 100 + i));
        b.transport.send(0, numbered(turn * 100 + i));
      }
      await new Promise(setImmediate);
    }
    await waitFor("all arrived", () => a.seqsFrom(1).length >= 1000 && b.seqsFrom(0).length >= 1000);
    expect(a.seqsFrom(1)).toEqual(countUp(0, 1000));
    expect(b.seqsFrom(0)).toEqual(countUp(0, 1000));
    expect([...a.mismatches, ...b.mismatches]).toEqual([]);
  });

  test("stay in order when one turn sends more than a packet holds", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    for (let i = 0; i < 200; i++) {
      a.transport.send(1, { type: "propose", ops: [withChecksum(new Uint8Array(20_000))], keys: ["key"] });
      a.transport.send(1, numbered(i));
    }
    await waitFor("all arrived", () => b.frames.length >= 400);
    expect(b.frames.map(({ frame }) => (frame.type === "appendOk" ? frame.seq : -1))).toEqual(
      countUp(0, 200).flatMap((i) => [-1, i]),
    );
  });

  test("are dropped without a word where there is no proven stream", async () => {
    const a = start(0, await listen(), [at(1, await deadPort())]);
    a.transport.send(1, numbered(1));
    expect(a.transport.isConnected(1)).toBe(false);
  });

  test("of a stream that was replaced are not delivered, though they arrive", async () => {
    const [l0, l1] = [await listen(), await listen()];
    const b = start(1, l1, [at(0, l0.port)]);
    const proxy = await Proxy.to(l1.port);
    cleanUp.push(() => proxy.close());
    const a = start(0, l0, [at(1, proxy.port)]);
    await connected(a, b);
    a.transport.send(1, numbered(1));
    await waitFor("the first frame", () => b.seqsFrom(0).length === 1);
    proxy.hold();
    for (const seq of [2, 3]) a.transport.send(1, numbered(seq));
    await new Promise(setImmediate);
    a.transport.resetPeers();
    await waitFor("connected anew", () => a.transport.isConnected(1));
    a.transport.send(1, numbered(4));
    await waitFor("a frame of the new stream", () => b.seqsFrom(0).length === 2);
    proxy.release();
    for (const seq of countUp(5, 20)) {
      a.transport.send(1, numbered(seq));
      await new Promise(setImmediate);
    }
    await waitFor("the last frame", () => b.seqsFrom(0).at(-1) === 24);
    expect(b.seqsFrom(0)).toEqual([1, ...countUp(4, 21)]);
  });

  test("still in a packet are not delivered once the receiver closed its streams", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    b.onFrame = (_from, frame) => {
      if (frame.type === "appendOk" && frame.seq === 1) b.transport.resetPeers();
    };
    for (const seq of [1, 2, 3]) a.transport.send(1, numbered(seq));
    await waitFor("the first frame", () => b.seqsFrom(0).length > 0);
    await waitFor("the stream ended at the sender", () => a.streams.includes("out 1 ended"));
    await connected(a, b);
    a.transport.send(1, numbered(4));
    await waitFor("a frame of the new stream", () => b.seqsFrom(0).includes(4));
    expect(b.seqsFrom(0)).toEqual([1, 4]);
  });

  test("that a peer does not read are bounded: the stream goes, a new one comes, no gap within one", async () => {
    const [l0, l1] = [await listen(), await listen()];
    const b = start(1, l1, [at(0, l0.port)]);
    const proxy = await Proxy.to(l1.port);
    cleanUp.push(() => proxy.close());
    const a = start(0, l0, [at(1, proxy.port)]);
    await connected(a, b);
    proxy.hold();
    const op = withChecksum(new Uint8Array(256 * 1024));
    let sent = 0;
    while (a.transport.isConnected(1) && sent < 400) {
      a.transport.send(1, { type: "propose", ops: [op], keys: ["key"] });
      sent++;
      await new Promise(setImmediate);
    }
    // 16 MiB here, and the buffers of the sockets in between.
    expect(sent).toBeLessThan(400);
    await waitFor("connected anew", () => a.transport.isConnected(1));
    a.transport.send(1, numbered(7));
    await waitFor("a frame of the new stream", () => b.seqsFrom(0).length === 1);
  });

  test("of type Beat that wait give way to newer ones, and nothing else does", async () => {
    const [l0, l1] = [await listen(), await listen()];
    const b = start(1, l1, [at(0, l0.port)]);
    const proxy = await Proxy.to(l1.port);
    cleanUp.push(() => proxy.close());
    const a = start(0, l0, [at(1, proxy.port)]);
    await connected(a, b);
    proxy.hold();
    const op = withChecksum(new Uint8Array(1024 * 1024));
    for (let i = 0; i < 14; i++) a.transport.send(1, { type: "propose", ops: [op], keys: ["key"] });
    for (const seq of [1, 2, 3]) {
      a.transport.send(1, numbered(seq));
      a.transport.send(1, beat(seq));
    }
    proxy.release();
    await waitFor("the last Beat", () => b.frames.some(({ frame }) => frame.type === "beat" && frame.lastSeq === 3));
    const tail = b.frames.flatMap(({ frame }): (string | number)[] =>
      frame.type === "beat" ? [`beat ${frame.lastSeq}`] : frame.type === "appendOk" ? [frame.seq] : [],
    );
    expect(tail).toEqual([1, 2, 3, "beat 3"]);
    expect(b.frames.filter(({ frame }) => frame.type === "propose")).toHaveLength(14);
  });
});

describe("a frame that cannot be read", () => {
  /** A batch is never empty, so this frame is as unreadable as one of a new kind. */
  const unreadable: Frame = {
    type: "tail",
    prevSeq: 0,
    prevViewNo: null,
    batches: [
      {
        kind: "op",
        viewNo: { ballot: { counter: 1, replicaId: 0, nonce: "" }, minor: 0 },
        firstSeq: 1,
        ops: [],
      },
    ],
  };

  /** Replica 0 of this release sends a frame, the unreadable one, and a frame to replica 1 of the first release. */
  async function sentBy(release: Release) {
    const unread: string[] = [];
    const damaged: string[] = [];
    const listener = {
      onFrame: () => undefined,
      onRefused: () => undefined,
      onStream: () => undefined,
      onMismatch: () => undefined,
      onUnread: (peer: number, { number }: { number: number }, { version }: Release) =>
        unread.push(`frame ${number} of ${peer}, ${version}`),
      onDamaged: (peer: number, what: string) => damaged.push(`${what} of ${peer}`),
    };
    const seqs: number[] = [];
    listener.onFrame = ((_from: number, frame: Frame) => {
      if (frame.type === "appendOk") seqs.push(frame.seq);
    }) as () => undefined;
    const [a, b] = await pair([{ release }, { listener }]);
    await connected(a, b);
    for (const frame of [numbered(1), unreadable, numbered(2)]) a.transport.send(1, frame);
    return { a, b, unread, damaged, seqs };
  }

  test("is left out and named if its sender speaks a newer protocol, and the stream goes on", async () => {
    const { a, b, unread, damaged, seqs } = await sentBy(SECOND);
    await waitFor("what is around it", () => seqs.length === 2);
    expect([seqs, unread, damaged]).toEqual([[1, 2], ["frame 14 of 0, 0.2.0"], []]);
    expect([a.transport.isConnected(1), b.transport.isConnected(0)]).toEqual([true, true]);
  });

  test("is damage if its sender speaks what we speak: the stream ends, and a new one begins", async () => {
    const { a, unread, damaged, seqs } = await sentBy({ ...FIRST, version: "0.1.7" });
    await waitFor("the damage", () => damaged.length > 0);
    expect([seqs, unread, damaged]).toEqual([[1], [], ["sender of 0"]]);
    // Until then the sender still uses the old stream, and what it sends is lost.
    await waitFor("the stream ended at the sender", () => a.streams.includes("out 1 ended"));
    await waitFor("a new stream", () => a.transport.isConnected(1));
    a.transport.send(1, numbered(3));
    await waitFor("a frame of the new stream", () => seqs.includes(3));
    expect(seqs).toEqual([1, 3]);
  });
});

describe("a peer that", () => {
  test("dies is refused at once, and reached again once it is back, under a new boot", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    const before = a.refused.length;
    b.kill();
    await waitFor("refused", () => a.refused.length > before);
    expect(a.transport.isConnected(1)).toBe(false);
    const again = start(1, await listen(b.port), [at(0, a.port)]);
    await connected(a, again);
    a.transport.send(1, numbered(1));
    again.transport.send(0, numbered(2));
    await waitFor("frames flow", () => again.seqsFrom(0).length + a.seqsFrom(1).length === 2);
  });

  test("has its port open and answers nothing is not refused", async () => {
    let accepted = 0;
    const frozen = createServer({ pauseOnConnect: true }, () => accepted++);
    await new Promise<void>((resolve) => frozen.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => frozen.close());
    const port = (frozen.address() as { port: number }).port;
    const a = start(0, await listen(), [at(1, port)]);
    a.transport.probe(1);
    // The probe, the dial, and the next probe after its timeout.
    await waitFor("dialled twice", () => accepted >= 3);
    expect(a.refused).toEqual([]);
    expect(a.transport.isConnected(1)).toBe(false);
  });

  test("stops reading is not refused when the stream is closed", async () => {
    const [l0, l1] = [await listen(), await listen()];
    const b = start(1, l1, [at(0, l0.port)]);
    const proxy = await Proxy.to(l1.port);
    cleanUp.push(() => proxy.close());
    const a = start(0, l0, [at(1, proxy.port)]);
    await connected(a, b);
    const before = a.refused.length;
    proxy.hold();
    a.transport.resetPeers();
    await waitFor("connected anew", () => a.transport.isConnected(1));
    expect(a.refused.length).toBe(before);
  });

  test("is probed is reported only if nobody listens there", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    const before = a.refused.length;
    a.transport.probe(1);
    a.transport.send(1, numbered(1));
    await waitFor("a frame", () => b.seqsFrom(0).length === 1);
    expect(a.refused.length).toBe(before);
    const gone = await deadPort();
    const c = start(2, await listen(), [at(1, gone)]);
    await waitFor("refused at start", () => c.refused.length > 0);
    const dials = c.refused.length;
    c.transport.probe(1);
    await waitFor("refused", () => c.refused.length > dials);
  });
});

describe("who is not ours", () => {
  test("a wrong key gets nothing, and both sides are told once", async () => {
    const [a, b] = await pair([{}, { key: new Uint8Array(32).fill(9) }]);
    await waitFor("told", () => a.mismatches.length > 0 && b.mismatches.length > 0);
    a.transport.send(1, numbered(1));
    b.transport.send(0, numbered(1));
    expect(a.mismatches.map((m) => m.reason)).toEqual(["key"]);
    expect(b.mismatches.map((m) => m.reason)).toEqual(["key"]);
    expect(a.transport.isConnected(1) || b.transport.isConnected(0)).toBe(false);
    expect(a.frames.length + b.frames.length).toBe(0);
    expect([...a.streams, ...b.streams]).toEqual([]);
  });

  test.each([
    ["cluster", { clusterId: () => "c2" }],
    ["mode", { settings: { mode: "strict any", peers: "0 1 2" } }],
    ["peers", { settings: { mode: "available any", peers: "0 1" } }],
  ] as const)("another %s is refused, and each side is told why", async (reason, more) => {
    const [a, b] = await pair([{}, more]);
    await waitFor("told", () => a.mismatches.length > 0 && b.mismatches.length > 0);
    for (const replica of [a, b]) {
      expect(replica.mismatches.map((m) => m.reason)).toEqual([reason]);
      expect(replica.streams).toEqual([]);
    }
  });

  test("a dialler without our key is not taken for the peer it claims to be", async () => {
    const [l0, l1] = [await listen(), await listen()];
    const a = start(0, l0, [at(1, await deadPort())]);
    const stranger = start(1, l1, [at(0, l0.port)], { key: new Uint8Array(32).fill(9) });
    await waitFor("told", () => stranger.mismatches.length > 0);
    expect(stranger.mismatches).toEqual([{ peer: 0, reason: "key" }]);
    expect(a.mismatches).toEqual([]);
  });

  test("a clock ten minutes off is told, and the peer stays", async () => {
    const [a, b] = await pair([{}, { nowMs: () => Date.now() + 600_000 }]);
    await connected(a, b);
    await waitFor("told", () => a.mismatches.length > 0 && b.mismatches.length > 0);
    expect(a.mismatches.map((m) => m.reason)).toEqual(["clock"]);
    a.transport.send(1, numbered(1));
    await waitFor("a frame", () => b.seqsFrom(0).length === 1);
  });

  test("streams of another cluster end when this store joins one", async () => {
    let clusterId = "";
    const [a, b] = await pair([{ clusterId: () => clusterId }, { clusterId: () => "c2" }]);
    await connected(a, b);
    clusterId = "c1";
    a.transport.send(1, numbered(1));
    await waitFor("told", () => a.mismatches.some((m) => m.reason === "cluster"));
    await waitFor("ended", () => !a.transport.isConnected(1) && !b.transport.isConnected(0));
    expect(b.seqsFrom(0)).toEqual([]);
  });

  test("without a proof no frame passes and no snapshot is made", async () => {
    const a = start(0, await listen(), [at(1, await deadPort())]);
    let offers = 0;
    a.offer = () => {
      offers++;
      return Promise.reject(new Error("none"));
    };
    const packets = [
      [CONNECT_PATH, encodePacket({ kind: "frames", frames: [numbered(1)] })],
      [FETCH_SNAPSHOT_PATH, encodePacket({ kind: "snapshotRequest", commonSeq: 0 })],
      [CONNECT_PATH, randomBytes(1000)],
      [CONNECT_PATH, new Uint8Array(100_000)],
    ] as const;
    for (const [path, bytes] of packets) {
      const client = openClient(at(0, a.port));
      const call = openCall(client, path);
      const status = await new Promise<number>((resolve) => {
        call.on("error", () => undefined);
        call.on("data", () => undefined);
        call.on("status", ({ code }: { code: number }) => resolve(code));
        call.write(bytes);
      });
      client.close();
      expect(status).not.toBe(0);
    }
    expect(a.frames).toEqual([]);
    expect(offers).toBe(0);
  });

  test("a hundred strangers who say nothing keep no peer out", async () => {
    const a = start(0, await listen(), [at(1, await deadPort())]);
    const client = openClient(at(0, a.port));
    cleanUp.push(() => client.close());
    const codes: number[] = [];
    for (let i = 0; i < 100; i++) {
      const call = openCall(client, CONNECT_PATH);
      cleanUp.push(() => call.cancel());
      call.on("error", (error: { code: number }) => codes.push(error.code));
      call.on("data", () => undefined);
    }
    // RESOURCE_EXHAUSTED: the guard has refused the oldest ones.
    await waitFor("68 sent away", () => codes.filter((code) => code === 8).length >= 68);
    const b = start(1, await listen(), [at(0, a.port)]);
    await waitFor("a peer gets in", () => b.transport.isConnected(0));
  });

  test("a million random bytes at the port leave the replica serving", async () => {
    const [a, b] = await pair();
    await connected(a, b);
    for (const head of ["", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) {
      await new Promise<void>((resolve) => {
        const socket = connect({ host: "127.0.0.1", port: b.port });
        socket.resume();
        socket.on("error", () => resolve());
        socket.on("close", () => resolve());
        socket.on("connect", () => {
          socket.write(head);
          socket.end(randomBytes(1_000_000));
        });
      });
    }
    a.transport.send(1, numbered(1));
    await waitFor("a frame", () => b.seqsFrom(0).length === 1);
    a.transport.resetPeers();
    await waitFor("a new stream", () => a.transport.isConnected(1));
  });
});
