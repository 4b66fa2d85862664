/** The limits of the gRPC port, over real connections with small bounds; and their bookkeeping. */
import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { once } from "node:events";
import http2 from "node:http2";
import { status } from "@grpc/grpc-js";
import { CHAT_WIRE } from "../../../proto/chat-wire.ts";
import {
  PORT_MESSAGE_BYTES_MAX,
  PORT_LIMITS,
  type PortGuardOptions,
  type PortLimits,
} from "../../../src/api/port-guard.ts";
import { limitedAddress, Pool, type PortCall, type PortConnection } from "../../../src/api/port-pools.ts";
import { PEER_MESSAGE_BYTES_MAX } from "../../../src/election/peers/pieces.ts";
import { ApiBench, GOOD_TOKEN } from "../../support/fake-chat.ts";
import { RawHttp2 } from "../../../harness/raw-http2.ts";
import { waitFor } from "../../../harness/cluster.ts";

const LOGIN = CHAT_WIRE.Login.path;
const SEND = CHAT_WIRE.SendStream.path;
const BEARER = { authorization: `Bearer ${GOOD_TOKEN}` };
const POOL = {
  connections: 8,
  connectionsPerAddress: 4,
  calls: 8,
  callsPerAddress: 4,
  bytes: 150_000,
  bytesPerAddress: 100_000,
};
const SMALL: PortLimits = {
  strangers: POOL,
  clients: { ...POOL, calls: 100, callsPerAddress: 100 },
  messageMs: 60_000,
};

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(limits: PortLimits = SMALL, more: PortGuardOptions = {}): Promise<ApiBench> {
  const bench = await ApiBench.start({ guard: { limits, ...more } });
  ends.push(() => bench.stop());
  return bench;
}

async function connect(bench: ApiBench, from = "127.0.0.1"): Promise<RawHttp2> {
  const raw = await RawHttp2.connect(bench.address, from);
  ends.push(() => raw.close());
  return raw;
}

/** Begins a request and sends all of it except its last byte. */
function most(raw: RawHttp2, path = LOGIN, bytes = 40_000, metadata: Record<string, string> = {}): number {
  const id = raw.begin(path, bytes, metadata);
  expect(raw.more(id, bytes - 1)).toBe(bytes - 1);
  return id;
}

/** Waits until another caller has been served, so that everything sent before has been handled. */
async function served(bench: ApiBench): Promise<void> {
  expect((await bench.raw("Login", { name: "ada", password: "password" })).code).toBe(0);
}

describe("a stranger", () => {
  test("is told too_large as soon as the length of a message says so", async () => {
    const bench = await serve();
    const raw = await connect(bench);
    const id = raw.begin(LOGIN, 64 * 1024 * 1024 - 1);
    await waitFor("the call to be over", () => raw.isOver(id));
    expect(raw.isAnswered(id)).toBe(true);
    const whole = await bench.raw("Login", {}, { bytes: new Uint8Array(1_000_000) });
    expect([whole.code, whole.trailers]).toEqual([
      status.INVALID_ARGUMENT,
      { "lastword-code": "too_large", "lastword-outcome": "definite" },
    ]);
    await served(bench);
  });

  test("has the oldest unfinished request refused when an address holds too much; others do not notice", async () => {
    const bench = await serve();
    const other = await connect(bench, "127.0.0.2");
    const theirs = most(other);
    const raws = [await connect(bench), await connect(bench), await connect(bench)];
    const calls: number[] = [];
    for (const raw of raws) {
      calls.push(most(raw));
      await served(bench);
    }
    await waitFor("the oldest to be over", () => raws[0]!.isOver(calls[0]!));
    expect(raws[0]!.isAnswered(calls[0]!)).toBe(true);
    await served(bench);
    expect([raws[1]!.isOver(calls[1]!), raws[2]!.isOver(calls[2]!), other.isOver(theirs)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("cannot hide a request that is whole and never ended", async () => {
    const bench = await serve();
    const raws = await Promise.all([connect(bench), connect(bench), connect(bench)]);
    const calls: number[] = [];
    for (const raw of raws) {
      const id = raw.begin(LOGIN, 40_000);
      expect(raw.more(id, 40_000)).toBe(40_000);
      calls.push(id);
    }
    await waitFor("the oldest to be over", () => raws.some((raw, i) => raw.isOver(calls[i]!)));
    await served(bench);
    expect(raws.filter((raw, i) => !raw.isOver(calls[i]!))).toHaveLength(2);
  });

  test("pays for the pieces that a request comes in, too: a byte takes far more than a byte", async () => {
    const bench = await serve();
    const raw = await connect(bench);
    const id = raw.begin(LOGIN, 40_000);
    raw.more(id, 80, 1);
    await served(bench);
    expect(raw.isOver(id)).toBe(false);
    raw.more(id, 50, 1);
    await waitFor("the call to be over", () => raw.isOver(id));
  });

  test("whose request had to go leaves nothing of it in the memory: no collection is waited for", async () => {
    const bench = await serve(PORT_LIMITS);
    const raws = await Promise.all(Array.from({ length: 50 }, () => connect(bench)));
    for (const raw of raws) most(raw);
    await served(bench);
    // memoryUsage changes for buffers only at a collection, so this counts them where they are freed.
    const transfer = spyOn(ArrayBuffer.prototype, "transfer");
    ends.push(() => transfer.mockRestore());
    for (const raw of raws) raw.close();
    await waitFor("the connections to be over", () => transfer.mock.contexts.length >= 50);
    await served(bench);
    expect(transfer.mock.contexts.filter((buffer) => (buffer as ArrayBuffer).byteLength > 0)).toEqual([]);
  });

  test("leaves garbage with calls that come to nothing: much of it is collected at once, a little with the next sweep", async () => {
    let collected = 0;
    const bench = await serve(SMALL, { collect: () => (collected += 1) });
    const raw = await connect(bench);
    for (let i = 0; i < 700; i++) raw.begin(LOGIN, 10);
    await waitFor("a collection", () => collected > 0);
    // The remaining garbage, about 3 MiB.
    await waitFor("a second one", () => collected > 1);
    await served(bench);
    expect([collected, raw.closed]).toEqual([2, false]);
  });

  test("has no more calls and connections than the bounds: the oldest goes, the newcomer stays", async () => {
    const bench = await serve();
    const raw = await connect(bench);
    const calls = Array.from({ length: 5 }, () => raw.begin(LOGIN, 10));
    await waitFor("the first call to be over", () => raw.isOver(calls[0]!));
    await served(bench);
    expect(calls.slice(2).map((id) => raw.isOver(id))).toEqual([false, false, false]);
    const more: RawHttp2[] = [];
    for (let i = 0; i < 4; i++) more.push(await connect(bench));
    await waitFor("the first connection to be closed", () => raw.closed);
    await served(bench);
    expect(more.at(-1)!.closed).toBe(false);
  });

  test("must have said something in time, and all of it", async () => {
    const bench = await serve({ ...SMALL, messageMs: 1 });
    const session = http2.connect(`http://${bench.address}`);
    ends.push(() => session.destroy());
    const answerTo = async (said: Buffer | null): Promise<http2.IncomingHttpHeaders> => {
      const call = session.request({ ":method": "POST", ":path": LOGIN, "content-type": "application/grpc" });
      call.on("error", () => undefined);
      if (said !== null) call.write(said);
      const [answer] = (await once(call, "response")) as [http2.IncomingHttpHeaders];
      return answer;
    };
    const refused = { "grpc-status": "8", "lastword-code": "slow_down", "lastword-outcome": "definite" };
    const answers = await Promise.all([answerTo(null), answerTo(Buffer.from([0, 0, 0, 0, 9, 1, 2]))]);
    for (const answer of answers) expect(answer).toMatchObject(refused);
    await served(bench);
  });
});

test("a peer's call may last, also the one by which it proved itself", async () => {
  const bench = await serve({ ...SMALL, messageMs: 1_200 });
  const raw = await connect(bench);
  const proving = most(raw);
  await served(bench);
  bench.guard.knowsPeer(raw.from);
  const later = most(raw);
  await served(bench);
  // Begun after them, so it ends with them or after them.
  const stranger = await connect(bench);
  const silent = most(stranger);
  await waitFor("the stranger to be over", () => stranger.isOver(silent));
  await served(bench);
  expect([raw.isOver(proving), raw.isOver(later)]).toEqual([false, false]);
});

describe("who has a login", () => {
  test("is counted apart: strangers do not end her calls", async () => {
    const bench = await serve();
    const ada = await connect(bench);
    const hers = Array.from({ length: 20 }, () => ada.begin(SEND, 10, BEARER));
    const stranger = await connect(bench);
    const calls = Array.from({ length: 6 }, () => stranger.begin(LOGIN, 10));
    await waitFor("strangers to be refused", () => stranger.isOver(calls[1]!));
    await served(bench);
    expect(hers.filter((id) => ada.isOver(id))).toEqual([]);
  });

  test("may send for as long as she likes on one stream: only what is unfinished counts", async () => {
    const clients = { ...SMALL.clients, bytes: 10_000, bytesPerAddress: 10_000 };
    const bench = await serve({ ...SMALL, clients });
    const ada = await connect(bench);
    const id = ada.begin(SEND, 0, BEARER);
    // Empty messages of five bytes each, together far above the bound.
    let sent = 0;
    await waitFor("all to be sent", () => (sent += ada.zeros(id, 30_000 - sent)) === 30_000);
    await served(bench);
    expect(ada.isOver(id)).toBe(false);
  });

  test("has a time for each request, on a stream too; between two of them a stream may wait", async () => {
    const bench = await serve({ ...SMALL, messageMs: 1 });
    const ada = await connect(bench);
    const waiting = ada.begin(SEND, 0, BEARER);
    // An empty message, which is unfinished until its fifth byte is there.
    expect(ada.zeros(waiting, 5, 1)).toBe(5);
    const endless = [most(ada, SEND, 10_000, BEARER), most(ada, LOGIN, 10_000, BEARER)];
    await waitFor("both to be refused", () => endless.every((id) => ada.isOver(id)));
    await served(bench);
    expect([ada.isOver(waiting), ada.closed]).toEqual([false, false]);
  });

  test("leaves garbage with each piece of her requests, too: it is collected once there is much of it", async () => {
    let collected = 0;
    const bench = await serve(SMALL, { collect: () => (collected += 1) });
    const ada = await connect(bench);
    const id = ada.begin(SEND, 0, BEARER);
    let sent = 0;
    await waitFor("all to be sent", () => (sent += ada.zeros(id, Math.min(1000, 11_000 - sent), 1)) === 11_000);
    await waitFor("a collection", () => collected > 0);
    expect([collected, ada.isOver(id)]).toEqual([1, false]);
  });
});

test("a peer's pieces fit into a message of the port", () => {
  expect(PEER_MESSAGE_BYTES_MAX).toBeLessThanOrEqual(PORT_MESSAGE_BYTES_MAX);
});

describe("the bookkeeping", () => {
  function connection(address: string): PortConnection {
    return { address, calls: new Set(), pool: null };
  }
  function call(on: PortConnection, begunMs: number): PortCall {
    const made = { connection: on, openedMs: begunMs, streaming: false, heard: false, bytes: 0, begunMs, pieces: [] };
    on.calls.add(made);
    on.pool?.addCall(made);
    return made;
  }

  test("names the address that holds most when there is too much in all", () => {
    const pool = new Pool({ ...POOL, connections: 3, connectionsPerAddress: 3 });
    const [a1, b1, b2, c1] = ["a", "b", "b", "c"].map(connection) as [
      PortConnection,
      PortConnection,
      PortConnection,
      PortConnection,
    ];
    for (const each of [a1, b1, b2]) pool.add(each);
    expect(pool.connectionTooMany("b")).toBeNull();
    pool.add(c1);
    expect(pool.connectionTooMany("c")).toBe(b1);
    pool.remove(b1);
    expect(pool.connectionTooMany("c")).toBeNull();
  });

  test("spares a call that is being worked on, and forgets what a connection took along", () => {
    const pool = new Pool({ ...POOL, calls: 2 });
    const a = connection("a");
    pool.add(a);
    const [first, second, third] = [call(a, 1), call(a, 2), call(a, 3)];
    first.heard = true;
    expect(pool.callTooMany("a")).toBe(second);
    pool.hold(third, 120_000);
    pool.hold(second, 40_000);
    expect(pool.bytesTooMany("a")).toBe(second);
    second.heard = true;
    expect(pool.bytesTooMany("a")).toBe(third);
    third.heard = true;
    expect(pool.bytesTooMany("a")).toBe(second);
    pool.remove(a);
    expect([pool.callTooMany("a"), pool.bytesTooMany("a"), [...pool.calls()]]).toEqual([null, null, []]);
  });

  test.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "10.0.0.1"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("counts %s as %s", (address, counted) => {
    expect(limitedAddress(address)).toBe(counted);
  });
});
