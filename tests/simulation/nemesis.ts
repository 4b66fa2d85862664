/**
 * The nemesis injects faults into the simulated world at random times. A mode is a set of faults,
 * which may overlap. `heal` ends all of them.
 */
import type { ReplicaId } from "../../src/election/view.ts";
import type { Random } from "./random.ts";
import type { LogWrite } from "./log.ts";
import { NORMAL_DISK } from "./disk.ts";
import type { SimReplica } from "./replica.ts";
import { FIRST, SECOND } from "../support/releases.ts";
import type { World } from "./world.ts";

/** A set of faults. */
export type Mode = "crash" | "pause" | "partition" | "strict" | "upgrade" | "house";

/** All modes. */
export const MODES: readonly Mode[] = ["crash", "pause", "partition", "strict", "upgrade", "house"];

const CALMER_AFTER_MS = 60_000;

type Fault = (nemesis: Nemesis) => void;

const CRASHES: readonly Fault[] = [
  (n) => n.kill([n.leaderOrAny()]),
  (n) => n.kill([n.any()]),
  (n) => n.kill(n.two()),
  (n) => n.kill(n.two()),
  (n) => n.kill(n.all()),
  (n) => n.killWhileCatchingUp(),
  (n) => n.flap(),
  (n) => n.onlyTheStale(),
  (n) => n.onlyTheStale(),
  (n) => n.stop([n.leaderOrAny()]),
  (n) => n.stop(n.two()),
  (n) => n.stop(n.all()),
];

const PAUSES: readonly Fault[] = [
  (n) => n.pause([n.leaderOrAny()]),
  (n) => n.pause([n.any()]),
  (n) => n.pause(n.two()),
  (n) => n.pause(n.all()),
  (n) => n.pauseAndKill(),
];

const CUTS: readonly Fault[] = [
  (n) => n.isolate(n.leaderOrAny()),
  (n) => n.isolate(n.any()),
  (n) => n.cutPair(),
  (n) => n.cutOneWay(),
  (n) => n.cutSubset(),
  (n) => n.cutSubset(),
  (n) => n.splitAll(),
  (n) => n.slowDisk(),
  (n) => n.fullDisk(),
  (n) => n.cutAndKill(),
];

const FAULTS: Record<Mode, readonly Fault[]> = {
  crash: CRASHES,
  pause: [...CRASHES, ...PAUSES, ...PAUSES],
  partition: [...CRASHES, ...PAUSES, ...CUTS, ...CUTS],
  strict: [...CRASHES, ...PAUSES, ...CUTS, ...CUTS],
  // Those of a partition, among people who do everything (residents.ts).
  house: [...CRASHES, ...PAUSES, ...CUTS, ...CUTS],
  // A replica that returns may have been upgraded, or downgraded to the first release.
  upgrade: [...CRASHES, ...CRASHES, ...PAUSES, ...CUTS],
};

/** See the top of this file. Its public methods are the faults. */
export class Nemesis {
  readonly #world: World;
  readonly #random: Random;
  readonly #mode: Mode;
  faults = 0;
  #over = false;
  #slow = 1;
  /** No other fault starts before this time (virtual ms), because one needs time. */
  #quietUntil = 0;

  constructor(world: World, mode: Mode) {
    this.#world = world;
    this.#mode = mode;
    this.#random = world.random.split("nemesis");
    // Some runs are hectic; others give each fault time to take effect.
    this.#slow = this.#random.pick([0.4, 1, 1, 2]);
    world.onStaged = (replica, write) => {
      this.#strike(replica, write);
    };
  }

  /** Starts the replicas in any interleaving, sometimes with a crash in the middle. */
  begin(): void {
    for (const replica of this.#world.replicas) {
      const at = this.#random.pick([0, 0, this.#random.between(0, 30), this.#random.between(0, 3000)]);
      this.#world.queue.after(at, () => this.#world.start(replica.id));
      if (this.#random.chance(0.15)) {
        this.#world.queue.after(at + this.#random.between(1, 500), () => this.kill([replica.id]));
      }
    }
    this.#world.queue.after(this.#random.between(500, 4000), () => this.#next());
  }

  #next(): void {
    if (this.#over) return;
    if (this.#world.now < this.#quietUntil) {
      this.#world.queue.after(this.#quietUntil - this.#world.now, () => this.#next());
      return;
    }
    this.faults++;
    this.#random.pick(FAULTS[this.#mode])(this);
    // Short waits let faults overlap; long ones let the cluster recover.
    const wait = this.#random.pick([
      this.#random.between(20, 800),
      this.#random.between(800, 4000),
      this.#random.between(2000, 9000),
    ]);
    // A run that did too little in its first minute gets longer waits.
    const calm = 1 + Math.max(0, this.#world.now - CALMER_AFTER_MS) / CALMER_AFTER_MS;
    this.#world.queue.after(wait * this.#slow * calm, () => this.#next());
  }

  /** Sometimes kills in the middle of the writes that change most: a switch to a snapshot, a cut, a first view. */
  #strike(replica: SimReplica, write: LogWrite): void {
    if (this.#over || write.kind !== "rows" || replica.stopping) return;
    const { snapshot, cutAfter, append } = write.rows;
    const first =
      append?.some((b) => b.kind === "view" && b.view.no.minor === 0 && b.view.leader === replica.id) ?? false;
    const odds = snapshot !== undefined ? 0.2 : cutAfter !== undefined ? 0.1 : first ? 0.04 : 0;
    if (odds === 0 || !this.#random.chance(odds)) return;
    // During the write, so that the disk has it or not; or soon after.
    if (this.#random.chance(0.5)) return this.#killNow(replica.id);
    this.#world.queue.after(this.#random.between(0, 5), () => {
      if (!this.#over) this.kill([replica.id]);
    });
  }

  /** Ends all faults and starts the replicas that are down. */
  heal(): void {
    this.#over = true;
    const world = this.#world;
    world.healAll();
    for (const replica of world.replicas) {
      replica.speed = NORMAL_DISK;
      replica.full = false;
      world.resume(replica.id);
      if (this.#mode === "upgrade") {
        replica.release = SECOND;
        if (replica.runs === FIRST) world.kill(replica.id);
      }
      world.queue.after(this.#random.between(0, 1000), () => this.#keepUp(replica.id));
    }
  }

  #keepUp(id: ReplicaId): void {
    this.#world.start(id);
    // A graceful stop may still be under way.
    this.#world.queue.after(500, () => this.#keepUp(id));
  }

  // -- choice of replicas ----------------------------------------------------------------

  any(): ReplicaId {
    return this.#random.int(0, this.#world.replicas.length - 1);
  }

  leaderOrAny(): ReplicaId {
    return this.#world.leader()?.id ?? this.any();
  }

  all(): ReplicaId[] {
    return this.#random.shuffled(this.#world.replicas.map((r) => r.id));
  }

  two(): ReplicaId[] {
    return this.all().slice(0, 2);
  }

  // -- crashes ---------------------------------------------------------------------------

  /** A short or a longer time, or one longer than the recovery policy waits. */
  #downMs(): number {
    const r = this.#random;
    return r.pick([
      r.between(5, 200),
      r.between(200, 3000),
      r.between(200, 3000),
      r.between(3000, 9000),
      r.between(16_000, 24_000),
    ]);
  }

  kill(ids: readonly ReplicaId[]): void {
    const world = this.#world;
    const power = this.#random.chance(0.3);
    const together = ids.length === 1 || this.#random.chance(0.5);
    for (const id of ids) {
      const at = together ? 0 : this.#random.between(0, 400);
      world.queue.after(at, () => {
        // A replica that is down already will be started by the fault that took it down.
        if (this.#over || !world.replica(id).alive) return;
        world.kill(id, power);
        world.queue.after(this.#downMs(), () => this.#restart(id));
      });
    }
  }

  #killNow(id: ReplicaId): void {
    this.#world.kill(id, this.#random.chance(0.3));
    this.#world.queue.after(this.#downMs(), () => this.#restart(id));
  }

  #restart(id: ReplicaId): void {
    const world = this.#world;
    const replica = world.replica(id);
    if (replica.alive) return;
    if (!this.#over && replica.disk !== null) {
      const dice = this.#random.float();
      if (dice < 0.15) {
        if (world.spareable(id)) world.wipe(id);
      } else if (dice < 0.4 && (this.#mode === "partition" || this.#mode === "upgrade")) {
        if (replica.copy === null || replica.copy.storeId !== replica.disk.storeId || this.#random.chance(0.5)) {
          world.copyFolder(id);
        } else if (world.spareable(id)) {
          world.putBack(id);
        }
      }
    }
    if (this.#mode === "upgrade" && !this.#over) replica.release = this.#random.pick([FIRST, SECOND, SECOND]);
    world.start(id);
  }

  killWhileCatchingUp(): void {
    const [first, second] = this.two() as [ReplicaId, ReplicaId];
    const world = this.#world;
    world.kill(first);
    world.queue.after(this.#random.between(300, 4000), () => {
      this.#restart(first);
      world.queue.after(this.#random.between(5, 400), () => {
        if (!this.#over) this.kill([second]);
      });
    });
  }

  /**
   * One replica is down while others write, then the others die: only a stale one runs, for longer than the policy
   * waits.
   */
  onlyTheStale(): void {
    const world = this.#world;
    const [stale, ...others] = this.all() as [ReplicaId, ...ReplicaId[]];
    const waits = world.options.recovery === "wait" || world.options.consistency === "strict";
    const backMs = waits ? this.#random.between(2000, 6000) : this.#random.between(17_000, 24_000);
    this.#quietUntil = world.now + 4000 + backMs;
    world.kill(stale);
    world.queue.after(this.#random.between(1500, 4000), () => {
      if (this.#over) return;
      for (const id of others) {
        world.kill(id);
        world.queue.after(backMs, () => this.#restart(id));
      }
      world.queue.after(this.#random.between(10, 500), () => this.#restart(stale));
    });
  }

  flap(): void {
    const id = this.leaderOrAny();
    let at = 0;
    for (let i = 0; i < 3; i++) {
      this.#world.queue.after(at, () => {
        if (!this.#over) this.#world.kill(id);
      });
      at += this.#random.between(5, 150);
      this.#world.queue.after(at, () => this.#restart(id));
      at += this.#random.between(5, 600);
    }
  }

  stop(ids: readonly ReplicaId[]): void {
    const world = this.#world;
    const together = this.#random.chance(0.5);
    for (const id of ids) {
      world.queue.after(together ? 0 : this.#random.between(0, 1500), () => {
        if (this.#over) return;
        world.stop(id);
        const again = () => {
          if (world.replica(id).alive && world.replica(id).stopping) world.queue.after(100, again);
          else world.queue.after(this.#random.between(10, 3000), () => this.#restart(id));
        };
        world.queue.after(this.#random.between(10, 3000), again);
      });
    }
  }

  // -- pauses ----------------------------------------------------------------------------

  pause(ids: readonly ReplicaId[]): void {
    const r = this.#random;
    const world = this.#world;
    const shared = r.pick([r.between(50, 700), r.between(700, 1600), r.between(1400, 6000), r.between(6000, 30_000)]);
    const together = r.chance(0.6);
    for (const id of ids) {
      world.queue.after(together ? 0 : r.between(0, 2000), () => {
        if (this.#over) return;
        world.pause(id);
        world.queue.after(together ? shared + r.between(0, 50) : r.between(50, 8000), () => world.resume(id));
      });
    }
  }

  /** Others die while one replica is frozen, so that it wakes up alone, or with restarted peers. */
  pauseAndKill(): void {
    const [frozen, ...others] = this.all() as [ReplicaId, ...ReplicaId[]];
    this.pause([frozen]);
    this.#world.queue.after(this.#random.between(0, 3000), () => {
      if (!this.#over) this.kill(this.#random.chance(0.5) ? others : others.slice(1));
    });
  }

  // -- network and disks -----------------------------------------------------------------

  #cutMs(): number {
    const r = this.#random;
    return r.pick([r.between(100, 1500), r.between(1500, 5000), r.between(5000, 15_000)]);
  }

  #cutLinks(links: readonly (readonly [ReplicaId, ReplicaId])[]): void {
    const world = this.#world;
    const ms = this.#cutMs();
    const together = this.#random.chance(0.6);
    for (const [from, to] of links) {
      world.queue.after(together ? 0 : this.#random.between(0, 300), () => {
        if (this.#over) return;
        world.cut(from, to);
        world.queue.after(together ? ms : ms * this.#random.between(0.5, 1.5), () => world.heal(from, to));
      });
    }
  }

  #links(): [ReplicaId, ReplicaId][] {
    const ids = this.#world.replicas.map((r) => r.id);
    return ids.flatMap((a) => ids.filter((b) => b !== a).map((b): [ReplicaId, ReplicaId] => [a, b]));
  }

  isolate(id: ReplicaId): void {
    this.#cutLinks(this.#links().filter(([a, b]) => a === id || b === id));
  }

  cutPair(): void {
    const [a, b] = this.two() as [ReplicaId, ReplicaId];
    this.#cutLinks([
      [a, b],
      [b, a],
    ]);
  }

  cutOneWay(): void {
    this.#cutLinks([this.#random.pick(this.#links())]);
  }

  /** Any subset of the directed links. */
  cutSubset(): void {
    const links = this.#links();
    const mask = this.#random.int(1, 2 ** links.length - 1);
    this.#cutLinks(links.filter((_, i) => (mask & (1 << i)) !== 0));
  }

  splitAll(): void {
    this.#cutLinks(this.#links());
  }

  cutAndKill(): void {
    this.isolate(this.any());
    this.#world.queue.after(this.#random.between(0, 7000), () => {
      if (!this.#over) this.kill(this.#random.chance(0.5) ? [this.any()] : this.two());
    });
  }

  /** The disk of one replica, or sometimes of all as on one host, has no room for a while. */
  fullDisk(): void {
    const r = this.#random;
    const { replicas } = this.#world;
    const which = r.chance(0.2) ? replicas : [this.#world.replica(r.chance(0.5) ? this.leaderOrAny() : this.any())];
    for (const replica of which) replica.full = true;
    this.#world.queue.after(r.pick([r.between(100, 1500), r.between(1500, 8000)]), () => {
      for (const replica of which) replica.full = false;
    });
  }

  slowDisk(): void {
    const replica = this.#world.replica(this.#random.chance(0.5) ? this.leaderOrAny() : this.any());
    const lowMs = this.#random.pick([50, 500, 3000]);
    replica.speed = { lowMs, highMs: lowMs * 3 };
    this.#world.queue.after(this.#random.between(1000, 12_000), () => {
      replica.speed = NORMAL_DISK;
    });
  }
}
