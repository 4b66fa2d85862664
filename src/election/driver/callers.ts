/**
 * The callers of this replica and its fork queue: keeps their ops from the moment they are proposed
 * until this replica has applied them, and sends them to whichever replica leads. What a leader does
 * with ops is in intake.ts.
 */
import { StorageFull, type AppliedEntry, type Formats, type LogStorage, type ProposalOutcome } from "../ports.ts";
import { opFormat } from "../../../proto/op-format.ts";
import { isIntact } from "../../../proto/op-checksum.ts";
import { onlyKept, Proposals, type Handed } from "./proposals.ts";

/** Without a leader for this long, ops are refused at once, so that they do not pile up and flood the next leader. */
const LEADERLESS_MS = 2_000;
/** Maximum number of ops of the fork queue that are proposed at one time. */
const FORKED_MAX = 256;

/** What the callers need from their owner. */
export interface CallersDeps {
  readonly log: LogStorage;
  readonly formats: Formats;
  /** Marks an op of the fork queue as recovered, and returns it with the key under which apply will report it. */
  readonly recover: (op: Uint8Array) => { readonly key: string; readonly op: Uint8Array };
}

/** See the top of this file. */
export class Callers<Result> {
  readonly #deps: CallersDeps;
  readonly #proposals = new Proposals();
  readonly #waiting = new Map<string, ((outcome: ProposalOutcome<Result>) => void)[]>();
  readonly #lacksReplicas: () => boolean;
  #leaderAt: number;
  /** Ids of fork queue ops that were applied here and are to be archived. */
  #confirmed: number[] = [];
  /** The first `ops` ops of the fork queue, up to id `upTo`, are of a newer format than `inForce`, so they wait. */
  #held = { upTo: 0, inForce: 0, ops: 0 };

  /** `now`: monotonic ms. `lacksReplicas`: true if no replica can lead until another one is back. */
  constructor(deps: CallersDeps, now: number, lacksReplicas: () => boolean) {
    this.#deps = deps;
    this.#lacksReplicas = lacksReplicas;
    this.#leaderAt = now;
  }

  /**
   * Proposes an op and waits for its outcome, for at most about `timeoutMs`. `slow_down` beyond WAITING_MAX
   * (proposals.ts).
   */
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

  /** Call it once a turn with the current leadership; null: nobody leads. */
  retarget(leadershipKey: string | null, now: number): void {
    if (leadershipKey !== null) this.#leaderAt = now;
    this.#proposals.retarget(leadershipKey);
  }

  /** The next ops to send to the leader; null if there are none. */
  take(now: number): Handed | null {
    if (this.#proposals.idle()) return null;
    for (;;) {
      const handed = this.#sound(this.#proposals.take(now));
      if (handed.ops.length > 0 || this.#proposals.idle()) return handed.ops.length === 0 ? null : handed;
    }
  }

  /** Answers the callers of an op that this replica has applied. */
  applied({ key, seq, result, recovered }: AppliedEntry<Result>): void {
    const { waited, sentAgain, forkId } = this.#proposals.applied(key, recovered);
    if (forkId !== null) this.#confirmed.push(forkId);
    if (waited) this.#answer(key, { kind: "applied", seq, result, ...(sentAgain ? { sentAgain } : {}) });
  }

  /** Called once a tick: ends waits that are over, and proposes ops of the fork queue while a replica leads (`led`). */
  tick(now: number, led: boolean): void {
    for (const { key, definite } of this.#proposals.tick(now)) {
      this.#answer(key, definite ? this.#leaderless() : { kind: "timed_out" });
    }
    const inForce = this.#deps.formats.inForce();
    // A merge can lower the format in force. Ops that wait now may have to be held, and must not block the queue.
    if (inForce < this.#held.inForce) this.#proposals.forgetForked();
    if (inForce !== this.#held.inForce) this.#held = { upTo: 0, inForce, ops: 0 };
    if (!led || this.#proposals.forkedWaiting > 0) return;
    let holds = true;
    for (const { id, op } of this.#deps.log.forkQueue(FORKED_MAX, this.#held.upTo)) {
      // An op of a format that only the other branch had enabled waits until this branch has enabled it.
      const isNewer = opFormat(op) > inForce;
      holds &&= isNewer;
      if (holds) this.#held = { upTo: id, inForce, ops: this.#held.ops + 1 };
      if (isNewer) continue;
      const recovered = this.#deps.recover(op);
      this.#proposals.addForked(id, recovered.key, recovered.op);
    }
  }

  /** Number of ops at the head of the fork queue that wait until their format is in force. */
  get heldOps(): number {
    return this.#held.ops;
  }

  /** Archives applied ops of the fork queue in one write, because each costs an fsync. Others are proposed again. */
  confirmForked(): void {
    if (this.#confirmed.length === 0) return;
    try {
      this.#deps.log.forkConfirmed(this.#confirmed);
    } catch (error) {
      if (!(error instanceof StorageFull)) throw error;
    }
    this.#confirmed = [];
  }

  /** Answers waiting callers that the outcome is unknown. */
  close(): void {
    for (const key of this.#waiting.keys()) this.#answer(key, { kind: "timed_out" });
  }

  /**
   * Leaves out ops that have changed in memory since they were proposed; their callers time out. Also leaves out ops
   * whose format is no longer in force after a merge; they are tried again until it is.
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
