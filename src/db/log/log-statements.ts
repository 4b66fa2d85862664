/**
 * The prepared statements of log.db. They are kept as long as the database is open, because
 * `db.query` caches only twenty, and preparing a statement costs more than running it.
 */
import type { Database } from "bun:sqlite";
import type { LogRow } from "./row-codec.ts";

const COLUMNS = "last_seq AS lastSeq, view_key AS viewKey, kind, bytes, checksum";

/** A row of `lineage`. */
export interface StoredView {
  readonly startSeq: number;
  readonly body: string;
  readonly checksum: number;
}

/** A row of `fork`. */
export interface StoredFork {
  readonly id: number;
  readonly viewKey: string;
  readonly seq: number;
  readonly op: Uint8Array;
  readonly checksum: number;
}

/** The first and last seq of a row of `log`. */
export interface RowSpan {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export type LogStatements = ReturnType<typeof prepareLogStatements>;

/** Prepares all statements; the tables must exist. Finalize each before closing the database. */
export function prepareLogStatements(db: Database) {
  return {
    ...transactionStatements(db),
    ...metaStatements(db),
    ...logStatements(db),
    ...lineageStatements(db),
    ...stagedStatements(db),
    ...forkStatements(db),
  };
}

function transactionStatements(db: Database) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    syncLater: db.prepare("PRAGMA synchronous = NORMAL"),
    syncAtCommit: db.prepare("PRAGMA synchronous = FULL"),
  };
}

function metaStatements(db: Database) {
  return {
    readMeta: db.prepare<{ format: number; body: string; checksum: number }, []>(
      "SELECT format, body, checksum FROM meta",
    ),
    writeMeta: db.prepare("INSERT OR REPLACE INTO meta (id, format, body, checksum) VALUES (1, ?, ?, ?)"),
  };
}

function logStatements(db: Database) {
  return {
    append: db.prepare(
      "INSERT INTO log (first_seq, last_seq, view_key, kind, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    /** From the row that holds ?1 (or else the next one) to the last row that starts at or before ?2. */
    range: db.prepare<LogRow, [number, number]>(
      `SELECT first_seq AS firstSeq, ${COLUMNS} FROM log
       WHERE first_seq >= ifnull((SELECT max(first_seq) FROM log WHERE first_seq <= ?1), 0) AND first_seq <= ?2
       ORDER BY first_seq`,
    ),
    tail: db.prepare<LogRow, [number, number]>(
      `SELECT first_seq AS firstSeq, ${COLUMNS} FROM log WHERE first_seq > ? ORDER BY first_seq DESC LIMIT ?`,
    ),
    lastSpan: db.prepare<RowSpan, []>(
      "SELECT first_seq AS firstSeq, last_seq AS lastSeq FROM log ORDER BY first_seq DESC LIMIT 1",
    ),
    /** The row that holds the seq, or else the last row before it. */
    spanAt: db.prepare<RowSpan, [number]>(
      "SELECT first_seq AS firstSeq, last_seq AS lastSeq FROM log WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
    ),
    /**
     * Newest first: from the row that holds the second parameter down to the first that starts at the first parameter
     * or later.
     */
    sizesDown: db.prepare<{ firstSeq: number; bytes: number }, [number, number, number]>(
      "SELECT first_seq AS firstSeq, length(bytes) AS bytes FROM log WHERE first_seq >= ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT ?",
    ),
    deleteFrom: db.prepare("DELETE FROM log WHERE first_seq >= ?"),
    deleteOldest: db.prepare(
      "DELETE FROM log WHERE first_seq IN (SELECT first_seq FROM log WHERE first_seq <= ? ORDER BY first_seq LIMIT ?)",
    ),
  };
}

function lineageStatements(db: Database) {
  return {
    readLineage: db.prepare<StoredView, []>(
      "SELECT start_seq AS startSeq, body, checksum FROM lineage ORDER BY start_seq",
    ),
    addView: db.prepare("INSERT INTO lineage (start_seq, body, checksum) VALUES (?, ?, ?)"),
    cutLineage: db.prepare("DELETE FROM lineage WHERE start_seq > ?"),
  };
}

function stagedStatements(db: Database) {
  return {
    stage: db.prepare(
      "INSERT INTO staged_log (ref, first_seq, last_seq, view_key, kind, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    /** Rows of one snapshot, in log order. */
    staged: db.prepare<LogRow, [number]>(
      `SELECT first_seq AS firstSeq, ${COLUMNS} FROM staged_log WHERE ref = ? ORDER BY id`,
    ),
    dropStagedExcept: db.prepare("DELETE FROM staged_log WHERE ref <> ?"),
    dropStagedUpTo: db.prepare("DELETE FROM staged_log WHERE ref <= ?"),
    anyStaged: db.prepare<{ ref: number }, [number]>("SELECT ref FROM staged_log WHERE ref <> ? LIMIT 1"),
  };
}

function forkStatements(db: Database) {
  return {
    addFork: db.prepare("INSERT INTO fork (id, view_key, seq, op, checksum) VALUES (?, ?, ?, ?, ?)"),
    readFork: db.prepare<StoredFork, [number, number]>(
      "SELECT id, view_key AS viewKey, seq, op, checksum FROM fork WHERE id > ? ORDER BY id LIMIT ?",
    ),
    archive: db.prepare("INSERT OR IGNORE INTO fork_archive SELECT * FROM fork WHERE id = ?"),
    deleteFork: db.prepare("DELETE FROM fork WHERE id = ?"),
    trimArchive: db.prepare("DELETE FROM fork_archive WHERE id <= ?"),
    lastForkId: db.prepare<{ id: number }, []>(
      "SELECT max(ifnull((SELECT max(id) FROM fork), 0), ifnull((SELECT max(id) FROM fork_archive), 0)) AS id",
    ),
  };
}
