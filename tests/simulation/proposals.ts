/**
 * The real proposals of a simulated replica, driven as the real driver drives them: after
 * each step to whoever leads, on ticks again, and the fork queue drained through them.
 */
import type { Core } from "../../src/election/core/core.ts";
import type { Event } from "../../src/election/event.ts";
import type { Frame } from "../../src/election/frame.ts";
import type { ForkedOp } from "../../src/election/ports.ts";
import { Proposals } from "../../src/election/driver/proposals.ts";
import type { ReplicaId, Seq, ViewNo } from "../../src/election/view.ts";
import type { AppliedOp } from "../../src/chat/kinds/apply.ts";

/** How a client's op ended at this replica. */
export type SimOutcome =
  | { readonly kind: "applied"; readonly seq: Seq; readonly viewNo: ViewNo }
  /** Decided, and refused by the chat's rules. */
  | { readonly kind: "error"; readonly error: string }
  /** It did not happen. */
  | { readonly kind: "refused" }
  /** Not known. */
  | { readonly kind: "unknown" };

/** What the proposals need of their replica. */
export interface ProposalsReplica {
  readonly id: ReplicaId;
  readonly core: Core;
  clock(): number;
  later(delayMs: number, action: () => void): void;
  deliver(event: Event): void;
  send(to: ReplicaId, frame: Frame): void;
  forked(limit: number): readonly ForkedOp[];
  confirm(ids: readonly number[]): void;
  keyOf(op: Uint8Array): string;
  markRecovered(op: Uint8Array): Uint8Array;
}

const PROPOSAL_TIMEOUT_MS = 10_000;
const FORKED_AT_ONCE = 32;

/** One process's proposals, and the clients that wait for them. */
export class SimProposals {
  readonly #replica: ProposalsReplica;
  readonly #proposals = new Proposals();
  readonly #clients = new Map<string, (outcome: SimOutcome) => void>();
  readonly #clearsOnSend: boolean;
  #pushing = false;

  constructor(replica: ProposalsReplica, mutants: ReadonlySet<string>) {
    this.#replica = replica;
    this.#clearsOnSend = mutants.has("fork-queue-cleared-on-send");
  }

  /** Clients and forked ops that wait. */
  get waiting(): number {
    return this.#proposals.size;
  }

  /** A later call with the same key takes the earlier one's place. */
  submit(key: string, op: Uint8Array, done: (outcome: SimOutcome) => void): void {
    if (!this.#proposals.add(key, op, this.#replica.clock() + PROPOSAL_TIMEOUT_MS)) return done({ kind: "refused" });
    this.#clients.set(key, done);
    this.push();
  }

  tick(): void {
    for (const { key, definite } of this.#proposals.tick(this.#replica.clock())) {
      this.#answer(key, { kind: definite ? "refused" : "unknown" });
    }
    this.#drainForks();
    this.push();
  }

  #drainForks(): void {
    if (this.#proposals.forkedWaiting > 0) return;
    for (const { id, op } of this.#replica.forked(FORKED_AT_ONCE)) {
      const recovered = this.#replica.markRecovered(op);
      this.#proposals.addForked(id, this.#replica.keyOf(recovered), recovered);
    }
  }

  /** Hands over what waits; called after every step, because the leader may have changed. */
  push(): void {
    const { leaderId, leadershipKey, accepting } = this.#replica.core.target();
    this.#proposals.retarget(leaderId === null ? null : leadershipKey);
    if (leaderId === null || leadershipKey === null || this.#proposals.idle()) return;
    if (leaderId === this.#replica.id && !accepting) return;
    if (this.#pushing) return;
    this.#pushing = true;
    this.#replica.later(0, () => {
      this.#pushing = false;
      this.#handOver();
    });
  }

  #handOver(): void {
    const { leaderId, accepting } = this.#replica.core.target();
    if (leaderId === null || (leaderId === this.#replica.id && !accepting)) return;
    while (!this.#proposals.idle()) {
      const { ops, keys } = this.#proposals.take(this.#replica.clock());
      if (ops.length === 0) continue;
      if (leaderId === this.#replica.id) this.#replica.deliver({ type: "propose", ops });
      else this.#replica.send(leaderId, { type: "propose", ops, keys });
      if (this.#clearsOnSend) this.#forgetForks(ops);
    }
  }

  #forgetForks(ops: readonly Uint8Array[]): void {
    const sent = new Set(ops.map((op) => this.#replica.keyOf(op)));
    const gone = this.#replica.forked(FORKED_AT_ONCE).filter((f) => sent.has(this.#replica.keyOf(f.op)));
    if (gone.length > 0) this.#replica.confirm(gone.map((f) => f.id));
  }

  applied({ key, result }: AppliedOp, seq: Seq, viewNo: ViewNo): void {
    const { waited, forkId } = this.#proposals.applied(key);
    if (forkId !== null) this.#replica.confirm([forkId]);
    if (waited)
      this.#answer(
        key,
        result.kind === "refused" ? { kind: "error", error: result.error } : { kind: "applied", seq, viewNo },
      );
  }

  /** The process is gone: clients see a broken connection. */
  crash(): void {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const done of clients) done({ kind: "unknown" });
  }

  #answer(key: string, outcome: SimOutcome): void {
    const done = this.#clients.get(key);
    this.#clients.delete(key);
    done?.(outcome);
  }
}
