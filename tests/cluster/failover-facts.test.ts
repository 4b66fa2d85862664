/** Every replica reports the same time and duration of a failover, including those that were down. */
import { expect, test } from "bun:test";
import type { ClusterStatusJson } from "../../src/ops/cluster-status.ts";
import { Cluster } from "../../harness/cluster.ts";

test("the leader is killed: all replicas and `status` tell the same, also the one that returns", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const killed = await cluster.leader();
  await cluster.kill(killed);
  const survivors = cluster.running();
  await cluster.inStep(survivors);
  const told = (status: ClusterStatusJson): boolean => status.lastFailover?.from === killed;
  const first = await cluster.statusThat(survivors[0]!, "the failover", told);
  const same = async (ids: readonly number[], events: ClusterStatusJson["events"]): Promise<void> => {
    for (const id of ids) {
      const status = await cluster.statusThat(id, "all events", (s) => s.events.length >= events.length);
      expect(status.lastFailover).toEqual(first.lastFailover);
      expect(status.events).toEqual(events);
    }
    const said = await cluster.command(["status", "--json"]);
    expect((JSON.parse(said.stdout) as ClusterStatusJson).lastFailover).toEqual(first.lastFailover);
  };
  const state = (status: ClusterStatusJson, id: number): string => status.replicas[id]!.state;
  await same(survivors, first.events);
  // A killed replica announced nothing, so every replica shows it as unreachable.
  for (const id of survivors) expect(state((await cluster.status(id))!, killed)).toBe("unreachable");
  const seenByCommand = await cluster.command(["status", "--json"]);
  expect(state(JSON.parse(seenByCommand.stdout) as ClusterStatusJson, killed)).toBe("unreachable");

  await cluster.start(killed);
  await cluster.inStep();
  const joined = await cluster.statusThat(survivors[0]!, "it is in step", (s) =>
    s.events.slice(first.events.length).some(({ text }) => text === `Replica ${killed} is in step.`),
  );
  await same(cluster.ids, joined.events);

  // Two more failovers, after a stop and a kill. Remaining and returning replicas report them alike.
  const [stopped, next] = cluster.ids.filter((id) => id !== joined.view.leader);
  await cluster.terminate(stopped!);
  await cluster.statusThat(joined.view.leader!, "one has stopped", (s) => state(s, stopped!) === "stopped");
  await cluster.kill(next!);
  await cluster.statusThat(joined.view.leader!, "one does not answer", (s) => state(s, next!) === "unreachable");
  await cluster.start(next!);
  await cluster.statusThat(next!, "the other has stopped", (s) => state(s, stopped!) === "stopped");
}, 180_000);

test("a follower that gets no processor for a while: nobody calls it dead or stopped, and it is in step again", async () => {
  await using cluster = await Cluster.create();
  await cluster.startAll();
  const leader = await cluster.leader();
  const slow = cluster.ids.find((id) => id !== leader)!;
  const pid = cluster.pid(slow);
  await cluster.pause(slow);
  await cluster.statusThat(leader, "a view without it", ({ view }) => !view.members.includes(slow));
  expect((await cluster.status(leader))!.replicas[slow]!.state).toBe("unreachable");
  await cluster.resume(slow);
  await cluster.inStep();
  expect([cluster.pid(slow), await cluster.leader()]).toEqual([pid, leader]);
  const out = `Replica ${slow} is no longer in step; the others carry on.`;
  /** What was said of it since, without how long it was paused. */
  const since = ({ events }: ClusterStatusJson): string[] => {
    const changes = events.filter(({ kind }) => kind === "leave" || kind === "join").map(({ text }) => text);
    return changes.includes(out) ? changes.slice(changes.indexOf(out)) : [];
  };
  for (const id of cluster.ids) {
    const status = await cluster.statusThat(id, "both changes", (said) => since(said).length >= 2);
    expect(since(status).slice(0, 2)).toEqual([out, `Replica ${slow} is in step.`]);
  }
}, 180_000);
