/**
 * The port to an engine, which orders the ops of a cluster and delivers them to this node. It is all that the rest of a
 * replica needs to know about consensus. Our own election and log are one such engine (own-engine.ts); a service that
 * keeps an ordered log could be another. Contract: tests/contract/engine/log-engine.test.ts.
 *
 *   propose(op) -> ... one order for all nodes ... -> StateMachine.apply -> the proposer's answer, listener.onApplied
 */
import type { AppliedOp } from "../chat/applied-op.ts";
import type { Position, Proposer } from "../chat/ports.ts";
import type { AppliedGroup } from "../election/ports.ts";
import type { Seq } from "../election/view.ts";

/** Gets the news of an engine at this node. */
export interface EngineListener {
  /** Ops that were applied here, in log order, each once. Their proposers at this node have been answered already. */
  onApplied(group: AppliedGroup<AppliedOp>): void;
  /** A copy of another node's state has replaced this node's. The ops that it covers are not delivered one by one. */
  onStateReplaced(): void;
}

/** The status of an engine at this moment. */
export interface EngineStatus {
  /** Why this node takes no writes, for people; null if it does, as far as it knows. */
  readonly notWritable: string | null;
  /**
   * True if this node orders the ops. Nodes that follow each other have at most one such node. If the engine is an
   * outer service, it is false at every node.
   */
  readonly leads: boolean;
  /** The newest entry that this node knows to be committed. */
  readonly committed: Seq;
}

/** An engine. It does not call its listener before `start` or after `close`. */
export interface LogEngine<Listener extends EngineListener = EngineListener> extends Proposer, Position {
  start(listener: Listener): void;
  status(): EngineStatus;
  /**
   * Leaves the cluster: takes no more proposals, and resolves, within a bounded time, once it acknowledges nothing
   * more.
   */
  stop(): Promise<void>;
  /**
   * Ends at once; to the other nodes this looks like a death. Pending proposals are answered with an unknown outcome.
   */
  close(): void;
}
