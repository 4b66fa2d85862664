/**
 * The index of all messages, as this replica's chat asks it. A thread of its own (search-worker.ts) fills search.db
 * from the rows of state.db, behind the commit, and answers questions, so that neither delays a message.
 *
 *   apply -> Projections -> follow() ........ wakes it
 *                           take, take, ...   small batches, until search.db reaches what is applied
 *   find() -> flush the rows -> take ... -> find
 *
 * What search.db covers is a list of spans of views. Before each batch it is compared with the lineage of this replica,
 * so a merge, a wiped log or an old copy of the file is noticed without being told: the index goes back to the seq up to
 * which the histories are the same, and takes again what follows.
 */
import { existsSync } from "node:fs";
import type { AppliedOp } from "../../chat/applied-op.ts";
import type { Cursor } from "../../chat/cursor.ts";
import type { Position } from "../../chat/ports.ts";
import { parseCursor } from "../../chat/cursor.ts";
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import { viewNoKey, type Seq } from "../../election/view.ts";
import type { Ask, Found, MessageSearch } from "../../search/message-search.ts";
import type { SearchReply, SearchRequest } from "./search-requests.ts";
import type { Span } from "./search-file.ts";

/** A replica that was just started has better things to do. A question starts the index at once. */
const START_MS = 10_000;
/** Ops are gathered for this long, so that a busy chat makes few batches. */
const GATHER_MS = 100;
/** Seqs that one batch may pass over. */
const STEP = 20_000;
/** How long the index rests after a batch while it is far behind, in parts of the batch's time, and at most. */
const REST = { share: 1.5, maxMs: 100 } as const;
/**
 * The same while the chat is so busy that the index would cost it messages: with 3 replicas on 2 cores and 64 senders at
 * full speed, an index that kept up took a quarter of their sends. Then it falls behind, and catches up afterwards.
 */
const REST_WHEN_BUSY = { share: 99, maxMs: 2_000 } as const;
const NO_REST = { share: 0, maxMs: 0 } as const;
/** Ops in one second from which on the chat is busy. */
const BUSY_OPS = 250;
const SECOND_MS = 1_000;
/** How long a question waits for the messages that were applied before it. */
const SETTLE_MS = 300;
/** An index that lacks more seqs than this is being built, and a question does not wait for it. */
const BEHIND_MAX = 2_000;
/** Questions that wait at one time. */
const ASKS_MAX = 64;
/** After an error that may pass, such as a full disk. */
const AGAIN_MS = 30_000;
/** Damaged files in the life of one process; after that many the disk is to blame. */
const DAMAGES_MAX = 3;

const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|IOERR_(SHORT_READ|CORRUPTFS)|ERROR|MISMATCH)/;

/** What a {@link SearchIndex} needs. */
export interface SearchIndexOptions {
  /** Path of search.db. */
  readonly path: string;
  readonly position: Pick<Position, "applied" | "viewNoAt">;
  /** Path of the state.db in use. */
  readonly statePath: () => string;
  /** Makes the applied rows readable for other connections. */
  readonly flush: () => void;
  /** Whether the disk has so little room that messages need it. */
  readonly isDiskLow: () => boolean;
  readonly scheduler: Pick<Scheduler, "now" | "after">;
  /** Told once of each reason that keeps the index from working, in words without anything of a user. */
  readonly say: (event: "search_damaged" | "search_stopped", reason: string) => void;
}

type Reaches = SearchReply & { kind: "reaches" };

/** See the top of this file; a projection, and the port of the search. */
export class SearchIndex implements MessageSearch {
  readonly name = "search";
  readonly #options: SearchIndexOptions;
  #worker: Worker | null = null;
  #waiting: ((reply: SearchReply) => void)[] = [];
  /** What search.db covers; null: it is not open. */
  #spans: readonly Span[] | null = null;
  /** The newest of the spans, and its end as a cursor. */
  #read: { readonly span: Span; readonly cursor: Cursor | null } | null = null;
  /** Messages that the index has may have changed. */
  #changes = true;
  /** Called when the index has taken another batch, or cannot. */
  #moved: (() => void)[] = [];
  #timer: Cancel | null = null;
  #isWorking = false;
  #isStopped = false;
  /** Ops that came since `from`, and how many came in the second before. */
  readonly #ops = { from: 0, count: 0, before: 0 };
  /** Ends the rest after a batch. */
  #wake: (() => void) | null = null;
  #asks = 0;
  #damages = 0;
  /** How often a file was opened. */
  #opened = 0;
  /** The error of a question that met damage in the open file. */
  #damage: string | null = null;
  /** Why there is no index, as a sentence for users; null: there is one. */
  #why: string | null = null;

  constructor(options: SearchIndexOptions) {
    this.#options = options;
    this.#later(START_MS);
  }

  /** See Projection: null before the file is open, when the index compares the lineage by itself. */
  position(): Cursor | null {
    const newest = this.#spans?.at(-1);
    if (newest === undefined) return null;
    // It is asked for with every op, and changes only with a batch.
    if (this.#read?.span !== newest) {
      this.#read = { span: newest, cursor: parseCursor(`${newest.view}:${newest.last}`) };
    }
    return this.#read.cursor;
  }

  /** Notes that there are more messages, or changes of those that it has. */
  follow(ops: readonly AppliedOp[]): void {
    this.#count(ops.length);
    if (!this.#changes) this.#changes = ops.some(isChange);
    if (this.#spans !== null) this.#later(GATHER_MS);
  }

  /** The rows are others. */
  reread(): void {
    this.#changes = true;
    if (this.#spans !== null) this.#later(0);
  }

  async find(ask: Ask): Promise<Found> {
    if (this.#asks >= ASKS_MAX) return { kind: "busy" };
    this.#asks += 1;
    try {
      await this.#settled();
      if (this.#why !== null || this.#spans === null) return { kind: "unavailable", why: this.#why ?? NOT_YET };
      const file = this.#opened;
      const reply = await this.#request({ kind: "find", state: this.#options.statePath(), ask });
      if (reply.kind !== "looked") {
        const isMended = reply.kind === "failed" && this.#isMending(reply.code, file);
        return { kind: "unavailable", why: this.#why ?? (isMended ? NOT_YET : FAILED) };
      }
      const { places, next, isCut } = reply;
      return { kind: "found", places, next, isCut, percent: this.#percent() };
    } finally {
      this.#asks -= 1;
    }
  }

  /** Whether a question that met this error met damage, which the work mends. `file`: see #opened. */
  #isMending(code: string, file: number): boolean {
    if (!DAMAGED.test(code)) return false;
    if (file === this.#opened) this.#damage = code;
    this.#wake?.();
    this.#later(0);
    return true;
  }

  /** Ends the thread. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.();
    this.#worker?.terminate();
    for (const resolve of this.#waiting.splice(0)) resolve({ kind: "failed", code: "stopped" });
    this.#announce();
  }

  get #at(): Seq {
    return this.#spans?.at(-1)?.last ?? 0;
  }

  #percent(): number {
    const { seq } = this.#options.position.applied();
    const lacking = seq - this.#at;
    return lacking <= BEHIND_MAX ? 100 : Math.min(99, Math.floor((100 * this.#at) / seq));
  }

  /** Waits until the index has what was applied before the call, unless it is being built. */
  async #settled(): Promise<void> {
    const { position, flush, scheduler } = this.#options;
    const { seq } = position.applied();
    const until = scheduler.now() + SETTLE_MS;
    if (this.#spans !== null && this.#at < seq) flush();
    if (this.#spans === null || this.#at < seq || this.#changes) this.#later(0);
    this.#wake?.();
    while (this.#isBehind(seq) && scheduler.now() < until && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        const cancel = scheduler.after(until - scheduler.now(), resolve);
        this.#moved.push(() => {
          cancel();
          resolve();
        });
      });
    }
  }

  /** Whether a question that was asked at this seq should wait. */
  #isBehind(seq: Seq): boolean {
    if (this.#why !== null) return false;
    if (this.#spans === null) return true;
    const lacking = seq - this.#at;
    return lacking <= BEHIND_MAX && (lacking > 0 || this.#changes);
  }

  #announce(): void {
    for (const resolve of this.#moved.splice(0)) resolve();
  }

  #later(ms: number): void {
    if (this.#isStopped || this.#isWorking) return;
    if (this.#timer !== null && ms > 0) return;
    this.#timer?.();
    this.#timer = this.#options.scheduler.after(ms, () => {
      this.#timer = null;
      void this.#work();
    });
  }

  /** Takes batches until nothing is missing. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    let again = 0;
    try {
      again = await this.#takeAll();
    } finally {
      this.#isWorking = false;
      this.#announce();
    }
    if (again > 0) this.#later(again);
    else if (this.#lacks()) this.#later(GATHER_MS);
  }

  #lacks(): boolean {
    return this.#spans !== null && (this.#changes || this.#at < this.#options.position.applied().seq);
  }

  /** Returns after how many ms to try again; 0: when there is something new. */
  async #takeAll(): Promise<number> {
    if (this.#options.isDiskLow()) return this.#cannot(DISK_FULL, "the disk is full");
    const opened = this.#spans === null ? await this.#open() : 0;
    if (opened > 0) return opened;
    this.#why = null;
    for (;;) {
      if (this.#damage !== null) return await this.#failed(this.#damage);
      const request = this.#next();
      if (request === null || this.#isStopped) return 0;
      const before = this.#at;
      const reply = await this.#request(request);
      if (reply.kind !== "reaches") return this.#failed(reply.kind === "failed" ? reply.code : "");
      const isStale = request.state !== this.#options.statePath() && request.kind === "take";
      this.#spans = reply.spans;
      if (isStale) {
        // The rows were replaced meanwhile, so it is not known of which branch these were.
        const back = await this.#request({ kind: "goBack", state: this.#options.statePath(), to: before });
        if (back.kind === "reaches") this.#spans = back.spans;
      }
      if (request.kind === "take" && request.changes && reply.more) this.#changes = true;
      this.#announce();
      if (this.#options.isDiskLow()) return this.#cannot(DISK_FULL, "the disk is full");
      // The rows that were applied are not in the file yet.
      if (request.kind === "take" && this.#at === before && !this.#changes) return GATHER_MS;
      await this.#rest(reply);
    }
  }

  /** Rests after a batch, unless a question waits for the next one. */
  async #rest({ ms }: Reaches): Promise<void> {
    const isFar = this.#options.position.applied().seq - this.#at > BEHIND_MAX;
    const { share, maxMs } = this.#isBusy() ? REST_WHEN_BUSY : isFar ? REST : NO_REST;
    if (share === 0 || (this.#asks > 0 && !isFar)) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.scheduler.after(Math.min(maxMs, ms * share), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
  }

  #count(ops: number): void {
    const now = this.#options.scheduler.now();
    const passed = now - this.#ops.from;
    if (passed >= SECOND_MS) {
      this.#ops.before = passed < 2 * SECOND_MS ? this.#ops.count : 0;
      this.#ops.from = now;
      this.#ops.count = 0;
    }
    this.#ops.count += ops;
  }

  #isBusy(): boolean {
    this.#count(0);
    return Math.max(this.#ops.before, this.#ops.count) >= BUSY_OPS;
  }

  /** The next batch; null: nothing is missing. */
  #next(): (SearchRequest & { kind: "take" | "goBack" }) | null {
    const { position, statePath } = this.#options;
    const common = this.#common();
    // Ahead of the rows, after a power cut: they come again.
    if (common === "ahead") return null;
    const state = statePath();
    if (common < this.#at) return { kind: "goBack", state, to: common };
    const applied = position.applied().seq;
    if (common >= applied && !this.#changes) return null;
    const changes = this.#changes;
    this.#changes = false;
    const view = position.viewNoAt(common + 1);
    if (common >= applied || view === null) return { kind: "take", state, view: "", to: common, changes };
    const key = viewNoKey(view);
    return {
      kind: "take",
      state,
      view: key,
      to: this.#lastOf(key, common + 1, Math.min(common + STEP, applied)),
      changes,
    };
  }

  /** The newest seq from `from` to `to` in the view that `from` is in. */
  #lastOf(key: string, from: Seq, to: Seq): Seq {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#isIn(key, middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #isIn(key: string, seq: Seq): boolean {
    const view = this.#options.position.viewNoAt(seq);
    return view !== null && viewNoKey(view) === key;
  }

  /** The newest seq up to which search.db has the history of this replica. */
  #common(): Seq | "ahead" {
    const spans = this.#spans ?? [];
    for (const { view, first, last } of spans.toReversed()) {
      if (this.#isIn(view, last)) {
        return last > this.#options.position.applied().seq ? "ahead" : last;
      }
      if (this.#isIn(view, first)) return this.#lastOf(view, first, last);
    }
    return 0;
  }

  async #open(isDamaged = false): Promise<number> {
    const { path } = this.#options;
    const reply = await this.#request({ kind: "open", path, isDamaged: isDamaged && existsSync(path) });
    this.#opened += 1;
    this.#damage = null;
    if (reply.kind !== "reaches") return await this.#failed(reply.kind === "failed" ? reply.code : "");
    this.#spans = reply.spans;
    this.#changes = true;
    return 0;
  }

  async #failed(code: string): Promise<number> {
    if (this.#isStopped) return 0;
    this.#spans = null;
    if (code === "SQLITE_FULL") return this.#cannot(DISK_FULL, "the disk is full");
    if (!DAMAGED.test(code) || this.#damages >= DAMAGES_MAX) return this.#cannot(FAILED, code);
    this.#damages += 1;
    this.#options.say("search_damaged", code);
    return (await this.#open(true)) || 1;
  }

  #cannot(why: string, reason: string): number {
    if (this.#why !== why) this.#options.say("search_stopped", reason);
    this.#why = why;
    return AGAIN_MS;
  }

  #request(request: SearchRequest): Promise<SearchReply> {
    if (this.#isStopped) return Promise.resolve({ kind: "failed", code: "stopped" });
    const { promise, resolve } = Promise.withResolvers<SearchReply>();
    this.#waiting.push(resolve);
    this.#startedWorker().postMessage(request);
    return promise;
  }

  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(workerAddress());
    worker.unref();
    worker.onmessage = (event: MessageEvent<SearchReply>) => this.#waiting.shift()?.(event.data);
    const ended = (why: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#spans = null;
      for (const resolve of this.#waiting.splice(0)) resolve({ kind: "failed", code: why });
    };
    worker.onerror = (event) => ended(event.message);
    worker.addEventListener("close", () => ended("the thread of the index ended"));
    this.#worker = worker;
    return worker;
  }
}

const NOT_YET = "The search is being prepared. Try again in a moment.";
const FAILED = "The search does not work on this server. Ask the person who runs it.";
const DISK_FULL = "The disk of this server is full, so the search does not work. Ask the person who runs it.";

/** Whether the op changes messages that the index may have. */
function isChange({ facts }: AppliedOp): boolean {
  return facts.some(({ kind }) => kind === "changed" || kind === "gone");
}

/** The executable has the thread as an entry of its own, under the path that the build gives it (Makefile). */
function workerAddress(): string {
  const isExecutable = import.meta.url.includes("$bunfs") || import.meta.url.includes("~BUN");
  return isExecutable ? "./db/search/search-worker.ts" : new URL("search-worker.ts", import.meta.url).href;
}
