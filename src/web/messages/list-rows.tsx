/**
 * Renders rows of the list on the left again when they change. A page fetches its list once. After that, each change of
 * a user's row (a message, a deletion, a read mark of the user's own) makes this replica render the row and send it to
 * all of the user's pages, which only place it. Changes of one conversation within a moment are one row.
 */
import type { ChatService, ConversationView, Session } from "../../chat/chat-service.ts";
import type { Waiting } from "../../chat/queries.ts";
import { isThreadId, type ConversationId } from "../../chat/ids.ts";
import { UNREAD_TOTAL_MAX } from "../../chat/chat-service.ts";
import { callsIn, preview, renderItem, totalText } from "./sidebar.tsx";
import { conversationName } from "../page/names.tsx";

/** Changes within this time are one row, which limits a busy conversation to about 7 rows a second for each reader. */
const GATHER_MS = 150;

/** A row as the page receives it. */
export interface ListRow {
  readonly conversationId: string;
  /** Its `<li>`; "" if the conversation is no longer in the list. */
  readonly html: string;
  /** The number of unread messages in all conversations, in the words of the list. */
  readonly unread: string;
  /** The same of those that call the user. */
  readonly calls: string;
  /** How many messages of this conversation call the user. */
  readonly here: number;
  /** Seq of its newest message. */
  readonly lastSeq: number;
  /** What a notification says: where, and what. */
  readonly title: string;
  readonly text: string;
  /** The number of those in threads. */
  readonly inThreads: string;
}

export class ListRows {
  readonly #chat: ChatService;
  readonly #send: (userId: string, row: ListRow) => void;
  readonly #onCaught: (error: unknown) => void;
  readonly #changed = new Map<string, { readonly session: Session; readonly conversations: Set<string> }>();
  /**
   * What waits for a user, by user and conversation. To count all of a user's conversations takes a query for
   * each of them, so that is done once. After that only the conversation of a rendered row is counted again.
   */
  readonly #waiting = new Map<string, WaitingCounts>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  /**
   * `send` sends to all pages of the user at this replica. `onCaught` receives an error of a view or query, whose row
   * is not sent.
   */
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

  /** The user's last page here was closed, or the pages must fetch everything again. */
  forget(userId: string): void {
    this.#changed.delete(userId);
    this.#waiting.delete(userId);
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
    const asked = await this.#chat.conversation(session, { conversationId, here: true });
    // The user is no longer a member of it.
    if (!asked.ok && asked.error.code !== "not_found") return;
    const { total, inThreads } = this.#counts(session, conversationId);
    const html = asked.ok && isListed(asked.value) ? renderItem(asked.value, session) : "";
    const notice = asked.ok ? noticeOf(asked.value, session) : { here: 0, lastSeq: 0, title: "", text: "" };
    const { unread, calls } = textsOf(total);
    this.#send(session.userId, {
      conversationId,
      html,
      unread,
      calls,
      inThreads: textsOf(inThreads).unread,
      ...notice,
    });
  }

  #counts(session: Session, conversationId: ConversationId): WaitingCounts {
    let counts = this.#waiting.get(session.userId);
    if (counts === undefined) counts = new WaitingCounts(this.#chat.waiting(session));
    else counts.set(conversationId, this.#chat.waiting(session, conversationId).get(conversationId));
    // The total is capped, so the counts are incomplete: all are counted again the next time.
    if (counts.total.unread < UNREAD_TOTAL_MAX) this.#waiting.set(session.userId, counts);
    else this.#waiting.delete(session.userId);
    return counts;
  }
}

/** What waits for a user, with its sums: a row must not cost a look at all of the user's conversations. */
class WaitingCounts {
  readonly total = { unread: 0, calls: 0 };
  readonly inThreads = { unread: 0, calls: 0 };
  readonly #counts = new Map<string, Waiting>();

  constructor(counts: ReadonlyMap<string, Waiting>) {
    for (const [id, count] of counts) this.set(id, count);
  }

  /** Undefined: nothing waits there. */
  set(id: ConversationId, count: Waiting | undefined): void {
    const before = this.#counts.get(id);
    if (count === undefined) this.#counts.delete(id);
    else this.#counts.set(id, count);
    for (const sums of isThreadId(id) ? [this.total, this.inThreads] : [this.total]) {
      sums.unread += (count?.unread ?? 0) - (before?.unread ?? 0);
      sums.calls += (count?.calls ?? 0) - (before?.calls ?? 0);
    }
  }
}

function noticeOf(one: ConversationView, session: Session): Pick<ListRow, "here" | "lastSeq" | "title" | "text"> {
  const name = conversationName(one, session);
  const title = one.thread === null ? name : `Thread in ${name}`;
  return { here: callsIn(one), lastSeq: one.lastSeq, title, text: preview(one, session) };
}

/** The sums in the words of the list. */
function textsOf({ unread, calls }: Waiting): { readonly unread: string; readonly calls: string } {
  const textOf = (count: number): string => totalText(Math.min(UNREAD_TOTAL_MAX, count));
  return { unread: textOf(unread), calls: textOf(calls) };
}

/**
 * As in the list that a page fetches: a room until it is archived, a group, else whoever is there, or was and left
 * something.
 */
function isListed({ room, group, thread, with: other, last }: ConversationView): boolean {
  if (thread !== null) return false;
  if (group.length > 0) return true;
  return room === null ? last !== null || other?.deleted === false : !room.archived;
}
