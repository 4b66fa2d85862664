/**
 * Read marks of everybody at this replica, gathered for a moment: whoever looks at a conversation marks each message
 * as it comes, so in a conversation of fifty one message is followed by 49 marks. They are one op (kinds/marks.ts).
 */
import type { Cancel, Scheduler } from "../../base/scheduler.ts";
import type { Answer, ChatErrorCode } from "../errors.ts";
import type { ClientId } from "../ids.ts";
import type { Mark } from "../kinds/marks.ts";
import { failedWith } from "../sentences.ts";
import type { Writer, Written } from "./writer.ts";

/** How long the first mark waits for others, ms. */
export const GATHER_MS = 250;

/** Marks of one op; so many go at once. */
export const MARKS_MAX = 1_000;

/** Message ids of one op, of some 50 bytes each. One mark has at most 500. */
const MARK_IDS_MAX = 4_000;

/** Marks on their way together, and what came of them. */
interface Gathered {
  readonly marks: Mark[];
  ids: number;
  /** Cancels the end of the moment. */
  readonly cancel: Cancel;
  readonly written: PromiseWithResolvers<Written>;
}

interface MarkGathererOptions {
  /** GATHER_MS, less in tests that make many marks. */
  readonly gatherMs: number;
  readonly scheduler: Pick<Scheduler, "after">;
  /** Draws the client id of an op. */
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

  /** Answers when the mark is applied here. Errors: not_logged_in, not_found, and those of a write. */
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

  /** Proposes what was gathered, before an op that ends the session of somebody who marked, or when the replica stops. */
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

/** What apply said of one mark. */
function refusalAt({ result }: Extract<Written, { ok: true }>, place: number): ChatErrorCode | null {
  return result.kind === "marked" ? (result.refusals[place] ?? null) : null;
}
