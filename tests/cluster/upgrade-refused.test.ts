/**
 * After an upgrade, when it is too late to go back: the older executable refuses a folder in which the newer format is
 * in use, and changes nothing in it. A folder from before the upgrade catches up with the newer executable.
 */
import { expect } from "bun:test";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BINARY, NEXT_BINARY } from "../../harness/cluster.ts";
import { hashStore } from "../../harness/history.ts";
import { RATE, story, type Stage } from "../../harness/load-cluster.ts";
import { ends, inForce, notesOf, swap, tooOld, unnoticed } from "../../harness/upgrading.ts";

const LOAD = { rate: RATE, deadlineMs: 60_000 };

function folderOf(stage: Stage, id: number): string {
  return join(stage.cluster.data, `replica-${id}`);
}

/** Starts all three with the older executable and checks that it changes nothing, then continues with the newer one. */
async function allRefused(stage: Stage): Promise<void> {
  const { cluster } = stage;
  await stage.load.stop();
  await Promise.all(cluster.ids.map((id) => cluster.terminate(id)));
  const before = cluster.ids.map((id) => hashStore(cluster.data, id));
  for (const id of cluster.ids) {
    cluster.install(id, BINARY);
    tooOld(await ends(stage, id));
    cluster.install(id, NEXT_BINARY);
  }
  expect(Object.keys(before[0]!)).toEqual(expect.arrayContaining(["state-1.db", "log.db log", "log.db lineage"]));
  expect(cluster.ids.map((id) => hashStore(cluster.data, id))).toEqual(before);
  await stage.restart(cluster.ids);
  await stage.inStep();
}

story(
  "after a format is in use: the older executable damages nothing, a folder from before catches up",
  { seconds: 180, load: LOAD },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    const note = await notesOf(stage);
    load.start();
    await load.flows("before the upgrade");
    for (const id of [0, 1]) await swap(stage, id, NEXT_BINARY);
    expect((await cluster.terminate(2)).exit).toBe(0);
    const copy = `${folderOf(stage, 2)}-before`;
    cpSync(folderOf(stage, 2), copy, { recursive: true });
    cluster.install(2, NEXT_BINARY);
    await stage.restart([2]);
    await inForce(stage, 2);
    for (const id of cluster.ids) expect(await note(id, `next: from ${id}`)).toBe("sent");
    await load.flows("of the new version");
    await allRefused(stage);

    expect((await cluster.terminate(2)).exit).toBe(0);
    rmSync(folderOf(stage, 2), { recursive: true });
    cpSync(copy, folderOf(stage, 2), { recursive: true });
    rmSync(copy, { recursive: true });
    load.start();
    await load.flows("without the third");
    // This folder does not mention the format, so the older executable meets the format in the log of the others.
    cluster.install(2, BINARY);
    tooOld(await ends(stage, 2));
    cluster.install(2, NEXT_BINARY);
    await stage.restart([2]);
    await stage.inStep();
    await inForce(stage, 2);
    expect(await note(2, "next: from the old folder")).toBe("sent");
    await stage.settle();
    const notes = [...cluster.ids.map((id) => `next: from ${id}`), "next: from the old folder"];
    for (const id of cluster.ids) expect(await note.bodies(id)).toEqual(notes);
    unnoticed(stage);
  },
);
