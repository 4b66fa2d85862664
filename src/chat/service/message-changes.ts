/** Writes an op that changes one message, and answers the message as it is then. */
import type { Answer } from "../errors.ts";
import type { ClientId, MessageId } from "../ids.ts";
import type { OpBody } from "../kinds/kinds.ts";
import type { ChatDeps } from "../ports.ts";
import type { Reading } from "../reading.ts";
import type { MessageView, Session } from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Writer } from "./writer.ts";

export class MessageChanges {
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

  /** Error: not_found, and those of the op. */
  async write(
    session: Session,
    clientId: ClientId,
    body: Extract<OpBody, { readonly message: MessageId }>,
  ): Promise<Answer<MessageView>> {
    const written = await this.#writer.write(session.userId, clientId, body);
    if (!written.ok) return written;
    const now = await this.#reading.written(() => this.seen(session, body.message));
    return now.ok ? { ok: true, value: now.value, cursor: written.cursor } : now;
  }

  /** Null: there is no such message, or the user may not see it. */
  seen({ userId }: Session, id: MessageId): MessageView | null {
    const row = this.#deps.queries().messageById(id, userId);
    return row === null ? null : this.#views.message(row, userId);
  }
}
