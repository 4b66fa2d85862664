/**
 * The newest few MiB of the log in memory: what peers are sent and what apply takes is nearly
 * always what was just written, and must not cost a read of the disk. The batches are
 * contiguous and end at the log's last seq; a cut or a switch simply empties it.
 */
import { batchFirstSeq, batchLastSeq, type Batch } from "../../election/frame.ts";
import type { Seq } from "../../election/view.ts";

interface Held {
  readonly batch: Batch;
  readonly bytes: number;
}

/** A view, or the object around ops, counted as this many bytes. */
const BATCH_OVERHEAD_BYTES = 200;

export class RecentBatches {
  readonly #bytesMax: number;
  #held: Held[] = [];
  /** Index of the oldest that still counts; those before are dropped in bulk, as shift() is not free. */
  #head = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The batch must follow the one pushed last. */
  push(batch: Batch, payloadBytes: number): void {
    const bytes = payloadBytes + BATCH_OVERHEAD_BYTES;
    this.#held.push({ batch, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#bytesMax) this.#bytes -= this.#held[this.#head++]!.bytes;
    if (this.#head > 1024 && this.#head * 2 > this.#held.length) {
      this.#held = this.#held.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#held = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** First seq held; Infinity when empty. */
  firstSeq(): Seq {
    const first = this.#held[this.#head];
    return first === undefined ? Infinity : batchFirstSeq(first.batch);
  }

  /** The whole batches that touch [fromSeq, upTo]; fromSeq must not lie before firstSeq(). */
  touching(fromSeq: Seq, upTo: Seq): Batch[] {
    let low = this.#head;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (batchLastSeq(this.#held[middle]!.batch) < fromSeq) low = middle + 1;
      else high = middle;
    }
    const found: Batch[] = [];
    for (let i = low; i < this.#held.length; i++) {
      const { batch } = this.#held[i]!;
      if (batchFirstSeq(batch) > upTo) break;
      found.push(batch);
    }
    return found;
  }
}
