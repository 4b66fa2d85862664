/**
 * Gathers the read marks of all users of this replica and proposes them as one op (kinds/marks.ts). Every page that shows
 * a conversation marks each new message, so in a conversation of 50 people 49 marks follow a message.
 */
import type { Answer } from "../errors.ts";
import type { Mark } from "../kinds/marks.ts";
import { Gatherer, type GathererOptions } from "./gatherer.ts";
import type { Writer } from "./writer.ts";

/** Marks in one op. When this many are gathered, they are proposed at once. */
export const MARKS_MAX = 1_000;

/** Message ids in one op, about 50 bytes each. One mark has at most 500. */
const MARK_IDS_MAX = 4_000;

export class MarkGatherer {
  readonly #gatherer: Gatherer<Mark>;

  constructor(writer: Pick<Writer, "write">, options: GathererOptions) {
    this.#gatherer = new Gatherer(writer, options, {
      body: (marks) => ({ kind: "marks", marks }),
      itemsMax: MARKS_MAX,
      sizeOf: ({ ids }) => ids.length,
      sizeMax: MARK_IDS_MAX,
    });
  }

  /** Adds a mark, and answers when it is applied here. Errors: not_logged_in, not_found, and those of a write. */
  async mark(mark: Mark): Promise<Answer<null>> {
    return await this.#gatherer.add(mark);
  }

  /** Proposes the gathered marks now. */
  flush(): void {
    this.#gatherer.flush();
  }
}
