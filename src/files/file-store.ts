/**
 * The files on this replica's disk. A file is named by the SHA-256 of its content, never changes, and appears whole: it
 * is written beside, fsynced, and renamed.
 *
 *     files/ab/<hash>          a file; ab are the first two digits of the hash
 *     files/coming/<id>        an upload, or a file that is being fetched
 *     files/damaged/<hash>     what had another hash when it was read again
 *     files/unused/<hash>      empty; its time says since when no message carries the file
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { DiskRoom } from "../db/disk-room.ts";
import type { FileHash } from "../chat/files.ts";
import { FILE_PART_BYTES } from "../election/file-exchange.ts";

const HASH = /^[0-9a-f]{64}$/;
const COMING = /^[0-9a-f-]{1,80}$/;

/** A file that is coming is forgotten when nothing was added for this long. */
const COMING_IDLE_MS = 60 * 60 * 1000;
/** Files that may be coming at one time. */
const COMING_MAX = 512;

/** Whether a text is the name of a file. */
export function isHash(text: string): text is FileHash {
  return HASH.test(text);
}

/** Uploads of which it is remembered what they became. */
const BECAME_MAX = 1_000;

interface Coming {
  size: number;
  at: number;
  busy: Promise<unknown>;
}

/** See the top of this file. */
export class FileStore {
  readonly #folder: string;
  readonly #room: DiskRoom;
  /** Size of each file. */
  readonly #files = new Map<FileHash, number>();
  /** Size of each file that is coming, and when something was last added (monotonic ms). */
  readonly #coming = new Map<string, Coming>();
  /** Which file an upload became, for those who ask again. */
  readonly #became = new Map<string, FileHash>();

  /** Opens the files of a replica. `folder`: of the replica. Throws what the file system throws. */
  constructor(folder: string, room: DiskRoom) {
    this.#folder = join(folder, "files");
    this.#room = room;
    mkdirSync(join(this.#folder, "coming"), { recursive: true, mode: 0o700 });
    for (const first of readdirSync(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(first)) continue;
      for (const name of readdirSync(join(this.#folder, first))) {
        if (isHash(name)) this.#files.set(name, statSync(join(this.#folder, first, name)).size);
      }
    }
    for (const name of readdirSync(join(this.#folder, "coming"))) {
      this.#coming.set(name, {
        size: statSync(this.#comingPath(name)).size,
        at: performance.now(),
        busy: Promise.resolve(),
      });
    }
  }

  has(hash: FileHash): boolean {
    return this.#files.has(hash);
  }

  /** Size in bytes; null if the file is not here. */
  size(hash: FileHash): number | null {
    return this.#files.get(hash) ?? null;
  }

  /** All files, in no order. */
  hashes(): readonly FileHash[] {
    return [...this.#files.keys()];
  }

  /** Sum of the sizes, bytes. */
  get bytes(): number {
    return this.#files.values().reduce((sum, size) => sum + size, 0);
  }

  get count(): number {
    return this.#files.size;
  }

  /** The content, which is read when it is asked for; null if the file is not here. */
  blob(hash: FileHash): Blob | null {
    return this.has(hash) ? Bun.file(this.#path(hash)) : null;
  }

  /** At most FILE_PART_BYTES from `offset` on. Null if the file is not here. */
  async part(hash: FileHash, offset: number): Promise<Uint8Array | null> {
    if (!this.has(hash)) return null;
    return await readPart(this.#path(hash), offset);
  }

  /** Writes a file of which all bytes are here. Null: no room. */
  async write(data: Uint8Array): Promise<FileHash | null> {
    const hash = createHash("sha256").update(data).digest("hex");
    if (this.has(hash)) return hash;
    const coming = `${hash}-0`;
    await this.forget(coming);
    const size = await this.append(coming, 0, data);
    return size === data.length && (await this.keep(coming, hash)) ? hash : null;
  }

  // ---------------------------------------------------------------- what is coming

  comingSize(id: string): number {
    return this.#coming.get(id)?.size ?? 0;
  }

  /** How many ids that begin so are coming, besides `id`. */
  countComing(prefix: string, id: string): number {
    return this.#coming
      .keys()
      .filter((one) => one.startsWith(prefix) && one !== id)
      .toArray().length;
  }

  comingPart(id: string, offset: number): Promise<Uint8Array> {
    return readPart(this.#comingPath(id), offset);
  }

  comingBlob(id: string): Blob {
    return Bun.file(this.#comingPath(id));
  }

  /** Appends if `offset` is the size now, and answers with the size afterwards. Null: no room. Not durable before `keep`. */
  async append(id: string, offset: number, data: Uint8Array): Promise<number | null> {
    if (!COMING.test(id)) return null;
    const known = this.#coming.get(id);
    if (known === undefined && offset > 0) return 0;
    if (known === undefined && this.#coming.size >= COMING_MAX) return null;
    const entry = known ?? { size: 0, at: 0, busy: Promise.resolve() };
    this.#coming.set(id, entry);
    return await alone(entry, async () => {
      if (offset !== entry.size) return entry.size;
      if (!this.#room.takes(data.length)) return null;
      entry.at = performance.now();
      try {
        const file = await open(this.#comingPath(id), "a", 0o600);
        try {
          // What a write that failed in part has left behind the size is cut off.
          await file.truncate(entry.size);
          await writeAll(file, data);
        } finally {
          await file.close();
        }
      } catch (error) {
        if (isFull(error)) return null;
        throw error;
      }
      entry.size += data.length;
      return entry.size;
    });
  }

  /** The hash of what has come, read from the disk. */
  async hashComing(id: string): Promise<FileHash> {
    return await hashFile(this.#comingPath(id));
  }

  /** Makes what has come a file, durably, if it has this hash. False if it has another one; it is forgotten then. */
  async keep(id: string, hash: FileHash): Promise<boolean> {
    const entry = this.#coming.get(id);
    if (entry === undefined) return this.has(hash);
    return await alone(entry, async () => {
      if (!this.has(hash)) {
        if ((await hashFile(this.#comingPath(id))) !== hash) {
          await this.#forget(id);
          return false;
        }
        await this.#place(id, hash);
        this.#files.set(hash, entry.size);
      }
      this.#became.set(id, hash);
      const oldest = this.#became.keys().next();
      if (this.#became.size > BECAME_MAX && oldest.done !== true) this.#became.delete(oldest.value);
      await this.#forget(id);
      return true;
    });
  }

  /** The file that an upload became lately; null if it is still coming, or not known. */
  became(id: string): FileHash | null {
    const hash = this.#became.get(id);
    return hash !== undefined && !this.#coming.has(id) && this.has(hash) ? hash : null;
  }

  async forget(id: string): Promise<void> {
    const entry = this.#coming.get(id);
    if (entry !== undefined) await alone(entry, () => this.#forget(id));
  }

  /** Forgets what nobody has added to for an hour. */
  async forgetIdle(nowMs = performance.now()): Promise<void> {
    const idle = [...this.#coming].filter(([, { at }]) => nowMs - at > COMING_IDLE_MS);
    for (const [id] of idle) await this.forget(id);
  }

  // ---------------------------------------------------------------- upkeep

  /** True if the file on the disk still has its hash. If not, it is set aside, and is not here any more. */
  async verify(hash: FileHash, pace: (bytes: number) => Promise<void> = async () => {}): Promise<boolean> {
    const read = await hashFile(this.#path(hash), pace).catch(() => "");
    if (read === hash || !this.has(hash)) return true;
    this.#files.delete(hash);
    mkdirSync(join(this.#folder, "damaged"), { recursive: true, mode: 0o700 });
    try {
      renameSync(this.#path(hash), join(this.#folder, "damaged", hash));
    } catch {
      // It is gone from the disk.
    }
    return false;
  }

  remove(hash: FileHash): void {
    this.#files.delete(hash);
    rmSync(this.#path(hash), { force: true });
    this.used(hash);
  }

  /** Notes that no message carries the file, and answers since when that is so, ms since 1970. */
  unusedSince(hash: FileHash): number {
    const path = join(this.#folder, "unused", hash);
    const before = statSync(path, { throwIfNoEntry: false });
    if (before !== undefined) return before.mtimeMs;
    mkdirSync(join(this.#folder, "unused"), { recursive: true, mode: 0o700 });
    writeFileSync(path, "", { mode: 0o600 });
    return Date.now();
  }

  /** The opposite. */
  used(hash: FileHash): void {
    rmSync(join(this.#folder, "unused", hash), { force: true });
  }

  async #place(id: string, hash: FileHash): Promise<void> {
    const to = this.#path(hash);
    const folder = join(this.#folder, hash.slice(0, 2));
    const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
    await syncPath(this.#comingPath(id));
    await rename(this.#comingPath(id), to);
    await syncPath(folder);
    if (isNew) await syncPath(this.#folder);
  }

  async #forget(id: string): Promise<void> {
    this.#coming.delete(id);
    await rm(this.#comingPath(id), { force: true });
  }

  #path(hash: FileHash): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }

  #comingPath(id: string): string {
    return join(this.#folder, "coming", id);
  }
}

/** Runs what changes one coming file, one after another. */
async function alone<T>(entry: { busy: Promise<unknown> }, run: () => Promise<T>): Promise<T> {
  const result = entry.busy.then(run);
  entry.busy = result.catch(() => undefined);
  return await result;
}

async function writeAll(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += (await file.write(data, at)).bytesWritten;
}

async function readPart(path: string, offset: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const data = new Uint8Array(FILE_PART_BYTES);
    const { bytesRead } = await file.read(data, 0, FILE_PART_BYTES, offset);
    return data.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Reads in parts, so that the event loop never waits for a large file. */
async function hashFile(path: string, pace: (bytes: number) => Promise<void> = async () => {}): Promise<FileHash> {
  const hash = createHash("sha256");
  const file = await open(path, "r");
  try {
    const data = new Uint8Array(FILE_PART_BYTES);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(data, 0, FILE_PART_BYTES, at);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(data.subarray(0, bytesRead));
      at += bytesRead;
      await pace(bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isFull(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === "ENOSPC" || code === "EDQUOT";
}
