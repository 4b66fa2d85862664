/** Processes that are frozen and continue later: a frozen leader, a closed laptop. */
import { expect } from "bun:test";
import { lasting, RATE, SOAK, story } from "../../harness/load-cluster.ts";

const LID_MS = SOAK ? 30_000 : 5_000;

story(
  "a frozen leader: the others write again, it rejoins when it goes on, nothing is lost",
  { seconds: 120, load: { rate: RATE } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 20 : 2); round++) {
      load.goHome();
      await load.flows("by all three");
      const frozen = await stage.leader();
      const pid = cluster.pid(frozen);
      const others = cluster.ids.filter((id) => id !== frozen);
      await stage.pause([frozen]);
      await load.flows(`while leader ${frozen} is frozen`, { count: 30 });
      // This includes writers who were connected to it.
      await load.flows(`of those at home at ${frozen}`, { count: 10, fits: (sent) => load.homeOf(sent) === frozen });
      const status = await cluster.statusThat(
        others[0]!,
        "a view without the frozen one",
        ({ view, writable }) => writable && !view.members.includes(frozen),
      );
      expect(status.view.leader).not.toBe(frozen);
      await stage.resume([frozen]);
      await stage.inStep();
      expect(cluster.pid(frozen)).toBe(pid);
    }
    await stage.settle();
    await stage.oneOrder();
  },
);

story(
  `a laptop's lid: all three stand still for ${LID_MS / 1000} s, then write again; nothing is lost`,
  { seconds: 90 + LID_MS / 1000, load: { rate: RATE, deadlineMs: LID_MS + 20_000 } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    await load.flows("by all three");
    await stage.pause(cluster.ids);
    const frozenAt = performance.now();
    await lasting(LID_MS);
    expect(load.acknowledgedSince(frozenAt)).toBe(0);
    await stage.resume(cluster.ids);
    await stage.atHome();
    await stage.settle();
    await stage.oneOrder();
  },
);
