/**
 * Scenes that are set up on purpose in the simulated world, and the checks at their end. The
 * invariants are checked at every event, as in the seeded runs.
 */
import type { Consistency } from "../../src/base/modes.ts";
import { expect } from "bun:test";
import { opFormat } from "../../proto/op-format.ts";
import type { Release } from "../../src/election/release.ts";
import type { ReplicaId } from "../../src/election/view.ts";
import { FIRST, SECOND } from "../support/releases.ts";
import { cachedOpKey } from "./chat.ts";
import { Writer } from "./clients.ts";
import type { SimReplica } from "./replica.ts";
import { describe } from "./run.ts";
import { World } from "./world.ts";

/** A world with its writers. */
export interface Stage {
  readonly world: World;
  readonly writers: readonly Writer[];
  readonly leader: SimReplica;
  readonly others: readonly SimReplica[];
}

/** Starts three replicas and, once they are in step, three writers. `forks`: whether forks may happen. */
export function stage(
  seed: string,
  consistency: Consistency = "available",
  forks = false,
  more: { readonly release?: (id: ReplicaId) => Release; readonly mutants?: ReadonlySet<string> } = {},
): Stage {
  const { release, mutants = new Set() } = more;
  const noForks = consistency === "strict" || !forks;
  const world = new World({
    seed,
    count: 3,
    consistency,
    recovery: "wait",
    loopback: true,
    link: { latencyMs: 0.2, jitterMs: 0.5, slowShare: 0 },
    promises: { noForks, realTime: noForks, configured: 3, strict: consistency === "strict" },
    keepEntries: 16,
    ...(release === undefined ? {} : { release }),
    mutants,
    trace: null,
  });
  for (const replica of world.replicas) world.start(replica.id);
  // With two releases the cluster becomes whole but does not converge, because the newer format is not in force.
  const isWhole = (): boolean => world.replicas.every((r) => r.core.status().view?.members.length === 3);
  world.run(10_000, () => (release === undefined ? world.converged() : isWhole()));
  const writers: Writer[] = [];
  for (let i = 0; i < 3; i++) writers.push(new Writer(world, `w${i}`, 60, () => writers));
  for (const writer of writers) writer.start();
  world.run(1_000);
  const leader = world.leader();
  if (leader === null) throw new Error(`no leader: ${describe(world)}`);
  return { world, writers, leader, others: world.replicas.filter((r) => r !== leader) };
}

/** The number of acknowledgements in the next `ms`. */
export function acksIn(world: World, ms: number): number {
  const before = world.checks.acks.length;
  world.run(ms);
  return world.checks.acks.length - before;
}

/** Checks I7 and I3: the cluster becomes whole and equal, and nothing is lost or duplicated. Throws a Violation. */
export function expectWhole({ world, writers }: Stage): void {
  for (const writer of writers) {
    writer.finish();
    writer.reader.finish();
  }
  const whole = () => world.converged() && writers.every((w) => w.idle && w.reader.idle);
  world.run(90_000, whole);
  if (!whole()) throw new Error(`not whole: ${describe(world)}`);
  world.checks.atRest();
  if (world.checks.violation !== null) throw world.checks.violation;
}

function inForce(replica: SimReplica): number {
  return replica.state.domain.opFormat();
}

/**
 * The leader enables a format and is cut off before another replica learns of it. It writes ops of that format on its
 * branch, which loses. The branch that wins cannot enable the format before one more replica is upgraded. Throws a
 * Violation.
 */
export function forkOverAnEnabling(mutants: ReadonlySet<string>): void {
  const scene = stage("fork over an enabling", "available", true, {
    release: (id) => (id === 0 ? SECOND : FIRST),
    mutants,
  });
  const { world, leader, others } = scene;
  const [, last] = others as [SimReplica, SimReplica];
  // Marks are of the first format, so they return before the messages that they mark.
  for (const { reader } of scene.writers) reader.start();
  const whole = (): boolean => world.replicas.every((r) => r.running && r.core.status().view?.members.length === 3);
  expect([leader.id, leader.release]).toEqual([0, SECOND]);
  for (const replica of others) {
    replica.release = SECOND;
    world.kill(replica.id);
    world.start(replica.id);
    if (replica !== last) world.run(20_000, whole);
  }
  // All have announced it. Once the leader has the enabling in its log, it is cut off before it can send it.
  const isAppended = (): boolean =>
    leader.log.batches.some((b) => b.kind === "op" && b.ops.some((op) => cachedOpKey(op).includes("enable-2")));
  world.run(20_000, isAppended);
  expect([isAppended(), world.replicas.map(inForce)]).toEqual([true, [1, 1, 1]]);
  for (const { id } of others) for (const [a, b] of [[id, 0] as const, [0, id] as const]) world.cut(a, b);
  world.run(12_000);
  expect(world.replicas.map(inForce)).toEqual([2, 1, 1]);
  // A replica of the other side goes back to the first release, so that this branch cannot enable the format.
  last.release = FIRST;
  world.kill(last.id);
  world.start(last.id);
  world.run(10_000);
  const forked = (): number[] => leader.disk!.log.forked.map(({ op }) => opFormat(op));
  world.healAll();
  world.run(30_000);
  expect(world.replicas.map(inForce)).toEqual([1, 1, 1]);
  expect([forked().length > 0, new Set(forked())]).toEqual([true, new Set([2])]);
  expect(world.replicas.map(({ gate }) => gate.heldOpsOf(0))).toEqual([1, 1, 1].map(() => forked().length));
  expect(acksIn(world, 5_000)).toBeGreaterThan(0);
  last.release = SECOND;
  world.kill(last.id);
  world.start(last.id);
  expectWhole(scene);
  expect(forked()).toEqual([]);
  const heldNowhere = (): boolean => world.replicas.every(({ gate }) => gate.heldOpsOf(0) === 0);
  world.run(5_000, heldNowhere);
  expect(heldNowhere()).toBe(true);
}

/**
 * The leader has proposed to enable a format, and is no longer heard before the op is in any log. Under the next leader
 * a replica goes back to the first release; then the old leader returns with its op. Throws a Violation.
 */
export function leadershipLostWhileEnabling(mutants: ReadonlySet<string>): void {
  const scene = stage("leadership lost while enabling", "available", false, {
    release: (id) => (id === 0 ? SECOND : FIRST),
    mutants,
  });
  const { world, leader, others } = scene;
  const [next, last] = others as [SimReplica, SimReplica];
  expect([leader.id, leader.release]).toEqual([0, SECOND]);
  const members = (replica: SimReplica): string =>
    (replica.core.status().view?.members ?? []).map(({ replicaId }) => replicaId).join();
  const again = (replica: SimReplica, release: Release): void => {
    replica.release = release;
    world.kill(replica.id);
    world.start(replica.id);
  };
  const isWhole = (): boolean =>
    world.replicas.every((replica) => members(replica) === "0,1,2" && replica.core.status().active);
  again(next, SECOND);
  world.run(20_000, isWhole);
  again(last, SECOND);
  const { gate } = leader;
  world.run(20_000, () => gate.formats().next === 2 && gate.formats().lacking.length === 0);
  expect(world.replicas.map(inForce)).toEqual([1, 1, 1]);
  // The op is proposed, but the process gets no further turn in which it could append the op.
  gate.look();
  world.pause(leader.id);
  world.run(3_000, () => members(next) === "1,2");
  again(last, FIRST);
  world.run(3_000, () => members(last) === "1,2");
  expect([members(next), members(last)]).toEqual(["1,2", "1,2"]);
  world.resume(leader.id);
  world.run(8_000);
  expect(world.replicas.map(inForce)).toEqual([1, 1, 1]);
  expect(world.checks.coverage.tooOld).toBe(0);
  again(last, SECOND);
  expectWhole(scene);
}

/**
 * A replica answers a mark and dies at once, together with all of its frames and writes under way. Throws a Violation.
 */
export function killedAfterAMark(mutants: ReadonlySet<string>): void {
  const scene = stage("killed after a mark", "available", true, { mutants });
  const { world, others, writers } = scene;
  const [replica] = others as [SimReplica];
  const isRead = writers.find(({ reader }) => reader.isShown);
  if (isRead === undefined) throw new Error("nobody has written to anybody");
  let acked = false;
  isRead.reader.markOnce(replica, () => {
    acked = true;
    world.kill(replica.id, false, 0);
  });
  world.run(5_000, () => acked);
  expect(acked).toBe(true);
  world.start(replica.id);
  expectWhole(scene);
}
