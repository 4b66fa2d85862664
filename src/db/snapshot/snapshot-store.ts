/**
 * Snapshots bring a replica up to date whose state cannot be repaired by log entries.
 *
 *   offer    a copy of state-N.db (made on another thread), the log rows after the common prefix, the lineage
 *   receive  writes state-M.db beside the old state and stages the rows in log.db; verified and fsynced
 *   switch   LogDb.write({snapshot}): one transaction, which also names the new state file
 *
 * Before the switch the replica is entirely on its old branch, after it entirely on the new one. The
 * next start deletes what a crash left behind: every state file except the one that log.db names.
 */
import { open, rm, stat } from "node:fs/promises";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { StagedSnapshot } from "../../election/event.ts";
import type { SnapshotSource, SnapshotStore } from "../../election/ports.ts";
import type { Seq } from "../../election/view.ts";
import type { LogDb } from "../log/log-db.ts";
import { copyDatabase } from "./copy-database.ts";
import { SnapshotReceiver } from "./snapshot-receiver.ts";
import {
  CHUNK_BYTES_MAX,
  encodeSnapshot,
  SnapshotFailed,
  type StreamHeader,
  type SnapshotRecord,
} from "./snapshot-stream.ts";

/** Maximum number of offers at one time, because each is a whole copy on the disk. */
const OFFERS_MAX = 2;
/** An offer that nobody reads for this long is given up, because it occupies the disk and holds up compaction. */
const OFFER_IDLE_MS = 60_000;
/**
 * Maximum size of the log rows in a snapshot. They let the receiver bring a third replica up to date without
 * another snapshot; the state covers them anyway. They are bounded because the switch writes all of them in one
 * transaction.
 */
const LOG_ROWS = { bytes: 32 * 1024 * 1024, rows: 20_000 };

/** What a {@link SnapshotFiles} needs. */
export interface SnapshotFilesOptions {
  /** `<data>/replica-N`. */
  readonly folder: string;
  readonly log: LogDb;
  /** The state that is in use now. */
  readonly state: { appliedSeq(): Seq; flush(): void };
  /**
   * Reads the applied seq of a state file that nobody uses, and leaves no file beside it. Throws if it is no state
   * file.
   */
  readonly readAppliedSeq: (path: string) => Seq;
  /** The schema number of the state. */
  readonly schema: number;
  /** Test seam: replaces OFFER_IDLE_MS. */
  readonly offerIdleMs?: number;
}

/** The path of the state file with this number; `LogDb.stateFile` is the number in use. */
export function statePath(folder: string, stateFile: number): string {
  return join(folder, `state-${stateFile}.db`);
}

/** Offers and receives the snapshots of one replica; see the top of this file. */
export class SnapshotFiles implements SnapshotStore {
  readonly #options: SnapshotFilesOptions;
  #offers = 0;
  #offerNumber = 0;
  #lastRef = 0;
  /** Number of the newest snapshot that was received whole. The core may be about to switch to it. */
  #fetched = 0;
  #receiver: SnapshotReceiver | null = null;

  constructor(options: SnapshotFilesOptions) {
    this.#options = options;
  }

  /**
   * Deletes all state files except the one in use, and the copies of broken offers; files of an offer or a receive
   * that is under way stay. Call it at start, before the state is opened, and after a switch, once the old state is
   * closed.
   */
  removeLeftovers(): void {
    const { folder, log } = this.#options;
    for (const name of readdirSync(folder)) {
      const [, number] = /^state-(\d+)\.db(?:-wal|-shm|-journal)?$/.exec(name) ?? [];
      const isLeftover = number === undefined ? /^offer-\d+\.db/.test(name) : Number(number) !== log.stateFile;
      // A file that cannot be deleted because it is still open (Windows) is deleted at the next start.
      if (isLeftover && !this.#inUse(name)) {
        try {
          rmSync(join(folder, name));
        } catch {}
      }
    }
  }

  /** A snapshot for a replica whose log is ours up to `commonSeq`. Rejects with SnapshotFailed: try again later. */
  async offer(commonSeq: Seq): Promise<SnapshotSource> {
    const { folder, log, state } = this.#options;
    if (this.#offers >= OFFERS_MAX) throw new SnapshotFailed("enough snapshots are being sent");
    // A state older than the joiner's log would remove entries from the joiner. Apply will catch up soon.
    if (state.appliedSeq() < commonSeq) throw new SnapshotFailed("the state does not cover what both have");
    const { stateFile } = log;
    const copy = join(folder, `offer-${++this.#offerNumber}.db`);
    // The rows of the snapshot must not be compacted while the copy is being made.
    const unpin = log.pin(Math.max(log.firstSeq, commonSeq + 1));
    this.#offers++;
    const dispose = async (): Promise<void> => {
      this.#offers--;
      unpin();
      await rm(copy, { force: true });
    };
    try {
      await rm(copy, { force: true });
      state.flush();
      await copyDatabase(statePath(folder, stateFile), copy);
      if (log.stateFile !== stateFile) throw new SnapshotFailed("the state was replaced meanwhile");
      const header = this.#header(commonSeq, {
        appliedSeq: this.#options.readAppliedSeq(copy),
        stateBytes: (await stat(copy)).size,
      });
      const chunks = encodeSnapshot(this.#records(header, { copy, stateFile }));
      const { stateBytes: _bytes, schema: _schema, ...publicHeader } = header;
      return {
        header: publicHeader,
        chunks: new WatchedChunks(chunks, dispose, this.#options.offerIdleMs ?? OFFER_IDLE_MS),
      };
    } catch (error) {
      await dispose();
      if (error instanceof SnapshotFailed) throw error;
      throw new SnapshotFailed(
        `the state could not be copied: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Rejects with SnapshotFailed (try again), StorageFull or StorageDamaged. A later call aborts an earlier one. */
  async receive(source: SnapshotSource): Promise<StagedSnapshot> {
    const { folder, log, schema, readAppliedSeq } = this.#options;
    const earlier = this.#receiver;
    const ref = Math.max(log.stateFile, this.#lastRef) + 1;
    this.#lastRef = ref;
    const receiver = new SnapshotReceiver({ folder, path: statePath(folder, ref), ref, log, schema, readAppliedSeq });
    this.#receiver = receiver;
    await earlier?.abort();
    log.dropStagedExcept(this.#fetched);
    this.removeLeftovers();
    try {
      const staged = await receiver.receive(source);
      this.#fetched = ref;
      return staged;
    } catch (error) {
      if (error instanceof SnapshotFailed) log.dropStagedExcept(this.#fetched);
      throw error;
    } finally {
      if (this.#receiver === receiver) this.#receiver = null;
    }
  }

  /** Aborts what is being received. Offers end when their readers do. */
  async stop(): Promise<void> {
    await this.#receiver?.abort();
  }

  #inUse(name: string): boolean {
    if (name.startsWith("offer-")) return this.#offers > 0;
    const isOf = (ref: number): boolean => name.startsWith(`state-${ref}.db`);
    // The newest fetched file may be switched in next. It is deleted when a newer one has come, or at the next start.
    return isOf(this.#fetched) || (this.#receiver !== null && isOf(this.#receiver.ref));
  }

  #header(commonSeq: Seq, copied: { readonly appliedSeq: Seq; readonly stateBytes: number }): StreamHeader {
    const { log } = this.#options;
    const { appliedSeq, stateBytes } = copied;
    const newest = log.lineage().at(-1);
    const lineage = log.lineage().filter((view) => view.startSeq <= appliedSeq);
    if (newest === undefined || lineage.length === 0) throw new SnapshotFailed("there is nothing to send yet");
    const firstSeq = Math.max(log.firstSeq, commonSeq + 1);
    const logFirstSeq = firstSeq > appliedSeq ? appliedSeq + 1 : log.newestWithin(firstSeq, appliedSeq, LOG_ROWS);
    const { schema } = this.#options;
    return { ballot: newest.no.ballot, lineage, logFirstSeq, appliedSeq, commonSeq, stateBytes, schema };
  }

  async *#records(
    header: StreamHeader,
    { copy, stateFile }: { readonly copy: string; readonly stateFile: number },
  ): AsyncGenerator<SnapshotRecord> {
    const { log } = this.#options;
    yield { kind: "header", header };
    for (let next = header.logFirstSeq; next <= header.appliedSeq;) {
      // Applied entries cannot be cut, but a snapshot of another leader can replace them.
      if (log.stateFile !== stateFile) throw new SnapshotFailed("the log was replaced meanwhile");
      for (const row of log.rowsFrom(next, header.appliedSeq, CHUNK_BYTES_MAX)) {
        yield { kind: "row", row };
        next = row.lastSeq + 1;
      }
      // Otherwise a reader that is always ready would leave no time for anything else on this thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const file = await open(copy, "r");
    try {
      for (let at = 0; at < header.stateBytes;) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES_MAX), 0, CHUNK_BYTES_MAX, at);
        if (bytesRead === 0) throw new SnapshotFailed("the copy of the state ended early");
        yield { kind: "state", bytes: buffer.subarray(0, bytesRead) };
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  }
}

/** Chunks that call `dispose` when they end, fail, are abandoned, or are not read for `idleMs`. */
class WatchedChunks implements AsyncIterableIterator<Uint8Array> {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #dispose: () => Promise<void>;
  readonly #idleMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #over = false;

  constructor(chunks: AsyncGenerator<Uint8Array>, dispose: () => Promise<void>, idleMs: number) {
    this.#chunks = chunks;
    this.#dispose = dispose;
    this.#idleMs = idleMs;
    this.#watch();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#over) throw new SnapshotFailed("the snapshot was given up");
    this.#stopWatching();
    try {
      const result = await this.#chunks.next();
      if (result.done === true) await this.#end();
      else this.#watch();
      return result;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  #watch(): void {
    if (this.#over) return;
    this.#timer = setTimeout(() => void this.#end(), this.#idleMs);
    this.#timer.unref();
  }

  #stopWatching(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatching();
    await this.#chunks.return(undefined);
    await this.#dispose();
  }
}
