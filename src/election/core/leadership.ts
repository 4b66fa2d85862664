/**
 * What a leader does: it copies its log to members and learners, commits what every member holds, shrinks the view by
 * members that are gone, grows it by learners that caught up, and hands over when it stops or when its own disk
 * stalls. Exists only while this replica leads.
 *
 * Where it follows Raft (Ongaro, "Consensus: Bridging Theory and Practice"): pipelining, and writing to the own disk
 * beside the followers' (10.2), learners that catch up first (4.2.1), handing over (3.10), a leader that hears no
 * majority stops leading (6.2). Where it does not: an entry needs every member of the view, as in PacificA (Lin et
 * al., 2008), and an entry of the leader changes the view, without a majority of the old members.
 */
import { assert } from "../../base/assert.ts";
import type { Effect } from "../event.ts";
import { APPEND_ENTRIES_MAX, type AppendOk, type Join, type LeaveOk, type SnapshotOffer } from "../frame.ts";
import { sameBallot, sameViewNo, type Ballot, type Member, type ReplicaId, type Seq, type View } from "../view.ts";
import { CommitNews, Exclusions, newProgress, type Progress } from "./followers.ts";
import { majority, type Supporter } from "./may-lead.ts";
import { ReadRounds, type Read } from "./read-rounds.ts";
import type { Self } from "./self.ts";

/**
 * Entries that are sent to a peer and not acknowledged yet; with more of them the peer waits. All of them, and one
 * Append more, must fit into the queue of a link (QUEUE_BYTES_MAX) however large they are. Otherwise a peer that is far
 * behind would have its link dropped at each attempt and would never catch up.
 */
const IN_FLIGHT_MAX = 2 * APPEND_ENTRIES_MAX;
/** A learner that lacks at most this many entries is let in; acknowledgements wait for it from then on. */
const GROW_LAG_MAX = 256;
/** A hand-over that takes longer than this is tried with another member. */
const HANDOFF_MS = 2_000;

/** One leadership: from winning a ballot to losing it or handing over. */
export class Leadership {
  readonly ballot: Ballot;
  /** Everything up to here is durable on all members of the view. */
  commit: Seq;
  /** The view's own entry is durable on all its members. */
  viewActive = false;
  /** The member that was asked to lead next. */
  handoffTo: ReplicaId | null = null;
  #handoffMs = 0;
  readonly news = new CommitNews();
  readonly #reads = new ReadRounds();
  readonly #progress = new Map<ReplicaId, Progress>();
  readonly #excluded = new Exclusions();
  readonly #askedToLeaveMs = new Map<ReplicaId, number>();
  readonly #self: Self;

  constructor(self: Self, ballot: Ballot) {
    this.#self = self;
    this.ballot = ballot;
    this.commit = self.commit;
  }

  /** Appends the first view of this ballot. Granters that hold the same last view as we do need no Join. */
  begin(
    members: readonly Member[],
    forkRisk: readonly ReplicaId[] | null,
    grants: readonly Supporter[],
    boots: ReadonlyMap<ReplicaId, string>,
  ): void {
    const { log, identity } = this.#self;
    const old = this.#self.view();
    const end = log.lastSeq;
    this.#appendView(members, forkRisk, { ballot: this.ballot, minor: 0 });
    for (const grant of grants) {
      const bootId = boots.get(grant.replicaId);
      if (grant.replicaId === identity.replicaId || bootId === undefined) continue;
      if (grant.view === null || old === null || !sameViewNo(grant.view.no, old.no)) continue;
      const next = Math.min(grant.lastSeq, end) + 1;
      if (next < log.firstSeq) continue;
      this.#progress.set(grant.replicaId, newProgress(grant.replicaId, grant.storeId, bootId, next));
    }
  }

  view(): View {
    const view = this.#self.view();
    assert(view !== null && sameBallot(view.no.ballot, this.ballot), "a leader's last view is its own");
    return view;
  }

  tick(elapsedMs: number): void {
    const { log, peers } = this.#self;
    for (const progress of this.#progress.values()) {
      const waiting = progress.match < log.lastSeq && peers.hears(progress.replicaId);
      progress.stalledMs = waiting ? progress.stalledMs + elapsedMs : 0;
    }
    for (const [id, ms] of this.#askedToLeaveMs) this.#askedToLeaveMs.set(id, ms + elapsedMs);
    this.#excluded.tick(elapsedMs);
    if (this.handoffTo !== null) this.#handoffMs += elapsedMs;
  }

  /** After a pause nothing that was timed before it counts. */
  forgetProgressTimes(): void {
    for (const progress of this.#progress.values()) progress.stalledMs = 0;
    this.#askedToLeaveMs.clear();
  }

  // ---------------------------------------------------------------- taking ops

  /** Ops are appended now: not during a hand-over, and in strict mode only while a majority is near. */
  accepting(): boolean {
    const { identity, peers } = this.#self;
    if (this.handoffTo !== null) return false;
    if (identity.consistency === "available") return true;
    // A minority that continued to take ops would fill its log with entries that may never be committed.
    const near = this.view().members.filter((m) => m.replicaId === identity.replicaId || !peers.silent(m.replicaId));
    return near.length >= majority(identity.configured.length);
  }

  /**
   * Strict: cut off from a majority of the configured replicas. A replica that still hears us, although we do not hear
   * it, would follow us for as long as we said that we lead, and would elect nobody.
   */
  lostMajority(): boolean {
    const { identity, peers } = this.#self;
    const needed = majority(identity.configured.length);
    if (identity.consistency === "available" || this.view().members.length < needed) return false;
    return 1 + peers.ids.filter((id) => !peers.silent(id)).length < needed;
  }

  /** Ops of this replica's callers (`from` is null), or of a follower's. */
  propose(ops: readonly Uint8Array[], from: ReplicaId | null): void {
    const { log } = this.#self;
    log.append([{ kind: "op", viewNo: this.view().no, firstSeq: log.lastSeq + 1, ops }], null, null);
    const progress = from === null ? undefined : this.#progress.get(from);
    if (progress !== undefined) progress.owed = log.lastSeq;
  }

  // ---------------------------------------------------------------- what followers say

  onJoin(from: ReplicaId, join: Join): void {
    const { log } = this.#self;
    const common = log.lineage.commonSeq(log.lastSeq, join.lineage, join.lastSeq);
    const known = this.#progress.get(from);
    const progress = newProgress(from, join.storeId, join.bootId, common + 1);
    if (known?.bootId === join.bootId && known.storeId === join.storeId) progress.stalledMs = known.stalledMs;
    this.#progress.set(from, progress);
    if (join.commit > common || common + 1 < log.firstSeq) {
      progress.mode = "snapshot";
      const offer: SnapshotOffer = { type: "snapshotOffer", ballot: this.ballot, commonSeq: common };
      this.#self.emit({ type: "send", to: from, frame: offer });
    }
  }

  onAppendOk(from: ReplicaId, ok: AppendOk): void {
    const progress = this.#progress.get(from);
    if (progress === undefined || progress.bootId !== ok.bootId || !sameBallot(ok.ballot, this.ballot)) return;
    progress.round = Math.max(progress.round, ok.round);
    if (ok.seq > progress.match) {
      progress.match = ok.seq;
      progress.stalledMs = 0;
      this.#askedToLeaveMs.delete(from);
    }
    if (progress.next <= progress.match) progress.next = progress.match + 1;
  }

  onLeaveOk(from: ReplicaId, ok: LeaveOk): void {
    const member = this.view().members.find((m) => m.replicaId === from);
    if (member !== undefined && sameViewNo(ok.viewNo, this.view().no)) {
      this.#self.peers.agreedToLeave(from, ok.viewNo, member.storeId);
      this.#exclude(from);
    }
  }

  /** The peer was restarted: what it acknowledged before says nothing about its log now. */
  onRestarted(peer: ReplicaId): void {
    this.#progress.delete(peer);
  }

  // ---------------------------------------------------------------- commit (R1)

  /** Commits what is durable on every member of the view, our own disk included. */
  advanceCommit(): void {
    const { log, identity } = this.#self;
    const view = this.view();
    let durable = log.durableSeq;
    for (const member of view.members) {
      if (member.replicaId === identity.replicaId) continue;
      durable = Math.min(durable, this.#matchOf(member));
    }
    if (durable < view.startSeq || durable <= this.commit) return;
    this.commit = durable;
    this.viewActive = true;
  }

  /** A linearizable read; answered through confirmedReads, or not at all. */
  read(id: number, from: ReplicaId | null): void {
    if (this.viewActive) this.#reads.ask({ id, from, seq: this.commit });
  }

  /** Reads whose round all members have confirmed. */
  confirmedReads(): readonly Read[] {
    const { identity } = this.#self;
    return this.#reads.confirmed(() => {
      const rounds = this.view().members.map((member) => {
        if (member.replicaId === identity.replicaId) return Number.POSITIVE_INFINITY;
        const progress = this.#progress.get(member.replicaId);
        return progress?.storeId === member.storeId ? progress.round : 0;
      });
      return Math.min(...rounds);
    });
  }

  /** Every configured replica holds the log up to here in this lineage; 0 while one was never seen. */
  floor(): Seq {
    const { identity } = this.#self;
    let floor = this.commit;
    for (const id of identity.configured) {
      if (id !== identity.replicaId) floor = Math.min(floor, this.#progress.get(id)?.match ?? 0);
    }
    return floor;
  }

  #matchOf(member: Member): Seq {
    const progress = this.#progress.get(member.replicaId);
    return progress !== undefined && progress.storeId === member.storeId ? progress.match : 0;
  }

  // ---------------------------------------------------------------- views (R3, R4)

  /** Drops members that are gone and lets learners in; at most one new view a turn. */
  reconfigure(leaving: boolean): void {
    // A view that the next leader does not hold yet would keep it from leading.
    if (this.handoffTo !== null && this.#self.peers.hears(this.handoffTo)) return;
    if (!this.#shrink(leaving) && !leaving) this.#grow();
    else if (leaving && this.view().members.length === 1) this.#grow();
  }

  #shrink(leaving: boolean): boolean {
    const { identity, peers } = this.#self;
    const view = this.view();
    const goneMembers = view.members.filter(
      (m) => m.replicaId !== identity.replicaId && peers.gone(m, view.no, false) && !this.#takesOver(m, leaving),
    );
    if (identity.consistency === "strict") this.#keepMajority(goneMembers);
    if (goneMembers.length === 0) return false;
    const rest = view.members.filter((m) => !goneMembers.includes(m));
    if (identity.consistency === "strict" && rest.length < majority(identity.configured.length)) return false;
    // From inside, being the last one alive looks the same as being cut off: it takes better evidence or more silence.
    if (rest.length === 1 && !goneMembers.every((m) => peers.gone(m, view.no, true))) return false;
    this.#appendView(rest, view.forkRisk, { ballot: this.ballot, minor: view.no.minor + 1 });
    return true;
  }

  /** Strict: keeps members that are slow or want to leave but still answer, if there were no majority without them. */
  #keepMajority(goneMembers: Member[]): void {
    const { identity, peers } = this.#self;
    const goneMax = this.view().members.length - majority(identity.configured.length);
    for (let i = goneMembers.length - 1; i >= 0 && goneMembers.length > goneMax; i--) {
      const { replicaId, storeId } = goneMembers[i]!;
      if (!peers.silent(replicaId) && peers.lastBeat(replicaId)?.storeId === storeId) goneMembers.splice(i, 1);
    }
  }

  /** When all replicas stop, the lowest id leads last, so that a plain start of replica 0 finds everything. */
  #takesOver(member: Member, leaving: boolean): boolean {
    const { identity, peers } = this.#self;
    if (!leaving || member.replicaId >= identity.replicaId || peers.isRefused(member.replicaId)) return false;
    const lowest = this.view().members[0]!;
    return lowest.replicaId === member.replicaId && peers.reach(member.replicaId);
  }

  #grow(): void {
    const { log, identity, peers } = this.#self;
    const view = this.view();
    if (!this.viewActive || this.handoffTo !== null) return;
    for (const progress of this.#progress.values()) {
      const beat = peers.lastBeat(progress.replicaId);
      if (progress.mode !== "stream" || beat === null || beat.leaving || !peers.reach(progress.replicaId)) continue;
      if (beat.storeId !== progress.storeId || beat.bootId !== progress.bootId) continue;
      if (view.members.some((m) => m.replicaId === progress.replicaId)) continue;
      if (this.#excluded.has(progress.replicaId)) continue;
      if (progress.match < view.startSeq || log.lastSeq - progress.match > GROW_LAG_MAX) continue;
      if (identity.consistency === "strict" && log.lineage.hasOtherStore(progress)) {
        // Only a majority of the other members knows what the old store acknowledged.
        if (view.members.length < majority(identity.configured.length)) continue;
      }
      const members = [...view.members, { replicaId: progress.replicaId, storeId: progress.storeId }];
      members.sort((a, b) => a.replicaId - b.replicaId);
      const risk = view.forkRisk?.filter((id) => id !== progress.replicaId) ?? [];
      this.#appendView(members, risk.length > 0 ? risk : null, { ballot: this.ballot, minor: view.no.minor + 1 });
      return;
    }
  }

  /** Asks members without progress to agree to be dropped; called once a heartbeat. */
  askStalledToLeave(): void {
    const { timing, peers, identity } = this.#self;
    const view = this.view();
    for (const member of view.members) {
      const id = member.replicaId;
      const progress = this.#progress.get(id);
      if (id === identity.replicaId || progress === undefined || progress.stalledMs < timing.progressMs) continue;
      const asked = this.#askedToLeaveMs.get(id);
      if (asked === undefined) this.#askedToLeaveMs.set(id, 0);
      else if (asked >= timing.soleMs) {
        peers.agreedToLeave(id, view.no, member.storeId);
        this.#exclude(id);
        continue;
      }
      this.#self.emit({ type: "send", to: id, frame: { type: "leave", viewNo: view.no } });
    }
  }

  #exclude(id: ReplicaId): void {
    this.#excluded.exclude(id);
    this.#askedToLeaveMs.delete(id);
  }

  #appendView(members: readonly Member[], forkRisk: readonly ReplicaId[] | null, no: View["no"]): void {
    const { log, identity } = this.#self;
    const view: View = {
      no,
      startSeq: log.lastSeq + 1,
      leader: identity.replicaId,
      members,
      forkRisk,
      consistency: identity.consistency,
      recovery: identity.recovery,
    };
    assert(this.#self.isIn(view), "a leader is in its own view");
    this.viewActive = false;
    log.append([{ kind: "view", view }], null, null);
  }

  // ---------------------------------------------------------------- handing over (R10)

  /** Our own disk stalls: another member should lead. */
  diskStalls(): boolean {
    return this.#self.log.stalledMs >= this.#self.timing.progressMs && this.view().members.length > 1;
  }

  /**
   * Moves the leadership to the lowest member that stays, or to the lowest of all if all stop. Waits until that member
   * holds everything, and tries another one after HANDOFF_MS.
   */
  handOver(heartbeat: boolean): void {
    const { log, peers, identity } = this.#self;
    const others = this.view().members.filter((m) => m.replicaId !== identity.replicaId && peers.reach(m.replicaId));
    const staying = others.filter((m) => !(peers.lastBeat(m.replicaId)?.leaving ?? false));
    const candidates = staying.length > 0 ? staying : others.filter((m) => m.replicaId < identity.replicaId);
    if (this.handoffTo !== null && this.#handoffMs >= HANDOFF_MS) {
      const failed = this.handoffTo;
      this.handoffTo = null;
      if (candidates.length > 1) candidates.splice(0, candidates.findIndex((m) => m.replicaId === failed) + 1);
    }
    if (this.handoffTo === null) {
      // Others may be told to stop at the same moment: wait for their Beats, so that they are dropped first.
      if (!heartbeat) return;
      const target = candidates[0];
      if (target === undefined) return;
      this.handoffTo = target.replicaId;
      this.#handoffMs = 0;
    }
    const member = this.view().members.find((m) => m.replicaId === this.handoffTo);
    if (member === undefined || this.#matchOf(member) < log.lastSeq) return;
    if (heartbeat)
      this.#self.emit({ type: "send", to: member.replicaId, frame: { type: "handoff", ballot: this.ballot } });
  }

  cancelHandOver(): void {
    this.handoffTo = null;
  }

  /** A leader that stops goes last: alone, with everything committed, and nobody near who could take over. */
  mayStop(): boolean {
    const { log, peers } = this.#self;
    const isNear = peers.ids.some((id) => peers.reach(id) && !(peers.lastBeat(id)?.leaving ?? true));
    return this.view().members.length === 1 && this.commit === log.lastSeq && !isNear;
  }

  // ---------------------------------------------------------------- copying the log

  /** Sends each follower what it lacks; at a heartbeat an empty Append at least, so that a lost frame is noticed. */
  replicate(heartbeat: boolean): void {
    const { log, peers } = this.#self;
    const newRound = this.#reads.begin();
    let untold = false;
    for (const progress of this.#progress.values()) {
      if (progress.mode !== "stream" || !peers.hears(progress.replicaId)) continue;
      let sent = false;
      while (progress.next <= log.lastSeq && progress.next - progress.match <= IN_FLIGHT_MAX) {
        const upTo = Math.min(log.lastSeq, progress.next + APPEND_ENTRIES_MAX - 1);
        this.#self.emit(this.#appendTo(progress, upTo));
        progress.next = upTo + 1;
        sent = true;
      }
      if (!sent && (heartbeat || newRound || this.news.isDue(progress, this.commit))) {
        this.#self.emit(this.#appendTo(progress, progress.next - 1));
        sent = true;
      }
      if (sent) progress.sentCommit = this.commit;
      else untold ||= progress.sentCommit < this.commit;
    }
    if (untold && this.news.rest(this.commit)) this.#self.emit({ type: "rest" });
  }

  #appendTo(progress: Progress, upTo: Seq): Effect {
    const prevSeq = progress.next - 1;
    const prevViewNo = this.#self.log.viewNoAt(prevSeq);
    const { ballot, commit } = this;
    const { round } = this.#reads;
    return { type: "sendAppend", to: progress.replicaId, ballot, prevSeq, prevViewNo, upTo, commit, round };
  }
}
