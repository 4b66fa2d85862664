/**
 * Following a leader: joining it, taking its entries into the log and acknowledging them, or fetching its snapshot
 * where entries do not suffice (R2, R8). Also the short form of it without a leader: a replica that lacks the newest
 * view fetches the entries up to it (a Tail) before it stands.
 *
 *   no leader --follow--> joining --an Append that fits--> streaming
 *                          ^  |                               |
 *                          |  +-- SnapshotOffer --> fetching --> installing --+
 *                          +---- an Append that does not fit, silence --------+
 *
 * The log matching property (Ongaro, "Consensus: Bridging Theory and Practice", 3.5) holds because (viewNo, seq)
 * identifies an entry: if the entry before an Append is in both logs, so is everything before it.
 */
import type { PersistToken, StagedSnapshot } from "../event.ts";
import { batchFirstSeq, batchLength, type Append, type Batch, type Join, type SnapshotOffer } from "../frame.ts";
import type { Tail } from "../frame.ts";
import { compareBallots, sameBallot, type Ballot, type ReplicaId, type Seq, type View } from "../view.ts";
import { compareRank, mustYield, relation } from "./rank.ts";
import type { Self } from "./self.ts";

/** A Join that was not answered by an Append is repeated after this long. */
const JOIN_AGAIN_MS = 400;
/** A follower that got no Append for this many heartbeats joins again: it may have lost the stream without noticing. */
const SILENT_STREAM_HEARTBEATS = 3;

/** Appends of one ballot that all fitted since the last Join. */
interface Stream {
  readonly ballot: Ballot;
  /** Our log equals the leader's up to here. */
  verified: Seq;
  /** How far the leader's log is committed, as of its last Append. */
  leaderCommit: Seq;
  /** The read round of the last Append; the next AppendOk confirms it. */
  round: number;
  /** Since the last Append. */
  silentMs: number;
}

/** What a replica that does not lead does with the log of one that does. */
export class Following {
  readonly #self: Self;
  /** The leader that we follow or ask to take us in; never ourselves. */
  #leaderId: ReplicaId | null = null;
  /** Null while joining. */
  #stream: Stream | null = null;
  /** Something durable, or a read round, was not acknowledged yet. */
  #ackDue = false;
  /** Since the last Join. */
  #joinMs = Number.POSITIVE_INFINITY;
  /** The only replica whose Tail is taken: we asked it since we last followed or promised. */
  #tailFrom: ReplicaId | null = null;
  #fetching: { readonly from: ReplicaId; readonly ballot: Ballot } | null = null;
  #installing: { readonly snapshot: StagedSnapshot; readonly token: PersistToken } | null = null;

  constructor(self: Self) {
    this.#self = self;
  }

  get leaderId(): ReplicaId | null {
    return this.#leaderId;
  }

  /** Of the leader whose Appends fit; null while joining. */
  get ballot(): Ballot | null {
    return this.#stream?.ballot ?? null;
  }

  /** How far the leader has committed; null while joining. */
  get leaderCommit(): Seq | null {
    return this.#stream?.leaderCommit ?? null;
  }

  /** How far the leader has committed in a log that equals ours: that much may be applied here. 0 while joining. */
  get commitHere(): Seq {
    return this.#stream === null ? 0 : Math.min(this.#stream.leaderCommit, this.#stream.verified);
  }

  /** A snapshot is being switched in: until that is durable the log is neither the old one nor the new one. */
  get installing(): boolean {
    return this.#installing !== null;
  }

  tick(elapsedMs: number): void {
    this.#joinMs += elapsedMs;
    if (this.#stream === null) return;
    this.#stream.silentMs += elapsedMs;
    // The leader may know only our previous boot, or may not know us at all.
    if (this.#stream.silentMs >= SILENT_STREAM_HEARTBEATS * this.#self.timing.heartbeatMs) this.#rejoin();
  }

  // ---------------------------------------------------------------- which leader

  /** The leader of the highest rank that is heard both ways and that our log has not left behind. */
  leaderToFollow(): ReplicaId | null {
    const { peers, log } = this.#self;
    let best: { readonly id: ReplicaId; readonly view: View } | null = null;
    for (const id of peers.ids) {
      const beat = peers.lastBeat(id);
      if (beat === null || beat.role !== "leader" || beat.view === null || !peers.reach(id)) continue;
      // If our log follows its last view, that leader has been replaced and has not noticed yet.
      const rel = relation(log.lineage, beat.view, beat.lineageTail);
      if (rel === "behind" || (rel === "fork" && mustYield(log, beat) === "they")) continue;
      if (best === null || compareRank(beat.view, best.view) > 0) best = { id, view: beat.view };
    }
    return best?.id ?? null;
  }

  follow(id: ReplicaId): void {
    this.leave();
    this.#leaderId = id;
    this.#joinMs = Number.POSITIVE_INFINITY;
  }

  /** The leader is gone, or we lead. A snapshot that is being installed goes on. */
  leave(): void {
    this.#rejoin();
    this.#leaderId = null;
    this.#tailFrom = null;
    this.#fetching = null;
  }

  /** A candidate has our promise: its Appends will say where it begins, so ask nobody in the meantime. */
  promisedTo(candidate: ReplicaId): void {
    if (this.#leaderId === candidate) this.#rejoin();
    else this.leave();
    this.#joinMs = 0;
  }

  /** The leader's stream does not fit our log, or ended: ask to be taken in again. */
  #rejoin(): void {
    this.#stream = null;
    this.#ackDue = false;
  }

  // ---------------------------------------------------------------- what we send

  /** At the end of a turn: one Join or one AppendOk, if it is due. */
  answer(): void {
    const { log, peers, identity } = this.#self;
    const [to, stream] = [this.#leaderId, this.#stream];
    if (to === null) return;
    if (stream === null) {
      const busy = this.#fetching !== null || this.#installing !== null;
      if (this.#joinMs >= JOIN_AGAIN_MS && !busy) this.#join(to);
      return;
    }
    // R2: after a promise to another candidate nothing is acknowledged to the old leader.
    if (this.#ackDue && sameBallot(stream.ballot, log.promised)) {
      const { ballot, round, verified } = stream;
      const seq = Math.min(verified, log.durableSeq);
      this.#ackDue = false;
      this.#self.emit({ type: "send", to, frame: { type: "appendOk", ballot, seq, bootId: identity.bootId, round } });
    }
    const beat = peers.lastBeat(to);
    if (beat !== null) this.#self.compact(beat.floor);
  }

  #join(to: ReplicaId): void {
    this.#joinMs = 0;
    const { log, identity, commit } = this.#self;
    const { storeId, bootId } = identity;
    const { promised, lastSeq } = log;
    const frame: Join = { type: "join", storeId, bootId, promised, lineage: log.lineage.points(), lastSeq, commit };
    this.#self.emit({ type: "send", to, frame });
  }

  /** Asks a replica that leads nobody for the entries up to a view that it holds and that we lack. */
  askForTail(holder: ReplicaId): void {
    if (this.#joinMs < JOIN_AGAIN_MS) return;
    this.#tailFrom = holder;
    this.#join(holder);
  }

  // ---------------------------------------------------------------- entries

  /** An Append of the leader that we follow, not below our promise. True if it fitted. */
  append({ ballot, prevSeq, prevViewNo, batches, commit, round }: Append): boolean {
    const { log } = this.#self;
    const raises = compareBallots(ballot, log.promised) > 0;
    if (!log.holds(prevSeq, prevViewNo) || !this.#take(batches, raises ? ballot : null)) {
      this.#rejoin();
      return false;
    }
    if (this.#stream === null || !sameBallot(this.#stream.ballot, ballot)) {
      this.#stream = { ballot, verified: 0, leaderCommit: commit, round: 0, silentMs: 0 };
    }
    const stream = this.#stream;
    const end = prevSeq + batches.reduce((count, batch) => count + batchLength(batch), 0);
    const isOnlyNews = batches.length === 0 && end <= stream.verified && commit > stream.leaderCommit;
    // Fresh entries are acknowledged once they are durable, entries that were here already at once, and a mere
    // notice of a commit not at all: it would cost the leader a frame for nothing.
    if ((end <= log.durableSeq && !isOnlyNews) || round > stream.round) this.#ackDue = true;
    stream.verified = Math.max(stream.verified, end);
    stream.leaderCommit = commit;
    stream.round = Math.max(stream.round, round);
    stream.silentMs = 0;
    this.#fetching = null;
    return true;
  }

  /** Entries of a newer view that names us. True if they fitted. Only while nobody leads. */
  tail(from: ReplicaId, { prevSeq, prevViewNo, batches }: Tail): boolean {
    // A late Tail could cut entries that a leader in between made us acknowledge.
    if (from !== this.#tailFrom || this.#installing !== null) return false;
    if (!this.#self.log.holds(prevSeq, prevViewNo)) return false;
    this.#take(batches, null);
    this.#joinMs = Number.POSITIVE_INFINITY;
    return true;
  }

  /**
   * Takes contiguous batches into the log. It skips entries that are here already, and cuts only where an entry
   * differs, so a shorter Append that arrives late never cuts. False if the cut would undo what was applied.
   */
  #take(batches: readonly Batch[], promised: Ballot | null): boolean {
    const { log, commit } = this.#self;
    const fresh = log.fresh(batches);
    const cutAfter = fresh.length === 0 ? null : batchFirstSeq(fresh[0]!) - 1;
    if (cutAfter !== null && cutAfter < commit) return false;
    if (fresh.length === 0 && promised === null) return true;
    const cut = cutAfter !== null && cutAfter < log.lastSeq ? cutAfter : null;
    if (cut !== null) {
      const winner = promised?.replicaId ?? log.promised.replicaId;
      this.#self.notice({ kind: "merge", winner, ops: log.lastSeq - cut });
    }
    log.append(fresh, cut, promised);
    if (fresh.some((batch) => batch.kind === "view" && !this.#self.isIn(batch.view))) this.#self.becomeInactive();
    return true;
  }

  /** All writes up to `token` are on the disk. */
  persisted(token: PersistToken): void {
    if (this.#installing !== null && token >= this.#installing.token) {
      const { snapshot } = this.#installing;
      this.#installing = null;
      this.#self.commitReplaced(snapshot.appliedSeq);
      this.#self.emit({ type: "openSnapshot", snapshot });
      this.#joinMs = Number.POSITIVE_INFINITY;
    }
    if (this.#stream !== null) this.#ackDue = true;
  }

  // ---------------------------------------------------------------- snapshots (R8)

  /** The leader cannot mend our log by Appends: its state is needed. */
  offered(from: ReplicaId, { ballot, commonSeq }: SnapshotOffer): void {
    if (from !== this.#leaderId || this.#stream !== null || this.#installing !== null) return;
    if (compareBallots(ballot, this.#self.log.promised) < 0) return;
    if (this.#fetching !== null && sameBallot(this.#fetching.ballot, ballot)) return;
    this.#fetching = { from, ballot };
    this.#self.emit({ type: "fetchSnapshot", from, ballot, commonSeq });
  }

  /** Staged beside the old state; switched in here together with its part of the log. */
  fetched(snapshot: StagedSnapshot): void {
    const { log } = this.#self;
    const fetching = this.#fetching;
    this.#fetching = null;
    if (fetching === null || fetching.from !== this.#leaderId || !sameBallot(fetching.ballot, snapshot.ballot)) return;
    if (compareBallots(snapshot.ballot, log.promised) < 0) return;
    const points = snapshot.lineage.map(({ no, startSeq }) => ({ no, startSeq }));
    const common = log.lineage.commonSeq(log.lastSeq, points, snapshot.appliedSeq);
    // Our log changed, or the leader compacted its own, while the snapshot was fetched: it does not fit any more.
    if (common !== snapshot.commonSeq || snapshot.appliedSeq < common) return;
    this.#self.becomeInactive();
    if (log.lastSeq > common) this.#self.notice({ kind: "merge", winner: fetching.from, ops: log.lastSeq - common });
    this.#installing = { snapshot, token: log.install(snapshot, snapshot.ballot) };
  }

  fetchFailed(): void {
    this.#fetching = null;
  }
}
