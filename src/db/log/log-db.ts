/**
 * log.db: the replicated log of one replica, on its disk.
 *
 * It uses bun:sqlite directly, without Drizzle: every message waits for this path, it writes one
 * row in one transaction per batch, and each query is fixed. A `write` is one immediate transaction
 * with one fsync, so its rows are on the disk when it returns. All calls but `writeAside` are
 * synchronous and short; snapshot-store.ts does the bulky work (copying the state).
 *
 * Every row is checked against its checksum when it is read. The newest batches, the lineage and
 * meta are also in memory; they change only after the transaction that changed the file has committed.
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

/** Number of newest rows that are verified at open. Older ones are checked when they are read. */
const TAIL_ROWS_CHECKED = 1000;
/** Memory for the newest batches: some seconds of a busy cluster. */
const RECENT_BYTES_MAX = 4 * 1024 * 1024;
/** Rows that one call of `compact` deletes, which takes some 20 ms. Later calls delete the rest. */
const COMPACT_ROWS_MAX = 1000;
/** The archive keeps confirmed ops of lost branches while their ids are among this many newest ones. */
const ARCHIVE_IDS_MAX = 100_000;

/** When the rows of a transaction are synced: before its commit returns, or by {@link LogDb.writeAside} afterwards. */
type SyncTime = "atCommit" | "later";

export interface LogDbOptions {
  /** `<data>/replica-N`; created if missing. */
  readonly folder: string;
  readonly replicaId: ReplicaId;
  /** Test seam: bytes of the newest batches kept in memory. */
  readonly recentBytesMax?: number;
  /** Test seam: the disk. */
  readonly room?: DiskRoom;
  /** Test seam: pages (4 KiB) after which the disk counts as full. */
  readonly pagesMax?: number;
}

/** See the top of this file. Open it with {@link LogDb.open}; it is not shared between threads. */
export class LogDb implements LogStorage {
  /** True if this call of `open` created the store. */
  readonly created: boolean;
  readonly #db: Database;
  readonly #sql: LogStatements;
  readonly #recent: RecentBatches;
  /** First seqs that streams of snapshots still need; see {@link pin}. */
  readonly #pins = new Set<{ readonly fromSeq: Seq }>();
  #image: LogImage;
  #state: { appliedSeq(): Seq } | null = null;
  /** Set after an I/O error. This process no longer knows what the file holds, so it writes nothing more. */
  #failed = false;
  /** The last query that found the fork queue empty. Every tick asks, so the answer is remembered. */
  #emptyFork = { lastId: -1, afterId: 0 };
  /** As SQLite is set now; {@link openSqlite} sets "atCommit". */
  #sync: SyncTime = "atCommit";
  readonly #path: string;
  readonly #room: DiskRoom;
  /** Descriptor of the WAL file, for {@link writeAside}. */
  #walFd: number | null = null;

  /**
   * Opens the store in `folder`, or creates one, whose storeId is on the disk when this returns.
   * Throws StoreRefused, StorageDamaged or StorageFull.
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
      // A snapshot that was fetched before a crash but not switched in is fetched again.
      this.#sql.dropStagedExcept.run(0);
    });
  }

  get storeId(): string {
    return this.#image.meta.storeId;
  }

  get clusterId(): string | null {
    return this.#image.meta.clusterId;
  }

  /** How many times this store was opened, this time included. */
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

  /** Call it once the first view is known. Another id than the one stored is a broken invariant. */
  setClusterId(clusterId: string): void {
    const known = this.#image.meta.clusterId;
    assert(known === null || known === clusterId, "the store belongs to another cluster");
    if (known === null) this.#transact((image) => (image.meta = { ...image.meta, clusterId }));
  }

  /**
   * Gives the log access to the state's position. Call it before {@link restore}, and after each switch of the state
   * file.
   */
  bindState(state: { appliedSeq(): Seq }): void {
    this.#state = state;
  }

  /** Throws StorageDamaged if log and state do not fit together, because then neither can be trusted alone. */
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
    this.#write(rows, "atCommit");
  }

  #write(rows: readonly PersistRows[], sync: SyncTime): void {
    if (this.#room.low) throw new StorageFull("log.db: the disk is nearly full");
    const target = { sql: this.#sql, recent: this.#recent };
    this.#transact((image) => {
      for (const row of rows) applyRows(target, image, row);
      if (feature("FAULTS")) failpoint("log-append");
    }, sync);
  }

  /**
   * Writes rows that only append, and syncs them on another thread. The caller starts no second
   * call before the first is done. On macOS only SQLite's own sync empties the drive's cache, so
   * there the rows are synced before this returns.
   */
  async writeAside(rows: readonly PersistRows[]): Promise<void> {
    if (process.platform === "darwin") return this.write(rows);
    this.#write(rows, "later");
    await this.#syncWal();
  }

  /** SQLite holds no locks on the WAL, so a second descriptor of it may be opened and closed. */
  #syncWal(): Promise<void> {
    const fd = (this.#walFd ??= openSync(`${this.#path}-wal`, "r+"));
    return new Promise((resolve, reject) => {
      const done = (error: NodeJS.ErrnoException | null): void => {
        if (feature("FAULTS")) failpoint("log-synced");
        if (error === null) return resolve();
        // Nobody knows now what the disk holds, and a second fsync might succeed without having written it.
        this.#failed = true;
        reject(new StorageDamaged("log", `log.db: ${error.code ?? error.message}`));
      };
      if (feature("FAULTS")) failpointBefore("log-sync", () => fdatasync(fd, done));
      else fdatasync(fd, done);
    });
  }

  /** Exactly the entries [fromSeq, upTo], which must be in the log. A batch at either end may be part of a row. */
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

  /**
   * From now on the log starts after the last row that ends at or before `upTo`. Each call deletes a bounded number of
   * rows.
   */
  compact(upTo: Seq): void {
    // Entries that the state does not cover are nowhere else on this disk.
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

  /**
   * Verified rows from `fromSeq` to `upTo`, which must be in the log: at least one, and no more once they have
   * `bytesMax` bytes.
   */
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

  /**
   * Where the newest rows up to `upTo` that fit the limits begin, but not before `fromSeq`; upTo + 1 if not even one
   * row fits.
   */
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

  /** Keeps the entries from `fromSeq` on from being compacted until the returned function is called. */
  pin(fromSeq: Seq): () => void {
    const pin = { fromSeq };
    this.#pins.add(pin);
    return () => void this.#pins.delete(pin);
  }

  /**
   * Stores rows of a fetched snapshot beside the log; they are durable when it returns. Throws StorageFull or
   * StorageDamaged.
   */
  stageRows(ref: number, rows: readonly LogRow[]): void {
    this.#transact(() => {
      for (const row of rows) {
        this.#sql.stage.run(ref, row.firstSeq, row.lastSeq, row.viewKey, row.kind, row.bytes, row.checksum);
      }
    });
  }

  /** Deletes the staged rows of all snapshots except `ref` (0: of all snapshots). */
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

  /** Runs `work` in one transaction, so that rows and memory change together or not at all. */
  #transact(work: (image: LogImage) => void, sync: SyncTime = "atCommit"): void {
    if (this.#failed) throw new StorageDamaged("log", "log.db: stopped after an earlier error");
    const image = { ...this.#image };
    try {
      this.#setSync(sync);
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

  /** Most transactions sync at the same time as the one before, and need no statement for it. */
  #setSync(sync: SyncTime): void {
    if (this.#sync === sync) return;
    (sync === "later" ? this.#sql.syncLater : this.#sql.syncAtCommit).run();
    this.#sync = sync;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageError("log", "log.db", error);
    }
  }
}
