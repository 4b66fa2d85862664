/**
 * Networks that are bad without being cut completely: slow and lossy, or broken for one pair only. Also wrong clocks,
 * which must affect nothing but displayed times.
 */
import { expect } from "bun:test";
import { FAULTS_BINARY } from "../../harness/cluster.ts";
import { order } from "../../harness/fault-orders.ts";
import { lasting, RATE, SOAK, story } from "../../harness/load-cluster.ts";

const MINUTE_MS = 60_000;
const TOLD = { seconds: SOAK ? 900 : 120, load: { rate: RATE, deadlineMs: 30_000 } };

story(
  "50 ms each way and 5 % of the packets lost between all of them: writing goes on, and through a kill of the leader",
  { ...TOLD, cuttable: true },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    stage.network.setWeather({ delayMs: 50, lostShare: 0.05 });
    for (let round = 0; round < (SOAK ? 20 : 1); round++) {
      await load.flows("in bad weather", { count: 60 });
      const leader = await stage.leader();
      await stage.kill([leader]);
      await load.flows("with the leader killed", { count: 30 });
      await stage.restart([leader]);
      await stage.inStep();
    }
    // Lost packets alone must not drop a member, because an acknowledgement that is late by some round trips is no
    // silence.
    const before = await cluster.status(0);
    await lasting(SOAK ? 30_000 : 4_000);
    const after = await cluster.status(0);
    expect(after?.view.members).toEqual([0, 1, 2]);
    stage.note(`view ${before?.view.no} before, ${after?.view.no} after`);
    stage.network.setWeather(null);
    await stage.settle();
    // Premise: the simulated network delays bytes but does not change them.
    for (const id of cluster.ids) expect(cluster.log(id)).not.toContain("peer_damaged");
  },
);

story(
  "two of three cannot talk to each other: writing goes on at all of them, or at the two that can, and is one history in the end",
  { ...TOLD, cuttable: true },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 12 : 2); round++) {
      const leader = await stage.leader();
      const followers = cluster.ids.filter((id) => id !== leader);
      // In turn, cut the link between the followers, and between the leader and one of them.
      const [a, b] = round % 2 === 0 ? (followers as [number, number]) : [leader, followers[0]!];
      const third = cluster.ids.find((id) => id !== a && id !== b)!;
      stage.split([a], [b], round % 4 < 2 ? "hold" : "drop");
      await stage.serve([third]);
      await cluster.statusThat(third, "writable", ({ writable }) => writable);
      await stage.serve([third]);
      stage.heal();
      await stage.inStep();
    }
    await stage.settle();
  },
);

story(
  "wall clocks that jump by minutes and hours, back and forth, at the leader and at a follower: order and cursors go on",
  { ...TOLD, cluster: { binary: FAULTS_BINARY } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (const jumpMs of [4 * MINUTE_MS, -240 * MINUTE_MS, 240 * MINUTE_MS, 0]) {
      const leader = await stage.leader();
      for (const id of [leader, cluster.ids.find((one) => one !== leader)!]) {
        await order(cluster, id, `clock=${jumpMs}`);
        stage.note(`the clock of ${id}: ${jumpMs / MINUTE_MS} minutes`);
        await load.flows(`after a jump of ${jumpMs} ms`);
      }
    }
    // Wall clocks decide nothing: acknowledged messages are in the order of real time.
    await stage.settle();
    await stage.oneOrder();
  },
);
