/** One connection to a state.db: the driver for statements, Drizzle for what writes them. */
import { feature } from "bun:bundle";
import type { Database, Statement as BareStatement } from "bun:sqlite";
import { Param, Placeholder, sql, type SQL } from "drizzle-orm";
import { drizzle, type SQLiteBunDatabase } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { assert } from "../../base/assert.ts";
import { OP_FORMAT } from "../../chat/kinds/kinds.ts";
import { failpoint } from "../../base/faults.ts";
import { VERSION } from "../../base/version.ts";
import { openSqlite } from "../sqlite.ts";
import { prepareTables } from "./migrate.ts";
import { stateMigrations } from "./migrations.macro.ts" with { type: "macro" };

export interface StateConnection {
  readonly client: Database;
  readonly db: SQLiteBunDatabase;
  /** A query found the file damaged. Whoever asked gets the error too. */
  onDamage: ((error: unknown) => void) | null;
}

/**
 * Page cache. A message touches pages of its conversation and of its author in several indexes, anywhere in the file:
 * with SQLite's 2 MB those pages would be read again for each.
 */
const CACHE_KIB = 64 * 1024;

/**
 * Pages in the WAL after which a commit checkpoints by itself: never, as long as the
 * checkpointer (see there) does its work.
 */
const WAL_CHECKPOINT_PAGES = 32_768;
/** Of the WAL file: it is written over from the start, which is cheaper than to grow again. */
const WAL_KEPT_BYTES = 128 * 1024 * 1024;

/** A value that SQLite binds. */
export type Bound = string | number | null | Uint8Array;

/** A statement with its placeholders in the order in which the SQL has them. */
export interface Statement {
  /** The first row, by column; null if there is none. */
  get(...values: readonly Bound[]): readonly unknown[] | null;
  all(...values: readonly Bound[]): readonly (readonly unknown[])[];
  run(...values: readonly Bound[]): void;
}

const MIGRATIONS = [
  ...stateMigrations("migrations"),
  // One more column for the executable that tests upgrade to.
  ...(feature("NEXT") ? stateMigrations("migrations-next") : []),
];

/** Number of the tables that this executable makes and reads: each migration is one more. */
export const SCHEMA = MIGRATIONS.length;

/**
 * Opens or creates a state.db (or ":memory:") and brings its tables to those of this executable. Throws FormatTooNew
 * for a file that only a newer one can read; it is unchanged then.
 */
export function openState(path: string): StateConnection {
  const client = openSqlite(path, "NORMAL");
  client.run(`PRAGMA cache_size = -${CACHE_KIB}`);
  client.run(`PRAGMA wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}`);
  client.run(`PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`);
  const db = drizzle({
    client,
    ...(feature("FAULTS") ? { logger: { logQuery: () => failpoint("state-migrate") } } : {}),
  });
  prepareTables(client, MIGRATIONS, { opFormat: OP_FORMAT, version: VERSION });
  migrate(db, MIGRATIONS);
  return { client, db, onDamage: null };
}

/**
 * Prepares a query that Drizzle wrote on the bare driver: rows come as arrays, values go
 * by position, and a call costs no more than SQLite's own work.
 */
export function compile(
  connection: StateConnection,
  query: { toSQL(): { sql: string; params: unknown[] } },
): Statement {
  const { sql: text, params } = query.toSQL();
  // A constant among the parameters would shift the positions of the others.
  assert(params.every(isPlaceholder), `constant in: ${text}`);
  const statement = connection.client.prepare<unknown, Bound[]>(text);
  return {
    get: (...values) => rowsOf(connection, statement, values)[0] ?? null,
    all: (...values) => rowsOf(connection, statement, values),
    run: (...values) => void statement.run(...values),
  };
}

function rowsOf(
  connection: StateConnection,
  statement: BareStatement<unknown, Bound[]>,
  values: readonly Bound[],
): readonly (readonly unknown[])[] {
  try {
    return statement.values(...values);
  } catch (error) {
    connection.onDamage?.(error);
    throw error;
  }
}

/**
 * A placeholder for a number that SQLite cannot look through. With `column = ?` and an ORDER BY,
 * SQLite 3.54 plans a statement anew whenever another value is bound: 3 to 4 µs more for
 * each call, measured. Remove when it does not.
 */
export function once(name: string): SQL {
  return sql`${sql.placeholder(name)} + 0`;
}

function isPlaceholder(param: unknown): boolean {
  return param instanceof Placeholder || (param instanceof Param && param.value instanceof Placeholder);
}
