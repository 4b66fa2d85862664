/**
 * A cluster is upgraded one replica at a time while people write, and nobody notices: from dist/lastword to
 * dist/lastword-next, which has one more kind of op, one more column and one more frame. Until all three replicas are
 * upgraded, each of them can go back. From then on the older executable refuses to start, and damages nothing.
 */
import { expect } from "bun:test";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { BINARY, NEXT_BINARY, waitFor } from "../../harness/cluster.ts";
import { RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";
import { ends, follow, inForce, notesOf, onceHeard, swap, tooOld, unnoticed } from "../../harness/upgrading.ts";

/** The deadline is long, because a send may wait long for a leader while other tests keep the CPU busy. */
const LOAD = { rate: RATE, deadlineMs: 60_000 };

/** On a busy machine a replica may not be heard for a moment, or the leadership may change. */
const PASSING = /is not heard|try again/;

/**
 * The orders in which the three are upgraded. The second one goes back once before all are upgraded. Replica 0, which
 * leads at the beginning, is upgraded first and last; soak has all six orders.
 */
const ORDERS = [
  [0, 1, 2],
  [2, 1, 0],
  ...(SOAK
    ? ([
        [1, 0, 2],
        [0, 2, 1],
        [2, 0, 1],
        [1, 2, 0],
      ] as const)
    : []),
] as const;
/** Indexes of the orders in which more is checked. */
const WITH_STATUS = 0;
const WITH_ALL_BACK = 1;
const WITH_KILLED_LEADER = 1;
const AFTERWARDS = 0;

for (const [n, order] of ORDERS.entries()) {
  const title = `an upgrade in the order ${order.join()}, ${order[1]} back once, under load`;
  story(title, { seconds: 240, load: LOAD }, async (stage) => {
    const load = await stage.open();
    const note = await notesOf(stage);
    const streams = await follow(stage);
    const [first, second, third] = order;
    try {
      load.start();
      await load.flows("before the upgrade");
      await swap(stage, first, NEXT_BINARY);
      await swap(stage, second, NEXT_BINARY);
      // Upgrading the third would enable the format. Until then every replica can go back.
      expect(await onceHeard(() => note(first, "next: too early"))).toBe(
        `definite not_enabled: This needs all replicas at version 0.1.0-next; replica ${third} is at 0.1.0.`,
      );
      if (n === WITH_STATUS) await mixed(stage, { newer: [first, second], older: third });
      await swap(stage, second, BINARY);
      if (n === WITH_ALL_BACK) await allBack(stage, first);
      if (n === WITH_KILLED_LEADER) await killLeader(stage);
      await swap(stage, second, NEXT_BINARY);
      await swap(stage, third, NEXT_BINARY);
      await inForce(stage, 2);
      for (const id of stage.cluster.ids) expect(await note(id, `next: from ${id}`)).toBe("sent");
      await load.flows("of the new version");
      await load.stop();
      expect(await streams.complaints()).toEqual([]);
      expect(streams.movesMin()).toBeGreaterThan(0);
      unnoticed(stage);
      if (n === AFTERWARDS) await refusedAfterwards(stage, first);
      else await stage.settle();
    } finally {
      streams.close();
    }
  });
}

/** Downgrades the last newer replica too. Its column is gone, and its rows equal those of the others. */
async function allBack(stage: Stage, last: number): Promise<void> {
  await swap(stage, last, BINARY);
  await stage.load.stop();
  await stage.inStep();
  await stage.equalHashes();
  stage.load.start();
  await swap(stage, last, NEXT_BINARY);
}

async function killLeader(stage: Stage): Promise<void> {
  const leader = await stage.leader();
  await stage.kill([leader]);
  await stage.load.flows("by those who are left");
  await stage.restart([leader]);
  await stage.inStep();
  expect(await stage.leader()).not.toBe(leader);
}

/** Checks that the older executable refuses the folder, and that the newer one continues with it without loss. */
async function refusedAfterwards(stage: Stage, id: number): Promise<void> {
  expect((await stage.cluster.terminate(id)).exit).toBe(0);
  stage.cluster.install(id, BINARY);
  tooOld(await ends(stage, id));
  stage.cluster.install(id, NEXT_BINARY);
  await stage.restart([id]);
  await stage.inStep();
  await stage.settle();
  unnoticed(stage);
}

/** Checks what status and commands show of two newer replicas and an older one. */
async function mixed(stage: Stage, { newer, older }: { newer: readonly number[]; older: number }): Promise<void> {
  const seen = await stage.cluster.statusThat(
    older,
    "frames of the newer version, and everybody heard",
    ({ replicas, formats }) =>
      newer.every((id) => (replicas[id]?.unread?.[0]?.count ?? 0) > 0) && formats.lacking.length === 1,
    60_000,
  );
  expect(seen.replicas.map(({ version }) => version)).toEqual(
    stage.cluster.ids.map((id) => (id === older ? "0.1.0" : "0.1.0-next")),
  );
  for (const id of newer) expect(seen.replicas[id]!.unread).toMatchObject([{ frame: 99, version: "0.1.0-next" }]);
  expect(seen.formats).toEqual({ inForce: 1, next: 2, lacking: [`replica ${older} is at 0.1.0`], peerProtocol: 1 });
  expect(stage.cluster.log(older).match(/"frame_unknown"/g)).toHaveLength(newer.length);
  await partsOfTheOther(stage, newer[0]!, older);
  const compared = await stage.cluster.command(["status", "--hash"]);
  expect([compared.exit, compared.stdout.includes("versions with other tables")]).toEqual([1, true]);
  const refused = await waitFor("everybody to be heard", async () => {
    const said = await stage.cluster.command(["enable"]);
    return PASSING.test(said.stderr) ? null : said;
  });
  expect([refused.exit, refused.stderr]).toEqual([
    1,
    `lastword: format 1 stays in force: replica ${older} is at 0.1.0; upgrade replica ${older}, or leave it behind: ` +
      `${BINARY} enable --without ${older}; a replica that is left behind ends with exit code 5 until it is upgraded; ` +
      "its data stay intact\n",
  ]);
}

/** Checks that a page of either version gets scripts and styles from a replica of the other version. */
async function partsOfTheOther({ cluster }: Stage, newer: number, older: number): Promise<void> {
  const parts = async (id: number): Promise<Map<string, string>> => {
    const page = await (await fetch(`${cluster.web(id)}/login`, { headers: { accept: "text/html" } })).text();
    const paths = [...page.matchAll(/\/assets\/(\w+)-[0-9a-f]{12}\.(?:js|css)/g)];
    return new Map(paths.map(([path, name]) => [name!, path]));
  };
  const [ofNewer, ofOlder] = [await parts(newer), await parts(older)];
  for (const name of ["page", "lastword"]) {
    const [mine, other] = [ofOlder.get(name)!, ofNewer.get(name)!];
    expect(mine).not.toBe(other);
    const own = await (await fetch(cluster.web(older) + mine)).text();
    const asked = await fetch(cluster.web(older) + other);
    expect([asked.status, asked.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect((await asked.text()) === own).toBe(true);
    const back = await fetch(cluster.web(newer) + mine);
    expect([back.status, back.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect((await back.text()) === own).toBe(false);
  }
}

/** A data folder like that of a host on which only this replica runs. */
function hostOf({ cluster }: Stage, id: number): string {
  const folder = join(cluster.home, `host-of-${id}`);
  if (!existsSync(folder)) {
    mkdirSync(folder);
    for (const name of ["cluster.key", `replica-${id}`]) symlinkSync(join(cluster.data, name), join(folder, name));
  }
  return folder;
}

story(
  "an upgrade in whose middle the leader is killed, and which the third is given up for",
  { seconds: 240, load: LOAD },
  async (stage) => {
    const load = await stage.open();
    const note = await notesOf(stage);
    const streams = await follow(stage);
    try {
      load.start();
      const leader = await stage.leader();
      const [first, last] = stage.cluster.ids.filter((id) => id !== leader) as [number, number];
      await load.flows("before the upgrade");
      await swap(stage, first, NEXT_BINARY);
      await swap(stage, leader, NEXT_BINARY, "kill");
      expect((await stage.cluster.terminate(last)).exit).toBe(0);
      // The command runs on the host of a follower, which passes it on to the leader.
      const [asked, enabled] = await waitFor("the other one to be heard", async () => {
        const leads = await stage.leader();
        const follower = leads === first ? leader : first;
        const said = await stage.cluster.command(["enable", `--data=${hostOf(stage, follower)}`, `--without=${last}`]);
        return PASSING.test(said.stderr) ? null : ([leads, said] as const);
      });
      expect([enabled.exit, enabled.stdout, enabled.stderr]).toEqual([
        0,
        `format 2 is in force, enabled by replica ${asked}; before it was format 1; ` +
          `replica ${last} ends with exit code 5 until it is upgraded\n`,
        "",
      ]);
      await inForce(stage, 2, [first, leader]);
      expect(await note(first, "next: without the third")).toBe("sent");
      // Its folder does not mention the format, so it meets the format in the log of the others.
      tooOld(await ends(stage, last));
      stage.cluster.install(last, NEXT_BINARY);
      await stage.restart([last]);
      await stage.inStep();
      await inForce(stage, 2);
      await stage.settle();
      expect(await streams.complaints()).toEqual([]);
      unnoticed(stage);
    } finally {
      streams.close();
    }
  },
);

story(
  "a split during an upgrade enables nothing; the older side waits for its upgrade, or is given up, and loses nothing",
  { seconds: 240, cuttable: true },
  async (stage) => {
    const { cluster } = stage;
    await stage.open();
    const note = await notesOf(stage);
    stage.split([0, 1], [2], "drop");
    await cluster.statusThat(0, "a view without 2", (status) => status.view.members.join() === "0,1", 60_000);
    for (const id of [0, 1]) {
      expect((await cluster.terminate(id)).exit).toBe(0);
      cluster.install(id, NEXT_BINARY);
      await stage.restart([id]);
      await cluster.inStep([0, 1], 60_000);
    }
    expect(await note(0, "next: during the split")).toBe(
      "definite not_enabled: This needs all replicas at version 0.1.0-next; replica 2 is not heard.",
    );
    await cluster.statusThat(2, "a view of its own", (status) => status.writable, 60_000);
    expect(await note(2, "written on the older side")).toBe("sent");
    stage.heal();
    // Its branch lost, and the tables of the branch that won are newer than those it can read.
    const waits = await waitFor(
      "replica 2 to wait for its upgrade",
      async () => /^warning from replica 2: waiting: .*$/m.exec((await cluster.command(["status"])).stdout)?.[0],
      60_000,
    );
    expect(waits).toMatch(
      /: the state of replica [01] has newer tables \(\d+, of version 0.1.0-next\) than version 0.1.0 reads \(\d+\); install 0.1.0-next here$/,
    );
    // On a busy machine, a replica that is not heard for a moment is named as such.
    const early = await waitFor("replica 2 to be heard", async () => {
      const said = await note(1, "next: after it");
      return said.includes("is not heard") ? null : said;
    });
    expect(early).toBe("definite not_enabled: This needs all replicas at version 0.1.0-next; replica 2 is at 0.1.0.");
    expect((await cluster.terminate(2)).exit).toBe(0);
    const refused = await cluster.command(["enable", "--without", "1"]);
    expect([refused.exit, refused.stdout]).toEqual([1, ""]);
    const given = await waitFor("replica 2 to be given up", async () => {
      const said = await cluster.command(["enable", "--without", "2"]);
      return PASSING.test(said.stderr) ? null : said;
    });
    expect([given.exit, given.stderr]).toEqual([0, ""]);
    await inForce(stage, 2, [0, 1]);
    expect(await note(1, "next: without 2")).toBe("sent");
    tooOld(await ends(stage, 2));
    cluster.install(2, NEXT_BINARY);
    await stage.restart([2]);
    await stage.inStep();
    await inForce(stage, 2);
    await waitFor(
      "what the older side wrote to be everywhere",
      async () =>
        (await Promise.all(cluster.ids.map((id) => note.bodies(id)))).every((all) => all.join() === EVERYTHING),
      60_000,
    );
    await stage.equalHashes();
    unnoticed(stage);
  },
);

/** The notes of the story of the split, in log order: after the merge, those of the older side come last. */
const EVERYTHING = ["next: without 2", "written on the older side"].join();
