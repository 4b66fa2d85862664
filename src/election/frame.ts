/**
 * Frames: what replicas say to each other. A frame exists in one shape per meaning,
 * so a field is there only where it says something. peer.proto is the wire form.
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

export type Batch = OpBatch | ViewBatch;

/** Leader, follower, learner (catches up, does not count), recovering (restarted or paused, follows nobody yet). */
export type Role = "leader" | "follower" | "learner" | "recovering";

/** One point of a lineage: from `startSeq` on, entries carry `no`. */
export interface LineagePoint {
  readonly no: ViewNo;
  readonly startSeq: Seq;
}

/**
 * Heartbeat, every heartbeatMs and at once when something in it changed.
 * Everything a peer must know to judge whether I may lead, follow or be counted.
 */
export interface Beat {
  readonly type: "beat";
  readonly role: Role;
  readonly storeId: string;
  readonly bootId: string;
  /** True while I have been, without interruption, in the newest active view I know of. */
  readonly active: boolean;
  /** True once my store was in an active view and is not in the middle of a roll-back. */
  readonly eligible: boolean;
  /** The store has been a member of an active view at some time (strict mode counts only these). */
  readonly admitted: boolean;
  /** My installed view; null while my log is empty. */
  readonly view: View | null;
  /** The newest points of my lineage, oldest first, at most LINEAGE_TAIL_MAX. */
  readonly lineageTail: readonly LineagePoint[];
  readonly lastSeq: Seq;
  readonly durableSeq: Seq;
  readonly commit: Seq;
  readonly promised: Ballot;
  /** The leader I follow and have heard within suspectMs; null if none. Myself if I lead. */
  readonly leaderId: ReplicaId | null;
  /** Peers heard within suspectMs: a two-way link needs my id in the peer's list. */
  readonly hears: readonly ReplicaId[];
  /** I was told to stop and no longer count as active. */
  readonly leaving: boolean;
  /** Leader only: every configured replica holds all entries up to here in this lineage; else 0. */
  readonly floor: Seq;
  /** First entry still in my log; older ones are in my state only and could not be proposed again. */
  readonly firstSeq: Seq;
  /** What the sender's wall clock showed when it left, ms since 1970; put there by the driver, no business of the core. */
  readonly wallMs?: number;
  /** The newest entry in the sender's rows, which may be behind `commit`. As `wallMs`, it is the driver's. */
  readonly applied?: Seq;
  /** The format of ops that is in force in the sender's rows; the driver's, too. */
  readonly opFormat?: number;
  /** Ops in the sender's fork queue that wait until their format is in force; absent if none. The driver's, too. */
  readonly heldOps?: number;
  /** What the sender's executable understands; the driver's, too. */
  readonly release?: Release;
}

/** A frame that this executable cannot read: its number in peer.proto, 0 if it has none. */
export interface UnreadFrame {
  readonly type: "unread";
  readonly number: number;
}

/** Leader to follower or learner: entries after (prevSeq, prevViewNo), and how far the log is committed. */
export interface Append {
  readonly type: "append";
  readonly ballot: Ballot;
  readonly prevSeq: Seq;
  /** Null when prevSeq is 0. */
  readonly prevViewNo: ViewNo | null;
  /** Contiguous from prevSeq + 1; empty to announce a commit or to probe. At most APPEND_ENTRIES_MAX entries. */
  readonly batches: readonly Batch[];
  readonly commit: Seq;
  /** Counts the leader's read rounds; the follower's next AppendOk repeats it. */
  readonly round: number;
}

/** My log equals the sender's up to `seq` and is durable that far. Only for the ballot named. */
export interface AppendOk {
  readonly type: "appendOk";
  readonly ballot: Ballot;
  readonly seq: Seq;
  readonly bootId: string;
  /** The highest round seen in an Append of this ballot: at that time I still followed it. */
  readonly round: number;
}

/** Follower to leader: how far is the log committed now? Answered once the leader knows that it still leads. */
export interface ReadIndex {
  readonly type: "readIndex";
  readonly id: number;
}

/** What was committed when the ReadIndex of this id arrived. */
export interface ReadIndexOk {
  readonly type: "readIndexOk";
  readonly id: number;
  readonly seq: Seq;
}

/**
 * What replicas tell each other beside the log: who is connected, who types, addresses. Lost
 * without harm, never answered, not the core's business.
 */
export interface Gossip {
  readonly type: "gossip";
  readonly news: GossipNews;
}

/** The oneof of peer.proto: one of its fields is set, the one that says what this is about. At most 64 KiB. */
export type GossipNews = Decoded<WireGossip>;

/** I promised a higher ballot: step down, or win one above mine. */
export interface Refuse {
  readonly type: "refuse";
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** I hear you lead: send me what I lack. Answered by Append or SnapshotOffer. Repeated until one is accepted. */
export interface Join {
  readonly type: "join";
  readonly storeId: string;
  readonly bootId: string;
  readonly promised: Ballot;
  /** All of my lineage that I keep, oldest first. */
  readonly lineage: readonly LineagePoint[];
  readonly lastSeq: Seq;
  /** Everything up to here is, or is about to be, in my state and cannot be cut from it. */
  readonly commit: Seq;
}

/**
 * Answer to a Join at a replica that leads nobody and hears no leader: the entries the joiner
 * lacks, so that it may stand with the newest view in its own log. Binds nobody; carries no commit.
 */
export interface Tail {
  readonly type: "tail";
  readonly prevSeq: Seq;
  readonly prevViewNo: ViewNo | null;
  readonly batches: readonly Batch[];
}

/** Leader to joiner: your state cannot be mended by Append; fetch mine (see SnapshotFetched). */
export interface SnapshotOffer {
  readonly type: "snapshotOffer";
  readonly ballot: Ballot;
  /** Up to here both logs hold the same entries. */
  readonly commonSeq: Seq;
}

/** Candidate to all: promise me this ballot. `handoff` is the ballot of the leader that asked me to stand. */
export interface PromiseRequest {
  readonly type: "promise";
  readonly ballot: Ballot;
  readonly handoff: Ballot | null;
}

/** I promised. Describes my log as it was durable at the promise. */
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

/** I do not promise: I promised higher, or I hear a live leader. */
export interface Denied {
  readonly type: "denied";
  readonly ballot: Ballot;
  readonly promised: Ballot;
  readonly leaderId: ReplicaId | null;
}

/** Ops forwarded to the leader. Not answered: the sender sees them come back through its own log. */
export interface Propose {
  readonly type: "propose";
  readonly ops: readonly Uint8Array[];
  /** Under which key apply will report each op: so that the leader need not decode them. */
  readonly keys: readonly string[];
}

/** Leader to the member that shall lead next; shown in its Promise so that the others grant. */
export interface Handoff {
  readonly type: "handoff";
  readonly ballot: Ballot;
}

/** Leader to a reachable member that makes no progress: agree to leave the view. */
export interface Leave {
  readonly type: "leave";
  readonly viewNo: ViewNo;
}

/** I no longer count as active in that view; drop me. */
export interface LeaveOk {
  readonly type: "leaveOk";
  readonly viewNo: ViewNo;
}

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

export type FrameType = Frame["type"];

/** Points of the lineage in a Beat: enough to see a fork that is younger than this many views. */
export const LINEAGE_TAIL_MAX = 16;

/** Entries in one Append and ops in one Propose; with 8 KiB messages about 4 MiB on the wire. */
export const APPEND_ENTRIES_MAX = 512;

/** Number of entries in a batch. */
export function batchLength(batch: Batch): number {
  return batch.kind === "op" ? batch.ops.length : 1;
}

/** Seq of its first entry. */
export function batchFirstSeq(batch: Batch): Seq {
  return batch.kind === "op" ? batch.firstSeq : batch.view.startSeq;
}

/** Seq of its last entry. */
export function batchLastSeq(batch: Batch): Seq {
  return batchFirstSeq(batch) + batchLength(batch) - 1;
}

/** The view that all its entries were appended in; of a view entry, its own. */
export function batchViewNo(batch: Batch): ViewNo {
  return batch.kind === "op" ? batch.viewNo : batch.view.no;
}

/** The parts of the batches that lie in [fromSeq, upTo]; ops are shared, not copied. */
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
