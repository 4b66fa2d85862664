/**
 * Opens SQLite files the way this program needs them, and says what their errors mean.
 * Every file is in WAL mode.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, fsyncSync, openSync } from "node:fs";
import { BrokenInvariant } from "../base/assert.ts";
import { DiskFailed, StorageDamaged, StorageFull } from "../election/ports.ts";

/**
 * SQLite's `synchronous` setting. FULL (log.db): a commit that returned is on the disk. NORMAL (files that can be
 * rebuilt from the log): a power cut may take the newest commits, but never an earlier commit without the later ones.
 */
export type Durability = "FULL" | "NORMAL";

/**
 * Pages (of 4 KiB) in the WAL after which a commit also checkpoints. The checkpoint runs
 * inside that commit, on the thread that answers clients, so it must stay short: copying 4 MiB
 * and two fsyncs take 5 to 20 ms on a common SSD. A larger WAL makes rarer but longer
 * stalls and saves nothing, because an appended page is hardly ever written twice.
 */
const WAL_CHECKPOINT_PAGES = 1000;

/** A checkpoint that empties the WAL cuts the file to this many bytes; a burst may have made it larger. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024;

/** How long to wait for another connection, which holds a lock only for moments (a snapshot's copy, a test). */
const BUSY_TIMEOUT_MS = 2000;

/** Opens or creates `path` in WAL mode. Throws SQLite's own errors; {@link storageError} translates them. */
export function openSqlite(path: string, durability: Durability): Database {
  const db = new Database(path, { create: true, readwrite: true, strict: true });
  try {
    db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.run("PRAGMA journal_mode = WAL");
    db.run(`PRAGMA synchronous = ${durability}`);
    // On macOS a plain fsync leaves the data in the drive's cache; elsewhere this does nothing.
    if (process.platform === "darwin") {
      db.run("PRAGMA fullfsync = 1");
      db.run("PRAGMA checkpoint_fullfsync = 1");
    }
    db.run(`PRAGMA wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}`);
    db.run(`PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Codes that mean the disk failed. The two exceptions mean damage: a short file, and corruption that the file system
 * reports.
 */
const DISK_CODES = /^SQLITE_(IOERR(?!_SHORT_READ|_CORRUPTFS)|CANTOPEN|READONLY|PERM|BUSY|LOCKED|PROTOCOL)/;

/**
 * Translates an error of SQLite: StorageFull if there is no room (nothing was written), DiskFailed
 * if the disk refused, StorageDamaged for every other code. Other errors are returned unchanged.
 */
export function storageError(file: "log" | "state", path: string, error: unknown): Error {
  if (error instanceof StorageFull || error instanceof StorageDamaged || error instanceof BrokenInvariant) return error;
  if (error instanceof SQLiteError) {
    const code = error.code ?? String(error.errno);
    if (code === "SQLITE_FULL") return new StorageFull(`${path}: the disk is full`);
    const Kind = DISK_CODES.test(code) ? DiskFailed : StorageDamaged;
    return new Kind(file, `${path}: ${code}`);
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Makes created, renamed and removed names in a folder survive a power cut. Does nothing on Windows. */
export function fsyncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
