/** The thread beside a conversation: its head, its root, and what the rows of messages show of theirs. */
import type { ConversationView, MessageView, RepliesView, Session } from "../../chat/chat-service.ts";
import { threadIdOf } from "../../chat/ids.ts";
import { THREAD_COUNT_MAX } from "../../chat/queries.ts";
import { Icon } from "../page/icons.tsx";
import { markup } from "../page/markup.ts";
import { conversationName, Face, Time } from "../page/names.tsx";
import { PostForm } from "../page/post-form.tsx";

/** "1 reply", "12 replies". */
function repliesText(count: number): string {
  if (count >= THREAD_COUNT_MAX) return `${THREAD_COUNT_MAX.toLocaleString("en")}+ replies`;
  return `${count} ${count === 1 ? "reply" : "replies"}`;
}

/** Below a message: who replied, how often, and when last. It opens the thread. */
export function Replies({ replies }: { replies: RepliesView | null }) {
  if (replies === null) return null;
  const { threadId, count, lastMicros, people } = replies;
  return (
    <p class="replies-line">
      <a class="replies" href={`/c/${threadId}`}>
        <span class="faces" aria-hidden="true">
          {people.map(({ id, name }) => (
            <Face id={id} name={name} />
          ))}
        </span>
        <span>{repliesText(count)}</span>
        <span class="last-reply">
          last <Time micros={lastMicros} style="short" />
        </span>
      </a>
    </p>
  );
}

/** Opens the thread of a message that has no replies yet. The script adds it to rows that events bring. */
export function ReplyLink({ message }: { message: Pick<MessageView, "id"> }) {
  return markup`<a class="reply-to" href="/c/${threadIdOf(message.id)}"${REPLY}`;
}

const REPLY = markup` title="Reply in thread">${Icon({ name: "thread" })}<span class="sr">Reply in thread</span></a>`;

/** The form that follows the thread, or stops. It is hidden while there are no replies to follow. */
export function FollowForm({ conversation }: { conversation: ConversationView }) {
  const { id, thread, last } = conversation;
  if (thread === null) return null;
  const { isFollowed } = thread;
  return (
    <PostForm
      id="thread-follow"
      action={`/c/${id}/${isFollowed ? "unfollow" : "follow"}`}
      hidden={last === null && !isFollowed}
    >
      <button
        type="submit"
        class="plain"
        aria-pressed={isFollowed ? "true" : "false"}
        title={isFollowed ? "You are told of replies. Press to stop." : "Be told of replies in this thread"}
      >
        <Icon name="bell" />
        <span>{isFollowed ? "Following" : "Follow"}</span>
      </button>
    </PostForm>
  );
}

/** Where the thread is: the conversation of its root, as a link. */
export function ThreadNote({ conversation, session }: { conversation: ConversationView; session: Session }) {
  const { thread } = conversation;
  if (thread === null) return null;
  const name = conversationName(conversation, session);
  return (
    <>
      {conversation.room === null ? "with " : "in "}
      <a href={`/c/${thread.parentId}`}>{name}</a>
    </>
  );
}

/** Closes the thread; without a script it leads to the conversation. */
export function CloseThread({ conversation }: { conversation: ConversationView }) {
  return (
    <a class="close-thread" href={`/c/${conversation.thread?.parentId ?? ""}`} title="Close thread (Esc)">
      <Icon name="close" />
      <span class="sr">Close thread</span>
    </a>
  );
}
