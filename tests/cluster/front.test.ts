/** The front answers while one replica lives, and, if one is frozen, after a retry. */
import { expect, test } from "bun:test";
import { readRunFile } from "../../src/host/run-file.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { freePorts } from "../../harness/free-ports.ts";

/** The replica that answers a new connection; null if none does within half a second. */
async function whoAnswers(front: string): Promise<number | null> {
  try {
    const answer = await fetch(`${front}/cluster.json`, {
      signal: AbortSignal.timeout(500),
      headers: { connection: "close" },
    });
    return ((await answer.json()) as { self: number }).self;
  } catch {
    return null;
  }
}

test.skipIf(process.platform !== "linux")(
  "the front is shared by three, and goes on with any one of them",
  async () => {
    await using cluster = await Cluster.create({ front: true });
    await cluster.startAll();
    const seen = new Set<number>();
    await waitFor("all three to answer", async () => {
      const self = await whoAnswers(cluster.front);
      if (self !== null) seen.add(self);
      return seen.size === 3;
    });
    expect(seen).toEqual(new Set([0, 1, 2]));

    await cluster.killTogether([0, 1]);
    await cluster.inStep([2]);
    for (let i = 0; i < 20; i++) expect(await whoAnswers(cluster.front)).toBe(2);

    await cluster.start(0);
    await cluster.inStep([0, 2]);
    await waitFor("replica 0 to have the front again", async () => (await whoAnswers(cluster.front)) === 0);

    await cluster.pause(2);
    await waitFor("an answer beside a frozen replica", async () => (await whoAnswers(cluster.front)) === 0);
    // A restarted replica shares the front with a frozen one of its own folder.
    await cluster.start(1);
    await waitFor("replica 1 to have the front", async () => (await whoAnswers(cluster.front)) === 1, 60_000);
    await cluster.resume(2);
    await cluster.inStep([0, 1, 2], 60_000);
  },
  180_000,
);

test.skipIf(process.platform !== "linux")(
  "two clusters do not share a front",
  async () => {
    await using one = await Cluster.create({ replicas: 1, front: true });
    await one.startAll();
    await using other = await Cluster.create({ replicas: 1 });
    other.spawn(
      0,
      other.words(0).map((word) => (word === "--front=off" ? `--front=localhost:${one.frontPort}` : word)),
    );
    await other.inStep([0]);
    await waitFor("the line", () => /^lastword: the front address/m.test(other.log(0)));
    // A replica must not claim a front that another program has, neither in run.json nor on the terminal.
    expect(readRunFile(other.data, 0)?.front).toBeNull();
    expect(readRunFile(one.data, 0)?.front).toBe(one.front);
    const said = await waitFor("the line of the start", () => other.output(0).match(/^replica 0 runs: .*\n/m));
    expect(said[0]).toBe(`replica 0 runs: ${other.web(0)}\n`);
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`${one.front}/cluster.json`, { headers: { connection: "close" } });
      expect(((await answer.json()) as { clusterId: string }).clusterId).toBe((await one.status(0))!.clusterId);
    }
  },
  180_000,
);

test.skipIf(process.platform !== "linux")(
  "replicas whose status needs a login share the front by their key",
  async () => {
    await using cluster = await Cluster.create({ replicas: 2, front: true, words: ["--allow-plaintext"] });
    const ports = await freePorts(2);
    for (const id of cluster.ids) {
      const words = cluster.words(id).map((word) => (word.startsWith("--web=") ? `--web=0.0.0.0:${ports[id]}` : word));
      cluster.spawn(id, words);
      await waitFor(`replica ${id} to have the front`, () => cluster.log(id).includes('"front_bound"'));
    }
    const asked = await fetch(`${cluster.front}/cluster.json`, { headers: { accept: "application/json" } });
    expect(asked.status).toBe(401);
  },
  180_000,
);
