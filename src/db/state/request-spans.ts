/**
 * Knows of nearly every request that nobody has made it before, so that apply need not look.
 *
 * Client ids of version 7 begin with their time, and so do their rows: those of 16 ms, a
 * span, share 12 characters and lie side by side. The ids of a span are read once, when the
 * first of it comes (mostly there are none), and every new one is noted. What is not there
 * was never asked. Random ids (version 4) are looked up as ever, and so is everything in a
 * span that has more than is worth remembering: nothing here decides, it only saves a look.
 */
import { BoundedCache } from "../../base/bounded-cache.ts";

/** Spans remembered, half a second when messages come without a pause. */
const SPANS_MAX = 32;
/** Ids of one span, and so 64 Ki in all: 6 MB. */
const SPAN_IDS_MAX = 2_048;
/** A span that has more than these when it is first met is not read. */
const FOUND_MAX = 16;

const SPAN_CHARS = 12;
/** Behind every character of an id of version 7. */
const SPAN_END = "g";
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Client ids from `from` on and before `to`, in bytes' order, at most `limit`. */
export type ClientIdsBetween = (from: string, to: string, limit: number) => readonly string[];

export class RequestSpans {
  readonly #between: ClientIdsBetween;
  /** All ids of version 7 in the span; null: too many. */
  readonly #spans = new BoundedCache<{ ids: Set<string> | null }>(SPANS_MAX);
  /** The span met last. */
  #lastStart = "";
  #last: { ids: Set<string> | null } = { ids: null };

  constructor(between: ClientIdsBetween) {
    this.#between = between;
  }

  /** True: no request of anybody has this client id. False: look. */
  isNew(clientId: string): boolean {
    if (!VERSION_7.test(clientId)) return false;
    const { ids } = this.#spanOf(clientId);
    return ids !== null && !ids.has(clientId);
  }

  /** A request with this client id was written. */
  added(clientId: string): void {
    const start = clientId.slice(0, SPAN_CHARS);
    const span = start === this.#lastStart ? this.#last : this.#spans.get(start);
    if (span === undefined || span.ids === null) return;
    span.ids.add(clientId);
    if (span.ids.size > SPAN_IDS_MAX) span.ids = null;
  }

  /** The rows may have gone back. */
  clear(): void {
    this.#spans.clear();
    this.#lastStart = "";
  }

  #spanOf(clientId: string): { ids: Set<string> | null } {
    if (this.#lastStart !== "" && clientId.startsWith(this.#lastStart)) return this.#last;
    const start = clientId.slice(0, SPAN_CHARS);
    let span = this.#spans.get(start);
    if (span === undefined) {
      const found = this.#between(start, start + SPAN_END, FOUND_MAX + 1);
      span = { ids: found.length > FOUND_MAX ? null : new Set(found) };
      this.#spans.set(start, span);
    }
    this.#lastStart = start;
    this.#last = span;
    return span;
  }
}
