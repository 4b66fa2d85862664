/** The ports of the chat: what it needs from the folders below it. */
import type { OpResult } from "./applied-op.ts";
import type { ConversationId, UserId } from "./ids.ts";
import type { ProposalOutcome } from "../election/ports.ts";
import type { ReplicaId, Seq, ViewNo } from "../election/view.ts";
import type { Files } from "./files.ts";
import type { Queries } from "./queries.ts";

/** The outcome of a proposal. */
export type OpOutcome = ProposalOutcome<OpResult>;

/** The only way to change the rows: an op goes to the leader, into the log of every replica, and is applied. */
export interface Proposer {
  /**
   * Proposes an op and waits until it is applied here, at most `timeoutMs` (default 10 s). `key` identifies the op when
   * it is applied (see opKey); `op` are its encoded bytes. If a client retries, one request may be proposed twice at
   * the same time; all callers that wait for its key get the result of the first op with that key. Never throws.
   */
  propose(key: string, op: Uint8Array, timeoutMs?: number): Promise<OpOutcome>;
  /**
   * A read index: resolves once this replica has applied everything that the leader had committed when it was asked.
   * False if no leader answers within `timeoutMs`.
   */
  readIndex(timeoutMs: number): Promise<boolean>;
}

/** The position of this replica's applied state in its lineage, for cursors. */
export interface Position {
  applied(): { readonly viewNo: ViewNo; readonly seq: Seq };
  /** View of a seq in this replica's lineage; null if the seq is beyond its log. */
  viewNoAt(seq: Seq): ViewNo | null;
  /** Resolves to true when `seq` is applied, to false after `timeoutMs`. */
  waitApplied(seq: Seq, timeoutMs: number): Promise<boolean>;
}

/** Which users are connected, and at which replica. This is never in the log. */
export interface Presence {
  isOnline(userId: UserId): boolean;
  /** Reports whether the user has an open stream at this replica. */
  setLocal(userId: UserId, online: boolean): void;
  onChange(listener: (userId: UserId, online: boolean) => void): void;
  /** Tells the other replicas that a user of this replica is typing, so that they notify their streams. */
  sendTyping(conversationId: ConversationId, userId: UserId): void;
  /** Calls `listener` when a user of another replica is typing. */
  onTyping(listener: (conversationId: ConversationId, userId: UserId) => void): void;
}

export interface Clock {
  /** The time to write into ops, microseconds since 1970: the cluster's time, not only this host's. */
  nowMicros(): number;
  /** Monotonic time, ms. */
  nowMs(): number;
}

export type { ReplicaId };

/** The dependencies of the service. */
export interface ChatDeps {
  readonly proposer: Proposer;
  readonly position: Position;
  readonly clock: Clock;
  /** The rows of this replica. Returns another object after a snapshot has been switched in. */
  readonly queries: () => Queries;
  /** A sentence for a person that says why ops of this format cannot be written yet; null if they can. */
  readonly whyNot: (format: number) => string | null;
  readonly files: Files;
}
