/**
 * The command `lastword chaos`: on a running cluster, on a cluster of its own, with a network that it can cut (as
 * root), and interrupted. The runs are short; `make chaos` makes long ones.
 */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkRefusal } from "../../src/chaos/network.ts";
import type { ChaosReport } from "../../src/chaos/report.ts";
import { readRunFile } from "../../src/host/run-file.ts";
import { BINARY, Cluster, ENGINE, processLives, runBinary, waitFor, type Finished } from "../../harness/cluster.ts";

const TIMEOUT_MS = 180_000;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

function readReport(folder: string, seed: number): ChaosReport {
  return JSON.parse(readFileSync(join(folder, `chaos-seed-${seed}.json`), "utf8")) as ChaosReport;
}

/** Checks the output for people: the first line of stdout is the verdict, the last one names the files. */
function expectHeld(run: Finished, report: ChaosReport): void {
  expect([run.exit, report.violations, report.ok]).toEqual([0, [], true]);
  const lines = run.stdout.trimEnd().split("\n");
  expect(lines[0]).toStartWith("the promise held: ");
  expect(lines.at(-1)).toStartWith("report: ");
  expect(report.sends.acknowledged).toBeGreaterThan(0);
  expect(report.hashes.map(({ replica }) => replica)).toEqual([0, 1, 2]);
}

/** Ends the replicas that chaos has started in place of those that it killed. */
async function clear(cluster: Cluster, pids: Set<number>): Promise<void> {
  for (const id of cluster.ids) pids.add(readRunFile(cluster.data, id)?.pid ?? 0);
  pids.delete(0);
  for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
  for (const pid of pids) await waitFor("the end", () => !processLives(pid));
}

/** A story on three running replicas; none of the processes in `pids` may be left afterwards. */
function onRunning(story: (cluster: Cluster, pids: Set<number>) => Promise<void>): () => Promise<void> {
  return async () => {
    await using cluster = await Cluster.create();
    const pids = new Set<number>();
    try {
      await cluster.startAll();
      for (const id of cluster.ids) pids.add(cluster.pid(id));
      await story(cluster, pids);
    } finally {
      await clear(cluster, pids);
    }
  };
}

// These tests mostly wait, so they run concurrently.
test.concurrent(
  "on the running cluster, kills and pauses: the promise holds, and everything runs again afterwards",
  onRunning(async (cluster, pids) => {
    const run = await runBinary(["chaos", "--seconds=5", "--seed=2", `--report=${cluster.home}`], {
      env: cluster.environment,
      cwd: cluster.home,
      timeoutMs: TIMEOUT_MS,
    });
    const report = readReport(cluster.home, 2);
    expectHeld(run, report);
    expect(report.cluster).toMatchObject({ own: false, replicas: [0, 1, 2], network: null });
    expect(report.groups).toMatchObject({ done: ["kills", "pauses"], impossible: [{ group: "network" }] });
    expect(run.stderr).toContain("no faults of the network: only possible on a cluster that chaos starts itself");
    expect(run.stderr).toMatch(/^the 9 accounts of chaos and their messages are deleted; their names stay reserved/m);
    expect((await cluster.command(["status"])).stdout).toContain("0 accounts");
    expect(report.faults.length).toBeGreaterThan(0);
    expect(report.checks.map(({ looked }) => looked > 0)).not.toContain(false);
    const page = readFileSync(join(cluster.home, "chaos-seed-2.html"), "utf8");
    expect(page).toContain("The promise held");
    const after = cluster.ids.map((id) => readRunFile(cluster.data, id)?.pid ?? 0);
    for (const pid of after) pids.add(pid);
    expect(after.every(processLives)).toBe(true);
    // Premise: killed replicas have new processes, and replicas that were only paused the same ones.
    const ended = new Set(report.faults.flatMap((fault) => (fault.group === "kills" ? fault.replicas : [])));
    for (const id of ended) expect(after[id]).not.toBe(cluster.pid(id));
    const refused = await cluster.command(["chaos", "--faults=network", `--report=${cluster.home}`]);
    expect(refused).toMatchObject({ exit: 1, stdout: "" });
    expect(refused.stderr).toStartWith("lastword: nothing that was asked for can be done: only possible on a cluster");
    expect((await cluster.command(["down"])).exit).toBe(0);
  }),
  TIMEOUT_MS,
);

test.concurrent(
  "broken off by Ctrl-C: what was paused goes on, what was killed is started, what was written is checked",
  onRunning(async (cluster, pids) => {
    const words = ["chaos", "--seconds=600", "--seed=4", "--faults=pauses", `--report=${cluster.home}`];
    const child = Bun.spawn([BINARY, ...words], {
      env: cluster.environment,
      cwd: cluster.home,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    const stdout = new Response(child.stdout).text();
    let stderr = "";
    let asked = false;
    for await (const chunk of child.stderr) {
      stderr += new TextDecoder().decode(chunk);
      // Interrupt it once, during the first fault; a second interrupt would leave out the checks.
      if (asked || !/ s {2}pause/.test(stderr)) continue;
      asked = true;
      child.kill("SIGINT");
    }
    expect([await child.exited, (await stdout).split("\n")[0]]).toEqual([
      0,
      expect.stringContaining("the promise held"),
    ]);
    const report = readReport(cluster.home, 4);
    expect(report).toMatchObject({ interrupted: true, violations: [] });
    const after = cluster.ids.map((id) => readRunFile(cluster.data, id)!.pid);
    for (const pid of after) pids.add(pid);
    for (const pid of after) expect(readFileSync(`/proc/${pid}/stat`, "utf8")).not.toMatch(/\) T /);
  }),
  TIMEOUT_MS,
);

describe("on a cluster of its own, in a temporary folder that is gone afterwards", () => {
  const runOwn = async (words: readonly string[]): Promise<{ run: Finished; home: string }> => {
    const home = mkdtempSync(join(tmpdir(), "lastword-chaos-test-"));
    const run = await runBinary(["chaos", ...words, "--report=out"], {
      env: { HOME: home, TMPDIR: home, PATH, ...ENGINE },
      cwd: home,
      timeoutMs: TIMEOUT_MS,
    });
    return { run, home };
  };

  test.concurrent(
    "kills only",
    async () => {
      const { run, home } = await runOwn(["--seconds=3", "--faults=kills"]);
      try {
        const report = readReport(join(home, "out"), 1);
        expectHeld(run, report);
        expect(report.cluster).toMatchObject({ own: true, network: null });
        expect(report.groups).toEqual({ done: ["kills"], impossible: [] });
        expect(report.availability.bars).toHaveLength(2);
        expect(readdirSync(home)).toEqual(["out"]);
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );

  const refusal = networkRefusal();
  test.concurrent.skipIf(refusal !== null)(
    `cuts and bad links between networks of their own${refusal === null ? "" : ` (${refusal})`}`,
    async () => {
      const { run, home } = await runOwn(["--seconds=6", "--seed=1", "--faults=network"]);
      try {
        const report = readReport(join(home, "out"), 1);
        expectHeld(run, report);
        expect(report.groups).toEqual({ done: ["network"], impossible: [] });
        expect(report.faults.map(({ group }) => group)).toContain("network");
        // Premise: the others missed the replica that was cut off for a while.
        expect(report.lanes.flatMap(({ spans }) => spans.map(({ state }) => state))).toContain("learner");
        expect(readdirSync(home)).toEqual(["out"]);
        // Networks are named after the process that made them. None of a process that has ended may be left.
        const names = Bun.spawnSync(["ip", "netns", "list"]).stdout.toString();
        const owners = [...names.matchAll(/^lwchaos(\d+)-/gm)].map(([, pid]) => Number(pid));
        expect(owners.filter((pid) => !processLives(pid))).toEqual([]);
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );

  test.concurrent("a report folder that cannot be written to is refused before anything starts", async () => {
    const home = mkdtempSync(join(tmpdir(), "lastword-chaos-test-"));
    try {
      const words = ["chaos", "--report=/dev/null/out"];
      const run = await runBinary(words, { env: { HOME: home, PATH, ...ENGINE }, cwd: home });
      expect(run).toEqual({
        exit: 3,
        stdout: "",
        stderr:
          "lastword: cannot write a report to /dev/null/out: a part of the path is a file, not a folder (ENOTDIR); correct the path, or choose another folder with --report\n",
      });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
