/** What people keep at hand (chat/queries.ts), over the rows that apply writes to. */
import { messageId, type ConversationId, type UserId } from "../../chat/ids.ts";
import { mayRead } from "../../chat/kinds/places.ts";
import type { Change, KeptQueries, Saved, SeenMessage } from "../../chat/queries.ts";
import { readUpTo } from "../../chat/kept-rows.ts";
import type { MemberRow } from "../../chat/rows.ts";
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

  saved(user: UserId, before: string, limit: number): readonly Saved[] {
    return this.#rows.saved.newest(user, before, limit).map(({ conversation, seq, author, clientId, tag }) => {
      // An author goes on seeing her own messages in a room that she has left, but cannot open it.
      const found = mayRead(conversation, user, this.#rows) ? this.#look(conversation, user, seq) : null;
      const isThere = found !== null && !found.deleted && this.#rows.user(author)?.deleted !== 2;
      return { id: messageId(author, clientId), tag, message: isThere ? found : null };
    });
  }

  savedBetween(user: UserId, conversation: ConversationId, first: Seq, last: Seq): readonly Seq[] {
    return this.#rows.saved.between(user, conversation, first, last);
  }

  newestUnreadTag(user: UserId, conversations: Iterable<ConversationId>): string {
    // Nobody has marked anything: then the conversations, which take look-ups, are not asked for.
    if (this.#rows.unreads.isEmpty()) return "";
    const tags = Array.from(conversations, (one) => this.#rows.unreads.of(user, one)?.tag ?? "");
    return tags.reduce((newest, tag) => (tag > newest ? tag : newest), "");
  }

  /** What the user has marked as unread after `seq` and not read since. */
  #unreadSince(user: UserId, seq: Seq, limit: number): Change[] {
    return this.#rows.unreads
      .since(user, seq, limit)
      .filter(({ conversation, from }) => from > 0 && mayRead(conversation, user, this.#rows))
      .map(({ conversation, from, changedSeq }) => ({
        seq: changedSeq,
        told: { kind: "unread", conversationId: conversation, from },
      }));
  }

  /** What of all this the user has changed after `seq`, for a stream that resumes. */
  since(user: UserId, seq: Seq, limit: number): Change[] {
    return [...this.#savedSince(user, seq, limit), ...this.#unreadSince(user, seq, limit)];
  }

  /** The user's membership with the mark up to which the user has read, as the user wants to see it. */
  member(conversation: ConversationId, user: UserId): MemberRow | null {
    const member = this.#rows.member(conversation, user);
    const unread = member === null ? null : this.#rows.unreads.of(user, conversation);
    return member === null || unread === null ? member : { ...member, mark: readUpTo(member.mark, unread) };
  }

  #savedSince(user: UserId, seq: Seq, limit: number): Change[] {
    return this.#rows.saved.since(user, seq, limit).map(({ conversation, author, clientId, isOn, changedSeq }) => ({
      seq: changedSeq,
      told: { kind: "saved", conversationId: conversation, messageId: messageId(author, clientId), on: isOn },
    }));
  }
}
