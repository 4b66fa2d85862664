/** What people keep at hand (chat/queries.ts), over the rows that apply writes to. */
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { KeptQueries, SeenMessage } from "../../chat/queries.ts";
import type { Seq } from "../../election/view.ts";
import type { StateRows } from "./state-rows.ts";

/** A message as the user sees it; null if the user does not. */
type Look = (conversation: ConversationId, user: UserId, seq: Seq) => SeenMessage | null;

/** See {@link KeptQueries}. */
export class StateKeptQueries implements KeptQueries {
  readonly #rows: StateRows;
  readonly #look: Look;

  constructor(rows: StateRows, look: Look) {
    this.#rows = rows;
    this.#look = look;
  }

  pinnedBy(seq: Seq): UserId | null {
    const pin = this.#rows.pins.of(seq);
    return pin?.isOn === true ? pin.by : null;
  }

  pinned(conversation: ConversationId, user: UserId, limit: number): readonly SeenMessage[] {
    const found = this.#rows.pins.newest(conversation, limit).map((seq) => this.#look(conversation, user, seq));
    return found.filter((message) => message !== null);
  }
}
