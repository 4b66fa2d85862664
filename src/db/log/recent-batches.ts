/**
 * Keeps the newest few MiB of the log in memory. The batches that are sent to peers and applied
 * are nearly always those just written, and should not be read from the disk. The batches are
 * contiguous and end at the log's last seq; a cut or a switch empties the memory.
 */
import { batchFirstSeq, batchLastSeq, type Batch } from "../../election/frame.ts";
import type { Seq } from "../../election/view.ts";

interface Held {
  readonly batch: Batch;
  readonly bytes: number;
}

/** Bytes counted for a view, or for the object around ops. */
const BATCH_OVERHEAD_BYTES = 200;

export class RecentBatches {
  readonly #bytesMax: number;
  #held: Held[] = [];
  /** Index of the oldest batch that is still in use. Earlier ones are dropped in bulk, because shift() is slow. */
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

  /** First seq in memory; Infinity if it is empty. */
  firstSeq(): Seq {
    const first = this.#held[this.#head];
    return first === undefined ? Infinity : batchFirstSeq(first.batch);
  }

  /** The batches that overlap [fromSeq, upTo], uncut. `fromSeq` must not be lower than firstSeq(). */
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
