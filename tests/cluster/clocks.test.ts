/** A host with a wrong clock: no messages are dated by it, and its operator gets a warning. */
import { expect, test } from "bun:test";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { order } from "../../harness/fault-orders.ts";

const DAY_MS = 86_400_000;
/** The error that decision 18 of ARCHITECTURE.md allows. */
const WRONG_MS_MAX = 120_000;

test("a clock that jumps, and one that is wrong from the start, date nothing", async () => {
  await using cluster = await Cluster.create({ binary: FAULTS_BINARY });
  await cluster.startAll();
  const clients = cluster.ids.map((id) => new ChatClient({ addresses: [cluster.grpc(id)] }));
  const [zero, one] = clients as [ChatClient, ChatClient, ChatClient];
  expect((await zero.register("anna", "correct horse")).ok).toBe(true);
  expect((await one.login("anna", "correct horse")).ok).toBe(true);
  const wrongBy = async (client: ChatClient): Promise<number> => {
    const sent = await client.call("SendMessage", { to: "anna", body: "now", clientId: crypto.randomUUID() });
    if (!sent.ok) throw new Error(sent.sentence);
    return Math.abs(sent.value.message!.timeMicros / 1000 - Date.now());
  };

  // The clock jumps while the replica runs, and a message is sent at once.
  await order(cluster, 1, `clock=${2 * DAY_MS}`);
  expect(await wrongBy(one)).toBeLessThan(WRONG_MS_MAX);
  expect(await wrongBy(zero)).toBeLessThan(WRONG_MS_MAX);
  await waitFor("its operator to be told", () =>
    cluster.log(1).includes("lastword: the clock of this host is 2 days fast"),
  );
  for (const id of cluster.ids) {
    const said = await cluster.statusThat(id, "tells of the clock", (s) =>
      s.events.some(({ kind }) => kind === "clock"),
    );
    expect(said.replicas.map(({ clockOffMs }) => clockOffMs !== undefined)).toEqual([false, true, false]);
    expect(said.events.filter(({ kind }) => kind === "clock").map(({ text }) => text)).toEqual([
      "The clock of replica 1 is 2 days fast; the clocks of the others date its messages.",
    ]);
  }
  await order(cluster, 1, "clock=0");
  await waitFor("its operator to be told", () =>
    cluster.log(1).includes("lastword: the clock of this host is right again"),
  );

  // The host boots in another year. Logins must not expire because of that.
  await cluster.kill(1);
  await cluster.start(1, [], { LASTWORD_FAULTS: `clock=${9 * 365 * DAY_MS}` });
  await cluster.inStep();
  expect(await wrongBy(one)).toBeLessThan(WRONG_MS_MAX);

  // Alone it has no other clock, so its own dates what is written then, but not what others write later.
  await cluster.killTogether([0, 2]);
  await cluster.inStep([1]);
  const again = new ChatClient({ addresses: [cluster.grpc(1)] });
  expect((await again.login("anna", "correct horse")).ok).toBe(true);
  expect(await wrongBy(again)).toBeGreaterThan(DAY_MS);
  await Promise.all([cluster.start(0), cluster.start(2)]);
  await cluster.inStep();
  for (const client of [zero, one, again]) expect(await wrongBy(client)).toBeLessThan(WRONG_MS_MAX);
  for (const client of [...clients, again]) client.close();
}, 180_000);
