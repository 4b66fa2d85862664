/** One direction of one link between real processes is cut, silently: A hears B, B does not hear A. */
import { SOAK, story } from "../../harness/load-cluster.ts";

story(
  "one direction of a link cut: writing goes on, and all are in step after the heal",
  { seconds: SOAK ? 900 : 150, cuttable: true, load: { rate: 90, faithful: true, deadlineMs: 25_000 } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 12 : 3); round++) {
      await stage.serve(cluster.ids);
      const leader = await stage.leader();
      const [follower, other] = cluster.ids.filter((id) => id !== leader) as [number, number];
      // The follower hears nothing of the leader; the leader nothing of the follower; the followers miss each other.
      const cuts = [
        [leader, follower],
        [follower, leader],
        [follower, other],
      ] as const;
      const [from, to] = cuts[round % cuts.length]!;
      stage.note(`cut ${from} > ${to}`);
      stage.network.cut(from, to, round % 2 === 0 ? "hold" : "drop");
      // Whoever sees both sides can be written to, now and for good.
      const third = cluster.ids.find((id) => id !== from && id !== to)!;
      await stage.serve([third]);
      await cluster.statusThat(third, "writable", ({ writable }) => writable);
      await stage.serve([third]);
      stage.heal();
      await stage.inStep();
    }
    await stage.settle();
  },
);
