/** Clients and strangers that do harm within the rules of TCP: too many, too slow, or with another protocol. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { AcknowledgedWriter, wrongWith } from "../../harness/acknowledged.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";
import { loginCookie } from "../../harness/login-cookie.ts";

const LINUX = process.platform === "linux";
/** The state of an established connection in /proc/net/tcp. */
const ESTABLISHED = "01";
const CALLERS = 50;
/** Connections of all callers together. */
const CONNECTIONS = SOAK ? 10_000 : 2_000;

let cluster: Cluster;
let writer: AcknowledgedWriter;

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  writer = await AcknowledgedWriter.create(cluster);
}, 180_000);
afterAll(async () => {
  writer.close();
  await cluster.stop();
});

function portsOf(id: number): number[] {
  return [cluster.grpc(id), cluster.web(id)].map((at) => Number(at.replace(/^.*:/, "")));
}

/**
 * Checks that the cluster is whole with its original processes, and that every replica has all acknowledged messages.
 */
async function unharmed(pids: readonly number[]): Promise<void> {
  await cluster.inStep();
  expect(cluster.ids.map((id) => cluster.pid(id))).toEqual([...pids]);
  expect(await writer.send()).toBe(true);
  for (const id of cluster.ids) {
    await waitFor(`all at ${id}`, async () => wrongWith(await writer.readAt(id), [writer]).length === 0);
  }
}

/** The client ports of the connections that the listener on `port` of loopback has open, according to the system. */
function connectedTo(port: number): Set<number> {
  const connected = new Set<number>();
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local, remote, state] = /^ *\d+: \w+:(\w+) \w+:(\w+) (\w+)/.exec(line) ?? [];
    if (state === ESTABLISHED && parseInt(local!, 16) === port) connected.add(parseInt(remote!, 16));
  }
  return connected;
}

interface Stranger {
  readonly socket: Bun.Socket<undefined>;
  readonly ended: Promise<void>;
}

async function connect(port: number): Promise<Stranger> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data() {}, close: () => resolve(), error: () => resolve() },
  });
  return { socket, ended: promise };
}

test.skipIf(!LINUX)(
  `${CONNECTIONS} connections in quick succession, half of them without a word: nobody notices, nothing is left open`,
  async () => {
    const pids = cluster.ids.map((id) => cluster.pid(id));
    const ports = portsOf(0);
    const before = ports.map((port) => connectedTo(port).size);
    let connected = 0;
    const callers = Array.from({ length: CALLERS }, async (_, caller) => {
      for (let i = 0; i < CONNECTIONS / CALLERS; i++) {
        const { socket, ended } = await connect(ports[i % 2]!);
        if (i % 4 < 2)
          socket.write(i % 2 === 0 ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" : "GET /login HTTP/1.1\r\nHost: x\r\n\r\n");
        // End half of them in an orderly way, and abort the others.
        if ((i + caller) % 2 === 0) socket.end();
        socket.terminate();
        await ended;
        connected++;
      }
    });
    const writing = (async () => {
      for (let i = 0; i < 10; i++) expect(await writer.send(30_000)).toBe(true);
    })();
    await Promise.all([...callers, writing]);
    expect(connected).toBe(CONNECTIONS);
    await unharmed(pids);
    await waitFor(
      "the connections to be closed",
      () => ports.every((port, i) => connectedTo(port).size < before[i]! + 20),
      60_000,
    );
  },
  180_000,
);

test("random bytes at every port of every replica, also behind a true beginning: the connections end, the replicas do not", async () => {
  const pids = cluster.ids.map((id) => cluster.pid(id));
  const beginnings = [
    "",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
  ];
  for (const port of cluster.ids.flatMap(portsOf)) {
    const strangers = await Promise.all(Array.from({ length: 24 }, () => connect(port)));
    for (const [i, { socket }] of strangers.entries()) {
      socket.write(beginnings[i % beginnings.length]!);
      for (let n = 0; n < 4; n++) socket.write(crypto.getRandomValues(new Uint8Array(16 * 1024)));
      socket.end();
    }
    await Promise.all(
      strangers.map(async ({ socket, ended }, i) => {
        // The replica waits a while for the rest of a body; it ends the others at once.
        if (i % beginnings.length !== 2) await ended;
        socket.terminate();
      }),
    );
  }
  await unharmed(pids);
}, 180_000);

test.concurrent.skipIf(!LINUX)(
  "a reader of events that never reads: it is let go, and keeps nobody else waiting",
  async () => {
    const pids = cluster.ids.map((id) => cluster.pid(id));
    const anna = new WebPerson("anna");
    const bert = new WebPerson("bert");
    await anna.register(cluster.web(0));
    await bert.register(cluster.web(1));
    const cookie = await loginCookie(cluster.web(1));
    // Raw sockets, because a client library would read from them.
    const deaf = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const stranger = await connect(portsOf(1)[1]!);
        stranger.socket.pause();
        stranger.socket.write(
          `GET /events HTTP/1.1\r\nHost: ${new URL(cluster.web(1)).host}\r\nCookie: ${cookie}=${bert.cookie(cluster.web(1))}\r\nAccept: text/event-stream\r\n\r\n`,
        );
        return stranger;
      }),
    );
    const reading = await bert.events(cluster.web(2));
    await reading.until("ping");
    const webPort = portsOf(1)[1]!;
    const kept = (): number => deaf.filter(({ socket }) => connectedTo(webPort).has(socket.localPort)).length;
    expect(kept()).toBe(deaf.length);
    // Send more than all buffers on the way can hold.
    const body = "x".repeat(8_000);
    for (let i = 0; i < 60; i++) {
      await Promise.all(Array.from({ length: 20 }, () => anna.send(cluster.web(0), "bert", `${i} ${body}`)));
    }
    await reading.until("message", (data) => data.includes("59 x"), { timeoutMs: 60_000 });
    const listening = await bert.events(cluster.web(1));
    await anna.send(cluster.web(0), "bert", "for the one who reads");
    await listening.until("message", (data) => data.includes("for the one who reads"));
    // The replica must not keep unread data for ever.
    await waitFor("the deaf to be let go", () => kept() === 0, 60_000);
    for (const { socket } of deaf) socket.terminate();
    reading.close();
    listening.close();
    anna.leave();
    bert.leave();
    await unharmed(pids);
  },
  180_000,
);

test.concurrent(
  "three hundred requests that never end keep nobody else waiting, and are cut off",
  async () => {
    const heads = [
      "GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: ",
      "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nname=",
      "",
    ];
    const pids = cluster.ids.map((id) => cluster.pid(id));
    const [, webPort] = portsOf(0);
    const strangers: Stranger[] = [];
    for (let i = 0; i < 300; i++) {
      const stranger = await connect(webPort!);
      stranger.socket.write(heads[i % heads.length]!);
      strangers.push(stranger);
    }
    const drip = setInterval(() => {
      for (const { socket } of strangers) if (socket.readyState === 1) socket.write("a");
    }, 500);
    try {
      const carl = new WebPerson("carl");
      await carl.register(cluster.web(0));
      await carl.logIn(cluster.web(0));
      const { conversationId } = await carl.send(cluster.web(0), "carl", "in the meantime");
      expect(await carl.texts(cluster.web(0), conversationId)).toEqual(["in the meantime"]);
      // Sending a byte now and then does not keep a connection open, because a request must be whole in time.
      await Promise.all(strangers.map(({ ended }) => ended));
    } finally {
      clearInterval(drip);
      for (const { socket } of strangers) socket.terminate();
    }
    await unharmed(pids);
  },
  180_000,
);
