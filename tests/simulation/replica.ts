/**
 * One replica of the simulated world: a disk that outlives its processes, and the process
 * of the moment, which is the real core and the real proposals behind a simulated driver.
 * What the real driver does with effects is done here in virtual time: writes become
 * durable late and in order, a pause holds every event, a crash forgets all but the disk.
 */
import { Stamps } from "../../src/chat/service/stamp.ts";
import { ClusterClock } from "../../src/election/driver/cluster-clock.ts";
import type { Core } from "../../src/election/core/core.ts";
import { COMMIT_REST_MS } from "../../src/election/event.ts";
import type { Effect, Event, Identity, Notice, Restored, StagedSnapshot, Timing } from "../../src/election/event.ts";
import type { Beat, Frame } from "../../src/election/frame.ts";
import type { ForkedOp } from "../../src/election/ports.ts";
import type { Ballot, ReplicaId, Seq, ViewNo } from "../../src/election/view.ts";
import { sameViewNo } from "../../src/election/view.ts";
import { effectOf, type KeyedOp } from "./chat.ts";
import type { SimClocks } from "./clocks.ts";
import { SimProposals } from "./proposals.ts";
import type { LogWrite, StagedRows } from "./log.ts";
import { LogImage } from "./log.ts";
import type { Endpoint, SimNetwork } from "./network.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import type { SimDomain } from "./state.ts";
import { SimState } from "./state.ts";
import { describeEffect, describeEvent, describeFrame } from "./trace.ts";

/** A folder: what survives the process. A wiped folder is another disk with another storeId. */
export class SimDisk {
  readonly storeId: string;
  log = new LogImage();
  states = new Map<number, SimState>();
  /** The newest checkpoint of the current state: what a power cut leaves of it. */
  synced: { ref: number; state: SimState } | null = null;
  nextRef = 1;
  /** Virtual ms at which an older copy was put back; acknowledgements before it cannot be held against this disk. */
  restoredAt = -Infinity;

  constructor(storeId: string, domain: SimDomain) {
    this.storeId = storeId;
    this.states.set(0, new SimState(domain));
  }

  state(): SimState {
    const state = this.states.get(this.log.stateRef);
    if (state === undefined) throw new Error(`no state file ${this.log.stateRef}`);
    return state;
  }

  /** A copy of the folder. */
  clone(): SimDisk {
    const copy = new SimDisk(this.storeId, this.state().domain);
    copy.log = this.log.clone();
    copy.states = new Map([[this.log.stateRef, this.state().clone()]]);
    copy.nextRef = this.nextRef;
    return copy;
  }
}

/** What the world gives a replica, and what it wants to hear. */
export interface ReplicaHost {
  readonly queue: SimQueue;
  readonly network: SimNetwork;
  readonly timing: Timing;
  readonly mutants: ReadonlySet<string>;
  newCore(identity: Identity, restored: Restored, nonce: () => string): Core;
  newDomain(): SimDomain;
  keyOf(op: Uint8Array): string;
  /** Marks an op of a lost branch. */
  markRecovered(op: Uint8Array, nowMicros: number | null): Uint8Array;
  readonly clocks: SimClocks;
  /** Starts a transfer; ends in `snapshotArrived` or `snapshotLost` of the replica. */
  fetchSnapshot(replica: SimReplica, from: ReplicaId, ballot: Ballot, commonSeq: Seq): void;
  broken(invariant: string, what: string): void;
  readonly onStaged: ((replica: SimReplica, write: LogWrite) => void) | null;
  readonly watch: ReplicaWatch;
}

/** The checkers' ears. */
export interface ReplicaWatch {
  booted(replica: SimReplica, restored: Restored): void;
  staged(replica: SimReplica, write: LogWrite): void;
  durable(replica: SimReplica, before: LogImage | null, write: LogWrite): void;
  sent(replica: SimReplica, to: ReplicaId, frame: Frame): void;
  committing(replica: SimReplica, seq: Seq): void;
  applied(replica: SimReplica, seq: Seq, viewNo: ViewNo, chain: number): void;
  notice(replica: SimReplica, notice: Notice): void;
  opened(replica: SimReplica, snapshot: StagedSnapshot): void;
  exited(replica: SimReplica, how: "killed" | "stopped" | "late", torn: boolean): void;
  trace(line: () => string): void;
}

interface PendingWrite {
  readonly token: number | null;
  readonly write: LogWrite;
}

/** How a replica's disk behaves now. */
export interface DiskSpeed {
  readonly lowMs: number;
  readonly highMs: number;
}

export const NORMAL_DISK: DiskSpeed = { lowMs: 0.2, highMs: 3 };

const STOP_GRACE_MS = 1000;

/** A replica: folder, process, clock. */
export class SimReplica implements Endpoint {
  readonly id: ReplicaId;
  readonly host: ReplicaHost;
  readonly random: Random;
  disk: SimDisk | null = null;
  /** An older copy of the folder, if one was made. */
  copy: SimDisk | null = null;
  incarnation = 0;
  alive = false;
  paused = false;
  stopping = false;
  bootId = "";
  log = new LogImage();
  speed: DiskSpeed = NORMAL_DISK;
  /** Rate of this replica's clock, near 1. */
  rate = 1;
  fetchId = 0;
  #clockBase: number;
  #core: Core | null = null;
  #time: ClusterClock | null = null;
  #stamps: Pick<Stamps, "next"> | null = null;
  #opened: SimState | null = null;
  proposals: SimProposals | null = null;
  #pending: PendingWrite[] = [];
  #inFlight = 0;
  #held: (() => void)[] = [];
  #turnDue = false;
  readonly #reads = new Map<number, (seq: Seq) => void>();
  #nextRead = 1;
  readonly staged = new Map<number, StagedRows>();

  constructor(id: ReplicaId, host: ReplicaHost, random: Random) {
    this.id = id;
    this.host = host;
    this.random = random;
    this.#clockBase = random.between(1000, 1e6);
    this.rate = 1 + random.between(-0.003, 0.003);
  }

  get core(): Core {
    if (this.#core === null) throw new Error(`replica ${this.id} is down`);
    return this.#core;
  }

  get running(): boolean {
    return this.alive && !this.paused;
  }

  /** The state that the process has open (a snapshot is opened by an effect), or else the one on the disk. */
  get state(): SimState {
    if (this.disk === null) throw new Error(`replica ${this.id} has no disk`);
    return this.#opened ?? this.disk.state();
  }

  clock(): number {
    return this.#clockBase + this.host.queue.now * this.rate;
  }

  // -- life ------------------------------------------------------------------------------

  /** Starts the process on its folder, which the world has made if it was missing. */
  start(identity: Omit<Identity, "replicaId" | "storeId" | "bootId">): void {
    if (this.alive || this.disk === null) return;
    this.incarnation++;
    this.alive = true;
    this.paused = false;
    this.stopping = false;
    this.bootId = this.random.hex16();
    this.#pending = [];
    this.#inFlight = 0;
    this.#held = [];
    this.#turnDue = false;
    this.#reads.clear();
    this.staged.clear();
    this.fetchId++;
    // Files that no write ever switched to are leftovers and go at start.
    for (const ref of this.disk.states.keys()) if (ref !== this.disk.log.stateRef) this.disk.states.delete(ref);
    this.#opened = this.disk.state();
    this.log = this.disk.log.clone();
    const restored = this.log.restore(this.state.appliedSeq);
    this.host.watch.booted(this, restored);
    const full: Identity = { ...identity, replicaId: this.id, storeId: this.disk.storeId, bootId: this.bootId };
    this.#core = this.host.newCore(full, restored, () => this.random.hex16());
    this.proposals = new SimProposals(this, this.host.mutants);
    const time = new ClusterClock({
      self: this.id,
      wallMs: () => this.host.clocks.wallMs(this.id),
      nowMs: () => this.clock(),
      hears: (peer) => this.core.peers.hears(peer),
    });
    this.#time = time;
    this.#stamps = this.host.mutants.has("clock-unbounded")
      ? { next: this.#unbounded() }
      : new Stamps(
          () => time.dateMs() * 1000,
          () => this.state.domain.newestMicros(),
        );
    this.host.network.up(this);
    this.#tickSoon();
  }

  /** kill -9, or with `power` a power cut: the state falls back to a checkpoint. */
  kill(power: boolean): void {
    if (!this.alive || this.disk === null) return;
    const n = this.#inFlight;
    const survive = n === 0 ? 0 : this.random.chance(0.4) ? 0 : this.random.int(0, n);
    const torn = this.#pending.length > survive;
    for (let i = 0; i < survive; i++) this.#makeDurable((this.#pending[i] as PendingWrite).write);
    const synced = this.disk.synced;
    if (power && synced !== null && synced.ref === this.disk.log.stateRef) {
      this.disk.states.set(synced.ref, synced.state.clone());
    }
    this.#exit("killed", torn);
  }

  #exit(how: "killed" | "stopped" | "late", torn: boolean): void {
    this.alive = false;
    this.paused = false;
    this.#core = null;
    this.#opened = null;
    this.proposals?.crash();
    this.proposals = null;
    this.#pending = [];
    this.#held = [];
    this.host.watch.exited(this, how, torn);
    this.host.network.down(this.id);
  }

  /** SIGTERM: the core says when it is done; later than its bound the process exits all the same. */
  stop(): void {
    if (!this.alive || this.stopping) return;
    this.stopping = true;
    const incarnation = this.incarnation;
    this.deliver({ type: "shutdown" });
    this.host.queue.after(this.host.timing.stopMs + STOP_GRACE_MS, () => {
      if (this.alive && this.incarnation === incarnation) {
        this.#flush();
        this.#exit("late", false);
      }
    });
  }

  /** SIGSTOP. */
  pause(): void {
    if (this.alive) this.paused = true;
  }

  /** SIGCONT: what waited comes now, in no order that the sender could rely on. */
  resume(): void {
    if (!this.alive || !this.paused) return;
    this.paused = false;
    const held = this.#held;
    this.#held = [];
    for (const action of held) this.#later(this.random.between(0, 3), action);
    this.host.network.woke(this.id);
    this.#startDisk();
  }

  /** Runs `action` after a delay, in this process only, and not while it is stopped. */
  #later(delayMs: number, action: () => void): void {
    const incarnation = this.incarnation;
    this.host.queue.after(delayMs, () => {
      if (!this.alive || this.incarnation !== incarnation) return;
      if (this.paused) this.#held.push(action);
      else action();
    });
  }

  later(delayMs: number, action: () => void): void {
    this.#later(delayMs, action);
  }

  #tickSoon(): void {
    const stall = this.random.chance(0.002) ? this.random.between(50, 400) : 0;
    this.#later(this.host.timing.tickMs / this.rate + this.random.between(0, 2) + stall, () => {
      this.deliver({ type: "tick" });
      this.proposals?.tick();
      if (this.alive) this.#tickSoon();
    });
  }

  // -- events in -------------------------------------------------------------------------

  onFrame(from: ReplicaId, frame: Frame): void {
    this.deliver({ type: "frame", from, frame });
  }

  onRefused(peer: ReplicaId): void {
    this.#later(0, () => this.deliver({ type: "refused", peer }));
  }

  /** Gives one event to the core; the turn ends a moment later, after whatever came with it. */
  deliver(event: Event): void {
    if (!this.alive) return;
    if (this.paused) {
      this.#held.push(() => this.deliver(event));
      return;
    }
    this.#step(event);
    if (this.#turnDue || !this.alive) return;
    this.#turnDue = true;
    this.#later(this.random.float() * 0.4, () => {
      this.#turnDue = false;
      this.#step({ type: "turnEnd" });
    });
  }

  #step(event: Event): void {
    this.host.watch.trace(() => `r${this.id} <- ${describeEvent(event)}`);
    if (event.type === "frame" && event.frame.type === "beat" && event.frame.wallMs !== undefined) {
      this.#time?.heard(event.from, event.frame.wallMs);
    }
    let effects: Effect[];
    try {
      effects = this.core.step(event, this.clock());
    } catch (error) {
      this.host.broken("I0", `replica ${this.id}, event ${describeEvent(event)}: ${String((error as Error).stack)}`);
      return;
    }
    for (const effect of effects) {
      if (!this.alive) return;
      this.#effect(effect);
    }
    this.proposals?.push();
  }

  // -- effects out -----------------------------------------------------------------------

  #effect(effect: Effect): void {
    const { network, watch } = this.host;
    if (effect.type !== "send") watch.trace(() => `r${this.id} -> ${describeEffect(effect)}`);
    switch (effect.type) {
      case "persist":
        this.#persist(effect.token, effect.rows);
        return;
      case "send":
        this.send(effect.to, effect.frame.type === "beat" ? this.#dated(effect.frame) : effect.frame);
        return;
      case "sendAppend": {
        const { to, ballot, prevSeq, prevViewNo, upTo, commit, round } = effect;
        const batches = this.#read("I2", prevSeq + 1, upTo);
        if (batches === null) return;
        this.send(to, { type: "append", ballot, prevSeq, prevViewNo, batches, commit, round });
        return;
      }
      case "sendTail": {
        const { to, prevSeq, prevViewNo, upTo } = effect;
        const batches = this.#read("I2", prevSeq + 1, upTo);
        if (batches !== null) this.send(to, { type: "tail", prevSeq, prevViewNo, batches });
        return;
      }
      case "readReady":
        this.#reads.get(effect.id)?.(effect.seq);
        this.#reads.delete(effect.id);
        return;
      case "commit":
        this.#apply(effect.seq);
        return;
      case "fetchSnapshot":
        this.fetchId++;
        this.host.fetchSnapshot(this, effect.from, effect.ballot, effect.commonSeq);
        return;
      case "openSnapshot":
        this.#open(effect.snapshot);
        return;
      case "rest":
        this.#later(COMMIT_REST_MS, () => this.deliver({ type: "rested" }));
        return;
      case "compact":
        this.#compact(effect.upTo);
        return;
      case "probe":
        network.probe(this.id, effect.peer);
        return;
      case "resetPeers":
        network.resetPeers(this.id);
        return;
      case "notice":
        watch.notice(this, effect.notice);
        return;
      case "stopped":
        this.#flush();
        this.#exit("stopped", false);
        return;
    }
  }

  /** Dates an op that a client brings here, under its key. */
  stamp(request: (micros: number) => KeyedOp): KeyedOp {
    const micros = this.#stamps?.next() ?? 0;
    const made = request(micros);
    this.host.clocks.stamped(this, effectOf(made.key), micros);
    return made;
  }

  /** By the rule before: the own wall clock, and never behind anything seen. */
  #unbounded(): Stamps["next"] {
    let last = 0;
    return () =>
      (last = Math.max(this.host.clocks.wallMs(this.id) * 1000, this.state.domain.newestMicros() + 1, last + 1));
  }

  send(to: ReplicaId, frame: Frame): void {
    this.host.watch.sent(this, to, frame);
    this.host.watch.trace(() => `r${this.id} -> r${to} ${describeFrame(frame)}`);
    this.host.network.send(this.id, to, frame);
  }

  #dated(beat: Beat): Beat {
    return this.#time?.dated(beat) ?? beat;
  }

  #read(invariant: string, from: Seq, to: Seq): ReturnType<LogImage["read"]> | null {
    try {
      return this.log.read(from, to);
    } catch (error) {
      this.host.broken(invariant, `replica ${this.id}: ${(error as Error).message}`);
      return null;
    }
  }

  #persist(token: number, rows: Extract<Effect, { type: "persist" }>["rows"]): void {
    const { mutants } = this.host;
    let kept = rows;
    if (mutants.has("promised-not-persisted") && rows.promised !== undefined) {
      const { promised: _forgotten, ...rest } = rows;
      kept = rest;
    }
    const staged = kept.snapshot === undefined ? null : (this.staged.get(kept.snapshot.ref) ?? null);
    if (mutants.has("log-before-snapshot") && kept.snapshot !== undefined) {
      this.enqueue(null, { kind: "rows", rows: kept, staged, stateRef: this.log.stateRef });
      this.enqueue(token, { kind: "stateRef", ref: kept.snapshot.ref });
      return;
    }
    this.enqueue(token, { kind: "rows", rows: kept, staged });
  }

  /** Queues a write; the process sees it at once, the disk later. */
  enqueue(token: number | null, write: LogWrite): void {
    try {
      this.log.write(write, this.host.mutants);
    } catch (error) {
      this.host.broken("I0", `replica ${this.id}: ${(error as Error).message}`);
      return;
    }
    this.host.watch.staged(this, write);
    this.host.onStaged?.(this, write);
    this.#pending.push({ token, write });
    this.#startDisk();
  }

  #startDisk(): void {
    if (this.#inFlight > 0 || this.#pending.length === 0 || !this.running) return;
    // Whatever has accumulated goes into one transaction, or several: a crash may leave a prefix.
    this.#inFlight = this.#pending.length;
    const incarnation = this.incarnation;
    this.host.queue.after(this.random.between(this.speed.lowMs, this.speed.highMs), () => {
      if (!this.alive || this.incarnation !== incarnation) return;
      const done = this.#pending.splice(0, this.#inFlight);
      this.#inFlight = 0;
      let token: number | null = null;
      for (const pending of done) {
        this.#makeDurable(pending.write);
        token = pending.token ?? token;
      }
      if (token !== null) this.deliver({ type: "persisted", token });
      this.#startDisk();
    });
  }

  #makeDurable(write: LogWrite): void {
    const disk = this.disk as SimDisk;
    const watched = write.kind === "rows" && (write.rows.cutAfter !== undefined || write.rows.snapshot !== undefined);
    const before = watched ? disk.log.clone() : null;
    disk.log.write(write, this.host.mutants);
    this.host.watch.durable(this, before, write);
  }

  #flush(): void {
    for (const { write } of this.#pending) this.#makeDurable(write);
    this.#pending = [];
  }

  #apply(seq: Seq): void {
    this.host.watch.committing(this, seq);
    const state = this.state;
    if (seq <= state.appliedSeq) return;
    const batches = this.#read("I2", state.appliedSeq + 1, seq);
    if (batches === null) return;
    const expected = this.log.viewNoAt(state.appliedSeq);
    if (state.appliedView !== null && expected !== null && !sameViewNo(expected, state.appliedView)) {
      this.host.broken("I2", `replica ${this.id} applies ${state.appliedSeq + 1} to a state of another branch`);
      return;
    }
    try {
      state.apply(batches, (s, viewNo, chain, op) => {
        this.host.watch.applied(this, s, viewNo, chain);
        if (op !== null) this.proposals?.applied(op, s, viewNo);
      });
    } catch (error) {
      this.host.broken("I2", `replica ${this.id}: ${(error as Error).message}`);
    }
  }

  #open(snapshot: StagedSnapshot): void {
    const disk = this.disk as SimDisk;
    if (disk.log.stateRef !== snapshot.ref) {
      this.host.broken("I2", `replica ${this.id} opens snapshot ${snapshot.ref}, log.db says ${disk.log.stateRef}`);
      return;
    }
    this.#opened = disk.state();
    for (const ref of disk.states.keys()) if (ref < snapshot.ref) disk.states.delete(ref);
    this.#sync();
    this.host.watch.opened(this, snapshot);
  }

  #sync(): void {
    const disk = this.disk as SimDisk;
    disk.synced = { ref: disk.log.stateRef, state: disk.state().clone() };
  }

  #compact(upTo: Seq): void {
    // The rows go only once the state under them is durable; a checkpoint may run behind.
    this.#later(this.random.between(0, 50), () => {
      const disk = this.disk as SimDisk;
      if (this.log.stateRef !== disk.log.stateRef) return;
      this.#sync();
      const covered = Math.min(upTo, disk.state().appliedSeq);
      if (covered >= this.log.firstSeq) this.enqueue(null, { kind: "compact", upTo: covered });
    });
  }

  /** Asks how far the log is committed; may never be answered. */
  readIndex(done: (seq: Seq) => void): void {
    const id = this.#nextRead++;
    this.#reads.set(id, done);
    this.deliver({ type: "readIndex", id });
  }

  /** The first ops of the fork queue, as far as they are durable. */
  forked(limit: number): readonly ForkedOp[] {
    return this.disk?.log.forked.slice(0, limit) ?? [];
  }

  confirm(ids: readonly number[]): void {
    this.enqueue(null, { kind: "confirmed", ids });
  }

  keyOf(op: Uint8Array): string {
    return this.host.keyOf(op);
  }

  markRecovered(op: Uint8Array): Uint8Array {
    const nowMs = this.#time?.agreedMs() ?? null;
    return this.host.markRecovered(op, nowMs === null ? null : nowMs * 1000);
  }

  // -- snapshots -------------------------------------------------------------------------

  /** A transfer ended well: state and rows lie beside the old ones. */
  snapshotArrived(header: Omit<StagedSnapshot, "ref">, rows: StagedRows["batches"], state: SimState): number {
    const disk = this.disk as SimDisk;
    const ref = Math.max(disk.nextRef, disk.log.stateRef + 1);
    disk.nextRef = ref + 1;
    disk.states.set(ref, state);
    const snapshot: StagedSnapshot = { ...header, ref };
    this.staged.set(ref, { snapshot, batches: rows });
    this.deliver({ type: "snapshotFetched", snapshot });
    return ref;
  }

  snapshotLost(): void {
    this.deliver({ type: "snapshotFailed" });
  }
}
