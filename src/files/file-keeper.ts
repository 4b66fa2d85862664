/**
 * Takes uploads, makes them files, and answers when a file is on the disk of every replica in step. A message that carries
 * files is proposed and acknowledged only then (chat/service/attaching.ts), so that for files the promise is the same as
 * for text.
 */
import type { Appended, FileHash, Files, Lack, StoredFile, UploadId } from "../chat/files.ts";
import { FILE_PART_BYTES } from "../election/file-exchange.ts";
import { viewNoKey, type Member, type ReplicaId, type View } from "../election/view.ts";
import type { FileExchange } from "./exchange.ts";
import type { FileStore } from "./file-store.ts";
import { typeOf, UNKNOWN_TYPE } from "./file-type.ts";
import { readPicture } from "./pictures.ts";

/** Bytes in which the type of a file is looked for. */
const HEAD_BYTES = 4_096;
/** Uploads of one user that may be under way. */
const UPLOADS_PER_USER = 20;
/** How long a message waits for a replica that lacks its files. */
const KEPT_MS = 10_000;
const LOOK_AGAIN_MS = 50;
const SLOW: Lack = { text: "The replicas have not saved this file yet. Try again.", isFull: false };
/** A peer that did not take a part of an upload is left out of it for this long, and gets the whole file later. */
const LEFT_OUT_MS = 5_000;
/** Confirmations that are remembered. */
const HELD_MAX = 50_000;
/** How long one counts. A disk may lose a file, and the replica that has it may not know yet. */
const HELD_MS = 2 * 60_000;
/** Finished uploads that are remembered, for a client that asks again. */
const FINISHED_MAX = 1_000;

export interface FileKeeperDeps {
  readonly self: ReplicaId;
  readonly store: FileStore;
  readonly exchange: FileExchange;
  /** The newest view of this replica's log; null while there is none. */
  readonly view: () => View | null;
  /** All peers that answer now, for files that are not here. */
  readonly peers: () => readonly ReplicaId[];
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

/** See the top of this file. */
export class FileKeeper implements Files {
  readonly #deps: FileKeeperDeps;
  /**
   * Until when a file counts as being on another replica's disk, by `<replica> <hash>`. A replica that is started again
   * comes into step by a new view, and is asked again.
   */
  readonly #held = new Map<string, number>();
  #heldIn = "";
  readonly #finished = new Map<string, StoredFile>();
  readonly #asking = new Map<string, ReturnType<FileExchange["keepAt"]>>();
  readonly #leftOut = new Map<string, number>();

  constructor(deps: FileKeeperDeps) {
    this.#deps = deps;
    deps.exchange.onLacking = (peer, hash) => this.#held.delete(`${peer} ${hash}`);
  }

  sizeOf(upload: UploadId): number {
    const { store } = this.#deps;
    const hash = store.became(upload);
    return hash === null ? store.comingSize(upload) : (store.size(hash) ?? 0);
  }

  async append(upload: UploadId, offset: number, data: Uint8Array): Promise<Appended> {
    const { store } = this.#deps;
    if (store.countComing(upload.slice(0, upload.indexOf("-") + 1), upload) >= UPLOADS_PER_USER) {
      return { refusal: "too_many" };
    }
    for (let at = 0; at < data.length; at += FILE_PART_BYTES) {
      const part = data.subarray(at, at + FILE_PART_BYTES);
      const size = await store.append(upload, offset + at, part);
      if (size === null) return { refusal: "full" };
      if (size !== offset + at + part.length) return { size };
    }
    await Promise.all(this.#others().map(({ replicaId }) => this.#putAt(replicaId, upload)));
    return { size: store.comingSize(upload) };
  }

  /** So that an upload survives this replica, its parts are at the others before they are acknowledged. */
  async #putAt(peer: ReplicaId, upload: UploadId): Promise<void> {
    const { exchange, nowMs } = this.#deps;
    const key = `${peer} ${upload}`;
    if (nowMs() < (this.#leftOut.get(key) ?? 0)) return;
    this.#leftOut.delete(key);
    if (!(await exchange.putAt(peer, upload))) this.#leftOut.set(key, nowMs() + LEFT_OUT_MS);
  }

  async finish(
    upload: UploadId,
    { size, asIs }: { readonly size: number; readonly asIs: boolean },
  ): Promise<StoredFile | "unknown" | "full"> {
    const { store } = this.#deps;
    const key = `${upload} ${asIs}`;
    const before = this.#finished.get(key);
    if (before !== undefined && before.hash !== "" && store.has(before.hash)) return before;
    // Another replica may have finished it, and died before it could answer.
    const there = store.became(upload);
    if (there !== null && store.size(there) === size) {
      const head = (await store.part(there, 0)) ?? new Uint8Array(0);
      return this.#described(there, size, typeOf(head.subarray(0, HEAD_BYTES)), asIs);
    }
    if (size === 0 || store.comingSize(upload) !== size) return "unknown";
    const head = await store.comingPart(upload, 0);
    const found = typeOf(head.subarray(0, HEAD_BYTES));
    const file = found.startsWith("image/") && !asIs ? await this.#picture(upload, found) : null;
    const stored = file ?? (await this.#asItIs(upload, size, found, asIs));
    if (typeof stored === "string") return stored;
    remember(this.#finished, key, stored, FINISHED_MAX);
    this.#end(upload);
    return stored;
  }

  async #picture(upload: UploadId, type: string): Promise<StoredFile | "full" | null> {
    const { store } = this.#deps;
    const picture = await readPicture(store.comingBlob(upload), type);
    if (picture === null) return null;
    const hash = await store.write(picture.whole);
    const small = picture.small === null ? "" : await store.write(picture.small);
    const large = picture.large === null ? "" : await store.write(picture.large);
    if (hash === null || small === null || large === null) return "full";
    const { width, height } = picture;
    return { hash, type, bytes: picture.whole.length, width, height, small, large };
  }

  async #asItIs(upload: UploadId, bytes: number, found: string, asIs: boolean): Promise<StoredFile | "unknown"> {
    const { store, exchange } = this.#deps;
    const hash = await store.hashComing(upload);
    const others = this.#others();
    if (!(await store.keep(upload, hash))) return "unknown";
    // They have its bytes already. Whoever fails here is asked again when the message is sent.
    await Promise.all(
      others.map(async (member) => {
        if ((await exchange.keepAt(member.replicaId, hash, upload)) === "yes") this.#hold(member, hash);
      }),
    );
    return this.#described(hash, bytes, found, asIs);
  }

  #described(hash: FileHash, bytes: number, found: string, asIs: boolean): StoredFile {
    // A picture that could not be decoded, or that was sent as a file, is downloaded.
    const type = found.startsWith("image/") || asIs ? UNKNOWN_TYPE : found;
    return { hash, type, bytes, width: 0, height: 0, small: "", large: "" };
  }

  drop(upload: UploadId): void {
    for (const { replicaId } of this.#others()) void this.#deps.exchange.dropAt(replicaId, upload);
    this.#end(upload);
  }

  /** The upload is over here. The peers keep theirs for a client that asks again, until nobody does. */
  #end(upload: UploadId): void {
    const { store, exchange } = this.#deps;
    exchange.endPuts((one) => one === upload);
    for (const key of this.#leftOut.keys()) if (key.endsWith(upload)) this.#leftOut.delete(key);
    void store.forget(upload).catch(() => undefined);
  }

  async content(hash: FileHash): Promise<Blob | null> {
    const { store, exchange, peers } = this.#deps;
    if (!store.has(hash)) await exchange.fetch(hash, peers());
    return store.blob(hash);
  }

  async kept(hashes: readonly FileHash[]): Promise<Lack | null> {
    const { nowMs } = this.#deps;
    const end = nowMs() + KEPT_MS;
    for (;;) {
      const before = this.#viewKey();
      const lack = await Promise.race([this.#lacking(hashes), this.#changed(before, end)]);
      // A replica that has come into step meanwhile is asked too, and one that is not in step any more is not waited for.
      if (lack === null && this.#viewKey() === before) return null;
      if (lack !== null && lack !== "changed" && lack.isFull) return lack;
      if (nowMs() > end) return lack === null || lack === "changed" ? SLOW : lack;
      await Bun.sleep(LOOK_AGAIN_MS);
    }
  }

  /** Resolves when the view is another one, or at the time `end`. */
  async #changed(view: string, end: number): Promise<"changed"> {
    while (this.#viewKey() === view && this.#deps.nowMs() < end) await Bun.sleep(LOOK_AGAIN_MS);
    return "changed";
  }

  /** Why not every member has all of these files; null if they have. */
  async #lacking(hashes: readonly FileHash[]): Promise<Lack | null> {
    const { self, store, exchange, peers } = this.#deps;
    for (const hash of hashes) {
      const result = store.has(hash) ? "yes" : await exchange.fetch(hash, peers());
      if (result !== "yes") return lacking(self, result);
    }
    const results = await Promise.all(this.#others().map((member) => this.#keepAt(member, hashes)));
    return results.find((result) => result !== null) ?? null;
  }

  async #keepAt(member: Member, hashes: readonly FileHash[]): Promise<Lack | null> {
    for (const hash of hashes) {
      if (this.#holds(member, hash)) continue;
      const result = await this.#ask(member, hash);
      if (result !== "yes") return lacking(member.replicaId, result);
      this.#hold(member, hash);
    }
    return null;
  }

  /** Asks once at a time, however many messages wait for the answer. */
  #ask({ replicaId }: Member, hash: FileHash): ReturnType<FileExchange["keepAt"]> {
    const key = `${replicaId} ${hash}`;
    const asking =
      this.#asking.get(key) ?? this.#deps.exchange.keepAt(replicaId, hash, "").finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #hold({ replicaId }: Member, hash: FileHash): void {
    this.#forgetOldView();
    if (this.#held.size >= HELD_MAX) this.#held.clear();
    this.#held.set(`${replicaId} ${hash}`, this.#deps.nowMs() + HELD_MS);
  }

  #holds({ replicaId }: Member, hash: FileHash): boolean {
    this.#forgetOldView();
    return this.#deps.nowMs() < (this.#held.get(`${replicaId} ${hash}`) ?? 0);
  }

  #forgetOldView(): void {
    const view = this.#viewKey();
    if (view !== this.#heldIn) this.#held.clear();
    this.#heldIn = view;
  }

  #viewKey(): string {
    const view = this.#deps.view();
    return view === null ? "" : viewNoKey(view.no);
  }

  /** The members of the view, but for this replica. */
  #others(): readonly Member[] {
    return this.#deps.view()?.members.filter(({ replicaId }) => replicaId !== this.#deps.self) ?? [];
  }
}

function lacking(replica: ReplicaId, result: "no" | "full"): Lack {
  if (result === "full") return { text: `Replica ${replica} has no room for this file.`, isFull: true };
  return { text: `Replica ${replica} has not saved this file yet. Try again.`, isFull: false };
}

function remember<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
}
