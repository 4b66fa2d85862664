/** The threads that a user follows: those with something unread first. */
import type { ConversationView, Session } from "../../chat/chat-service.ts";
import { cut } from "../page/cut.ts";
import { ConversationMark, conversationName, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { markdownWords } from "./markdown.ts";
import { countText, preview } from "./sidebar.tsx";

const ROOT_CHARS = 80;

interface ThreadsProps {
  readonly session: Session;
  readonly unread: readonly ConversationView[];
  readonly others: readonly ConversationView[];
  /** Where the next page of the others begins; null if this is the last. */
  readonly next: number | null;
}

/** One page of threads. */
export function ThreadsPage({ session, unread, others, next }: ThreadsProps) {
  return (
    <section class="page people" aria-labelledby="threads-title">
      <PageHead title="Threads" id="threads-title" />
      <div id="threads">
        {unread.length + others.length === 0 ? (
          <p class="empty">
            No threads yet. Choose "Reply in thread" at a message; threads in which you write, and those below your own
            messages, are listed here.
          </p>
        ) : null}
        {unread.length === 0 ? null : <ThreadList title="Unread" threads={unread} session={session} />}
        {others.length === 0 ? null : <ThreadList title="Read" threads={others} session={session} />}
        {next === null ? null : (
          <p>
            <a href={`/threads?before=${next}`}>More threads</a>
          </p>
        )}
      </div>
    </section>
  );
}

function ThreadList({
  title,
  threads,
  session,
}: {
  title: string;
  threads: readonly ConversationView[];
  session: Session;
}) {
  return (
    <>
      <h2>{title}</h2>
      <ul class="roster">
        {threads.map((thread) => (
          <li>
            <a href={`/c/${thread.id}`}>
              <ConversationMark conversation={thread} />
              <span class="name" dir="auto">
                {rootWords(thread)}
              </span>
              <span class="preview" hx-ignore dir="auto">
                {conversationName(thread, session)} · {preview(thread, session)}
              </span>
              {thread.unread > 0 ? (
                <span class="count">
                  {countText(thread.unread)}
                  <span class="sr"> unread</span>
                </span>
              ) : null}
              {thread.last === null ? null : (
                <span class="seen">
                  <Time micros={thread.last.timeMicros} style="short" />
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The beginning of the message below which the thread is. */
function rootWords({ thread }: ConversationView): string {
  const root = thread?.root ?? null;
  if (root === null) return "A message that you have hidden";
  return root.deleted ? "A deleted message" : cut(markdownWords(root.body), ROOT_CHARS);
}
