/**
 * What becomes of a damaged store: it is moved beside itself, never deleted, for it may hold what
 * nobody else has. `<data>/replica-N/damaged-K/` then has the files of one damage.
 *
 * A marker is on the disk before the first file moves and goes after the last: half of a store
 * must not be taken for a whole one, whatever happens in between.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fsyncFolder } from "./sqlite.ts";

const MARKER = "damaged";
const KEPT = /^damaged-(\d+)$/;
const STORE = /^(log|state-\d+|offer-\d+)\.db(-wal|-shm|-journal)?$/;
const STATE = /^(state-\d+|offer-\d+)\.db(-wal|-shm|-journal)?$/;
/** A disk that damages a store so often is no place for another. */
const KEPT_MAX = 3;

/** Which files are set aside: all of the store, or the state alone, which a whole log can make again. */
export type Damage = "store" | "state";

/** How often a store in this folder was set aside. */
export function timesSetAside(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => KEPT.test(name)).length : 0;
}

/** True if the next damage may be set aside too. */
export function maySetAside(folder: string): boolean {
  return timesSetAside(folder) < KEPT_MAX;
}

/** What was found. */
export interface DamageFound {
  readonly what: Damage;
  readonly reason: string;
}

/** Durably: the store in this folder is damaged, and is set aside before it is opened again. */
export function markDamaged(folder: string, { what, reason }: DamageFound): void {
  writeFileSync(join(folder, MARKER), `${what} ${reason}`, { flush: true });
  fsyncFolder(folder);
}

/** Does what a marker asks for; tells what was found and the folder that now has the files. Null without a marker. */
export function setAsideMarked(folder: string): { readonly reason: string; readonly kept: string } | null {
  const marker = join(folder, MARKER);
  if (!existsSync(marker)) return null;
  // One that was cut short by a crash says less, and more is set aside.
  const [, what, reason = ""] = /^(\w+) (.*)$/s.exec(readFileSync(marker, "utf8")) ?? [];
  const files = what === "state" ? STATE : STORE;
  const last = Math.max(0, ...readdirSync(folder).map((name) => Number(KEPT.exec(name)?.[1] ?? 0)));
  const kept = join(folder, `damaged-${last + 1}`);
  mkdirSync(kept, { mode: 0o700 });
  for (const file of readdirSync(folder)) if (files.test(file)) renameSync(join(folder, file), join(kept, file));
  fsyncFolder(kept);
  fsyncFolder(folder);
  rmSync(marker);
  fsyncFolder(folder);
  return { reason, kept };
}
