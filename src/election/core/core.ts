/**
 * The consensus core of one replica: step(event, now) -> effects. It has no clock, no
 * randomness, no I/O and never holds an entry; given the same events it does the same.
 *
 *   tick, frame, refused, persisted, propose, snapshotFetched, shutdown  (event.ts)
 *          |
 *        step ----> Standing (may I lead?)  ----> Leadership (copy, commit, reconfigure)
 *          |                                          |
 *   persist, send, sendAppend, commit, fetchSnapshot, ... effects
 *
 * The caller's duties: give one event at a time, `turnEnd` after each group of them; carry
 * out the effects in order; answer every `persist` with `persisted` once it is fsynced,
 * in order. ARCHITECTURE.md has the rules (R1 to R11) and the invariants (I0 to I12).
 */
import { Announcer, type Bearing } from "./announcer.ts";
import { assert } from "../../base/assert.ts";
import type { Effect, Event, Identity, Notice, Restored, StagedSnapshot, Timing } from "../event.ts";
import {
  APPEND_ENTRIES_MAX,
  LINEAGE_TAIL_MAX,
  batchFirstSeq,
  batchLength,
  type Append,
  type Batch,
  type Beat,
  type Frame,
  type Join,
  type PromiseRequest,
  type Role,
  type SnapshotOffer,
  type Tail,
} from "../frame.ts";
import { fits, freshBatches } from "./incoming.ts";
import type { CoreParts } from "./core-parts.ts";
import { LeadershipKeys, type CoreStatus, type Leaving, type Target } from "./core-status.ts";
import { Leadership } from "./leadership.ts";
import { LogMirror } from "./log-mirror.ts";
import type { Supporter } from "./may-lead.ts";
import { PeerTable } from "./peer-table.ts";
import { compareRank, mustYield, relation } from "./rank.ts";
import { Standing } from "./standing.ts";
import {
  compareBallots,
  compareViewNos,
  isMember,
  sameBallot,
  type Ballot,
  type ReplicaId,
  type Seq,
  type View,
  type ViewNo,
} from "../view.ts";

/** A Join that got no Append is repeated after this long. */
const JOIN_AGAIN_MS = 400;
/** A follower that hears its leader's Beats but got no Append for this many heartbeats asks to be taken in again. */
const SILENT_STREAM_HEARTBEATS = 3;
/** A leaving replica without a leader waits this long for one before it just stops. */
const LEADERLESS_STOP_MS = 1_000;

/** One replica's consensus state. Mutated in place by `step`, for speed; deterministic all the same. */
export class Core implements CoreParts {
  readonly identity: Identity;
  readonly timing: Timing;
  readonly log: LogMirror;
  readonly peers: PeerTable;
  readonly #standing: Standing;
  readonly #nonce: () => string;
  #effects: Effect[] = [];
  #lastNow: number | null = null;
  #lastTick: number | null = null;

  #leadership: Leadership | null = null;
  /** The leader we follow or ask to take us in; never ourselves. */
  #leaderId: ReplicaId | null = null;
  /** Ballot of the leader whose Append we accepted last; null while joining. */
  #streamBallot: Ballot | null = null;
  #active = false;
  /** Agreed to be dropped from, or seen to omit us: it and older ones do not make us active again, however late they are told. */
  #leftView: ViewNo | null = null;

  /** Entries given out to be applied. */
  #commit: Seq;
  #leaderCommit: Seq = 0;
  /** Our log equals the leader's up to here. */
  #verified: Seq = 0;
  /** Ms since the leader's last Append. */
  #appendMs = 0;
  #ackDue = false;
  /** Read round of the leader's last Append. */
  #round = 0;
  #floor: Seq = 0;
  #joinMs = Number.POSITIVE_INFINITY;
  /** Whom we asked for the entries of a newer view, since we last followed or promised: only its Tail is taken. */
  #tailFrom: ReplicaId | null = null;
  #fetching: { from: ReplicaId; ballot: Ballot } | null = null;
  #installing: { snapshot: StagedSnapshot; token: number } | null = null;
  #pendingGrants: { token: number; to: ReplicaId; ballot: Ballot }[] = [];

  /** When the last heartbeat was given out, and one that has surely left the process since. */
  #beatAt = Number.NEGATIVE_INFINITY;
  #leftAt: number | null = null;
  /** Since the start or a pause a Beat has left that said whom we hear: only then did the others' clocks on us begin anew. */
  #told = false;
  #telling = false;
  readonly #announcer = new Announcer();
  readonly #keys = new LeadershipKeys();
  #leaving: Leaving | null = null;

  constructor(identity: Identity, timing: Timing, restored: Restored, nonce: () => string) {
    assert(restored.appliedSeq <= restored.lastSeq, "the state is not ahead of the log");
    this.identity = identity;
    this.timing = timing;
    this.#nonce = nonce;
    this.log = new LogMirror(restored, (effect) => this.emit(effect));
    this.peers = new PeerTable(identity, timing);
    this.#commit = restored.appliedSeq;
    this.#standing = new Standing(this, () => this.#supporter(), nonce);
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  notice(notice: Notice): void {
    this.emit({ type: "notice", notice });
  }

  /** One event at monotonic time `now` (ms). Effects must be carried out in order. */
  step(event: Event, now: number): Effect[] {
    this.#effects = [];
    // What was sent before a pause, or comes with the first look after it, is as stale as what we knew.
    if (this.#checkPause(now) && (event.type === "frame" || event.type === "refused")) return this.#effects;
    switch (event.type) {
      case "tick":
        this.#onTick(now);
        break;
      case "turnEnd":
        this.#onTurnEnd(false);
        break;
      case "frame":
        this.#onFrame(event.from, event.frame);
        break;
      case "refused":
        if (this.peers.knows(event.peer)) this.peers.refused(event.peer);
        break;
      case "persisted":
        this.#onPersisted(event.token);
        break;
      case "propose":
        if (this.#leadership?.accepting()) this.#leadership.propose(event.ops, null);
        break;
      case "rested":
        this.#leadership?.news.over();
        break;
      case "snapshotFetched":
        this.#onSnapshotFetched(event.snapshot);
        break;
      case "snapshotFailed":
        this.#fetching = null;
        break;
      case "readIndex":
        this.#readIndex(event.id);
        break;
      case "shutdown":
        this.#onShutdown();
        break;
    }
    return this.#effects;
  }

  // ---------------------------------------------------------------- what others see

  status(): CoreStatus {
    const view = this.log.lineage.last();
    return {
      role: this.role(),
      leaderId: this.#currentLeader(),
      accepting: this.#leadership?.accepting() ?? false,
      active: this.#active,
      view,
      viewActive: view !== null && this.#commit >= view.startSeq,
      lastSeq: this.log.lastSeq,
      durableSeq: this.log.durableSeq,
      commit: this.#commit,
      waitingFor: this.#standing.waitingFor(),
      lacksReplicas: this.#standing.lacksReplicas(),
      leaving: this.#leaving !== null,
    };
  }

  target(): Target {
    const leaderId = this.#currentLeader();
    const leadershipKey = this.#keys.of(leaderId, this.#leadership?.ballot ?? this.#streamBallot);
    return { leaderId, leadershipKey, accepting: this.#leadership?.accepting() ?? false };
  }

  role(): Role {
    if (this.#leadership !== null) return "leader";
    const view = this.log.lineage.last();
    const member = view !== null && isMember(view, this.identity.replicaId, this.identity.storeId);
    if (this.#leaderId !== null) return member && this.#streamBallot !== null ? "follower" : "learner";
    if (view === null) return "learner";
    return this.#active ? "follower" : "recovering";
  }

  #currentLeader(): ReplicaId | null {
    return this.#leadership !== null ? this.identity.replicaId : this.#leaderId;
  }

  #supporter(): Supporter {
    const { replicaId, storeId } = this.identity;
    return {
      replicaId,
      storeId,
      active: this.#active,
      eligible: this.log.admitted && !this.log.rollback,
      admitted: this.log.admitted,
      leaving: this.#consents(),
      view: this.log.lineage.last(),
      lastSeq: this.log.lastSeq,
    };
  }

  /**
   * Its disk takes nothing and nobody leads it: it can neither promise nor lead, but answers every
   * frame. It says that it leaves, or the others would wait for its promise for ever.
   */
  #stuck(): boolean {
    return this.log.stalledMs >= this.timing.progressMs && this.#currentLeader() === null;
  }

  /** R10: the others may go on without it. Not while it stands: it could win by promises that were given before. */
  #consents(): boolean {
    return this.#stuck() || (this.#leaving !== null && !this.#standing.standing());
  }

  // ---------------------------------------------------------------- time

  /** R6: a process that was stopped must not believe what it knew before. Checked before every event. */
  #checkPause(now: number): boolean {
    // A clock that goes back says as little about the time that passed as one that jumps ahead.
    const gap = this.#lastNow === null ? 0 : Math.abs(now - this.#lastNow);
    this.#lastNow = now;
    // Several short stops in a row silence us as one long one does: others count from what we sent.
    const quiet = now - (this.#leftAt ?? now) - this.timing.heartbeatMs;
    const pauseMs = Math.max(gap, quiet);
    if (pauseMs < this.timing.suspectMs / 2) return false;
    this.peers.forgetSilence();
    this.#leadership?.forgetProgressTimes();
    this.log.stalledMs = 0;
    if (pauseMs < this.timing.suspectMs * 0.8) return false;
    this.#leftAt = null;
    this.#told = this.#telling = false;
    // Else the next tick would measure the same silence again, and one stop would be two.
    this.#beatAt = Number.NEGATIVE_INFINITY;
    // Others may have gone on without us: behave as if restarted.
    this.#leadership = null;
    this.#dropLeader();
    this.#standing.reset();
    this.#standing.listen();
    this.#active = false;
    this.peers.forgetBeats();
    this.#pendingGrants = [];
    this.emit({ type: "resetPeers" });
    this.notice({ kind: "paused", ms: Math.round(pauseMs) });
    return true;
  }

  #onTick(now: number): void {
    const { tickMs } = this.timing;
    // Only on-time ticks count as silence: a late one may be this process's own fault.
    const elapsed = this.#lastTick === null ? tickMs : Math.min(Math.abs(now - this.#lastTick), 2 * tickMs);
    this.#lastTick = now;
    this.peers.tick(elapsed);
    this.#standing.tick(elapsed);
    this.log.tick(elapsed);
    this.#leadership?.tick(elapsed);
    this.#joinMs += elapsed;
    this.#appendMs += elapsed;
    // The leader may think of our previous boot, or not of us at all.
    if (this.#appendMs >= SILENT_STREAM_HEARTBEATS * this.timing.heartbeatMs) this.#rejoin();
    if (this.#leaving !== null) {
      this.#leaving.ms += elapsed;
      this.#leaving.leaderlessMs = this.#currentLeader() === null ? this.#leaving.leaderlessMs + elapsed : 0;
    }
    this.#createCluster();
    this.#leftAt = Number.isFinite(this.#beatAt) ? this.#beatAt : null;
    this.#told ||= this.#telling;
    const heartbeat = now - this.#beatAt >= this.timing.heartbeatMs;
    if (heartbeat) this.#beatAt = now;
    this.#onTurnEnd(heartbeat);
  }

  /** R11: only the named creator writes the first view, and only into an empty log. */
  #createCluster(): void {
    if (!this.identity.creator || this.log.lastSeq > 0 || this.#leadership !== null) return;
    if (this.#leaderId !== null || this.#leaving !== null) return;
    const { replicaId, storeId } = this.identity;
    const ballot = { counter: this.log.promised.counter + 1, replicaId, nonce: this.#nonce() };
    this.log.promise(ballot);
    this.#lead(ballot).begin([{ replicaId, storeId }], null, [], new Map());
  }

  /** After a group of events: decide what they changed, and send it once. */
  #onTurnEnd(heartbeat: boolean): void {
    this.#checkLeader();
    if (this.#leadership === null && this.#leaderId === null) this.#seekLeader();
    const won = this.#standing.won();
    if (won !== null) this.#win(won);
    if (this.#leadership !== null) this.#leadTurn(this.#leadership, heartbeat);
    else this.#followTurn();
    this.#advanceCommit();
    this.#considerStop(heartbeat);
    this.#announce(heartbeat);
    this.#leadership?.replicate(heartbeat);
  }

  // ---------------------------------------------------------------- following

  #checkLeader(): void {
    if (this.#leadership?.lostMajority()) this.#leadership = null;
    if (this.#leaderId !== null && !this.peers.hears(this.#leaderId)) this.#dropLeader();
  }

  #dropLeader(): void {
    this.#leaderId = null;
    this.#tailFrom = null;
    this.#streamBallot = null;
    this.#ackDue = false;
    this.#fetching = null;
  }

  #follow(id: ReplicaId): void {
    this.#leadership = null;
    this.#dropLeader();
    this.#leaderId = id;
    this.#joinMs = Number.POSITIVE_INFINITY;
    this.#standing.reset();
  }

  /** Without a leader: follow one that is heard, else fetch what is missing to stand, else stand. */
  #seekLeader(): void {
    let best: { id: ReplicaId; view: View } | null = null;
    for (const id of this.peers.ids) {
      const beat = this.peers.lastBeat(id);
      if (beat === null || beat.role !== "leader" || beat.view === null || !this.peers.reach(id)) continue;
      // A leader whose last view our log has left behind has not noticed yet that it was replaced.
      const rel = relation(this.log.lineage, beat.view, beat.lineageTail);
      if (rel === "behind" || (rel === "fork" && mustYield(this.log, beat) === "they")) continue;
      if (best === null || compareRank(beat.view, best.view) > 0) best = { id, view: beat.view };
    }
    if (best !== null) {
      this.#follow(best.id);
      return;
    }
    const stuck = this.#stuck();
    if (stuck) this.#active = false;
    if (stuck) this.#standing.giveUp();
    if (this.#leaving !== null || this.#installing !== null || stuck) return;
    const holder = this.#standing.standing() ? null : this.#standing.tailHolder();
    if (holder !== null && this.#joinMs >= JOIN_AGAIN_MS) {
      this.#tailFrom = holder;
      this.#sendJoin(holder);
    }
    // A candidate waits for our promise, and our disk for it: a ballot of our own would only undo it.
    if (this.#pendingGrants.length > 0) return;
    this.#standing.consider();
  }

  #followTurn(): void {
    if (this.#leaderId === null) return;
    const busy = this.#fetching !== null || this.#installing !== null;
    if (this.#streamBallot === null && this.#joinMs >= JOIN_AGAIN_MS && !busy) this.#sendJoin(this.#leaderId);
    if (this.#ackDue && this.#streamBallot !== null && sameBallot(this.#streamBallot, this.log.promised)) {
      const seq = Math.min(this.#verified, this.log.durableSeq);
      const [ballot, round, { bootId }] = [this.#streamBallot, this.#round, this.identity];
      this.#ackDue = false;
      this.emit({ type: "send", to: this.#leaderId, frame: { type: "appendOk", ballot, seq, bootId, round } });
    }
    const beat = this.peers.lastBeat(this.#leaderId);
    if (beat !== null && this.#streamBallot !== null) this.#compact(beat.floor);
  }

  #sendJoin(to: ReplicaId): void {
    this.#joinMs = 0;
    const { storeId, bootId } = this.identity;
    const { promised, lastSeq } = this.log;
    const [lineage, commit] = [this.log.lineage.points(), this.#commit];
    const frame: Join = { type: "join", storeId, bootId, promised, lineage, lastSeq, commit };
    this.emit({ type: "send", to, frame });
  }

  /** The leader's stream does not fit our log: ask to be taken in again. */
  #rejoin(): void {
    this.#streamBallot = null;
    this.#ackDue = false;
  }

  // ---------------------------------------------------------------- frames

  #onFrame(from: ReplicaId, frame: Frame): void {
    if (!this.peers.knows(from)) return;
    if (frame.type === "beat") this.#onBeat(from, frame);
    this.peers.heard(from);
    switch (frame.type) {
      case "beat":
        break;
      case "append":
        this.#onAppend(from, frame);
        break;
      case "tail":
        this.#onTail(from, frame);
        break;
      case "appendOk":
        this.#leadership?.onAppendOk(from, frame);
        break;
      case "refuse":
        if (this.#leadership !== null && sameBallot(frame.ballot, this.#leadership.ballot))
          this.#outbid(frame.promised);
        break;
      case "join":
        this.#onJoin(from, frame);
        break;
      case "snapshotOffer":
        this.#onSnapshotOffer(from, frame);
        break;
      case "promise":
        this.#onPromise(from, frame);
        break;
      case "granted":
        this.#standing.onGranted(from, frame);
        break;
      case "denied":
        this.#standing.onDenied(frame);
        break;
      case "propose":
        if (this.#leadership?.accepting()) this.#leadership.propose(frame.ops, from);
        break;
      case "handoff":
        if (from === this.#leaderId && sameBallot(frame.ballot, this.log.promised)) this.#standing.begin(frame.ballot);
        break;
      case "leave":
        this.#onLeave(from, frame.viewNo);
        break;
      case "leaveOk":
        this.#leadership?.onLeaveOk(from, frame);
        break;
      case "readIndex":
        this.#leadership?.read(frame.id, from);
        break;
      case "readIndexOk":
        if (from === this.#leaderId) this.emit({ type: "readReady", id: frame.id, seq: frame.seq });
        break;
      case "gossip":
        break;
    }
  }

  #onBeat(from: ReplicaId, beat: Beat): void {
    const restarted = this.peers.beat(from, beat);
    if (restarted) this.#leadership?.onRestarted(from);
    if (from === this.#leaderId && beat.role !== "leader") this.#dropLeader();
    if (this.#standing.standing() && (beat.leaderId === null || beat.leaderId === this.identity.replicaId)) {
      this.#standing.askAgain(from);
    }
    if (beat.view === null) return;
    const rel = relation(this.log.lineage, beat.view, beat.lineageTail);
    const omitted = rel === "ahead" && !isMember(beat.view, this.identity.replicaId, this.identity.storeId);
    if (omitted) this.#leaveView(beat.view.no);
    if (this.#leadership === null) return;
    if (omitted || (rel === "ahead" && beat.role === "leader")) this.#leadership = null;
    else if (rel === "fork" && beat.role === "leader") this.#compareLeaders(from, beat, beat.view);
  }

  /** R9: two leaders hear each other; the lower rank becomes the other's learner. */
  #compareLeaders(from: ReplicaId, beat: Beat, theirs: View): void {
    const mine = this.log.lineage.last();
    assert(mine !== null && this.#leadership !== null, "a leader has a view");
    if (beat.commit < theirs.startSeq || !beat.hears.includes(this.identity.replicaId)) return;
    const yields = mustYield(this.log, beat);
    if (yields === "they") return;
    if (yields === null && this.#leadership.viewActive && compareRank(theirs, mine) < 0) return;
    this.#follow(from);
  }

  #onJoin(from: ReplicaId, join: Join): void {
    const leadership = this.#leadership;
    if (leadership === null) {
      if (this.#leaderId === null) this.#sendTail(from, join);
      return;
    }
    if (compareBallots(join.promised, leadership.ballot) > 0) this.#outbid(join.promised);
    else leadership.onJoin(from, join);
  }

  /** R2, R9: a peer promised more than our ballot: win one above it from our own members, who know us as leader. */
  #outbid(promised: Ballot): void {
    if (this.#leadership === null || compareBallots(promised, this.#leadership.ballot) <= 0) return;
    this.#leadership = null;
    this.#standing.reset();
    this.#standing.begin(null);
  }

  #sendTail(to: ReplicaId, join: Join): void {
    const common = this.log.lineage.commonSeq(this.log.lastSeq, join.lineage, join.lastSeq);
    if (common + 1 < this.log.firstSeq || common >= this.log.durableSeq) return;
    const upTo = Math.min(this.log.durableSeq, common + APPEND_ENTRIES_MAX);
    this.emit({ type: "sendTail", to, prevSeq: common, prevViewNo: this.log.viewNoAt(common), upTo });
  }

  /** R2: only the leader that we promised, or chose to follow, may write to our log. */
  #onAppend(from: ReplicaId, append: Append): void {
    const order = compareBallots(append.ballot, this.log.promised);
    if (append.ballot.replicaId !== from) return;
    if (order < 0) {
      const { promised } = this.log;
      this.emit({ type: "send", to: from, frame: { type: "refuse", ballot: append.ballot, promised } });
      return;
    }
    if (order > 0 && from !== this.#leaderId) return;
    if (this.#installing !== null) return;
    if (this.#leaderId !== from) this.#follow(from);
    if (this.#streamBallot === null || !sameBallot(this.#streamBallot, append.ballot)) {
      this.#verified = 0;
      this.#round = 0;
    }
    const fitting = fits(this.log, append.prevSeq, append.prevViewNo);
    if (!fitting || !this.#take(append.batches, order > 0 ? append.ballot : null)) {
      this.#rejoin();
      return;
    }
    this.#streamBallot = append.ballot;
    this.#appendMs = 0;
    this.#fetching = null;
    this.#standing.reset();
    this.#standing.settled();
    const end = append.prevSeq + append.batches.reduce((count, batch) => count + batchLength(batch), 0);
    const onlyCommit = append.batches.length === 0 && end <= this.#verified && append.commit > this.#leaderCommit;
    this.#verified = Math.max(this.#verified, end);
    this.#leaderCommit = append.commit;
    // Fresh entries are acknowledged once they are durable, what is there already at once, mere news not at all.
    if ((end <= this.log.durableSeq && !onlyCommit) || append.round > this.#round) this.#ackDue = true;
    this.#round = Math.max(this.#round, append.round);
  }

  /**
   * Takes contiguous batches into the log: skips what is there already, cuts only at an entry
   * that differs (a shorter Append never cuts). False if the cut would undo what was applied.
   */
  #take(batches: readonly Batch[], promised: Ballot | null): boolean {
    const fresh = freshBatches(this.log, batches);
    const cutAfter = fresh.length === 0 ? null : batchFirstSeq(fresh[0]!) - 1;
    if (cutAfter !== null && cutAfter < this.#commit) return false;
    if (fresh.length === 0 && promised === null) return true;
    const cut = cutAfter !== null && cutAfter < this.log.lastSeq ? cutAfter : null;
    if (cut !== null) {
      const winner = promised?.replicaId ?? this.log.promised.replicaId;
      this.notice({ kind: "merge", winner, ops: this.log.lastSeq - cut });
    }
    this.log.append(fresh, cut, promised);
    for (const batch of fresh) {
      const omitsUs = batch.kind === "view" && !isMember(batch.view, this.identity.replicaId, this.identity.storeId);
      if (omitsUs) this.#active = false;
    }
    return true;
  }

  /** Entries of a newer view that names us, from a peer that may not lead with it: only while nobody leads. */
  #onTail(from: ReplicaId, tail: Tail): void {
    // One that comes late could cut what a leader in between made us acknowledge.
    if (from !== this.#tailFrom) return;
    if (this.#leadership !== null || this.#leaderId !== null || this.#installing !== null) return;
    if (!fits(this.log, tail.prevSeq, tail.prevViewNo)) return;
    this.#standing.giveUp();
    this.#take(tail.batches, null);
    this.#joinMs = Number.POSITIVE_INFINITY;
  }

  #onPromise(from: ReplicaId, request: PromiseRequest): void {
    const { promised } = this.log;
    const leaderId = this.#currentLeader();
    const handedOver = request.handoff !== null && sameBallot(request.handoff, promised);
    const free = leaderId === null || leaderId === from || handedOver;
    if (compareBallots(request.ballot, promised) <= 0 || !free || this.#installing !== null) {
      if (leaderId !== null && leaderId !== this.identity.replicaId) this.emit({ type: "probe", peer: leaderId });
      this.emit({ type: "send", to: from, frame: { type: "denied", ballot: request.ballot, promised, leaderId } });
      return;
    }
    // Whoever leaves and gives the lead away acknowledges nothing from here on.
    if (this.#leaving !== null) this.#active = false;
    this.#leadership = null;
    this.#standing.reset();
    this.#standing.rest();
    if (leaderId !== from) this.#dropLeader();
    else this.#rejoin();
    this.#joinMs = 0;
    const token = this.log.promise(request.ballot);
    this.#pendingGrants.push({ token, to: from, ballot: request.ballot });
  }

  #onLeave(from: ReplicaId, viewNo: ViewNo): void {
    if (from !== this.#leaderId) return;
    this.#leaveView(viewNo);
    this.emit({ type: "send", to: from, frame: { type: "leaveOk", viewNo } });
  }

  #leaveView(no: ViewNo): void {
    this.#active = false;
    if (this.#leftView === null || compareViewNos(no, this.#leftView) > 0) this.#leftView = no;
  }

  #onPersisted(token: number): void {
    this.log.persisted(token);
    this.#standing.onPersisted(token);
    if (this.#installing !== null && token >= this.#installing.token) {
      const { snapshot } = this.#installing;
      this.#installing = null;
      this.#commit = snapshot.appliedSeq;
      this.#leaderCommit = Math.max(this.#leaderCommit, this.#commit);
      this.emit({ type: "openSnapshot", snapshot });
      this.#joinMs = Number.POSITIVE_INFINITY;
    }
    while (this.#pendingGrants.length > 0 && this.#pendingGrants[0]!.token <= token) {
      const grant = this.#pendingGrants.shift()!;
      if (!sameBallot(grant.ballot, this.log.promised)) continue;
      this.#standing.rest();
      this.#sendGranted(grant.to, grant.ballot);
    }
    // Newly durable entries are owed to the leader.
    if (this.#leaderId !== null && this.#streamBallot !== null) this.#ackDue = true;
  }

  /** The log cannot have changed since the promise: older ballots are fenced off by it. */
  #sendGranted(to: ReplicaId, ballot: Ballot): void {
    const { replicaId: _, ...rest } = this.#supporter();
    this.emit({ type: "send", to, frame: { type: "granted", ballot, bootId: this.identity.bootId, ...rest } });
  }

  // ---------------------------------------------------------------- snapshots (R8)

  #onSnapshotOffer(from: ReplicaId, offer: SnapshotOffer): void {
    if (from !== this.#leaderId || this.#streamBallot !== null || this.#installing !== null) return;
    if (compareBallots(offer.ballot, this.log.promised) < 0) return;
    if (this.#fetching !== null && sameBallot(this.#fetching.ballot, offer.ballot)) return;
    this.#fetching = { from, ballot: offer.ballot };
    this.emit({ type: "fetchSnapshot", from, ballot: offer.ballot, commonSeq: offer.commonSeq });
  }

  #onSnapshotFetched(snapshot: StagedSnapshot): void {
    const [log, fetching] = [this.log, this.#fetching];
    this.#fetching = null;
    if (fetching === null || fetching.from !== this.#leaderId || !sameBallot(fetching.ballot, snapshot.ballot)) return;
    if (compareBallots(snapshot.ballot, log.promised) < 0) return;
    const points = snapshot.lineage.map(({ no, startSeq }) => ({ no, startSeq }));
    const common = log.lineage.commonSeq(log.lastSeq, points, snapshot.appliedSeq);
    // Our log changed, or the leader compacted meanwhile: what was fetched does not fit any more.
    if (common !== snapshot.commonSeq || snapshot.appliedSeq < common) return;
    this.#active = false;
    if (log.lastSeq > common) this.notice({ kind: "merge", winner: fetching.from, ops: log.lastSeq - common });
    const token = log.install(snapshot, snapshot.ballot);
    this.#installing = { snapshot, token };
    this.#verified = 0;
  }

  // ---------------------------------------------------------------- leading

  #readIndex(id: number): void {
    if (this.#leadership !== null) this.#leadership.read(id, null);
    else if (this.#leaderId !== null) this.emit({ type: "send", to: this.#leaderId, frame: { type: "readIndex", id } });
  }

  #lead(ballot: Ballot): Leadership {
    this.#dropLeader();
    this.#standing.reset();
    this.#standing.settled();
    this.#leadership = new Leadership(this, ballot, this.#commit);
    return this.#leadership;
  }

  #win(won: NonNullable<ReturnType<Standing["won"]>>): void {
    const { members, forkRisk } = won.verdict;
    const missingBefore = this.log.lineage.last()?.forkRisk ?? [];
    const risk = new Set([...missingBefore, ...(forkRisk ?? [])]);
    for (const member of members) risk.delete(member.replicaId);
    const sorted = [...risk].sort((a, b) => a - b);
    this.#lead(won.ballot).begin(members, sorted.length > 0 ? sorted : null, won.grants, won.boots);
  }

  #leadTurn(leadership: Leadership, heartbeat: boolean): void {
    leadership.reconfigure(this.#leaving !== null);
    leadership.advanceCommit();
    for (const { id, from, seq } of leadership.confirmedReads()) {
      if (from === null) this.emit({ type: "readReady", id, seq });
      else this.emit({ type: "send", to: from, frame: { type: "readIndexOk", id, seq } });
    }
    if (heartbeat) leadership.askStalledToLeave();
    if (this.#leaving !== null || leadership.diskStalls()) leadership.handOver(heartbeat);
    else if (leadership.handoffTo !== null) leadership.cancelHandOver();
    this.#compact(leadership.floor());
  }

  /** R1, R7: give out what is committed; being in an active view makes active. */
  #advanceCommit(): void {
    if (this.#installing !== null) return;
    if (this.#leadership !== null) this.#leaderCommit = this.#leadership.commit;
    else if (this.#streamBallot === null) return;
    const known = this.#leadership !== null ? this.#leaderCommit : Math.min(this.#leaderCommit, this.#verified);
    const commit = Math.min(known, this.log.durableSeq);
    if (commit > this.#commit) {
      this.#commit = commit;
      this.emit({ type: "commit", seq: commit });
    }
    const view = this.log.lineage.last();
    if (view === null || this.#commit < view.startSeq || this.#commit < this.#leaderCommit) return;
    if (!isMember(view, this.identity.replicaId, this.identity.storeId)) return;
    const left = this.#leftView !== null && compareViewNos(view.no, this.#leftView) <= 0;
    if (this.#leadership === null && (this.#leaving !== null || left || !this.#told)) return;
    this.#active = true;
    this.log.markActive();
  }

  /** R8: delete only what every configured replica holds, and keep some behind it. */
  #compact(floor: Seq): void {
    this.#floor = Math.min(floor, this.#commit);
    const upTo = this.#floor - this.timing.keepEntries;
    if (upTo >= this.log.firstSeq + this.timing.keepEntries / 2) this.log.compact(upTo);
  }

  // ---------------------------------------------------------------- stopping (R10)

  #onShutdown(): void {
    if (this.#leaving !== null) return;
    this.#leaving = { ms: 0, leaderlessMs: 0, stopped: false };
    if (this.#leadership === null) this.#active = false;
  }

  #considerStop(heartbeat: boolean): void {
    const leaving = this.#leaving;
    if (leaving === null || leaving.stopped || !this.#mayStop(leaving, heartbeat)) return;
    leaving.stopped = true;
    this.emit({ type: "stopped" });
  }

  #mayStop(leaving: Leaving, heartbeat: boolean): boolean {
    if (leaving.ms >= this.timing.stopMs) return true;
    const view = this.log.lineage.last();
    const { replicaId, storeId, consistency } = this.identity;
    if (view === null) return true;
    if (this.#leadership !== null) return this.#leadership.mayStop();
    if (!isMember(view, replicaId, storeId)) return true;
    // Strict mode cannot shrink below a majority: the last of it just exit.
    if (consistency === "strict" && view.members.length * 2 - 2 <= this.identity.configured.length) return heartbeat;
    return leaving.leaderlessMs >= LEADERLESS_STOP_MS;
  }

  // ---------------------------------------------------------------- telling others

  #announce(heartbeat: boolean): void {
    const bearing: Bearing = {
      role: this.role(),
      leaderId: this.#currentLeader(),
      view: this.log.lineage.last(),
      active: this.#active,
      leaving: this.#consents(),
      promised: this.log.promised,
      hears: this.peers.ids.filter((id) => this.peers.hears(id)),
    };
    const changed = this.#announcer.changed(bearing);
    this.#telling ||= this.#leaderId !== null && bearing.hears.includes(this.#leaderId);
    if (heartbeat || changed) {
      const beat = this.#beat(bearing);
      for (const to of this.peers.ids) this.emit({ type: "send", to, frame: beat });
    }
    const notices = this.#announcer.notices({
      bearing,
      commit: this.#commit,
      previous: (view) => this.log.lineage.viewAt(view.startSeq - 1),
      waitingFor: this.#standing.waitingFor(),
    });
    for (const notice of notices) this.notice(notice);
  }

  #beat(bearing: Bearing): Beat {
    const { replicaId: _, ...self } = this.#supporter();
    return {
      ...self,
      ...bearing,
      type: "beat",
      bootId: this.identity.bootId,
      lineageTail: this.log.lineage.tail(LINEAGE_TAIL_MAX),
      durableSeq: this.log.durableSeq,
      commit: this.#commit,
      floor: this.#leadership !== null ? this.#floor : 0,
      firstSeq: this.log.firstSeq,
    };
  }
}
