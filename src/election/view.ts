/**
 * Views: which replicas hold every acknowledged entry, and under which ballot.
 *
 * The last view entry in a replica's log is its installed view; the list of all view
 * entries in a log is its *lineage*. There is one leader per ballot, and it assigns each seq
 * once, so (viewNo, seq) identifies an entry, and comparing two lineages compares two logs.
 */
import type { Consistency, Recovery } from "../base/modes.ts";
import type { Distinct } from "../base/distinct.ts";

/** Position of an entry in the log, counted from 1. 0 means "before the first entry". */
export type Seq = Distinct<number, "seq">;

/** The configured id of a replica, 0 to 6. */
export type ReplicaId = Distinct<number, "replica">;

/**
 * The right to lead, which is won only by a round of promises (never by raising a number).
 * The nonce is drawn at each stand, so that a replica whose folder was restored from an old
 * copy cannot use a ballot a second time.
 */
export interface Ballot {
  /** From 1; higher wins. */
  readonly counter: number;
  readonly replicaId: ReplicaId;
  /** 16 hex digits. */
  readonly nonce: string;
}

/** The number of a view. `minor` counts the views of one ballot, from 0. */
export interface ViewNo {
  readonly ballot: Ballot;
  readonly minor: number;
}

/** A replica and the disk under it. A wiped disk is another store, hence another member. */
export interface Member {
  readonly replicaId: ReplicaId;
  /** 16 hex digits, drawn when the store was created. */
  readonly storeId: string;
}

/** A view entry of the log. An entry is acknowledged once it is durable on all `members`. */
export interface View {
  readonly no: ViewNo;
  /** The seq of the view entry itself. */
  readonly startSeq: Seq;
  readonly leader: ReplicaId;
  /** Ascending by replicaId, never empty. */
  readonly members: readonly Member[];
  /** After a recovery by policy: replicas that may hold acknowledged entries that this branch lacks. Otherwise null. */
  readonly forkRisk: readonly ReplicaId[] | null;
  /** The modes of the cluster. They are the same in every view. */
  readonly consistency: Consistency;
  readonly recovery: Recovery;
}

/** Lower than every ballot that was ever used. */
export const NO_BALLOT: Ballot = { counter: 0, replicaId: 0, nonce: "" };

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  if (a.replicaId !== b.replicaId) return a.replicaId - b.replicaId;
  return a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0;
}

/** True if both are the same stand of the same replica. */
export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.counter === b.counter && a.replicaId === b.replicaId && a.nonce === b.nonce;
}

/** Compares by ballot, then minor: negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareViewNos(a: ViewNo, b: ViewNo): number {
  return compareBallots(a.ballot, b.ballot) || a.minor - b.minor;
}

/** True if both name the same view entry. */
export function sameViewNo(a: ViewNo, b: ViewNo): boolean {
  return a.minor === b.minor && sameBallot(a.ballot, b.ballot);
}

/** `counter.replicaId.minor`, for people. It is not unique without the nonce. */
export function printViewNo(no: ViewNo): string {
  return `${no.ballot.counter}.${no.ballot.replicaId}.${no.minor}`;
}

/** `counter.replicaId.nonce.minor`: unique, at most 40 characters. Compare it for equality only. */
export function viewNoKey(no: ViewNo): string {
  return `${no.ballot.counter}.${no.ballot.replicaId}.${no.ballot.nonce}.${no.minor}`;
}

/** True if the replica is a member of the view with this store. Another store of the same replica is none. */
export function isMember(view: View, replicaId: ReplicaId, storeId: string): boolean {
  return view.members.some((m) => m.replicaId === replicaId && m.storeId === storeId);
}
