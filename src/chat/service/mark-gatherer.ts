/**
 * Gathers the read marks of all users of this replica for 250 ms and proposes them as one op (kinds/marks.ts). Every
 * page that shows a conversation marks each new message, so in a conversation of 50 people 49 marks follow a message.
 */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { Answer, ChatErrorCode } from "../errors.ts";
import type { ClientId } from "../ids.ts";
import type { Mark } from "../kinds/marks.ts";
import { failedWith } from "../sentences.ts";
import type { Writer, Written } from "./writer.ts";

/** How long the first mark waits for others, ms. */
export const GATHER_MS = 250;

/** Marks in one op. When this many are gathered, they are proposed at once. */
export const MARKS_MAX = 1_000;

/** Message ids in one op, about 50 bytes each. One mark has at most 500. */
const MARK_IDS_MAX = 4_000;

/** Marks that will be one op, and the result of that op. */
interface Gathered {
  readonly marks: Mark[];
  ids: number;
  /** Cancels the timer that proposes the marks. */
  readonly cancel: Cancel;
  readonly written: PromiseWithResolvers<Written>;
}

interface MarkGathererOptions {
  /** GATHER_MS, or less in tests that make many marks. */
  readonly gatherMs: number;
  readonly scheduler: Pick<Scheduler, "after">;
  /** Draws a random client id for an op. */
  readonly newId: () => ClientId;
}

export class MarkGatherer {
  readonly #writer: Pick<Writer, "write">;
  readonly #options: MarkGathererOptions;
  #gathered: Gathered | null = null;

  constructor(writer: Pick<Writer, "write">, options: MarkGathererOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Adds a mark, and answers when it is applied here. Errors: not_logged_in, not_found, and those of a write. */
  async mark(mark: Mark): Promise<Answer<null>> {
    if (this.#gathered !== null && this.#gathered.ids + mark.ids.length > MARK_IDS_MAX) this.flush();
    const gathered = (this.#gathered ??= this.#begin());
    const place = gathered.marks.push(mark) - 1;
    gathered.ids += mark.ids.length;
    if (gathered.marks.length >= MARKS_MAX) this.flush();
    const written = await gathered.written.promise;
    if (!written.ok) return written;
    const refusal = refusalAt(written, place);
    return refusal === null ? { ok: true, value: null, cursor: written.cursor } : failedWith(refusal);
  }

  /** Proposes the gathered marks now: before an op that may end the session of a mark, and when the replica stops. */
  flush(): void {
    const gathered = this.#gathered;
    if (gathered === null) return;
    this.#gathered = null;
    gathered.cancel();
    const { marks, written } = gathered;
    void this.#writer.write("", this.#options.newId(), { kind: "marks", marks }).then(written.resolve, written.reject);
  }

  #begin(): Gathered {
    const { scheduler, gatherMs } = this.#options;
    const cancel = scheduler.after(gatherMs, () => this.flush());
    return { marks: [], ids: 0, cancel, written: Promise.withResolvers() };
  }
}

/** What apply decided about one mark. */
function refusalAt({ result }: Extract<Written, { ok: true }>, place: number): ChatErrorCode | null {
  return result.kind === "marked" ? (result.refusals[place] ?? null) : null;
}
