/** What the chat needs from the rooms below it. */
import type { OpResult } from "./applied-op.ts";
import type { ConversationId, UserId } from "./ids.ts";
import type { ProposalOutcome } from "../election/ports.ts";
import type { ReplicaId, Seq, ViewNo } from "../election/view.ts";
import type { Queries } from "./queries.ts";

/** How a proposal ended for its proposer. */
export type OpOutcome = ProposalOutcome<OpResult>;

/** The one way in: an op goes to the leader, through the log of every replica, and comes back applied. */
export interface Proposer {
  /**
   * `key` identifies the op when it comes back out of apply (see opKey); `op` are its encoded bytes.
   * One request may be proposed twice at a time (a client that retries): whoever waits for
   * the key gets what came of the first op that has it.
   * Waits at most `timeoutMs` (default 10 s). Never throws.
   */
  propose(key: string, op: Uint8Array, timeoutMs?: number): Promise<OpOutcome>;
  /** Resolves once this replica has applied everything the leader had committed when asked (read index). False if no leader answers in time. */
  readIndex(timeoutMs: number): Promise<boolean>;
}

/** Where this replica's applied state stands in the lineage: for cursors. */
export interface Position {
  applied(): { readonly viewNo: ViewNo; readonly seq: Seq };
  /** View of a seq in this replica's lineage; null if the seq is beyond its log. */
  viewNoAt(seq: Seq): ViewNo | null;
  /** Resolves when applied >= seq; false after timeoutMs. */
  waitApplied(seq: Seq, timeoutMs: number): Promise<boolean>;
}

/** Who is connected where; never in the log. */
export interface Presence {
  isOnline(userId: UserId): boolean;
  /** This replica has a live stream of the user (count of streams > 0) or not. */
  setLocal(userId: UserId, online: boolean): void;
  onChange(listener: (userId: UserId, online: boolean) => void): void;
  /** Tells the other replicas that a user types here; they tell their streams. */
  sendTyping(conversationId: ConversationId, userId: UserId): void;
  /** Somebody types at another replica. */
  onTyping(listener: (conversationId: ConversationId, userId: UserId) => void): void;
}

export interface Clock {
  /** By which to date what happens now, microseconds since 1970: the cluster's time, not only this host's. */
  nowMicros(): number;
  /** Monotonic ms. */
  nowMs(): number;
}

export type { ReplicaId };

/** What the service is built on: the way into the log, the way back, the time and the rows. */
export interface ChatDeps {
  readonly proposer: Proposer;
  readonly position: Position;
  readonly clock: Clock;
  /** The state of this replica; another object after a snapshot was switched in. */
  readonly queries: () => Queries;
  /** Why ops of this format cannot be written yet, for a person; null if they can. */
  readonly whyNot: (format: number) => string | null;
}
