/**
 * The border of the core: events go in, effects come out, and nothing else passes. Each event
 * comes with the time, and effects say what must be done. The core has no clock, no randomness
 * and no I/O, so that the simulator can run it and replay every run.
 */
import type { Batch, Frame, Role } from "./frame.ts";
import type { Ballot, ReplicaId, Seq, View, ViewNo } from "./view.ts";

/** Identifies a `persist` effect; `persisted` events arrive in the order of the effects. */
export type PersistToken = number;

/** A snapshot that the driver has fetched, verified and fsynced beside the old state. */
export interface StagedSnapshot {
  /** The driver's number for it. */
  readonly ref: number;
  /** Ballot of the leader that sent it. */
  readonly ballot: Ballot;
  /** The whole lineage up to the snapshot, oldest first; the last view starts at or before appliedSeq. */
  readonly lineage: readonly View[];
  /** First seq of the log rows in the snapshot (appliedSeq + 1 if it has none). */
  readonly logFirstSeq: Seq;
  /** The state holds exactly the entries up to this seq, and the log rows end here. */
  readonly appliedSeq: Seq;
  /** Up to this seq, the joiner's own log equals the sender's. */
  readonly commonSeq: Seq;
}

/** What the core is given. */
export type Event =
  /** Time has passed. Given every tickMs. */
  | { readonly type: "tick" }
  /** The last event of a turn. The core now sends what the events before it made necessary, once per peer. */
  | { readonly type: "turnEnd" }
  | { readonly type: "frame"; readonly from: ReplicaId; readonly frame: Frame }
  /** A dial was refused: nothing listens on the peer's port. */
  | { readonly type: "refused"; readonly peer: ReplicaId }
  /** All `persist` effects up to this token are on the disk. */
  | { readonly type: "persisted"; readonly token: PersistToken }
  /** COMMIT_REST_MS have passed since a `rest` effect. */
  | { readonly type: "rested" }
  /**
   * Encoded ops for the log, from this replica's clients or forwarded; ignored unless leading (see
   * CoreStatus.accepting).
   */
  | { readonly type: "propose"; readonly ops: readonly Uint8Array[] }
  | { readonly type: "snapshotFetched"; readonly snapshot: StagedSnapshot }
  | { readonly type: "snapshotFailed" }
  /** Ask the leader how far the log is committed. Answered by `readReady`, or not at all. Ids are unique per boot. */
  | { readonly type: "readIndex"; readonly id: number }
  /** Stop gracefully: leave the view, hand leadership over, then `stopped`. */
  | { readonly type: "shutdown" };

/**
 * Rows for log.db, written in one transaction. It switches the snapshot in, cuts the log, appends
 * the batches and writes meta, in this order.
 */
export interface PersistRows {
  promised?: Ballot;
  /** The store has been in an active view. */
  admitted?: true;
  /**
   * The store is in the middle of a roll-back: the log was cut or replaced, and it is not in an active view again yet.
   */
  rollback?: boolean;
  snapshot?: StagedSnapshot;
  /** The last seq to keep. The ops after it are moved to the fork queue. */
  cutAfter?: Seq;
  /**
   * Ops that a snapshot or a cut removes and that their own branch refused, so that they have failed for good: they do
   * not go to the fork queue. The driver adds them.
   */
  refused?: ReadonlySet<Seq>;
  append?: Batch[];
}

/** What the driver must do. */
export type Effect =
  /** Write rows. The driver may write several `persist` effects in one transaction, in their order. */
  | { readonly type: "persist"; readonly token: PersistToken; readonly rows: PersistRows }
  | { readonly type: "send"; readonly to: ReplicaId; readonly frame: Exclude<Frame, { type: "append" | "tail" }> }
  /** Send a Tail with the log's entries (prevSeq, upTo]. */
  | {
      readonly type: "sendTail";
      readonly to: ReplicaId;
      readonly prevSeq: Seq;
      readonly prevViewNo: ViewNo | null;
      readonly upTo: Seq;
    }
  /** Send an Append with the log's entries (prevSeq, upTo]. The driver reads them; they may not be durable here yet. */
  | {
      readonly type: "sendAppend";
      readonly to: ReplicaId;
      readonly ballot: Ballot;
      readonly prevSeq: Seq;
      readonly prevViewNo: ViewNo | null;
      readonly upTo: Seq;
      readonly commit: Seq;
      readonly round: number;
    }
  /** Give `rested` after COMMIT_REST_MS. Only one is under way at a time. */
  | { readonly type: "rest" }
  /** Once this replica has applied up to seq, the read with this id sees everything acknowledged before it. */
  | { readonly type: "readReady"; readonly id: number; readonly seq: Seq }
  /** Entries up to seq are committed. Apply them in order and answer their proposers. */
  | { readonly type: "commit"; readonly seq: Seq }
  /**
   * Fetch a snapshot from the leader, then give `snapshotFetched` or `snapshotFailed`. A later fetch replaces this one.
   */
  | { readonly type: "fetchSnapshot"; readonly from: ReplicaId; readonly ballot: Ballot; readonly commonSeq: Seq }
  /** A staged snapshot was switched in durably. Open its state; the applied seq is its appliedSeq. */
  | { readonly type: "openSnapshot"; readonly snapshot: StagedSnapshot }
  /** All configured replicas hold the entries up to seq. Delete them once the state covers them durably. */
  | { readonly type: "compact"; readonly upTo: Seq }
  /** Dial the peer now, to find out whether its port refuses. */
  | { readonly type: "probe"; readonly peer: ReplicaId }
  /** Close all connections of peers and drop what they buffered, because this process was paused. */
  | { readonly type: "resetPeers" }
  /** Report something to people, in status and log. */
  | { readonly type: "notice"; readonly notice: Notice }
  /** The graceful stop is done: this replica will acknowledge nothing more. */
  | { readonly type: "stopped" };

/** News of the core for people. */
export type Notice =
  | { readonly kind: "role"; readonly role: Role; readonly leaderId: ReplicaId | null }
  /** This replica has installed or learned a view that is active. */
  | { readonly kind: "view"; readonly view: View; readonly previous: View | null }
  | { readonly kind: "paused"; readonly ms: number }
  /** This replica's branch lost to another: `ops` entries were cut and will be proposed again. */
  | { readonly kind: "merge"; readonly winner: ReplicaId; readonly ops: number }
  /** This replica waits for the members of the last view in `missing`, which may hold ops that it lacks. */
  | { readonly kind: "waiting"; readonly missing: readonly ReplicaId[] };

/**
 * How long the leader holds back a commit notice, hoping to send it with the next entries, in ms. It is longer than the
 * pause between two messages of one busy sender, and far shorter than people notice.
 */
export const COMMIT_REST_MS = 2;

/** Constants of the protocol; times are in ms. */
export interface Timing {
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** Silence after which a peer is suspected (Tx). */
  readonly suspectMs: number;
  /** A reachable member without durable progress for this long is asked to leave (Tack). */
  readonly progressMs: number;
  /** Silence of all others after which a replica continues alone (Tsole). */
  readonly soleMs: number;
  /** How long recovery by policy waits for the missing members. */
  readonly policyMs: number;
  /** Maximum time of a graceful stop. */
  readonly stopMs: number;
  /** Entries that stay in the log although all replicas hold them, so that a short absence needs no snapshot. */
  readonly keepEntries: number;
}

/** The timing of every released replica. */
export const DEFAULT_TIMING: Timing = {
  tickMs: 50,
  heartbeatMs: 200,
  suspectMs: 1500,
  progressMs: 3000,
  soleMs: 5000,
  policyMs: 15000,
  stopMs: 5000,
  keepEntries: 20_000,
};

/** What a replica knows about itself before it runs. */
export interface Identity {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
  /** 16 hex digits, drawn at each start of the process. */
  readonly bootId: string;
  /** All configured replicas including this one, ascending; at most 7. */
  readonly configured: readonly ReplicaId[];
  readonly consistency: View["consistency"];
  readonly recovery: View["recovery"];
  /** True if all peers are on this host, so that a refused dial proves at once that a peer is dead. */
  readonly loopback: boolean;
  /** True if this store created the cluster (cluster.key names it), so that it may write the first view. */
  readonly creator: boolean;
}

/** What log.db holds at the start. */
export interface Restored {
  readonly promised: Ballot;
  readonly admitted: boolean;
  readonly rollback: boolean;
  /** All view entries, oldest first, including those whose rows were compacted. */
  readonly lineage: readonly View[];
  /** First seq still in the log; lastSeq + 1 if none. */
  readonly logFirstSeq: Seq;
  readonly lastSeq: Seq;
  /** The state on the disk covers the log up to this seq; at most lastSeq. */
  readonly appliedSeq: Seq;
}
