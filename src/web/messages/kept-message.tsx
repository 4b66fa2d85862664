/** A message in a list of messages that people keep at hand. */
import type { Child } from "hono/jsx";
import type { MessageView } from "../../chat/chat-service.ts";
import { Time } from "../page/names.tsx";
import { MessageFiles } from "./files.tsx";
import { markdownHtml } from "./markdown.ts";
import { mentionsHtml } from "./mentions.tsx";

interface KeptMessageProps {
  readonly message: MessageView;
  readonly userId: string;
  /** Where it was written, if the page does not say so. */
  readonly place?: string;
  /** What can be done with it, behind the link that leads to it. */
  readonly children: Child;
}

/** One row of such a list: who wrote it and when, what it says, and the way to it. */
export function KeptMessage({ message, userId, place, children }: KeptMessageProps) {
  return (
    <li>
      <p class="small">
        <strong>{message.authorDisplayName}</strong>
        {place === undefined ? " " : ` in ${place} `}
        <Time micros={message.timeMicros} style="past" />
      </p>
      <div
        class="body"
        hx-ignore
        dir="auto"
        dangerouslySetInnerHTML={{ __html: markdownHtml(message.body, mentionsHtml(message.mentions, userId)) }}
      />
      <MessageFiles message={message} />
      <div class="row">
        <a class="button" href={`/c/${message.conversationId}?around=${encodeURIComponent(message.id)}`}>
          Go to it
        </a>
        {children}
      </div>
    </li>
  );
}
