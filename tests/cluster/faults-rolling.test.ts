/** All replicas are restarted one after the other while people write. Nobody gets an error, and nothing is lost. */
import { expect } from "bun:test";
import { RATE, SOAK, story } from "../../harness/load-cluster.ts";

story(
  "each replica started again in turn, under load, after it was stopped, and after it was killed",
  { seconds: SOAK ? 900 : 120, load: { rate: RATE } },
  async (stage) => {
    const { cluster } = stage;
    const load = await stage.open();
    load.start();
    for (let round = 0; round < (SOAK ? 40 : 2); round++) {
      const how = round % 2 === 0 ? "stopped" : "killed";
      for (const id of cluster.ids) {
        await load.flows(`before ${id} is ${how}`);
        if (how === "killed") await stage.kill([id]);
        else expect((await cluster.terminate(id)).exit).toBe(0);
        await load.flows(`while ${id} is gone`);
        await stage.restart([id]);
        await stage.inStep();
      }
    }
    await stage.settle();
    // Writers continue at another replica with the same client id, so that no message is refused or unknown.
    const failed = load.sent.filter((sent) => sent.outcome !== "acknowledged");
    expect(failed.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual([]);
  },
);
