/**
 * One process per replica folder. Bun has no flock, but SQLite holds a POSIX lock for as
 * long as an exclusive transaction is open: it survives SIGSTOP, and the kernel frees it
 * when the process ends, however it ends. Nothing is ever written into the file.
 */
import { Database, SQLiteError } from "bun:sqlite";
import { statSync } from "node:fs";

/** A folder that belongs to this process until `release`, or its end. */
export interface FolderLock {
  release(): void;
}

export type LockOutcome =
  | { readonly kind: "held"; readonly lock: FolderLock }
  /** Another process has it. */
  | { readonly kind: "busy" }
  /** The file cannot be used; `code` is SQLite's word for it. */
  | { readonly kind: "refused"; readonly code: string };

/** A database that nobody refers to is closed by the garbage collector, and its lock with it. */
const heldDatabases = new Set<Database>();

/** Whoever only looks (lockIsHeld) has the file for well under this long. */
const LOOKING_MS = 100;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SQLiteError && (error.code ?? "").startsWith(code);
}

/** Which file has this name now; null if none has. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Takes the lock file, or says at once who it is that prevents it. The folder must exist. */
export function takeLock(path: string): LockOutcome {
  let db: Database | null = null;
  try {
    const before = identity(path);
    db = new Database(path, { create: true, readwrite: true });
    db.run(`PRAGMA busy_timeout = ${LOOKING_MS}`);
    db.run("BEGIN EXCLUSIVE");
    const after = identity(path);
    // A start that failed took its folder away meanwhile: the lock of a file without a name protects nothing.
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

/** True while a process holds the lock file; false if there is none. Takes only a shared lock, for a moment. */
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
