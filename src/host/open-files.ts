/** How many files (connections count as such) this process may open, and how many it has open. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { EXIT, failure, type Failure } from "./exit.ts";

/** A replica at rest has some 40 open; fewer than this leave no room for people. */
const NEEDED = 64;

/** The limit; null where the system does not say. */
export function openFilesLimit(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}

const OPEN = "/proc/self/fd";

/**
 * How many are open; null where the system does not say, or has none left to look with. Since Linux 6.2 that is the
 * size of the folder: to list 5,000 takes some 20 ms, in which a replica does nothing else, and it looks twice a second.
 */
export function openFiles(): number | null {
  try {
    const { size } = statSync(OPEN);
    return size > 0 ? size : readdirSync(OPEN).length - 1;
  } catch {
    return null;
  }
}

/** Why a replica cannot run with this limit; null if it can. */
export function openFilesFailure(limit = openFilesLimit()): Failure | null {
  if (limit === null || limit >= NEEDED) return null;
  return failure(
    EXIT.limit,
    `this process may open ${limit} files at most (ulimit -n), and a replica needs ${NEEDED} at least`,
    "raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its systemd unit",
  );
}
