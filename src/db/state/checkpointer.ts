/**
 * Copies the pages in state.db's WAL into the database, on another thread.
 *
 * By itself SQLite would do so inside a commit, on the thread that answers clients. Messages change
 * pages of many conversations and authors, so a checkpoint copies pages from all over the file and
 * takes 15 to 60 ms with its two fsyncs; an acknowledgement waits for the slowest member, so it
 * would meet the checkpoints of three replicas. This thread copies while commits continue, pass
 * after pass until it has caught up, because the next commit starts the WAL from the beginning
 * only if all of it was copied. Otherwise the WAL grows.
 */

import { statSync } from "node:fs";
import { workerSource } from "../worker-source.macro.ts" with { type: "macro" };

/**
 * Ops between two checkpoints: some 50 MB of WAL. A higher number would make checkpoints rarer, but appending
 * to the WAL costs twice as much as overwriting it (the file system zeroes new pages).
 */
const OPS_BETWEEN = 8_192;

/**
 * The request to the worker: checkpoint the database at `path` in up to `passes` passes, then cut its WAL if
 * `truncate`.
 */
export interface CheckpointRequest {
  readonly path: string;
  readonly pragmas: readonly string[];
  readonly passes: number;
  readonly truncate: boolean;
}

/**
 * While a checkpoint is this many ops behind, each commit waits a little for it. Otherwise the commits of a
 * replica that catches up would outrun the disk, and the WAL would grow without end.
 */
const OVERTAKEN_OPS = 2 * OPS_BETWEEN;
const OVERTAKEN_WAIT_MS = 10;

/**
 * The first pass copies most pages. Each later pass copies what was committed during the one before, which soon
 * is only a few pages. After a pass that ends between two commits, the WAL starts from the beginning.
 */
const PASSES_MAX = 8;

/** A WAL that a burst made long is cut once fewer than this many ops were committed within QUIET_LOOK_MS. */
const QUIET_OPS = 500;
const QUIET_LOOK_MS = 5_000;
/** Cutting a shorter WAL than this is not worth the two fsyncs. */
const QUIET_BYTES = 16 * 1024 * 1024;

/** Checkpoints one open database file. */
export class Checkpointer {
  readonly #path: string;
  #ops = 0;
  #worker: Worker | null = null;
  #running = false;
  /** Ops committed since the next look at the WAL was scheduled. */
  #opsOfLook = 0;
  #look: ReturnType<typeof setTimeout> | null = null;
  readonly #quietMs: number;

  /** `path` is the database file; `quietMs` is a test seam. */
  constructor(path: string, quietMs = QUIET_LOOK_MS) {
    this.#path = path;
    this.#quietMs = quietMs;
  }

  /** Reports that a commit held this many ops. May block for OVERTAKEN_WAIT_MS. */
  committed(ops: number): void {
    this.#ops += ops;
    this.#opsOfLook += ops;
    this.#lookLater();
    if (this.#running && this.#ops > OVERTAKEN_OPS) Bun.sleepSync(OVERTAKEN_WAIT_MS);
    if (this.#ops < OPS_BETWEEN || this.#running) return;
    this.#start(false);
  }

  /** Call it before the database is closed. */
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

  /** Under load a long WAL is useful, because it is overwritten. At rest it only occupies the disk, so it is cut. */
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

  /** The worker; it is started when it is first needed, so an idle replica has none. */
  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const url = URL.createObjectURL(
      new Blob([workerSource("state/checkpoint-worker.ts")], { type: "text/javascript" }),
    );
    const worker = new Worker(url);
    worker.unref();
    // A failure is ignored here. SQLite's own checkpoint meets it later, inside a commit, and reports it.
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
