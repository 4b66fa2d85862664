/** Input for tests of the core's parts: one of three replicas on one host, and Beats of the others. */
import type { Identity, Restored } from "../../src/election/event.ts";
import type { Beat } from "../../src/election/frame.ts";
import { NO_BALLOT, type ReplicaId } from "../../src/election/view.ts";
import { store } from "./view-notation.ts";

/** Replica `replicaId` with its own disk, available, recovery any; `more` replaces fields. */
export function identityOf(replicaId: ReplicaId, more: Partial<Identity> = {}): Identity {
  return {
    replicaId,
    storeId: store(replicaId),
    bootId: `b${replicaId}`,
    configured: [0, 1, 2],
    consistency: "available",
    recovery: "any",
    loopback: true,
    creator: false,
    ...more,
  };
}

/** A log to which nothing was ever written. */
export const EMPTY_LOG: Restored = {
  promised: NO_BALLOT,
  admitted: false,
  rollback: false,
  lineage: [],
  logFirstSeq: 1,
  lastSeq: 0,
  appliedSeq: 0,
};

/** A Beat of an active follower with an empty log, which hears both others; `more` replaces fields. */
export function beatOf(from: ReplicaId, more: Partial<Beat> = {}): Beat {
  return {
    type: "beat",
    role: "follower",
    storeId: store(from),
    bootId: `b${from}`,
    active: true,
    eligible: true,
    admitted: true,
    view: null,
    lineageTail: [],
    lastSeq: 0,
    durableSeq: 0,
    commit: 0,
    promised: NO_BALLOT,
    leaderId: null,
    hears: [0, 1, 2].filter((id) => id !== from),
    leaving: false,
    floor: 0,
    firstSeq: 1,
    ...more,
  };
}
