/**
 * The ports that election needs. Each is implemented twice, for replicas and for the simulator, and
 * the contract suites in tests/contract run against both.
 */
import type { PersistRows, Restored, StagedSnapshot } from "./event.ts";
import type { Batch, Frame } from "./frame.ts";
import type { ReplicaId, Seq, View } from "./view.ts";

/** The replicated log on this replica's disk (log.db). */
export interface LogStorage {
  /** What the log holds at the start. */
  restore(): Restored;
  /**
   * Writes all rows in one transaction and returns when they are on the disk (fsync).
   * Throws StorageFull if the disk is full (nothing was written), else StorageDamaged: the process
   * must then end, because a failed fsync must never be tried again.
   */
  write(rows: readonly PersistRows[]): void;
  /** True while writes are refused because the disk is nearly full. */
  readonly roomLow: boolean;
  /**
   * Like `write` for rows that only append, but does not block during the fsync. The rows can be read
   * at once, and are on the disk when it resolves. Rejects like `write` throws. One call at a time.
   */
  writeAside(rows: readonly PersistRows[]): Promise<void>;
  /**
   * Contiguous batches with exactly the entries from `fromSeq` to `upTo` (both included). Throws StorageDamaged if a
   * checksum does not match.
   */
  read(fromSeq: Seq, upTo: Seq): Batch[];
  /** All views, oldest first. */
  lineage(): readonly View[];
  /** Deletes whole rows up to `upTo`. The lineage stays. */
  compact(upTo: Seq): void;
  /** The first `limit` ops of the fork queue with an id above `afterId` (0: from the first on), oldest first. */
  forkQueue(limit: number, afterId?: number): ForkedOp[];
  /** Archives ops of the fork queue that were committed in an active view. */
  forkConfirmed(ids: readonly number[]): void;
  close(): void;
}

/** What the releases of a cluster allow; the rules are in release.ts. */
export interface Formats {
  /** The newest op format that may be written, which is the one enabled in this replica's rows. */
  inForce(): number;
  /**
   * Whether this replica, as leader, may append the op now. False if the op enables a format that a configured replica
   * does not announce now, even if it did when the op was proposed, unless the op names that replica as given up. The
   * proposer sends a refused op again.
   */
  mayAppend(key: string, op: Uint8Array): boolean;
  /** What to do about the snapshot that this leader offers. After "ends" the process ends. */
  snapshotFrom(leader: ReplicaId): "takes" | "waits" | "ends";
}

/** An op of a branch that lost, waiting to be proposed again. */
export interface ForkedOp {
  readonly id: number;
  readonly op: Uint8Array;
}

/** The result of one op. Only the state machine knows `Result`; election passes it through. */
export interface AppliedEntry<Result = unknown> {
  readonly seq: Seq;
  /** The key under which the op was proposed; "" if its bytes are no op. */
  readonly key: string;
  readonly result: Result;
  /** True if this is the copy of the op that a merge proposed again. */
  readonly recovered: boolean;
}

/** Applied ops of one view, in log order; at least one. */
export interface AppliedGroup<Entry extends AppliedEntry = AppliedEntry> {
  /** `viewNoKey` of the view. */
  readonly view: string;
  readonly ops: readonly Entry[];
}

/** The replicated state (state-N.db) as the driver sees it: apply is the only writer. */
export interface StateMachine<Entry extends AppliedEntry = AppliedEntry> {
  /** Seq of the last entry that the state covers; 0 when empty. */
  appliedSeq(): Seq;
  /**
   * Applies committed batches in order, advances appliedSeq and returns the result of each op; `flush` writes
   * them to the file. Ops that an error has rolled back are applied, and returned, again with the next batches.
   * Never throws for the content of an op: an op that cannot be applied has a recorded result.
   * Throws StorageFull; appliedSeq may then have gone back to what the file holds.
   */
  apply(batches: readonly Batch[]): readonly AppliedGroup<Entry>[];
  /** Writes what was applied to the file, in one transaction. Throws like `apply`. */
  flush(): void;
  /** Makes all applied entries durable, so that they may be deleted from the log. */
  sync(): Promise<void>;
  /**
   * The ops after `after` that the rules refused, except recovered ones: among the applied ones, of which the state
   * remembers a bounded number, and in `rest`. The batches in `rest` follow the applied entries; they are tried out, and
   * nothing of them stays. Never throws for a full disk; it then knows of fewer refusals.
   */
  refusedAfter(after: Seq, rest: readonly Batch[]): ReadonlySet<Seq>;
}

/** Offers snapshots of our state, and receives those of a leader. */
export interface SnapshotStore {
  /**
   * A consistent copy of state and log for a joiner whose log equals ours up to `commonSeq`. It is read at the joiner's
   * pace.
   */
  offer(commonSeq: Seq): Promise<SnapshotSource>;
  /** Stages a leader's snapshot beside the old state. It is verified and fsynced when this resolves. */
  receive(source: SnapshotSource): Promise<StagedSnapshot>;
}

/** A snapshot that can be read once. Read it to its end or leave the loop; both release it. */
export interface SnapshotSource {
  readonly header: Omit<StagedSnapshot, "ref">;
  /** Pieces of at most 256 KiB, in order. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Carries frames to and from the peers. It may lose frames, but never invents, duplicates or reorders them within a
 * connection.
 */
export interface PeerTransport {
  /** Passes a frame to the peer's connection; drops it if there is none or its queue is full. */
  send(to: ReplicaId, frame: Frame): void;
  /** Passes waiting frames on to the sockets now, before the thread blocks on the disk. False: there were none. */
  flush(): boolean;
  /** Dials once, and calls `onRefused` if nothing listens there. */
  probe(peer: ReplicaId): void;
  /** Closes all connections and forgets what they buffered. */
  resetPeers(): void;
  /** Asks a peer for a snapshot. Rejects, or its chunks do, if the peer or the connection fails. */
  fetchSnapshot(from: ReplicaId, commonSeq: Seq): Promise<SnapshotSource>;
}

/** Gets the frames and refusals from a transport. */
export interface PeerListener {
  onFrame(from: ReplicaId, frame: Frame): void;
  onRefused(peer: ReplicaId): void;
}

/** A write that found the disk full is tried again after this long. */
export const DISK_FULL_RETRY_MS = 500;

/** The disk has no room. Nothing was written, and the same write may be tried again. */
export class StorageFull extends Error {
  override readonly name = "StorageFull";
}

/** The disk failed, or returned something else than was written. The process must stop using the file. */
export class StorageDamaged extends Error {
  override readonly name: string = "StorageDamaged";
  /** The file that must be set aside. With the log, the state is set aside too, because it is derived from it. */
  readonly file: "log" | "state";

  constructor(file: "log" | "state", message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** The disk refused an operation. The data on it may be intact. */
export class DiskFailed extends StorageDamaged {
  override readonly name = "DiskFailed";
}

/** How a proposal ended for its proposer. Election passes the op's result through without looking at it. */
export type ProposalOutcome<Result> =
  /**
   * Committed, and applied on this replica. `sentAgain`: it was sent to a leader more than once, so another copy of it
   * may still be applied, from the fork queue of a replica for example. A refusal by the rules is then not definite.
   */
  | { readonly kind: "applied"; readonly seq: Seq; readonly result: Result; readonly sentAgain?: true }
  /**
   * It was never sent to a leader, so it did not happen. `lacksReplicas`: no replica can lead until another one is
   * back.
   */
  | { readonly kind: "no_leader"; readonly lacksReplicas?: boolean }
  /** This replica takes no writes now (disk full, stopping), so it did not happen. */
  | { readonly kind: "not_writable"; readonly reason: string }
  /** This replica's queue is full, so it did not happen. */
  | { readonly kind: "slow_down"; readonly retryAfterMs: number }
  /** It was sent but was not applied here in time, so it is unknown whether it happened. */
  | { readonly kind: "timed_out" };
