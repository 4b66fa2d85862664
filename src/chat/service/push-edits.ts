/**
 * Edits that call somebody whom their message did not call before, until the leader has decided whom to push them to. They
 * are in memory, at every replica, because any may lead next. One that was started again meanwhile does not know them.
 */
import type { AppliedOp } from "../applied-op.ts";
import { splitMessageId, type ConversationId, type UserId } from "../ids.ts";
import type { ChatDeps } from "../ports.ts";
import type { Seq } from "../../election/view.ts";

/** Edits that wait; the longest waiting go. */
const EDITS_MAX = 1_000;

export interface PushEdit {
  /** Of the edit. */
  readonly seq: Seq;
  readonly timeMicros: number;
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly message: Seq;
}

/** See the top of this file. */
export class PushEdits {
  readonly #deps: ChatDeps;
  #waiting: PushEdit[] = [];

  constructor(deps: ChatDeps) {
    this.#deps = deps;
  }

  /** Takes ops that were applied. */
  follow(ops: readonly AppliedOp[]): void {
    const queries = this.#deps.queries();
    for (const { seq, timeMicros, facts } of ops)
      for (const fact of facts) {
        if (fact.kind !== "called" || !("user" in fact.audience) || !queries.push.users().has(fact.audience.user))
          continue;
        const { author, clientId } = splitMessageId(fact.messageId)!;
        const message = queries.request(author, clientId)!.seq;
        const { user } = fact.audience;
        this.#waiting.push({ seq, timeMicros, user, conversation: fact.conversationId, message });
      }
    if (this.#waiting.length > EDITS_MAX) this.#waiting = this.#waiting.slice(-EDITS_MAX);
  }

  /** In the order of the log. */
  all(): readonly PushEdit[] {
    return this.#waiting;
  }

  /** Everything up to here is decided. */
  forget(upTo: Seq): void {
    this.#waiting = this.#waiting.filter(({ seq }) => seq > upTo);
  }

  /** The message is decided as it is now, with all of these edits. */
  covers(message: Seq): void {
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((edit) => edit.message !== message);
  }

  /** A snapshot has replaced the rows, and seqs of before mean nothing now. */
  clear(): void {
    this.#waiting = [];
  }
}
