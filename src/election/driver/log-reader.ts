/**
 * Reads entries that the core knows, whether they are on the disk already or still being
 * written: the leader sends an entry to its peers while its own fsync is under way.
 */
import type { Effect, PersistRows } from "../event.ts";
import { batchFirstSeq, batchLastSeq, sliceBatches, type Append, type Batch } from "../frame.ts";
import type { LogStorage } from "../ports.ts";
import type { Seq } from "../view.ts";

/** The effect that asks for an Append. */
type SendAppend = Extract<Effect, { type: "sendAppend" }>;

/** The log as the core sees it: the storage, and rows that are not written yet. */
export class LogReader {
  readonly #log: LogStorage;
  /** Batches that are not written yet, ascending, without those that a cut or a snapshot removed. */
  #tail: Batch[] = [];
  /** For each of the rows that are not written yet, the last seq that it appends. */
  #tailRows = new Map<PersistRows, number>();
  /** Of the entries that the core knows. */
  #lastSeq: Seq;
  /** The last Append of this turn. */
  #made: { readonly frame: Append; readonly upTo: Seq } | null = null;

  /** `lastSeq`: where the log ends. */
  constructor(log: LogStorage, lastSeq: Seq) {
    this.#log = log;
    this.#lastSeq = lastSeq;
  }

  get lastSeq(): Seq {
    return this.#lastSeq;
  }

  /** Notes rows that are about to be written. */
  pending(rows: PersistRows): void {
    if (rows.snapshot !== undefined) this.#tail = [];
    const { cutAfter } = rows;
    if (cutAfter !== undefined) this.#tail = sliceBatches(this.#tail, 0, cutAfter);
    if (rows.append !== undefined) this.#tail.push(...rows.append);
    if (rows.snapshot !== undefined) this.#lastSeq = rows.snapshot.appliedSeq;
    if (cutAfter !== undefined) this.#lastSeq = Math.min(this.#lastSeq, cutAfter);
    this.#lastSeq = Math.max(this.#lastSeq, batchLastSeqOf(rows));
    this.#tailRows.set(rows, batchLastSeqOf(rows));
  }

  /** Notes that rows are on the disk, from where they are read from now on. */
  written(rows: readonly PersistRows[]): void {
    let upTo = 0;
    for (const row of rows) {
      upTo = Math.max(upTo, this.#tailRows.get(row) ?? 0);
      this.#tailRows.delete(row);
    }
    if (this.#tailRows.size === 0) this.#tail = [];
    else this.#tail = sliceBatches(this.#tail, upTo + 1, Number.MAX_SAFE_INTEGER);
  }

  /** Contiguous batches with the entries from `fromSeq` to `upTo`, both included; empty if `upTo` is lower. */
  read(fromSeq: Seq, upTo: Seq): Batch[] {
    if (upTo < fromSeq) return [];
    const first = this.#tail[0];
    const tailFrom = first === undefined ? Number.MAX_SAFE_INTEGER : batchFirstSeq(first);
    const batches = fromSeq < tailFrom ? this.#log.read(fromSeq, Math.min(upTo, tailFrom - 1)) : [];
    if (upTo >= tailFrom) batches.push(...sliceBatches(this.#tail, fromSeq, upTo));
    return batches;
  }

  /** The Append of a leader. Followers at the same position get the same frame object, so that it is encoded once. */
  append({ ballot, prevSeq, prevViewNo, upTo, commit, round }: SendAppend): Append {
    const made = this.#made;
    const sameEntries = made?.frame.ballot === ballot && made.frame.prevSeq === prevSeq && made.upTo === upTo;
    if (sameEntries && made.frame.commit === commit && made.frame.round === round) return made.frame;
    const batches = this.read(prevSeq + 1, upTo);
    const frame: Append = { type: "append", ballot, prevSeq, prevViewNo, batches, commit, round };
    this.#made = { frame, upTo };
    return frame;
  }

  /** Call it at the end of a turn, because the log may change before the next one. */
  turnOver(): void {
    this.#made = null;
  }
}

function batchLastSeqOf(rows: PersistRows): Seq {
  const last = rows.append?.at(-1);
  return last === undefined ? 0 : batchLastSeq(last);
}
