/** Conversations that the list has no room for, page by page: all of them, or those with unread messages. */
import type { ConversationView, Session } from "../../chat/chat-service.ts";
import { ConversationMark, conversationName, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { preview, UnreadCounts } from "./sidebar.tsx";

interface ConversationsProps {
  readonly session: Session;
  readonly conversations: readonly ConversationView[];
  /** True if the page shows only those with unread messages. */
  readonly unread: boolean;
  /** Where the next page begins; null if this is the last. */
  readonly next: number | null;
}

/** One page of conversations, newest first. */
export function ConversationsPage({ session, conversations, unread, next }: ConversationsProps) {
  const title = unread ? "Unread conversations" : "More conversations";
  return (
    <section class="page people" aria-labelledby="conversations-title">
      <PageHead title={title} id="conversations-title" />
      {conversations.length === 0 ? <p class="empty">No conversations here.</p> : null}
      <ul class="roster">
        {conversations.map((conversation) => (
          <li>
            <a href={`/c/${conversation.id}`}>
              <ConversationMark conversation={conversation} />
              <span class="name">{conversationName(conversation, session)}</span>
              <span class="preview" hx-ignore dir="auto">
                {preview(conversation, session)}
              </span>
              <UnreadCounts conversation={conversation} />
              {conversation.last === null ? null : (
                <span class="seen">
                  <Time micros={conversation.last.timeMicros} style="short" />
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
      {next === null ? null : (
        <p>
          <a href={`/conversations?before=${next}${unread ? "&unread=1" : ""}`}>More conversations</a>
        </p>
      )}
    </section>
  );
}
