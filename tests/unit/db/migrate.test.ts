/** The tables of a state.db under two versions of lastword: migrated, reverted, and refused. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "drizzle-orm/bun-sqlite/migrator";
import { FormatTooNew } from "../../../src/chat/kinds/op.ts";
import { prepareTables, TablesTooNew, type Migration } from "../../../src/db/state/migrate.ts";
import { stateMigrations } from "../../../src/db/state/migrations.macro.ts";
import { StorageDamaged } from "../../../src/election/ports.ts";

const FIRST: Migration = {
  name: "20260101000000_first",
  timestamp: Date.UTC(2026, 0, 1),
  sql: "CREATE TABLE formats (format INTEGER PRIMARY KEY, version TEXT NOT NULL, seq INTEGER NOT NULL);--> statement-breakpoint\nCREATE TABLE people (name TEXT PRIMARY KEY, age INTEGER NOT NULL) WITHOUT ROWID;",
  undo: null,
};
const SECOND: Migration = {
  name: "20260201000000_second",
  timestamp: Date.UTC(2026, 1, 1),
  sql: "ALTER TABLE people ADD COLUMN double INTEGER NOT NULL DEFAULT 0;--> statement-breakpoint\nUPDATE people SET double = 2 * age;",
  undo: "ALTER TABLE people DROP COLUMN double;",
};
const THIRD: Migration = {
  name: "20260301000000_third",
  timestamp: Date.UTC(2026, 2, 1),
  sql: "CREATE TABLE pets (name TEXT PRIMARY KEY);",
  undo: "DROP TABLE pets;",
};

function open(client: Database, migrations: readonly Migration[], opFormat = 1): void {
  prepareTables(client, migrations, { opFormat, version: `0.${migrations.length}.0` });
  migrate(drizzle({ client }), [...migrations]);
}

function tables(client: Database): unknown[] {
  return client
    .query(
      "SELECT name, sql FROM sqlite_schema WHERE name NOT IN ('schema_undo', '__drizzle_migrations') ORDER BY name",
    )
    .all();
}

function people(client: Database): unknown[] {
  return client.query("SELECT * FROM people").all();
}

/** Why the first version refuses the file; null if it does not. */
function refusal(client: Database): unknown {
  try {
    open(client, [FIRST]);
    return null;
  } catch (error) {
    return error;
  }
}

/** A state.db of the first version, with one row. */
function made(): Database {
  const client = new Database(":memory:", { strict: true });
  open(client, [FIRST]);
  client.run("INSERT INTO people VALUES ('ann', 30)");
  return client;
}

describe("an executable that is put back", () => {
  test("finds the tables as it left them, with what was written meanwhile", () => {
    const client = made();
    const before = tables(client);
    open(client, [FIRST, SECOND, THIRD]);
    expect(people(client)).toEqual([{ name: "ann", age: 30, double: 60 }]);
    client.run("INSERT INTO people VALUES ('bob', 4, 8)");
    open(client, [FIRST]);
    expect(tables(client)).toEqual(before);
    expect(people(client)).toEqual([
      { name: "ann", age: 30 },
      { name: "bob", age: 4 },
    ]);
  });

  test("and upgraded again, fills in what it had not known", () => {
    const client = made();
    open(client, [FIRST, SECOND]);
    open(client, [FIRST]);
    client.run("UPDATE people SET age = 31");
    open(client, [FIRST, SECOND]);
    expect(people(client)).toEqual([{ name: "ann", age: 31, double: 62 }]);
  });

  test("goes back over several versions, to one in between too", () => {
    const client = made();
    open(client, [FIRST, SECOND, THIRD]);
    open(client, [FIRST, SECOND]);
    expect(people(client)).toEqual([{ name: "ann", age: 30, double: 60 }]);
    expect(tables(client)).toHaveLength(2);
  });

  test("refuses the file once a newer format is enabled, by the version that has it, and changes nothing", () => {
    const client = made();
    open(client, [FIRST, SECOND]);
    client.run("INSERT INTO formats VALUES (2, '0.2.0', 7)");
    const before = [tables(client), people(client)];
    const refused = refusal(client);
    expect(refused).toBeInstanceOf(FormatTooNew);
    expect(refused).toMatchObject({ format: 2, version: "0.2.0" });
    expect([tables(client), people(client)]).toEqual(before);
    open(client, [FIRST, SECOND], 2);
    expect(people(client)).toHaveLength(1);
  });

  test("refuses newer tables that the file cannot take back", () => {
    const client = made();
    open(client, [FIRST, SECOND]);
    client.run("DELETE FROM schema_undo");
    expect(refusal(client)).toEqual(new TablesTooNew(2, null));
    expect(people(client)).toEqual([{ name: "ann", age: 30, double: 60 }]);
  });

  test("says which version made newer tables that cannot be taken back", () => {
    const client = made();
    open(client, [FIRST, SECOND, { ...THIRD, undo: null }]);
    const before = tables(client);
    const refused = refusal(client);
    expect(refused).toBeInstanceOf(TablesTooNew);
    expect(refused).toMatchObject({ version: "0.3.0", message: "state.db has newer tables (3, of version 0.3.0)" });
    expect(tables(client)).toEqual(before);
  });
});

test("each migration of this executable, and of the one that tests upgrade to, takes itself back", () => {
  const all = [...stateMigrations("migrations"), ...stateMigrations("migrations-next")];
  expect(all.map(({ undo }) => undo === null)).toEqual(all.map((_, i) => i === 0));
  const client = new Database(":memory:", { strict: true });
  const before: unknown[][] = [];
  for (let count = 1; count <= all.length; count++) {
    open(client, all.slice(0, count));
    before.push(tables(client));
  }
  expect(new Set(before.map((found) => JSON.stringify(found))).size).toBe(all.length);
  for (let count = all.length - 1; count >= 1; count--) {
    open(client, all.slice(0, count));
    expect(tables(client)).toEqual(before[count - 1]!);
  }
});

test("tables that no version has made are damage", () => {
  const client = made();
  client.run("UPDATE __drizzle_migrations SET name = 'nobody knows'");
  expect(() => open(client, [FIRST, SECOND])).toThrow(StorageDamaged);
});
