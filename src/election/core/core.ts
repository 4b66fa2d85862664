/**
 * The consensus core of one replica: step(event, now) -> effects. It has no clock, no randomness and no I/O, and never
 * holds an entry. Given the same events it does the same.
 *
 *   tick, frame, refused, persisted, propose, snapshotFetched, shutdown, ...   (event.ts)
 *          |
 *        step --+--> Following    which leader; its entries or its snapshot into our log
 *               +--> Standing     may this replica lead? asks for promises
 *               +--> Leadership   copies the log, commits, changes the view, hands over
 *               |       all three over one Self: identity, log, peers, active, commit
 *               v
 *   persist, send, sendAppend, commit, fetchSnapshot, ...                      (event.ts)
 *
 * This file decides between the three: it dispatches events, notices pauses, gives promises, and ranks two leaders. At
 * any time a replica leads, follows, or does neither and may stand; beside that it may be leaving (leaving.ts).
 *
 * The caller's duties: give one event at a time, and `turnEnd` after each group of them; carry out the effects in
 * order; answer every `persist` with `persisted`, in order, once it is fsynced. ARCHITECTURE.md has the rules (R1 to
 * R11) and the invariants (I0 to I13).
 */
import { assert } from "../../base/assert.ts";
import type { Effect, Event, Identity, PersistToken, Restored, Timing } from "../event.ts";
import {
  APPEND_ENTRIES_MAX,
  LINEAGE_TAIL_MAX,
  type Append,
  type Beat,
  type Frame,
  type Join,
  type PromiseRequest,
  type Role,
  type Tail,
} from "../frame.ts";
import { compareBallots, sameBallot, type Ballot, type ReplicaId, type View, type ViewNo } from "../view.ts";
import { Announcer, type Bearing } from "./announcer.ts";
import { LeadershipKeys, type CoreStatus, type Target } from "./core-status.ts";
import { Following } from "./following.ts";
import { Leadership } from "./leadership.ts";
import { Leaving } from "./leaving.ts";
import type { LogMirror } from "./log-mirror.ts";
import type { Supporter } from "./may-lead.ts";
import type { PeerTable } from "./peer-table.ts";
import { compareRank, mustYield, relation } from "./rank.ts";
import { Self } from "./self.ts";
import { Standing, type Won } from "./standing.ts";

/** A promise that is on its way to our disk; it is granted once it is durable. */
interface PendingGrant {
  readonly token: PersistToken;
  readonly to: ReplicaId;
  readonly ballot: Ballot;
}

/** Consensus state of one replica. `step` mutates it, for speed. */
export class Core {
  readonly #self: Self;
  readonly #following: Following;
  readonly #standing: Standing;
  #leadership: Leadership | null = null;
  #pendingGrants: PendingGrant[] = [];
  #leaving: Leaving | null = null;
  readonly #announcer = new Announcer();
  readonly #keys = new LeadershipKeys();
  readonly #nonce: () => string;
  #lastNow: number | null = null;
  #lastTick: number | null = null;

  constructor(identity: Identity, timing: Timing, restored: Restored, nonce: () => string) {
    this.#nonce = nonce;
    this.#self = new Self(identity, timing, restored);
    this.#following = new Following(this.#self);
    this.#standing = new Standing(this.#self, () => this.#supporter(), nonce);
  }

  /** One event at monotonic time `now` (ms). The effects must be carried out in order. */
  step(event: Event, now: number): Effect[] {
    const effects = this.#self.newEffects();
    // What was sent before a pause, or comes with the first look after it, is as stale as what we knew.
    const isPaused = this.#checkPause(now);
    if (!isPaused || (event.type !== "frame" && event.type !== "refused")) this.#handle(event, now);
    return effects;
  }

  #handle(event: Event, now: number): void {
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
        this.#following.fetched(event.snapshot);
        break;
      case "snapshotFailed":
        this.#following.fetchFailed();
        break;
      case "readIndex":
        this.#readIndex(event.id);
        break;
      case "shutdown":
        this.#onShutdown();
        break;
    }
  }

  // ---------------------------------------------------------------- what others see

  get identity(): Identity {
    return this.#self.identity;
  }

  get log(): LogMirror {
    return this.#self.log;
  }

  get peers(): PeerTable {
    return this.#self.peers;
  }

  status(): CoreStatus {
    const { log, active, commit } = this.#self;
    const view = this.#self.view();
    return {
      role: this.role(),
      leaderId: this.#currentLeader(),
      accepting: this.#leadership?.accepting() ?? false,
      active,
      view,
      viewActive: view !== null && commit >= view.startSeq,
      lastSeq: log.lastSeq,
      durableSeq: log.durableSeq,
      commit,
      waitingFor: this.#standing.waitingFor(),
      lacksReplicas: this.#standing.lacksReplicas(),
      leaving: this.#leaving !== null,
    };
  }

  target(): Target {
    const leaderId = this.#currentLeader();
    const leadershipKey = this.#keys.of(leaderId, this.#leadership?.ballot ?? this.#following.ballot);
    return { leaderId, leadershipKey, accepting: this.#leadership?.accepting() ?? false };
  }

  role(): Role {
    if (this.#leadership !== null) return "leader";
    const view = this.#self.view();
    if (this.#following.leaderId !== null) {
      return view !== null && this.#self.isIn(view) && this.#following.ballot !== null ? "follower" : "learner";
    }
    if (view === null) return "learner";
    return this.#self.active ? "follower" : "recovering";
  }

  #currentLeader(): ReplicaId | null {
    return this.#leadership !== null ? this.identity.replicaId : this.#following.leaderId;
  }

  #supporter(): Supporter {
    return this.#self.supporter(this.#consents());
  }

  /**
   * Our disk takes nothing and nobody leads us, so this replica can neither promise nor lead, although it answers every
   * frame. It says that it leaves, because the others would wait for its promise forever.
   */
  #stuck(): boolean {
    return this.log.stalledMs >= this.#self.timing.progressMs && this.#currentLeader() === null;
  }

  /** R10: the others may continue without us. Not while we stand: promises that were given before could still win. */
  #consents(): boolean {
    return this.#stuck() || (this.#leaving !== null && !this.#standing.standing());
  }

  // ---------------------------------------------------------------- time

  /**
   * R6: a process that was stopped must not believe what it knew before, because the others may have continued without
   * it. Checked before every event. True if this replica now behaves as if it had just been started.
   */
  #checkPause(now: number): boolean {
    const { suspectMs, heartbeatMs } = this.#self.timing;
    // A clock that goes back says as little about the time that passed as one that jumps ahead.
    const gap = this.#lastNow === null ? 0 : Math.abs(now - this.#lastNow);
    this.#lastNow = now;
    // Several short stops in a row silence us as one long one does: the others count from what we sent.
    const quiet = this.#announcer.quietMs(now) - heartbeatMs;
    const pauseMs = Math.max(gap, quiet);
    if (pauseMs < suspectMs / 2) return false;
    this.peers.forgetSilence();
    this.#leadership?.forgetProgressTimes();
    this.log.stalledMs = 0;
    if (pauseMs < suspectMs * 0.8) return false;
    this.#announcer.forget();
    this.#leadership = null;
    this.#following.leave();
    this.#standing.reset();
    this.#standing.listen();
    this.#self.becomeInactive();
    this.peers.forgetBeats();
    this.#pendingGrants = [];
    this.#self.emit({ type: "resetPeers" });
    this.#self.notice({ kind: "paused", ms: Math.round(pauseMs) });
    return true;
  }

  #onTick(now: number): void {
    const { tickMs, heartbeatMs } = this.#self.timing;
    // Only on-time ticks count as silence of others: a late tick may be this process's own fault.
    const elapsed = this.#lastTick === null ? tickMs : Math.min(Math.abs(now - this.#lastTick), 2 * tickMs);
    this.#lastTick = now;
    this.peers.tick(elapsed);
    this.#standing.tick(elapsed);
    this.log.tick(elapsed);
    this.#leadership?.tick(elapsed);
    this.#following.tick(elapsed);
    this.#leaving?.tick(elapsed, this.#currentLeader() !== null);
    this.#createCluster();
    this.#onTurnEnd(this.#announcer.beat(now, heartbeatMs));
  }

  /** R11: only the store that made the cluster key writes the first view, and only into an empty log. */
  #createCluster(): void {
    if (!this.identity.creator || this.log.lastSeq > 0 || this.#leaving !== null) return;
    if (this.#currentLeader() !== null) return;
    const { replicaId, storeId } = this.identity;
    const ballot = { counter: this.log.promised.counter + 1, replicaId, nonce: this.#nonce() };
    this.log.promise(ballot);
    this.#lead(ballot).begin([{ replicaId, storeId }], null, [], new Map());
  }

  /** After a group of events: decides what they changed, and sends it once. */
  #onTurnEnd(heartbeat: boolean): void {
    const { leaderId } = this.#following;
    if (this.#leadership?.lostMajority()) this.#leadership = null;
    if (leaderId !== null && !this.peers.hears(leaderId)) this.#following.leave();
    if (this.#currentLeader() === null) this.#seekLeader();
    const won = this.#standing.won();
    if (won !== null) this.#win(won);
    if (this.#leadership !== null) this.#leadTurn(this.#leadership, heartbeat);
    else this.#following.answer();
    this.#advanceCommit();
    if (this.#leaving?.ends(this.#self, this.#leadership, heartbeat)) this.#self.emit({ type: "stopped" });
    this.#announce(heartbeat);
    this.#leadership?.replicate(heartbeat);
  }

  // ---------------------------------------------------------------- who leads

  /** Without a leader: follow one that is heard; otherwise fetch what is missing to stand; otherwise stand. */
  #seekLeader(): void {
    const leaderId = this.#following.leaderToFollow();
    if (leaderId !== null) {
      this.#follow(leaderId);
      return;
    }
    const stuck = this.#stuck();
    if (stuck) {
      this.#self.becomeInactive();
      this.#standing.giveUp();
    }
    if (this.#leaving !== null || this.#following.installing || stuck) return;
    const holder = this.#standing.standing() ? null : this.#standing.tailHolder();
    if (holder !== null) this.#following.askForTail(holder);
    // A candidate waits for our promise, which waits for our disk: a ballot of our own would only undo it.
    if (this.#pendingGrants.length > 0) return;
    this.#standing.consider();
  }

  #follow(id: ReplicaId): void {
    this.#leadership = null;
    this.#following.follow(id);
    this.#standing.reset();
  }

  #lead(ballot: Ballot): Leadership {
    this.#following.leave();
    this.#standing.reset();
    this.#standing.settled();
    this.#leadership = new Leadership(this.#self, ballot);
    return this.#leadership;
  }

  #win({ ballot, verdict, grants, boots }: Won): void {
    const { members, forkRisk } = verdict;
    const risk = new Set([...(this.#self.view()?.forkRisk ?? []), ...(forkRisk ?? [])]);
    for (const member of members) risk.delete(member.replicaId);
    const sorted = [...risk].sort((a, b) => a - b);
    this.#lead(ballot).begin(members, sorted.length > 0 ? sorted : null, grants, boots);
  }

  /** R2, R9: a peer promised more than our ballot: win one above it from our own members, who know us as their leader. */
  #outbid(promised: Ballot): void {
    if (this.#leadership === null || compareBallots(promised, this.#leadership.ballot) <= 0) return;
    this.#leadership = null;
    this.#standing.reset();
    this.#standing.begin(null);
  }

  /** R9: two leaders hear each other; the one of lower rank becomes the other's learner. */
  #compareLeaders(from: ReplicaId, beat: Beat, theirs: View): void {
    const mine = this.#self.view();
    assert(mine !== null && this.#leadership !== null, "a leader has a view");
    if (beat.commit < theirs.startSeq || !beat.hears.includes(this.identity.replicaId)) return;
    const yields = mustYield(this.log, beat);
    if (yields === "they") return;
    if (yields === null && this.#leadership.viewActive && compareRank(theirs, mine) < 0) return;
    this.#follow(from);
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
        this.#following.offered(from, frame);
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
        if (from === this.#following.leaderId && sameBallot(frame.ballot, this.log.promised))
          this.#standing.begin(frame.ballot);
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
        if (from === this.#following.leaderId) this.#self.emit({ type: "readReady", id: frame.id, seq: frame.seq });
        break;
      case "gossip":
        break;
    }
  }

  #onBeat(from: ReplicaId, beat: Beat): void {
    const restarted = this.peers.beat(from, beat);
    if (restarted) this.#leadership?.onRestarted(from);
    if (from === this.#following.leaderId && beat.role !== "leader") this.#following.leave();
    if (this.#standing.standing() && (beat.leaderId === null || beat.leaderId === this.identity.replicaId)) {
      this.#standing.askAgain(from);
    }
    if (beat.view === null) return;
    const rel = relation(this.log.lineage, beat.view, beat.lineageTail);
    const omitted = rel === "ahead" && !this.#self.isIn(beat.view);
    if (omitted) this.#self.leaveView(beat.view.no);
    if (this.#leadership === null) return;
    if (omitted || (rel === "ahead" && beat.role === "leader")) this.#leadership = null;
    else if (rel === "fork" && beat.role === "leader") this.#compareLeaders(from, beat, beat.view);
  }

  /** R2: only the leader that we promised, or chose to follow, may write to our log. */
  #onAppend(from: ReplicaId, append: Append): void {
    const { promised } = this.log;
    const order = compareBallots(append.ballot, promised);
    if (append.ballot.replicaId !== from) return;
    if (order < 0) {
      this.#self.emit({ type: "send", to: from, frame: { type: "refuse", ballot: append.ballot, promised } });
      return;
    }
    if (order > 0 && from !== this.#following.leaderId) return;
    if (this.#following.installing) return;
    if (this.#following.leaderId !== from) this.#follow(from);
    if (!this.#following.append(append)) return;
    this.#standing.reset();
    this.#standing.settled();
  }

  #onTail(from: ReplicaId, tail: Tail): void {
    if (this.#currentLeader() === null && this.#following.tail(from, tail)) this.#standing.giveUp();
  }

  #onJoin(from: ReplicaId, join: Join): void {
    const leadership = this.#leadership;
    if (leadership === null) {
      if (this.#following.leaderId === null) this.#sendTail(from, join);
      return;
    }
    if (compareBallots(join.promised, leadership.ballot) > 0) this.#outbid(join.promised);
    else leadership.onJoin(from, join);
  }

  /** We cannot take the joiner in, but it may be the one to lead once it holds what we hold. */
  #sendTail(to: ReplicaId, join: Join): void {
    const common = this.log.lineage.commonSeq(this.log.lastSeq, join.lineage, join.lastSeq);
    if (common + 1 < this.log.firstSeq || common >= this.log.durableSeq) return;
    const upTo = Math.min(this.log.durableSeq, common + APPEND_ENTRIES_MAX);
    this.#self.emit({ type: "sendTail", to, prevSeq: common, prevViewNo: this.log.viewNoAt(common), upTo });
  }

  #onLeave(from: ReplicaId, viewNo: ViewNo): void {
    if (from !== this.#following.leaderId) return;
    this.#self.leaveView(viewNo);
    this.#self.emit({ type: "send", to: from, frame: { type: "leaveOk", viewNo } });
  }

  #onPersisted(token: PersistToken): void {
    this.log.persisted(token);
    this.#standing.onPersisted(token);
    this.#following.persisted(token);
    this.#grantUpTo(token);
  }

  // ---------------------------------------------------------------- promises

  /** A candidate asks for our promise. We refuse while we lead, hear another leader, or promised at least as much. */
  #onPromise(from: ReplicaId, request: PromiseRequest): void {
    const { promised } = this.log;
    const leaderId = this.#currentLeader();
    const handedOver = request.handoff !== null && sameBallot(request.handoff, promised);
    const free = leaderId === null || leaderId === from || handedOver;
    if (compareBallots(request.ballot, promised) <= 0 || !free || this.#following.installing) {
      if (leaderId !== null && leaderId !== this.identity.replicaId) this.#self.emit({ type: "probe", peer: leaderId });
      const frame = { type: "denied", ballot: request.ballot, promised, leaderId } as const;
      this.#self.emit({ type: "send", to: from, frame });
      return;
    }
    // A replica that leaves and gives the lead away acknowledges nothing from here on.
    if (this.#leaving !== null) this.#self.becomeInactive();
    this.#leadership = null;
    this.#standing.reset();
    this.#standing.rest();
    this.#following.promisedTo(from);
    this.#pendingGrants.push({ token: this.log.promise(request.ballot), to: from, ballot: request.ballot });
  }

  /** Grants the promises that are durable now, unless a higher one was given since. */
  #grantUpTo(token: PersistToken): void {
    while (this.#pendingGrants.length > 0 && this.#pendingGrants[0]!.token <= token) {
      const { to, ballot } = this.#pendingGrants.shift()!;
      if (!sameBallot(ballot, this.log.promised)) continue;
      this.#standing.rest();
      // It describes the log as it was at the promise, which fences off all older ballots since.
      const { replicaId: _, ...self } = this.#supporter();
      const { bootId } = this.identity;
      this.#self.emit({ type: "send", to, frame: { type: "granted", ballot, bootId, ...self } });
    }
  }

  // ---------------------------------------------------------------- commit

  #readIndex(id: number): void {
    const { leaderId } = this.#following;
    if (this.#leadership !== null) this.#leadership.read(id, null);
    else if (leaderId !== null) this.#self.emit({ type: "send", to: leaderId, frame: { type: "readIndex", id } });
  }

  #leadTurn(leadership: Leadership, heartbeat: boolean): void {
    leadership.reconfigure(this.#leaving !== null);
    leadership.advanceCommit();
    for (const { id, from, seq } of leadership.confirmedReads()) {
      if (from === null) this.#self.emit({ type: "readReady", id, seq });
      else this.#self.emit({ type: "send", to: from, frame: { type: "readIndexOk", id, seq } });
    }
    if (heartbeat) leadership.askStalledToLeave();
    if (this.#leaving !== null || leadership.diskStalls()) leadership.handOver(heartbeat);
    else if (leadership.handoffTo !== null) leadership.cancelHandOver();
    this.#self.compact(leadership.floor());
  }

  /** R1, R7: hands out what is committed; being in an active view, and having all of it, makes active. */
  #advanceCommit(): void {
    const leaderCommit = this.#leadership?.commit ?? this.#following.leaderCommit;
    if (leaderCommit === null || this.#following.installing) return;
    this.#self.commitUpTo(this.#leadership !== null ? leaderCommit : this.#following.commitHere);
    const view = this.#self.view();
    if (view === null || this.#self.commit < view.startSeq || this.#self.commit < leaderCommit) return;
    if (!this.#self.isIn(view)) return;
    const isLeaving = this.#leaving !== null || this.#self.hasLeft(view);
    if (this.#leadership === null && (isLeaving || !this.#announcer.namedLeader)) return;
    this.#self.becomeActive();
  }

  #onShutdown(): void {
    if (this.#leaving !== null) return;
    this.#leaving = new Leaving();
    if (this.#leadership === null) this.#self.becomeInactive();
  }

  // ---------------------------------------------------------------- telling others

  #announce(heartbeat: boolean): void {
    const { log, peers, active } = this.#self;
    const bearing: Bearing = {
      role: this.role(),
      leaderId: this.#currentLeader(),
      view: this.#self.view(),
      active,
      leaving: this.#consents(),
      promised: log.promised,
      hears: peers.ids.filter((id) => peers.hears(id)),
    };
    const changed = this.#announcer.changed(bearing);
    if (heartbeat || changed) {
      const frame = this.#beat(bearing);
      for (const to of peers.ids) this.#self.emit({ type: "send", to, frame });
    }
    const notices = this.#announcer.notices({
      bearing,
      commit: this.#self.commit,
      previous: (view) => log.lineage.viewAt(view.startSeq - 1),
      waitingFor: this.#standing.waitingFor(),
    });
    for (const notice of notices) this.#self.notice(notice);
  }

  #beat(bearing: Bearing): Beat {
    const { log, identity, commit, floor } = this.#self;
    const { replicaId: _, ...self } = this.#supporter();
    return {
      ...self,
      ...bearing,
      type: "beat",
      bootId: identity.bootId,
      lineageTail: log.lineage.tail(LINEAGE_TAIL_MAX),
      durableSeq: log.durableSeq,
      commit,
      floor: this.#leadership !== null ? floor : 0,
      firstSeq: log.firstSeq,
    };
  }
}
