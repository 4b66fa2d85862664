/**
 * What election needs from the outside, each implemented twice: for real and for the
 * simulator. Contract suites in tests/contract run against both.
 */
import type { PersistRows, Restored, StagedSnapshot } from "./event.ts";
import type { Batch, Frame } from "./frame.ts";
import type { ReplicaId, Seq, View } from "./view.ts";

/** The replicated log on this replica's disk (log.db). */
export interface LogStorage {
  restore(): Restored;
  /**
   * Writes all rows in one transaction and returns when they are on the disk (fsync).
   * Throws StorageFull when the disk is full (nothing was written) and StorageDamaged
   * otherwise: the process must stop, a failed fsync is never tried again.
   */
  write(rows: readonly PersistRows[]): void;
  /** True while writes are refused because the disk is nearly full, before it is. */
  readonly roomLow: boolean;
  /**
   * The same for rows that only append, without blocking meanwhile: what it wrote can be read
   * at once and is on the disk when it resolves. StorageFull means nothing was written. One at a time.
   */
  writeAside(rows: readonly PersistRows[]): Promise<void>;
  /** Contiguous batches from `fromSeq` to `upTo` (both included), cut at batch borders if needed. Throws StorageDamaged on a checksum mismatch. */
  read(fromSeq: Seq, upTo: Seq): Batch[];
  /** All views, oldest first. */
  lineage(): readonly View[];
  /** Deletes whole rows up to seq; the lineage stays. */
  compact(upTo: Seq): void;
  /** The first op of the fork queue after the one of this id (0: the first of all) and up to `limit` in all, oldest first. */
  forkQueue(limit: number, afterId?: number): ForkedOp[];
  /** The op was committed in an active view: archive it. */
  forkConfirmed(ids: readonly number[]): void;
  close(): void;
}

/** What the releases of a cluster allow; the rules are in release.ts. */
export interface Formats {
  /** The newest format of ops that may be written: it is enabled in the rows of this replica. */
  inForce(): number;
  /** What to do about the snapshot that this leader offers. After "ends" nothing more happens: the process ends. */
  snapshotFrom(leader: ReplicaId): "takes" | "waits" | "ends";
}

/** An op of a branch that lost, waiting to be proposed again. */
export interface ForkedOp {
  readonly id: number;
  readonly op: Uint8Array;
}

/** What came of one op. `Result` is the state's business: it only passes through. */
export interface AppliedEntry<Result = unknown> {
  readonly seq: Seq;
  /** Under which the op was proposed; "" if its bytes were none. */
  readonly key: string;
  readonly result: Result;
  /** It was the copy that a merge brought back. */
  readonly recovered: boolean;
}

/** Ops of one view that were applied, in the order of the log: at least one. */
export interface AppliedGroup<Entry extends AppliedEntry = AppliedEntry> {
  /** `viewNoKey` of the view. */
  readonly view: string;
  readonly ops: readonly Entry[];
}

/** The replicated state (state-N.db) as the driver sees it: apply is the only writer. */
export interface StateMachine<Entry extends AppliedEntry = AppliedEntry> {
  /** Entries covered by the state; 0 when empty. */
  appliedSeq(): Seq;
  /**
   * Applies committed batches in order, advances appliedSeq and answers what came of each op; `flush` puts
   * them into the file. What was rolled back by an error is applied, and answered, again with the next batches.
   * Never throws for what an op says: an op that cannot be applied has a recorded result.
   * Throws StorageFull: then appliedSeq may have gone back to what the file holds.
   */
  apply(batches: readonly Batch[]): readonly AppliedGroup<Entry>[];
  /** Writes what was applied to the file, in one transaction. Throws like `apply`. */
  flush(): void;
  /** Makes all applied entries durable, so that the log under them may go. */
  sync(): Promise<void>;
}

/** Receives fetched snapshots and switches to them; gives out ours. */
export interface SnapshotStore {
  /** A consistent copy of state and log for a joiner; the stream is bounded by the reader's pace. */
  offer(commonSeq: Seq): Promise<SnapshotSource>;
  /** Stages what a leader sends, beside the old state; verified and fsynced when it returns. */
  receive(source: SnapshotSource): Promise<StagedSnapshot>;
}

export interface SnapshotSource {
  readonly header: Omit<StagedSnapshot, "ref">;
  /** Pieces of at most 256 KiB, in order. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Frames to and from the peers; loses, never invents, duplicates or reorders within one connection. */
export interface PeerTransport {
  /** Hands a frame to the peer's connection; dropped if there is none or its queue is full. */
  send(to: ReplicaId, frame: Frame): void;
  /** Hands what was sent to the connections now, before the thread blocks on the disk. False: nothing waited. */
  flush(): boolean;
  /** Dials once; reports `refused` if nobody listens there. */
  probe(peer: ReplicaId): void;
  /** Closes all connections and forgets what they buffered. */
  resetPeers(): void;
  fetchSnapshot(from: ReplicaId, commonSeq: Seq): Promise<SnapshotSource>;
}

/** What the transport tells its owner. */
export interface PeerListener {
  onFrame(from: ReplicaId, frame: Frame): void;
  onRefused(peer: ReplicaId): void;
}

/** A write that found the disk full is tried again after this long. */
export const DISK_FULL_RETRY_MS = 500;

/** The disk has no room: nothing was written, the same write may be tried again. */
export class StorageFull extends Error {
  override readonly name = "StorageFull";
}

/** The disk failed, or what was read is not what was written: the process must stop. */
export class StorageDamaged extends Error {
  override readonly name: string = "StorageDamaged";
  /** The file that must be set aside: with the log goes the state, which is derived from it. */
  readonly file: "log" | "state";

  constructor(file: "log" | "state", message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** The disk does not do what it is told; what is on it may be whole. */
export class DiskFailed extends StorageDamaged {
  override readonly name = "DiskFailed";
}

/** How a proposal ended for its proposer. What apply made of the op passes through the engine unseen. */
export type ProposalOutcome<Result> =
  /** Committed, and applied on this replica. */
  | { readonly kind: "applied"; readonly seq: Seq; readonly result: Result }
  /** It was never handed to a leader: it did not happen. `lacksReplicas`: waiting does not help until another replica is back. */
  | { readonly kind: "no_leader"; readonly lacksReplicas?: boolean }
  /** This replica cannot take writes now (disk full, stopping, queue full): it did not happen. */
  | { readonly kind: "not_writable"; readonly reason: string }
  | { readonly kind: "slow_down"; readonly retryAfterMs: number }
  /** Handed over but not seen committed in time: unknown. */
  | { readonly kind: "timed_out" };
