/** The list on the left: conversations with unread counts, then people one has not written to yet. */
import type { ConversationView, Session, UserView } from "../../chat/service.ts";
import { Icon } from "./icons.tsx";
import { Avatar, Time } from "./names.tsx";

export interface SidebarProps {
  readonly session: Session;
  readonly conversations: readonly ConversationView[];
  readonly others: readonly UserView[];
  readonly current: string | null;
  /** Unread messages in all conversations. */
  readonly unread: number;
}

const PREVIEW_CHARS = 80;

function preview(conversation: ConversationView, session: Session): string {
  const last = conversation.last;
  if (last === null || last.deleted) return "";
  const text = last.body.replaceAll(/\s+/g, " ").slice(0, PREVIEW_CHARS);
  return last.authorId === session.userId ? `You: ${text}` : text;
}

/** What a count over the service's bound reads. */
export function countText(unread: number): string {
  return unread >= 100 ? "99+" : String(unread);
}

/** The list; also fetched alone when something in it has changed. */
export function Sidebar({ session, conversations, others, current, unread }: SidebarProps) {
  return (
    <nav id="sidebar" class="sidebar" aria-label="Conversations" data-unread={unread}>
      <a class="new-message" href="/new" aria-current={current === "new" ? "page" : undefined}>
        <Icon name="write" />
        New message
      </a>
      <ul>
        {conversations.map((conversation) => (
          <ConversationItem conversation={conversation} session={session} current={conversation.id === current} />
        ))}
      </ul>
      {others.length === 0 ? null : (
        <>
          <h2>Other people</h2>
          <ul>
            {others.map((user) => (
              <li id={`u-${user.id}`}>
                <a href={`/?to=${encodeURIComponent(user.name)}`}>
                  <Avatar user={user} />
                  <span class="name">{user.name}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

interface ItemProps {
  readonly conversation: ConversationView;
  readonly session: Session;
  readonly current: boolean;
}

function ConversationItem({ conversation, session, current }: ItemProps) {
  const { unread } = conversation;
  const self = conversation.with.id === session.userId;
  return (
    <li id={`s-${conversation.id}`}>
      <a
        href={`/c/${conversation.id}`}
        aria-current={current ? "page" : undefined}
        class={unread > 0 ? "has-unread" : ""}
      >
        <Avatar user={conversation.with} />
        <span class="name">{self ? `${conversation.with.name} (you)` : conversation.with.name}</span>
        {conversation.last === null ? null : <Time micros={conversation.last.timeMicros} style="short" />}
        <span class="preview" hx-ignore dir="auto">
          {preview(conversation, session)}
        </span>
        {unread > 0 ? (
          <span class="count">
            {countText(unread)}
            <span class="sr"> unread</span>
          </span>
        ) : null}
      </a>
    </li>
  );
}
