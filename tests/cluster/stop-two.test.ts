/** Graceful stops under load: of any two replicas, one by one and together, and of the last one; Ctrl-C of `up`. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunFile } from "../../src/host/run-file.ts";
import type { ClusterStatusJson } from "../../src/ops/cluster-status.ts";
import { BINARY, ENGINE, processLives, runBinary, waitFor } from "../../harness/cluster.ts";
import { freePortRow } from "../../harness/free-ports.ts";
import { compareHistories, compareWithSent, readHistory } from "../../harness/history.ts";
import { Load } from "../../harness/load.ts";
import { RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";

const PAIRS: readonly (readonly number[])[] = [
  [0, 1],
  [0, 2],
  [1, 2],
];
/** Each pair is stopped in one of the two ways, and two of them in both; soak has all pairs in both. */
const STOPPED = { together: SOAK ? PAIRS : PAIRS.slice(0, 2), "one after the other": SOAK ? PAIRS : PAIRS.slice(1) };
/** Far less than recovery by policy takes, so a replica that had to wait for others would not be ready. */
const AT_ONCE_MS = 10_000;

async function interrupt(stage: Stage, ids: readonly number[]): Promise<void> {
  stage.note(`SIGINT ${ids.join()}`);
  const finished = await Promise.all(ids.map((id) => stage.cluster.interrupt(id)));
  for (const [i, { exit, stderr }] of finished.entries()) {
    expect([ids[i], exit]).toEqual([ids[i], 0]);
    expect(stderr).not.toContain("fatal");
  }
}

for (const how of ["together", "one after the other"] as const) {
  story(
    `Ctrl-C of any two, ${how}: exit 0, sends go on; the last one down starts alone at once`,
    { seconds: 150, load: { rate: RATE } },
    async (stage) => {
      const { cluster } = stage;
      const load = await stage.open();
      load.start();
      for (const pair of STOPPED[how]) {
        const survivor = cluster.ids.find((id) => !pair.includes(id))!;
        load.goHome();
        await load.flows("by all three", { count: 30 });
        if (how === "together") await interrupt(stage, pair);
        else for (const id of pair) await interrupt(stage, [id]);
        await load.flows(`by replica ${survivor}`, { count: 30, fits: load.by(stage.address(survivor)) });
        await interrupt(stage, [survivor]);
        expect(cluster.running()).toEqual([]);
        for (const id of cluster.ids) expect(readRunFile(cluster.data, id)).toBeNull();
        await stage.restart([survivor]);
        expect((await cluster.inStep([survivor], AT_ONCE_MS)).view.forkRisk).toBeNull();
        await load.flows(`by replica ${survivor} after its start`, { fits: load.by(stage.address(survivor)) });
        await stage.restart(pair);
        await stage.inStep();
      }
      await stage.settle();
      await stage.oneOrder();
    },
  );
}

test.concurrent(
  "Ctrl-C of up under load: exit 0, nothing lost; up again goes on",
  async () => {
    const home = mkdtempSync(join(tmpdir(), "lastword-up-"));
    const binary = process.env["LASTWORD_BINARY"] ?? BINARY;
    const addresses = (await freePortRow(3)).map((port) => `127.0.0.1:${port}`);
    const environment = { HOME: home, PATH: "/usr/bin:/bin", ...ENGINE };
    const words = ["up", "--grpc", addresses[0]!, "--web", "localhost:0", "--front", "off"];
    const pids = new Set<number>();
    const spawnUp = () =>
      Bun.spawn([binary, ...words], { cwd: home, env: environment, stdio: ["ignore", "ignore", "pipe"] });
    const three = () =>
      waitFor(
        "a view of three",
        async () => {
          const shown = await runBinary(["status", "--json"], { env: environment, cwd: home, binary });
          const said = JSON.parse(shown.stdout) as ClusterStatusJson;
          for (const { pid } of said.replicas) if (pid !== null) pids.add(pid);
          return said.writable && said.view.members.length === 3 ? said : null;
        },
        60_000,
      );
    let up = spawnUp();
    let load: Load | null = null;
    try {
      await three();
      load = await Load.create({ addresses, rate: RATE, deadlineMs: 30_000 });
      load.start();
      await load.flows("by all three", { count: 30 });
      up.kill("SIGINT");
      expect(await up.exited).toBe(0);
      for (const pid of pids) expect(processLives(pid)).toBe(false);
      up = spawnUp();
      await three();
      await load.flows("after the second start", { count: 30 });
      await load.stop();
      const histories = await Promise.all(addresses.map((address) => readHistory(load!, address)));
      for (const history of histories) {
        expect(compareWithSent(load, history, "a replica")).toEqual([]);
        expect(compareHistories(histories[0]!, history, "replicas")).toEqual([]);
      }
      const hashes = await runBinary(["status", "--hash", "--json"], { env: environment, cwd: home, binary });
      expect(JSON.parse(hashes.stdout)).toMatchObject({ equal: true });
      up.kill("SIGINT");
      expect(await up.exited).toBe(0);
    } finally {
      load?.close();
      if (up.exitCode === null) up.kill("SIGKILL");
      for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
      rmSync(home, { recursive: true, force: true });
    }
  },
  180_000,
);
