/**
 * What orders the ops of a cluster, and tells this node of them: the only thing that the rest of a replica needs to
 * know about consensus. Our own election and log are one such engine (own-engine.ts); a service that keeps an ordered
 * log would be another. Contract: tests/contract/engine/log-engine.test.ts.
 *
 *   propose(op) -> ... one order for all nodes ... -> StateMachine.apply -> the proposer's answer, listener.onApplied
 */
import type { AppliedOp } from "../chat/applied-op.ts";
import type { Position, Proposer } from "../chat/ports.ts";
import type { AppliedGroup } from "../election/ports.ts";
import type { Seq } from "../election/view.ts";

/** What an engine tells the node that it runs in. */
export interface EngineListener {
  /** Ops that were applied here, in their order, each once. Their proposers at this node are answered already. */
  onApplied(group: AppliedGroup<AppliedOp>): void;
  /** A copy of another node's state took the place of this one's. What it holds is not told op by op. */
  onStateReplaced(): void;
}

/** How an engine is, now. */
export interface EngineStatus {
  /** Why a write could not be taken, for people; null if it could, as far as this node can know. */
  readonly notWritable: string | null;
  /** This node orders the ops. At most one does that others follow; an engine elsewhere leaves it false everywhere. */
  readonly leads: boolean;
  /** The newest entry that this node knows to be committed. */
  readonly committed: Seq;
}

/** Nothing reaches `listener` before `start`, or after `close`. */
export interface LogEngine<Listener extends EngineListener = EngineListener> extends Proposer, Position {
  start(listener: Listener): void;
  status(): EngineStatus;
  /** Leaves in good order: resolves once this node acknowledges nothing more. Bounded. From now on nothing is proposed. */
  stop(): Promise<void>;
  /** Ends at once; to the other nodes this looks like a death. Proposers that wait hear that the outcome is unknown. */
  close(): void;
}
