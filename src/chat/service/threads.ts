/** Lists the threads that a user follows, and follows or leaves one. Sends and reads in them are those of messaging.ts. */
import type { Answer } from "../errors.ts";
import { threadIdOf, type ClientId, type MessageId } from "../ids.ts";
import { checkClientId, checkListPage } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import type { Reading } from "../reading.ts";
import type { ConversationView, ListConversationsInput, ReadAt, Session } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Writer } from "./writer.ts";

export class Threads {
  readonly #deps: ChatDeps;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #views: Views;

  constructor(deps: ChatDeps, parts: { readonly writer: Writer; readonly reading: Reading; readonly views: Views }) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#reading = parts.reading;
    this.#views = parts.views;
  }

  async listThreads(
    session: Session,
    input: ListConversationsInput & ReadAt,
  ): Promise<Answer<readonly ConversationView[]>> {
    const page = checkListPage(input);
    if (!page.ok) return page;
    const { limit, beforeSeq } = page.value;
    const { unread = false } = input;
    return await this.#reading.read(input, () => {
      const threads = this.#deps.queries().threadsOf(session.userId, limit, { beforeSeq, unread });
      return this.#reading.ok(threads.map((thread) => this.#views.conversation(thread, session.userId)));
    });
  }

  async followThread(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<ConversationView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const thread = threadIdOf(input.messageId);
    const written = await this.#writer.write(session.userId, clientId.value, { kind: "follow", thread, on: input.on });
    if (!written.ok) return written;
    const now = await this.#reading.written(() => this.#deps.queries().summary(thread, session.userId));
    if (!now.ok) return now;
    return { ok: true, value: this.#views.conversation(now.value, session.userId), cursor: written.cursor };
  }
}
