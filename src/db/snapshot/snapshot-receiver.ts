/** Receives one snapshot: writes it to its state file and to staged rows, and checks it as it arrives. */
import { feature } from "bun:bundle";
import { open, rm, type FileHandle } from "node:fs/promises";
import type { StagedSnapshot } from "../../election/event.ts";
import type { Batch } from "../../election/frame.ts";
import { StorageDamaged, StorageFull, type SnapshotSource } from "../../election/ports.ts";
import { viewNoKey, type Seq } from "../../election/view.ts";
import type { LogDb } from "../log/log-db.ts";
import { decodeRow } from "../log/log-rows.ts";
import { encodeView, type LogRow } from "../log/row-codec.ts";
import { failpoint } from "../../base/faults.ts";
import { DiskRoom } from "../disk-room.ts";
import { fsyncFolder } from "../sqlite.ts";
import { decodeSnapshot, SnapshotFailed, type StreamHeader } from "./snapshot-stream.ts";

/** Bytes of rows that one transaction stages, which takes some ms on the main thread. */
const STAGE_BYTES = 256 * 1024;

export interface SnapshotReceiverOptions {
  readonly folder: string;
  /** Where the state file is created; it must not exist yet. */
  readonly path: string;
  readonly ref: number;
  readonly log: LogDb;
  readonly readAppliedSeq: (path: string) => Seq;
  /** The schema number that this executable reads. */
  readonly schema: number;
}

export class SnapshotReceiver {
  readonly #options: SnapshotReceiverOptions;
  readonly #abort = Promise.withResolvers<never>();
  #finished: Promise<unknown> = Promise.resolve();
  readonly #room: DiskRoom;
  #rows: LogRow[] = [];
  #rowBytes = 0;
  #nextSeq: Seq = 0;
  #stateBytes = 0;

  constructor(options: SnapshotReceiverOptions) {
    this.#options = options;
    this.#room = new DiskRoom(options.folder);
    // An abort is no unhandled rejection, even if nothing is being received.
    this.#abort.promise.catch(() => {});
  }

  get ref(): number {
    return this.#options.ref;
  }

  /** See SnapshotFiles.receive. Deletes the state file if it fails. */
  receive(source: SnapshotSource): Promise<StagedSnapshot> {
    const received = this.#receive(source);
    this.#finished = received.catch(() => {});
    return received;
  }

  /** Makes `receive` reject; resolves when it has. */
  async abort(): Promise<void> {
    this.#abort.reject(new SnapshotFailed("a later snapshot takes its place"));
    await this.#finished;
  }

  async #receive(source: SnapshotSource): Promise<StagedSnapshot> {
    const { folder, path, ref } = this.#options;
    const file = await open(path, "wx");
    try {
      const header = await this.#drain(source, file);
      if (this.#stateSeq() !== header.appliedSeq) throw new SnapshotFailed("its state is not the one it names");
      // Sync only after #stateSeq, which may have written to the file (WAL mode, migrations).
      await file.sync();
      await file.close();
      fsyncFolder(folder);
      const { stateBytes: _bytes, schema: _schema, ...staged } = header;
      return { ref, ...staged };
    } catch (error) {
      await file.close().catch(() => {});
      await rm(path, { force: true });
      throw failure(error);
    }
  }

  #stateSeq(): Seq {
    try {
      return this.#options.readAppliedSeq(this.#options.path);
    } catch (error) {
      if (error instanceof StorageFull) throw error;
      throw new SnapshotFailed("its state cannot be opened");
    }
  }

  async #drain(source: SnapshotSource, file: FileHandle): Promise<StreamHeader> {
    let header: StreamHeader | null = null;
    for await (const record of decodeSnapshot(this.#untilAborted(source.chunks))) {
      if (record.kind === "header") {
        header = record.header;
        checkHeader(header, source.header);
        if (header.schema > this.#options.schema) throw new SnapshotFailed(`its tables are newer (${header.schema})`);
        if (!this.#room.takes(header.stateBytes)) throw new StorageFull("no room for a snapshot");
        this.#nextSeq = header.logFirstSeq;
      } else if (header === null) {
        throw new SnapshotFailed("its header is missing");
      } else if (record.kind === "row") {
        this.#takeRow(record.row, header);
      } else {
        this.#stateBytes += record.bytes.length;
        if (this.#stateBytes > header.stateBytes) throw new SnapshotFailed("its state is longer than announced");
        await writeAll(file, record.bytes);
        if (feature("FAULTS")) failpoint("snapshot-stage");
      }
    }
    if (header === null) throw new SnapshotFailed("its header is missing");
    this.#flushRows();
    if (this.#nextSeq !== header.appliedSeq + 1) throw new SnapshotFailed("rows of its log are missing");
    if (this.#stateBytes !== header.stateBytes) throw new SnapshotFailed("its state is shorter than announced");
    return header;
  }

  #takeRow(row: LogRow, header: StreamHeader): void {
    if (row.firstSeq !== this.#nextSeq || row.lastSeq > header.appliedSeq) {
      throw new SnapshotFailed("rows of its log do not follow one another");
    }
    const batch = decodeSentRow(row);
    const view = header.lineage.findLast(({ startSeq }) => startSeq <= row.firstSeq);
    const isOfView = view !== undefined && viewNoKey(view.no) === row.viewKey;
    const isView = view !== undefined && view.startSeq === row.firstSeq;
    const isSameView = batch.kind === "view" && view !== undefined && encodeView(batch.view) === encodeView(view);
    if (!isOfView || (isView || batch.kind === "view") !== isSameView) {
      throw new SnapshotFailed("its log is not that of its lineage");
    }
    this.#rows.push(row);
    this.#rowBytes += row.bytes.length;
    this.#nextSeq = row.lastSeq + 1;
    if (this.#rowBytes >= STAGE_BYTES) this.#flushRows();
  }

  #flushRows(): void {
    if (this.#rows.length > 0) this.#options.log.stageRows(this.#options.ref, this.#rows);
    this.#rows = [];
    this.#rowBytes = 0;
  }

  /** The chunks of the source. An abort also ends the wait for the next chunk. */
  async *#untilAborted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), this.#abort.promise]);
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      // Not awaited, because a source that hangs would otherwise block the abort.
      void iterator.return?.().catch(() => {});
    }
  }
}

/** Checks the header in the stream, which the stream's checksum covers, against the one that the source announced. */
function checkHeader(header: StreamHeader, announced: SnapshotSource["header"]): void {
  const { appliedSeq, commonSeq, logFirstSeq, lineage } = header;
  const isSame =
    appliedSeq === announced.appliedSeq &&
    commonSeq === announced.commonSeq &&
    logFirstSeq === announced.logFirstSeq &&
    header.ballot.nonce === announced.ballot.nonce;
  if (!isSame) throw new SnapshotFailed("it is not the one announced");
  const ascends = lineage.every((view, i) => view.startSeq > (lineage[i - 1]?.startSeq ?? 0));
  const last = lineage.at(-1);
  const fits = last !== undefined && last.startSeq <= appliedSeq && commonSeq <= appliedSeq;
  if (!ascends || !fits || logFirstSeq <= commonSeq || logFirstSeq > appliedSeq + 1) {
    throw new SnapshotFailed("its header contradicts itself");
  }
}

/** A row that cannot be decoded was damaged before it arrived, so it does not count as damage of this store. */
function decodeSentRow(row: LogRow): Batch {
  try {
    return decodeRow(row);
  } catch (error) {
    if (error instanceof StorageDamaged) throw new SnapshotFailed(error.message);
    throw error;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

function failure(error: unknown): Error {
  if (error instanceof SnapshotFailed || error instanceof StorageFull || error instanceof StorageDamaged) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  // A full disk can be retried. The log checks the room by itself and reports it.
  if (code === "ENOSPC" || code === "EDQUOT") return new StorageFull("no room for a snapshot");
  return new SnapshotFailed(`it could not be stored: ${code}`);
}
