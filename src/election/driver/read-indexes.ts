/** Callers of a linearizable read, waiting to hear from the leader how far the log is committed. */
import type { Seq } from "../view.ts";

/** A question without answer is asked again: the leader may have changed. */
const ASK_AGAIN_MS = 100;

/** Questions under way, each with an id that this process never uses twice. */
export class ReadIndexes {
  private readonly open = new Map<number, (seq: Seq) => void>();
  /**
   * Begins anywhere: the leader may still answer a question of the process before this one, and
   * that answer is older than what this one asks about.
   */
  private nextId = Math.floor(Math.random() * 2 ** 40);
  private readonly send: (id: number) => void;

  constructor(send: (id: number) => void) {
    this.send = send;
  }

  /** The seq to wait for; null if no leader answers in time. */
  ask(timeoutMs: number): Promise<Seq | null> {
    return new Promise((resolve) => {
      const ids: number[] = [];
      const finish = (seq: Seq | null): void => {
        clearInterval(again);
        clearTimeout(timer);
        for (const id of ids) this.open.delete(id);
        resolve(seq);
      };
      const send = (): void => {
        const id = this.nextId++;
        ids.push(id);
        this.open.set(id, finish);
        this.send(id);
      };
      const again = setInterval(send, ASK_AGAIN_MS);
      const timer = setTimeout(() => finish(null), timeoutMs);
      send();
    });
  }

  ready(id: number, seq: Seq): void {
    this.open.get(id)?.(seq);
  }

  /** Nobody will answer any more; the waits end by their time-outs. */
  close(): void {
    this.open.clear();
  }
}
