/** The list on the left: conversations with unread counts, then people without a conversation. */
import { UNREAD_TOTAL_MAX, type ConversationView, type Session, type UserView } from "../../chat/chat-service.ts";
import { cut } from "../page/cut.ts";
import { Icon } from "../page/icons.tsx";
import { Avatar, ConversationMark, conversationName, Time } from "../page/names.tsx";

export interface SidebarProps {
  readonly session: Session;
  readonly conversations: readonly ConversationView[];
  readonly others: readonly UserView[];
  readonly current: string | null;
  /** The number of unread messages in all conversations. */
  readonly unread: number;
  readonly more: More | null;
}

/** The rest of the list. */
export interface More {
  /** The rest begins after the conversation whose newest message has this seq. */
  readonly beforeSeq: number;
  /** True if it has unread messages. */
  readonly unread: boolean;
}

const PREVIEW_CHARS = 80;

/** The beginning of the conversation's newest message. */
export function preview(conversation: ConversationView, session: Session): string {
  const { last, room } = conversation;
  if (room !== null && last === null) return room.topic === "" ? "No messages yet" : room.topic;
  if (last === null || last.deleted) return "";
  const text = cut(last.body.replaceAll(/\s+/g, " "), PREVIEW_CHARS);
  if (last.authorId === session.userId) return `You: ${text}`;
  return room === null ? text : `${last.authorName}: ${text}`;
}

/** The count of one conversation as text; it is counted no further than 100. */
export function countText(unread: number): string {
  return unread >= 100 ? "99+" : String(unread);
}

/** The count of all conversations as text. */
export function totalText(unread: number): string {
  return unread >= UNREAD_TOTAL_MAX ? `${UNREAD_TOTAL_MAX}+` : String(unread);
}

/** The list. The script also fetches it alone. */
export function Sidebar({ session, conversations, others, current, unread, more }: SidebarProps) {
  return (
    <nav id="sidebar" class="sidebar" aria-label="Conversations" data-unread={totalText(unread)}>
      <a class="new-message" href="/new" aria-current={current === "new" ? "page" : undefined}>
        <Icon name="write" />
        New message
      </a>
      <a class="browse" href="/rooms" aria-current={current === "rooms" ? "page" : undefined}>
        <Icon name="rooms" />
        Rooms
      </a>
      <ul>
        {conversations.map((conversation) => (
          <ConversationItem conversation={conversation} session={session} current={conversation.id === current} />
        ))}
      </ul>
      {conversations.every(({ room }) => room !== null) ? <FirstSteps isAlone={others.length === 0} /> : null}
      {more === null ? null : (
        <p class="more">
          <a href={`/conversations?before=${more.beforeSeq}`}>More conversations</a>
          {more.unread ? <a href="/conversations?unread=1">Unread ones among them</a> : null}
        </p>
      )}
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

/**
 * What a phone shows somebody who has written to nobody, because its start page is the list alone. The styles hide it as
 * soon as the list has a person.
 */
function FirstSteps({ isAlone }: { isAlone: boolean }) {
  return (
    <p class="empty first-steps">
      <strong>No direct messages yet</strong>
      {isAlone
        ? "Nobody else is here yet. Give others the address of this page."
        : "Choose a person below, or press New message and type a name."}
    </p>
  );
}

interface ItemProps {
  readonly conversation: ConversationView;
  readonly session: Session;
  readonly current: boolean;
}

/** The row of one conversation, as text. */
export function renderItem(conversation: ConversationView, session: Session): string {
  // The element of a synchronous component is a string object.
  return String((<ConversationItem conversation={conversation} session={session} current={false} />) as unknown);
}

/** `data-seq` is the row's place, because the list is in the order of the newest messages. */
function ConversationItem({ conversation, session, current }: ItemProps) {
  const { unread } = conversation;
  return (
    <li id={`s-${conversation.id}`} data-seq={conversation.lastSeq} data-with={conversation.with?.id ?? ""}>
      <a
        href={`/c/${conversation.id}`}
        aria-current={current ? "page" : undefined}
        class={unread > 0 ? "has-unread" : ""}
      >
        <ConversationMark conversation={conversation} />
        <span class="name">{conversationName(conversation, session)}</span>
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
