/** A replica returns far behind: the others continue to serve, and it gets in step again. */
import { expect } from "bun:test";
import { waitFor } from "../../harness/cluster.ts";
import { SOAK, story } from "../../harness/load-cluster.ts";

const BEHIND = SOAK ? 100_000 : 1_000;
/** A rate so high that writers write as fast as answers come. */
const FLOOD = 1_000_000;
const STEADY = 60;

story(
  `${BEHIND} messages behind: in step again while the others go on serving`,
  { seconds: SOAK ? 400 : 150, load: { rate: STEADY } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    await load.flows("by all three");
    const leader = await stage.leader();
    const absent = cluster.ids.find((id) => id !== leader)!;
    const others = cluster.ids.filter((id) => id !== absent);
    await stage.kill([absent]);
    await cluster.inStep(others);
    const before = (await cluster.status(leader))!.seq.committed;
    load.setRate(FLOOD);
    await waitFor(
      `${BEHIND} messages to be committed`,
      async () => ((await cluster.status(leader))?.seq.committed ?? 0) - before > BEHIND,
      SOAK ? 200_000 : 50_000,
    );
    load.setRate(STEADY);
    load.goHome();
    const since = performance.now();
    await stage.restart([absent]);
    const status = await cluster.statusThat(absent, "that it is behind, or in step", ({ seq }) => seq.committed > 0);
    stage.note(`replica ${absent} is at ${status.seq.applied} of more than ${before + BEHIND}`);
    await stage.inStep();
    for (const id of others)
      await load.flows(`by replica ${id}`, { count: 10, fits: load.by(stage.address(id)), since });
    await stage.atHome();
    expect((await cluster.status(absent))?.view.members).toEqual([0, 1, 2]);
    await stage.settle();
    await stage.oneOrder();
  },
);
