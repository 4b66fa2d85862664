/**
 * The ops that this replica takes as leader, from its own callers and from followers. It keeps them
 * until the disk is free, and appends each once. Ops that arrive while the disk is busy become the
 * next batch, which is the group commit.
 */
import type { Event } from "../event.ts";
import type { Target } from "../core/core-status.ts";
import type { Formats } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";
import { opFormat } from "../../../proto/op-format.ts";
import { onlyKept, type Handed } from "./proposals.ts";

/** Ops from a follower, or, if `from` is null, from callers of this replica. */
interface Offered {
  readonly from: ReplicaId | null;
  readonly handed: Handed;
}

/** See the top of this file. */
export class Intake {
  readonly #formats: Formats;
  /** In the order of arrival. Bounded by what all replicas may have waiting (proposals.ts). */
  #offered: Offered[] = [];
  /** Keys of ops that were appended under this leadership and that this replica has not applied yet. */
  readonly #appended = new Set<string>();
  #appendedUnder: string | null = null;
  /** The end of the log when this leadership began to take ops. Earlier leaders appended the entries up to here. */
  #before: Seq = 0;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** Takes ops from a follower, or, if `from` is null, from callers of this replica. */
  offer(from: ReplicaId | null, handed: Handed): void {
    this.#offered.push({ from, handed });
  }

  /**
   * Returns the offered ops as events for the core, without those that are already under way. Call it only when the
   * core can append: an op that is returned but not appended would be left out for as long as this replica leads. A
   * replica that does not lead drops the ops, because each proposer sends them again to the next leader. `lastSeq`: the
   * end of the log.
   */
  take(target: Target, lastSeq: Seq): Event[] {
    if (this.#offered.length === 0) return [];
    const offered = this.#offered;
    this.#offered = [];
    this.#begin(target, lastSeq);
    const events: Event[] = [];
    for (const { from, handed } of offered) {
      const { ops, keys } = this.#fresh(handed, target);
      if (ops.length === 0) continue;
      events.push(
        from === null ? { type: "propose", ops } : { type: "frame", from, frame: { type: "propose", ops, keys } },
      );
    }
    return events;
  }

  /** Notes that an op was applied here. From now on the rows recognise a repeat. */
  applied(key: string, seq: Seq): void {
    // A copy that an earlier leader appended may be applied first, while the one appended here is still under way.
    if (seq > this.#before) this.#appended.delete(key);
  }

  /** Call it when a snapshot has replaced the state, because the ops that it covers will not be reported as applied. */
  stateReplaced(): void {
    this.#appended.clear();
  }

  #begin({ leadershipKey, accepting }: Target, lastSeq: Seq): void {
    if (!accepting || leadershipKey === this.#appendedUnder) return;
    this.#appendedUnder = leadershipKey;
    this.#appended.clear();
    this.#before = lastSeq;
  }

  /**
   * The ops that are not under way yet. A busy leader may get the same op several times, from its proposer and from
   * other replicas to which the client turned. It appends the op once; it is then applied, or the leadership ends.
   */
  #fresh(handed: Handed, { accepting }: Target): Handed {
    if (!accepting) return { ops: [], keys: [] };
    const inForce = this.#formats.inForce();
    const isFresh = handed.keys.map((key, i) => {
      // Its proposer has applied more than this leader, or is still on another branch. It will send the op again.
      if (opFormat(handed.ops[i]!) > inForce) return false;
      if (!this.#formats.mayAppend(key, handed.ops[i]!)) return false;
      const before = this.#appended.size;
      return this.#appended.add(key).size > before;
    });
    return onlyKept(handed, isFresh);
  }
}
