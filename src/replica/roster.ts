/** Reads the run.json files of the replicas of this machine, including those that died. */
import { readRunFile, type RunFile } from "../host/run-file.ts";

/**
 * Least time between two reads. Status is requested several times a second, but the files change only at starts and
 * stops.
 */
const REFRESH_MS = 500;

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** See the top of this file. It reads the files at most twice a second. */
export class Roster {
  readonly #data: string;
  readonly #ids: readonly number[];
  #readAt = -Infinity;
  /** The last file of each replica, kept because a stopped replica usually returns at the same address. */
  readonly #files = new Map<number, RunFile>();
  readonly #gone = new Set<number>();

  constructor(data: string, ids: readonly number[]) {
    this.#data = data;
    this.#ids = ids;
  }

  /** Last known addresses of a local replica; null if it never ran here. */
  lastKnown(id: number): { readonly grpc: string; readonly web: string } | null {
    this.#refresh();
    const file = this.#files.get(id);
    return file === undefined ? null : { grpc: file.grpc, web: file.web };
  }

  /** True if a living local replica other than `self` has written that it has the front at this origin. */
  sharesFront(origin: string, self: number): boolean {
    this.#refresh();
    return this.#ids.some((id) => id !== self && !this.#gone.has(id) && this.#files.get(id)?.front === origin);
  }

  #refresh(): void {
    if (performance.now() - this.#readAt < REFRESH_MS) return;
    this.#readAt = performance.now();
    for (const id of this.#ids) {
      const file = readRunFile(this.#data, id);
      if (file !== null) this.#files.set(id, file);
      if (file === null || !processExists(file.pid)) this.#gone.add(id);
      else this.#gone.delete(id);
    }
  }
}
