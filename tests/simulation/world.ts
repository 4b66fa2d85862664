/**
 * The simulated world: replicas on a seeded network, with seeded disks and clocks and one virtual
 * time. Everything that can happen to them is a plain call; the nemesis or a scenario script
 * chooses the faults.
 */
import type { Consistency, Recovery } from "../../src/base/modes.ts";
import { DEFAULT_TIMING, type Timing } from "../../src/election/event.ts";
import type { Release } from "../../src/election/release.ts";
import type { ReplicaId } from "../../src/election/view.ts";
import type { FormatGate, FormatGateDeps } from "../../src/replica/format-gate.ts";
import type { Reading } from "../../src/chat/reading.ts";
import type { MarkGatherer } from "../../src/chat/service/mark-gatherer.ts";
import { ownRelease } from "../../src/replica/own-release.ts";
import type { EngineMakers } from "../../src/engine/own-engine.ts";
import { MemoryState } from "../support/memory-state.ts";
import { SECOND } from "../support/releases.ts";
import {
  asRecovered,
  cachedOpKey,
  ChatDomain,
  CHECKED_AT_THE_PROPOSER_ONLY,
  EARLY_MARKS_DROPPED,
  FORMAT_KEPT,
} from "./chat.ts";
import { Checks, type Promises } from "./checks.ts";
import type { LogWrite } from "./log.ts";
import { SimClocks } from "./clocks.ts";
import { coreWith } from "./mutants.ts";
import { driverWith, gateWith, gathererWith, readingWith, rulesWith } from "./shell-mutants.ts";
import { SimNetwork, type LinkTiming } from "./network.ts";
import { SimQueue } from "./queue.ts";
import { Random } from "./random.ts";
import { SimDisk } from "./disk.ts";
import { SimReplica, type ReplicaHost } from "./replica.ts";
import type { SimDomain } from "./state.ts";

/** How a world is made. The same options always give the same world. */
export interface WorldOptions {
  readonly seed: string;
  readonly count: number;
  readonly consistency: Consistency;
  readonly recovery: Recovery;
  readonly loopback: boolean;
  readonly link: LinkTiming;
  readonly promises: Promises;
  /** Entries that stay in the log although all replicas hold them. Small, so that snapshots are needed. */
  readonly keepEntries: number;
  /** The release of each replica at its first start; default: the same for all. */
  readonly release?: (id: ReplicaId) => Release;
  readonly mutants: ReadonlySet<string>;
  readonly trace: ((line: string) => void) | null;
}

/** The cluster key, which names the creator of the cluster. It is made once. */
interface ClusterKey {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
}

/** See the top of this file. */
export class World implements ReplicaHost {
  readonly options: WorldOptions;
  readonly queue = new SimQueue();
  readonly random: Random;
  readonly network: SimNetwork;
  readonly timing: Timing;
  readonly mutants: ReadonlySet<string>;
  readonly checks: Checks;
  readonly watch: Checks;
  readonly clocks: SimClocks;
  readonly replicas: readonly SimReplica[];
  #key: ClusterKey | null = null;

  constructor(options: WorldOptions) {
    this.options = options;
    this.random = new Random(options.seed);
    this.mutants = options.mutants;
    this.timing = { ...DEFAULT_TIMING, keepEntries: options.keepEntries };
    this.network = new SimNetwork(this.queue, this.random.split("network"), options.link, options.count);
    this.network.checksumIgnored = this.mutants.has("checksum-not-checked");
    this.checks = new Checks(
      options.promises,
      () => this.replicas,
      () => this.queue.now,
      (op) => this.keyOf(op),
      options.trace,
    );
    this.watch = this.checks;
    this.clocks = new SimClocks({
      count: options.count,
      random: this.random.split("clocks"),
      now: () => this.queue.now,
      after: (ms, action) => this.queue.after(ms, action),
      broken: (invariant, what) => this.checks.broken(invariant, what),
    });
    this.checks.clocks = this.clocks;
    const ids = Array.from({ length: options.count }, (_, id) => id);
    this.replicas = ids.map((id) => {
      const release = options.release?.(id) ?? ownRelease();
      return new SimReplica(id, this, this.random.split(`replica ${id}`), release);
    });
  }

  /** Called for every write when it is staged, so that the nemesis can strike at that moment. */
  onStaged: ((replica: SimReplica, write: LogWrite) => void) | null = null;

  get now(): number {
    return this.queue.now;
  }

  replica(id: ReplicaId): SimReplica {
    const replica = this.replicas[id];
    if (replica === undefined) throw new Error(`no replica ${id}`);
    return replica;
  }

  // -- ReplicaHost -----------------------------------------------------------------------

  readonly engineMakers: EngineMakers = {
    newCore: (identity, timing, restored, nonce) => {
      const drawn = this.mutants.has("ballot-without-nonce") ? () => "0".repeat(16) : nonce;
      return new (coreWith(this.mutants))(identity, timing, restored, drawn);
    },
    newDriver: (deps) => new (driverWith(this.mutants))(deps),
  };

  newGate(deps: FormatGateDeps): FormatGate {
    return new (gateWith(this.mutants))(deps);
  }

  /** How a replica answers reads. */
  get reading(): typeof Reading {
    return readingWith(this.mutants);
  }

  newGatherer(...parts: ConstructorParameters<typeof MarkGatherer>): MarkGatherer {
    return new (gathererWith(this.mutants))(...parts);
  }

  newDomain(): SimDomain {
    if (this.mutants.has("login-checks-at-the-proposer-only")) {
      return new ChatDomain(new MemoryState({ rules: CHECKED_AT_THE_PROPOSER_ONLY }));
    }
    if (this.mutants.has("early-mark-dropped")) return new ChatDomain(new MemoryState({ rules: EARLY_MARKS_DROPPED }));
    if (this.mutants.has("format-kept-by-a-merge")) return new ChatDomain(new MemoryState({ rules: FORMAT_KEPT }));
    const rules = rulesWith(this.mutants);
    return rules === null ? new ChatDomain() : new ChatDomain(new MemoryState({ rules }));
  }

  keyOf(op: Uint8Array): string {
    return cachedOpKey(op);
  }

  markRecovered(op: Uint8Array, nowMicros: number | null): Uint8Array {
    return asRecovered(op, nowMicros);
  }

  broken(invariant: string, what: string): void {
    this.checks.broken(invariant, what);
  }

  get hasTwoReleases(): boolean {
    return this.options.release !== undefined;
  }

  tooOld(replica: SimReplica): void {
    this.watch.trace(() => `r${replica.id} is too old`);
    this.checks.coverage.tooOld++;
    replica.release = SECOND;
    this.queue.after(this.random.between(10, 3000), () => this.start(replica.id));
  }

  // -- faults ----------------------------------------------------------------------------

  /** Starts the process. Makes its folder, and the cluster key, if there is none yet. */
  start(id: ReplicaId): void {
    const replica = this.replica(id);
    if (replica.alive) return;
    if (replica.disk === null) {
      const storeId = this.mutants.has("store-id-ignored") ? `store ${id}` : replica.random.hex16();
      replica.disk = new SimDisk(storeId, this.newDomain());
    }
    const { storeId } = replica.disk;
    if (replica.disk.state().domain.opFormat() > replica.release.opFormat) return this.tooOld(replica);
    if (this.#key === null) this.#key = { replicaId: id, storeId };
    replica.start({
      configured: this.replicas.map((r) => r.id),
      consistency: this.options.consistency,
      recovery: this.options.recovery,
      loopback: this.options.loopback,
      creator: this.#key.replicaId === id && this.#key.storeId === storeId,
    });
  }

  /** kill -9. `survive`: how many of the transactions under way reach the disk; random if null. */
  kill(id: ReplicaId, power = false, survive: number | null = null): void {
    this.replica(id).kill(power, survive);
  }

  stop(id: ReplicaId): void {
    this.replica(id).stop();
  }

  pause(id: ReplicaId): void {
    this.watch.trace(() => `r${id} paused`);
    this.replica(id).pause();
  }

  resume(id: ReplicaId): void {
    this.watch.trace(() => `r${id} resumed`);
    this.replica(id).resume();
  }

  cut(from: ReplicaId, to: ReplicaId): void {
    this.watch.trace(() => `cut ${from} -> ${to}`);
    this.network.cut(from, to);
  }

  heal(from: ReplicaId, to: ReplicaId, gently = false): void {
    this.watch.trace(() => `heal ${from} -> ${to}`);
    this.network.heal(from, to, gently);
  }

  healAll(gently = false): void {
    this.watch.trace(() => "heal all");
    this.network.healAll(gently);
  }

  drop(from: ReplicaId, to: ReplicaId): void {
    this.watch.trace(() => `drop ${from} -> ${to}`);
    this.network.drop(from, to);
  }

  /** Copies the folder, if the replica is down. */
  copyFolder(id: ReplicaId): void {
    const replica = this.replica(id);
    if (!replica.alive && replica.disk !== null) replica.copy = replica.disk.clone();
  }

  /** Removes the folder; the next start makes a new one. */
  wipe(id: ReplicaId): void {
    const replica = this.replica(id);
    if (replica.alive) throw new Error("wipe of a running replica");
    this.watch.trace(() => `r${id} wiped`);
    replica.disk = null;
    this.checks.nothingLost(`replica ${id} was wiped`);
  }

  /** Replaces the folder by its copy. */
  putBack(id: ReplicaId): void {
    const replica = this.replica(id);
    if (replica.alive || replica.copy === null) throw new Error("no copy, or running");
    this.watch.trace(() => `r${id} put back from a copy`);
    replica.disk = replica.copy.clone();
    replica.disk.restoredAt = this.now;
    this.checks.restored(replica.disk);
    this.checks.nothingLost(`replica ${id} was put back`);
  }

  // -- queries ---------------------------------------------------------------------------

  /** The running leader of the active view with the most members; null if there is none. */
  leader(): SimReplica | null {
    let best: SimReplica | null = null;
    for (const replica of this.replicas) {
      if (!replica.running) continue;
      const status = replica.core.status();
      if (status.role !== "leader" || !status.viewActive || status.view === null) continue;
      if (best === null || status.view.members.length > (best.core.status().view?.members.length ?? 0)) best = replica;
    }
    return best;
  }

  /** True if the disk holds the op with this key, in its log, fork queue or state. */
  holds(disk: SimDisk, key: string): boolean {
    if (disk.state().domain.has(key)) return true;
    if (disk.log.forked.some((f) => this.keyOf(f.op) === key)) return true;
    return disk.log.batches.some((b) => b.kind === "op" && b.ops.some((op) => this.keyOf(op) === key));
  }

  /**
   * True if a disk may be lost: the replica is down, another one leads an active view without it, and the leader's disk
   * has every acknowledged op. (No protocol could keep an op that was only on the lost disk.)
   */
  spareable(id: ReplicaId): boolean {
    const replica = this.replica(id);
    const leader = this.leader();
    if (replica.alive || replica.disk === null || leader === null) return false;
    const { disk } = replica;
    const view = leader.core.status().view;
    if (view === null || view.members.some((m) => m.storeId === disk.storeId)) return false;
    if (disk.log.forked.length > 0) return false;
    const leaderDisk = leader.disk;
    if (leaderDisk === null) return false;
    return this.checks.acks.every((ack) => this.holds(leaderDisk, ack.key));
  }

  /**
   * True if all replicas run, follow one leader in the full view, hold and have applied the same, and wait for no
   * merge.
   */
  converged(): boolean {
    if (this.replicas.some((r) => !r.running || r.stopping)) return false;
    const [first, ...rest] = this.replicas.map((r) => r.core.status());
    if (first === undefined || first.view === null || first.view.members.length !== this.replicas.length) return false;
    if (first.leaderId === null || !first.viewActive || first.commit !== first.lastSeq) return false;
    for (const other of rest) {
      if (other.leaderId !== first.leaderId || other.lastSeq !== first.lastSeq || other.commit !== first.commit)
        return false;
      if (other.durableSeq !== other.lastSeq || !other.active) return false;
    }
    return this.replicas.every(
      (r) =>
        (!this.hasTwoReleases || r.state.domain.opFormat() === SECOND.opFormat) &&
        r.disk?.log.forked.length === 0 &&
        r.state.appliedSeq === first.lastSeq &&
        r.asking === 0,
    );
  }

  run(ms: number, done?: () => boolean): void {
    const { checks } = this;
    this.queue.runUntil(this.now + ms, () => checks.violation !== null || (done?.() ?? false));
    if (checks.violation !== null) throw checks.violation;
  }
}
