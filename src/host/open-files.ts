/** How many files this process may open, and how many it has open. Connections count as files. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { EXIT, failure, type Failure } from "./exit.ts";

/** Minimum limit. A replica at rest has some 40 files open, and each visitor needs more. */
const NEEDED = 64;

/** The limit of open files; null if the system does not say. */
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
 * How many files are open; null if the system does not say, or if not even one more can be opened. Since Linux 6.2 the
 * size of the folder is that number. Listing 5,000 files would take some 20 ms of the main thread, twice a second.
 */
export function openFiles(): number | null {
  try {
    const { size } = statSync(OPEN);
    return size > 0 ? size : readdirSync(OPEN).length - 1;
  } catch {
    return null;
  }
}

/** The failure of a replica that cannot run with this limit; null if it can. */
export function openFilesFailure(limit = openFilesLimit()): Failure | null {
  if (limit === null || limit >= NEEDED) return null;
  return failure(
    EXIT.limit,
    `this process may open ${limit} files at most (ulimit -n), and a replica needs ${NEEDED} at least`,
    "raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its systemd unit",
  );
}
