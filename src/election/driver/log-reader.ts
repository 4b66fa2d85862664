/**
 * Reads entries that the core knows of, whether they are on the disk already or still on
 * their way: the leader sends an entry to its peers while its own fsync is under way.
 */
import type { Effect, PersistRows } from "../event.ts";
import { batchFirstSeq, batchLastSeq, sliceBatches, type Append, type Batch } from "../frame.ts";
import type { LogStorage } from "../ports.ts";
import type { Seq } from "../view.ts";

/** What the core asks to be sent. */
type SendAppend = Extract<Effect, { type: "sendAppend" }>;

/** The log as the core sees it: storage plus rows not written yet. */
export class LogReader {
  readonly #log: LogStorage;
  /** Batches not written yet, ascending; what a cut or a snapshot replaced is gone. */
  #tail: Batch[] = [];
  #tailRows = new Map<PersistRows, number>();
  /** The Append made last in this turn. */
  #made: { readonly frame: Append; readonly upTo: Seq } | null = null;

  constructor(log: LogStorage) {
    this.#log = log;
  }

  /** Rows were given out to be written. */
  pending(rows: PersistRows): void {
    if (rows.snapshot !== undefined) this.#tail = [];
    const { cutAfter } = rows;
    if (cutAfter !== undefined) this.#tail = sliceBatches(this.#tail, 0, cutAfter);
    if (rows.append !== undefined) this.#tail.push(...rows.append);
    this.#tailRows.set(rows, batchLastSeqOf(rows));
  }

  /** Rows are on the disk: they are read from there. */
  written(rows: readonly PersistRows[]): void {
    let upTo = 0;
    for (const row of rows) {
      upTo = Math.max(upTo, this.#tailRows.get(row) ?? 0);
      this.#tailRows.delete(row);
    }
    if (this.#tailRows.size === 0) this.#tail = [];
    else this.#tail = sliceBatches(this.#tail, upTo + 1, Number.MAX_SAFE_INTEGER);
  }

  /** Contiguous batches from `fromSeq` to `upTo`, both included; empty if upTo is smaller. */
  read(fromSeq: Seq, upTo: Seq): Batch[] {
    if (upTo < fromSeq) return [];
    const first = this.#tail[0];
    const tailFrom = first === undefined ? Number.MAX_SAFE_INTEGER : batchFirstSeq(first);
    const batches = fromSeq < tailFrom ? this.#log.read(fromSeq, Math.min(upTo, tailFrom - 1)) : [];
    if (upTo >= tailFrom) batches.push(...sliceBatches(this.#tail, fromSeq, upTo));
    return batches;
  }

  /** The Append of a leader: followers that are in step get one and the same frame, which is encoded once. */
  append({ ballot, prevSeq, prevViewNo, upTo, commit, round }: SendAppend): Append {
    const made = this.#made;
    const sameEntries = made?.frame.ballot === ballot && made.frame.prevSeq === prevSeq && made.upTo === upTo;
    if (sameEntries && made.frame.commit === commit && made.frame.round === round) return made.frame;
    const batches = this.read(prevSeq + 1, upTo);
    const frame: Append = { type: "append", ballot, prevSeq, prevViewNo, batches, commit, round };
    this.#made = { frame, upTo };
    return frame;
  }

  /** The log may change before the next turn. */
  turnOver(): void {
    this.#made = null;
  }
}

function batchLastSeqOf(rows: PersistRows): Seq {
  const last = rows.append?.at(-1);
  return last === undefined ? 0 : batchLastSeq(last);
}
