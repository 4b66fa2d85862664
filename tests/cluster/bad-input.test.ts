/**
 * If something around a replica is wrong, it prints one line that says what to do, has the right exit code, and damages
 * nothing.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunFile } from "../../src/host/run-file.ts";
import {
  BINARY,
  Cluster,
  ENGINE,
  FAULTS_BINARY,
  NEXT_BINARY,
  processLives,
  runBinary,
  waitFor,
} from "../../harness/cluster.ts";

const top = mkdtempSync(join(tmpdir(), "lastword-bad-"));
const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) Bun.spawnSync(["umount", "-l", folder]);
  rmSync(top, { recursive: true, force: true });
});

/** Mounts a file system of a given size; null if this user may not mount one. */
function smallDisk(name: string, megabytes: number): string | null {
  const folder = join(top, name);
  mkdirSync(folder);
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const done = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], {
    stderr: "ignore",
  });
  if (done.exitCode !== 0) return null;
  mounted.push(folder);
  return folder;
}

/** Fills the disk of `folder`, and returns the file that does so. */
function fill(folder: string): string {
  const path = join(folder, "filler");
  const block = Buffer.alloc(64 * 1024, 1);
  const file = Bun.file(path).writer();
  try {
    for (;;) writeFileSync(path, block, { flag: "a" });
  } catch {
    void file.end();
    return path;
  }
}

function linesOf(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line.startsWith("lastword: "));
}

test("a data folder that cannot be made: exit code 3", async () => {
  symlinkSync(join(top, "nowhere", "at", "all"), join(top, "dangling"));
  writeFileSync(join(top, "a-file"), "");
  const other = "choose another folder with --data";
  for (const [data, why] of [
    ["/proc/lastword", `a part of the path does not exist (ENOENT); correct the path, or ${other}`],
    [
      join(BINARY, "below-a-file"),
      `a part of the path is a file, not a folder (ENOTDIR); correct the path, or ${other}`,
    ],
    [
      join(top, "a-file"),
      `that name belongs to something other than a folder: a file, or a link that leads nowhere (EEXIST); remove it, or ${other}`,
    ],
    [
      join(top, "dangling"),
      `that name belongs to something other than a folder: a file, or a link that leads nowhere (EEXIST); remove it, or ${other}`,
    ],
  ]) {
    const refused = await runBinary(["--data", data!], { env: { HOME: top, ...ENGINE }, cwd: top });
    expect(refused).toEqual({ exit: 3, stdout: "", stderr: `lastword: cannot write to ${data}: ${why}\n` });
  }
});

describe("a full disk", () => {
  test.concurrent(
    "at the start: exit code 6, and it starts once there is room",
    async () => {
      const disk = smallDisk("full-at-start", 8);
      if (disk === null) return;
      await using cluster = await Cluster.create({ replicas: 1, words: [`--data=${disk}`] });
      const filler = fill(disk);
      const refused = await cluster.command(cluster.words(0));
      expect([refused.exit, linesOf(refused.stderr)]).toEqual([
        6,
        [expect.stringMatching(/disk .*is full.*; free some space/)],
      ]);
      rmSync(filler);
      const child = cluster.spawn(0, cluster.words(0));
      await cluster.inStep([0]);
      expect(child.process.exitCode).toBeNull();
    },
    180_000,
  );
});

test.concurrent(
  "two clocks that are 10 minutes apart: one line at each, and both go on",
  async () => {
    await using cluster = await Cluster.create({ replicas: 2, binary: FAULTS_BINARY });
    await cluster.start(0);
    await cluster.start(1, [], { LASTWORD_FAULTS: "clock=600000" });
    await cluster.inStep([0, 1]);
    for (const id of [0, 1]) {
      const line = await waitFor("the line", () => linesOf(cluster.log(id))[0]);
      expect(line).toBe(
        "lastword: the clocks of replicas 0 and 1 are 10 minutes apart, and it is not known which is right; set them (NTP)",
      );
    }
  },
  180_000,
);

test("dist/lastword has no name of a fault, dist/lastword-faults has them all", () => {
  const sources = readFileSync(join(import.meta.dir, "../../src/base/faults.ts"), "utf8");
  const places = [...sources.matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, place]) => place!);
  expect(places.length).toBeGreaterThan(10);
  const [release, faults] = [readFileSync(BINARY), readFileSync(FAULTS_BINARY)];
  for (const name of ["LASTWORD_FAULTS", ...places]) {
    expect([name, release.includes(name), faults.includes(name)]).toEqual([name, false, true]);
  }
});

test("dist/lastword has nothing of the version that tests upgrade to", () => {
  const [release, next] = [readFileSync(BINARY), readFileSync(NEXT_BINARY)];
  const name = "20991231000000_next";
  expect([release.includes(name), next.includes(name)]).toEqual([false, true]);
});

test.concurrent(
  "nobody reads its lines any more: the replica goes on",
  async () => {
    await using cluster = await Cluster.create({ replicas: 2 });
    await cluster.start(0);
    // Each reader ends after one line, so that both pipes are broken then.
    const shell = `"$0" "$@" 2> >(head -n1 >/dev/null) | head -n1`;
    const reading = Bun.spawn(["bash", "-c", shell, BINARY, ...cluster.words(1), "--log-level=debug"], {
      env: cluster.environment,
      stdio: ["ignore", "ignore", "ignore"],
    });
    const run = await waitFor("replica 1", () => readRunFile(cluster.data, 1));
    try {
      await cluster.inStep([0, 1]);
      // It has more to say to them.
      await cluster.kill(0);
      await cluster.statusThat(1, "alone", (status) => status.writable && status.view.members.length === 1);
      await cluster.start(0);
      await cluster.inStep([0, 1]);
      expect(processLives(run.pid)).toBe(true);
    } finally {
      if (processLives(run.pid)) process.kill(run.pid, "SIGKILL");
      await reading.exited;
    }
  },
  180_000,
);
