/**
 * What the chat tells. There is one union of facts: apply makes those of an op (kinds/), the feed those that are in no
 * log (typing, presence). The feed routes each fact by its audience (feed/feed.ts); it is rendered for the page in
 * web/messages/events.ts and for programs in api/subscription.ts, and nowhere else.
 */
import type { ConversationId, MessageId, SessionId, UserId } from "./ids.ts";
import type { MessageRow } from "./rows.ts";

/** Those whom a fact concerns. */
export type Audience =
  | { readonly membersOf: ConversationId; readonly except?: UserId }
  /** Whoever has this person on the list, which is who shares a conversation with her, and she herself. */
  | { readonly knowing: UserId; readonly except?: UserId }
  | { readonly user: UserId; readonly session?: SessionId };

/** What is told, with messages and people as rows and ids (out of apply) or as a reader sees them (in a stream). */
export type Told<Message, Person> =
  | { readonly kind: "message"; readonly message: Message }
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
  /** An account was made or deleted. */
  | { readonly kind: "person"; readonly person: Person }
  /** Somebody came online or went offline. */
  | { readonly kind: "presence"; readonly person: Person }
  | { readonly kind: "typing"; readonly conversationId: ConversationId; readonly userId: UserId }
  /**
   * The session ended (log-out, password change, account deleted): its streams close after this.
   * After a merge it may come back: ask `authenticateFresh` before telling anybody.
   */
  | { readonly kind: "ended" };

/** A fact and whom it concerns. */
export type Fact = Told<MessageRow, UserId> & { readonly audience: Audience };
