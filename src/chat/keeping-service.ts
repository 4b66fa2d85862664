/** The calls with which people keep messages at hand: a part of the interface of the chat. */
import type { Answer } from "./errors.ts";
import type { ClientId, ConversationId, MessageId } from "./ids.ts";
import type { MessageView, ReadAt, Session } from "./chat-service.ts";

/** Pinned messages that a list shows: more than PINS_MAX, because a merge may bring more. */
export const PINS_SHOWN_MAX = 500;

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
  /** Their ids; none if the user may not read the conversation. */
  pinnedIds(session: Session, conversationId: ConversationId): readonly MessageId[];
}
