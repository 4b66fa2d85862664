/**
 * Migrates the tables of a state.db to those that this executable reads: forward by its own migrations, back by the
 * statements that a newer executable has left in the file. Therefore an operator can go back to an older version of
 * lastword by starting the older executable, until ops of a newer format are enabled. From then on the older
 * executable refuses the file and leaves it unchanged.
 */
import type { Database } from "bun:sqlite";
import { FormatTooNew } from "../../chat/kinds/op.ts";
import { StorageDamaged } from "../../election/ports.ts";

/** One migration of the tables. */
export interface Migration {
  /** Name of its folder. It begins with the time at which the migration was made, so that names sort by time. */
  readonly name: string;
  /** When it was made, in Unix ms. */
  readonly timestamp: number;
  readonly sql: string;
  /** Reverts the migration and everything that it filled in. Null for the first, which creates the tables. */
  readonly undo: string | null;
}

/** The file has newer tables than this executable reads, and does not say how to revert them. Nothing was changed. */
export class TablesTooNew extends Error {
  override readonly name = "TablesTooNew";
  /** The version that made the tables; null if the file does not say. */
  readonly version: string | null;

  constructor(schema: number, version: string | null) {
    super(`state.db has newer tables (${schema}${version === null ? "" : `, of version ${version}`})`);
    this.version = version;
  }
}

/**
 * Records for each migration of a file which version made it and how to revert it; `sql` is empty if it cannot be
 * reverted. `schema` counts the migrations up to and including this one.
 */
const UNDO_TABLE = `CREATE TABLE IF NOT EXISTS schema_undo (
  schema  INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  sql     TEXT NOT NULL
) STRICT`;

const BREAK = "--> statement-breakpoint";

/**
 * Call it before the migrations run. It refuses a file in which a newer format than `opFormat` is enabled, reverts
 * migrations that are newer than `migrations`, and notes in the file how to revert these. `version` is this
 * executable's. Throws FormatTooNew, TablesTooNew, or StorageDamaged for tables that no version has made.
 */
export function prepareTables(
  client: Database,
  migrations: readonly Migration[],
  { opFormat, version }: { readonly opFormat: number; readonly version: string },
): void {
  client
    .transaction(() => {
      const enabled = has(client, "formats")
        ? client
            .query<{ format: number; version: string }, []>("SELECT format, version FROM formats ORDER BY format DESC")
            .get()
        : null;
      if (enabled !== null && enabled.format > opFormat) {
        throw new FormatTooNew(enabled.format, null, enabled.version);
      }
      takeBack(client, migrations);
      client.run(UNDO_TABLE);
      for (const [i, { name, undo }] of migrations.entries()) {
        client.run("INSERT OR REPLACE INTO schema_undo VALUES (?, ?, ?, ?)", [i + 1, name, version, undo ?? ""]);
      }
    })
    .immediate();
}

/** Reverts the migrations of a newer executable, the last one first. */
function takeBack(client: Database, migrations: readonly Migration[]): void {
  if (!has(client, "__drizzle_migrations")) return;
  const made = client.query<{ name: string }, []>("SELECT name FROM __drizzle_migrations ORDER BY created_at").all();
  const known = made.slice(0, migrations.length);
  if (known.some(({ name }, i) => name !== migrations[i]!.name)) {
    throw new StorageDamaged("state", "state.db: its tables are not those of any version");
  }
  let newest: string | null = null;
  for (let schema = made.length; schema > migrations.length; schema--) {
    const { name } = made[schema - 1]!;
    const undo = client
      .query<{ version: string; sql: string }, [number, string]>(
        "SELECT version, sql FROM schema_undo WHERE schema = ? AND name = ?",
      )
      .get(schema, name);
    newest ??= undo?.version ?? null;
    if (undo === null || undo.sql === "") throw new TablesTooNew(made.length, newest);
    for (const statement of undo.sql.split(BREAK)) client.run(statement);
    client.run("DELETE FROM __drizzle_migrations WHERE name = ?", [name]);
    client.run("DELETE FROM schema_undo WHERE schema = ?", [schema]);
  }
}

function has(client: Database, table: string): boolean {
  return client.query("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) !== null;
}
