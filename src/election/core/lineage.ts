/**
 * The lineage of a log: all its view entries, oldest first. (viewNo, seq) identifies an entry, so the lineage and the
 * last seq together say which entries a log holds, and two logs are compared without reading either.
 */
import { assert } from "../../base/assert.ts";
import type { LineagePoint } from "../frame.ts";
import { sameViewNo, type Member, type Seq, type View, type ViewNo } from "../view.ts";

/** Mutable list of views, ascending by startSeq. It stays whole: compaction deletes rows, not views. */
export class Lineage {
  #views: View[];

  constructor(views: readonly View[]) {
    this.#views = [...views];
  }

  /** The installed view; null while the log is empty. */
  last(): View | null {
    return this.#views.at(-1) ?? null;
  }

  all(): readonly View[] {
    return this.#views;
  }

  append(view: View): void {
    const last = this.last();
    assert(last === null || last.startSeq < view.startSeq, "views ascend");
    this.#views.push(view);
  }

  /** Forgets the views that start after `seq`. */
  cutAfter(seq: Seq): void {
    while ((this.last()?.startSeq ?? 0) > seq) this.#views.pop();
  }

  replace(views: readonly View[]): void {
    this.#views = [...views];
  }

  /** View number of the entry at `seq`; null before the first view. The caller knows that `seq` is in the log. */
  viewNoAt(seq: Seq): ViewNo | null {
    return this.viewAt(seq)?.no ?? null;
  }

  /** The view in force at `seq`: the newest that starts at or before it. */
  viewAt(seq: Seq): View | null {
    let low = 0;
    let high = this.#views.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#views[middle]!.startSeq <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#views[low - 1] ?? null;
  }

  contains(no: ViewNo): boolean {
    for (let i = this.#views.length - 1; i >= 0; i--) if (sameViewNo(this.#views[i]!.no, no)) return true;
    return false;
  }

  /** Some view has the replica as a member with another store. */
  hasOtherStore({ replicaId, storeId }: Member): boolean {
    return this.#views.some((view) => view.members.some((m) => m.replicaId === replicaId && m.storeId !== storeId));
  }

  points(): LineagePoint[] {
    return this.#views.map(({ no, startSeq }) => ({ no, startSeq }));
  }

  /** The newest `count` points, oldest first. */
  tail(count: number): LineagePoint[] {
    return this.#views.slice(-count).map(({ no, startSeq }) => ({ no, startSeq }));
  }

  /**
   * The last seq up to which two logs hold the same entries: the end of their newest common view, in the log that has
   * less of it. 0 if they share nothing.
   */
  commonSeq(myLastSeq: Seq, theirs: readonly LineagePoint[], theirLastSeq: Seq): Seq {
    let t = theirs.length - 1;
    for (let m = this.#views.length - 1; m >= 0; m--) {
      const mine = this.#views[m]!;
      while (t >= 0 && theirs[t]!.startSeq > mine.startSeq) t--;
      if (t < 0) return 0;
      const point = theirs[t]!;
      if (point.startSeq !== mine.startSeq || !sameViewNo(point.no, mine.no)) continue;
      const myEnd = (this.#views[m + 1]?.startSeq ?? myLastSeq + 1) - 1;
      const theirEnd = (theirs[t + 1]?.startSeq ?? theirLastSeq + 1) - 1;
      return Math.min(myEnd, theirEnd);
    }
    return 0;
  }
}
