/** Asks the leader for callers of linearizable reads how far the log is committed. */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { Seq } from "../view.ts";

/** A question without an answer is repeated after this long, because the leader may have changed. */
const ASK_AGAIN_MS = 100;

/** The questions under way, each with an id that this process never uses twice. */
export class ReadIndexes {
  readonly #open = new Map<number, (seq: Seq) => void>();
  /**
   * Starts at a random number: the leader may still answer a question of this replica's previous process,
   * and that answer would be too old for a question of this one.
   */
  #nextId: number;
  readonly #scheduler: Scheduler;
  readonly #send: (id: number) => void;

  constructor(scheduler: Scheduler, send: (id: number) => void) {
    this.#scheduler = scheduler;
    this.#nextId = Math.floor(scheduler.random() * 2 ** 40);
    this.#send = send;
  }

  /** The committed seq, which the caller then waits for; null if no leader answers within `timeoutMs`. */
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

  /** Takes the leader's answer to the question with this id. */
  ready(id: number, seq: Seq): void {
    this.#open.get(id)?.(seq);
  }

  /** Forgets all questions; their callers' waits end by their time-outs. */
  close(): void {
    this.#open.clear();
  }
}
