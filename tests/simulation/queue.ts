/**
 * The simulator's clock: a heap of (time, order of scheduling, action). Events of the same
 * instant run in the order in which they were scheduled, so that a run has only one history.
 */
import { drainMicrotasks } from "bun:jsc";

interface Item {
  readonly at: number;
  readonly tie: number;
  readonly action: () => void;
}

function before(a: Item, b: Item): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

/** A run with more events than this is in an endless loop. */
const EVENTS_MAX = 5_000_000;

/** Virtual time in ms, and the scheduled actions. */
export class SimQueue {
  #heap: Item[] = [];
  #tie = 0;
  #now = 0;
  #events = 0;

  get now(): number {
    return this.#now;
  }

  /** Runs `action` after `delayMs` (at least 0). It cannot be cancelled; actions check whether they still apply. */
  after(delayMs: number, action: () => void): void {
    const heap = this.#heap;
    const item: Item = { at: this.#now + Math.max(0, delayMs), tie: this.#tie++, action };
    let i = heap.length;
    heap.push(item);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const p = heap[parent] as Item;
      if (before(p, item)) break;
      heap[i] = p;
      i = parent;
    }
    heap[i] = item;
  }

  #pop(): Item {
    const heap = this.#heap;
    const top = heap[0] as Item;
    const last = heap.pop() as Item;
    const size = heap.length;
    if (size === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && before(heap[child + 1] as Item, heap[child] as Item)) child++;
      const c = heap[child] as Item;
      if (before(last, c)) break;
      heap[i] = c;
      i = child;
    }
    heap[i] = last;
    return top;
  }

  /** Runs all actions up to the time `until` (ms), or until `done` returns true after one. */
  runUntil(until: number, done?: () => boolean): void {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) break;
      this.#pop();
      this.#now = next.at;
      if (++this.#events > EVENTS_MAX) throw new Error(`more than ${EVENTS_MAX} events at ${this.#now} ms`);
      next.action();
      // Let reactions to settled promises run before anything else.
      drainMicrotasks();
      if (done?.()) return;
    }
    this.#now = Math.max(this.#now, until);
  }
}
