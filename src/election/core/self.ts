/**
 * What one replica is in every role: its identity, its log, what it knows about its peers, whether it is active (R7),
 * and how far its log is committed. The parts of a core (Standing, Following, Leadership) share it, and it collects
 * the effects of the step that runs.
 */
import { assert } from "../../base/assert.ts";
import type { Effect, Identity, Notice, Restored, Timing } from "../event.ts";
import { compareViewNos, isMember, type Seq, type View, type ViewNo } from "../view.ts";
import { LogMirror } from "./log-mirror.ts";
import type { Supporter } from "./may-lead.ts";
import { PeerTable } from "./peer-table.ts";

/** Mutable; owned by one core. */
export class Self {
  readonly identity: Identity;
  readonly timing: Timing;
  readonly log: LogMirror;
  readonly peers: PeerTable;
  #effects: Effect[] = [];
  #active = false;
  /** The newest view that this replica agreed to be dropped from, or that it saw without itself. */
  #leftView: ViewNo | null = null;
  /** Entries up to here were handed out to be applied. At most durableSeq. */
  #commit: Seq;
  /** Every configured replica holds the log up to here, as far as this replica knows. */
  #floor: Seq = 0;

  constructor(identity: Identity, timing: Timing, restored: Restored) {
    assert(restored.appliedSeq <= restored.lastSeq, "the state is not ahead of the log");
    this.identity = identity;
    this.timing = timing;
    this.log = new LogMirror(restored, (effect) => this.emit(effect));
    this.peers = new PeerTable(identity, timing);
    this.#commit = restored.appliedSeq;
  }

  // ---------------------------------------------------------------- effects

  /** Begins a step: everything that is emitted from now on is added to the array returned. */
  newEffects(): Effect[] {
    this.#effects = [];
    return this.#effects;
  }

  emit(effect: Effect): void {
    this.#effects.push(effect);
  }

  notice(notice: Notice): void {
    this.emit({ type: "notice", notice });
  }

  // ---------------------------------------------------------------- views

  /** The last view of the log, which need not be active yet; null while the log is empty. */
  view(): View | null {
    return this.log.lineage.last();
  }

  /** Another store under our id does not count: a wiped disk is another member. */
  isIn(view: View): boolean {
    return isMember(view, this.identity.replicaId, this.identity.storeId);
  }

  /** R7: this replica has been in the newest active view that it knows, without interruption. */
  get active(): boolean {
    return this.#active;
  }

  becomeActive(): void {
    this.#active = true;
    this.log.markActive();
  }

  becomeInactive(): void {
    this.#active = false;
  }

  /**
   * The others may continue without this replica in view `no`. That view and older ones never make it active again,
   * even if their commit is reported late.
   */
  leaveView(no: ViewNo): void {
    this.#active = false;
    if (this.#leftView === null || compareViewNos(no, this.#leftView) > 0) this.#leftView = no;
  }

  hasLeft(view: View): boolean {
    return this.#leftView !== null && compareViewNos(view.no, this.#leftView) <= 0;
  }

  /** What this replica is to a candidate, itself included. `consents`: the others may drop it (R10). */
  supporter(consents: boolean): Supporter {
    const { log } = this;
    return {
      replicaId: this.identity.replicaId,
      storeId: this.identity.storeId,
      active: this.#active,
      eligible: log.admitted && !log.rollback,
      admitted: log.admitted,
      leaving: consents,
      view: this.view(),
      lastSeq: log.lastSeq,
    };
  }

  // ---------------------------------------------------------------- commit and compaction

  get commit(): Seq {
    return this.#commit;
  }

  /** Entries up to `known` are on the disk of every member, and equal here. Those that are durable here are applied. */
  commitUpTo(known: Seq): void {
    const commit = Math.min(known, this.log.durableSeq);
    if (commit <= this.#commit) return;
    this.#commit = commit;
    this.emit({ type: "commit", seq: commit });
  }

  /** A snapshot took the place of the state: its entries are applied already. */
  commitReplaced(appliedSeq: Seq): void {
    this.#commit = appliedSeq;
  }

  get floor(): Seq {
    return this.#floor;
  }

  /** R8: deletes only entries that every configured replica holds, and keeps `keepEntries` behind them. */
  compact(floor: Seq): void {
    const { log, timing } = this;
    this.#floor = Math.min(floor, this.#commit);
    const upTo = this.#floor - timing.keepEntries;
    // Half of `keepEntries` at a time, so that one compaction does not follow each commit.
    if (upTo >= log.firstSeq + timing.keepEntries / 2) log.compact(upTo);
  }
}
