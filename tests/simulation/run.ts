/**
 * One run of the simulator: a safety phase with faults, then a liveness phase in which all faults
 * are healed and the cluster must become whole (I7) and equal (I3) again. A run is identified by
 * (seed, mode, recovery) and always goes the same way.
 */
import type { Recovery } from "../../src/base/modes.ts";
import { noCoverage, Violation, type Coverage } from "./checks.ts";
import { LatestReader, OneShots, Stream, Writer } from "./clients.ts";
import { House } from "./house.ts";
import { Nemesis, type Mode } from "./nemesis.ts";
import { Random } from "./random.ts";
import { FIRST } from "../support/releases.ts";
import { IN_TESTS } from "../kinds/all.ts";
import { Resident, type Habits } from "./residents.ts";
import { World } from "./world.ts";

/** Identifies a run. */
export interface RunName {
  readonly seed: number;
  readonly mode: Mode;
  readonly recovery: Recovery;
}

/** Options of a run, which do not belong to its name. */
export interface RunOptions {
  /** Number of configured replicas; default 3. */
  readonly replicas?: number;
  readonly mutants?: ReadonlySet<string>;
  readonly trace?: ((line: string) => void) | null;
}

/** The result of a run. */
export interface RunReport extends RunName {
  readonly violation: Violation | null;
  readonly acks: number;
  readonly faults: number;
  readonly simulatedMs: number;
  readonly coverage: Coverage;
}

/** Minimum length of the phase with faults, virtual ms. */
export const FAULTS_MS = 60_000;
/** Minimum number of acknowledged ops in a run. */
export const ACKS_MIN = 150;
/** Minimum number of faults in a run. */
export const FAULTS_MIN = 8;
/** The phase with faults continues up to this until it has ACKS_MIN and FAULTS_MIN. */
const FAULTS_MS_MAX = 300_000;
/** I7: a healed cluster is whole again within this time, because exclusions back off up to 60 s. */
const WHOLE_MS_MAX = 90_000;
const ACK_MS_MAX = 10_000;
const STREAMS = 2;
/** What those who live in the house do. */
const HABITS: Habits = new Map(
  [...IN_TESTS].flatMap(([kind, { habit }]) => (typeof habit === "string" ? [] : [[kind, habit] as const])),
);

/** Who lives in the house, in the mode that has one. */
const RESIDENTS = ["a", "b", "c", "d"];
/** A resident thinks so many times as long as a writer. */
const RESIDENT_THINKS = 1.5;

/** In runs with cuts, frames also get lost and duplicated by themselves. */
const LOSSES = { lostShare: 0.002, doubledShare: 0.002 };

function makeWorld({ seed, mode, recovery }: RunName, options: RunOptions): World {
  const replicas = options.replicas ?? 3;
  const name = `${seed}/${mode}/${recovery}`;
  const random = new Random(`${name}/world`);
  const strict = mode === "strict";
  const cuts = mode === "partition" || mode === "upgrade" || mode === "house";
  const noForks = strict || !cuts;
  return new World({
    seed: name,
    count: replicas,
    consistency: strict ? "strict" : "available",
    recovery,
    loopback: random.chance(0.7),
    link: {
      ...random.pick([
        { latencyMs: 0.2, jitterMs: 1, slowShare: 0.01 },
        { latencyMs: 1, jitterMs: 5, slowShare: 0.02 },
        { latencyMs: 5, jitterMs: 40, slowShare: 0.03 },
      ]),
      ...(cuts || strict ? LOSSES : {}),
    },
    promises: { noForks, realTime: noForks, configured: replicas, strict },
    keepEntries: random.pick([4, 16, 60]),
    mutants: options.mutants ?? new Set(),
    ...(mode === "upgrade" ? { release: () => FIRST } : {}),
    trace: options.trace ?? null,
  });
}

/** Runs to the end or to the first violation. Never throws because of a replica. */
export function runSeed(name: RunName, options: RunOptions = {}): RunReport {
  const world = makeWorld(name, options);
  const nemesis = new Nemesis(world, name.mode);
  const { checks } = world;
  let violation: Violation | null = null;
  try {
    play(world, nemesis, name.mode);
  } catch (error) {
    violation =
      error instanceof Violation
        ? error
        : new Violation("I0", `the simulator failed: ${String((error as Error).stack)}`);
  }
  return {
    ...name,
    violation,
    acks: checks.acks.length,
    faults: nemesis.faults,
    simulatedMs: Math.round(world.now),
    coverage: checks.coverage,
  };
}

function play(world: World, nemesis: Nemesis, mode: Mode): void {
  const { checks } = world;
  nemesis.begin();
  world.clocks.begin();
  const think = world.random.split("think").pick([150, 300, 600]);
  const writers: Writer[] = [];
  for (let i = 0; i < world.replicas.length; i++)
    writers.push(new Writer(world, `w${i}`, think, () => writers, { inRooms: true }));
  for (const writer of writers) {
    writer.start();
    writer.reader.start();
  }
  const house = new House();
  checks.complaints = (domain) => house.complaints(domain);
  const residents = (mode === "house" ? RESIDENTS : []).map(
    (name) => new Resident(world, house, { name, thinkMs: RESIDENT_THINKS * think, habits: HABITS }),
  );
  for (const resident of residents) resident.start();
  for (let i = 0; i < STREAMS; i++) new Stream(world, `s${i}`).start();
  new LatestReader(world, "reader").start();
  new OneShots(world, writers).start();

  world.run(FAULTS_MS);
  const enough = () => checks.acks.length >= ACKS_MIN && nemesis.faults >= FAULTS_MIN;
  if (!enough()) world.run(FAULTS_MS_MAX - FAULTS_MS, enough);
  if (!enough()) checks.broken("I7", `only ${checks.acks.length} acknowledged ops in ${FAULTS_MS_MAX} ms`);

  nemesis.heal();
  world.clocks.end();
  checks.coverage.wildClocks = world.clocks.mended;
  for (const writer of writers) {
    writer.finish();
    writer.reader.finish();
  }
  for (const resident of residents) resident.finish();
  const idle = () => writers.every((w) => w.idle && w.reader.idle) && residents.every((r) => r.idle);
  const whole = () => idle() && world.converged();
  world.run(WHOLE_MS_MAX, whole);
  if (!whole()) checks.broken("I7", `not whole ${WHOLE_MS_MAX} ms after the heal: ${describe(world)}`);

  // Every replica must acknowledge again, and all must be equal at rest.
  const acked = new Set<number>();
  const read = new Set<number>();
  for (const [i, replica] of world.replicas.entries()) {
    writers[i]?.sendOnce(replica, () => acked.add(replica.id));
    replica.readIndex(ACK_MS_MAX, () => read.add(replica.id));
  }
  const all = world.replicas.length;
  const quiet = () => acked.size === all && read.size === all && world.converged();
  world.run(ACK_MS_MAX, quiet);
  if (!quiet())
    checks.broken(
      "I7",
      `a whole cluster acknowledged ${acked.size} and read ${read.size} of ${all} times: ${describe(world)}`,
    );
  checks.atRest();
  if (checks.violation !== null) throw checks.violation;
}

/** The status of all replicas in one line. */
export function describe(world: World): string {
  return world.replicas
    .map((replica) => {
      if (!replica.alive) return `r${replica.id} down`;
      const s = replica.core.status();
      const view =
        s.view === null
          ? "-"
          : `${s.view.no.ballot.counter}.${s.view.no.ballot.replicaId}.${s.view.no.minor}{${s.view.members.map((m) => m.replicaId).join("")}}`;
      const forked = replica.disk?.log.forked.length ?? 0;
      return `r${replica.id} ${s.role} of ${s.leaderId} ${view}${s.active ? " active" : ""} last=${s.lastSeq} durable=${s.durableSeq} commit=${s.commit} waiting=${replica.asking} forked=${forked}`;
    })
    .join("; ");
}

/** Adds `more` to `sum`. */
export function addCoverage(sum: Coverage, more: Coverage): void {
  for (const key of Object.keys(noCoverage()) as (keyof Coverage)[]) sum[key] += more[key];
}

/** The report in one line. */
export function describeReport(r: RunReport): string {
  const where = `seed ${r.seed} ${r.mode} ${r.recovery}`;
  const what = `${r.acks} acks, ${r.faults} faults, ${Math.round(r.simulatedMs / 1000)} s`;
  return r.violation === null ? `${where}: ok, ${what}` : `${where}: ${r.violation.message} (${what})`;
}
