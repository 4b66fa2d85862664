/** Build macro that reads the migrations while bundling, so that the executable contains them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Migration } from "./migrate.ts";

/** All migrations in a folder beside this file, oldest first, in the form that Drizzle's migrator takes. */
export function stateMigrations(folderName: string): Migration[] {
  const folder = join(import.meta.dir, folderName);
  return readdirSync(folder)
    .filter((name) => /^\d{14}_/.test(name))
    .sort()
    .map((name) => {
      const undo = join(folder, name, "undo.sql");
      return {
        name,
        timestamp: madeAt(name),
        sql: readFileSync(join(folder, name, "migration.sql"), "utf8"),
        undo: existsSync(undo) ? readFileSync(undo, "utf8") : null,
      };
    });
}

/** Unix ms from the first part of a folder's name, YYYYMMDDhhmmss in UTC. */
function madeAt(name: string): number {
  const part = (from: number, to: number): number => Number(name.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
}
