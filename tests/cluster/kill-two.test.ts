/** Any two replicas are killed at the same instant, over and over, with writers at all three. */
import { expect } from "bun:test";
import { homesOf } from "../../harness/history.ts";
import { SOAK, story, type Stage } from "../../harness/load-cluster.ts";

/** Minimum number of rounds; they continue until every pair had its turn. */
const ROUNDS = SOAK ? 200 : 6;
/** Messages a second. */
const RATE = SOAK ? 240 : 60;
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;
/** Every pair, once with the leader in it and once without. */
const TURNS = PAIRS.flatMap((pair) => [keyOf(pair, pair[0]), keyOf(pair, -1)]);

/** The pair, with or without the leader, that had its turn least often. */
function nextPair(leader: number, turns: Map<string, number>): readonly number[] {
  const turnsOf = (pair: readonly number[]): number => turns.get(keyOf(pair, leader)) ?? 0;
  const pair = PAIRS.toSorted((a, b) => turnsOf(a) - turnsOf(b))[0]!;
  turns.set(keyOf(pair, leader), turnsOf(pair) + 1);
  return pair;
}

function keyOf(pair: readonly number[], leader: number): string {
  return `${pair.join("+")}, leader ${pair.includes(leader) ? "in" : "out"}`;
}

/** Kills two replicas. Their writers continue at the survivor, and the two return. */
async function round(stage: Stage, turns: Map<string, number>): Promise<void> {
  const { cluster, load } = stage;
  const pair = nextPair(await stage.leader(), turns);
  const survivor = cluster.ids.find((id) => !pair.includes(id))!;
  await stage.atHome();
  await stage.kill(pair);
  const orphans = (sent: Parameters<typeof load.homeOf>[0]): boolean =>
    pair.includes(load.homeOf(sent)) && sent.by === stage.address(survivor);
  await load.flows(`of those at home at ${pair.join()} by replica ${survivor}`, { count: 20, fits: orphans });
  await stage.restart(pair);
  await stage.inStep();
}

story(
  `any two killed at once, ${ROUNDS} rounds or more: nothing acknowledged is lost or doubled; the state files agree`,
  { seconds: SOAK ? 900 : 180, load: { rate: RATE } },
  async (stage) => {
    const load = await stage.open();
    const turns = new Map<string, number>();
    load.start();
    for (let i = 0; i < ROUNDS || turns.size < TURNS.length; i++) await round(stage, turns);
    expect([...turns.keys()].sort()).toEqual(TURNS.toSorted());
    expect(load.offeredRate()).toBeGreaterThan(0.8 * RATE);
    await stage.settle();
    expect(homesOf(load, load.acknowledged())).toEqual([0, 1, 2]);
    await stage.compareFiles();
  },
);
