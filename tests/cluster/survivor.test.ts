/** The survivor of two deaths is killed just after the others have been started again. */
import { expect } from "bun:test";
import type { ClusterStatusJson } from "../../src/ops/cluster-status.ts";
import { lasting, RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";

/** The leader and each of the others survive at least once; in soak, each of them at both moments. */
const ROUNDS = SOAK ? 60 : 4;
/** Time from the start of the others to the death of the survivor. */
const AFTER_MS = 200;

function waitsFor(status: ClusterStatusJson, survivor: number): boolean {
  return !status.writable && status.reason === `waiting for replica ${survivor}`;
}

/** Runs a round. True if the others had to wait for the survivor; false if they were in step already. */
async function round(stage: Stage, survivor: number, portsFirst: boolean): Promise<boolean> {
  const { cluster, load } = stage;
  const others = cluster.ids.filter((id) => id !== survivor);
  load.goHome();
  await load.flows("by all three", { count: 20 });
  await stage.kill(others);
  // These messages are only on the survivor's disk.
  await load.flows(`by replica ${survivor} alone`, { count: 20, fits: load.by(stage.address(survivor)) });
  expect((await cluster.status(survivor))?.view.members).toEqual([survivor]);
  const started = stage.restart(others);
  // Count the time from when their ports are bound, or from the start of their processes, so that they get further or
  // less far.
  if (portsFirst) await started;
  await lasting(AFTER_MS);
  await stage.kill([survivor]);
  await started;
  const waited = await Promise.all(
    others.map((id) =>
      cluster.statusThat(id, `waits for ${survivor}, or goes on`, (s) => s.writable || waitsFor(s, survivor)),
    ),
  );
  stage.note(waited.map(({ self, reason }) => `replica ${self}: ${reason ?? "goes on"}`).join("; "));
  await stage.restart([survivor]);
  await stage.inStep();
  return waited.every(({ writable }) => !writable);
}

story(
  `the survivor killed too, ${ROUNDS} rounds: the others say for whom they wait; nothing is lost`,
  { seconds: SOAK ? 900 : 180, load: { rate: RATE } },
  async (stage) => {
    const load = await stage.open();
    load.start();
    let waits = 0;
    for (let i = 0; i < ROUNDS; i++) {
      // The leader and each of the others in turn.
      const survivor = ((await stage.leader()) + i) % 3;
      if (await round(stage, survivor, i % 2 === 1)) waits += 1;
    }
    // Premise: the survivor did not always die too late to matter.
    expect(waits).toBeGreaterThanOrEqual(ROUNDS / 4);
    await stage.settle();
    await stage.oneOrder();
  },
);
