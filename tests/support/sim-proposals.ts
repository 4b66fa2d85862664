/**
 * What a simulated replica needs of its proposals: ops in, outcomes out.
 */
import type { Core } from "../../src/election/core.ts";
import type { Event, Notice } from "../../src/election/event.ts";
import type { Frame } from "../../src/election/frame.ts";
import type { ForkedOp } from "../../src/election/ports.ts";
import type { ReplicaId, Seq, ViewNo } from "../../src/election/view.ts";

/** How a client's op ended at this replica. */
export type SimOutcome =
  | { readonly kind: "applied"; readonly seq: Seq; readonly viewNo: ViewNo }
  /** It did not happen. */
  | { readonly kind: "refused" }
  /** Not known. */
  | { readonly kind: "unknown" };

export interface ProposalsPort {
  submit(key: string, op: Uint8Array, done: (outcome: SimOutcome) => void): void;
  /** After every step of the core: its leader may have changed. */
  afterStep(): void;
  notice(notice: Notice): void;
  applied(key: string, seq: Seq, viewNo: ViewNo): void;
  appliedUpTo(seq: Seq): void;
  /** A snapshot replaced the state. */
  replaced(seq: Seq): void;
  /** The process is gone: clients see a broken connection. */
  crash(): void;
  /** Clients that wait. */
  readonly waiting: number;
}

/** What the stand-in needs of its replica. */
export interface ProposalsReplica {
  readonly id: ReplicaId;
  readonly core: Core;
  later(delayMs: number, action: () => void): void;
  deliver(event: Event): void;
  send(to: ReplicaId, frame: Frame): void;
  forked(limit: number): readonly ForkedOp[];
  confirm(ids: readonly number[]): void;
  keyOf(op: Uint8Array): string;
}

const RESEND_MS = 1000;
const FORKS_AT_ONCE = 32;

interface Waiting {
  readonly op: Uint8Array;
  readonly done: ((outcome: SimOutcome) => void) | null;
  readonly forkId: number | null;
  sentUnder: string | null;
  sent: boolean;
}

/** The simplest proposals: everything that waits is sent again to every new leader, and every second. */
export class SimpleProposals implements ProposalsPort {
  readonly #replica: ProposalsReplica;
  readonly #waiting = new Map<string, Waiting>();
  #gone = false;
  #key: string | null = null;

  constructor(replica: ProposalsReplica) {
    this.#replica = replica;
    this.#again();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  submit(key: string, op: Uint8Array, done: (outcome: SimOutcome) => void): void {
    this.#waiting.set(key, { op, done, forkId: null, sentUnder: null, sent: false });
    this.#replica.later(0, () => this.#push(false));
  }

  #again(): void {
    this.#replica.later(RESEND_MS, () => {
      if (this.#gone) return;
      for (const { id, op } of this.#replica.forked(FORKS_AT_ONCE)) {
        const key = this.#replica.keyOf(op);
        if (!this.#waiting.has(key)) this.#waiting.set(key, { op, done: null, forkId: id, sentUnder: null, sent: false });
      }
      this.#push(true);
      this.#again();
    });
  }

  #push(all: boolean): void {
    if (this.#gone) return;
    const { leaderId, leadershipKey, accepting } = this.#replica.core.status();
    if (leaderId === null || leadershipKey === null) return;
    if (leaderId === this.#replica.id && !accepting) return;
    const ops: Uint8Array[] = [];
    for (const item of this.#waiting.values()) {
      if (!all && item.sentUnder === leadershipKey) continue;
      item.sentUnder = leadershipKey;
      item.sent = true;
      ops.push(item.op);
    }
    if (ops.length === 0) return;
    if (leaderId === this.#replica.id) this.#replica.deliver({ type: "propose", ops });
    else this.#replica.send(leaderId, { type: "propose", ops });
  }

  afterStep(): void {
    const { leadershipKey } = this.#replica.core.status();
    if (leadershipKey === this.#key) return;
    this.#key = leadershipKey;
    if (leadershipKey !== null) this.#replica.later(0, () => this.#push(false));
  }

  notice(): void {}

  applied(key: string, seq: Seq, viewNo: ViewNo): void {
    const item = this.#waiting.get(key);
    if (item === undefined) return;
    this.#waiting.delete(key);
    if (item.forkId !== null) this.#replica.confirm([item.forkId]);
    item.done?.({ kind: "applied", seq, viewNo });
  }

  appliedUpTo(): void {}

  replaced(): void {}

  crash(): void {
    this.#gone = true;
    for (const { done, sent } of this.#waiting.values()) done?.({ kind: sent ? "unknown" : "refused" });
    this.#waiting.clear();
  }
}
