/** Which messages of a conversation somebody wants to read. */
import type { ConversationId, MessageId } from "./ids.ts";

/** Selects messages of a conversation: the newest, or those at one place. Hidden ones are omitted. */
export interface MessagesInput {
  readonly conversationId: ConversationId;
  /** The newest before this message. */
  readonly before?: MessageId;
  /** The oldest after this message. */
  readonly after?: MessageId;
  /** This message and those around it, or around the first unread one; the newest if nothing is unread. */
  readonly around?: MessageId | typeof FIRST_UNREAD;
  /** Those around the first one that was written at this time (microseconds since 1970) or later; none if there is none. */
  readonly at?: number;
  /** 1 to 200. */
  readonly limit: number;
}

/** In place of the id of a message, which never looks like this. */
export const FIRST_UNREAD = "unread";
