/**
 * A replica is killed in the middle of rare events: receiving a snapshot and switching to it, deleting old log rows,
 * creating the tables, a graceful stop.
 */
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Failpoint } from "../../src/base/faults.ts";
import { Cluster, FAULTS_BINARY, processLives, waitFor } from "../../harness/cluster.ts";
import { order, struck } from "../../harness/fault-orders.ts";
import { lasting, RATE, SOAK, story } from "../../harness/load-cluster.ts";

/** Keeps so few entries that a log is compacted within seconds, and a replica that lost its folder needs a snapshot. */
const KEEP = "keep=100";
const TOLD = {
  seconds: SOAK ? 900 : 90,
  cluster: { binary: FAULTS_BINARY, environment: { LASTWORD_FAULTS: KEEP } },
  load: { rate: RATE },
};

// Bodies so large that the state arrives in more than one piece.
const LARGE = { ...TOLD, load: { rate: RATE, bodyBytes: 4000 } };

story("a replica without its folder, killed again and again while a snapshot comes in", LARGE, async (stage) => {
  const { cluster } = stage;
  const load = await stage.open();
  load.start();
  const places: readonly Failpoint[] = ["snapshot-stage", "snapshot-switch", "snapshot-switched"];
  for (let round = 0; round < (SOAK ? 10 : 1); round++) {
    await load.flows("enough to be compacted", { count: 400 });
    const victim = cluster.ids.find((id) => id !== 0)!;
    await stage.kill([victim]);
    for (const place of places) {
      // Otherwise the first snapshot would still be switched in at the second strike.
      rmSync(join(cluster.data, `replica-${victim}`), { recursive: true, force: true });
      for (const at of place === "snapshot-stage" ? [2, 1] : [1]) {
        stage.note(`${place}@${at}`);
        stage.keepLog(victim);
        cluster.spawn(victim, cluster.words(victim), { LASTWORD_FAULTS: `${KEEP},${place}:kill@${at}` });
        await struck(cluster, victim);
        await load.flows(`after ${place}`);
      }
    }
    await stage.restart([victim]);
    await stage.inStep();
  }
  await stage.settle();
});

story("a leader and a follower, killed while old log rows are deleted", TOLD, async (stage) => {
  const { cluster } = stage;
  const load = await stage.open();
  load.start();
  for (let round = 0; round < (SOAK ? 10 : 2); round++) {
    const leader = await stage.leader();
    const victim = round % 2 === 0 ? leader : cluster.ids.find((id) => id !== leader)!;
    await order(cluster, victim, "log-compact:kill@2");
    await struck(cluster, victim);
    await load.flows("after the compaction");
    await stage.restart([victim]);
    await stage.inStep();
  }
  await stage.settle();
});

story("killed while it stops, before and after it has left: leader and follower", TOLD, async (stage) => {
  const { cluster } = stage;
  const load = await stage.open();
  load.start();
  for (let round = 0; round < (SOAK ? 40 : 4); round++) {
    const leader = await stage.leader();
    const victim = round % 2 === 0 ? leader : cluster.ids.find((id) => id !== leader)!;
    await order(cluster, victim, `${round % 4 < 2 ? "stop-begun" : "stop-done"}:kill`);
    const stopped = await cluster.terminate(victim);
    expect(stopped.exit).toBe(137);
    await load.flows("after the stop");
    await stage.restart([victim]);
    await stage.inStep();
  }
  await stage.settle();
});

/** After a death at one statement, the next start is killed so many statements later. */
const STATEMENTS = SOAK ? 1 : 4;

test.concurrent(
  "killed at statements that make the tables: the next start makes them",
  async () => {
    await using cluster = await Cluster.create({ binary: FAULTS_BINARY });
    let killed = 0;
    for (let at = 1; ; at += STATEMENTS) {
      const { process: child } = cluster.spawn(0, cluster.words(0), { LASTWORD_FAULTS: `state-migrate:kill@${at}` });
      const serves = await waitFor("its end, or its service", async () => {
        if (child.signalCode !== null) return "killed";
        return (await cluster.status(0))?.writable === true ? "serves" : null;
      });
      if (serves === "serves") break;
      killed++;
    }
    expect(killed).toBeGreaterThan(5);
    for (const id of [1, 2]) await cluster.start(id);
    await cluster.inStep();
  },
  180_000,
);

test.concurrent(
  "killed at any moment of its first start: the next one creates the cluster",
  async () => {
    const stepMs = SOAK ? 3 : 60;
    for (let afterMs = 0; afterMs <= 240; afterMs += stepMs) {
      await using cluster = await Cluster.create({ replicas: 1 });
      const { process: child } = cluster.spawn(0, cluster.words(0));
      await lasting(afterMs);
      child.kill("SIGKILL");
      await child.exited;
      expect(processLives(child.pid)).toBe(false);
      await cluster.start(0);
      await cluster.inStep([0]);
    }
  },
  180_000,
);
