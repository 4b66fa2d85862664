/**
 * In which conversations something changed lately, in memory. After a failover every stream resumes within a second,
 * and of most people's conversations nothing changed meanwhile: this says so without a query for each of them. It may
 * say that something changed where nothing did, never the other way round.
 */
import type { Seq } from "../../election/view.ts";

/** Conversations remembered, those that changed last; some 100 bytes each. */
const CONVERSATIONS_MAX = 50_000;

export class RecentChanges {
  readonly #max: number;
  /** Of a conversation that is not in the map nothing changed after this. */
  #from: Seq;
  /** The op that changed it last, in the order of these ops. */
  readonly #newest = new Map<string, Seq>();

  /** `from`: whatever is applied after this will be told by `changed`. */
  constructor(from: Seq, max = CONVERSATIONS_MAX) {
    this.#from = from;
    this.#max = max;
  }

  /** A message came or went in the conversation, or somebody read some of it. */
  changed(conversation: string, seq: Seq): void {
    // Written with an older seq: that part of it has not changed now.
    if ((this.#newest.get(conversation) ?? 0) >= seq) return;
    this.#newest.delete(conversation);
    this.#newest.set(conversation, seq);
    if (this.#newest.size <= this.#max) return;
    const [oldest] = this.#newest;
    this.#newest.delete(oldest![0]);
    this.#from = Math.max(this.#from, oldest![1]);
  }

  /** False: nothing changed there after `seq`. */
  mayHaveChanged(conversation: string, seq: Seq): boolean {
    return seq < this.#from || (this.#newest.get(conversation) ?? 0) > seq;
  }
}
