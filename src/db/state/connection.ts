/** One connection to a state.db. Drizzle writes the SQL of its statements; the bare driver runs them. */
import { feature } from "bun:bundle";
import { Database, type Statement as BareStatement } from "bun:sqlite";
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

/** An open state.db, by the bare driver and by Drizzle. */
export interface StateConnection {
  readonly client: Database;
  readonly db: SQLiteBunDatabase;
  /** Called if a query finds the file damaged. The query throws the same error. */
  onDamage: ((error: unknown) => void) | null;
}

/**
 * Size of the page cache. A message changes pages of its conversation and of its author in several indexes, anywhere
 * in the file. With SQLite's default of 2 MB, each message would read those pages again.
 */
const CACHE_KIB = 64 * 1024;

/**
 * Pages in the WAL after which a commit also checkpoints. The checkpointer (checkpointer.ts) normally keeps the WAL
 * shorter than this.
 */
const WAL_CHECKPOINT_PAGES = 32_768;
/** Size to which SQLite cuts the WAL file: large, because overwriting the file is cheaper than growing it again. */
const WAL_KEPT_BYTES = 128 * 1024 * 1024;

/** A value that SQLite can bind to a parameter. */
export type Bound = string | number | null | Uint8Array;

/** A prepared statement. Its values are given in the order of the placeholders in the SQL. */
export interface Statement {
  /** The first row, as an array of columns; null if there is none. */
  get(...values: readonly Bound[]): readonly unknown[] | null;
  all(...values: readonly Bound[]): readonly (readonly unknown[])[];
  run(...values: readonly Bound[]): void;
}

const MIGRATIONS = [
  ...stateMigrations("migrations"),
  // The executable of the upgrade tests has one more column.
  ...(feature("NEXT") ? stateMigrations("migrations-next") : []),
];

/** The schema number of this executable: how many migrations it has. */
export const SCHEMA = MIGRATIONS.length;

/** The path of a state.db that is kept nowhere. Only tests have those, thousands in a process. */
export const MEMORY = ":memory:";
/** The first of them as it was after its migrations, which take longer than most tests; the others are copies of it. */
let migrated: Uint8Array | null = null;

/**
 * Opens or creates a state.db (or ":memory:") and migrates its tables to those of this executable. Throws FormatTooNew
 * or TablesTooNew, and leaves the file unchanged, if only a newer executable can read it.
 */
export function openState(path: string): StateConnection {
  const inMemory = path === MEMORY;
  const client = inMemory && migrated !== null ? copyOf(migrated) : openSqlite(path, "NORMAL");
  client.run(`PRAGMA cache_size = -${CACHE_KIB}`);
  client.run(`PRAGMA wal_autocheckpoint = ${WAL_CHECKPOINT_PAGES}`);
  client.run(`PRAGMA journal_size_limit = ${WAL_KEPT_BYTES}`);
  const db = drizzle({
    client,
    ...(feature("FAULTS") ? { logger: { logQuery: () => failpoint("state-migrate") } } : {}),
  });
  if (!inMemory || migrated === null) {
    prepareTables(client, MIGRATIONS, { opFormat: OP_FORMAT, version: VERSION });
    migrate(db, MIGRATIONS);
    if (inMemory) migrated = client.serialize();
  }
  return { client, db, onDamage: null };
}

function copyOf(bytes: Uint8Array): Database {
  return Database.deserialize(bytes, { strict: true });
}

/**
 * A query of Drizzle on the bare driver. Rows are arrays, values are given by position, and a call costs no more than
 * SQLite's own work. It is prepared at its first call: a state.db has some 170 statements, which would take a
 * quarter of its start, and few replicas run all of them.
 */
export function compile(
  connection: StateConnection,
  query: { toSQL(): { sql: string; params: unknown[] } },
): Statement {
  let prepared: BareStatement<unknown, Bound[]> | null = null;
  const rowsOf = (values: readonly Bound[]): readonly (readonly unknown[])[] => {
    try {
      prepared ??= prepare(connection.client, query);
      return prepared.values(...values);
    } catch (error) {
      connection.onDamage?.(error);
      throw error;
    }
  };
  return {
    get: (...values) => rowsOf(values)[0] ?? null,
    all: (...values) => rowsOf(values),
    run: (...values) => void (prepared ??= prepare(connection.client, query)).run(...values),
  };
}

function prepare(
  client: Database,
  query: { toSQL(): { sql: string; params: unknown[] } },
): BareStatement<unknown, Bound[]> {
  const { sql: text, params } = query.toSQL();
  // A constant among the parameters would shift the positions of the others.
  assert(params.every(isPlaceholder), `constant in: ${text}`);
  return client.prepare<unknown, Bound[]>(text);
}

/**
 * A placeholder for a number whose value the query planner cannot see. With `column = ?` and an ORDER BY,
 * SQLite 3.54 plans the statement again whenever another value is bound, which costs 3 to 4 µs per call
 * (measured). Remove this once SQLite no longer does so.
 */
export function once(name: string): SQL {
  return sql`${sql.placeholder(name)} + 0`;
}

function isPlaceholder(param: unknown): boolean {
  return param instanceof Placeholder || (param instanceof Param && param.value instanceof Placeholder);
}
