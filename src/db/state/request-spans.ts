/**
 * Knows for nearly every new request that its client id is new, so that apply need not look it up.
 *
 * Client ids of version 7 begin with a time. Those of the same 16 ms, a span, share their first 12
 * characters, so their rows are neighbours in the table. The ids of a span are read when its first
 * id arrives (usually there are none), and every id written later is noted; an id that is not
 * among them has never been used. One read usually finds that the rest of its minute is empty too, so
 * that the spans which follow need none. Random ids (version 4) are looked up in the rows, and so are
 * all ids of a span that has too many to remember. This memory only saves look-ups: what it does not
 * know, the rows decide.
 */
import { BoundedCache } from "../../base/bounded-cache.ts";

/** Maximum number of spans: half a second of messages without a pause. */
const SPANS_MAX = 32;
/** Maximum number of ids in a span, so at most 64 Ki in all: 6 MB. */
const SPAN_IDS_MAX = 2_048;
/** A span that already has more ids than this when its first id arrives is not remembered. */
const FOUND_MAX = 16;

const SPAN_CHARS = 12;
/** What the ids of the same 65 s begin with, which are read together. */
const MINUTE_CHARS = 9;
/** Sorts after every character of an id of version 7. */
const SPAN_END = "g";
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads client ids from `from` (included) to `to` (excluded), in the order of their bytes, the first `limit`. */
export type ClientIdsBetween = (from: string, to: string, limit: number) => readonly string[];

/** See the top of this file. */
export class RequestSpans {
  readonly #between: ClientIdsBetween;
  /** By their first 12 characters: all ids in the span; null: too many to remember. */
  readonly #spans = new BoundedCache<{ ids: Set<string> | null }>(SPANS_MAX);
  /** The span used last. */
  #lastStart = "";
  #last: { ids: Set<string> | null } = { ids: null };
  /** No span that begins from here (included) to `#emptyTo` (excluded) has an id. */
  #emptyFrom = "";
  #emptyTo = "";

  constructor(between: ClientIdsBetween) {
    this.#between = between;
  }

  /** True: no request of any user has this client id. False: not known, read the rows. */
  isNew(clientId: string): boolean {
    if (!VERSION_7.test(clientId)) return false;
    const { ids } = this.#spanOf(clientId);
    return ids !== null && !ids.has(clientId);
  }

  /** Notes that a request with this client id was written. */
  added(clientId: string): void {
    const start = clientId.slice(0, SPAN_CHARS);
    if (this.#isEmpty(start)) this.#emptyFrom = start + SPAN_END;
    const span = start === this.#lastStart ? this.#last : this.#spans.get(start);
    if (span === undefined || span.ids === null) return;
    span.ids.add(clientId);
    if (span.ids.size > SPAN_IDS_MAX) span.ids = null;
  }

  /** Forgets everything, because the rows may have been rolled back. */
  clear(): void {
    this.#spans.clear();
    this.#lastStart = "";
    this.#emptyTo = "";
  }

  #spanOf(clientId: string): { ids: Set<string> | null } {
    if (this.#lastStart !== "" && clientId.startsWith(this.#lastStart)) return this.#last;
    const start = clientId.slice(0, SPAN_CHARS);
    let span = this.#spans.get(start);
    if (span === undefined) {
      span = { ids: this.#isEmpty(start) ? new Set() : this.#read(start) };
      this.#spans.set(start, span);
    }
    this.#lastStart = start;
    this.#last = span;
    return span;
  }

  #isEmpty(start: string): boolean {
    return start >= this.#emptyFrom && start < this.#emptyTo;
  }

  /** The ids of the span, and whether others follow in its minute; null: too many. */
  #read(start: string): Set<string> | null {
    const end = start.slice(0, MINUTE_CHARS) + SPAN_END;
    const found = this.#between(start, end, FOUND_MAX + 1);
    const ids = found.filter((id) => id.startsWith(start));
    if (ids.length > FOUND_MAX) return null;
    if (found.length <= FOUND_MAX) {
      this.#emptyFrom = (found.at(-1) ?? start).slice(0, SPAN_CHARS) + SPAN_END;
      this.#emptyTo = end;
    }
    return new Set(ids);
  }
}
