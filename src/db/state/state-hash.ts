/**
 * A hash that compares the rows of two replicas: SHA-256 over every column of every replicated row,
 * tables ordered by name and rows by primary key. Two replicas with the same schema number at the
 * same position must have the same hash.
 */
import { Database } from "bun:sqlite";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Seq } from "../../election/view.ts";
import { SCHEMA } from "./connection.ts";
import * as schema from "./schema.ts";

/** The hash in hex, and the seq and schema number it belongs to. Another schema has other columns to hash. */
export interface StateHash {
  readonly seq: Seq;
  readonly hash: string;
  readonly schema: number;
}

/** Rows hashed before other work gets a turn on this thread: a few ms. */
const ROWS_PER_STEP = 2_000;

/** One SELECT per table: every column that the file has, with the rows in the order of the primary key. */
function tableQueries(client: Database): { readonly name: string; readonly sql: string }[] {
  return Object.values(schema)
    .map((table) => tableQuery(client, table))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function tableQuery(client: Database, table: SQLiteTable): { name: string; sql: string } {
  const { name, columns, primaryKeys } = getTableConfig(table);
  const key = primaryKeys[0]?.columns.map((c) => c.name) ?? columns.filter((c) => c.primary).map((c) => c.name);
  const list = (names: readonly string[]): string => names.map((n) => `"${n}"`).join(", ");
  const found = client.query<{ name: string }, []>(`SELECT name FROM pragma_table_info('${name}') ORDER BY name`).all();
  return { name, sql: `SELECT ${list(found.map((column) => column.name))} FROM "${name}" ORDER BY ${list(key)}` };
}

/** Hashes all rows without a pause; `hashSteps` is the version that does not block. */
export function hashNow(client: Database): StateHash {
  const steps = walk(client);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Hashes the file through a connection of its own, in steps, as the file was when the first step began. */
export async function hashSteps(path: string): Promise<StateHash> {
  const client = new Database(path, { readonly: true });
  try {
    client.run("PRAGMA busy_timeout = 2000");
    client.run("BEGIN");
    const steps = walk(client);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    client.close();
  }
}

function* walk(client: Database): Generator<undefined, StateHash> {
  const hasher = new Bun.CryptoHasher("sha256");
  let rows = 0;
  for (const { name, sql } of tableQueries(client)) {
    hasher.update(`${name}\n`);
    const statement = client.prepare<Record<string, unknown>, []>(sql);
    try {
      for (const row of statement.iterate()) {
        // JSON keeps types and values apart: no value can imitate the end of another.
        hasher.update(`${JSON.stringify(Object.values(row), blobAsHex)}\n`);
        rows += 1;
        if (rows % ROWS_PER_STEP === 0) yield undefined;
      }
    } finally {
      statement.finalize();
    }
  }
  const position = client.query<{ applied_seq: number }, []>("SELECT applied_seq FROM meta").get();
  return { seq: position?.applied_seq ?? 0, hash: hasher.digest("hex"), schema: SCHEMA };
}

function blobAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { blob: Buffer.from(value).toString("hex") } : value;
}

/** All replicated rows as objects, for tests that compare two implementations. */
export function dumpTables(client: Database): Record<string, unknown[]> {
  return Object.fromEntries(tableQueries(client).map(({ name, sql }) => [name, client.query(sql).all()]));
}
