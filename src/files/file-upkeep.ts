/**
 * What a replica does for its files behind everything else: it fetches those that messages carry and it lacks, the newest
 * first; removes those that no message has carried for seven days; and reads all of them again, so that bytes that changed
 * on the disk are noticed and fetched again. A replica that was away counts for messages at once, and for files when it
 * lacks none.
 *
 * Seven days, because a branch that lost may bring a message back, and because a ticket for a file that was uploaded is
 * valid for a day. Every replica decides by its own rows, so no op is needed.
 */
import { setting } from "../base/faults.ts";
import type { FileHash, FileQueries } from "../chat/files.ts";
import type { ReplicaId, Seq } from "../election/view.ts";
import type { FileExchange } from "./exchange.ts";
import type { FileStore } from "./file-store.ts";

const LOOK_MS = 500;
/** Rows in one look. */
const ROWS_MAX = 1_000;
/** How long a look may fetch before the next one, so that newer files come first. */
const FETCH_MS = 1_000;
/** Files that are fetched at the same time, so that the disks and the network are busy together. */
const FETCHES = 3;
/** Files that no peer has are asked for again after this long. */
const AGAIN_MS = 5_000;
const UNUSED_MS = 7 * 24 * 60 * 60 * 1000;
const COLLECT_MS = 10 * 60 * 1000;
const SCRUB_MS = 24 * 60 * 60 * 1000;
/** Bytes read in a second by the scrub. */
const SCRUB_BYTES = 20 * 1024 * 1024;

export interface FileUpkeepDeps {
  readonly store: FileStore;
  readonly exchange: FileExchange;
  /** Another object after a snapshot has been switched in. */
  readonly rows: () => FileQueries;
  /** The peers that answer now. */
  readonly peers: () => readonly ReplicaId[];
  readonly logger: { warn(event: string, fields?: { readonly count?: number }): void };
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

/** See the top of this file. */
export class FileUpkeep {
  readonly #deps: FileUpkeepDeps;
  #rows: FileQueries | null = null;
  #seen: Seq = 0;
  /** The newest message that carries each file that is not here. */
  readonly #lacking = new Map<FileHash, Seq>();
  readonly #next = { fetch: 0, collect: COLLECT_MS, scrub: 0 };
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = true;
  #scrubbing = false;

  constructor(deps: FileUpkeepDeps) {
    this.#deps = deps;
    this.#next.scrub = deps.nowMs() + setting("scrub", SCRUB_MS);
    this.#next.collect = deps.nowMs() + COLLECT_MS;
  }

  start(): void {
    const look = async (): Promise<void> => {
      // The rows may be replaced meanwhile, and the disk may fail; the next look tries again.
      const isDone = await this.look().then(
        () => true,
        () => false,
      );
      const isFetching = isDone && this.#lacking.size > 0 && this.#deps.nowMs() >= this.#next.fetch;
      if (this.#running) this.#timer = setTimeout(() => void look(), isFetching ? 0 : LOOK_MS);
    };
    void look();
  }

  stop(): void {
    this.#running = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** How many files of messages are not here. */
  get lacking(): number {
    return this.#lacking.size;
  }

  /** One look at what there is to do. */
  async look(): Promise<void> {
    const { store, exchange, nowMs } = this.#deps;
    this.#follow();
    if (this.#lacking.size > 0 && nowMs() >= this.#next.fetch) await this.#fetch();
    if (this.#lacking.size === 0) exchange.endReads();
    if (nowMs() >= this.#next.collect) {
      this.#next.collect = nowMs() + COLLECT_MS;
      await this.collect(Date.now());
      await store.forgetIdle();
      exchange.endPuts((upload) => store.comingSize(upload) === 0);
    }
    if (nowMs() >= this.#next.scrub && !this.#scrubbing) void this.#scrubAll();
  }

  /** Notes which files the messages carry that have come since the last look. */
  #follow(): void {
    const rows = this.#deps.rows();
    if (rows !== this.#rows) {
      this.#rows = rows;
      this.#seen = 0;
      this.#lacking.clear();
    }
    for (;;) {
      const found = rows.after(this.#seen, ROWS_MAX);
      // The last message may have more files than fit, unless these are all.
      const last = found.at(-1)?.seq ?? 0;
      const whole = found.length < ROWS_MAX ? found : found.filter(({ seq }) => seq < last);
      for (const { seq, hash } of whole) if (!this.#deps.store.has(hash)) this.#lacking.set(hash, seq);
      this.#seen = whole.at(-1)?.seq ?? this.#seen;
      if (found.length < ROWS_MAX) return;
    }
  }

  async #fetch(): Promise<void> {
    const { store, exchange, peers, nowMs } = this.#deps;
    const end = nowMs() + FETCH_MS;
    const newest = [...this.#lacking].toSorted(([, a], [, b]) => b - a).values();
    let got = false;
    const fetchNext = async (): Promise<void> => {
      for (const [hash] of newest) {
        const isOver = store.has(hash) || !this.#deps.rows().isCarried(hash);
        if (isOver || (await exchange.fetch(hash, peers())) === "yes") this.#lacking.delete(hash);
        got ||= isOver || store.has(hash);
        if (nowMs() > end || !this.#running) return;
      }
    };
    await Promise.all(Array.from({ length: FETCHES }, fetchNext));
    if (!got) this.#next.fetch = nowMs() + AGAIN_MS;
  }

  /** Removes what no message has carried for seven days before `nowMs` (since 1970). */
  async collect(nowMs: number): Promise<void> {
    const { store } = this.#deps;
    for (const [index, hash] of store.hashes().entries()) {
      if (index % 100 === 99) await Bun.sleep(1);
      if (this.#deps.rows().isCarried(hash)) store.used(hash);
      else if (nowMs - store.unusedSince(hash) > UNUSED_MS) store.remove(hash);
    }
  }

  async #scrubAll(): Promise<void> {
    this.#scrubbing = true;
    try {
      await this.scrub();
    } finally {
      this.#scrubbing = false;
      this.#next.scrub = this.#deps.nowMs() + setting("scrub", SCRUB_MS);
    }
  }

  /** Reads all files again. What has changed is set aside, and fetched again. */
  async scrub(bytesPerSecond = SCRUB_BYTES): Promise<void> {
    const { store, logger } = this.#deps;
    let damaged = 0;
    for (const hash of store.hashes()) {
      if (!this.#running) return;
      if (await store.verify(hash, (bytes) => Bun.sleep((bytes / bytesPerSecond) * 1000))) continue;
      damaged += 1;
      if (this.#deps.rows().isCarried(hash)) this.#lacking.set(hash, this.#seen);
    }
    if (damaged > 0) logger.warn("files_damaged", { count: damaged });
  }
}
