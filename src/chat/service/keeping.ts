/** Pins messages, and lists those that are pinned. */
import { PINS_MAX } from "../bounds.ts";
import { failed, type Answer } from "../errors.ts";
import { messageId, type ClientId, type ConversationId, type MessageId, type UserId } from "../ids.ts";
import { PINS_SHOWN_MAX, type KeepingCalls } from "../keeping-service.ts";
import { checkClientId } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { SeenMessage } from "../queries.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { MessageView, ReadAt, Session } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { MessageChanges } from "./message-changes.ts";

const TOO_MANY_PINS = `A conversation can have ${PINS_MAX} pinned messages. Unpin one that is not needed any more.`;
const ADMINS_PIN = "Only those who run this room pin messages in it.";

export class Keeping implements KeepingCalls {
  readonly #deps: ChatDeps;
  readonly #changes: MessageChanges;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(
    deps: ChatDeps,
    parts: { readonly changes: MessageChanges; readonly reading: Reading; readonly views: Views },
  ) {
    this.#deps = deps;
    this.#changes = parts.changes;
    this.#reading = parts.reading;
    this.#views = parts.views;
  }

  async pinMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<MessageView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { messageId: message, on } = input;
    const written = await this.#changes.write(session, clientId.value, { kind: "pin", message, on });
    if (written.ok) return written;
    if (written.error.code === "not_allowed") return failed("not_allowed", ADMINS_PIN);
    return written.error.code === "too_many" ? failed("too_many", TOO_MANY_PINS) : written;
  }

  async listPins(
    session: Session,
    { conversationId, ...at }: { readonly conversationId: ConversationId } & ReadAt,
  ): Promise<Answer<readonly MessageView[]>> {
    return await this.#reading.read(at, () => {
      if (!this.#deps.queries().isMember(conversationId, session.userId)) return failedWith("not_found");
      return this.#reading.ok(this.#pinned(session.userId, conversationId).map((row) => this.#views.message(row)));
    });
  }

  pinnedIds({ userId }: Session, conversationId: ConversationId): readonly MessageId[] {
    return this.#pinned(userId, conversationId).map(({ author, clientId }) => messageId(author, clientId));
  }

  #pinned(user: UserId, conversation: ConversationId): readonly SeenMessage[] {
    const queries = this.#deps.queries();
    if (!queries.isMember(conversation, user)) return [];
    const found = queries.kept.pinned(conversation, user, PINS_SHOWN_MAX);
    // The messages of an account that was deleted with its messages are erased step by step.
    return found.filter(({ author }) => queries.user(author)?.deleted !== 2);
  }
}
