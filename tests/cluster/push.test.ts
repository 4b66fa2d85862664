/**
 * Push through three replicas and a push service on loopback: what arrives there, what its answers do, and that a leader
 * which is killed while it pushes loses nothing, and repeats nothing more than once.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { registerAll } from "../../harness/chat-people.ts";
import { Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { PushService, type Arrival } from "../../harness/push-service.ts";
import type { ChatClient } from "../../src/client/chat-client.ts";

const PASSWORD = "a password for push";
const RECEIVERS = ["rita", "rob", "rosa"] as const;
const SENDERS = ["sam", "sue", "sid", "sol"] as const;
type Name = (typeof RECEIVERS)[number] | (typeof SENDERS)[number];

let cluster: Cluster;
let service: PushService;
let clients: ReadonlyMap<Name, ChatClient>;

const of = (name: Name): ChatClient => clients.get(name)!;

beforeAll(async () => {
  service = new PushService();
  cluster = await Cluster.create({
    binary: FAULTS_BINARY,
    words: ["--rate-limit=off", "--push=any"],
    environment: { LASTWORD_FAULTS: "push=300,weak=1", ...service.environment },
  });
  await cluster.startAll();
  clients = await registerAll(cluster, [...RECEIVERS, ...SENDERS], PASSWORD);
}, 180_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await cluster.stop();
  await service.stop();
});

async function subscribe(name: Name, browser: string = name): Promise<string> {
  const request = { ...service.subscribe(browser), device: browser, clientId: crypto.randomUUID() };
  const added = await of(name).call("AddPushSubscription", request);
  if (!added.ok) throw new Error(added.sentence);
  return added.value.subscription!.id;
}

async function listed(name: Name) {
  const answer = await of(name).call("ListPushSubscriptions", {});
  if (!answer.ok) throw new Error(answer.sentence);
  return answer.value;
}

/** When it was last noted what came of a push to this user. */
async function notedAt(name: Name): Promise<string> {
  return (await listed(name)).subscriptions.map(({ lastMicros }) => String(lastMicros)).join(" ");
}

const arrived = (to: string, title: string): Arrival[] =>
  service.arrivals.filter((one) => one.to === to && one.note.title === title && one.note.kind === "call");

test("what arrives can be read by the browser alone, says who sends it, and is what calls the user", async () => {
  await subscribe("rita");
  const sent = await of("sam").send({ to: "rita", body: "the words" });
  const [arrival] = await waitFor("the push", () => arrived("rita", "sam").length > 0 && arrived("rita", "sam"));
  const { publicKey } = await listed("rita");
  expect(arrival!.note).toMatchObject({
    text: "New message",
    path: `/c/${sent.ok && sent.value.message!.conversationId}`,
  });
  expect(JSON.stringify(service.arrivals)).not.toContain("words");
  expect([arrival!.sender, arrival!.claims.aud]).toEqual([publicKey, service.origin]);
  expect(
    Object.fromEntries(["ttl", "content-encoding", "urgency"].map((name) => [name, arrival!.headers.get(name)])),
  ).toEqual({
    ttl: "86400",
    "content-encoding": "aes128gcm",
    urgency: "high",
  });
  expect(arrival!.headers.get("topic")).toMatch(/^[\w-]{1,32}$/);
  expect(service.complaints).toEqual([]);
  await waitFor("the result", async () => (await listed("rita")).subscriptions[0]!.lastResult.endsWith("took it."));
}, 60_000);

test("a test arrives at once; a service that redirects is not followed; one that says 410 is asked no more", async () => {
  const id = await subscribe("rob", "rob-tests");
  const tested = await of("rob").call("TestPushSubscription", { id });
  expect(tested).toMatchObject({
    ok: true,
    value: { subscription: { lastResult: `${new URL(service.origin).host} took it.` } },
  });
  const before = service.arrivals.length;
  service.answer = () => new Response(null, { status: 307, headers: { Location: `${service.origin}/rob-tests` } });
  const redirected = await of("rob").call("TestPushSubscription", { id });
  expect(redirected.ok && redirected.value.subscription!.lastResult).toContain("refused it (307)");
  expect(service.arrivals.length).toBe(before + 1);
  service.answer = () => new Response(null, { status: 410 });
  await of("sam").send({ to: "rob", body: "one" });
  await waitFor("the end of the subscription", async () => (await listed("rob")).subscriptions.length === 0);
  service.answer = null;
}, 60_000);

test("the leader is killed while it pushes, again and again: nothing is lost, and nothing comes more than twice", async () => {
  for (const name of RECEIVERS) await subscribe(name);
  for (const sender of SENDERS.slice(1)) {
    const leader = await cluster.leader();
    const kills: Promise<unknown>[] = [];
    const before = await Promise.all(RECEIVERS.map(notedAt));
    // At the first arrival of the round: sent, and not noted yet.
    service.answer = async () => {
      if (kills.length === 0) kills.push(cluster.kill(leader));
      await kills[0];
      return new Response(null, { status: 201 });
    };
    for (const to of RECEIVERS) {
      const sent = await of(sender).send({ to, body: `from ${sender}` });
      expect(sent.ok).toBe(true);
    }
    await waitFor("every push of this round", () => RECEIVERS.every((to) => arrived(to, sender).length > 0));
    expect(kills).toHaveLength(1);
    await kills[0];
    // A death before it was noted what came of this round would repeat it once more.
    await waitFor("the notes of this round", async () =>
      (await Promise.all(RECEIVERS.map(notedAt))).every((at, i) => at !== before[i]),
    );
    await cluster.startMissing();
  }
  service.answer = null;
  // Another one to each, which comes after all that the present leader still had to send.
  for (const to of RECEIVERS) await of("sam").send({ to, body: "the last" });
  await waitFor("the last pushes", () =>
    RECEIVERS.every((to) => (arrived(to, "sam").length > 0 && to !== "rita") || arrived(to, "sam").length > 1),
  );
  const counts = SENDERS.slice(1).flatMap((sender) => RECEIVERS.map((to) => arrived(to, sender).length));
  process.stdout.write(`pushes of each message: ${counts.join(" ")}\n`);
  expect(Math.min(...counts)).toBe(1);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2);
  expect(service.complaints).toEqual([]);
}, 240_000);
