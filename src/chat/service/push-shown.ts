/**
 * What was pushed and may still be shown, so that it is taken back when its user reads the conversation elsewhere: by a
 * push of the same topic, which also replaces one that the service has not delivered yet. Only this leader knows it.
 */
import type { ConversationId, PushId, UserId } from "../ids.ts";
import type { ChatDeps } from "../ports.ts";
import type { PushSender } from "../push-service.ts";
import type { PushRow } from "../push-rows.ts";
import { placeOf } from "./push-calls.ts";

/** Notifications remembered; the oldest go. */
const SHOWN_MAX = 2_000;
/** Looked at in one round. */
const LOOKS_MAX = 50;
/** Apple ends a subscription that shows nothing three times. */
const MUST_SHOW = /\.push\.apple\.com$/;

interface Shown {
  readonly user: UserId;
  readonly id: PushId;
  readonly conversation: ConversationId;
}

export class PushShown {
  readonly #deps: ChatDeps;
  readonly #shown = new Map<string, Shown>();

  constructor(deps: ChatDeps) {
    this.#deps = deps;
  }

  add({ user, id, endpoint }: PushRow, conversation: ConversationId): void {
    if (MUST_SHOW.test(new URL(endpoint).hostname)) return;
    const key = `${user} ${id} ${conversation}`;
    this.#shown.delete(key);
    this.#shown.set(key, { user, id, conversation });
    if (this.#shown.size > SHOWN_MAX) this.#shown.delete(this.#shown.keys().next().value!);
  }

  clear(): void {
    this.#shown.clear();
  }

  /** Takes back what has been read. One try: whoever misses it sees a notification of something read. */
  async takeBack(sender: PushSender): Promise<void> {
    const queries = this.#deps.queries();
    for (const [key, { user, id, conversation }] of [...this.#shown].slice(0, LOOKS_MAX)) {
      this.#shown.delete(key);
      const row = queries.push.of(user, id);
      if (row === null || !row.isOn) continue;
      const waits = (queries.waiting(user, 1, conversation).get(conversation)?.calls ?? 0) > 0;
      // To the end: the others have their turn in the next round.
      if (waits) this.#shown.set(key, { user, id, conversation });
      else await sender.send(row, { kind: "read", title: "", text: "", ...placeOf(conversation) });
    }
  }
}
