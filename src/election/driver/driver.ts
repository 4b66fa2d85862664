/**
 * Runs the core in turns: one mailbox in, effects out.
 *
 *   frames, ticks, proposals -> mailbox -> turn: core.step(...)* -> sends   (phase 1)
 *                                             persist: log.db, one fsync    (phase 2)
 *                                             persisted -> acks, commit -> apply -> answers
 *
 * Everything that arrives in one pass of the event loop is one turn, and all rows of a turn are
 * written in one transaction. Ops that arrive while the disk is busy become the next batch, which is
 * the group commit. Frames are sent before our own fsync, so that the peers write while we write.
 */
import { feature } from "bun:bundle";
import { failpoint } from "../../base/faults.ts";
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import { Applier } from "./applier.ts";
import type { Core } from "../core/core.ts";
import type { CoreStatus } from "../core/core-status.ts";
import { COMMIT_REST_MS, type Effect, type Event, type Notice } from "../event.ts";
import type { PersistRows, StagedSnapshot, Timing } from "../event.ts";
import type { Beat, Frame, Gossip, GossipNews } from "../frame.ts";
import { LogReader } from "./log-reader.ts";
import { Callers, type CallersDeps } from "./callers.ts";
import { Intake } from "./intake.ts";
import type {
  AppliedEntry,
  AppliedGroup,
  LogStorage,
  PeerListener,
  PeerTransport,
  SnapshotStore,
  StateMachine,
  ProposalOutcome,
} from "../ports.ts";
import { DISK_FULL_RETRY_MS, StorageFull } from "../ports.ts";
import { ReadIndexes } from "./read-indexes.ts";
import { SnapshotFetch } from "./snapshot-fetch.ts";
import type { ReplicaId, Seq, ViewNo } from "../view.ts";

/** How long a caller waits for its op by default. */
const PROPOSE_TIMEOUT_MS = 10_000;

/** Everything that the driver connects to the core. */
export interface DriverDeps<Entry extends AppliedEntry> extends CallersDeps {
  readonly core: Core;
  readonly timing: Timing;
  readonly log: LogStorage;
  readonly state: StateMachine<Entry>;
  readonly snapshots: SnapshotStore;
  readonly transport: PeerTransport;
  /** Closes the old state and opens that of a snapshot which was switched in. */
  readonly openState: (snapshot: StagedSnapshot) => StateMachine<Entry>;
  /** Gets the ops that were applied here, in log order, each once. Their callers have been answered already. */
  readonly onApplied: (group: AppliedGroup<Entry>) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onGossip: (from: ReplicaId, news: GossipNews) => void;
  /** Adds to a Beat, before it is sent, what the core does not know: clock, release, applied seq. */
  readonly dated: (beat: Beat) => Beat;
  /** Gets an error after which the process cannot continue: a broken invariant or a damaged disk. Called once. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler: Scheduler;
}

/** The only place where the core meets time, disk and network. `Entry`, the result of an op, only passes through. */
export class Driver<Entry extends AppliedEntry> implements PeerListener {
  readonly #deps: DriverDeps<Entry>;
  readonly #core: Core;
  readonly #callers: Callers<Entry["result"]>;
  readonly #intake: Intake;
  readonly #applier: Applier<Entry>;
  readonly #reader: LogReader;
  readonly #readIndexes: ReadIndexes;
  readonly #snapshotFetch: SnapshotFetch;
  #mailbox: Event[] = [];
  /** The end of the newest fetch of a snapshot; null while that is under way. */
  #fetchEnd: Event | null = null;
  /** For a failpoint. */
  #acknowledged = 0;
  #turnPlanned = false;
  #rows: PersistRows[] = [];
  #rowsToken = 0;
  #persistPlanned = false;
  #stopTicks: Cancel | null = null;
  #logFull = false;
  #dead = false;
  #stopping: { done: () => void; promise: Promise<void> } | null = null;

  constructor(deps: DriverDeps<Entry>) {
    this.#deps = deps;
    this.#core = deps.core;
    this.#reader = new LogReader(deps.log, deps.core.status().lastSeq);
    this.#intake = new Intake(deps.formats);
    this.#callers = new Callers(deps, deps.scheduler.now(), () => this.#core.status().lacksReplicas);
    this.#applier = new Applier({
      state: deps.state,
      log: deps.log,
      reader: this.#reader,
      scheduler: deps.scheduler,
      guarded: (work) => this.#guarded(work),
      onApplied: (group) => this.#answer(group),
      onSlice: () => this.#callers.confirmForked(),
    });
    this.#snapshotFetch = new SnapshotFetch({
      transport: deps.transport,
      snapshots: deps.snapshots,
      formats: deps.formats,
      scheduler: deps.scheduler,
      fetched: (snapshot) => this.#give((this.#fetchEnd = { type: "snapshotFetched", snapshot })),
      failed: () => this.#give((this.#fetchEnd = { type: "snapshotFailed" })),
    });
    this.#readIndexes = new ReadIndexes(deps.scheduler, (id) => this.#give({ type: "readIndex", id }));
  }

  /** Starts the ticks. The transport must be able to send by now. */
  start(): void {
    this.#tick();
  }

  #tick(): void {
    this.#stopTicks = this.#deps.scheduler.after(this.#deps.timing.tickMs, () => this.#tick());
    this.#give({ type: "tick" });
  }

  /** Leaves the cluster gracefully. Resolves, after at most stopMs, when this replica will acknowledge nothing more. */
  shutdown(): Promise<void> {
    if (this.#stopping === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#stopping = { done: resolve, promise };
      this.#give({ type: "shutdown" });
    }
    return this.#stopping.promise;
  }

  /** Ends at once: no more timers or turns. Waiting callers are answered that the outcome is unknown. */
  stop(): void {
    this.#dead = true;
    this.#stopTicks?.();
    this.#callers.close();
    this.#applier.close();
    this.#readIndexes.close();
    this.#snapshotFetch.close();
  }

  /**
   * True while the full disk keeps ops from being logged or applied here, so that callers get no answer. Reads work.
   */
  get diskFull(): boolean {
    // A follower or leader no longer needs a snapshot.
    const lacksSnapshot = this.#snapshotFetch.noRoom && !["follower", "leader"].includes(this.#core.role());
    return this.#logFull || this.#applier.diskFull || lacksSnapshot || this.#deps.log.roomLow;
  }

  /** Number of ops of a lost branch that wait in the fork queue until their format is in force. */
  get heldOps(): number {
    return this.#callers.heldOps;
  }

  // ---------------------------------------------------------------- in

  onFrame(from: ReplicaId, frame: Frame): void {
    if (frame.type === "gossip") this.#deps.onGossip(from, frame.news);
    // A full disk can append nothing. The sender keeps its ops and sends them to the next leader.
    else if (frame.type !== "propose" || !this.#logFull) this.#give({ type: "frame", from, frame });
  }

  onRefused(peer: ReplicaId): void {
    this.#give({ type: "refused", peer });
  }

  /** Sends ephemeral news to every peer; see Gossip. */
  gossip(news: GossipNews): void {
    // The same frame object for all peers, so that it is encoded once.
    const frame: Gossip = { type: "gossip", news };
    for (const to of this.#core.peers.ids) this.#deps.transport.send(to, frame);
  }

  /** Proposes an op and resolves with its outcome; see the chat's Proposer port. Never throws. */
  propose(
    key: string,
    op: Uint8Array,
    timeoutMs: number = PROPOSE_TIMEOUT_MS,
  ): Promise<ProposalOutcome<Entry["result"]>> {
    if (this.#dead || this.#stopping !== null)
      return Promise.resolve({ kind: "not_writable", reason: "this replica is stopping" });
    if (this.diskFull) return Promise.resolve({ kind: "not_writable", reason: "the disk of this replica is full" });
    this.#plan();
    return this.#callers.propose(key, op, this.#deps.scheduler.now(), timeoutMs);
  }

  /** Answers the callers of ops that were applied here. */
  #answer(group: AppliedGroup<Entry>): void {
    for (const op of group.ops) {
      this.#intake.applied(op.key, op.seq);
      this.#callers.applied(op);
    }
    this.#deps.onApplied(group);
  }

  /** Resolves true once this replica has applied everything that was committed at the call; false after `timeoutMs`. */
  async readIndex(timeoutMs: number): Promise<boolean> {
    const end = this.#deps.scheduler.now() + timeoutMs;
    const seq = await this.#readIndexes.ask(timeoutMs);
    return seq !== null && this.waitApplied(seq, Math.max(0, end - this.#deps.scheduler.now()));
  }

  // ---------------------------------------------------------------- queries

  status(): CoreStatus {
    return this.#core.status();
  }

  /** The peer's last Beat while it is heard; null otherwise. */
  peerBeat(peer: ReplicaId): Beat | null {
    return this.#core.peers.hears(peer) ? this.#core.peers.lastBeat(peer) : null;
  }

  /** The position of this replica's rows. */
  applied(): { readonly viewNo: ViewNo | null; readonly seq: Seq } {
    const seq = this.#applier.appliedSeq();
    return { viewNo: this.#core.log.viewNoAt(seq), seq };
  }

  /** The view of the entry at `seq`; null if the log never had that seq. */
  viewNoAt(seq: Seq): ViewNo | null {
    return seq < 1 || seq > this.#core.log.lastSeq ? null : this.#core.log.viewNoAt(seq);
  }

  /** Resolves true once this replica has applied `seq`, false after `timeoutMs`. */
  waitApplied(seq: Seq, timeoutMs: number): Promise<boolean> {
    return this.#applier.wait(seq, timeoutMs);
  }

  /** Why this replica takes no writes now, for people; null if it does, as far as it knows. */
  notWritable(): string | null {
    if (this.diskFull) return "the disk of this replica is full";
    if (this.#stopping !== null) return "this replica is stopping";
    const { leaderId, viewActive, active, accepting, role, waitingFor } = this.#core.status();
    if (leaderId === null) {
      return waitingFor.length > 0 ? waitingText(waitingFor) : "no leader yet";
    }
    if (role === "learner") return "catching up";
    if (role === "leader" && !accepting) return "fewer replicas than a majority";
    // A replica that has just joined could not continue alone yet, because no peer knows yet that it is heard.
    return viewActive && active ? null : "the view is being formed";
  }

  // ---------------------------------------------------------------- turns

  #give(event: Event): void {
    this.#mailbox.push(event);
    this.#plan();
  }

  #plan(): void {
    if (this.#turnPlanned || this.#dead) return;
    this.#turnPlanned = true;
    this.#deps.scheduler.soon(() => this.#guarded(() => this.#turn()));
  }

  #guarded(work: () => void): void {
    if (this.#dead) return;
    try {
      work();
    } catch (error) {
      this.stop();
      this.#deps.onFatal(error);
    }
  }

  #turn(): void {
    this.#turnPlanned = false;
    const now = this.#deps.scheduler.now();
    const events = this.#mailbox;
    this.#mailbox = [];
    let paused = false;
    for (const given of events) {
      // Frames that were read before the pause was noticed are as stale as those still buffered in the connections.
      if (paused && (given.type === "frame" || given.type === "refused")) continue;
      // An event before this one may have begun another fetch. The core would take this end for that one's.
      if ((given.type === "snapshotFetched" || given.type === "snapshotFailed") && given !== this.#fetchEnd) continue;
      if (given.type === "tick") this.#callers.tick(now, this.#core.target().leaderId !== null);
      if (given.type === "frame" && given.frame.type === "propose") {
        this.#intake.offer(given.from, given.frame);
        continue;
      }
      const effects = this.#core.step(given, now);
      paused ||= effects.some((effect) => effect.type === "resetPeers");
      this.#run(effects);
    }
    this.#takeOps(now);
    this.#run(this.#core.step({ type: "turnEnd" }, now));
    // The leader may have changed in this turn, so waiting ops are sent to the new one at once.
    if (this.#takeOps(now)) this.#plan();
    this.#reader.turnOver();
    if (this.#mailbox.length > 0) this.#plan();
    const persists = this.#rows.length > 0 && !this.#persistPlanned;
    const applies = this.#applier.due();
    if (!persists && !applies) return;
    // Send the frames of this turn before touching the disk. Without any, there is nothing to wait for.
    const sent = this.#deps.transport.flush();
    if (persists) {
      this.#persistPlanned = true;
      if (sent || !this.#appendsOnly()) this.#deps.scheduler.soon(() => this.#guarded(() => this.#persist()));
      else this.#persist();
    }
    if (applies && sent) this.#applier.plan();
    else if (applies) this.#applier.apply();
  }

  /**
   * Sends waiting ops to the leader. The leader itself gives the ops it has taken to the core; true if there were any.
   */
  #takeOps(now: number): boolean {
    const target = this.#core.target();
    const { leaderId, leadershipKey, accepting } = target;
    this.#callers.retarget(leaderId === null ? null : leadershipKey, now);
    const local = leaderId === this.#core.identity.replicaId;
    // While the disk is busy, ops are gathered for the next batch.
    if (local && this.#persistPlanned) return false;
    if (leaderId !== null && (!local || (accepting && !this.#logFull))) {
      for (let handed = this.#callers.take(now); handed !== null; handed = this.#callers.take(now)) {
        if (local) this.#intake.offer(null, handed);
        else this.#deps.transport.send(leaderId, { type: "propose", ...handed });
      }
    }
    const events = this.#intake.take(target, this.#core.log.lastSeq);
    for (const event of events) this.#run(this.#core.step(event, now));
    return events.length > 0;
  }

  #persist(): void {
    const rows = this.#rows;
    const token = this.#rowsToken;
    const { log } = this.#deps;
    const aside = this.#appendsOnly();
    this.#rows = [];
    if (aside) {
      log.writeAside(rows).then(
        () => this.#guarded(() => this.#persisted(rows, token)),
        (error: unknown) => this.#guarded(() => this.#notPersisted(rows, error)),
      );
      return;
    }
    try {
      log.write(rows);
    } catch (error) {
      this.#notPersisted(rows, error);
      return;
    }
    this.#persisted(rows, token);
  }

  /** True if the rows only append. A cut or a snapshot must be finished before other events are handled. */
  #appendsOnly(): boolean {
    return this.#rows.every(({ snapshot, cutAfter }) => snapshot === undefined && cutAfter === undefined);
  }

  #persisted(rows: readonly PersistRows[], token: number): void {
    this.#persistPlanned = false;
    this.#logFull = false;
    this.#reader.written(rows);
    this.#mailbox.push({ type: "persisted", token });
    this.#turn();
  }

  #notPersisted(rows: readonly PersistRows[], error: unknown): void {
    if (!(error instanceof StorageFull)) throw error;
    // The write is tried again. This replica makes no progress meanwhile, so the others drop it, or it hands over.
    this.#rows = [...rows, ...this.#rows];
    this.#logFull = true;
    this.#deps.scheduler.after(DISK_FULL_RETRY_MS, () => this.#guarded(() => this.#persist()));
  }

  /** Adds which of the ops that leave the log were refused by their branch, as long as its state is still here. */
  #withRefused(rows: PersistRows): PersistRows {
    const { snapshot, cutAfter } = rows;
    const after = snapshot === undefined ? cutAfter : Math.min(snapshot.commonSeq, snapshot.appliedSeq);
    return after === undefined ? rows : { ...rows, refused: this.#applier.refusedAfter(after) };
  }

  // ---------------------------------------------------------------- effects

  /** The failpoint of an acknowledgement that is not a repeated one. */
  #acknowledges(seq: Seq): void {
    if (feature("FAULTS") && seq !== this.#acknowledged) failpoint("peer-ack");
    this.#acknowledged = seq;
  }

  #run(effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    const { transport } = this.#deps;
    switch (effect.type) {
      case "persist": {
        const rows = this.#withRefused(effect.rows);
        this.#rows.push(rows);
        this.#rowsToken = effect.token;
        this.#reader.pending(rows);
        return;
      }
      case "send":
        if (feature("FAULTS") && effect.frame.type === "appendOk") this.#acknowledges(effect.frame.seq);
        transport.send(effect.to, effect.frame.type === "beat" ? this.#deps.dated(effect.frame) : effect.frame);
        return;
      case "sendAppend": {
        const append = this.#reader.append(effect);
        if (feature("FAULTS") && append.batches.length > 0) failpoint("peer-send");
        transport.send(effect.to, append);
        return;
      }
      case "sendTail": {
        const { to, prevSeq, prevViewNo, upTo } = effect;
        transport.send(to, { type: "tail", prevSeq, prevViewNo, batches: this.#reader.read(prevSeq + 1, upTo) });
        return;
      }
      case "commit":
        this.#applier.commit(effect.seq);
        return;
      case "readReady":
        this.#readIndexes.ready(effect.id, effect.seq);
        return;
      case "fetchSnapshot":
        this.#fetchEnd = null;
        void this.#snapshotFetch.start(effect.from, effect.commonSeq);
        return;
      case "openSnapshot":
        if (feature("FAULTS")) failpoint("snapshot-switched");
        this.#intake.stateReplaced();
        this.#applier.replace(this.#deps.openState(effect.snapshot), effect.snapshot.appliedSeq);
        return;
      case "rest":
        this.#deps.scheduler.after(COMMIT_REST_MS, () => this.#give({ type: "rested" }));
        return;
      case "compact":
        void this.#applier.compact(effect.upTo);
        return;
      case "probe":
        transport.probe(effect.peer);
        return;
      case "resetPeers":
        transport.resetPeers();
        return;
      case "notice":
        this.#deps.onNotice(effect.notice);
        return;
      case "stopped":
        this.#stopping?.done();
        return;
    }
  }
}

/** Why nothing can be written, for a person: "waiting for replicas 0 and 2". */
function waitingText(ids: readonly ReplicaId[]): string {
  return `waiting for ${ids.length === 1 ? "replica" : "replicas"} ${ids.join(" and ")}`;
}
