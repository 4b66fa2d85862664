/**
 * Situations that random runs reach too rarely, each set up on purpose in the simulated world.
 * The invariants are checked at every event, as in the seeded runs.
 */
import { describe as group, expect, test } from "bun:test";
import type { Consistency } from "../../src/base/modes.ts";
import { Core } from "../../src/election/core/core.ts";
import { DEFAULT_TIMING, type Effect, type Event, type Identity } from "../../src/election/event.ts";
import { APPEND_ENTRIES_MAX, type Batch, type Beat, type LineagePoint } from "../../src/election/frame.ts";
import { QUEUE_BYTES_MAX } from "../../src/election/peers/link.ts";
import { NO_BALLOT, type Ballot, type ReplicaId, type View } from "../../src/election/view.ts";
import { NORMAL_DISK } from "./disk.ts";
import type { SimReplica } from "./replica.ts";
import {
  acksIn,
  expectWhole,
  forkOverAnEnabling,
  killedAfterAMark,
  leadershipLostWhileEnabling,
  stage,
} from "./scenes.ts";
import { EMPTY_LOG, identityOf } from "../support/core-fixtures.ts";

/** The directed links: 0 is the leader, 1 and 2 are the others. */
const LINKS = [
  [0, 1],
  [0, 2],
  [1, 0],
  [2, 0],
  [1, 2],
  [2, 1],
] as const;

/** The subset of LINKS, as bits, in which the two others have changed places. */
function mirrored(mask: number): number {
  return ((mask & 0b010101) << 1) | ((mask & 0b101010) >> 1);
}

const SOAK = process.env["SOAK"] === "1";
/** The subsets of LINKS that are cut: one of each two that mirror each other, and in soak both. */
const SUBSETS = Array.from({ length: 2 ** LINKS.length - 1 }, (_, i) => i + 1).filter(
  (mask) => SOAK || mask <= mirrored(mask),
);
/** Every other subset is cut in one mode and the rest in the other one; in soak all of them in both. */
const isCutIn = (consistency: Consistency, n: number): boolean => SOAK || (n % 2 === 0) === (consistency === "strict");
/** Each test takes a second, and many more on a busy machine. */
const TEST_MS_MAX = 60_000;
/** A write to this disk does not return within a test. */
const STUCK_DISK = { lowMs: 1e7, highMs: 1e7 + 1 };

group("a full disk", () => {
  test("[I7] the leader's: another leads, and it comes back when there is room", () => {
    const scene = stage("leader's disk");
    scene.leader.speed = STUCK_DISK;
    scene.world.run(12_000);
    expect(acksIn(scene.world, 5_000)).toBeGreaterThan(0);
    scene.world.kill(scene.leader.id);
    scene.leader.speed = NORMAL_DISK;
    scene.world.start(scene.leader.id);
    expectWhole(scene);
  });

  test("[I7] a follower's, and the leader is killed: the other one goes on", () => {
    const scene = stage("follower's disk");
    const [stuck] = scene.others as [SimReplica];
    stuck.speed = STUCK_DISK;
    scene.world.run(100);
    scene.world.kill(scene.leader.id);
    scene.world.run(15_000);
    expect(acksIn(scene.world, 5_000)).toBeGreaterThan(0);
  });

  test("[I7] everybody's, as on one host: all go on when there is room", () => {
    const scene = stage("one disk");
    for (const replica of scene.world.replicas) replica.speed = { lowMs: 20_000, highMs: 20_100 };
    scene.world.run(10_000);
    for (const replica of scene.world.replicas) replica.speed = NORMAL_DISK;
    scene.world.run(30_000);
    expectWhole(scene);
  });
});

group("strict, without a majority", () => {
  test("[I8] a leader that is cut off takes no ops and says that it does not lead", () => {
    const scene = stage("minority", "strict");
    const { world, leader } = scene;
    for (const { id } of scene.others)
      for (const [a, b] of [[id, leader.id] as const, [leader.id, id] as const]) world.cut(a, b);
    world.run(3_000);
    const { lastSeq } = leader.core.status();
    world.run(10_000);
    expect(leader.core.status()).toMatchObject({ lastSeq, accepting: false });
    expect(leader.core.role()).not.toBe("leader");
    world.healAll();
    expectWhole(scene);
  });

  test("[I7] a pair that hears a leader which hears nobody elects one of its own", () => {
    const scene = stage("deaf leader", "strict");
    const { world, leader } = scene;
    for (const { id } of scene.others) world.cut(id, leader.id);
    world.run(6_000);
    expect(acksIn(world, 5_000)).toBeGreaterThan(0);
    world.healAll();
    expectWhole(scene);
  });
});

group("a fork over an enabling", () => {
  test(
    "[I13] [I3] what the branch that lost had enabled waits until the other one has enabled it, and nothing is lost",
    () => forkOverAnEnabling(new Set()),
    TEST_MS_MAX,
  );

  test(
    "[I13] a format that was proposed under the leader before is not enabled while somebody is back at the older version",
    () => leadershipLostWhileEnabling(new Set()),
    TEST_MS_MAX,
  );
});

group("a mark", () => {
  test("[I4] one that was acknowledged is there after the replica that answered died at once", () =>
    killedAfterAMark(new Set()));
});

group("stops below the bound of a pause", () => {
  test("[I1] one after the other, and the rest is killed: no leader without what was acknowledged", () => {
    // With each of these seeds a replica led without acknowledged ops when only single stops counted as a pause.
    for (const seed of [15, 16, 24, 81, 100, 148, 154]) {
      const { world, leader, others } = stage(`q${seed}/900`);
      const [halting, other] = others as [SimReplica, SimReplica];
      const minor = leader.core.status().view?.no.minor;
      let over = false;
      const halt = (): void => {
        if (over) return;
        world.pause(halting.id);
        world.queue.after(900, () => {
          world.resume(halting.id);
          world.queue.after(world.random.between(1, 60), halt);
        });
      };
      halt();
      const excluded = (): boolean => leader.core.status().view?.no.minor !== minor && leader.core.status().viewActive;
      world.run(8_000, excluded);
      acksIn(world, 100);
      over = true;
      world.kill(leader.id);
      world.kill(other.id);
      world.run(10_000);
    }
  });
});

group("links", () => {
  for (const consistency of ["available", "strict"] as const) {
    const subsets = SUBSETS.filter((_mask, n) => isCutIn(consistency, n));
    for (let from = 0; from < 64; from += 8) {
      const masks = subsets.filter((mask) => mask >= from && mask < from + 8);
      if (masks.length === 0) continue;
      test(
        `[I7] subsets ${masks.join()} of the directed links are cut for 8 s, ${consistency}`,
        () => {
          for (const mask of masks) {
            const scene = stage(`links ${mask}`, consistency, true);
            const ids = [scene.leader, ...scene.others].map(({ id }) => id);
            LINKS.forEach(([a, b], i) => {
              if ((mask & (1 << i)) !== 0) scene.world.cut(ids[a]!, ids[b]!);
            });
            scene.world.run(8_000);
            scene.world.healAll();
            scene.world.run(8_000);
            expect(acksIn(scene.world, 2_000)).toBeGreaterThan(0);
            expectWhole(scene);
          }
        },
        TEST_MS_MAX,
      );
    }
  }
});

// ------------------------------------------------------------------ one core, frames by hand

/** A core with hand-made events, whose writes are durable at once. */
class Solo {
  readonly core: Core;
  #now = 0;
  #nonces = 0;

  constructor(identity: Partial<Identity>) {
    const whole = identityOf(0, { recovery: "wait", ...identity });
    this.core = new Core(whole, DEFAULT_TIMING, EMPTY_LOG, () => (++this.#nonces).toString(16).padStart(16, "0"));
  }

  /** Gives one event and the end of its turn. Returns all effects. */
  give(event: Event): Effect[] {
    const effects = [...this.core.step(event, this.#now), ...this.core.step({ type: "turnEnd" }, this.#now)];
    const written = effects.filter((effect) => effect.type === "persist");
    for (const { token } of written) {
      effects.push(...this.give({ type: "persisted", token }));
    }
    return effects;
  }

  ticks(count: number): Effect[] {
    const effects: Effect[] = [];
    for (let i = 0; i < count; i++) {
      this.#now += DEFAULT_TIMING.tickMs;
      effects.push(...this.give({ type: "tick" }));
    }
    return effects;
  }
}

function viewOf(counter: number, leader: ReplicaId, members: readonly ReplicaId[], startSeq: number): View {
  return {
    no: { ballot: { counter, replicaId: leader, nonce: `n${counter}` }, minor: 0 },
    startSeq,
    leader,
    members: members.map((replicaId) => ({ replicaId, storeId: `s${replicaId}` })),
    forkRisk: null,
    consistency: "available",
    recovery: "wait",
  };
}

function beatOf(id: ReplicaId, about: Partial<Beat>): Beat {
  const lineageTail: LineagePoint[] =
    about.view === undefined || about.view === null ? [] : [{ no: about.view.no, startSeq: about.view.startSeq }];
  return {
    type: "beat",
    role: "recovering",
    storeId: `s${id}`,
    bootId: `b${id}`,
    active: false,
    eligible: true,
    admitted: true,
    view: null,
    lineageTail,
    lastSeq: 0,
    durableSeq: 0,
    commit: 0,
    promised: NO_BALLOT,
    leaderId: null,
    hears: [0, 1, 2],
    leaving: false,
    floor: 0,
    firstSeq: 1,
    ...about,
  };
}

group("frames by hand", () => {
  test("[I1] a Tail that comes late does not cut what another leader made us acknowledge", () => {
    const replica = new Solo({ replicaId: 1, storeId: "s1", bootId: "b1" });
    const v1 = viewOf(1, 0, [0, 1, 2], 1);
    const v2 = viewOf(2, 2, [1, 2], 2);
    const v3 = viewOf(3, 0, [0, 1], 2);
    const ops = (view: View, firstSeq: number): Batch => ({
      kind: "op",
      viewNo: view.no,
      firstSeq,
      ops: [Uint8Array.of(firstSeq)],
    });
    const append = (ballot: Ballot, batches: readonly Batch[], prev: View | null) =>
      replica.give({
        type: "frame",
        from: ballot.replicaId,
        frame: {
          type: "append",
          ballot,
          prevSeq: prev?.startSeq ?? 0,
          prevViewNo: prev?.no ?? null,
          batches,
          commit: 1,
          round: 0,
        },
      });
    const beat = (id: ReplicaId, about: Partial<Beat>) =>
      replica.give({ type: "frame", from: id, frame: beatOf(id, about) });

    beat(0, { role: "leader", leaderId: 0, view: v1, lastSeq: 1, durableSeq: 1, commit: 1 });
    append(v1.no.ballot, [{ kind: "view", view: v1 }], null);
    // The leader is gone. Replica 2 shows a newer view that names us, so we ask for its Tail.
    beat(0, { view: v1, lastSeq: 1 });
    const asked = [...beat(2, { view: v2, lastSeq: 3, promised: v2.no.ballot }), ...replica.ticks(10)];
    expect(asked.some((e) => e.type === "send" && e.to === 2 && e.frame.type === "join")).toBe(true);
    // Before the Tail arrives, replica 0 leads again, and we acknowledge seq 3 to it.
    const tail3 = [v1, v3].map(({ no, startSeq }) => ({ no, startSeq }));
    beat(0, {
      role: "leader",
      leaderId: 0,
      view: v3,
      lineageTail: tail3,
      lastSeq: 3,
      durableSeq: 3,
      commit: 1,
      promised: v3.no.ballot,
    });
    append(v3.no.ballot, [{ kind: "view", view: v3 }, ops(v3, 3)], v1);
    expect(replica.core.status()).toMatchObject({ lastSeq: 3, durableSeq: 3, view: v3 });
    // Replica 0 stops leading but is alive, so we do not continue alone.
    beat(0, { view: v3, lineageTail: tail3, lastSeq: 3, durableSeq: 3, promised: v3.no.ballot });
    expect(replica.core.role()).not.toBe("leader");
    replica.give({
      type: "frame",
      from: 2,
      frame: { type: "tail", prevSeq: 1, prevViewNo: v1.no, batches: [{ kind: "view", view: v2 }, ops(v2, 3)] },
    });
    expect(replica.core.status().view).toEqual(v3);
  });

  test("[I7] what one turn sends to a peer far behind fits into the queue of its link", () => {
    const leader = new Solo({ creator: true });
    leader.ticks(20);
    expect(leader.core.role()).toBe("leader");
    for (let i = 0; i < 20; i++) {
      leader.give({ type: "propose", ops: Array.from({ length: APPEND_ENTRIES_MAX }, () => new Uint8Array(1)) });
    }
    leader.give({ type: "frame", from: 1, frame: beatOf(1, { role: "learner", leaderId: 0 }) });
    const sent = leader.give({
      type: "frame",
      from: 1,
      frame: { type: "join", storeId: "s1", bootId: "b1", promised: NO_BALLOT, lineage: [], lastSeq: 0, commit: 0 },
    });
    let entries = 0;
    for (const effect of sent) if (effect.type === "sendAppend") entries += effect.upTo - effect.prevSeq;
    expect(entries).toBeGreaterThan(0);
    // The largest op deletes 500 messages, whose ids have 36 characters each.
    const largestOp = 500 * 38 + 1024;
    expect((entries + APPEND_ENTRIES_MAX) * largestOp).toBeLessThan(QUEUE_BYTES_MAX);
  });
});
