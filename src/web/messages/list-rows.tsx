/**
 * Rows of the list on the left, rendered again as they change. A page fetches its list once; after that, whatever
 * changes a row of a user (a message, a deletion, her own reading) makes this replica render that row and send it to
 * all of her pages, which only place it. What happens in one conversation within a moment is one row.
 */
import type { ChatService, ConversationView, Session } from "../../chat/chat-service.ts";
import type { ConversationId } from "../../chat/ids.ts";
import { UNREAD_TOTAL_MAX } from "../../chat/chat-service.ts";
import { renderItem, totalText } from "./sidebar.tsx";

/** Changes within this time are one row: that bounds a busy conversation to some 7 rows a second for each reader. */
const GATHER_MS = 150;

/** A row as the page gets it. */
export interface ListRow {
  readonly conversationId: string;
  /** Its `<li>`; "" if the conversation is no longer in the list. */
  readonly html: string;
  /** Unread messages in all conversations, as the list says it. */
  readonly unread: string;
}

export class ListRows {
  readonly #chat: ChatService;
  readonly #send: (userId: string, row: ListRow) => void;
  readonly #onCaught: (error: unknown) => void;
  readonly #changed = new Map<string, { readonly session: Session; readonly conversations: Set<string> }>();
  /**
   * By user, how many messages are unread in each conversation that has any. Counting all of somebody's conversations
   * takes a query for each of them, so that is done once; afterwards the row that is rendered says what changed.
   */
  readonly #unread = new Map<string, Map<string, number>>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `send`: to all pages of the user at this replica. `onCaught` takes what a view or a query threw: that row is left out. */
  constructor(chat: ChatService, send: (userId: string, row: ListRow) => void, onCaught: (error: unknown) => void) {
    this.#chat = chat;
    this.#send = send;
    this.#onCaught = onCaught;
  }

  /** The user's row of this conversation has changed. */
  changed(session: Session, conversationId: string): void {
    const waiting = this.#changed.get(session.userId);
    if (waiting === undefined) this.#changed.set(session.userId, { session, conversations: new Set([conversationId]) });
    else waiting.conversations.add(conversationId);
    this.#timer ??= setTimeout(() => void this.#render(), GATHER_MS);
  }

  /** Her last page here is closed, or she must read everything anew. */
  forget(userId: string): void {
    this.#changed.delete(userId);
    this.#unread.delete(userId);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#changed.clear();
  }

  async #render(): Promise<void> {
    this.#timer = null;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    for (const { session, conversations } of changed)
      for (const conversationId of conversations)
        await this.#renderOne(session, conversationId).catch((error: unknown) => this.#onCaught(error));
  }

  async #renderOne(session: Session, conversationId: string): Promise<void> {
    const asked = await this.#chat.conversation(session, { conversationId });
    // It is not hers any more.
    if (!asked.ok && asked.error.code !== "not_found") return;
    const unread = totalText(this.#total(session, conversationId));
    const html = asked.ok && isListed(asked.value) ? renderItem(asked.value, session) : "";
    this.#send(session.userId, { conversationId, html, unread });
  }

  #total(session: Session, conversationId: ConversationId): number {
    let counts = this.#unread.get(session.userId);
    if (counts === undefined) counts = new Map(this.#chat.unreadCounts(session));
    else {
      counts.delete(conversationId);
      for (const [id, count] of this.#chat.unreadCounts(session, conversationId)) counts.set(id, count);
    }
    const total = counts.values().reduce((sum, count) => sum + count, 0);
    // So many are not counted one by one: all anew the next time.
    if (total < UNREAD_TOTAL_MAX) this.#unread.set(session.userId, counts);
    else this.#unread.delete(session.userId);
    return Math.min(UNREAD_TOTAL_MAX, total);
  }
}

/** As in the list that a page fetches: a room until it is archived, else whoever is there, or was and left something. */
function isListed({ room, with: other, last }: ConversationView): boolean {
  return room === null ? last !== null || other?.deleted === false : !room.archived;
}
