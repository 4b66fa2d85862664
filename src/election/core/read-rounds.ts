/**
 * Linearizable reads at a leader (the read index of Ongaro, "Consensus: Bridging Theory and Practice", 6.4). A read is
 * answered with the seq that was committed when it arrived, once every member has confirmed the leadership in a round
 * that began after the read. A read never uses a round that an earlier read began: issue 20418 of etcd shows what a
 * reused round does after a pause.
 */
import type { ReplicaId, Seq } from "../view.ts";

/** At most this many reads wait for their round. Further ones get no answer, and the asker tries again. */
const READS_MAX = 10_000;

/** A read that waits for the members to confirm the leadership. */
export interface Read {
  readonly id: number;
  /** The replica that asks; null if it is this one. */
  readonly from: ReplicaId | null;
  readonly seq: Seq;
}

/** The reads of one leadership, and the rounds that answer them. */
export class ReadRounds {
  #next = 0;
  #begun = 0;
  #waiting: { readonly read: Read; readonly round: number }[] = [];

  /** The round that the Appends of this turn carry. */
  get round(): number {
    return this.#begun;
  }

  ask(read: Read): void {
    if (this.#waiting.length >= READS_MAX) return;
    if (this.#next === this.#begun) this.#next++;
    this.#waiting.push({ read, round: this.#next });
  }

  /** Before Appends are sent. True if a new round begins with them, so every member must get an Append. */
  begin(): boolean {
    const isNew = this.#next > this.#begun;
    this.#begun = this.#next;
    return isNew;
  }

  /** Takes out the reads whose round all members have confirmed. `lowest` is called only if a read waits. */
  confirmed(lowest: () => number): readonly Read[] {
    if (this.#waiting.length === 0) return [];
    const round = Math.min(this.#begun, lowest());
    const ready = this.#waiting.filter((waiting) => waiting.round <= round);
    if (ready.length > 0) this.#waiting = this.#waiting.filter((waiting) => waiting.round > round);
    return ready.map(({ read }) => read);
  }
}
