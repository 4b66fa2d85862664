/** The network falls silent between replicas: sockets stay open, nothing passes. */
import { expect, test } from "bun:test";
import { AcknowledgedWriter, wrongWith } from "../support/acknowledged.ts";
import { Cluster, waitFor } from "../support/cluster.ts";

async function hashesAreEqual(cluster: Cluster): Promise<boolean> {
  return (await cluster.command(["status", "--hash"])).exit === 0;
}

test("available: both sides go on, and the heal merges them into one history with every message once", async () => {
  await using cluster = await Cluster.create({ cuttable: true });
  await cluster.startAll();
  const writer = await AcknowledgedWriter.create(cluster, [0]);
  expect(await writer.send()).toBe(true);
  const leader = await cluster.leader();
  const pair = cluster.ids.filter((id) => id !== leader);
  cluster.split([leader], pair);
  await Promise.all([cluster.inStep([leader], 20_000), cluster.inStep(pair, 20_000)]);
  const [alone, together] = [writer.at([leader]), writer.at(pair)];
  for (let i = 0; i < 20; i++) expect([await alone.send(), await together.send()]).toEqual([true, true]);
  cluster.split([leader], pair, "heal");
  await cluster.inStep(cluster.ids, 30_000);
  const writers = [writer, alone, together];
  for (const id of cluster.ids) {
    await waitFor(`replica ${id} to have it all`, async () => wrongWith(await writer.readAt(id), writers).length === 0);
  }
  expect(await hashesAreEqual(cluster)).toBe(true);
  for (const one of writers) one.close();
}, 120_000);

test("strict: only the pair goes on", async () => {
  await using cluster = await Cluster.create({ cuttable: true, words: ["--consistency=strict"] });
  await cluster.startAll();
  const leader = await cluster.leader();
  const writer = await AcknowledgedWriter.create(cluster, [leader]);
  expect(await writer.send()).toBe(true);
  const pair = cluster.ids.filter((id) => id !== leader);
  cluster.split([leader], pair);
  await cluster.inStep(pair, 20_000);
  const [alone, together] = [writer.at([leader]), writer.at(pair)];
  expect(await together.send()).toBe(true);
  expect(await alone.send(8000)).toBe(false);
  await cluster.statusThat(leader, "not writable", (status) => !status.writable);
  cluster.split([leader], pair, "heal");
  await cluster.inStep(cluster.ids, 30_000);
  const writers = [writer, alone, together];
  for (const id of cluster.ids) {
    await waitFor(`replica ${id} to have it all`, async () => wrongWith(await writer.readAt(id), writers).length === 0);
  }
  expect(await hashesAreEqual(cluster)).toBe(true);
  for (const one of writers) one.close();
}, 120_000);

test("one direction only: acknowledgements go on, and whoever was left out comes back", async () => {
  await using cluster = await Cluster.create({ cuttable: true });
  await cluster.startAll();
  const leader = await cluster.leader();
  const follower = cluster.ids.find((id) => id !== leader)!;
  const writer = await AcknowledgedWriter.create(cluster, [leader]);
  cluster.cut(follower, leader);
  for (let i = 0; i < 5; i++) expect(await writer.send(20_000)).toBe(true);
  cluster.heal(follower, leader);
  await cluster.inStep(cluster.ids, 30_000);
  for (const id of cluster.ids) {
    await waitFor(
      `replica ${id} to have it all`,
      async () => wrongWith(await writer.readAt(id), [writer]).length === 0,
    );
  }
  expect(await hashesAreEqual(cluster)).toBe(true);
  writer.close();
}, 120_000);
