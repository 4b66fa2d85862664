/**
 * Checks the invariants I0 to I14 of ARCHITECTURE.md at every event, from outside the replicas.
 * The checks see the whole world (all disks, all clocks), and look at the disk instead of asking
 * a replica about itself wherever they can.
 */
import type { Notice, Restored, StagedSnapshot } from "../../src/election/event.ts";
import type { Batch, Frame } from "../../src/election/frame.ts";
import { batchFirstSeq, batchLength } from "../../src/election/frame.ts";
import type { Ballot, ReplicaId, Seq, View, ViewNo } from "../../src/election/view.ts";
import {
  compareBallots,
  compareViewNos,
  NO_BALLOT,
  printViewNo,
  sameBallot,
  sameViewNo,
  viewNoKey,
} from "../../src/election/view.ts";
import { effectOf } from "./chat.ts";
import type { SimClocks } from "./clocks.ts";
import type { LogImage, LogWrite } from "./log.ts";
import type { SimDisk } from "./disk.ts";
import { enabledBy } from "./releases.ts";
import type { SimDomain } from "./state.ts";
import type { ReplicaWatch, SimReplica } from "./replica.ts";

/** An acknowledged op. */
export interface Ack {
  readonly key: string;
  readonly seq: Seq;
  readonly viewNo: ViewNo;
  readonly replica: ReplicaId;
  readonly invokedAt: number;
  readonly ackedAt: number;
  /** Its effects, as SimDomain.effects counts them; default: the one effect that its key names. */
  readonly effects?: readonly string[];
}

/** How often a run exercised each kind of event. The fixed list of seeds sums it up. */
export interface Coverage {
  elections: number;
  shrinks: number;
  grows: number;
  snapshots: number;
  compactions: number;
  tornTails: number;
  merges: number;
  pauses: number;
  policies: number;
  /** Ops that a replica dated right although its own clock was wrong. */
  wildClocks: number;
  /** Writes for which a disk had no room. */
  fullDisks: number;
  /** Marks that were acknowledged. */
  marks: number;
  /** Rooms made and joined, and messages to them, that were acknowledged. */
  rooms: number;
  /** Replies in threads. */
  replies: number;
  /** Reactions and edits that were acknowledged. */
  changes: number;
  /** What residents did that was acknowledged (residents.ts). */
  acts: number;
  /** Replicas that ended because a format that they did not know was in force. */
  tooOld: number;
}

/** A coverage of zeros. */
export function noCoverage(): Coverage {
  return {
    elections: 0,
    shrinks: 0,
    grows: 0,
    snapshots: 0,
    compactions: 0,
    tornTails: 0,
    merges: 0,
    pauses: 0,
    policies: 0,
    wildClocks: 0,
    fullDisks: 0,
    marks: 0,
    rooms: 0,
    replies: 0,
    changes: 0,
    acts: 0,
    tooOld: 0,
  };
}

/** A broken invariant, by its number. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: string;

  constructor(invariant: string, what: string) {
    super(`[${invariant}] ${what}`);
    this.invariant = invariant;
  }
}

/** The position of an acknowledged op. Ops that are sent after the acknowledgement must follow it. */
export interface Mark {
  readonly seq: Seq;
  readonly viewNo: ViewNo;
  readonly epoch: number;
}

/** The promises that hold in a run. */
export interface Promises {
  /** True without partitions, or in strict mode: every active leader has every acknowledged op. */
  readonly noForks: boolean;
  /** True if acknowledgements must follow real time. */
  readonly realTime: boolean;
  readonly configured: number;
  readonly strict: boolean;
}

/** For this long after a disk was restored from an older copy, it may lack what it acknowledged before. */
const RESTORED_GRACE_MS = 10_000;

/** See the top of this file. */
export class Checks implements ReplicaWatch {
  readonly coverage = noCoverage();
  readonly acks: Ack[] = [];
  /** Keys of ops that were refused with a definite answer. */
  readonly refused: string[] = [];
  readonly promises: Promises;
  reads = 0;
  /** For scripts, which print what people would see. */
  onNotice: ((replica: SimReplica, notice: Notice) => void) | null = null;
  /** Says what is wrong in the rows at rest; the house of the residents does. */
  complaints: ((domain: SimDomain) => readonly string[]) | null = null;
  onExit: ((replica: SimReplica, how: "killed" | "stopped" | "late") => void) | null = null;
  /** Set by the world. */
  clocks: SimClocks | null = null;
  violation: Violation | null = null;
  /**
   * Odd from the moment at which a view with forkRisk (recovery by policy) is installed until all replicas
   * are in one view without it. In between, the branch itself says that it may lack acknowledged ops.
   */
  epoch = 0;
  /** The newest view with forkRisk. */
  #riskyView: ViewNo = { ballot: NO_BALLOT, minor: 0 };
  readonly #replicas: () => readonly SimReplica[];
  readonly #now: () => number;
  readonly #keyOf: (op: Uint8Array) => string;
  readonly #trace: ((line: string) => void) | null;
  readonly #entries = new Map<string, Map<Seq, object | string>>();
  readonly #chains = new Map<string, number>();
  readonly #ballots = new Map<string, string>();
  readonly #activeLeaders = new Map<string, ReplicaId>();
  readonly #granted = new Map<string, Ballot>();
  readonly #disks = new Map<string, SimDisk>();
  readonly #pausedSince = new Set<ReplicaId>();
  #newestAck: Mark | null = null;
  /** Ops acknowledged in this epoch, and the places at which they must stay. */
  #placed: Ack[] = [];

  constructor(
    promises: Promises,
    replicas: () => readonly SimReplica[],
    now: () => number,
    keyOf: (op: Uint8Array) => string,
    trace: ((line: string) => void) | null,
  ) {
    this.#keyOf = keyOf;
    this.promises = promises;
    this.#replicas = replicas;
    this.#now = now;
    this.#trace = trace;
  }

  broken(invariant: string, what: string): void {
    if (this.violation === null) this.violation = new Violation(invariant, `at ${Math.round(this.#now())} ms: ${what}`);
  }

  trace(line: () => string): void {
    this.#trace?.(`${this.#now().toFixed(1).padStart(9)} ${line()}`);
  }

  // -- boot, stop ------------------------------------------------------------------------

  booted(replica: SimReplica, restored: Restored): void {
    const disk = replica.disk as SimDisk;
    this.#disks.set(disk.storeId, disk);
    this.#pausedSince.delete(replica.id);
    this.trace(
      () => `r${replica.id} boots, log ${restored.logFirstSeq}..${restored.lastSeq}, applied ${restored.appliedSeq}`,
    );
    if (restored.appliedSeq > restored.lastSeq) {
      this.broken("I2", `replica ${replica.id}: state at ${restored.appliedSeq}, log ends at ${restored.lastSeq}`);
    }
    const granted = this.#granted.get(disk.storeId) ?? NO_BALLOT;
    if (compareBallots(restored.promised, granted) < 0) {
      this.broken(
        "I5",
        `replica ${replica.id} promised counter ${granted.counter}, after a restart ${restored.promised.counter}`,
      );
    }
  }

  /** Notes that a folder was restored from an older copy, which also forgets the promises made since. */
  restored(disk: SimDisk): void {
    this.#disks.set(disk.storeId, disk);
    this.#granted.set(disk.storeId, disk.log.promised);
  }

  exited(replica: SimReplica, how: "killed" | "stopped" | "late", torn: boolean): void {
    this.trace(() => `r${replica.id} ${how}${torn ? ", writes lost" : ""}`);
    if (torn) this.coverage.tornTails++;
    this.onExit?.(replica, how);
    this.nothingLost(`replica ${replica.id} was ${how}`);
  }

  diskFull(replica: SimReplica): void {
    this.trace(() => `r${replica.id} finds its disk full`);
    this.coverage.fullDisks++;
  }

  // -- log -------------------------------------------------------------------------------

  /** I2: (viewNo, seq) identifies one entry at every replica. */
  staged(replica: SimReplica, write: LogWrite): void {
    if (write.kind === "compact") this.coverage.compactions++;
    if (write.kind !== "rows") return;
    for (const batch of write.rows.append ?? []) {
      this.#seen(replica, batch);
      if (batch.kind !== "op" || replica.core.role() !== "leader") continue;
      this.#takenOnce(replica, batch.viewNo);
    }
    if (write.rows.promised !== undefined) this.#own(replica, write.rows.promised);
  }

  /** I0: a leader does not append an op again before it has applied it. */
  #takenOnce(replica: SimReplica, { ballot }: ViewNo): void {
    const keys = new Set<string>();
    for (const batch of replica.log.read(Math.max(replica.log.firstSeq, replica.toldSeq + 1), replica.log.lastSeq)) {
      if (batch.kind === "view" || !sameBallot(batch.viewNo.ballot, ballot)) continue;
      for (const op of batch.ops) {
        const key = this.#keyOf(op);
        if (keys.has(key)) this.broken("I0", `leader ${replica.id} appends ${key} twice`);
        keys.add(key);
      }
    }
  }

  /** I13: a leader enables a format only while it hears every configured replica announce that format. */
  taken(replica: SimReplica, ops: readonly Uint8Array[]): void {
    const format = Math.max(0, ...ops.map(enabledBy));
    if (format === 0) return;
    const { peers } = replica.core;
    const announces = (id: ReplicaId): number => {
      if (id === replica.id) return replica.runs?.opFormat ?? 0;
      return peers.hears(id) ? (peers.lastBeat(id)?.release?.opFormat ?? 0) : 0;
    };
    const lacking = this.#replicas().find(({ id }) => announces(id) < format);
    if (lacking === undefined) return;
    this.broken("I13", `leader ${replica.id} enables ${format}, which replica ${lacking.id} does not announce now`);
  }

  #seen(replica: SimReplica, batch: Batch): void {
    const viewNo = batch.kind === "view" ? batch.view.no : batch.viewNo;
    const key = viewNoKey(viewNo);
    let known = this.#entries.get(key);
    if (known === undefined) this.#entries.set(key, (known = new Map()));
    const first = batchFirstSeq(batch);
    for (let i = 0; i < batchLength(batch); i++) {
      const content = batch.kind === "view" ? "view" : (batch.ops[i] as Uint8Array);
      const before = known.get(first + i);
      if (before === undefined) {
        known.set(first + i, content);
        if (batch.kind === "view" && batch.view.forkRisk !== null) this.#mayHaveForked(batch.view);
      }
      if (before !== undefined && before !== content) {
        this.broken("I2", `replica ${replica.id} writes another entry at ${printViewNo(viewNo)}:${first + i}`);
      }
    }
  }

  /** I8: a ballot belongs to one process, whatever disk is restored. */
  #own(replica: SimReplica, ballot: Ballot): void {
    if (ballot.replicaId !== replica.id) return;
    const key = `${ballot.counter}.${ballot.replicaId}.${ballot.nonce}`;
    const owner = `${replica.id}/${replica.incarnation}`;
    const known = this.#ballots.get(key);
    if (known === undefined) this.#ballots.set(key, owner);
    else if (known !== owner) this.broken("I8", `ballot ${key} is used by ${known} and by ${owner}`);
  }

  /** I4: entries that leave a log are in the fork queue, or in the snapshot's state. I5: a promise never falls. */
  durable(replica: SimReplica, before: LogImage | null, write: LogWrite): void {
    if (before !== null || write.kind === "confirmed") this.nothingLost(`replica ${replica.id} changed its log`);
    if (write.kind !== "rows" || before === null) return;
    const after = (replica.disk as SimDisk).log;
    if (compareBallots(after.promised, before.promised) < 0) {
      this.broken(
        "I5",
        `replica ${replica.id}: promised falls from ${before.promised.counter} to ${after.promised.counter}`,
      );
    }
    const kept = new Set<Uint8Array>(after.forked.map((f) => f.op));
    const { snapshot } = write.rows;
    for (const batch of before.batches) {
      if (batch.kind !== "op") continue;
      batch.ops.forEach((op, i) => {
        const seq = batch.firstSeq + i;
        if (snapshot !== undefined && seq <= snapshot.commonSeq) return;
        const there = after.viewAt(seq);
        if (there !== null && sameViewNo(there.no, batch.viewNo)) return;
        if (!kept.has(op) && write.rows.refused?.has(seq) !== true)
          this.broken("I4", `replica ${replica.id}: entry ${seq} of ${printViewNo(batch.viewNo)} left the log`);
      });
    }
  }

  /** I4, for the whole cluster: an acknowledged op is on at least one disk at any time. */
  nothingLost(when: string): void {
    const disks = this.#replicas().flatMap((r) => (r.disk === null ? [] : [r.disk]));
    const states = disks.map((d) => d.state().domain);
    const missing = this.acks.filter(({ key }) => !states.some((s) => s.has(key)));
    if (missing.length === 0) return;
    const elsewhere = new Set<string>();
    for (const { log } of disks) {
      for (const { op } of log.forked) elsewhere.add(this.#keyOf(op));
      for (const batch of log.batches)
        if (batch.kind === "op") for (const op of batch.ops) elsewhere.add(this.#keyOf(op));
    }
    for (const { key } of missing) {
      if (!elsewhere.has(key)) this.broken("I4", `acknowledged op ${key} is on no disk any more after ${when}`);
    }
  }

  // -- frames ----------------------------------------------------------------------------

  sent(replica: SimReplica, _to: ReplicaId, frame: Frame): void {
    const disk = replica.disk as SimDisk;
    if (frame.type === "granted") {
      if (compareBallots(disk.log.promised, frame.ballot) < 0) {
        this.broken("I5", `replica ${replica.id} grants counter ${frame.ballot.counter} before its promise is durable`);
      }
      this.#raiseGranted(disk.storeId, frame.ballot);
    } else if (frame.type === "appendOk") {
      if (disk.log.lastSeq < frame.seq) {
        this.broken("I6", `replica ${replica.id} acknowledges ${frame.seq}, its disk holds ${disk.log.lastSeq}`);
      }
      if (compareBallots(this.#granted.get(disk.storeId) ?? NO_BALLOT, frame.ballot) > 0) {
        this.broken(
          "I5",
          `replica ${replica.id} acknowledges to counter ${frame.ballot.counter} after a higher promise`,
        );
      }
    }
  }

  #raiseGranted(storeId: string, ballot: Ballot): void {
    if (compareBallots(this.#granted.get(storeId) ?? NO_BALLOT, ballot) < 0) this.#granted.set(storeId, ballot);
  }

  // -- commit and apply ------------------------------------------------------------------

  /** I6: a leader commits only what is on the disk of every member of its view. */
  committing(replica: SimReplica, seq: Seq): void {
    const disk = replica.disk as SimDisk;
    const view = replica.log.lineage.at(-1);
    if (seq > disk.log.lastSeq || !sameOrNull(disk.log.viewNoAt(seq), replica.log.viewNoAt(seq))) {
      this.broken("I6", `replica ${replica.id} commits ${seq}, its own disk ends at ${disk.log.lastSeq}`);
      return;
    }
    if (view === undefined || view.leader !== replica.id || replica.core.role() !== "leader") return;
    const few = view.members.length * 2 <= this.promises.configured;
    if (this.promises.strict && few && this.#holdsOps(replica, seq)) {
      this.broken(
        "I8",
        `replica ${replica.id} commits ${seq} with ${view.members.length} of ${this.promises.configured} (strict)`,
      );
    }
    const no = replica.log.viewNoAt(seq);
    for (const member of view.members) {
      const other = this.#disks.get(member.storeId);
      const owner = this.#replicas()[member.replicaId];
      if (other === undefined || owner?.disk !== other) continue; // Its disk was wiped since; it did hold the entry.
      if (this.#now() - other.restoredAt < RESTORED_GRACE_MS) continue;
      if (seq > other.log.lastSeq || !sameOrNull(other.log.viewNoAt(seq), no)) {
        this.broken(
          "I6",
          `leader ${replica.id} commits ${seq} in ${printViewNo(view.no)}, member ${member.replicaId} does not hold it`,
        );
      }
    }
  }

  /** In strict mode, the creator alone may commit the first view, but never ops. */
  #holdsOps(replica: SimReplica, seq: Seq): boolean {
    return replica.log.read(replica.state.appliedSeq + 1, seq).some((b) => b.kind === "op");
  }

  /** I2: replicas that have applied up to the same entry have applied the same history. */
  applied(replica: SimReplica, seq: Seq, viewNo: ViewNo, chain: number): void {
    const key = `${viewNoKey(viewNo)}:${seq}`;
    const known = this.#chains.get(key);
    if (known === undefined) this.#chains.set(key, chain);
    else if (known !== chain)
      this.broken("I2", `replica ${replica.id}: another history under ${printViewNo(viewNo)}:${seq}`);
  }

  opened(replica: SimReplica, snapshot: StagedSnapshot): void {
    this.coverage.snapshots++;
    const { state } = replica;
    if (state.appliedSeq !== snapshot.appliedSeq) {
      this.broken("I2", `replica ${replica.id}: snapshot at ${state.appliedSeq}, announced ${snapshot.appliedSeq}`);
    }
    if (state.appliedView !== null) this.applied(replica, state.appliedSeq, state.appliedView, state.chain);
  }

  // -- notices ---------------------------------------------------------------------------

  notice(replica: SimReplica, notice: Notice): void {
    this.onNotice?.(replica, notice);
    if (notice.kind === "merge") this.coverage.merges++;
    if (notice.kind === "paused") this.#pausedSince.add(replica.id);
    if (notice.kind === "role" && (notice.role === "follower" || notice.role === "leader")) {
      if (this.#pausedSince.delete(replica.id)) this.coverage.pauses++;
    }
    if (notice.kind === "view") this.#viewActive(replica, notice.view, notice.previous);
  }

  #viewActive(replica: SimReplica, view: View, previous: View | null): void {
    const whole = view.forkRisk === null && view.members.length === this.promises.configured;
    // A replica that returns may report an older view that it knew before.
    if (this.risky && whole && compareViewNos(view.no, this.#riskyView) > 0) this.#nextEpoch();
    if (view.leader !== replica.id || replica.core.role() !== "leader") return;
    const ballot = `${view.no.ballot.counter}.${view.no.ballot.replicaId}.${view.no.ballot.nonce}`;
    const other = this.#activeLeaders.get(ballot);
    if (other !== undefined && other !== replica.id) this.broken("I8", `two leaders under ballot ${ballot}`);
    this.#activeLeaders.set(ballot, replica.id);
    if (view.no.minor === 0) {
      this.coverage.elections++;
      if (view.forkRisk !== null) this.coverage.policies++;
    }
    if (previous !== null) {
      if (view.members.length < previous.members.length) this.coverage.shrinks++;
      else if (view.members.length > previous.members.length) this.coverage.grows++;
    }
    // A branch with forkRisk may lack acknowledged ops; a merge brings them back.
    if (this.promises.noForks && !this.risky) this.#holdsAllAcks(replica);
  }

  /** I1: an acknowledged op is in the log of every leader that becomes active. */
  #holdsAllAcks(replica: SimReplica): void {
    const { log } = replica;
    for (let i = this.#placed.length - 1; i >= 0; i--) {
      const ack = this.#placed[i] as Ack;
      if (sameOrNull(log.viewNoAt(ack.seq), ack.viewNo)) continue;
      this.broken("I1", `leader ${replica.id} is active without ${ack.key} (${printViewNo(ack.viewNo)}:${ack.seq})`);
      return;
    }
  }

  // -- clients ---------------------------------------------------------------------------

  #nextEpoch(): void {
    this.epoch++;
    this.#placed = [];
    this.#newestAck = null;
  }

  #mayHaveForked(view: View): void {
    if (!this.risky) this.#nextEpoch();
    if (compareViewNos(view.no, this.#riskyView) > 0) this.#riskyView = view.no;
  }

  get risky(): boolean {
    return this.epoch % 2 === 1;
  }

  /** The newest acknowledgement when a client sends. Pass it to `acked` with the answer. */
  invoked(): Mark | null {
    return this.#newestAck;
  }

  /** True if order and completeness must hold for a request that was sent at `mark`. */
  #comparable(mark: Mark | null): mark is Mark {
    return this.promises.realTime && !this.risky && mark?.epoch === this.epoch;
  }

  /** I8: an op that was acknowledged before another was sent precedes it in the log. */
  acked(ack: Ack, before: Mark | null): void {
    this.acks.push(ack);
    this.#placed.push(ack);
    if (this.#comparable(before) && (ack.seq <= before.seq || compareViewNos(ack.viewNo, before.viewNo) < 0)) {
      const text = `${printViewNo(ack.viewNo)}:${ack.seq} was sent after ${printViewNo(before.viewNo)}:${before.seq} was acknowledged`;
      this.broken("I8", text);
    }
    if (this.#newestAck === null || ack.seq > this.#newestAck.seq) {
      this.#newestAck = { seq: ack.seq, viewNo: ack.viewNo, epoch: this.epoch };
    }
  }

  /** I8: a read with a read index at `seq` sees everything that was acknowledged before it was sent (`before`). */
  read(replica: SimReplica, seq: Seq, before: Mark | null): void {
    this.reads++;
    if (this.#comparable(before) && seq < before.seq) {
      this.broken("I8", `replica ${replica.id} reads at ${seq}, ${before.seq} was acknowledged before it was asked`);
    }
  }

  // -- the end ---------------------------------------------------------------------------

  /** I3 and others: at rest all replicas are equal, hold every acknowledged op once, and have empty fork queues. */
  atRest(): void {
    const [first, ...rest] = this.#replicas();
    if (first === undefined) return;
    for (const other of rest) {
      if (other.state.appliedSeq !== first.state.appliedSeq || other.state.chain !== first.state.chain) {
        this.broken("I3", `replicas ${first.id} and ${other.id} applied different histories`);
      }
      if (other.state.domain.digest() !== first.state.domain.digest()) {
        this.broken("I3", `replicas ${first.id} and ${other.id} hold different rows`);
      }
    }
    for (const replica of this.#replicas()) {
      if ((replica.disk as SimDisk).log.forked.length > 0)
        this.broken("I3", `replica ${replica.id} has a fork queue left`);
    }
    for (const complaint of this.complaints?.(first.state.domain) ?? []) this.broken("I14", complaint);
    const outdated = first.state.domain.outdatedLogins();
    if (outdated.length > 0) this.broken("I10", `${outdated.join(", ")} lives with a password that was changed`);
    for (const [effect, micros] of first.state.domain.dates()) this.clocks?.check(effect, micros);
    const effects = first.state.domain.effects();
    for (const { key, effects: done = [effectOf(key)] } of this.acks) {
      for (const effect of done) {
        const count = effects.get(effect) ?? 0;
        if (count !== 1) this.broken("I3", `"${effect}" of the acknowledged op ${key} is there ${count} times`);
      }
    }
    for (const key of this.refused) {
      if (effects.has(effectOf(key))) this.broken("I12", `${key} was refused, and is there`);
    }
    for (const [id, count] of effects) if (count > 1) this.broken("I3", `${id} is there ${count} times`);
  }
}

function sameOrNull(a: ViewNo | null, b: ViewNo | null): boolean {
  return a !== null && b !== null && sameViewNo(a, b);
}
