/** A full disk and a slow disk: what is refused, what still works, and that the cluster recovers by itself. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AcknowledgedWriter, wrongWith } from "../../harness/acknowledged.ts";
import { BINARY, Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { SmallDisk } from "../../harness/fault-disk.ts";
import { order } from "../../harness/fault-orders.ts";
import { RATE, SOAK, story } from "../../harness/load-cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

const FULL =
  /^lastword: the disk under .* is full; free some space, then messages are accepted again; reading still works$/;

function linesOf(cluster: Cluster, id: number): string[] {
  const lines = cluster.log(id).split("\n");
  return lines.filter((line) => line.startsWith("lastword: "));
}

/** A cluster in which replica `id` has a small disk of its own. */
async function withSmallDisk(replicas: number, id: number): Promise<{ cluster: Cluster; disk: SmallDisk }> {
  const cluster = await Cluster.create({ replicas });
  const disk = SmallDisk.mount(join(cluster.home, "small"), 48);
  for (const other of cluster.ids) if (other !== id) await cluster.start(other);
  if (replicas > 1) copyFileSync(join(cluster.data, "cluster.key"), join(disk.folder, "cluster.key"));
  cluster.spawn(id, [...cluster.words(id), `--data=${disk.folder}`]);
  await cluster.inStep();
  return { cluster, disk };
}

/** The bytes left on the disk: less than its reserve (5 %), or none. */
describe.skipIf(!SmallDisk.possible())("a small disk", () => {
  test.concurrent.each([1024 * 1024, 0])(
    "%d bytes left, alone: writes stop with a line, reads go on, and all goes on when there is room",
    async (leave) => {
      const made = await withSmallDisk(1, 0);
      await using cluster = made.cluster;
      using disk = made.disk;
      const writer = await AcknowledgedWriter.create(cluster);
      for (let i = 0; i < 5; i++) expect(await writer.send()).toBe(true);
      const filler = disk.fill(leave);
      const { reason } = await cluster.statusThat(0, "that it is full", ({ writable }) => !writable);
      expect(reason).toBe("the disk of this replica is full");
      expect(await writer.send(1_000)).toBe(false);
      await waitFor("the line", () => linesOf(cluster, 0).length > 0);
      expect(linesOf(cluster, 0)).toEqual([expect.stringMatching(FULL)]);
      expect(wrongWith(await writer.readAt(0), [writer])).toEqual([]);
      expect((await fetch(`${cluster.web(0)}/login`)).status).toBe(200);
      expect((await fetch(`${cluster.web(0)}/healthz`)).status).toBe(503);
      rmSync(filler);
      await cluster.inStep([0]);
      expect(await writer.send()).toBe(true);
      await waitFor("the other line", () => linesOf(cluster, 0).length > 1);
      expect(linesOf(cluster, 0)[1]).toContain("there is space again under");
      expect(wrongWith(await writer.readAt(0), [writer])).toEqual([]);
      // The process never ended, and SQLite never failed.
      expect(cluster.running()).toEqual([0]);
      writer.close();
    },
    180_000,
  );

  test.concurrent(
    "no room at the leader of three: another one leads, and it counts again when there is room",
    async () => {
      const made = await withSmallDisk(3, 2);
      await using cluster = made.cluster;
      using disk = made.disk;
      const writer = await AcknowledgedWriter.create(cluster, [0, 1]);
      // Kill the others once, so that the replica with the small disk leads.
      await cluster.killTogether([0, 1]);
      await cluster.statusThat(2, "that it leads", ({ view, writable }) => writable && view.leader === 2);
      for (const id of [0, 1]) await cluster.start(id);
      expect((await cluster.inStep()).view.leader).toBe(2);
      const pid = cluster.pid(2);
      for (let i = 0; i < 5; i++) expect(await writer.send()).toBe(true);
      const filler = disk.fill();
      for (let i = 0; i < 10; i++) expect(await writer.send(30_000)).toBe(true);
      const status = await cluster.statusThat(
        0,
        "another leader",
        ({ view, writable }) => writable && view.leader !== 2,
      );
      expect(status.view.members).not.toContain(2);
      expect(linesOf(cluster, 2)).toEqual([expect.stringMatching(FULL)]);
      rmSync(filler);
      await cluster.inStep(cluster.ids, 60_000);
      expect(cluster.pid(2)).toBe(pid);
      for (const id of cluster.ids) {
        await waitFor(`all at ${id}`, async () => wrongWith(await writer.readAt(id), [writer]).length === 0);
      }
      writer.close();
    },
    180_000,
  );

  test.concurrent(
    "no room for a snapshot: it says so, stays out, and is in step once there is room",
    async () => {
      const environment = { LASTWORD_FAULTS: "keep=50" };
      await using cluster = await Cluster.create({ binary: FAULTS_BINARY, environment });
      using disk = SmallDisk.mount(join(cluster.home, "small"), 48);
      await cluster.startAll();
      const writer = await AcknowledgedWriter.create(cluster, [0, 1]);
      const anna = new WebPerson("anna");
      await anna.register(cluster.web(0));
      // Write more than there will be room for. The log is compacted while all three replicas hold its entries.
      for (let i = 0; i < 60; i++) {
        await Promise.all(
          Array.from({ length: 10 }, () => anna.send(cluster.web(0), "anna", `${i} ${"x".repeat(8_000)}`)),
        );
      }
      expect(await writer.send()).toBe(true);
      await cluster.kill(2);
      copyFileSync(join(cluster.data, "cluster.key"), join(disk.folder, "cluster.key"));
      const filler = disk.fill(4 * 1024 * 1024);
      cluster.spawn(2, [...cluster.words(2), `--data=${disk.folder}`]);
      const { reason } = await cluster.statusThat(
        2,
        "that it is full",
        (status) => status.reason?.includes("full") === true,
      );
      expect(reason).toBe("the disk of this replica is full");
      await waitFor("the line", () => linesOf(cluster, 2).length > 0);
      expect(linesOf(cluster, 2)).toEqual([expect.stringMatching(FULL)]);
      for (let i = 0; i < 5; i++) expect(await writer.send()).toBe(true);
      rmSync(filler);
      await cluster.inStep(cluster.ids, 60_000);
      await waitFor("all there", async () => wrongWith(await writer.readAt(2), [writer]).length === 0);
      anna.leave();
      writer.close();
    },
    180_000,
  );
});

test.concurrent(
  "files that may not grow: it ends with one line and exit code 6, and goes on where it was when they may",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "lastword-limit-"));
    const limited = join(folder, "limited");
    // ulimit counts in blocks of 1,024 bytes.
    writeFileSync(limited, `#!/bin/bash\n[ -e "$HOME/unlimited" ] || ulimit -f 1000\nexec "${BINARY}" "$@"\n`, {
      mode: 0o755,
    });
    await using cluster = await Cluster.create({ replicas: 1, binary: limited });
    await cluster.start(0);
    await cluster.inStep([0]);
    const writer = await AcknowledgedWriter.create(cluster);
    while (cluster.running().length > 0 && writer.acknowledged.length < 2_000) await writer.send(2_000);
    const { exit } = await cluster.exited(0);
    expect([exit, linesOf(cluster, 0)]).toEqual([
      6,
      [
        expect.stringMatching(
          /^lastword: cannot use \/.*\.db: the disk fails \(SQLITE_IOERR_WRITE\); look for its errors in the system log/,
        ),
      ],
    ]);
    writeFileSync(join(cluster.home, "unlimited"), "");
    await cluster.start(0);
    await cluster.inStep([0]);
    expect(writer.acknowledged.length).toBeGreaterThan(0);
    expect(wrongWith(await writer.readAt(0), [writer])).toEqual([]);
    writer.close();
    rmSync(folder, { recursive: true });
  },
  180_000,
);

story(
  "a slow disk: 300 ms for each fsync of a follower, of the leader, and of all",
  { seconds: SOAK ? 900 : 90, cluster: { binary: FAULTS_BINARY }, load: { rate: RATE, deadlineMs: 30_000 } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    const leader = await stage.leader();
    const follower = cluster.ids.find((id) => id !== leader)!;
    for (const slow of [[follower], [leader], cluster.ids]) {
      for (const id of slow) await order(cluster, id, "log-sync:delay=300");
      await load.flows(`while ${slow.join()} is slow`, { count: 30 });
      // No replica is dropped from the view because its disk is slow.
      await stage.inStep();
      for (const id of slow) await order(cluster, id, "");
    }
    await stage.settle();
  },
);

story(
  "slow disks and a killed leader: 500 ms for each fsync of all, 1.5 s of one survivor; another one leads",
  { seconds: SOAK ? 900 : 120, cluster: { binary: FAULTS_BINARY }, load: { rate: RATE, deadlineMs: 60_000 } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (const slow of [
      [500, 500],
      [1500, 0],
    ]) {
      const leader = await stage.leader();
      const survivors = cluster.ids.filter((id) => id !== leader);
      for (const [i, id] of survivors.entries()) await order(cluster, id, `log-sync:delay=${slow[i]}`);
      await load.flows("slowly");
      await stage.kill([leader]);
      await load.flows("by the survivors");
      for (const id of survivors) await order(cluster, id, "");
      await stage.restart([leader]);
      await stage.inStep();
    }
    await stage.settle();
  },
);
