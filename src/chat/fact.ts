/**
 * Facts: what streams are notified of. Apply makes the facts of an op (kinds/); the feed makes those that are in no
 * log (typing, presence). The feed routes each fact by its audience (feed/feed.ts). web/messages/events.ts renders it
 * for the page, api/subscription.ts for programs, and nothing else does.
 */
import type { ConversationId, MessageId, SessionId, UserId } from "./ids.ts";
import type { MessageRow } from "./rows.ts";

/** The users whose streams receive a fact. */
export type Audience =
  | { readonly membersOf: ConversationId; readonly except?: UserId }
  /** Everybody who has this person on the list (those who share a conversation with them), and the person. */
  | { readonly knowing: UserId; readonly except?: UserId }
  | { readonly user: UserId; readonly session?: SessionId };

/** The content of a fact, with messages and people as rows and ids (from apply) or as views (in a stream). */
export type Told<Message, Person> =
  | { readonly kind: "message"; readonly message: Message }
  /** The message is otherwise now, and nothing that its readers have to read: its text or its reactions changed. */
  | { readonly kind: "changed"; readonly message: Message }
  /** Deleted for everyone, or hidden by one user. */
  | { readonly kind: "gone"; readonly conversationId: ConversationId; readonly messageIds: readonly MessageId[] }
  /** `readerId` has read these messages, and everything up to seq `upTo`. */
  | {
      readonly kind: "read";
      readonly conversationId: ConversationId;
      readonly readerId: UserId;
      readonly messageIds: readonly MessageId[];
      readonly upTo: number;
    }
  /** An account was created or deleted, or has another role. */
  | { readonly kind: "person"; readonly person: Person }
  /** Somebody has another display name, status or time zone. */
  | { readonly kind: "profile"; readonly person: Person }
  /** Somebody came online or went offline. */
  | { readonly kind: "presence"; readonly person: Person }
  /** The conversation came to the reader's list, left it, or is called otherwise: what it is now, the rows say. */
  | { readonly kind: "conversation"; readonly conversationId: ConversationId }
  /** For whoever runs the chat: how many reports wait, counted up to REPORTS_COUNT_MAX. */
  | { readonly kind: "reports"; readonly open: number }
  /** The user wants to see the messages from seq `from` on as unread. Nobody else is told. */
  | { readonly kind: "unread"; readonly conversationId: ConversationId; readonly from: number }
  /** The user has saved the message, or let go of it. Nobody else is told. */
  | {
      readonly kind: "saved";
      readonly conversationId: ConversationId;
      readonly messageId: MessageId;
      readonly on: boolean;
    }
  /** An edited message mentions the user now. */
  | {
      readonly kind: "called";
      readonly conversationId: ConversationId;
      readonly messageId: MessageId;
      readonly by: Person;
    }
  /** What the user has written there and not sent; `sessionId`: "" if a message was sent, and the draft is over. */
  | {
      readonly kind: "draft";
      readonly conversationId: ConversationId;
      readonly body: string;
      readonly sessionId: SessionId;
      readonly timeMicros: number;
    }
  | { readonly kind: "typing"; readonly conversationId: ConversationId; readonly userId: UserId }
  /**
   * The session ended (log-out, password change, account deleted), and its streams close after this.
   * A merge may bring the session back, so ask `authenticateFresh` before telling the user.
   */
  | { readonly kind: "ended" };

/** A fact and its audience. */
export type Fact = Told<MessageRow, UserId> & { readonly audience: Audience };
