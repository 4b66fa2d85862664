/**
 * Gathers what all users of this replica change within a moment, and proposes it as one op: read marks, and drafts. Each
 * caller is answered when the op is applied here.
 */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { Answer } from "../errors.ts";
import type { ClientId } from "../ids.ts";
import type { OpBody } from "../kinds/kinds.ts";
import { failedWith } from "../sentences.ts";
import type { Writer } from "./writer.ts";

/** How long the first item waits for others, ms. */
export const GATHER_MS = 250;

/** Items that will be one op, and the answers to those who gave them. */
interface Gathered<Item> {
  readonly items: Item[];
  size: number;
  /** Cancels the timer that proposes the items. */
  readonly cancel: Cancel;
  readonly written: PromiseWithResolvers<Awaited<ReturnType<Writer["write"]>>>;
}

export interface GathererOptions {
  /** GATHER_MS, or less in tests that make many ops. */
  readonly gatherMs: number;
  readonly scheduler: Pick<Scheduler, "after">;
  /** Draws a random client id for an op. */
  readonly newId: () => ClientId;
}

/** What one op holds. */
interface Op<Item> {
  readonly body: (items: readonly Item[]) => OpBody;
  /** With so many, the op is proposed at once. */
  readonly itemsMax: number;
  readonly sizeOf: (item: Item) => number;
  /** The sizes of the items of one op add up to this at most. */
  readonly sizeMax: number;
}

export class Gatherer<Item> {
  readonly #writer: Pick<Writer, "write">;
  readonly #options: GathererOptions;
  readonly #op: Op<Item>;
  #gathered: Gathered<Item> | null = null;

  constructor(writer: Pick<Writer, "write">, options: GathererOptions, op: Op<Item>) {
    this.#writer = writer;
    this.#options = options;
    this.#op = op;
  }

  /** Adds an item, and answers when it is applied here. Errors: those with which apply refuses it, and of a write. */
  async add(item: Item): Promise<Answer<null>> {
    const { sizeOf, sizeMax, itemsMax } = this.#op;
    if (this.#gathered !== null && this.#gathered.size + sizeOf(item) > sizeMax) this.flush();
    const gathered = (this.#gathered ??= this.#begin());
    const place = gathered.items.push(item) - 1;
    gathered.size += sizeOf(item);
    if (gathered.items.length >= itemsMax) this.flush();
    const written = await gathered.written.promise;
    if (!written.ok) return written;
    const refusal = written.result.kind === "marked" ? (written.result.refusals[place] ?? null) : null;
    return refusal === null ? { ok: true, value: null, cursor: written.cursor } : failedWith(refusal);
  }

  /** Replaces the items that wait. `to` returns the item itself to leave it as it is. */
  replace(to: (item: Item) => Item): void {
    const items = this.#gathered?.items ?? [];
    for (const [place, item] of items.entries()) items[place] = to(item);
  }

  /** Proposes what is gathered now: before an op that may end the session of an item, and when the replica stops. */
  flush(): void {
    const gathered = this.#gathered;
    if (gathered === null) return;
    this.#gathered = null;
    gathered.cancel();
    const { items, written } = gathered;
    void this.#writer.write("", this.#options.newId(), this.#op.body(items)).then(written.resolve, written.reject);
  }

  #begin(): Gathered<Item> {
    const { scheduler, gatherMs } = this.#options;
    const cancel = scheduler.after(gatherMs, () => this.flush());
    return { items: [], size: 0, cancel, written: Promise.withResolvers() };
  }
}
