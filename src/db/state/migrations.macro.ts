/** Build macro: reads the migrations while bundling, so that the binary carries them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** All migrations, oldest first, as Drizzle's migrator takes them. */
export function stateMigrations(): { name: string; timestamp: number; sql: string }[] {
  const folder = join(import.meta.dir, "migrations");
  return readdirSync(folder)
    .filter((name) => /^\d{14}_/.test(name))
    .sort()
    .map((name) => ({ name, timestamp: madeAt(name), sql: readFileSync(join(folder, name, "migration.sql"), "utf8") }));
}

/** A migration's folder begins with when it was made: YYYYMMDDhhmmss, UTC. */
function madeAt(name: string): number {
  const part = (from: number, to: number): number => Number(name.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
}
