/**
 * Views: who holds every acknowledged entry, under which ballot.
 *
 * Pure. The last view entry in a replica's log is its installed view; the list of
 * all view entries in a log is its *lineage*. One leader per ballot gives each seq
 * once, so (viewNo, seq) identifies an entry: comparing two lineages compares two logs.
 */
import type { Consistency, Recovery } from "../base/modes.ts";
import type { Distinct } from "../base/distinct.ts";

/** Position of an entry in the log, from 1. 0 means "before the first entry". */
export type Seq = Distinct<number, "seq">;

/** Configured number of a replica, 0 to 6. */
export type ReplicaId = Distinct<number, "replica">;

/**
 * The right to lead, won only by a round of promises (never by bumping a number).
 * The nonce is drawn at each stand, so that a folder put back from an old copy
 * cannot use a ballot a second time.
 */
export interface Ballot {
  /** From 1; higher wins. */
  readonly counter: number;
  readonly replicaId: ReplicaId;
  /** 16 hex digits. */
  readonly nonce: string;
}

/** A view's number: `minor` counts the reconfigurations by one leader, from 0. */
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
  /** Replicas that may hold acknowledged entries this branch lacks (recovery by policy); else null. */
  readonly forkRisk: readonly ReplicaId[] | null;
  /** Modes of the cluster; the same in every view, decided by the first. */
  readonly consistency: Consistency;
  readonly recovery: Recovery;
}

export const NO_BALLOT: Ballot = { counter: 0, replicaId: 0, nonce: "" };

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareBallots(a: Ballot, b: Ballot): number {
  if (a.counter !== b.counter) return a.counter - b.counter;
  if (a.replicaId !== b.replicaId) return a.replicaId - b.replicaId;
  return a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0;
}

/** The same stand of the same replica. */
export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.counter === b.counter && a.replicaId === b.replicaId && a.nonce === b.nonce;
}

/** By ballot, then minor: negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareViewNos(a: ViewNo, b: ViewNo): number {
  return compareBallots(a.ballot, b.ballot) || a.minor - b.minor;
}

/** The same view entry. */
export function sameViewNo(a: ViewNo, b: ViewNo): boolean {
  return a.minor === b.minor && sameBallot(a.ballot, b.ballot);
}

/** For people: `counter.replicaId.minor`. Not unique without the nonce. */
export function printViewNo(no: ViewNo): string {
  return `${no.ballot.counter}.${no.ballot.replicaId}.${no.minor}`;
}

/** Unique and comparable for equality: `counter.replicaId.nonce.minor`, at most 40 characters. */
export function viewNoKey(no: ViewNo): string {
  return `${no.ballot.counter}.${no.ballot.replicaId}.${no.ballot.nonce}.${no.minor}`;
}

/** The replica is in the view with this store: another store under its id is not. */
export function isMember(view: View, replicaId: ReplicaId, storeId: string): boolean {
  return view.members.some((m) => m.replicaId === replicaId && m.storeId === storeId);
}
