/**
 * Damaged, lost, copied and unwritable data of one replica is detected, reported in one line, and restored from the
 * others. Also: what a replica reports if no other one has its data.
 */
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AcknowledgedWriter, wrongWith } from "../../harness/acknowledged.ts";
import { Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { flipBytesOf, scribble, SmallDisk } from "../../harness/fault-disk.ts";

const LOG = /^log\.db/;
const STATE = /^state-\d+\.db/;

function folderOf(cluster: Cluster, id: number): string {
  return join(cluster.data, `replica-${id}`);
}

/** The first seq in a log that is in use. */
function firstSeqOf(folder: string): number {
  using log = new Database(join(folder, "log.db"), { readonly: true });
  return log.query<{ seq: number }, []>("SELECT min(first_seq) AS seq FROM log").get()?.seq ?? 0;
}

/** The lines that a replica printed for people. */
function linesOf(cluster: Cluster, id: number): string[] {
  return cluster
    .log(id)
    .split("\n")
    .filter((line) => line.startsWith("lastword: "));
}

/** Checks that each replica has every acknowledged message once, and that all rows are equal. */
async function allIsThere(cluster: Cluster, writer: AcknowledgedWriter): Promise<void> {
  await cluster.inStep();
  expect(cluster.running()).toEqual([...cluster.ids]);
  for (const id of cluster.ids) expect(wrongWith(await writer.readAt(id), [writer])).toEqual([]);
  const said = await cluster.command(["status", "--hash", "--json"]);
  expect(JSON.parse(said.stdout)).toMatchObject({ equal: true });
}

async function write(writer: AcknowledgedWriter, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 10) {
    const sent = Array.from({ length: Math.min(left, 10) }, () => writer.send());
    expect(await Promise.all(sent)).not.toContain(false);
  }
}

const SET_ASIDE = /; it was set aside as .*\/damaged-1 and is brought back from the other replicas$/;

describe("three replicas that are restored, one after the other", () => {
  let cluster: Cluster;
  let writer: AcknowledgedWriter;
  beforeAll(async () => {
    cluster = await Cluster.create();
    await cluster.startAll();
    writer = await AcknowledgedWriter.create(cluster);
  }, 180_000);
  afterAll(async () => {
    writer.close();
    await cluster.stop();
  });

  test("a folder that was deleted, and one that was put back from an old copy: brought up to date", async () => {
    await write(writer, 10);
    const copy = join(cluster.home, "copy");
    await cluster.kill(1);
    cpSync(folderOf(cluster, 1), copy, { recursive: true });
    await write(writer, 10);
    rmSync(folderOf(cluster, 1), { recursive: true });
    await cluster.start(1);
    await cluster.inStep();
    await write(writer, 10);
    await cluster.kill(1);
    rmSync(folderOf(cluster, 1), { recursive: true });
    cpSync(copy, folderOf(cluster, 1), { recursive: true });
    await cluster.start(1);
    await allIsThere(cluster, writer);
  }, 180_000);

  test("a folder that was copied over another replica's: exit code 5, one line, nothing changed", async () => {
    await write(writer, 5);
    await cluster.killTogether([0, 1]);
    const own = join(cluster.home, "own");
    cpSync(folderOf(cluster, 1), own, { recursive: true });
    rmSync(folderOf(cluster, 1), { recursive: true });
    cpSync(folderOf(cluster, 0), folderOf(cluster, 1), { recursive: true });
    cluster.spawn(1, cluster.words(1));
    const refused = await cluster.exited(1);
    expect(refused.exit).toBe(5);
    expect(linesOf(cluster, 1)).toEqual([
      "lastword: the folder belongs to replica 0, not to replica 1; put the folder back where it was",
    ]);
    rmSync(folderOf(cluster, 1), { recursive: true });
    cpSync(own, folderOf(cluster, 1), { recursive: true });
    await cluster.start(1);
    await cluster.start(0);
    await allIsThere(cluster, writer);
  }, 180_000);

  test("flipped bytes in log.db: said at the start, set aside, brought back, of a follower and of the leader", async () => {
    await write(writer, 20);
    const leader = await cluster.leader();
    for (const id of [cluster.ids.find((one) => one !== leader)!, leader]) {
      // Stop it gracefully, so that nothing is left in the WAL: the WAL's own checksums would only cut the log short.
      await cluster.terminate(id);
      await write(writer, 5);
      expect(flipBytesOf(writer.acknowledged[3]!.body, folderOf(cluster, id), LOG)).toBeGreaterThan(0);
      await cluster.start(id);
      await cluster.inStep();
      const [line] = linesOf(cluster, id);
      expect(line).toStartWith("lastword: the data of this replica is damaged (log.db: checksum of the row at seq ");
      expect(line).toMatch(SET_ASIDE);
      // The damaged files are kept, because they may hold ops that no other replica has.
      expect(readdirSync(join(folderOf(cluster, id), "damaged-1")).sort()).toContain("log.db");
      await write(writer, 5);
    }
    await allIsThere(cluster, writer);
  }, 180_000);

  test("damaged and alone: it says that it waits for a peer, writes nothing, and is mended when one comes", async () => {
    await write(writer, 20);
    // The rows are written some 100 ms after the log. A log that is shorter than the rows counts as damaged.
    await allIsThere(cluster, writer);
    await cluster.kill(0);
    await write(writer, 5);
    await cluster.killTogether([1, 2]);
    expect(flipBytesOf(writer.acknowledged[3]!.body, folderOf(cluster, 0), LOG)).toBeGreaterThan(0);
    await cluster.start(0);
    const { reason } = await cluster.statusThat(
      0,
      "that it waits",
      (status) => !status.writable && status.reason !== null,
    );
    expect(reason).toBe("damaged, waiting for a peer");
    const health = await fetch(`${cluster.web(0)}/healthz`);
    expect([health.status, await health.json()]).toEqual([503, { ok: false, reason: "damaged, waiting for a peer" }]);
    expect(await writer.at([0]).send(2_000)).toBe(false);
    await cluster.start(1);
    await cluster.start(2);
    await allIsThere(cluster, writer);
  }, 180_000);
});

test("flipped bytes in an old row of the leader's log.db: found when a replica asks for it, mended while it runs", async () => {
  const environment = { LASTWORD_FAULTS: "tail=5" };
  await using cluster = await Cluster.create({ binary: FAULTS_BINARY, environment });
  await cluster.startAll();
  const writer = await AcknowledgedWriter.create(cluster);
  for (let i = 0; i < 20; i++) await write(writer, 1);
  // The replica that was stopped last leads if it starts first.
  for (const id of [2, 1, 0]) await cluster.terminate(id);
  expect(flipBytesOf(writer.acknowledged[3]!.body, folderOf(cluster, 0), LOG)).toBeGreaterThan(0);
  rmSync(folderOf(cluster, 1), { recursive: true });
  await cluster.start(0);
  const pid = cluster.pid(0);
  await cluster.start(2);
  expect((await cluster.inStep([0, 2])).view.leader).toBe(0);
  expect(linesOf(cluster, 0)).toEqual([]);
  // Replica 1 has no data, so it asks for the log from its beginning.
  await cluster.start(1);
  await waitFor("the line", () => linesOf(cluster, 0).length > 0);
  expect(linesOf(cluster, 0)[0]).toMatch(SET_ASIDE);
  expect(linesOf(cluster, 0)[0]).toContain("log.db: checksum of the row at seq ");
  await cluster.inStep([0, 1, 2], 60_000);
  expect(cluster.pid(0)).toBe(pid);
  await write(writer, 5);
  await allIsThere(cluster, writer);
  writer.close();
}, 180_000);

test("flipped bytes in state.db: its rows are made again from the log, without any other replica", async () => {
  for (const place of ["header", "pages"] as const) {
    await using cluster = await Cluster.create({ replicas: 1 });
    await cluster.startAll();
    const writer = await AcknowledgedWriter.create(cluster);
    await write(writer, 60);
    await cluster.terminate(0);
    const [name] = readdirSync(folderOf(cluster, 0)).filter((one) => /^state-\d+\.db$/.test(one));
    const state = join(folderOf(cluster, 0), name!);
    if (place === "header") scribble(state, 0, 64);
    else scribble(state, 8 * 4096, readFileSync(state).length);
    await cluster.start(0);
    await cluster.inStep([0]);
    // If the start did not detect the damage, a read does.
    await waitFor("all to be there", async () => {
      const bodies = await writer.readAt(0).catch(() => null);
      return bodies !== null && wrongWith(bodies, [writer]).length === 0;
    });
    const [line] = linesOf(cluster, 0);
    expect(line).toStartWith("lastword: the data of this replica is damaged (");
    expect(line).toContain(".db: SQLITE_");
    await write(writer, 5);
    await allIsThere(cluster, writer);
    writer.close();
  }
}, 180_000);

test("a flipped byte in a row of state.db that still reads well: the others' hashes say so, at rest", async () => {
  const environment = { LASTWORD_FAULTS: "rest=500,scrub=1000" };
  await using cluster = await Cluster.create({ binary: FAULTS_BINARY, environment });
  await cluster.startAll();
  const writer = await AcknowledgedWriter.create(cluster);
  await write(writer, 10);
  // Entries that it has acknowledged but not applied are only in its log.
  await waitFor("its rows", async () => wrongWith(await writer.readAt(1), [writer]).length === 0);
  await cluster.terminate(1);
  expect(flipBytesOf(writer.acknowledged[3]!.body, folderOf(cluster, 1), STATE)).toBeGreaterThan(0);
  await cluster.start(1);
  await cluster.inStep();
  await waitFor("the line", () => linesOf(cluster, 1).length > 0);
  expect(linesOf(cluster, 1)[0]).toContain("is damaged (state.db: its rows differ from those of replicas 0 and 2)");
  await waitFor("its row to be mended", async () => {
    const bodies = await writer.readAt(1).catch(() => null);
    return bodies !== null && wrongWith(bodies, [writer]).length === 0;
  });
  await allIsThere(cluster, writer);
  expect([0, 2].flatMap((id) => linesOf(cluster, id))).toEqual([]);
  writer.close();
}, 180_000);

test("state.db deleted under a log that begins late: brought back from the others", async () => {
  await using cluster = await Cluster.create({ binary: FAULTS_BINARY, environment: { LASTWORD_FAULTS: "keep=20" } });
  await cluster.startAll();
  const writer = await AcknowledgedWriter.create(cluster);
  for (let i = 0; i < 12; i++) await write(writer, 10);
  await waitFor("its log to begin late", () => firstSeqOf(folderOf(cluster, 1)) > 10);
  await cluster.kill(1);
  for (const name of readdirSync(folderOf(cluster, 1)).filter((one) => STATE.test(one))) {
    rmSync(join(folderOf(cluster, 1), name));
  }
  await write(writer, 5);
  await cluster.start(1);
  await cluster.inStep();
  expect(linesOf(cluster, 1)).toEqual([expect.stringMatching(/damaged \(log\.db starts after seq \d+, but the state/)]);
  await allIsThere(cluster, writer);
  writer.close();
}, 180_000);

test("damaged for the fourth time: exit code 6, for the disk is the problem", async () => {
  await using cluster = await Cluster.create({ replicas: 1 });
  await cluster.startAll();
  await cluster.terminate(0);
  for (const kept of ["damaged-1", "damaged-2", "damaged-3"]) mkdirSync(join(folderOf(cluster, 0), kept));
  scribble(join(folderOf(cluster, 0), "log.db"), 0, 64);
  const refused = await cluster.command(cluster.words(0));
  expect(refused.exit).toBe(6);
  expect(refused.stderr).toMatch(
    /^lastword: the data of this replica was damaged again and again \(log\.db: SQLITE_NOTADB\); move .* to a disk/m,
  );
  expect(readdirSync(folderOf(cluster, 0))).toContain("log.db");
}, 180_000);

test.skipIf(!SmallDisk.possible())(
  "a folder that cannot be written to: exit code 3, one line, and as before when it can",
  async () => {
    await using cluster = await Cluster.create({ replicas: 1 });
    await cluster.startAll();
    const writer = await AcknowledgedWriter.create(cluster);
    await write(writer, 5);
    await cluster.terminate(0);
    using shown = SmallDisk.readOnly(cluster.data, join(cluster.home, "read-only"));
    const refused = await cluster.command([...cluster.words(0), `--data=${shown.folder}`]);
    expect([refused.exit, refused.stderr.split("\n").length - 1]).toEqual([3, 1]);
    expect(refused.stderr).toMatch(
      /^lastword: cannot write to .*: the file system is mounted read-only \(EROFS\); mount it for writing, or choose/,
    );
    await cluster.start(0);
    await allIsThere(cluster, writer);
    writer.close();
  },
  180_000,
);
