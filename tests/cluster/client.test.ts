/** A plain gRPC client with three addresses continues when replicas are killed, and says what to do if none is left. */
import { expect, test } from "bun:test";
import { credentials, Client, Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { BINARY, Cluster } from "../../harness/cluster.ts";

const PASSWORD = "correct horse battery";

/** One call of a client that knows only chat.proto: it has no retries and no knowledge of the cluster. */
function sendOnce(
  address: string,
  token: string,
  request: { to: string; body: string; clientId: string },
): Promise<{ code: number; outcome: string; messageId: string }> {
  const client = new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const { path } = CHAT_WIRE.SendMessage;
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (value: typeof request) => CHAT_WIRE.SendMessage.encodeRequest(value),
      (bytes: Buffer) => CHAT_WIRE.SendMessage.decodeResponse(bytes),
      request,
      metadata,
      { deadline: Date.now() + 5_000 },
      (error: ServiceError | null, answer) => {
        client.close();
        const outcome = String(error?.metadata?.get("lastword-outcome")[0] ?? "unknown");
        resolve({ code: error?.code ?? status.OK, outcome, messageId: answer?.message?.id ?? "" });
      },
    );
  });
}

async function bodies(client: ChatClient, name: string): Promise<string[]> {
  const page = await client.call("GetMessages", { with: name, limit: 200, read: 1 });
  if (!page.ok) throw new Error(page.sentence);
  return page.value.messages.map((message) => message.body);
}

test("S8: over the death of the replica it talks to, and of the leader, each message is there once", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const addresses = cluster.ids.map((id) => cluster.grpc(id));
  const anna = new ChatClient({ addresses });
  const ben = new ChatClient({ addresses: addresses.toReversed() });
  for (const [client, name] of [
    [anna, "anna"],
    [ben, "ben"],
  ] as const) {
    expect((await client.register(name, PASSWORD)).ok).toBe(true);
  }
  const expected: string[] = [];
  for (const victim of ["used", "leader"] as const) {
    await cluster.inStep();
    const id = victim === "leader" ? await cluster.leader() : addresses.indexOf(anna.address);
    const { pid } = await cluster.kill(id);
    const body = `over the death of the ${victim} one`;
    const sent = await anna.send({ to: "ben", body });
    expect(sent).toMatchObject({ ok: true, value: { message: { body } } });
    expected.push(body);
    expect(await bodies(ben, "anna")).toEqual(expected);
    await cluster.start(id);
    expect(cluster.pid(id)).not.toBe(pid);
  }
  for (const client of [anna, ben]) client.close();
}, 180_000);

test("S8: a client without any of our code repeats one request at the next address after a kill: one message", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const addresses = cluster.ids.map((id) => cluster.grpc(id));
  const anna = new ChatClient({ addresses });
  expect((await anna.register("anna", PASSWORD)).ok).toBe(true);
  const ben = new ChatClient({ addresses });
  expect((await ben.register("ben", PASSWORD)).ok).toBe(true);
  const leader = await cluster.leader();
  const order = [leader, ...cluster.ids.filter((id) => id !== leader)];
  const requests = Array.from({ length: 40 }, (_, i) => ({
    to: "ben",
    body: `word ${i}`,
    clientId: crypto.randomUUID(),
  }));
  // The kill happens in the middle: some requests are answered, some are cut off, some never arrive.
  const first = requests.map((request) => sendOnce(cluster.grpc(leader), anna.token!, request));
  await Promise.race(first);
  await cluster.kill(leader);
  const outcomes = await Promise.all(first);
  for (const [i, request] of requests.entries()) {
    // Repeating a request is safe after any outcome, and one that was answered gets the same answer.
    let answer = outcomes[i]!;
    const before = answer.messageId;
    for (let next = 1; answer.code !== status.OK || next === 1; next++) {
      expect(next).toBeLessThan(60);
      answer = await sendOnce(cluster.grpc(order[1 + (next % 2)]!), anna.token!, request);
    }
    if (before !== "") expect(answer.messageId).toBe(before);
  }
  const there = await bodies(ben, "anna");
  expect(there.toSorted()).toEqual(requests.map((request) => request.body).toSorted());
  for (const client of [anna, ben]) client.close();
}, 180_000);

test("S9: no replica alive: which addresses were tried, and what to run; not told as failed if it may have happened", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const addresses = cluster.ids.map((id) => cluster.grpc(id));
  const anna = new ChatClient({ addresses, deadlineMs: 1_500 });
  expect((await anna.register("anna", PASSWORD)).ok).toBe(true);
  await cluster.killTogether(cluster.ids);
  expect(cluster.running()).toEqual([]);
  const clientId = crypto.randomUUID();
  const lost = await anna.send({ to: "anna", body: "to whom it may concern", clientId });
  if (lost.ok) throw new Error("somebody answered");
  expect(lost.tried.map((one) => one.address).toSorted()).toEqual(addresses.toSorted());
  for (const address of addresses) expect(lost.sentence).toContain(address);
  expect(lost.sentence).toContain("`lastword up`");
  const status = await cluster.command(["status"]);
  expect(status.exit).toBe(1);
  expect(status.stdout).toBe(`no replica is running in ${cluster.data}; start them with: ${BINARY} up\n`);
  // Once the replicas are back, the same request succeeds, and has its effect once.
  await cluster.startAll();
  const again = await anna.send({ to: "anna", body: "to whom it may concern", clientId }, { deadlineMs: 10_000 });
  expect(again.ok).toBe(true);
  expect(await bodies(anna, "anna")).toEqual(["to whom it may concern"]);
  anna.close();
}, 180_000);
