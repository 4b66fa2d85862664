/**
 * Bounds on the memory that strangers can make a replica of the built binary hold: two hundred connections begin
 * requests at the gRPC port and end none, from one address and from ten, while people and peers are at work.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { RawHttp2 } from "../../harness/raw-http2.ts";
import { WEB_PASSWORD } from "../../harness/web-person.ts";

const CONNECTIONS = 200;
const MIB = 1024 * 1024;
/** The memory that strangers may add to what the same work takes without them. */
const GROWTH_MIB = 64;
/** The memory that a replica may have above its start afterwards, because its code was compiled in the meantime. */
const BACK = 24 * MIB;
/** Sends and logins of others take at most OTHERS_TIMES as long as without strangers, and OTHERS_MS more. */
const OTHERS_MS = 1000;
const OTHERS_TIMES = 4;
const SENDS = 60;
/** Pairs of logins in a round. */
const LOGINS = 10;

/** A round takes about a second on a quiet machine, and strangers are told to stop within a few rounds. */
const ROUNDS_MAX = 20;

let cluster: Cluster;
let ada: ChatClient;
let sent = 0;
/**
 * The same work without strangers: the most memory that replica 0 took for it, and what it took afterwards, in bytes;
 * and how long sends and logins took, in ms.
 */
const control = { most: 0, after: 0, sends: 0, logins: 0 };

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  ada = new ChatClient({ addresses: [cluster.grpc(0)], deadlineMs: 60_000 });
  expect((await ada.register("ada", WEB_PASSWORD)).ok).toBe(true);
  const ben = new ChatClient({ addresses: [cluster.grpc(1)] });
  expect((await ben.register("ben", WEB_PASSWORD)).ok).toBe(true);
  ben.close();
  const { most, sends, logins } = await others();
  Object.assign(control, { most, sends: waited(sends), logins: waited(logins) });
  control.after = resident();
}, 180_000);
afterAll(async () => {
  ada.close();
  await cluster.stop();
});

function resident(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${cluster.pid(0)}/status`, "utf8"))![1]) * 1024;
}

async function timed(work: () => Promise<{ readonly ok: boolean }>): Promise<number> {
  const begun = performance.now();
  expect(await work()).toMatchObject({ ok: true });
  return performance.now() - begun;
}

const send = (): Promise<{ readonly ok: boolean }> => ada.send({ to: "ben", body: `message ${++sent}` });

/** Logs in on a new connection. The replica hashes a password, which takes 19 MiB and some 40 ms. */
async function logIn(): Promise<{ readonly ok: boolean }> {
  const client = new ChatClient({ addresses: [cluster.grpc(0)], deadlineMs: 60_000, ownConnections: true });
  try {
    return await client.login("ben", WEB_PASSWORD);
  } finally {
    client.close();
  }
}

/**
 * A peer that was killed proves itself on new connections, and people send and log in. Returns the most bytes that
 * replica 0 took meanwhile, and how long each send and login took, in ms.
 */
async function others(): Promise<{ most: number; sends: number[]; logins: number[] }> {
  const done = { most: 0, sends: [] as number[], logins: [] as number[] };
  const look = setInterval(() => (done.most = Math.max(done.most, resident())), 10);
  try {
    await cluster.kill(1);
    await cluster.start(1);
    for (let i = 0; i < SENDS; i++) {
      done.sends.push(await timed(send));
      // As many at once as the replica hashes at once, so that they take the same memory each time.
      if (i % (SENDS / LOGINS) === 0) done.logins.push(...(await Promise.all([timed(logIn), timed(logIn)])));
    }
    await cluster.inStep();
    return done;
  } finally {
    clearInterval(look);
  }
}

/**
 * The median, because single calls may meet a change of the view, or another test's start on the same two cores. A
 * client that is starved waits most of the time.
 */
function waited(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** A stranger's call whose request never ends. */
interface Endless {
  id: number;
  left: number;
}

/** gRPC once took 64 MiB less a byte; the contract allows 64 KiB; a piece may also be a single byte. */
test.each([
  ["64 MiB each, from one address", 64 * MIB - 1, 16_384, 16_384, 1, 1],
  ["64 KiB each, whole but for a byte, from one address", 64 * 1024, 16_384, 16_384, 1, 1],
  ["64 KiB each, in four calls, from ten addresses", 64 * 1024, 16_384, 16_384, 4, 10],
  // These calls last for minutes of processor time, of which a test beside this one would get too little.
  ...(SOAK ? [["64 KiB each, a byte at a time, from ten addresses", 64 * 1024, 32, 1, 1, 10] as const] : []),
])(
  "requests that never end, %s: memory is bounded and comes back, people and peers are served",
  async (_name, bytes, burst, piece, calls, addresses) => {
    const raws = await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, i) =>
        RawHttp2.connect(cluster.grpc(0), `127.0.0.${1 + (i % addresses)}`),
      ),
    );
    const begin = (raw: RawHttp2): Endless => ({ id: raw.begin(CHAT_WIRE.Login.path, bytes), left: bytes - 1 });
    const begun = raws.map((raw) => Array.from({ length: calls }, () => begin(raw)));
    let stopped = 0;
    const drip = setInterval(() => {
      for (const [i, raw] of raws.entries())
        for (const call of begun[i]!) call.left -= raw.more(call.id, Math.min(call.left, burst), piece);
    }, 50);
    // A stranger who is told to slow down begins again after the second that it must wait.
    const again = setInterval(() => {
      for (const [i, raw] of raws.entries())
        if (!raw.closed) begun[i] = begun[i]!.map((call) => (raw.isOver(call.id) ? (stopped++, begin(raw)) : call));
    }, 1000);
    try {
      const rounds = [await others()];
      // Premise: the strangers did send, and some were told to stop and began again.
      const isUnderAttack = (): boolean =>
        stopped > 0 && raws.reduce((sum, raw) => sum + raw.sent, 0) > CONNECTIONS * 5;
      while (!isUnderAttack() && rounds.length < ROUNDS_MAX) rounds.push(await others());
      expect(isUnderAttack()).toBe(true);
      expect((Math.max(...rounds.map(({ most }) => most)) - control.most) / MIB).toBeLessThanOrEqual(GROWTH_MIB);
      for (const what of ["sends", "logins"] as const) {
        const took = waited(rounds.flatMap((round) => round[what]));
        expect(took).toBeLessThanOrEqual(OTHERS_TIMES * control[what] + OTHERS_MS);
      }
    } finally {
      clearInterval(drip);
      clearInterval(again);
      for (const raw of raws) raw.close();
    }
    await waitFor("the memory to come back", () => resident() - control.after <= BACK, 60_000);
  },
  180_000,
);
