/** The index of messages without a thread and a file, over the rows of one StateDb: for tests of the chat. */
import type { Database } from "bun:sqlite";
import type { Cursor } from "../../src/chat/cursor.ts";
import type { Projection } from "../../src/chat/projections.ts";
import { lookUp } from "../../src/db/search/lookup.ts";
import { SearchFile } from "../../src/db/search/search-file.ts";
import { StateReader } from "../../src/db/search/state-reader.ts";
import type { Ask, Found, MessageSearch } from "../../src/search/message-search.ts";

const VIEW = "1.0.aa.0";

/** See the top of this file. A question first takes what was applied. */
export class InlineSearch implements MessageSearch, Projection {
  readonly name = "search";
  readonly file = new SearchFile(":memory:");
  readonly #client: () => Database;
  #changes = false;
  /** Answers instead, if set. */
  answer: Found | null = null;

  /** `client` commits the rows that were applied and returns their connection. */
  constructor(client: () => Database) {
    this.#client = client;
  }

  position(): Cursor | null {
    return null;
  }

  follow(): void {
    this.#changes = true;
  }

  reread(): void {
    this.#changes = true;
  }

  find(ask: Ask): Promise<Found> {
    if (this.answer !== null) return Promise.resolve(this.answer);
    const state = new StateReader("", this.#client());
    this.file.add(state.messages(this.file.at, state.applied(), 1_000_000), VIEW, state.applied());
    for (let more = this.#changes; more;) {
      const changed = state.changes(this.file.changes, this.file.at);
      this.file.change(changed.rows, changed.upTo);
      more = !changed.isAll;
    }
    this.#changes = false;
    const looked = lookUp(ask, this.file, state, () => performance.now());
    return Promise.resolve({ kind: "found", percent: 100, ...looked });
  }
}
