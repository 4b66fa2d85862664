/**
 * A replica of the simulated world: a disk that outlives its processes, and the current process,
 * which runs our own engine (the real driver over the real core) on a simulated event loop, log, state
 * and network. A pause holds all events; a crash leaves only the disk.
 */
import type { AppliedOp } from "../../src/chat/applied-op.ts";
import type { Position } from "../../src/chat/ports.ts";
import { formatCursor } from "../../src/chat/cursor.ts";
import { failed, type Answer } from "../../src/chat/errors.ts";
import { enableId } from "../../src/chat/kinds/enable.ts";
import type { OpBody } from "../../src/chat/kinds/kinds.ts";
import type { Mark } from "../../src/chat/kinds/marks.ts";
import { failedOutcome } from "../../src/chat/sentences.ts";
import type { Written } from "../../src/chat/service/writer.ts";
import { encodeOp, FormatTooNew, keyOf } from "../../src/chat/kinds/op.ts";
import { GATHER_MS } from "../../src/chat/service/gatherer.ts";
import type { MarkGatherer } from "../../src/chat/service/mark-gatherer.ts";
import { Stamps } from "../../src/chat/service/stamp.ts";
import { ClusterClock } from "../../src/election/driver/cluster-clock.ts";
import type { Core } from "../../src/election/core/core.ts";
import type { Event, Identity, Notice, Restored, StagedSnapshot, Timing } from "../../src/election/event.ts";
import type { Frame } from "../../src/election/frame.ts";
import type { Formats, PeerTransport, ProposalOutcome } from "../../src/election/ports.ts";
import type { Release } from "../../src/election/release.ts";
import type { ReplicaId, Seq, ViewNo } from "../../src/election/view.ts";
import {
  OwnEngine,
  type EngineMakers,
  type OwnEngineDeps,
  type OwnEngineListener,
} from "../../src/engine/own-engine.ts";
import type { FormatGate, FormatGateDeps } from "../../src/replica/format-gate.ts";
import { effectOf, type KeyedOp } from "./chat.ts";
import type { SimClocks } from "./clocks.ts";
import { NORMAL_DISK, SimLog, SimStateMachine, type DiskHolder, type DiskSpeed, type SimDisk } from "./disk.ts";
import type { LogImage, LogWrite } from "./log.ts";
import type { Endpoint, SimNetwork } from "./network.ts";
import { Killed, SimProcess } from "./process.ts";
import type { SimQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import { inFormat } from "./releases.ts";
import { SimSnapshots } from "./snapshots.ts";
import type { SimState } from "./state.ts";
import { describeEffect, describeEvent, describeFrame } from "./trace.ts";

/** How a client's op ended at this replica. */
export type SimOutcome =
  | { readonly kind: "applied"; readonly seq: Seq; readonly viewNo: ViewNo; readonly result: AppliedOp["result"] }
  /** It was applied, and the chat's rules refused it. */
  | { readonly kind: "error"; readonly error: string }
  /** It definitely did not happen. */
  | { readonly kind: "refused" }
  /** It is not known whether it happened. */
  | { readonly kind: "unknown" };

/** What the world gives to a replica, and what it is notified of. */
export interface ReplicaHost {
  readonly queue: SimQueue;
  readonly network: SimNetwork;
  readonly timing: Timing;
  readonly mutants: ReadonlySet<string>;
  readonly hasTwoReleases: boolean;
  readonly engineMakers: EngineMakers;
  newGate(deps: FormatGateDeps): FormatGate;
  newGatherer(...parts: ConstructorParameters<typeof MarkGatherer>): MarkGatherer;
  keyOf(op: Uint8Array): string;
  /** Marks an op of a lost branch as recovered. */
  markRecovered(op: Uint8Array, nowMicros: number | null): Uint8Array;
  readonly clocks: SimClocks;
  replica(id: ReplicaId): SimReplica;
  broken(invariant: string, what: string): void;
  /** Called when a replica has ended because a format that its release does not know is in force. */
  tooOld(replica: SimReplica): void;
  readonly onStaged: ((replica: SimReplica, write: LogWrite) => void) | null;
  readonly watch: ReplicaWatch;
}

/** The events of a replica that the checks watch. */
export interface ReplicaWatch {
  booted(replica: SimReplica, restored: Restored): void;
  staged(replica: SimReplica, write: LogWrite): void;
  durable(replica: SimReplica, before: LogImage | null, write: LogWrite): void;
  sent(replica: SimReplica, to: ReplicaId, frame: Frame): void;
  /** The replica, as leader, has appended these ops. */
  taken(replica: SimReplica, ops: readonly Uint8Array[]): void;
  committing(replica: SimReplica, seq: Seq): void;
  applied(replica: SimReplica, seq: Seq, viewNo: ViewNo, chain: number): void;
  notice(replica: SimReplica, notice: Notice): void;
  opened(replica: SimReplica, snapshot: StagedSnapshot): void;
  /** A full disk has refused a write. */
  diskFull(replica: SimReplica): void;
  exited(replica: SimReplica, how: "killed" | "stopped" | "late", torn: boolean): void;
  trace(line: () => string): void;
}

const STOP_GRACE_MS = 1000;
/** How often a replica looks whether a format can be enabled. */
const LOOK_MS = 500;
/** How long a client waits for its op. */
const PROPOSAL_TIMEOUT_MS = 10_000;

/** Everything that lives as long as one process. */
interface Running {
  readonly process: SimProcess;
  readonly engine: OwnEngine;
  /** The engine's core, for the checkers. */
  readonly core: Core;
  readonly log: SimLog;
  readonly snapshots: SimSnapshots;
  readonly clock: ClusterClock;
  readonly gate: FormatGate;
  readonly stamps: Pick<Stamps, "next">;
  readonly marks: MarkGatherer;
  readonly release: Release;
  state: SimStateMachine;
  /** Results were reported to callers up to this seq. */
  toldSeq: Seq;
}

/** A replica with its folder, process and clock. */
export class SimReplica implements Endpoint {
  readonly id: ReplicaId;
  readonly host: ReplicaHost;
  readonly random: Random;
  /** The release of its executable from its next start on. */
  release: Release;
  disk: SimDisk | null = null;
  /** An older copy of the folder, if one was made. */
  copy: SimDisk | null = null;
  incarnation = 0;
  stopping = false;
  bootId = "";
  speed: DiskSpeed = NORMAL_DISK;
  /** True while the disk has no room. */
  full = false;
  /** Number of clients that wait for an answer. */
  asking = 0;
  /** Rate of this replica's monotonic clock, close to 1. */
  rate = 1;
  #clockBase: number;
  readonly #marked = new WeakMap<Mark, string>();
  #now: Running | null = null;

  constructor(id: ReplicaId, host: ReplicaHost, random: Random, release: Release) {
    this.id = id;
    this.host = host;
    this.random = random;
    this.release = release;
    this.#clockBase = random.between(1000, 1e6);
    this.rate = 1 + random.between(-0.003, 0.003);
  }

  /** The release of the running process; null if there is none. */
  get runs(): Release | null {
    return this.#now?.release ?? null;
  }

  get alive(): boolean {
    return this.#now !== null;
  }

  get paused(): boolean {
    return this.#now?.process.isPaused ?? false;
  }

  get running(): boolean {
    return this.alive && !this.paused;
  }

  get #running(): Running {
    if (this.#now === null) throw new Error(`replica ${this.id} is down`);
    return this.#now;
  }

  get core(): Core {
    return this.#running.core;
  }

  /** The log as the process sees it; without a process, as the disk has it. */
  get log(): LogImage {
    if (this.#now !== null) return this.#now.log.image;
    if (this.disk === null) throw new Error(`replica ${this.id} has no disk`);
    return this.disk.log;
  }

  /** The format gate of the running process. */
  get gate(): FormatGate {
    return this.#running.gate;
  }

  get toldSeq(): Seq {
    return this.#running.toldSeq;
  }

  /** The state that the process reads; without a process, the one on the disk. */
  get state(): SimState {
    if (this.#now !== null) return this.#now.state.current;
    if (this.disk === null) throw new Error(`replica ${this.id} has no disk`);
    return this.disk.state();
  }

  // -- start and end ---------------------------------------------------------------------

  /** Starts the process on its folder; does nothing if it runs or has no folder. */
  start(identity: Omit<Identity, "replicaId" | "storeId" | "bootId">): void {
    const { disk, host, random, id } = this;
    if (this.alive || disk === null) return;
    this.incarnation++;
    this.stopping = false;
    this.bootId = random.hex16();
    const process = new SimProcess(host.queue, random, (virtualMs) => this.#clockBase + virtualMs * this.rate);
    const holder = this.#diskHolder(disk, process);
    // State files that no write has switched to are leftovers.
    disk.removeLeftovers((ref) => ref !== disk.log.stateRef);
    const log = new SimLog(holder);
    const state = this.#openState(holder, log);
    const clock = new ClusterClock({
      self: id,
      wallMs: () => host.clocks.wallMs(id),
      nowMs: () => process.now(),
      hears: (peer) => this.#running.engine.peerBeat(peer) !== null,
    });
    const snapshots = new SimSnapshots(this, holder, log);
    const gate = this.#formats(identity.configured);
    const deps: OwnEngineDeps = {
      identity: { ...identity, replicaId: id, storeId: disk.storeId, bootId: this.bootId },
      nonce: () => random.hex16(),
      log,
      state,
      snapshots,
      formats: gate,
      timing: host.timing,
      scheduler: process,
      transport: this.#transport(process, snapshots),
      openState: (snapshot) => this.#openSnapshot(holder, snapshot),
      recover: (op) => this.#recover(op, clock),
      dated: (beat) => gate.announced(clock.dated(beat)),
      onFatal: (error) => this.#failed(process, error),
    };
    const { engine, core, restored } = this.#newEngine(deps);
    const { release } = this;
    const [stamps, toldSeq, marks] = [this.#stamps(clock), state.appliedSeq(), this.#gatherer(process)];
    this.#now = { process, engine, core, log, snapshots, clock, gate, stamps, marks, release, state, toldSeq };
    host.watch.booted(this, restored);
    host.network.up(this);
    process.enter(() => engine.start(this.#listener()));
    if (host.hasTwoReleases) lookLater(process, gate);
  }

  /** Creates an engine; also returns its core, and what the core restored at its start. */
  #newEngine(deps: OwnEngineDeps): { engine: OwnEngine; core: Core; restored: Restored } {
    const { newCore, newDriver } = this.host.engineMakers;
    const made: { core: Core; restored: Restored }[] = [];
    const engine = new OwnEngine(deps, {
      newCore: (identity, timing, restored, nonce) => {
        const core = this.#watched(newCore(identity, timing, restored, nonce));
        made.push({ core, restored });
        return core;
      },
      newDriver,
    });
    return { engine, ...made[0]! };
  }

  #listener(): OwnEngineListener {
    return {
      onApplied: ({ ops }) => void (this.#running.toldSeq = ops.at(-1)!.seq),
      onStateReplaced: () => void (this.#running.toldSeq = this.state.appliedSeq),
      onNotice: (notice) => this.host.watch.notice(this, notice),
      onGossip: () => {},
    };
  }

  /** kill -9; with `power` a power cut, after which the state is what was synced last. `survive` as in SimLog.crash. */
  kill(power: boolean, survive: number | null): void {
    const { disk } = this;
    if (this.#now === null || disk === null) return;
    const torn = this.#now.log.crash(survive);
    if (power) disk.file().cutPower();
    this.#exit("killed", torn);
  }

  #exit(how: "killed" | "stopped" | "late", torn: boolean): void {
    const { engine, process } = this.#running;
    this.#now = null;
    process.end();
    // Answers the waiting clients, who would see a broken connection.
    engine.close();
    this.host.watch.exited(this, how, torn);
    this.host.network.down(this.id);
  }

  /** SIGTERM: the process ends when the engine has stopped, or after the engine's time limit. */
  stop(): void {
    if (this.#now === null || this.stopping) return;
    this.stopping = true;
    const { process, engine } = this.#now;
    const exit = (how: "stopped" | "late"): void => {
      if (this.#now?.process !== process) return;
      if (!this.full) this.#now.state.flush();
      this.#now.log.close();
      this.#exit(how, false);
    };
    process.enter(() => void engine.stop().then(() => exit("stopped")));
    this.host.queue.after(this.host.timing.stopMs + STOP_GRACE_MS, () => exit("late"));
  }

  /** SIGSTOP. */
  pause(): void {
    this.#now?.process.pause();
  }

  /** SIGCONT. */
  resume(): void {
    if (this.#now === null || !this.paused) return;
    this.#now.process.resume();
    this.host.network.woke(this.id);
  }

  /** Reports a broken invariant of the program, unless the error only says that the process was killed. */
  #failed(process: SimProcess, error: unknown): void {
    if (error instanceof Killed) return;
    if (error instanceof FormatTooNew) return this.#tooOld(process);
    this.host.broken("I0", `replica ${this.id} ends: ${String((error as Error).stack)}`);
    if (this.#now?.process === process) this.#exit("killed", false);
  }

  /** Exit code 5: the process ends, and the world installs the newer release. */
  #tooOld(process: SimProcess): void {
    if (this.#now?.process !== process) return;
    this.#now.log.close();
    this.#exit("killed", false);
    this.host.tooOld(this);
  }

  // -- parts of the process --------------------------------------------------------------

  #diskHolder(disk: SimDisk, process: SimProcess): DiskHolder {
    const { host, random } = this;
    return {
      queue: host.queue,
      mutants: host.mutants,
      process,
      random,
      disk,
      speed: () => this.speed,
      isFull: () => this.full,
      staged: (write) => {
        host.watch.staged(this, write);
        host.onStaged?.(this, write);
      },
      durable: (before, write) => host.watch.durable(this, before, write),
      refused: () => host.watch.diskFull(this),
      broken: (invariant, what) => host.broken(invariant, `replica ${this.id}: ${what}`),
      release: this.release,
    };
  }

  #openState(holder: DiskHolder, log: SimLog): SimStateMachine {
    return new SimStateMachine(holder, holder.disk.file(), log, (seq, viewNo, chain) =>
      this.host.watch.applied(this, seq, viewNo, chain),
    );
  }

  #openSnapshot(holder: DiskHolder, snapshot: StagedSnapshot): SimStateMachine {
    const { disk } = holder;
    const running = this.#running;
    if (disk.log.stateRef !== snapshot.ref) {
      this.host.broken("I2", `replica ${this.id} opens snapshot ${snapshot.ref}, log.db says ${disk.log.stateRef}`);
    }
    running.state = this.#openState(holder, running.log);
    disk.removeLeftovers((ref) => ref < snapshot.ref);
    this.host.watch.opened(this, snapshot);
    return running.state;
  }

  #formats(configured: readonly ReplicaId[]): FormatGate & Formats {
    const nothing = (): void => {};
    return this.host.newGate({
      self: this.id,
      configured,
      release: this.release,
      inForce: () => this.state.domain.opFormat(),
      applied: () => this.state.appliedSeq,
      heldOps: () => this.#running.engine.heldOps,
      peerBeat: (peer) => this.#running.engine.peerBeat(peer),
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      leads: () => this.#running.engine.status().leads,
      propose: async (enable) => {
        const { engine, clock } = this.#running;
        const clientId = enableId(enable.format);
        const op = { user: "", clientId, timeMicros: clock.nowMicros(), origin: null, recovered: false, body: enable };
        return (await engine.propose(keyOf(op), encodeOp(op))).kind === "applied";
      },
      onEnabled: nothing,
      onTooOld: () => this.#tooOld(this.#running.process),
    });
  }

  #transport(process: SimProcess, snapshots: SimSnapshots): PeerTransport {
    const { network, watch } = this.host;
    let waits = false;
    return {
      send: (to, frame) => {
        process.check();
        waits = true;
        watch.sent(this, to, frame);
        watch.trace(() => `r${this.id} -> r${to} ${describeFrame(frame)}`);
        network.send(this.id, to, frame);
      },
      flush: () => {
        const waited = waits;
        waits = false;
        return waited;
      },
      probe: (peer) => network.probe(this.id, peer),
      resetPeers: () => network.resetPeers(this.id),
      fetchSnapshot: (from, commonSeq) => snapshots.fetch(from, commonSeq),
    };
  }

  /** The core, with checks on its events and effects. */
  #watched(core: Core): Core {
    const { watch } = this.host;
    const step = core.step.bind(core);
    let fetches = false;
    core.step = (event, now) => {
      watch.trace(() => `r${this.id} <- ${describeEvent(event)}`);
      const isEnd = event.type === "snapshotFetched" || event.type === "snapshotFailed";
      if (isEnd && !fetches) this.host.broken("I0", `replica ${this.id} is told twice that a fetch is over`);
      if (isEnd) fetches = false;
      const effects = step(event, now);
      const offered = offeredBy(event);
      if (offered.length > 0 && core.role() === "leader") watch.taken(this, offered);
      for (const effect of effects) {
        if (effect.type === "fetchSnapshot") fetches = true;
        if (effect.type !== "send") watch.trace(() => `r${this.id} -> ${describeEffect(effect)}`);
        if (effect.type === "commit") watch.committing(this, effect.seq);
      }
      return effects;
    };
    return core;
  }

  // -- input -----------------------------------------------------------------------------

  onFrame(from: ReplicaId, frame: Frame): void {
    const { process, clock, engine } = this.#running;
    process.enter(() => {
      if (frame.type === "beat" && frame.wallMs !== undefined) clock.heard(from, frame.wallMs);
      engine.onFrame(from, frame);
    });
  }

  onRefused(peer: ReplicaId): void {
    const { process, engine } = this.#running;
    process.enter(() => engine.onRefused(peer));
  }

  /** Runs `action` in the current process after a delay, unless there is none or it has ended by then. */
  later(delayMs: number, action: () => void): void {
    this.#now?.process.later(delayMs, action);
  }

  /** Takes a client's op. A process that ends leaves the outcome unknown. */
  submit({ key, op }: KeyedOp, onOutcome: (outcome: SimOutcome) => void): void {
    if (this.#now === null) return;
    const { engine, process } = this.#now;
    process.enter(() => {
      this.asking++;
      void engine.propose(key, op, PROPOSAL_TIMEOUT_MS).then((outcome) => {
        this.asking--;
        onOutcome(this.#outcomeOf(outcome, engine));
      });
    });
  }

  #outcomeOf(outcome: ProposalOutcome<AppliedOp["result"]>, engine: OwnEngine): SimOutcome {
    if (outcome.kind === "timed_out") return { kind: "unknown" };
    if (outcome.kind !== "applied") return { kind: "refused" };
    const { result } = outcome;
    const viewNo = engine.viewNoAt(outcome.seq);
    if (result.kind === "refused" && outcome.sentAgain === true) return { kind: "unknown" };
    if (result.kind === "refused") return { kind: "error", error: result.error };
    return viewNo === null ? { kind: "unknown" } : { kind: "applied", seq: outcome.seq, viewNo, result };
  }

  /** Makes a linearizable read: calls `onRead` once this replica has applied as far as it must, or never. */
  readIndex(timeoutMs: number, onRead: () => void): void {
    void this.#now?.engine.readIndex(timeoutMs).then((isReached) => {
      if (isReached && this.alive) onRead();
    });
  }

  /** Takes a reader's mark. It never resolves if this process ends first. */
  async mark(mark: Mark): Promise<Answer<null>> {
    const { marks, process } = this.#running;
    const { promise, resolve } = Promise.withResolvers<Answer<null>>();
    process.enter(() => void marks.mark(mark).then(resolve));
    return await promise;
  }

  /** The key of the op that carries the mark. */
  keyOfMark(mark: Mark): string {
    const key = this.#marked.get(mark);
    if (key === undefined) throw new Error("the mark was never proposed");
    return key;
  }

  #gatherer(process: SimProcess): MarkGatherer {
    const newId = (): string => `marks-${this.random.hex16()}`;
    const write = (user: string, clientId: string, body: OpBody): Promise<Written> => {
      const timeMicros = this.#running.stamps.next();
      // Marks are of the first format, so a mark may overtake a message that waits for a newer format.
      const op = { user, clientId, timeMicros, origin: null, recovered: false, body };
      const key = keyOf(op);
      if (body.kind === "marks") for (const mark of body.marks) this.#marked.set(mark, key);
      return this.#written({ key, op: encodeOp(op) });
    };
    return this.host.newGatherer({ write }, { gatherMs: GATHER_MS, scheduler: process, newId });
  }

  /** Proposes the op, and returns the outcome as the chat's writer does. */
  async #written({ key, op }: KeyedOp): Promise<Written> {
    const { engine } = this.#running;
    this.asking++;
    const outcome = await engine.propose(key, op, PROPOSAL_TIMEOUT_MS);
    this.asking--;
    if (outcome.kind !== "applied") return failedOutcome(outcome);
    const { seq, result } = outcome;
    const viewNo = engine.viewNoAt(seq);
    if (viewNo === null || result.kind === "refused") return failed("timed_out", "not known");
    return { ok: true, result, seq, cursor: formatCursor(viewNo, seq) };
  }

  /** The port for cursors. */
  position(): Position {
    return this.#running.engine;
  }

  /** Builds a client's op with this replica's time and in the format in force. */
  stamp(request: (micros: number) => KeyedOp): KeyedOp {
    const micros = this.#running.stamps.next();
    const made = request(micros);
    this.host.clocks.stamped(this, effectOf(made.key), micros);
    const { opFormat } = this.#running.release;
    // The newest format that is in force in this replica's rows.
    const isBlind = this.host.mutants.has("kind-written-before-enabled");
    return { ...made, op: inFormat(made.op, isBlind ? opFormat : Math.min(opFormat, this.state.domain.opFormat())) };
  }

  #recover(op: Uint8Array, clock: ClusterClock): { key: string; op: Uint8Array } {
    const nowMs = clock.agreedMs();
    const bytes = this.host.markRecovered(op, nowMs === null ? null : nowMs * 1000);
    return { key: this.host.keyOf(bytes), op: bytes };
  }

  #stamps(clock: ClusterClock): Pick<Stamps, "next"> {
    if (this.host.mutants.has("clock-unbounded")) return { next: this.#unbounded() };
    return new Stamps(
      () => clock.dateMs() * 1000,
      () => this.state.domain.newestMicros(),
    );
  }

  /** Mutant: the former rule, its own wall clock, but never behind any time seen. */
  #unbounded(): Stamps["next"] {
    let last = 0;
    return () =>
      (last = Math.max(this.host.clocks.wallMs(this.id) * 1000, this.state.domain.newestMicros() + 1, last + 1));
  }

  /** Copies the state for a peer; null if it cannot. */
  offer(commonSeq: Seq): ReturnType<SimSnapshots["copy"]> {
    return this.#running.snapshots.copy(commonSeq, this.#running.state);
  }
}

/** The ops that the event asks the core to append. */
function offeredBy(event: Event): readonly Uint8Array[] {
  if (event.type === "propose") return event.ops;
  return event.type === "frame" && event.frame.type === "propose" ? event.frame.ops : [];
}

/** Lets the gate look every LOOK_MS, as in a real replica. */
function lookLater(process: SimProcess, formats: { look(): void }): void {
  process.later(LOOK_MS, () => {
    formats.look();
    lookLater(process, formats);
  });
}
