/** Callers of a linearizable read, waiting to hear from the leader how far the log is committed. */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { Seq } from "../view.ts";

/** A question without answer is asked again: the leader may have changed. */
const ASK_AGAIN_MS = 100;

/** Questions under way, each with an id that this process never uses twice. */
export class ReadIndexes {
  readonly #open = new Map<number, (seq: Seq) => void>();
  /**
   * Begins anywhere: the leader may still answer a question of the process before this one, and
   * that answer is older than what this one asks about.
   */
  #nextId: number;
  readonly #scheduler: Scheduler;
  readonly #send: (id: number) => void;

  constructor(scheduler: Scheduler, send: (id: number) => void) {
    this.#scheduler = scheduler;
    this.#nextId = Math.floor(scheduler.random() * 2 ** 40);
    this.#send = send;
  }

  /** The seq to wait for; null if no leader answers in time. */
  ask(timeoutMs: number): Promise<Seq | null> {
    return new Promise((resolve) => {
      const ids: number[] = [];
      let cancelAgain: Cancel;
      const finish = (seq: Seq | null): void => {
        cancelAgain();
        cancelEnd();
        for (const id of ids) this.#open.delete(id);
        resolve(seq);
      };
      const send = (): void => {
        const id = this.#nextId++;
        ids.push(id);
        this.#open.set(id, finish);
        cancelAgain = this.#scheduler.after(ASK_AGAIN_MS, send);
        this.#send(id);
      };
      const cancelEnd = this.#scheduler.after(timeoutMs, () => finish(null));
      send();
    });
  }

  ready(id: number, seq: Seq): void {
    this.#open.get(id)?.(seq);
  }

  /** Nobody will answer any more; the waits end by their time-outs. */
  close(): void {
    this.#open.clear();
  }
}
