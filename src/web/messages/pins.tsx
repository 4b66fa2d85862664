/** Pinned messages: the sign at each, how many there are in the head of the conversation, and the page that lists them. */
import type { MessageView } from "../../chat/chat-service.ts";
import type { MessageId } from "../../chat/ids.ts";
import { Icon } from "../page/icons.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { KeptMessage } from "./kept-message.tsx";
import { paneOf } from "./pane.ts";

/** In the line below a pinned message. */
export function PinMark({ message: { pinnedBy } }: { message: MessageView }) {
  if (pinnedBy === null) return null;
  return (
    <span class="pinned" title={`Pinned by ${pinnedBy.name}`}>
      <Icon name="pin" />
      <span class="sr">Pinned by {pinnedBy.name}</span>
    </span>
  );
}

/** How many messages are pinned, as a link to them; hidden without any. The script keeps it true (browser/pins.ts). */
export function PinsLink({ conversationId, ids }: { conversationId: string; ids: readonly MessageId[] }) {
  return (
    <a
      id={`${paneOf(conversationId)}pins`}
      class="pins"
      href={`/c/${conversationId}/pins`}
      title="Pinned messages"
      data-ids={ids.join(" ")}
      hidden={ids.length === 0}
    >
      <Icon name="pin" />
      <b>{ids.length}</b>
      <span class="sr"> pinned</span>
    </a>
  );
}

interface PinsPageProps {
  readonly conversationId: string;
  readonly messages: readonly MessageView[];
  readonly userId: string;
}

/** The pinned messages, the one that was pinned last first. */
export function PinsPage({ conversationId, messages, userId }: PinsPageProps) {
  return (
    <section class="page kept" aria-labelledby="pins-title">
      <PageHead title="Pinned messages" id="pins-title" />
      {messages.length === 0 ? (
        <p class="empty">Nothing is pinned here. Choose "Pin" in the menu of a message.</p>
      ) : null}
      <ol>
        {messages.map((message) => (
          <KeptMessage message={message} userId={userId}>
            <PostForm action={`/c/${conversationId}/unpin`}>
              <input type="hidden" name="ids" value={message.id} />
              <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
              <input type="hidden" name="from" value="pins" />
              <button type="submit" class="plain">
                Unpin
              </button>
            </PostForm>
          </KeptMessage>
        ))}
      </ol>
      <p>
        <a href={`/c/${conversationId}`}>Back to the conversation</a>
      </p>
    </section>
  );
}
