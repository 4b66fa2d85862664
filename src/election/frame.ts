/**
 * Frames: the messages between replicas. There is one type for each meaning, so a field exists
 * only where it has one. Their docstrings are written from the sender's point of view ("I").
 * peer.proto is the wire form.
 */
import type { WireGossip } from "../../proto/gen/lastword/v1/Gossip.ts";
import type { Decoded } from "../../proto/message-type.ts";
import type { Release } from "./release.ts";
import type { Ballot, ReplicaId, Seq, View, ViewNo } from "./view.ts";

/** Consecutive ops appended by one leader in one view: one row of log.db, one element of an Append. */
export interface OpBatch {
  readonly kind: "op";
  readonly viewNo: ViewNo;
  readonly firstSeq: Seq;
  /** Encoded Op messages (op.proto), at least one; the i-th has seq firstSeq + i. */
  readonly ops: readonly Uint8Array[];
}

/** One view entry; its seq is `view.startSeq`. */
export interface ViewBatch {
  readonly kind: "view";
  readonly view: View;
}

/** Consecutive entries of the log. */
export type Batch = OpBatch | ViewBatch;

/**
 * Leader, follower, learner (catches up and is no member yet), or recovering (restarted or paused, and follows nobody
 * yet).
 */
export type Role = "leader" | "follower" | "learner" | "recovering";

/** A point of a lineage: entries from `startSeq` on belong to the view `no`. */
export interface LineagePoint {
  readonly no: ViewNo;
  readonly startSeq: Seq;
}

/**
 * Heartbeat, sent every heartbeatMs, and at once if something in it has changed. It holds
 * everything a peer needs to know to decide whether I may lead, follow or be counted.
 */
export interface Beat {
  readonly type: "beat";
  readonly role: Role;
  readonly storeId: string;
  readonly bootId: string;
  /** True while I have been, without interruption, in the newest active view I know of. */
  readonly active: boolean;
  /** True if my store was in an active view and is not in the middle of a roll-back. */
  readonly eligible: boolean;
  /** True if my store was in an active view once (strict mode counts only these stores). */
  readonly admitted: boolean;
  /** My installed view; null while my log is empty. */
  readonly view: View | null;
  /** The newest points of my lineage, oldest first, at most LINEAGE_TAIL_MAX. */
  readonly lineageTail: readonly LineagePoint[];
  readonly lastSeq: Seq;
  readonly durableSeq: Seq;
  readonly commit: Seq;
  readonly promised: Ballot;
  /** The leader that I follow and have heard within suspectMs; my own id if I lead; null if there is none. */
  readonly leaderId: ReplicaId | null;
  /** Peers that I have heard within suspectMs. A link works both ways only if each end lists the other. */
  readonly hears: readonly ReplicaId[];
  /** True if I was asked to stop and no longer count as active. */
  readonly leaving: boolean;
  /** From a leader: every configured replica holds all entries up to here in this lineage. From others: 0. */
  readonly floor: Seq;
  /** First entry still in my log; older ones are in my state only and could not be proposed again. */
  readonly firstSeq: Seq;
  // The driver adds the following fields; the core does not know them.
  /** My wall clock when the Beat was sent, ms since 1970. */
  readonly wallMs?: number;
  /** Seq of the newest entry in my rows, which may be lower than `commit`. */
  readonly applied?: Seq;
  /** The op format that is in force in my rows. */
  readonly opFormat?: number;
  /** Number of ops in my fork queue that wait until their format is in force; absent if there are none. */
  readonly heldOps?: number;
  /** What my executable understands. */
  readonly release?: Release;
}

/** A frame that this executable cannot read: its field number in peer.proto, 0 if it has none. */
export interface UnreadFrame {
  readonly type: "unread";
  readonly number: number;
}

/** Leader to follower or learner: the entries after (prevSeq, prevViewNo), and how far the log is committed. */
export interface Append {
  readonly type: "append";
  readonly ballot: Ballot;
  readonly prevSeq: Seq;
  /** Null when prevSeq is 0. */
  readonly prevViewNo: ViewNo | null;
  /** Contiguous from prevSeq + 1, at most APPEND_ENTRIES_MAX entries. Empty to announce a commit or to probe. */
  readonly batches: readonly Batch[];
  readonly commit: Seq;
  /** Number of the leader's read round. The follower's next AppendOk repeats it. */
  readonly round: number;
}

/** Follower to leader: up to `seq`, my log equals that of the leader with this ballot, and is durable. */
export interface AppendOk {
  readonly type: "appendOk";
  readonly ballot: Ballot;
  readonly seq: Seq;
  readonly bootId: string;
  /** The highest round that I have seen in an Append of this ballot; when it arrived, I still followed that leader. */
  readonly round: number;
}

/** Follower to leader: asks how far the log is committed now. The leader answers once it knows that it still leads. */
export interface ReadIndex {
  readonly type: "readIndex";
  readonly id: number;
}

/** Leader to follower: the log was committed up to `seq` when the ReadIndex with this id arrived. */
export interface ReadIndexOk {
  readonly type: "readIndexOk";
  readonly id: number;
  readonly seq: Seq;
}

/**
 * News beside the log, such as who is connected, who is typing, and addresses. It may be lost
 * without harm, is never answered, and does not concern the core.
 */
export interface Gossip {
  readonly type: "gossip";
  readonly news: GossipNews;
}

/** The oneof of peer.proto: exactly one of its fields is set. At most 64 KiB. */
export type GossipNews = Decoded<WireGossip>;

/**
 * Answer to a leader with the lower ballot `ballot`: I have promised a higher one. It must step down or win one above
 * that.
 */
export interface Refuse {
  readonly type: "refuse";
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/**
 * To a replica that leads: send me the entries I lack. It answers with Append or SnapshotOffer. I repeat it until I
 * accept one.
 */
export interface Join {
  readonly type: "join";
  readonly storeId: string;
  readonly bootId: string;
  readonly promised: Ballot;
  /** All of my lineage that I keep, oldest first. */
  readonly lineage: readonly LineagePoint[];
  readonly lastSeq: Seq;
  /** Entries up to here are in my state, or about to be, and cannot be removed from it. */
  readonly commit: Seq;
}

/**
 * Answer to a Join from a replica that does not lead and hears no leader: the entries that the joiner
 * lacks, so that it can stand with the newest view in its own log. It is not binding and carries no commit.
 */
export interface Tail {
  readonly type: "tail";
  readonly prevSeq: Seq;
  readonly prevViewNo: ViewNo | null;
  readonly batches: readonly Batch[];
}

/** Leader to joiner: Appends cannot bring your state up to date, so fetch a snapshot of mine. */
export interface SnapshotOffer {
  readonly type: "snapshotOffer";
  readonly ballot: Ballot;
  /** Up to this seq, both logs hold the same entries. */
  readonly commonSeq: Seq;
}

/**
 * Candidate to all: promise me this ballot. `handoff` is the ballot of the leader that asked me to stand, if one did.
 */
export interface PromiseRequest {
  readonly type: "promise";
  readonly ballot: Ballot;
  readonly handoff: Ballot | null;
}

/** Answer to a candidate: I promise. Describes what was durable in my log at the promise. */
export interface Granted {
  readonly type: "granted";
  readonly ballot: Ballot;
  readonly storeId: string;
  readonly bootId: string;
  readonly active: boolean;
  readonly eligible: boolean;
  readonly admitted: boolean;
  readonly leaving: boolean;
  readonly view: View | null;
  readonly lastSeq: Seq;
}

/** Answer to a candidate: I do not promise, because I have promised a higher ballot, or hear a live leader. */
export interface Denied {
  readonly type: "denied";
  readonly ballot: Ballot;
  readonly promised: Ballot;
  readonly leaderId: ReplicaId | null;
}

/** Ops that are forwarded to the leader. Not answered, because the sender sees them in its own log. */
export interface Propose {
  readonly type: "propose";
  readonly ops: readonly Uint8Array[];
  /** The key under which apply will report each op, so that the leader need not decode the ops. */
  readonly keys: readonly string[];
}

/**
 * Leader to the member that is to lead next. That member shows the ballot in its PromiseRequest, so that the others
 * grant it.
 */
export interface Handoff {
  readonly type: "handoff";
  readonly ballot: Ballot;
}

/** Leader to a reachable member that makes no progress: asks it to agree to leave the view. */
export interface Leave {
  readonly type: "leave";
  readonly viewNo: ViewNo;
}

/** Answer to Leave: I no longer count as active in that view, so drop me. */
export interface LeaveOk {
  readonly type: "leaveOk";
  readonly viewNo: ViewNo;
}

/** Every frame that this executable knows. */
export type Frame =
  | Beat
  | Append
  | Tail
  | AppendOk
  | Refuse
  | Join
  | SnapshotOffer
  | PromiseRequest
  | Granted
  | Denied
  | Propose
  | Handoff
  | Leave
  | LeaveOk
  | ReadIndex
  | ReadIndexOk
  | Gossip;

/** The `type` of a frame. */
export type FrameType = Frame["type"];

/** Maximum number of lineage points in a Beat: enough to detect a fork that is younger than this many views. */
export const LINEAGE_TAIL_MAX = 16;

/** Maximum number of entries in an Append, and of ops in a Propose; with messages of 8 KiB about 4 MiB on the wire. */
export const APPEND_ENTRIES_MAX = 512;

/** Number of entries in a batch. */
export function batchLength(batch: Batch): number {
  return batch.kind === "op" ? batch.ops.length : 1;
}

/** Seq of the batch's first entry. */
export function batchFirstSeq(batch: Batch): Seq {
  return batch.kind === "op" ? batch.firstSeq : batch.view.startSeq;
}

/** Seq of the batch's last entry. */
export function batchLastSeq(batch: Batch): Seq {
  return batchFirstSeq(batch) + batchLength(batch) - 1;
}

/** The number of the view in which the batch's entries were appended; for a view entry, its own number. */
export function batchViewNo(batch: Batch): ViewNo {
  return batch.kind === "op" ? batch.viewNo : batch.view.no;
}

/** The parts of the batches that are within [fromSeq, upTo]. Ops are shared, not copied. */
export function sliceBatches(batches: readonly Batch[], fromSeq: Seq, upTo: Seq): Batch[] {
  const slices: Batch[] = [];
  for (const batch of batches) {
    const first = batchFirstSeq(batch);
    const last = batchLastSeq(batch);
    if (last < fromSeq || first > upTo) continue;
    if (batch.kind === "view" || (first >= fromSeq && last <= upTo)) slices.push(batch);
    else {
      const from = Math.max(first, fromSeq);
      const ops = batch.ops.slice(from - first, Math.min(last, upTo) - first + 1);
      slices.push({ ...batch, firstSeq: from, ops });
    }
  }
  return slices;
}
