/**
 * The core's border: events in, effects out. Nothing else passes. Events carry the
 * time, effects carry what must be done; the core itself has no clock, no randomness
 * and no I/O, so that the simulator can run it and every run can be replayed.
 */
import type { Batch, Frame, Role } from "./frame.ts";
import type { Ballot, ReplicaId, Seq, View, ViewNo } from "./view.ts";

/** Names one Persist effect; Persisted events come back in the order of the effects. */
export type PersistToken = number;

/** A snapshot that the driver has fetched, verified and fsynced beside the old state. */
export interface StagedSnapshot {
  /** The driver's name for it. */
  readonly ref: number;
  /** Ballot of the leader it came from. */
  readonly ballot: Ballot;
  /** The whole lineage under it, oldest first; the last view starts at or before appliedSeq. */
  readonly lineage: readonly View[];
  /** First seq of the log rows that came along (appliedSeq + 1 if none did). */
  readonly logFirstSeq: Seq;
  /** The state holds exactly the entries up to here, and the log rows end here. */
  readonly appliedSeq: Seq;
  /** Up to here the joiner's own log equals the sender's. */
  readonly commonSeq: Seq;
}

export type Event =
  /** Time passed. Every tickMs. */
  | { readonly type: "tick" }
  /** All events of one turn have been given: send what they made necessary, once per peer. */
  | { readonly type: "turnEnd" }
  | { readonly type: "frame"; readonly from: ReplicaId; readonly frame: Frame }
  /** A dial right after a broken connection was refused: nobody listens at the peer's port. */
  | { readonly type: "refused"; readonly peer: ReplicaId }
  /** All Persist effects up to this token are on the disk. */
  | { readonly type: "persisted"; readonly token: PersistToken }
  /** COMMIT_REST_MS have passed since a `rest`. */
  | { readonly type: "rested" }
  /** Encoded ops for the log, from this replica's clients or forwarded; ignored unless leading (see CoreStatus.accepting). */
  | { readonly type: "propose"; readonly ops: readonly Uint8Array[] }
  | { readonly type: "snapshotFetched"; readonly snapshot: StagedSnapshot }
  | { readonly type: "snapshotFailed" }
  /** Ask the leader how far the log is committed; answered by readReady, or not at all. Ids are unique per boot. */
  | { readonly type: "readIndex"; readonly id: number }
  /** Stop gracefully: leave the view, hand leadership over, then `stopped`. */
  | { readonly type: "shutdown" };

/**
 * Rows for log.db, in one transaction. In order: snapshot switched in, log cut, batches
 * appended, meta written. Cutting moves the op entries beyond `cutAfter` to the fork queue.
 */
export interface PersistRows {
  promised?: Ballot;
  /** Store has been in an active view. */
  admitted?: true;
  /** In the middle of a roll-back (log cut or replaced, not yet in an active view again). */
  rollback?: boolean;
  snapshot?: StagedSnapshot;
  /** Keep entries up to here, move the ops beyond to the fork queue. */
  cutAfter?: Seq;
  append?: Batch[];
}

export type Effect =
  /** The driver may write several Persist effects in one transaction, in order. */
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
  /** Send an Append with the log's entries (prevSeq, upTo]; the driver reads them, they may not be durable here yet. */
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
  /** Come back with `rested` in COMMIT_REST_MS; only one is out at a time. */
  | { readonly type: "rest" }
  /** The read of this id sees everything acknowledged before it, once this replica has applied up to seq. */
  | { readonly type: "readReady"; readonly id: number; readonly seq: Seq }
  /** Entries up to seq are committed: apply them in order, answer their proposers. */
  | { readonly type: "commit"; readonly seq: Seq }
  /** Fetch a snapshot from the leader; answer snapshotFetched or snapshotFailed. A later one replaces it. */
  | { readonly type: "fetchSnapshot"; readonly from: ReplicaId; readonly ballot: Ballot; readonly commonSeq: Seq }
  /** A staged snapshot was switched in durably: open its state; applied = its appliedSeq. */
  | { readonly type: "openSnapshot"; readonly snapshot: StagedSnapshot }
  /** Log entries up to seq are held by all configured replicas: they may be deleted once the state covers them durably. */
  | { readonly type: "compact"; readonly upTo: Seq }
  /** Dial the peer now: is its port refused? */
  | { readonly type: "probe"; readonly peer: ReplicaId }
  /** Close all peer connections and drop what they buffered: this process was paused. */
  | { readonly type: "resetPeers" }
  /** Something that people see: for the status page and the log. */
  | { readonly type: "notice"; readonly notice: Notice }
  /** Graceful stop is done: nothing more will be acknowledged by this replica. */
  | { readonly type: "stopped" };

export type Notice =
  | { readonly kind: "role"; readonly role: Role; readonly leaderId: ReplicaId | null }
  /** This replica installed or learned a view that is active. */
  | { readonly kind: "view"; readonly view: View; readonly previous: View | null }
  | { readonly kind: "paused"; readonly ms: number }
  /** This replica's branch lost to another: `ops` entries were cut and will be proposed again. */
  | { readonly kind: "merge"; readonly winner: ReplicaId; readonly ops: number }
  /** Waiting for members of the last view; `missing` hold what this replica may lack. */
  | { readonly kind: "waiting"; readonly missing: readonly ReplicaId[] };

/**
 * So long the news of a commit waits for entries to go with, in ms: longer than the pause between two
 * messages of one busy sender, and far less than anybody notices.
 */
export const COMMIT_REST_MS = 2;

/** Times in ms; protocol constants. */
export interface Timing {
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** Silence after which a peer is suspected (Tx). */
  readonly suspectMs: number;
  /** A reachable member without durable progress for this long is asked to leave (Tack). */
  readonly progressMs: number;
  /** Silence after which a replica goes on alone (Tsole). */
  readonly soleMs: number;
  /** How long recovery by policy waits for the missing members. */
  readonly policyMs: number;
  /** Bound on a graceful stop. */
  readonly stopMs: number;
  /** Entries kept in the log behind what all replicas hold, so that a short absence needs no snapshot. */
  readonly keepEntries: number;
}

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
  /** All configured replicas, ascending, this one among them; at most 7. */
  readonly configured: readonly ReplicaId[];
  readonly consistency: View["consistency"];
  readonly recovery: View["recovery"];
  /** All peers are on this host: a refused dial is proof of death at once. */
  readonly loopback: boolean;
  /** This store created the cluster (named in cluster.key) and may write its first view. */
  readonly creator: boolean;
}

/** What log.db says at start. */
export interface Restored {
  readonly promised: Ballot;
  readonly admitted: boolean;
  readonly rollback: boolean;
  /** All view entries, oldest first, also those whose rows are compacted away. */
  readonly lineage: readonly View[];
  /** First seq still in the log; lastSeq + 1 if none. */
  readonly logFirstSeq: Seq;
  readonly lastSeq: Seq;
  /** The state on disk covers the log up to here; at most lastSeq. */
  readonly appliedSeq: Seq;
}
