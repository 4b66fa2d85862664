/**
 * The log in memory: LogStorage over the same LogImage that the simulator's replicas use, so
 * that one contract suite tests the simulator's disk and log.db.
 *
 *   write(rows)            durable at once, as in log.db
 *   stage(rows) -> token   visible to read() at once, durable only after complete(token)
 *   complete(token)        makes that write and all before it durable
 *   crash(survivors = 0)   drops the writes that are not durable, except the first `survivors` of
 *                          them. A write is all or nothing, and writes become durable in order, like
 *                          transactions in a WAL.
 *   clone()                a copy of the folder: what is durable now
 */
import type { PersistRows, Restored, StagedSnapshot } from "../../src/election/event.ts";
import type { Batch } from "../../src/election/frame.ts";
import type { ForkedOp, LogStorage } from "../../src/election/ports.ts";
import type { Seq, View } from "../../src/election/view.ts";
import { LogImage, type LogWrite, type StagedRows } from "../simulation/log.ts";

const NO_MUTANTS: ReadonlySet<string> = new Set();

/** Identifies a staged write. */
export type WriteToken = number;

export class MemoryLog implements LogStorage {
  #durable: LogImage;
  /** The durable content with all staged writes. */
  #seen: LogImage;
  #pending: { readonly token: WriteToken; readonly writes: readonly LogWrite[] }[] = [];
  #lastToken: WriteToken = 0;
  readonly #snapshots = new Map<number, readonly Batch[]>();
  #state: { appliedSeq(): Seq } = { appliedSeq: () => 0 };

  constructor(durable: LogImage = new LogImage()) {
    this.#durable = durable;
    this.#seen = durable.clone();
  }

  readonly roomLow = false;

  get stateFile(): number {
    return this.#seen.stateRef;
  }

  /** Gives access to the position of the state, which is 0 before this call. */
  bindState(state: { appliedSeq(): Seq }): void {
    this.#state = state;
  }

  /** Stages the rows of a snapshot, so that a write with this snapshot can switch to it. */
  stageLog(ref: number, batches: readonly Batch[]): void {
    this.#snapshots.set(ref, batches);
  }

  /** Stages a write: the process sees the rows now, the disk has them after {@link complete}. */
  stage(rows: readonly PersistRows[]): WriteToken {
    return this.#stage(
      rows.map((row) => ({
        kind: "rows",
        rows: row,
        staged: row.snapshot === undefined ? null : this.#stagedRows(row.snapshot),
      })),
    );
  }

  /** Makes the write and all before it durable. */
  complete(token: WriteToken): void {
    while ((this.#pending[0]?.token ?? Infinity) <= token) {
      for (const write of this.#pending.shift()?.writes ?? []) this.#durable.write(write, NO_MUTANTS);
    }
  }

  /** Ends the process. Of the writes that are not complete, the first `survivors` are on the disk. */
  crash(survivors = 0): void {
    const last = this.#pending[Math.min(survivors, this.#pending.length) - 1];
    if (last !== undefined) this.complete(last.token);
    this.#pending = [];
    this.#snapshots.clear();
    this.#seen = this.#durable.clone();
  }

  clone(): MemoryLog {
    return new MemoryLog(this.#durable.clone());
  }

  restore(): Restored {
    return this.#durable.restore(this.#state.appliedSeq());
  }

  write(rows: readonly PersistRows[]): void {
    this.complete(this.stage(rows));
  }

  async writeAside(rows: readonly PersistRows[]): Promise<void> {
    this.write(rows);
  }

  read(fromSeq: Seq, upTo: Seq): Batch[] {
    return this.#seen.read(fromSeq, upTo);
  }

  lineage(): readonly View[] {
    return this.#seen.lineage;
  }

  compact(upTo: Seq): void {
    this.complete(this.#stage([{ kind: "compact", upTo }]));
  }

  forkQueue(limit: number, afterId = 0): ForkedOp[] {
    return this.#seen.forked.filter(({ id }) => id > afterId).slice(0, limit);
  }

  forkConfirmed(ids: readonly number[]): void {
    this.complete(this.#stage([{ kind: "confirmed", ids }]));
  }

  close(): void {}

  #stage(writes: readonly LogWrite[]): WriteToken {
    // Work on a copy, so that a write which breaks an invariant changes nothing, like a transaction.
    const seen = this.#seen.clone();
    for (const write of writes) seen.write(write, NO_MUTANTS);
    this.#seen = seen;
    this.#pending.push({ token: ++this.#lastToken, writes });
    return this.#lastToken;
  }

  #stagedRows(snapshot: StagedSnapshot): StagedRows {
    return { snapshot, batches: this.#snapshots.get(snapshot.ref) ?? [] };
  }
}
