/** Pins messages in their conversations, saves them for the user alone, and marks them as unread again. */
import { PINS_MAX, SAVED_MAX } from "../bounds.ts";
import { failed, type Answer } from "../errors.ts";
import { isThreadId, messageId, type ClientId, type ConversationId, type MessageId, type UserId } from "../ids.ts";
import { PINS_SHOWN_MAX, type KeepingCalls, type SavedView } from "../keeping-service.ts";
import { microsOf } from "../kinds/tags.ts";
import { checkClientId, checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { SeenMessage } from "../queries.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { MessageView, ReadAt, Session } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { MarkGatherer } from "./mark-gatherer.ts";
import type { MessageChanges } from "./message-changes.ts";
import type { Writer } from "./writer.ts";

const TOO_MANY_PINS = `A conversation can have ${PINS_MAX} pinned messages. Unpin one that is not needed any more.`;
const TOO_MANY_SAVED = `You have saved ${SAVED_MAX.toLocaleString("en")} messages. Let go of one that you do not need any more.`;
/** Above every tag, and longer than any. */
const NEWEST = "~";
const TAG_CHARS_MAX = 100;
const NOTHING_UNREAD = "Nothing to mark as unread: from this message on, all messages are your own.";
const NOTHING_UNREAD_IN_THREAD = "Only in a thread that you follow can something of others be unread.";
const ADMINS_PIN = "Only those who run this room pin messages in it.";

export class Keeping implements KeepingCalls {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #marks: Pick<MarkGatherer, "flush">;
  readonly #changes: MessageChanges;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(
    deps: ChatDeps,
    parts: {
      readonly writer: Writer;
      readonly marks: Pick<MarkGatherer, "flush">;
      readonly changes: MessageChanges;
      readonly reading: Reading;
      readonly views: Views;
    },
  ) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#marks = parts.marks;
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
      return this.#reading.ok(
        this.#pinned(session.userId, conversationId).map((row) => this.#views.message(row, session.userId)),
      );
    });
  }

  pinnedIds({ userId }: Session, conversationId: ConversationId): readonly MessageId[] {
    return this.#pinned(userId, conversationId).map(({ author, clientId }) => messageId(author, clientId));
  }

  async saveMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<MessageView | null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { messageId: message, on } = input;
    const written = await this.#writer.write(session.userId, clientId.value, { kind: "save", message, on });
    if (!written.ok) return written.error.code === "too_many" ? failed("too_many", TOO_MANY_SAVED) : written;
    const seen = this.#changes.seen(session, message);
    return { ok: true, value: seen?.deleted === false ? seen : null, cursor: written.cursor };
  }

  async markUnread(
    session: Session,
    input: { readonly messageId: MessageId; readonly clientId: ClientId },
  ): Promise<Answer<null>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    // Marks that the user made before must not come after.
    this.#marks.flush();
    const body = { kind: "markUnread", message: input.messageId } as const;
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (written.ok) return { ok: true, value: null, cursor: written.cursor };
    if (written.error.code !== "invalid") return written;
    const found = this.#deps.queries().messageById(input.messageId, session.userId);
    const isThread = found !== null && isThreadId(found.conversation);
    return failed("invalid", isThread ? NOTHING_UNREAD_IN_THREAD : NOTHING_UNREAD);
  }

  async listSaved(
    { userId }: Session,
    { limit: asked, before = "", ...at }: { readonly limit: number; readonly before?: string } & ReadAt,
  ): Promise<Answer<readonly SavedView[]>> {
    const limit = checkLimit(asked);
    if (!limit.ok) return limit;
    if (before.length > TAG_CHARS_MAX) return failedWith("invalid");
    return await this.#reading.read(at, () => {
      const found = this.#deps.queries().kept.saved(userId, before || NEWEST, limit.value);
      const views = found.map(({ id, tag, message }) => ({
        messageId: id,
        savedMicros: microsOf(tag),
        place: tag,
        message: message === null ? null : this.#views.message(message, userId),
      }));
      return this.#reading.ok(views);
    });
  }

  savedAmong({ userId }: Session, messages: readonly MessageView[]): ReadonlySet<MessageId> {
    const [first, last] = [messages[0], messages.at(-1)];
    if (first === undefined || last === undefined) return new Set();
    const { kept } = this.#deps.queries();
    const seqs = new Set(kept.savedBetween(userId, first.conversationId, first.seq, last.seq));
    return new Set(messages.filter(({ seq }) => seqs.has(seq)).map(({ id }) => id));
  }

  #pinned(user: UserId, conversation: ConversationId): readonly SeenMessage[] {
    const queries = this.#deps.queries();
    if (!queries.isMember(conversation, user)) return [];
    const found = queries.kept.pinned(conversation, user, PINS_SHOWN_MAX);
    // The messages of an account that was deleted with its messages are erased step by step.
    return found.filter(({ author }) => queries.user(author)?.deleted !== 2);
  }
}
