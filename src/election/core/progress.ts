/** What a leader knows of a follower's log. */
import type { ReplicaId, Seq } from "../view.ts";

/** The leader's knowledge of one follower's log, good for one boot of one store. */
export interface Progress {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
  readonly bootId: string;
  /** Durable there and equal to ours up to here. */
  match: Seq;
  /** Next seq to send. */
  next: Seq;
  mode: "stream" | "snapshot";
  sentCommit: Seq;
  /** The newest entry that came from it: its own callers wait for the commit of that. */
  owed: Seq;
  /** Ms without an advance of match while entries wait for it. */
  stalledMs: number;
  /** The last read round it confirmed. */
  round: number;
}

/** Nothing acknowledged yet; `next` is the first seq to send. */
export function newProgress(replicaId: ReplicaId, storeId: string, bootId: string, next: Seq): Progress {
  return {
    replicaId,
    storeId,
    bootId,
    match: 0,
    next,
    mode: "stream",
    sentCommit: -1,
    owed: 0,
    stalledMs: 0,
    round: 0,
  };
}
