/**
 * Tables of log.db and the record `meta`, which holds what a replica must remember besides its log.
 *
 * Meta is one row of JSON with a checksum. Columns would be easier to read, but SQLite does not
 * checksum its pages, and a flipped bit in `promised` would let this replica break a promise.
 */
import { StorageDamaged } from "../../election/ports.ts";
import type { Ballot, ReplicaId, Seq } from "../../election/view.ts";
import { NO_BALLOT } from "../../election/view.ts";
import { checksum, int, object, text } from "./row-codec.ts";

/** Version of everything in log.db. A reader refuses a higher one, and must know how to read a lower one. */
export const LOG_FORMAT = 1;

const ROW_COLUMNS = `
  last_seq  INTEGER NOT NULL,
  view_key  TEXT    NOT NULL,
  kind      INTEGER NOT NULL,
  bytes     BLOB    NOT NULL,
  checksum  INTEGER NOT NULL`;

/**
 * - log: one row per batch, contiguous above meta.baseSeq; rows at or below it are waiting to be deleted.
 * - staged_log: rows of fetched snapshots that are not switched in yet.
 * - lineage: all views, including those whose rows were deleted.
 * - fork: ops of a branch that lost, until they are committed again; then they move to fork_archive.
 */
export const LOG_SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  format    INTEGER NOT NULL,
  body      TEXT    NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS log (
  first_seq INTEGER PRIMARY KEY,${ROW_COLUMNS}
) STRICT;
CREATE TABLE IF NOT EXISTS staged_log (
  id        INTEGER PRIMARY KEY,
  ref       INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,${ROW_COLUMNS}
) STRICT;
CREATE TABLE IF NOT EXISTS lineage (
  start_seq INTEGER PRIMARY KEY,
  body      TEXT    NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fork (
  id        INTEGER PRIMARY KEY,
  view_key  TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  op        BLOB    NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS fork_archive (
  id        INTEGER PRIMARY KEY,
  view_key  TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  op        BLOB    NOT NULL,
  checksum  INTEGER NOT NULL
) STRICT;
`;

/** What a replica must remember besides its log. */
export interface Meta {
  readonly replicaId: ReplicaId;
  /** 16 hex digits, drawn when this file was created. */
  readonly storeId: string;
  /** Null until the first view of the cluster is known. */
  readonly clusterId: string | null;
  /** How many times this store was opened. */
  readonly bootCount: number;
  /** The highest ballot promised; see ARCHITECTURE.md, rule R2. */
  readonly promised: Ballot;
  /** The store was in an active view once. */
  readonly admitted: boolean;
  /** The store is in the middle of a roll-back, so it is not eligible. */
  readonly rollback: boolean;
  /** N of the state-N.db that belongs to this log. */
  readonly stateFile: number;
  /** The log starts after this seq. Earlier entries are in the state only. */
  readonly baseSeq: Seq;
}

/** Meta of a new store. */
export function newMeta(replicaId: ReplicaId, storeId: string): Meta {
  return {
    replicaId,
    storeId,
    clusterId: null,
    bootCount: 0,
    promised: NO_BALLOT,
    admitted: false,
    rollback: false,
    stateFile: 1,
    baseSeq: 0,
  };
}

/** The body and checksum that the row of `meta` stores. */
export function encodeMeta(meta: Meta): { readonly body: string; readonly checksum: number } {
  const body = JSON.stringify(meta);
  return { body, checksum: checksum("meta", body) };
}

/** The inverse of {@link encodeMeta}. Throws StorageDamaged. */
export function decodeMeta(body: string, sum: number): Meta {
  if (sum !== checksum("meta", body)) throw new StorageDamaged("log", "log.db: checksum of meta does not match");
  const meta = object(JSON.parse(body), "meta");
  const promised = object(meta["promised"], "promised");
  return {
    replicaId: int(meta["replicaId"], "replicaId"),
    storeId: text(meta["storeId"], "storeId"),
    clusterId: meta["clusterId"] === null ? null : text(meta["clusterId"], "clusterId"),
    bootCount: int(meta["bootCount"], "bootCount"),
    promised: {
      counter: int(promised["counter"], "counter"),
      replicaId: int(promised["replicaId"], "replicaId"),
      nonce: text(promised["nonce"], "nonce"),
    },
    admitted: meta["admitted"] === true,
    rollback: meta["rollback"] === true,
    stateFile: int(meta["stateFile"], "stateFile"),
    baseSeq: int(meta["baseSeq"], "baseSeq"),
  };
}
