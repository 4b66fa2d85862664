/**
 * log.db: the replicated log of one replica, on its disk.
 *
 * Raw bun:sqlite, not Drizzle: this is the hot path that every message waits for, it writes one
 * row and one transaction a batch, and each query is fixed. A `write` is one immediate
 * transaction with one fsync; what it returned from is on the disk. All calls are synchronous
 * and short; bulky work (copying state) is done elsewhere, see snapshot-store.ts.
 *
 * Everything read is checked against its checksum. The newest batches, the lineage and meta are
 * also in memory; they change only after the transaction that changed the file has committed.
 */
import { feature } from "bun:bundle";
import type { Database } from "bun:sqlite";
import { closeSync, fdatasync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "../../base/assert.ts";
import type { PersistRows, Restored } from "../../election/event.ts";
import { sliceBatches, type Batch } from "../../election/frame.ts";
import { StorageDamaged, StorageFull, type ForkedOp, type LogStorage } from "../../election/ports.ts";
import type { ReplicaId, Seq, View } from "../../election/view.ts";
import { failpoint, failpointBefore, setting } from "../../base/faults.ts";
import { DiskRoom } from "../disk-room.ts";
import { fsyncFolder, openSqlite, storageError } from "../sqlite.ts";
import { applyRows, forkChecksum, viewChecksum, type LogImage } from "./log-changes.ts";
import { checkContiguous, decodeRow, encodeRow, missingRow } from "./log-rows.ts";
import { decodeMeta, encodeMeta, LOG_FORMAT } from "./log-schema.ts";
import { prepareLogStatements, type LogStatements } from "./log-statements.ts";
import { RecentBatches } from "./recent-batches.ts";
import { decodeView, type LogRow } from "./row-codec.ts";
import { openStore, StoreRefused } from "./store.ts";

/** Newest rows verified at open. The rest is checked when it is read. */
const TAIL_ROWS_CHECKED = 1000;
/** Memory for the newest batches: some seconds of a busy cluster. */
const RECENT_BYTES_MAX = 4 * 1024 * 1024;
/** Rows deleted in one transaction of `compact`: some 20 ms. What is left goes with the next calls. */
const COMPACT_ROWS_MAX = 1000;
/** Ids of confirmed ops of lost branches that stay in the archive. */
const ARCHIVE_IDS_MAX = 100_000;

export interface LogDbOptions {
  /** `<data>/replica-N`; made if missing. */
  readonly folder: string;
  readonly replicaId: ReplicaId;
  /** Test seam: bytes of the newest batches kept in memory. */
  readonly recentBytesMax?: number;
  /** Test seam: the disk. */
  readonly room?: DiskRoom;
  /** Test seam: pages (4 KiB) after which the disk counts as full. */
  readonly pagesMax?: number;
}

/** See the top of this file. Opened by {@link LogDb.open}; not shared between threads. */
export class LogDb implements LogStorage {
  /** True if this open made the store. */
  readonly created: boolean;
  readonly #db: Database;
  readonly #sql: LogStatements;
  readonly #recent: RecentBatches;
  /** First seqs that streams of snapshots still need; see {@link pin}. */
  readonly #pins = new Set<{ readonly fromSeq: Seq }>();
  #image: LogImage;
  #state: { appliedSeq(): Seq } | null = null;
  /** After an I/O error the file's content is unknown to this process: nothing is written again. */
  #failed = false;
  /** Newest id of the fork queue when it was last found empty: it is asked for with every tick. */
  #emptyFork = { lastId: -1, afterId: 0 };
  readonly #path: string;
  readonly #room: DiskRoom;
  /** Of the WAL, for {@link writeAside}. */
  #walFd: number | null = null;

  /**
   * Opens the store in `folder`, or makes one; its storeId is on the disk when this returns.
   * Throws StoreRefused, StorageDamaged, StorageFull.
   */
  static open(options: LogDbOptions): LogDb {
    mkdirSync(options.folder, { recursive: true });
    const path = join(options.folder, "log.db");
    let db: Database | undefined;
    try {
      db = openSqlite(path, "FULL");
      const created = openStore(db, options.replicaId);
      if (created) {
        fsyncFolder(options.folder);
        fsyncFolder(dirname(options.folder));
      }
      if (options.pagesMax !== undefined) db.run(`PRAGMA max_page_count = ${options.pagesMax}`);
      return new LogDb(db, options, created);
    } catch (error) {
      db?.close();
      throw error instanceof StoreRefused ? error : storageError("log", "log.db", error);
    }
  }

  private constructor(db: Database, options: LogDbOptions, created: boolean) {
    this.created = created;
    this.#path = join(options.folder, "log.db");
    this.#room = options.room ?? new DiskRoom(options.folder);
    this.#db = db;
    this.#sql = prepareLogStatements(db);
    this.#recent = new RecentBatches(options.recentBytesMax ?? RECENT_BYTES_MAX);
    const stored = this.#sql.readMeta.get();
    assert(stored !== null, "meta was read before");
    const meta = decodeMeta(stored.body, stored.checksum);
    const lastSeq = Math.max(meta.baseSeq, this.#sql.lastSpan.get()?.lastSeq ?? 0);
    const lineage = this.#sql.readLineage.all().map((row) => {
      if (row.checksum !== viewChecksum(row.startSeq, row.body)) {
        throw new StorageDamaged("log", `log.db: checksum of the view at seq ${row.startSeq} does not match`);
      }
      return decodeView(row.body);
    });
    this.#image = { meta, lastSeq, lineage, lastForkId: this.#sql.lastForkId.get()?.id ?? 0 };
    this.#checkTail();
    this.#transact((image) => {
      image.meta = { ...meta, bootCount: meta.bootCount + 1 };
      // A snapshot that was fetched but not switched in before a crash is fetched again.
      this.#sql.dropStagedExcept.run(0);
    });
  }

  get storeId(): string {
    return this.#image.meta.storeId;
  }

  get clusterId(): string | null {
    return this.#image.meta.clusterId;
  }

  /** How often this store was opened, this time included. */
  get bootCount(): number {
    return this.#image.meta.bootCount;
  }

  /** N of the state-N.db that belongs to this log. */
  get stateFile(): number {
    return this.#image.meta.stateFile;
  }

  /** First seq of the log; lastSeq + 1 when it is empty. */
  get firstSeq(): Seq {
    return this.#image.meta.baseSeq + 1;
  }

  get lastSeq(): Seq {
    return this.#image.lastSeq;
  }

  /** Once, when the first view is known; another value for a store that has one is a broken invariant. */
  setClusterId(clusterId: string): void {
    const known = this.#image.meta.clusterId;
    assert(known === null || known === clusterId, "the store belongs to another cluster");
    if (known === null) this.#transact((image) => (image.meta = { ...image.meta, clusterId }));
  }

  /** Says where the state stands: before {@link restore}, and again after a switch to another state file. */
  bindState(state: { appliedSeq(): Seq }): void {
    this.#state = state;
  }

  /** Throws StorageDamaged if log and state do not fit together: then neither can be trusted alone. */
  restore(): Restored {
    assert(this.#state !== null, "bindState comes before restore");
    const { meta, lastSeq, lineage } = this.#image;
    const appliedSeq = this.#state.appliedSeq();
    if (appliedSeq > lastSeq)
      throw new StorageDamaged("log", `log.db ends at seq ${lastSeq}, but the state covers seq ${appliedSeq}`);
    if (appliedSeq < meta.baseSeq) {
      throw new StorageDamaged(
        "log",
        `log.db starts after seq ${meta.baseSeq}, but the state covers only seq ${appliedSeq}`,
      );
    }
    return {
      promised: meta.promised,
      admitted: meta.admitted,
      rollback: meta.rollback,
      lineage,
      logFirstSeq: meta.baseSeq + 1,
      lastSeq,
      appliedSeq,
    };
  }

  get roomLow(): boolean {
    return this.#room.low;
  }

  write(rows: readonly PersistRows[]): void {
    if (this.#room.low) throw new StorageFull("log.db: the disk is nearly full");
    const target = { sql: this.#sql, recent: this.#recent };
    this.#transact((image) => {
      for (const row of rows) applyRows(target, image, row);
      if (feature("FAULTS")) failpoint("log-append");
    });
  }

  /**
   * Writes rows that only append, and syncs them on another thread. The caller begins no second
   * one before the first is done. On macOS only SQLite knows how to reach the platter, so there
   * the rows are written and synced at once.
   */
  async writeAside(rows: readonly PersistRows[]): Promise<void> {
    if (process.platform === "darwin") return this.write(rows);
    this.#sql.syncLater.run();
    try {
      this.write(rows);
    } finally {
      this.#sql.syncAtCommit.run();
    }
    await this.#syncWal();
  }

  /** The WAL carries no locks, so a second descriptor of it may be opened and closed. */
  #syncWal(): Promise<void> {
    const fd = (this.#walFd ??= openSync(`${this.#path}-wal`, "r+"));
    return new Promise((resolve, reject) => {
      const done = (error: NodeJS.ErrnoException | null): void => {
        if (feature("FAULTS")) failpoint("log-synced");
        if (error === null) return resolve();
        // What the disk holds is not known any more, and a second fsync would not tell.
        this.#failed = true;
        reject(new StorageDamaged("log", `log.db: ${error.code ?? error.message}`));
      };
      if (feature("FAULTS")) failpointBefore("log-sync", () => fdatasync(fd, done));
      else fdatasync(fd, done);
    });
  }

  /** Exactly the entries [fromSeq, upTo], which must be in the log; a batch at either end may be a part of a row. */
  read(fromSeq: Seq, upTo: Seq): Batch[] {
    if (fromSeq > upTo) return [];
    assert(fromSeq >= this.firstSeq && upTo <= this.lastSeq, `seqs ${fromSeq} to ${upTo} are not in the log`);
    if (fromSeq >= this.#recent.firstSeq()) return sliceBatches(this.#recent.touching(fromSeq, upTo), fromSeq, upTo);
    const batches = this.#guard(() => this.#sql.range.all(fromSeq, upTo)).map(decodeRow);
    checkContiguous(batches, fromSeq, upTo);
    return sliceBatches(batches, fromSeq, upTo);
  }

  lineage(): readonly View[] {
    return this.#image.lineage;
  }

  /** The log starts after the last whole row up to seq at once; the rows are deleted a bounded number a call. */
  compact(upTo: Seq): void {
    // What the state does not cover is nowhere else on this disk.
    let target = this.#state === null ? upTo : Math.min(upTo, this.#state.appliedSeq());
    for (const pin of this.#pins) target = Math.min(target, pin.fromSeq - 1);
    const { baseSeq } = this.#image.meta;
    const at = this.#guard(() => this.#sql.spanAt.get(Math.min(target, this.lastSeq)));
    const border = at === null ? baseSeq : at.lastSeq <= target ? at.lastSeq : at.firstSeq - 1;
    const newBase = Math.max(baseSeq, border);
    const oldest = this.#guard(() => this.#sql.range.get(0, newBase));
    if (newBase === baseSeq && oldest === null) return;
    this.#transact((image) => {
      if (newBase > baseSeq) image.meta = { ...image.meta, baseSeq: newBase };
      this.#sql.deleteOldest.run(newBase, COMPACT_ROWS_MAX);
      if (feature("FAULTS")) failpoint("log-compact");
    });
  }

  forkQueue(limit: number, afterId = 0): ForkedOp[] {
    const { lastForkId } = this.#image;
    if (this.#emptyFork.lastId === lastForkId && afterId >= this.#emptyFork.afterId) return [];
    const rows = this.#guard(() => this.#sql.readFork.all(afterId, limit));
    if (rows.length === 0) this.#emptyFork = { lastId: lastForkId, afterId };
    return rows.map((row) => {
      const isWhole = row.checksum === forkChecksum(row.viewKey, row.seq, row.op);
      if (!isWhole) throw new StorageDamaged("log", `log.db: checksum of forked op ${row.id} does not match`);
      return { id: row.id, op: row.op };
    });
  }

  forkConfirmed(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.#transact((image) => {
      for (const id of ids) {
        this.#sql.archive.run(id);
        this.#sql.deleteFork.run(id);
      }
      this.#sql.trimArchive.run(image.lastForkId - ARCHIVE_IDS_MAX);
    });
  }

  close(): void {
    if (this.#walFd !== null) closeSync(this.#walFd);
    this.#walFd = null;
    for (const statement of Object.values(this.#sql)) statement.finalize();
    this.#db.close();
  }

  // For snapshots (src/db/snapshot). ------------------------------------------------------------

  /** Verified rows from `fromSeq` on, until `bytesMax` bytes are reached or `upTo`; at least one. All must be in the log. */
  rowsFrom(fromSeq: Seq, upTo: Seq, bytesMax: number): LogRow[] {
    assert(
      fromSeq >= this.firstSeq && upTo <= this.lastSeq && fromSeq <= upTo,
      `seqs ${fromSeq} to ${upTo} are not in the log`,
    );
    return this.#guard(() => {
      const rows: LogRow[] = [];
      let next = fromSeq;
      let bytes = 0;
      for (const row of this.#sql.range.iterate(fromSeq, upTo)) {
        const batch = decodeRow(row);
        if (row.firstSeq > next || row.lastSeq < next) throw missingRow(next);
        const isWhole = row.firstSeq >= fromSeq && row.lastSeq <= upTo;
        rows.push(isWhole ? row : encodeRow(sliceBatches([batch], fromSeq, upTo)[0]!));
        next = row.lastSeq + 1;
        bytes += row.bytes.length;
        if (bytes >= bytesMax) break;
      }
      if (rows.length === 0) throw missingRow(fromSeq);
      return rows;
    });
  }

  /** First seq, at or after `fromSeq`, of the newest rows up to `upTo` that stay within the limits; upTo + 1 if none does. */
  newestWithin(fromSeq: Seq, upTo: Seq, limits: { readonly bytes: number; readonly rows: number }): Seq {
    let start = upTo + 1;
    let bytes = 0;
    const lowest = this.#guard(() => this.#sql.spanAt.get(fromSeq))?.firstSeq ?? fromSeq;
    for (const row of this.#guard(() => this.#sql.sizesDown.all(lowest, upTo, limits.rows))) {
      bytes += row.bytes;
      if (bytes > limits.bytes) break;
      start = row.firstSeq;
    }
    return Math.max(start, fromSeq);
  }

  /** Keeps compaction away from `fromSeq` and what follows, until the answer is called. */
  pin(fromSeq: Seq): () => void {
    const pin = { fromSeq };
    this.#pins.add(pin);
    return () => void this.#pins.delete(pin);
  }

  /** Keeps rows of a fetched snapshot beside the log, durable when it returns. Throws StorageFull, StorageDamaged. */
  stageRows(ref: number, rows: readonly LogRow[]): void {
    this.#transact(() => {
      for (const row of rows) {
        this.#sql.stage.run(ref, row.firstSeq, row.lastSeq, row.viewKey, row.kind, row.bytes, row.checksum);
      }
    });
  }

  /** Forgets staged rows of all snapshots but `ref` (0: of all). */
  dropStagedExcept(ref: number): void {
    if (this.#guard(() => this.#sql.anyStaged.get(ref)) === null) return;
    this.#transact(() => this.#sql.dropStagedExcept.run(ref));
  }

  // ---------------------------------------------------------------------------------------------

  #checkTail(): void {
    const { meta, lastSeq, lineage } = this.#image;
    let next = lastSeq;
    let rows = 0;
    const checked = setting("tail", TAIL_ROWS_CHECKED);
    for (const row of this.#sql.tail.iterate(meta.baseSeq, checked)) {
      if (row.lastSeq !== next) throw missingRow(next);
      decodeRow(row);
      next = row.firstSeq - 1;
      rows++;
    }
    if (rows < checked && next !== meta.baseSeq) throw missingRow(next);
    const view = lineage.at(-1);
    if (lastSeq > 0 && view === undefined) throw new StorageDamaged("log", "log.db: entries without a view");
    if (view !== undefined && view.startSeq > lastSeq)
      throw new StorageDamaged("log", `log.db: a view at seq ${view.startSeq} after the log's end`);
  }

  /** Runs `work` in one transaction; rows and memory change together or not at all. */
  #transact(work: (image: LogImage) => void): void {
    if (this.#failed) throw new StorageDamaged("log", "log.db: stopped after an earlier error");
    const image = { ...this.#image };
    try {
      this.#sql.begin.run();
      work(image);
      if (image.meta !== this.#image.meta) {
        const meta = encodeMeta(image.meta);
        this.#sql.writeMeta.run(LOG_FORMAT, meta.body, meta.checksum);
      }
      this.#sql.commit.run();
    } catch (error) {
      this.#recent.clear();
      const cause = storageError("log", "log.db", error);
      if (!(cause instanceof StorageFull)) this.#failed = true;
      if (this.#db.inTransaction) this.#sql.rollback.run();
      throw cause;
    }
    this.#image = image;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageError("log", "log.db", error);
    }
  }
}
