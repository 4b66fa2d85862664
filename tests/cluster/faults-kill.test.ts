/**
 * A replica under load is killed at each step of a message's way through it, as the leader and as a follower. No
 * acknowledged message is lost or duplicated, and the replica returns by itself.
 */
import type { Failpoint } from "../../src/base/faults.ts";
import { FAULTS_BINARY } from "../../harness/cluster.ts";
import { order, struck } from "../../harness/fault-orders.ts";
import { SOAK, story } from "../../harness/load-cluster.ts";

const PLACES: Record<"leader" | "follower", readonly Failpoint[]> = {
  leader: ["log-append", "log-sync", "log-synced", "peer-send", "state-apply", "state-applied"],
  follower: ["log-append", "log-sync", "log-synced", "peer-ack", "state-apply", "state-applied"],
};

for (const role of ["leader", "follower"] as const) {
  story(
    `a ${role} killed at each of: ${PLACES[role].join(", ")}`,
    { seconds: SOAK ? 900 : 90, cluster: { binary: FAULTS_BINARY }, load: { rate: 120 } },
    async (stage) => {
      const { cluster } = stage;
      const load = await stage.open();
      load.start();
      for (let round = 0; round < (SOAK ? 10 : 1); round++) {
        for (const place of PLACES[role]) {
          await load.flows(`before ${place}`);
          const leader = await stage.leader();
          const victim = role === "leader" ? leader : cluster.ids.find((id) => id !== leader)!;
          stage.note(`${role} ${victim}: ${place}`);
          await order(cluster, victim, `${place}:kill@${5 + round}`);
          await struck(cluster, victim);
          await load.flows(`after ${place}`);
          await stage.restart([victim]);
          await stage.inStep();
        }
      }
      await stage.settle();
    },
  );
}
