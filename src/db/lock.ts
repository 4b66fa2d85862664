/**
 * Allows one process per replica folder. Bun has no flock, but SQLite holds a POSIX lock for as
 * long as an exclusive transaction is open. The lock survives SIGSTOP, and the kernel frees it
 * when the process ends, however it ends. Nothing is ever written to the file.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { statSync } from "node:fs";

/** A folder that belongs to this process until `release` is called or the process ends. */
export interface FolderLock {
  release(): void;
}

/** The result of {@link takeLock}. */
export type LockOutcome =
  | { readonly kind: "held"; readonly lock: FolderLock }
  /** Another process holds the lock. */
  | { readonly kind: "busy" }
  /** The file cannot be used; `code` is SQLite's error code. */
  | { readonly kind: "refused"; readonly code: string };

/** Keeps references, because the garbage collector closes an unreferenced database and so frees its lock. */
const heldDatabases = new Set<Database>();

/** How long to wait for another process that only looks at the lock (lockIsHeld), which takes much less. */
const LOOKING_MS = 100;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SQLiteError && (error.code ?? "").startsWith(code);
}

/** Device and inode of the file that has this name now; null if there is none. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Takes the lock, or says why it cannot, after at most 100 ms. The folder must exist. */
export function takeLock(path: string): LockOutcome {
  let db: Database | null = null;
  try {
    const before = identity(path);
    db = new Database(path, { create: true, readwrite: true });
    db.run(`PRAGMA busy_timeout = ${LOOKING_MS}`);
    db.run("BEGIN EXCLUSIVE");
    const after = identity(path);
    // A start that failed may have removed its folder in the meantime. A lock on a file without a name protects
    // nothing.
    if (after === null || (before !== null && before !== after)) {
      db.close();
      return { kind: "busy" };
    }
  } catch (error) {
    db?.close();
    if (hasCode(error, "SQLITE_BUSY")) return { kind: "busy" };
    return { kind: "refused", code: error instanceof SQLiteError ? (error.code ?? "unknown error") : "unknown error" };
  }
  const held = db;
  heldDatabases.add(held);
  return {
    kind: "held",
    lock: {
      release() {
        heldDatabases.delete(held);
        held.close();
      },
    },
  };
}

/** True while a process holds the lock; false also if there is no lock file. Takes a shared lock for a moment. */
export function lockIsHeld(path: string): boolean {
  let db: Database | null = null;
  try {
    db = new Database(path, { readonly: true });
    db.query("SELECT count(*) FROM sqlite_master").get();
    return false;
  } catch (error) {
    return hasCode(error, "SQLITE_BUSY");
  } finally {
    db?.close();
  }
}
