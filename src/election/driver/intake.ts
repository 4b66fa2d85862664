/**
 * What this replica takes as leader: ops of its own callers and those that followers hand over, kept
 * until the disk is free, and each appended once. Ops that come while the disk is busy are the next
 * batch: that is the group commit.
 */
import type { Event } from "../event.ts";
import type { Target } from "../core/core-status.ts";
import type { Formats } from "../ports.ts";
import type { ReplicaId, Seq } from "../view.ts";
import { opFormat } from "../../../proto/op-format.ts";
import { onlyKept, type Handed } from "./proposals.ts";

/** Ops that a follower, or with null a caller of this replica, has handed over. */
interface Offered {
  readonly from: ReplicaId | null;
  readonly handed: Handed;
}

/** The ops that this leader has taken and not applied yet, and those it is about to take. */
export class Intake {
  readonly #formats: Formats;
  /** In the order in which they came. At most what followers have waiting. */
  #offered: Offered[] = [];
  /** Keys of ops that this leadership has appended and this replica has not applied yet. */
  readonly #appended = new Set<string>();
  #appendedUnder: string | null = null;
  /** Where the log ended when this leadership began to take ops: entries up to here are another's copies. */
  #before: Seq = 0;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  offer(from: ReplicaId | null, handed: Handed): void {
    this.#offered.push({ from, handed });
  }

  /**
   * All that was offered, without what is on its way already, as events for the core. Call it when the core can
   * append: an op given out here that is then not appended would be kept out as long as this replica leads. A replica
   * that does not lead drops what was offered: each proposer sends it again to the next leader. `lastSeq`: where the
   * log ends.
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

  /** An op came out of apply here: from now on the rows know a repeat. */
  applied(key: string, seq: Seq): void {
    // A copy of a leader before this one may come out first: the one appended here is on its way still.
    if (seq > this.#before) this.#appended.delete(key);
  }

  /** The state was replaced: what it holds did not come out of apply here. */
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
   * Those ops that are not on their way already. A busy leader gets the same op again and again, from its proposer
   * and from other replicas that the client turned to: it is appended once, and comes out of apply, or the leadership ends.
   */
  #fresh(handed: Handed, { accepting }: Target): Handed {
    if (!accepting) return { ops: [], keys: [] };
    const inForce = this.#formats.inForce();
    const isFresh = handed.keys.map((key, i) => {
      // From a proposer that has applied more than this leader, or less than its own branch: it asks again.
      if (opFormat(handed.ops[i]!) > inForce) return false;
      const before = this.#appended.size;
      return this.#appended.add(key).size > before;
    });
    return onlyKept(handed, isFresh);
  }
}
