/**
 * Moves what state.db's WAL holds into the database, on another thread.
 *
 * SQLite would do it inside a commit, on the thread that keeps the promise. Every message
 * touches a page somewhere in the index of requests, so a checkpoint copies pages from all
 * over the file and takes 15 to 60 ms with its two fsyncs; every member waits for the slowest
 * one, so three replicas pay three times. Here the other thread copies the bulk while commits
 * go on; what was committed meanwhile, a few per cent of it, follows on the main thread,
 * because only a WAL that was copied to its end is begun anew instead of growing.
 */
import type { Database } from "bun:sqlite";

/**
 * Ops between two checkpoints: some 25 MB of WAL. More would make them rarer, but a WAL that
 * grows costs twice what one does that is written over (the file system zeroes new pages).
 */
const OPS_BETWEEN = 4_096;

const WORKER_SOURCE = `
import { Database } from "bun:sqlite";
self.onmessage = ({ data: { path, pragmas } }) => {
  let db;
  let error = null;
  try {
    db = new Database(path, { readwrite: true });
    for (const pragma of pragmas) db.run(pragma);
    db.run("PRAGMA wal_checkpoint(PASSIVE)");
  } catch (cause) {
    error = String(cause.code ?? cause.message);
  }
  db?.close();
  postMessage(error);
};
`;

/**
 * A checkpoint that is overtaken by this many ops is waited for, a little with each batch:
 * while a replica catches up, commits would outrun the disk, and the WAL grow without end.
 */
const OVERTAKEN_OPS = 4 * OPS_BETWEEN;
const OVERTAKEN_WAIT_MS = 10;

/** Of one open database file. */
export class Checkpointer {
  readonly #path: string;
  readonly #client: Database;
  #ops = 0;
  #worker: Worker | null = null;
  #running = false;
  #closed = false;

  constructor(path: string, client: Database) {
    this.#path = path;
    this.#client = client;
  }

  /** So many ops were committed. */
  committed(ops: number): void {
    this.#ops += ops;
    if (this.#running && this.#ops > OVERTAKEN_OPS) Bun.sleepSync(OVERTAKEN_WAIT_MS);
    if (this.#ops < OPS_BETWEEN || this.#running) return;
    this.#ops = 0;
    this.#running = true;
    this.#startedWorker().postMessage({
      path: this.#path,
      pragmas: process.platform === "darwin" ? ["PRAGMA checkpoint_fullfsync = 1"] : [],
    });
  }

  /** Before the database is closed. */
  close(): void {
    this.#closed = true;
    this.#worker?.terminate();
  }

  /** Made when it is first needed: an idle replica has none. */
  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
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
    if (!this.#closed && !this.#client.inTransaction) this.#client.run("PRAGMA wal_checkpoint(PASSIVE)");
  }
}
