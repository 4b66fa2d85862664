/** A client that was at a branch which is gone: it is told, and goes on. */
import { expect, test } from "bun:test";
import type { SubscribeResponse } from "../../proto/chat-wire.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";

/** Recovery by policy takes 15 s, and then a little. */
const POLICY_TIMEOUT_MS = 60_000;
/** Each restart of a replica that is alone raises its ballot. */
const RESTARTS = 3;

test("a cursor of a replica that went on alone and died: reads are answered, streams are reset and go on", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const anna = new ChatClient({ addresses: [cluster.grpc(0)] });
  expect((await anna.register("anna", "correct horse")).ok).toBe(true);
  await cluster.killTogether([1, 2]);
  await cluster.inStep([0]);
  for (let i = 0; i < RESTARTS; i++) {
    await cluster.kill(0);
    await cluster.start(0);
    await cluster.inStep([0]);
  }
  const note = { to: "anna", body: "known here alone", clientId: crypto.randomUUID() };
  const alone = await anna.call("SendMessage", note);
  if (!alone.ok) throw new Error(alone.sentence);
  const { cursor } = alone.value;
  await cluster.kill(0);
  await Promise.all([cluster.start(1), cluster.start(2)]);
  await cluster.inStep([1, 2], POLICY_TIMEOUT_MS);
  // The premise: what the client has seen has a higher number than the view that leads now.
  const { view } = (await cluster.status(1))!;
  expect(view.forkRisk).toEqual([0]);
  expect(Number(cursor.split(".")[0])).toBeGreaterThan(Number(view.no.split(".")[0]));

  for (const id of [1, 2]) {
    const client = new ChatClient({ addresses: [cluster.grpc(id)], token: anna.token! });
    const read = await client.call("GetMessages", { with: "anna", limit: 10 }, { cursor });
    expect(read.ok ? read.value.messages.map(({ body }) => body) : read.code).not.toContain(note.body);
    expect(read.ok).toBe(true);
    const events: SubscribeResponse[] = [];
    const subscription = client.subscribe({ onEvent: (event) => void events.push(event) }, cursor);
    await waitFor("the stream to be reset", () => events.some((event) => event.reset !== undefined));
    const body = `after the reset at ${id}`;
    expect((await client.call("SendMessage", { ...note, body, clientId: crypto.randomUUID() })).ok).toBe(true);
    await waitFor("the stream to go on", () => events.some((event) => event.message?.body === body));
    subscription.close();
    client.close();
  }
  anna.close();
}, 120_000);
