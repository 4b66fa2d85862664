/** All three replicas are killed and started again in every order; and with each of them left out. */
import { describe, expect } from "bun:test";
import { writerAt } from "../../harness/history.ts";
import { RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;
/** Soak has all of them. */
const LEFT_OUT = SOAK ? ORDERS : [ORDERS[0]];
/** Recovery by policy takes a little more than 15 s. */
const POLICY_TIMEOUT_MS = 60_000;

/** Kills all replicas, `last` after the others, so that it holds messages that no other replica has. */
async function killAllButLast(stage: Stage, last: number): Promise<string> {
  const { cluster, load } = stage;
  await stage.kill(cluster.ids.filter((id) => id !== last));
  const sent = await load.write(writerAt(load, last));
  expect([sent.outcome, sent.by]).toEqual(["acknowledged", stage.address(last)]);
  await stage.kill([last]);
  return sent.messageId;
}

story(
  "all killed at once under load, restarted in each of the six orders: all comes back by itself",
  { seconds: SOAK ? 900 : 150, load: { rate: RATE } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let i = 0; i < (SOAK ? 10 : 1); i++) {
      for (const order of ORDERS) {
        load.goHome();
        await load.flows("by all three");
        await stage.kill(cluster.ids);
        for (const id of order) await stage.restart([id]);
        await stage.inStep();
      }
    }
    await stage.settle();
    await stage.oneOrder();
  },
);

describe("one left out", () => {
  // A cluster for each order, so that they wait for the policy side by side.
  for (const [first, second, absent] of LEFT_OUT) {
    story(
      `replica ${absent}, which was alone at last: ${first}, then ${second} work by themselves; what it held appears when it returns`,
      { seconds: 120, load: { deadlineMs: 50_000 } },
      async (stage) => {
        const { cluster } = stage;
        const load = await stage.open();
        const heldAlone = await killAllButLast(stage, absent);
        await stage.restart([first]);
        await stage.restart([second]);
        await cluster.statusThat(
          first,
          `waits for replica ${absent}`,
          ({ reason }) => reason === `waiting for replica ${absent}`,
        );
        const going = await cluster.statusThat(second, "goes on", (s) => s.writable, POLICY_TIMEOUT_MS);
        expect(going.view.forkRisk).toEqual([absent]);
        expect(going.events.map(({ text }) => text)).toContain(
          `Continuing without replica ${absent}, which may hold messages that are not visible yet.`,
        );
        const meanwhile = await load.write(writerAt(load, first));
        expect(meanwhile.outcome).toBe("acknowledged");
        expect((await stage.historyAt(second)).has(heldAlone)).toBe(false);
        await stage.restart([absent]);
        await stage.inStep();
        await cluster.statusThat(second, "no risk any more", ({ view }) => view.forkRisk === null);
        for (const id of cluster.ids) {
          await stage.appears(heldAlone, id);
          await stage.appears(meanwhile.messageId, id);
        }
        await stage.settle();
      },
    );
  }
});
