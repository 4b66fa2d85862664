/**
 * The client that follows the cluster, against three servers of one chat in memory, which are killed,
 * are stopped or refuse calls. Every message must exist once, and no event may be missed or doubled.
 */
import { afterEach, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { SubscribeResponse } from "../../../src/client/subscription.ts";
import { failed } from "../../../src/chat/errors.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { ChatService, FeedItem, MessageView, SendInput } from "../../../src/chat/chat-service.ts";
import { ChatClient } from "../../../src/client/chat-client.ts";
import type { CallFailure } from "../../../src/client/links.ts";
import { ApiBench, FakeFeed, GOOD_TOKEN, MESSAGE, fakeChat } from "../../support/fake-chat.ts";
import { until } from "../../../harness/until.ts";

/** One history for all servers, as in a cluster without faults. */
class SharedHistory {
  readonly ids: string[] = [];
  readonly #feeds = new Set<FakeFeed>();

  send({ clientId }: SendInput): Answer<MessageView> {
    if (!this.ids.includes(clientId)) {
      this.ids.push(clientId);
      for (const feed of this.#feeds) feed.push(this.#item(this.ids.length));
    }
    const seq = this.ids.indexOf(clientId) + 1;
    // In this fake, a message has the id of its request.
    const id: string = clientId;
    return { ok: true, value: { ...MESSAGE, id, seq }, cursor: `v:${seq}` };
  }

  subscribe(cursor: string | undefined): ReturnType<ChatService["subscribe"]> {
    const feed = new FakeFeed();
    const from = cursor === undefined ? this.ids.length : Number(cursor.slice(2));
    for (let seq = from + 1; seq <= this.ids.length; seq++) feed.push(this.#item(seq));
    this.#feeds.add(feed);
    return { ok: true, value: feed, cursor: `v:${this.ids.length}` };
  }

  #item(seq: number): FeedItem {
    const id = this.ids[seq - 1]!;
    return { event: { kind: "message", message: { ...MESSAGE, id, seq } }, cursor: `v:${seq}`, moves: true };
  }
}

const benches: ApiBench[] = [];
const clients: ChatClient[] = [];
const silent: NetServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const bench of benches.splice(0)) bench.kill();
  for (const server of silent.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function replica(history: SharedHistory, replaced: Partial<ChatService> = {}): Promise<ApiBench> {
  const bench = await ApiBench.start({
    chat: fakeChat({
      send: async (_session, input) => history.send(input),
      subscribe: (_session, { cursor }) => history.subscribe(cursor),
      ...replaced,
    }),
  });
  benches.push(bench);
  return bench;
}

function clientOf(addresses: readonly string[], deadlineMs = 10_000, attemptMs = 3_000): ChatClient {
  const client = new ChatClient({ addresses, token: GOOD_TOKEN, deadlineMs, attemptMs, ownConnections: true });
  clients.push(client);
  return client;
}

/** Accepts connections and never answers, like a frozen replica. */
async function silentAddress(): Promise<string> {
  const server = createServer((socket) => sockets.push(socket.on("error", () => {})));
  silent.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("calls", () => {
  test("go on at the next address when a replica is killed, each happening once", async () => {
    const history = new SharedHistory();
    const replicas = [await replica(history), await replica(history), await replica(history)];
    const client = clientOf(replicas.map((one) => one.address));
    const clientIds = Array.from({ length: 60 }, () => crypto.randomUUID());
    for (const [at, clientId] of clientIds.entries()) {
      if (at === 20) replicas[0]!.kill();
      if (at === 40) replicas[1]!.kill();
      const result = await client.send({ to: "bob", body: "Hi", clientId });
      expect(result.ok).toBe(true);
    }
    expect(history.ids).toEqual(clientIds);
    expect(client.address).toBe(replicas[2]!.address);
  });

  test("are repeated with the same id when the answer is lost, and happen once", async () => {
    const history = new SharedHistory();
    const answers: (() => Promise<never> | Answer<MessageView>)[] = [
      () => failed("timed_out", "Not in time."),
      () => {
        throw new Error("broken inside");
      },
      () => failed("no_leader", "None.", { retryAfterMs: 5 }),
      () => failed("slow_down", "Later.", { retryAfterMs: 5 }),
    ];
    const served = await replica(history, {
      send: async (_session, input) => {
        const done = history.send(input);
        return answers.shift()?.() ?? done;
      },
    });
    const result = await clientOf([served.address]).send({ to: "bob", body: "Hi" });
    expect(result).toMatchObject({ ok: true, value: { message: { seq: 1 } } });
    expect(history.ids.length).toBe(1);
  });

  test("leave a replica that takes the connection and never answers", async () => {
    const history = new SharedHistory();
    const served = await replica(history);
    const client = clientOf([await silentAddress(), served.address], 10_000, 300);
    expect(await client.send({ to: "bob", body: "Hi" })).toMatchObject({ ok: true, address: served.address });
  });

  test("say what was tried and what to run when nobody answers", async () => {
    const dead = await replica(new SharedHistory());
    dead.kill();
    const silent = await silentAddress();
    const result = await clientOf([dead.address, silent], 600, 200).send({ to: "bob", body: "Hi" });
    expect(result).toMatchObject({ ok: false, outcome: "unknown" });
    if (result.ok) return;
    expect(result.tried.map(({ address }) => address).toSorted()).toEqual([dead.address, silent].toSorted());
    expect(result.sentence).toContain(dead.address);
    expect(result.sentence).toContain("lastword up");
  });

  test("do not repeat what will never succeed", async () => {
    let calls = 0;
    const served = await replica(new SharedHistory(), {
      send: async () => {
        calls += 1;
        return failed("unknown_recipient", "Nobody is called so.");
      },
    });
    expect(await clientOf([served.address]).send({ to: "x", body: "Hi" })).toEqual({
      ok: false,
      code: "unknown_recipient",
      outcome: "definite",
      sentence: "Nobody is called so.",
      tried: [{ address: served.address, code: "unknown_recipient" }],
    });
    expect(calls).toBe(1);
  });

  test("an error after an unknown outcome leaves it unknown", async () => {
    const answers = [failed("timed_out", "Lost."), failed("not_logged_in", "Ended.")];
    const served = await replica(new SharedHistory(), { send: async () => answers.shift()! });
    const result = await clientOf([served.address]).send({ to: "x", body: "Hi" });
    expect(result).toMatchObject({ ok: false, code: "not_logged_in", outcome: "unknown" });
  });
});

describe("subscribe", () => {
  test("goes on at another replica after the last cursor: nothing missed, nothing twice", async () => {
    const history = new SharedHistory();
    const replicas = [await replica(history), await replica(history), await replica(history)];
    const client = clientOf(replicas.map((one) => one.address));
    const writer = clientOf([replicas[2]!.address]);
    const seen: string[] = [];
    let ready = 0;
    const subscription = client.subscribe({
      onEvent: (response: SubscribeResponse) => {
        if (response.ready !== undefined) ready += 1;
        if (response.message) seen.push(response.message.id);
      },
    });
    await until(() => ready === 1);
    for (let at = 0; at < 90; at++) {
      if (at === 30) replicas[0]!.kill();
      if (at === 60) {
        await until(() => ready === 2);
        await replicas[1]!.api.stop();
      }
      expect((await writer.send({ to: "bob", body: "Hi" })).ok).toBe(true);
    }
    // A replica says that it is ready after what it had to bring.
    await until(() => seen.length >= 90 && ready === 3);
    subscription.close();
    expect(seen).toEqual(history.ids);
    expect(ready).toBe(3);
    expect(subscription.cursor).toBe("v:90");
  });

  test("takes up from an earlier cursor, and goes on after an end with OK", async () => {
    const history = new SharedHistory();
    for (const clientId of ["a", "b", "c"]) history.send({ clientId, body: "" });
    let opened = 0;
    const served = await replica(history, {
      subscribe: (_session, { cursor }) => {
        const answer = history.subscribe(cursor);
        opened += 1;
        // The first stream ends after its queued events, as after an overflow.
        if (opened === 1 && answer.ok) (answer.value as FakeFeed).push(null);
        return answer;
      },
    });
    const seen: string[] = [];
    const onEvent = ({ message }: SubscribeResponse) => message && seen.push(message.id);
    const subscription = clientOf([served.address]).subscribe({ onEvent }, "v:1");
    await until(() => opened === 2);
    history.send({ clientId: "d", body: "" });
    await until(() => seen.length === 3);
    subscription.close();
    expect(seen).toEqual(["b", "c", "d"]);
  });

  test("ends when the login has ended", async () => {
    const served = await replica(new SharedHistory(), { authenticate: () => null });
    let ended: CallFailure | null = null;
    clientOf([served.address]).subscribe({
      onEvent: () => {},
      onEnd: (failure) => {
        ended = failure;
      },
    });
    await until(() => ended !== null);
    expect(ended!).toMatchObject({ code: "not_logged_in", definite: true });
  });
});

describe("sendStream", () => {
  test("sends 3,000 over two killed replicas, each exactly once", async () => {
    const history = new SharedHistory();
    const replicas = [await replica(history), await replica(history), await replica(history)];
    const stream = clientOf(replicas.map((one) => one.address)).sendStream();
    const clientIds = Array.from({ length: 3_000 }, () => crypto.randomUUID());
    const killAt = new Map([
      [1_000, replicas[0]!],
      [2_000, replicas[1]!],
    ]);
    let answered = 0;
    let failures = 0;
    let next = 0;
    const one = async (): Promise<void> => {
      while (next < clientIds.length) {
        killAt.get(next)?.kill();
        const clientId = clientIds[next++]!;
        const outcome = await stream.send({ to: "bob", body: "Hi", clientId });
        answered += 1;
        if (!outcome.ok) failures += 1;
      }
    };
    await Promise.all(Array.from({ length: 200 }, one));
    expect({ answered, failures, pending: stream.pending }).toEqual({ answered: 3_000, failures: 0, pending: 0 });
    expect(history.ids.toSorted()).toEqual(clientIds.toSorted());
    stream.close();
  });

  test("sends again what failed for now, and reports what will never succeed", async () => {
    const history = new SharedHistory();
    const failedOnce = new Set<string>();
    const served = await replica(history, {
      send: async (_session, input) => {
        if (input.to === "nobody") return failed("unknown_recipient", "Nobody is called so.");
        const done = history.send(input);
        if (failedOnce.has(input.clientId)) return done;
        failedOnce.add(input.clientId);
        return failed("timed_out", "Not in time.");
      },
    });
    const stream = clientOf([served.address]).sendStream();
    const outcomes = await Promise.all([
      stream.send({ to: "bob", body: "Hi", clientId: "a" }),
      stream.send({ to: "nobody", body: "Hi", clientId: "b" }),
      stream.send({ to: "bob", body: "Hi", clientId: "c" }),
      stream.send({ to: "bob", body: "x".repeat(60_000), clientId: "d" }),
    ]);
    stream.close();
    expect(outcomes[0]).toMatchObject({ ok: true, value: { clientId: "a" } });
    expect(outcomes[1]).toMatchObject({ ok: false, code: "unknown_recipient", outcome: "definite" });
    expect(outcomes[2]).toMatchObject({ ok: true, value: { clientId: "c" } });
    expect(outcomes[3]).toMatchObject({ ok: false, code: "too_large", outcome: "definite" });
    expect(history.ids).toEqual(["a", "c"]);
  });

  test("gives up at the deadline, unknown if it may have happened", async () => {
    const served = await replica(new SharedHistory(), { send: () => new Promise(() => {}) });
    const stream = clientOf([served.address], 300).sendStream();
    const outcome = await stream.send({ to: "bob", body: "Hi", clientId: "a" });
    expect(outcome).toMatchObject({ ok: false, outcome: "unknown" });
    const pending = stream.send({ to: "bob", body: "Hi", clientId: "b" });
    stream.close();
    expect(await pending).toMatchObject({ ok: false, outcome: "unknown" });
    expect(await stream.send({ to: "bob", body: "Hi", clientId: "c" })).toMatchObject({ outcome: "definite" });
  });

  test("gives up at the deadline, unknown while an attempt is under way, whatever the one before it said", async () => {
    const answers = [Promise.resolve(failed("no_leader", "Nobody leads."))];
    const served = await replica(new SharedHistory(), { send: () => answers.shift() ?? new Promise(() => {}) });
    const stream = clientOf([served.address], 400).sendStream();
    const outcome = await stream.send({ to: "bob", body: "Hi", clientId: "a" });
    expect(outcome).toMatchObject({ ok: false, code: "no_leader", outcome: "unknown" });
    stream.close();
  });
});
