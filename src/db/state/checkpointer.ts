/**
 * Moves what state.db's WAL holds into the database, on another thread.
 *
 * SQLite would do it inside a commit, on the thread that keeps the promise. Messages touch
 * pages of many conversations and authors, so a checkpoint copies pages from all
 * over the file and takes 15 to 60 ms with its two fsyncs; every member waits for the slowest
 * one, so three replicas pay three times. Here the other thread copies while commits go on,
 * again and again until it is faster than they are: only a WAL that was copied to its end is
 * begun anew by the next commit, instead of growing.
 */

import { statSync } from "node:fs";
import { workerSource } from "../worker-source.macro.ts" with { type: "macro" };

/**
 * Ops between two checkpoints: some 50 MB of WAL. More would make them rarer, but a WAL that
 * grows costs twice what one does that is written over (the file system zeroes new pages).
 */
const OPS_BETWEEN = 8_192;

/** What the worker is asked: checkpoint the database at `path`, at most `passes` times, then cut its WAL if `truncate`. */
export interface CheckpointRequest {
  readonly path: string;
  readonly pragmas: readonly string[];
  readonly passes: number;
  readonly truncate: boolean;
}

/**
 * A checkpoint that is overtaken by this many ops is waited for, a little with each batch:
 * while a replica catches up, commits would outrun the disk, and the WAL grow without end.
 */
const OVERTAKEN_OPS = 2 * OPS_BETWEEN;
const OVERTAKEN_WAIT_MS = 10;

/**
 * The first pass copies the bulk; each later one what was committed during the one before, soon
 * only a few pages. A pass that ends between two commits lets the WAL begin anew.
 */
const PASSES_MAX = 8;

/** A WAL that was made long by a burst is cut once fewer than this many ops came within a look. */
const QUIET_OPS = 500;
const QUIET_LOOK_MS = 5_000;
/** Shorter than this it is not worth the two fsyncs. */
const QUIET_BYTES = 16 * 1024 * 1024;

/** Of one open database file. */
export class Checkpointer {
  readonly #path: string;
  #ops = 0;
  #worker: Worker | null = null;
  #running = false;
  /** Ops since the look that is to come was ordered. */
  #opsOfLook = 0;
  #look: ReturnType<typeof setTimeout> | null = null;
  readonly #quietMs: number;

  /** `quietMs` is a test seam. */
  constructor(path: string, quietMs = QUIET_LOOK_MS) {
    this.#path = path;
    this.#quietMs = quietMs;
  }

  /** So many ops were committed. */
  committed(ops: number): void {
    this.#ops += ops;
    this.#opsOfLook += ops;
    this.#lookLater();
    if (this.#running && this.#ops > OVERTAKEN_OPS) Bun.sleepSync(OVERTAKEN_WAIT_MS);
    if (this.#ops < OPS_BETWEEN || this.#running) return;
    this.#start(false);
  }

  /** Before the database is closed. */
  close(): void {
    if (this.#look !== null) clearTimeout(this.#look);
    this.#worker?.terminate();
  }

  #start(truncate: boolean): void {
    this.#ops = 0;
    this.#running = true;
    this.#startedWorker().postMessage({
      path: this.#path,
      passes: PASSES_MAX,
      truncate,
      pragmas: process.platform === "darwin" ? ["PRAGMA checkpoint_fullfsync = 1"] : [],
    });
  }

  /** While much is committed a long WAL is of use: it is written over. At rest it is only room that nobody has. */
  #lookLater(): void {
    if (this.#look !== null) return;
    this.#look = setTimeout(() => {
      this.#look = null;
      const quiet = this.#opsOfLook < QUIET_OPS;
      this.#opsOfLook = 0;
      if (walBytes(this.#path) <= QUIET_BYTES) return;
      if (quiet && !this.#running) this.#start(true);
      this.#lookLater();
    }, this.#quietMs);
    this.#look.unref();
  }

  /** Made when it is first needed: an idle replica has none. */
  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const url = URL.createObjectURL(
      new Blob([workerSource("state/checkpoint-worker.ts")], { type: "text/javascript" }),
    );
    const worker = new Worker(url);
    worker.unref();
    // A failure is left to SQLite's own checkpoint: it comes later, inside a commit, and says what is wrong.
    worker.onmessage = () => this.#finish();
    worker.onerror = () => this.#finish();
    this.#worker = worker;
    return worker;
  }

  #finish(): void {
    this.#running = false;
  }
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
