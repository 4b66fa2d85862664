/** Acknowledgements follow real time under mixed kills and pauses. */
import { expect } from "bun:test";
import { SeededRandom } from "../../src/chaos/random.ts";
import { lasting, RATE, SOAK, story, type Stage } from "../../harness/load-cluster.ts";

const FAULTS = ["kill leader", "kill two", "pause leader", "pause one", "pause two", "kill while paused"] as const;
const ROUNDS = SOAK ? 80 : FAULTS.length;

async function strike(stage: Stage, fault: (typeof FAULTS)[number], random: SeededRandom): Promise<void> {
  const { cluster, load } = stage;
  const leader = await stage.leader();
  const followers = cluster.ids.filter((id) => id !== leader);
  const one = random.pick(followers);
  const two = random.pick([[leader, one], followers]);
  stage.note(fault);
  switch (fault) {
    case "kill leader":
    case "kill two": {
      const victims = fault === "kill leader" ? [leader] : two;
      await stage.kill(victims);
      await load.flows("after the deaths", { count: 20 });
      await stage.restart(victims);
      return;
    }
    case "pause leader":
    case "pause one":
    case "pause two": {
      const victims = fault === "pause leader" ? [leader] : fault === "pause one" ? [one] : two;
      await stage.pause(victims);
      // Some pauses are too short to be noticed, others long enough for a view without the paused replicas.
      await lasting(random.between(300, 2600));
      await stage.resume(victims);
      return;
    }
    case "kill while paused": {
      await stage.pause([one]);
      await lasting(random.between(100, 1000));
      await stage.kill([leader]);
      await stage.resume([one]);
      await stage.restart([leader]);
      return;
    }
  }
}

story(
  "what was acknowledged earlier comes earlier, in a view that is not newer; no excluded view acknowledges",
  { seconds: SOAK ? 900 : 180, load: { rate: RATE, writersPerReplica: 3 } },
  async (stage) => {
    const load = await stage.open();
    const random = new SeededRandom(Number(process.env["SEED"] ?? 1));
    load.start();
    for (let i = 0; i < ROUNDS; i++) {
      load.goHome();
      await load.flows("by all three", { count: 30 });
      await strike(stage, FAULTS[i % FAULTS.length]!, random);
      await load.flows("after it", { count: 20 });
      await stage.inStep();
    }
    await stage.settle();
    const views = new Set(load.acknowledged().map(({ cursor }) => cursor.split(":")[0]));
    expect(views.size).toBeGreaterThan(ROUNDS);
    await stage.oneOrder();
  },
);
