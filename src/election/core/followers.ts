/**
 * What a leader remembers about its followers: how far the log of each one is, when to tell them of a commit, and
 * which members it dropped and may not take back yet. Everything here ends with the leadership.
 */
import type { ReplicaId, Seq } from "../view.ts";

/** How long a member that was dropped for lack of progress stays out: longer each time. */
const EXCLUDED_MS = { first: 4_000, max: 60_000 } as const;

/** The leader's knowledge of one follower's log, valid for one boot of one store. */
export interface Progress {
  readonly replicaId: ReplicaId;
  readonly storeId: string;
  readonly bootId: string;
  /** The follower's log is durable, and equal to ours, up to here. */
  match: Seq;
  /** Next seq to send. */
  next: Seq;
  /** A follower whose log cannot be mended by Appends fetches a snapshot and joins again. */
  mode: "stream" | "snapshot";
  /** The newest commit that it was told of; -1 if none. */
  sentCommit: Seq;
  /** The newest entry that it proposed: its own callers wait until that is committed. */
  owed: Seq;
  /** How long `match` has not advanced although entries wait for it, in ms of on-time ticks. */
  stalledMs: number;
  /** The last read round that it confirmed. */
  round: number;
}

/** A follower that has acknowledged nothing yet; `next` is the first seq to send. */
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

/**
 * When a follower is told of a commit that no entries carry to it: at once if its own callers wait for that commit,
 * otherwise after a rest of COMMIT_REST_MS. In most cases the next entries carry the news before the rest is over,
 * which saves a frame for each follower.
 */
export class CommitNews {
  /** The commit that rests now. */
  #resting: Seq | null = null;
  /** The newest commit whose rest is over. */
  #rested: Seq = 0;

  isDue({ sentCommit, owed }: Progress, commit: Seq): boolean {
    return sentCommit < commit && (sentCommit < owed || sentCommit < this.#rested);
  }

  /** Some follower has not been told of this commit. True if the leader must ask for a `rest`. */
  rest(commit: Seq): boolean {
    if (this.#resting !== null) return false;
    this.#resting = commit;
    return true;
  }

  /** The `rest` that was asked for is over. */
  over(): void {
    this.#rested = this.#resting ?? 0;
    this.#resting = null;
  }
}

/** Members that the leader dropped for lack of progress. Without a delay they would be let in and dropped in turn. */
export class Exclusions {
  readonly #waits = new Map<ReplicaId, { waitMs: number; nextMs: number }>();

  exclude(id: ReplicaId): void {
    const waitMs = this.#waits.get(id)?.nextMs ?? EXCLUDED_MS.first;
    this.#waits.set(id, { waitMs, nextMs: Math.min(waitMs * 2, EXCLUDED_MS.max) });
  }

  /** The replica may not become a member yet. */
  has(id: ReplicaId): boolean {
    return (this.#waits.get(id)?.waitMs ?? 0) > 0;
  }

  tick(elapsedMs: number): void {
    for (const wait of this.#waits.values()) wait.waitMs -= elapsedMs;
  }
}
