/**
 * Linearizable reads at a leader: a question is answered with what was committed when it
 * came, once every member has confirmed the leadership in a round begun after it. Rounds
 * are never shared with an earlier question (Ongaro, "Consensus: Bridging Theory and
 * Practice", 6.4; etcd #20418 shows what a reused round does after a pause).
 */
import type { ReplicaId, Seq } from "../view.ts";

/** Reads waiting for their round; more are not answered, the asker tries again. */
const READS_MAX = 10_000;

/** A read that waits for the members to confirm the leadership. */
export interface Read {
  readonly id: number;
  /** Null: asked by this replica itself. */
  readonly from: ReplicaId | null;
  readonly seq: Seq;
}

/** Questions of one leadership, and the rounds that answer them. */
export class ReadRounds {
  #next = 0;
  #begun = 0;
  #waiting: { readonly read: Read; readonly round: number }[] = [];

  /** The round that Appends carry now. */
  get round(): number {
    return this.#begun;
  }

  ask(read: Read): void {
    if (this.#waiting.length >= READS_MAX) return;
    if (this.#next === this.#begun) this.#next++;
    this.#waiting.push({ read, round: this.#next });
  }

  /** Before Appends are sent: true if a new round begins with them, so that all members must get one. */
  begin(): boolean {
    const isNew = this.#next > this.#begun;
    this.#begun = this.#next;
    return isNew;
  }

  /** Takes out the reads whose round all members have confirmed; `lowest` is asked only if any wait. */
  confirmed(lowest: () => number): readonly Read[] {
    if (this.#waiting.length === 0) return [];
    const round = Math.min(this.#begun, lowest());
    const ready = this.#waiting.filter((waiting) => waiting.round <= round);
    if (ready.length > 0) this.#waiting = this.#waiting.filter((waiting) => waiting.round > round);
    return ready.map(({ read }) => read);
  }
}
