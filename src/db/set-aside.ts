/**
 * Sets a damaged store aside: its files are moved to `<data>/replica-N/damaged-K/` and never
 * deleted, because they may hold ops that no other replica has.
 *
 * A marker is written to the disk before the first file moves, and removed after the last. If the
 * process dies in between, the next start finishes the move instead of opening half a store.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fsyncFolder } from "./sqlite.ts";

const MARKER = "damaged";
const KEPT = /^damaged-(\d+)$/;
const STORE = /^(log|state-\d+|offer-\d+)\.db(-wal|-shm|-journal)?$/;
const STATE = /^(state-\d+|offer-\d+)\.db(-wal|-shm|-journal)?$/;
/** After this many, a further damage ends the replica, because a disk that damages stores so often cannot be used. */
const KEPT_MAX = 3;

/** Which files are set aside: the whole store, or only the state, which an intact log can rebuild. */
export type Damage = "store" | "state";

/** How many times a store in this folder was set aside. */
export function timesSetAside(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => KEPT.test(name)).length : 0;
}

/** True if the next damage may be set aside too. */
export function maySetAside(folder: string): boolean {
  return timesSetAside(folder) < KEPT_MAX;
}

/** A damage that was found: the files it concerns, and the reason as a sentence for the log. */
export interface DamageFound {
  readonly what: Damage;
  readonly reason: string;
}

/** Notes durably that the store in this folder is damaged, so that it is set aside before it is opened again. */
export function markDamaged(folder: string, { what, reason }: DamageFound): void {
  writeFileSync(join(folder, MARKER), `${what} ${reason}`, { flush: true });
  fsyncFolder(folder);
}

/** Sets aside what a marker names. Returns the reason and the folder that now has the files; null without a marker. */
export function setAsideMarked(folder: string): { readonly reason: string; readonly kept: string } | null {
  const marker = join(folder, MARKER);
  if (!existsSync(marker)) return null;
  // A marker that a crash cut short does not match, and then the whole store is set aside.
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
