/**
 * The schedule of faults: a sequence of steps that depends only on the seed. Which replicas a step
 * strikes is decided when it is due, from its dice and from who leads then. The same seed therefore
 * gives the same steps, but not the same run.
 */
import { SeededRandom } from "./random.ts";

const FAULT_GROUPS = ["kills", "pauses", "network"] as const;
export type FaultGroup = (typeof FAULT_GROUPS)[number];

interface KindSpec {
  readonly group: FaultGroup;
  /** How often the kind comes, relative to the others. */
  readonly weight: number;
  /** The shortest and the longest time before the fault is undone, ms. */
  readonly holdMs: readonly [number, number];
  /** The fault disables two of three replicas, so that in strict mode nothing could be written. */
  readonly takesMajority?: true;
}

/**
 * The kinds of faults. Pauses last at most 6.5 s: a survivor that hears nobody continues alone after
 * 5 s (ARCHITECTURE.md, R3), so longer pauses would test nothing more.
 */
export const FAULT_KINDS = {
  "kill leader": { group: "kills", weight: 4, holdMs: [50, 2000] },
  "kill follower": { group: "kills", weight: 2, holdMs: [50, 2000] },
  "kill two at once": { group: "kills", weight: 4, holdMs: [100, 2500], takesMajority: true },
  "kill holders of the newest entry": { group: "kills", weight: 2, holdMs: [100, 2000], takesMajority: true },
  "kill one after another": { group: "kills", weight: 2, holdMs: [100, 2000], takesMajority: true },
  "kill and restart leader": { group: "kills", weight: 2, holdMs: [0, 0] },
  "stop one": { group: "kills", weight: 2, holdMs: [0, 1500] },
  "stop two": { group: "kills", weight: 1, holdMs: [0, 1500], takesMajority: true },
  "pause leader": { group: "pauses", weight: 4, holdMs: [200, 5000] },
  "pause follower": { group: "pauses", weight: 3, holdMs: [200, 5000] },
  "pause two": { group: "pauses", weight: 2, holdMs: [200, 6500], takesMajority: true },
  "pause all": { group: "pauses", weight: 1, holdMs: [200, 2500] },
  "pause leader, kill follower": { group: "pauses", weight: 2, holdMs: [500, 6500], takesMajority: true },
  "cut one off": { group: "network", weight: 4, holdMs: [1000, 8000] },
  "cut one direction": { group: "network", weight: 3, holdMs: [1000, 6000] },
  "cut between two": { group: "network", weight: 3, holdMs: [1000, 6000] },
  "cut all apart": { group: "network", weight: 1, holdMs: [1000, 7000], takesMajority: true },
  "lossy link": { group: "network", weight: 2, holdMs: [1000, 5000] },
  "slow link": { group: "network", weight: 2, holdMs: [1000, 5000] },
} as const satisfies Record<string, KindSpec>;

export type FaultKind = keyof typeof FAULT_KINDS;

export interface Step {
  readonly kind: FaultKind;
  readonly group: FaultGroup;
  /** Time without a fault before this step, ms. */
  readonly waitMs: number;
  readonly holdMs: number;
  /** Two numbers in [0, 1) that pick the victims among the replicas that can be struck when the step is due. */
  readonly dice: readonly [number, number];
}

const WAIT_MS = { min: 300, max: 2500 };

/** The endless steps of a seed. Every step takes the same number of random numbers, even if it is not carried out. */
export function* scheduleOf(seed: number, groups: readonly FaultGroup[], strict: boolean): Generator<Step, never> {
  const random = new SeededRandom(seed);
  const kinds = Object.entries<KindSpec>(FAULT_KINDS).filter(
    ([, spec]) => groups.includes(spec.group) && !(strict && spec.takesMajority === true),
  ) as [FaultKind, KindSpec][];
  const bag = kinds.flatMap(([kind, { weight }]) => Array.from({ length: weight }, () => kind));
  for (;;) {
    const waitMs = Math.round(random.between(WAIT_MS.min, WAIT_MS.max));
    const kind = random.pick(bag);
    const { group, holdMs } = FAULT_KINDS[kind] as KindSpec;
    yield {
      kind,
      group,
      waitMs,
      holdMs: Math.round(random.between(holdMs[0], holdMs[1])),
      dice: [random.next(), random.next()],
    };
  }
}

/** The state of the cluster when a step is due. */
export interface Scene {
  readonly leader: number | null;
  /** Running members of the view, in ascending order. */
  readonly members: readonly number[];
  /** Seq of the newest entry on each replica's disk, as far as it is known. */
  readonly durable: ReadonlyMap<number, number>;
}

/** The item that a die picks; undefined if there is none. */
function pickBy<T>(die: number, items: readonly T[]): T | undefined {
  return items[Math.floor(die * items.length)];
}

/** All ids except the one that a die picks. */
function allButOne(die: number, ids: readonly number[]): number[] {
  const spared = pickBy(die, ids);
  return ids.filter((id) => id !== spared);
}

/** Two members; every other time the leader is the first. */
function two(members: readonly number[], leader: number, [die, other]: Step["dice"]): number[] {
  const first = other < 0.5 ? leader : pickBy(die, members)!;
  // The second die is used twice; its lower digits make the second pick independent of the first.
  const rest = (other * 2) % 1;
  return [
    first,
    pickBy(
      rest,
      members.filter((id) => id !== first),
    )!,
  ];
}

/**
 * The replicas that a step strikes, in order; empty if the step cannot be carried out now. Steps that
 * end processes always leave one member of the view that is in step, because that is the promise.
 */
export function victimsOf(step: Pick<Step, "kind" | "dice">, scene: Scene): number[] {
  const { leader, members, durable } = scene;
  const [die, other] = step.dice;
  if (leader === null || !members.includes(leader) || members.length < 2) return [];
  const followers = members.filter((id) => id !== leader);
  switch (step.kind) {
    case "kill leader":
    case "kill and restart leader":
    case "pause leader":
      return [leader];
    case "kill follower":
    case "pause follower":
      return [pickBy(die, followers)!];
    case "stop one":
    case "lossy link":
    case "slow link":
      return [pickBy(die, members)!];
    // The leader every other time, because cutting it off has the most effect.
    case "cut one off":
      return other < 0.5 ? [leader] : [pickBy(die, followers)!];
    case "kill holders of the newest entry": {
      const newest = Math.max(...members.map((id) => durable.get(id) ?? 0));
      const holders = members.filter((id) => (durable.get(id) ?? 0) === newest);
      return holders.length === members.length ? allButOne(die, holders) : holders;
    }
    case "pause leader, kill follower":
      return members.length < 3 ? [] : [leader, pickBy(die, followers)!];
    case "kill two at once":
    case "kill one after another":
    case "stop two":
    case "pause two":
      return members.length < 3 ? [] : two(members, leader, step.dice);
    case "cut one direction":
    case "cut between two":
      return two(members, leader, step.dice);
    case "pause all":
    case "cut all apart":
      return [...members];
  }
}
