/** The calls with which people keep messages at hand: a part of the interface of the chat. */
import type { Answer } from "./errors.ts";
import type { ClientId, ConversationId, MessageId } from "./ids.ts";
import type { MessageView, ReadAt, Session } from "./chat-service.ts";

/** Pinned messages that a list shows: more than PINS_MAX, because a merge may bring more. */
export const PINS_SHOWN_MAX = 500;

/** A message that the user has saved. */
export interface SavedView {
  readonly messageId: MessageId;
  /** When it was saved. */
  readonly savedMicros: number;
  /** The list's next page begins behind it: `before`. */
  readonly place: string;
  /** Null: it is no longer available to the user, who is told nothing more of it. */
  readonly message: MessageView | null;
}

/** These calls fail as those of ChatService do. */
export interface KeepingCalls {
  /**
   * Pins a message in its conversation, for everybody there, or takes the pin away, and answers with the message. Errors:
   * not_found, archived, not_allowed (only those who run the room write in it), too_many.
   */
  pinMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<MessageView>>;
  /** The pinned messages, the one that was pinned last first, at most PINS_SHOWN_MAX. Error: not_found. */
  listPins(
    session: Session,
    input: { readonly conversationId: ConversationId } & ReadAt,
  ): Promise<Answer<readonly MessageView[]>>;
  /**
   * Saves a message for the user alone, or lets go of it, which works whatever became of it. Answers with the message;
   * null if the user cannot see it any more. Errors: not_found, too_many.
   */
  saveMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<MessageView | null>>;
  /** What the user has saved, the one that was saved last first. `before`: `place` of the last one of the page before. */
  listSaved(
    session: Session,
    input: { readonly limit: number; readonly before?: string } & ReadAt,
  ): Promise<Answer<readonly SavedView[]>>;
  /**
   * Marks a message and the later ones of its conversation as unread, for the user alone; reading them later ends that.
   * Errors: not_found; invalid (there is no message of somebody else from there on, or the user does not follow the
   * thread).
   */
  markUnread(
    session: Session,
    input: { readonly messageId: MessageId; readonly clientId: ClientId },
  ): Promise<Answer<null>>;
  /** Which of these messages of one conversation the user has saved. */
  savedAmong(session: Session, messages: readonly MessageView[]): ReadonlySet<MessageId>;
  /** Ids of the pinned messages; none if the user may not read the conversation. */
  pinnedIds(session: Session, conversationId: ConversationId): readonly MessageId[];
}
