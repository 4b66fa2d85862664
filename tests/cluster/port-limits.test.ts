/**
 * What strangers can make a replica of the built binary hold: two hundred connections that begin requests
 * at the gRPC port and end none, from one address and from ten, while people and peers are at work.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { RawHttp2 } from "../../harness/raw-http2.ts";
import { WEB_PASSWORD } from "../../harness/web-person.ts";

const CONNECTIONS = 200;
const MIB = 1024 * 1024;
const GROWTH_MAX = 64 * MIB;
/** What a replica is above its start when all is over: its code has been compiled meanwhile. */
const BACK = 24 * MIB;

let cluster: Cluster;
let ada: ChatClient;
let sent = 0;
const start = { bytes: 0 };

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  ada = new ChatClient({ addresses: [cluster.grpc(0)], deadlineMs: 10_000 });
  expect((await ada.register("ada", WEB_PASSWORD)).ok).toBe(true);
  const ben = new ChatClient({ addresses: [cluster.grpc(1)] });
  expect((await ben.register("ben", WEB_PASSWORD)).ok).toBe(true);
  ben.close();
  for (let i = 0; i < 50; i++) await send();
  start.bytes = resident();
}, 60_000);
afterAll(async () => {
  ada.close();
  await cluster.stop();
});

function resident(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cluster.pid(0)}/status`, "utf8"))![1]) * 1024;
}

async function send(): Promise<void> {
  sent += 1;
  expect((await ada.send({ to: "ben", body: `message ${sent}` })).ok).toBe(true);
}

/** Somebody new, on a connection of her own. */
async function logIn(): Promise<void> {
  const client = new ChatClient({ addresses: [cluster.grpc(0)], deadlineMs: 10_000, ownConnections: true });
  expect((await client.login("ben", WEB_PASSWORD)).ok).toBe(true);
  client.close();
}

/** 64 MiB less a byte is what gRPC once took; 64 KiB is what the contract allows. */
test.each([
  ["64 MiB each, from one address", 64 * MIB - 1, 1, 1],
  ["64 KiB each, whole but for a byte, from one address", 64 * 1024, 1, 1],
  ["64 KiB each, in four calls, from ten addresses", 64 * 1024, 4, 10],
])(
  "requests that never end, %s: memory is bounded and comes back, people and peers are served",
  async (_name, bytes, calls, addresses) => {
    const raws = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, i) =>
        RawHttp2.connect(cluster.grpc(0), `127.0.0.${1 + (i % addresses)}`),
      ),
    );
    const begun = raws.map((raw) =>
      Array.from({ length: calls }, () => ({ id: raw.begin(CHAT_WIRE.Login.path, bytes), left: bytes - 1 })),
    );
    const drip = setInterval(() => {
      raws.forEach((raw, i) => {
        for (const call of begun[i]!) call.left -= raw.more(call.id, Math.min(call.left, 16_384));
      });
    }, 50);
    let most = 0;
    try {
      // A peer that was killed proves itself on new connections in the middle of it.
      await cluster.kill(1);
      await cluster.start(1);
      await logIn();
      for (let i = 0; i < 50; i++) {
        await send();
        most = Math.max(most, resident());
      }
      await cluster.inStep();
      // Until they have sent all they may, or what would have been too much in any case.
      await waitFor(
        "the strangers to get no further",
        () => {
          most = Math.max(most, resident());
          if (raws.reduce((sum, raw) => sum + raw.sent, 0) > 4 * GROWTH_MAX) return true;
          return raws.every((raw, i) => begun[i]!.every(({ id, left }) => left === 0 || raw.isOver(id)));
        },
        30_000,
      );
      await send();
      expect(most - start.bytes).toBeLessThanOrEqual(GROWTH_MAX);
      // The premise: they did send, and some were told to stop.
      expect(raws.reduce((sum, raw) => sum + raw.sent, 0)).toBeGreaterThan(CONNECTIONS * 5);
      expect(raws.some((raw, i) => begun[i]!.some(({ id }) => raw.isOver(id)))).toBe(true);
    } finally {
      clearInterval(drip);
      for (const raw of raws) raw.close();
    }
    await waitFor("the memory to come back", () => resident() - start.bytes <= BACK, 30_000);
  },
  120_000,
);
