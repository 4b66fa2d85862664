/** `lastword chaos` on a running cluster and on one of its own. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChaosReport } from "../../src/cli/chaos.ts";
import { readRunFile } from "../../src/cli/run-file.ts";
import { Cluster, processLives, runBinary, waitFor } from "../support/cluster.ts";

test("on the running cluster: the promise holds, and everything runs again afterwards", async () => {
  await using cluster = await Cluster.create();
  const pids = new Set<number>();
  try {
    await cluster.startAll();
    for (const id of cluster.ids) pids.add(cluster.pid(id));
    const run = await runBinary(["chaos", "--seconds=8", "--seed=2"], {
      env: cluster.environment,
      cwd: cluster.home,
      timeoutMs: 120_000,
    });
    const report = JSON.parse(run.stdout) as ChaosReport;
    expect([run.exit, report.violations]).toEqual([0, []]);
    expect(report.sends.acknowledged).toBeGreaterThan(0);
    expect(report.faults.length).toBeGreaterThan(0);
    expect(report.hashesEqual).toBe(true);
    const after = cluster.ids.map((id) => readRunFile(cluster.data, id)?.pid ?? 0);
    for (const pid of after) pids.add(pid);
    expect(after.every(processLives)).toBe(true);
    const killed = report.faults.filter(({ kind }) => !kind.startsWith("freeze"));
    // The premise: what was killed is another process now.
    for (const id of new Set(killed.flatMap((fault) => fault.replicas))) expect(after[id]).not.toBe(cluster.pid(id));
    expect((await cluster.command(["down"])).exit).toBe(0);
  } finally {
    for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
    for (const pid of pids) await waitFor("the end", () => !processLives(pid));
  }
}, 180_000);

test("on a cluster of its own, in a temporary folder that is gone afterwards", async () => {
  const home = mkdtempSync(join(tmpdir(), "lastword-chaos-test-"));
  try {
    const run = await runBinary(["chaos", "--seconds=3"], {
      env: { HOME: home, TMPDIR: home, PATH: "/usr/bin:/bin" },
      cwd: home,
      timeoutMs: 120_000,
    });
    expect([run.exit, (JSON.parse(run.stdout) as ChaosReport).violations]).toEqual([0, []]);
    expect([...new Bun.Glob("**").scanSync({ cwd: home, dot: true })]).toEqual([]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 180_000);
