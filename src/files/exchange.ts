/**
 * Files between replicas: answers what peers ask, fetches a file from a peer, and adds to uploads at peers. A file that is
 * fetched is checked against its hash before it is there, so that a peer cannot give anything else; what has come of it
 * stays when a peer dies, and the rest comes from another one.
 */
import { type DialFiles, type FileAnswer, type FileCall, type FileQuestion } from "../election/file-exchange.ts";
import type { ReplicaId } from "../election/view.ts";
import type { FileHash, UploadId } from "../chat/files.ts";
import { isHash, type FileStore } from "./file-store.ts";

/** A peer that does not answer a question for this long is given up. */
const ANSWER_MS = 5_000;
/** How long a peer may take to get a whole file onto its disk. */
const KEEP_MS = 120_000;
const NOTHING = { offset: 0, data: new Uint8Array(0) } as const;
const NO: FileAnswer = { result: "no", ...NOTHING };
const FULL: FileAnswer = { result: "full", ...NOTHING };

/** An upload that goes to a peer: the size that it has there, and what is under way. */
interface Put {
  call: FileCall | null;
  at: number;
  busy: Promise<boolean>;
}

/** See the top of this file. */
export class FileExchange {
  readonly #store: FileStore;
  readonly #dial: DialFiles;
  /** Files that are being fetched. */
  readonly #fetching = new Map<FileHash, Promise<FileAnswer["result"]>>();
  /** Calls on which nothing is being fetched now. A proof takes longer than fetching a small file. */
  readonly #idle = new Map<ReplicaId, FileCall[]>();
  /** Uploads that go to peers, by peer and upload. */
  readonly #puts = new Map<string, Put>();

  /** Called when a peer asks for a part of a file: it does not have it. */
  onLacking: (peer: ReplicaId, hash: FileHash) => void = () => undefined;

  constructor(store: FileStore, dial: DialFiles) {
    this.#store = store;
    this.#dial = dial;
  }

  /** Answers a peer's question. Never rejects. */
  async answer(from: ReplicaId, question: FileQuestion): Promise<FileAnswer> {
    try {
      return await this.#answer(from, question);
    } catch {
      return NO;
    }
  }

  async #answer(from: ReplicaId, { ask, names, offset, data }: FileQuestion): Promise<FileAnswer> {
    const store = this.#store;
    const [name = "", other = ""] = names;
    switch (ask) {
      case "read": {
        this.onLacking(from, name);
        const part = isHash(name) ? await store.part(name, offset) : null;
        return part === null ? NO : { result: "yes", offset: store.size(name) ?? 0, data: part };
      }
      case "put": {
        const size = await store.append(name, offset, data);
        return size === null ? FULL : { ...NO, result: "yes", offset: size };
      }
      case "keep": {
        if (!isHash(name)) return NO;
        const isHere = store.has(name) || (store.comingSize(other) > 0 && (await store.keep(other, name)));
        return { ...NO, result: isHere ? "yes" : await this.fetch(name, [from]) };
      }
      case "drop": {
        // What is being fetched has the name of its hash.
        if (isHash(name)) return NO;
        await store.forget(name);
        return { ...NO, result: "yes" };
      }
    }
  }

  /** Fetches a file, from the first of these peers that has it. "yes": it is on the disk here. Never rejects. */
  fetch(hash: FileHash, from: readonly ReplicaId[]): Promise<FileAnswer["result"]> {
    if (this.#store.has(hash)) return Promise.resolve("yes");
    const running = this.#fetching.get(hash);
    if (running !== undefined) return running;
    const fetching = this.#fetch(hash, from).finally(() => this.#fetching.delete(hash));
    this.#fetching.set(hash, fetching);
    return fetching;
  }

  async #fetch(hash: FileHash, from: readonly ReplicaId[]): Promise<FileAnswer["result"]> {
    for (const peer of from) {
      const result = await this.#fetchFrom(peer, hash).catch(() => "no" as const);
      if (result !== "no") return result;
    }
    return "no";
  }

  async #fetchFrom(peer: ReplicaId, hash: FileHash): Promise<FileAnswer["result"]> {
    const used = this.#idle.get(peer)?.pop();
    // The peer may have been started again since the call was used last.
    const found = used === undefined ? null : await this.#read(peer, used, hash).catch(() => null);
    return found ?? (await this.#read(peer, await this.#dial(peer), hash));
  }

  /** Reads a file over a call, which is idle afterwards unless it failed. */
  async #read(peer: ReplicaId, call: FileCall, hash: FileHash): Promise<FileAnswer["result"]> {
    try {
      const result = await this.#readAll(call, hash);
      this.#idle.set(peer, [...(this.#idle.get(peer) ?? []), call]);
      return result;
    } catch (error) {
      call.close();
      throw error;
    }
  }

  async #readAll(call: FileCall, hash: FileHash): Promise<FileAnswer["result"]> {
    const store = this.#store;
    for (;;) {
      const offset = store.comingSize(hash);
      const { result, offset: size, data } = await call.ask({ ask: "read", names: [hash], offset }, ANSWER_MS);
      if (result !== "yes" || offset + data.length > size) return "no";
      if ((await store.append(hash, offset, data)) === null) return "full";
      if (offset + data.length === size) return (await store.keep(hash, hash)) ? "yes" : "no";
      if (data.length === 0) return "no";
    }
  }

  /** Closes the calls on which nothing is being fetched. */
  endReads(): void {
    for (const call of [...this.#idle.values()].flat()) call.close();
    this.#idle.clear();
  }

  /** Makes a peer keep a file; see `keep` in peer.proto. "no" also if the peer cannot be asked. Never rejects. */
  async keepAt(peer: ReplicaId, hash: FileHash, upload: UploadId): Promise<FileAnswer["result"]> {
    return await this.#ask(peer, { ask: "keep", names: upload === "" ? [hash] : [hash, upload] }, KEEP_MS);
  }

  /** Makes a peer delete an upload, after what is under way there. A peer that is not reached does so when it is idle. */
  async dropAt(peer: ReplicaId, upload: UploadId): Promise<void> {
    await this.#puts.get(`${peer} ${upload}`)?.busy;
    await this.#ask(peer, { ask: "drop", names: [upload] }, ANSWER_MS);
  }

  /** "no" also if the peer does not answer. */
  async #ask(
    peer: ReplicaId,
    question: Pick<FileQuestion, "ask" | "names">,
    timeoutMs: number,
  ): Promise<FileAnswer["result"]> {
    try {
      const call = await this.#dial(peer);
      try {
        return (await call.ask(question, timeoutMs)).result;
      } finally {
        call.close();
      }
    } catch {
      return "no";
    }
  }

  /**
   * Brings an upload at a peer to the size that it has here. False: the peer did not take it, and gets the rest with the
   * whole file. Never rejects.
   */
  async putAt(peer: ReplicaId, upload: UploadId): Promise<boolean> {
    const key = `${peer} ${upload}`;
    const put = this.#puts.get(key) ?? { call: null, at: 0, busy: Promise.resolve(true) };
    this.#puts.set(key, put);
    put.busy = put.busy.then(() => this.#put(peer, upload, put).catch(() => false));
    const isTaken = await put.busy;
    if (!isTaken) this.#endPut(key);
    return isTaken;
  }

  async #put(peer: ReplicaId, upload: UploadId, put: Put): Promise<boolean> {
    put.call ??= await this.#dial(peer);
    for (let size = this.#store.comingSize(upload); put.at < size; size = this.#store.comingSize(upload)) {
      const data = (await this.#store.comingPart(upload, put.at)).subarray(0, size - put.at);
      const answer = await put.call.ask({ ask: "put", names: [upload], offset: put.at, data }, ANSWER_MS);
      if (answer.result !== "yes" || answer.offset > size) return false;
      put.at = answer.offset;
    }
    return true;
  }

  /** Nothing more is added to these uploads at peers. */
  endPuts(isOver: (upload: UploadId) => boolean): void {
    for (const key of this.#puts.keys()) if (isOver(key.slice(key.indexOf(" ") + 1))) this.#endPut(key);
  }

  #endPut(key: string): void {
    this.#puts.get(key)?.call?.close();
    this.#puts.delete(key);
  }
}
