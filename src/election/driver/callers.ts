/**
 * Who waits here: callers with their ops, and the fork queue with its own, from the moment an op is
 * proposed until it comes out of apply on this replica. Knows the leader only as an address. What a
 * leader does with ops is in intake.ts.
 */
import { StorageFull, type AppliedEntry, type Formats, type LogStorage, type ProposalOutcome } from "../ports.ts";
import { opFormat } from "../../../proto/op-format.ts";
import { isIntact } from "../../../proto/op-checksum.ts";
import { onlyKept, Proposals, type Handed } from "./proposals.ts";

/** Without a leader for this long, an op is refused at once: nothing piles up that would come down on the next leader. */
const LEADERLESS_MS = 2_000;
/** Ops of the fork queue proposed at once. */
const FORKED_MAX = 256;

/** What the callers need of their owner. */
export interface CallersDeps {
  readonly log: LogStorage;
  readonly formats: Formats;
  /** An op of the fork queue as it is proposed again, and the key under which apply reports it. */
  readonly recover: (op: Uint8Array) => { readonly key: string; readonly op: Uint8Array };
}

/** Callers, their ops, and the fork queue's. */
export class Callers<Result> {
  readonly #deps: CallersDeps;
  readonly #proposals = new Proposals();
  readonly #waiting = new Map<string, ((outcome: ProposalOutcome<Result>) => void)[]>();
  readonly #lacksReplicas: () => boolean;
  #leaderAt: number;
  /** Rows of the fork queue seen applied, to be archived. */
  #confirmed: number[] = [];
  /** The fork queue begins with `ops` ops, up to this id, that are of a newer format than this one, which was in force. */
  #held = { upTo: 0, inForce: 0, ops: 0 };

  /** `lacksReplicas`: nobody can lead until another replica is back. */
  constructor(deps: CallersDeps, now: number, lacksReplicas: () => boolean) {
    this.#deps = deps;
    this.#lacksReplicas = lacksReplicas;
    this.#leaderAt = now;
  }

  /** Takes an op in and waits for it. Bounded by WAITING_MAX (proposals.ts): beyond it slow_down. */
  propose(key: string, op: Uint8Array, now: number, timeoutMs: number): Promise<ProposalOutcome<Result>> {
    if (now - this.#leaderAt > LEADERLESS_MS) return Promise.resolve(this.#leaderless());
    if (!this.#proposals.add(key, op, now + timeoutMs)) {
      return Promise.resolve({ kind: "slow_down", retryAfterMs: 1000 });
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key);
      if (waiting === undefined) this.#waiting.set(key, [resolve]);
      else waiting.push(resolve);
    });
  }

  /** Who leads, told once a turn. */
  retarget(leadershipKey: string | null, now: number): void {
    if (leadershipKey !== null) this.#leaderAt = now;
    this.#proposals.retarget(leadershipKey);
  }

  /** The next ops to hand over; null when there are none. */
  take(now: number): Handed | null {
    if (this.#proposals.idle()) return null;
    for (;;) {
      const handed = this.#sound(this.#proposals.take(now));
      if (handed.ops.length > 0 || this.#proposals.idle()) return handed.ops.length === 0 ? null : handed;
    }
  }

  /** An op came out of apply on this replica: whoever proposed it here is answered. */
  applied({ key, seq, result, recovered }: AppliedEntry<Result>): void {
    const { waited, forkId } = this.#proposals.applied(key, recovered);
    if (forkId !== null) this.#confirmed.push(forkId);
    if (waited) this.#answer(key, { kind: "applied", seq, result });
  }

  /** Called per tick: ends waits, and proposes what the fork queue holds while somebody leads. */
  tick(now: number, led: boolean): void {
    for (const { key, definite } of this.#proposals.tick(now)) {
      this.#answer(key, definite ? this.#leaderless() : { kind: "timed_out" });
    }
    const inForce = this.#deps.formats.inForce();
    // It falls with a merge: what waits now may have to be held, and must not keep the rest of the queue waiting.
    if (inForce < this.#held.inForce) this.#proposals.forgetForked();
    if (inForce !== this.#held.inForce) this.#held = { upTo: 0, inForce, ops: 0 };
    if (!led || this.#proposals.forkedWaiting > 0) return;
    let holds = true;
    for (const { id, op } of this.#deps.log.forkQueue(FORKED_MAX, this.#held.upTo)) {
      // What the other branch had enabled waits until this one has: an older rule must not meet it.
      const isNewer = opFormat(op) > inForce;
      holds &&= isNewer;
      if (holds) this.#held = { upTo: id, inForce, ops: this.#held.ops + 1 };
      if (isNewer) continue;
      const recovered = this.#deps.recover(op);
      this.#proposals.addForked(id, recovered.key, recovered.op);
    }
  }

  /** Ops of the fork queue that wait until their format is in force, as far as the queue was looked through. */
  get heldOps(): number {
    return this.#held.ops;
  }

  /** Archives what came out of apply, in one write: each costs an fsync. What is not archived is proposed again. */
  confirmForked(): void {
    if (this.#confirmed.length === 0) return;
    try {
      this.#deps.log.forkConfirmed(this.#confirmed);
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
    }
    this.#confirmed = [];
  }

  /** Callers that still wait learn that they do not know. */
  close(): void {
    for (const key of this.#waiting.keys()) this.#answer(key, { kind: "timed_out" });
  }

  /**
   * Without the ops that have changed in memory since they were proposed: their callers time out. Without those of a
   * format that is not in force any more, after a merge: they are asked for again and again until it is.
   */
  #sound(handed: Handed): Handed {
    const inForce = this.#deps.formats.inForce();
    return onlyKept(
      handed,
      handed.ops.map((op) => isIntact(op) && opFormat(op) <= inForce),
    );
  }

  #leaderless(): ProposalOutcome<Result> {
    return { kind: "no_leader", lacksReplicas: this.#lacksReplicas() };
  }

  #answer(key: string, outcome: ProposalOutcome<Result>): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    for (const resolve of waiting) resolve(outcome);
  }
}
