/** Drafts, which follow their user to every device: a part of the interface of the chat. */
import type { Answer } from "./errors.ts";
import type { ConversationId } from "./ids.ts";
import type { ReadAt, Session } from "./chat-service.ts";

/** What the user has written in a conversation and not sent. */
export interface DraftView {
  readonly conversationId: ConversationId;
  /** At most 8,192 bytes. */
  readonly body: string;
  readonly timeMicros: number;
  /** It was written in this session. */
  readonly own: boolean;
}

/** These calls fail as those of ChatService do. */
export interface DraftCalls {
  /**
   * Keeps what the user has written in a conversation and not sent, or removes it ("" as the text); a message that the
   * user sends there removes it too. A user has at most DRAFTS_PER_USER, the oldest go. It has no client id, because
   * repeating it changes nothing. Drafts are gathered for 250 ms before they are proposed, and answered when they are
   * applied. Errors: not_found, too_long (8,192 bytes), slow_down.
   */
  saveDraft(
    session: Session,
    input: { readonly conversationId: ConversationId; readonly body: string },
  ): Promise<Answer<null>>;
  /** The newest first. `limit`: 1 to 200. */
  listDrafts(session: Session, input: { readonly limit: number } & ReadAt): Promise<Answer<readonly DraftView[]>>;
  /** The conversations with a draft of the user, also such that the user may not read any more. */
  draftedIn(session: Session): readonly ConversationId[];
  /** Null: there is none that the user may see. */
  draftIn(session: Session, conversationId: ConversationId): DraftView | null;
}
