/**
 * One message as a row. Only this file contains the markup of a row: events carry rows, and a page copies the templates
 * below for what no replica has rendered, such as an unsent message or a mark that returns. The DOM id is the message's
 * id, so an unsent row, its confirmation and its copy from the event stream are one element. The page itself sets the
 * classes own and grouped.
 */
import type { MessageView } from "../../chat/chat-service.ts";
import { isFewEmoji } from "./emoji.ts";
import { markdownHtml } from "./markdown.ts";
import { Icon } from "../page/icons.tsx";
import { calledBy, callsUser, InvitingForm, mentionsHtml, NotCalled } from "./mentions.tsx";
import { markup } from "../page/markup.ts";
import { Time } from "../page/names.tsx";
import { EditedMark } from "./edits.tsx";
import { MessageFiles } from "./files.tsx";
import { MenuParts, MessageLinks } from "./menu.tsx";
import { paneOf } from "./pane.ts";
import { PinMark } from "./pins.tsx";
import { Quote, QuoteTemplates } from "./quotes.tsx";
import { Chips } from "./reactions.tsx";
import { rowId } from "./row-id.ts";
import { Replies } from "./thread.tsx";

/** The user for whom a row is rendered; absent if it is rendered for everyone. */
export interface Viewer {
  readonly userId: string;
  /** Which messages the user has saved. Absent: that is not asked. */
  readonly saved?: ReadonlySet<string>;
}

interface RowProps {
  readonly message: MessageView;
  readonly viewer?: Viewer;
  /** Same author as the row above, so the name is omitted. */
  readonly grouped?: boolean;
  /** True for an event: the script copies the mark from its template, which saves 200 bytes for each reader. */
  readonly withoutMark?: boolean;
}

/** A row. With a viewer it has the class "own" if the viewer wrote the message. */
export function MessageRow({ message, viewer, grouped = false, withoutMark = false }: RowProps) {
  const own = viewer !== undefined && message.authorId === viewer.userId;
  const { unread } = message;
  const called = calledBy(message);
  const callsViewer = viewer !== undefined && callsUser(message, viewer.userId);
  const pane = paneOf(message.conversationId);
  if (message.removedBy !== null || message.deleted) return <RemovedRow message={message} own={own} pane={pane} />;
  return (
    <li
      id={rowId(message.id)}
      class={`message${own ? " own" : ""}${grouped ? " grouped" : ""}${callsViewer ? " calls-me" : ""}`}
      data-id={message.id}
      data-author={message.authorId}
      data-conversation={message.conversationId}
      data-seq={message.seq}
      data-micros={message.timeMicros}
      {...(called.length === 0 ? {} : { "data-calls": called.join(" ") })}
      {...(unread ? { "data-unread": "yes" } : {})}
      {...(viewer?.saved?.has(message.id) === true ? { "data-saved": "yes" } : {})}
      {...(message.pinnedBy === null ? {} : { "data-pinned": "yes" })}
      {...(message.readByOther ? { "data-read": "yes" } : {})}
    >
      <Pick message={message} pane={pane} />
      <div class="bubble">
        <Author message={message} />
        <Quote message={message} />
        <div
          class={isFewEmoji(message.body) ? "body few-emoji" : "body"}
          hidden={message.body === "" && message.files.length > 0}
          hx-ignore
          dir="auto"
          dangerouslySetInnerHTML={{
            __html: markdownHtml(message.body, mentionsHtml(message.mentions, viewer?.userId ?? "")),
          }}
        />
        <MessageFiles message={message} />
        <p class="meta">
          <PinMark message={message} />
          <EditedMark message={message} />
          {message.recovered ? <span class="late">arrived late</span> : null}
          <Time micros={message.timeMicros} style="clock" />
          <span class="state">{own && message.readByOther ? "read" : ""}</span>
        </p>
        <NotCalled message={message} />
        <Chips message={message} userId={viewer?.userId ?? null} />
        <Replies replies={message.replies} />
        {viewer === undefined ? null : <MessageLinks message={message} />}
      </div>
      {unread && !withoutMark ? <MarkRead id={message.id} pane={pane} /> : null}
    </li>
  );
}

/** Selects the message. */
function Pick({ message, pane }: { message: MessageView; pane: string }) {
  const { id, authorDisplayName, timeMicros } = message;
  const input = markup`<input type="checkbox" name="ids" value="${id}" form="${pane}selection"/>`;
  const words = markup`Select: ${authorDisplayName}, ${Time({ micros: timeMicros, style: "clock" })}`;
  return markup`<label class="pick">${input}<span class="sr">${words}</span></label>`;
}

/** Who wrote it. The name of the account tells people of one display name apart. */
function Author({ message: { authorName, authorDisplayName } }: { message: MessageView }) {
  const title = authorName === authorDisplayName ? null : markup` title="${authorName}"`;
  return markup`<p class="author"${title}>${authorDisplayName}</p>`;
}

/**
 * A message that somebody who runs the room has deleted, or one that was deleted and has replies. A reader can still hide
 * the row.
 */
function RemovedRow({ message, own, pane }: { message: MessageView; own: boolean; pane: string }) {
  const { removedBy } = message;
  return (
    <li
      id={rowId(message.id)}
      class={`message removed${own ? " own" : ""}`}
      data-id={message.id}
      data-author={message.authorId}
      data-conversation={message.conversationId}
      data-seq={message.seq}
      data-micros={message.timeMicros}
    >
      <Pick message={message} pane={pane} />
      <div class="bubble">
        <Author message={message} />
        <div class="body">{removedBy === null ? "This message was deleted." : `Deleted by ${removedBy.name}`}</div>
        <p class="meta">
          <Time micros={message.timeMicros} style="clock" />
          <span class="state" />
        </p>
        <Replies replies={message.replies} />
      </div>
    </li>
  );
}

/** The message below which a thread is, above its replies. Its row, with an id of the message, is in the conversation. */
export function RootMessage({ message }: { message: MessageView | null }) {
  return (
    <div class="root" id="thread-root" data-root={message?.id ?? ""}>
      {message === null ? null : <Author message={message} />}
      {message === null || message.deleted ? (
        <div class="body">{message === null ? "You have hidden this message." : "This message was deleted."}</div>
      ) : (
        <>
          <div class="body" hx-ignore dir="auto" dangerouslySetInnerHTML={{ __html: markdownHtml(message.body) }} />
          <MessageFiles message={message} />
        </>
      )}
      {message === null ? null : (
        <p class="meta">
          <Time micros={message.timeMicros} style="clock" />
        </p>
      )}
    </div>
  );
}

/** The templates that the script copies. */
export function RowTemplates() {
  return (
    <>
      <template id="pending-row">
        <li class="message own pending">
          {/* Keeps the room for the checkbox of the confirmed row. */}
          <span class="pick" />
          <div class="bubble">
            <div class="body" hx-ignore dir="auto" />
            <p class="meta">
              <span class="state" />
            </p>
          </div>
        </li>
      </template>
      <template id="failure">
        <p class="failure">
          <span />
          <button type="button">Retry</button>
          <button type="button" class="plain">
            Discard
          </button>
        </p>
      </template>
      <template id="mark">
        <MarkRead id="" pane="" />
      </template>
      <template id="copy-code">
        <button type="button" class="copy-code" title="Copy">
          <Icon name="copy" />
          <span class="sr">Copy the code</span>
        </button>
      </template>
      <QuoteTemplates />
      <MenuParts />
      <InvitingForm />
    </>
  );
}

/** The button works without a script. With one, a click anywhere in the row does the same. */
function MarkRead({ id, pane }: { id: string; pane: string }) {
  const button = markup`<button class="mark" type="submit" form="${pane}reading" name="ids" value="${id}">`;
  return markup`${button}<span aria-hidden="true">new</span><span class="sr">Mark this message as read</span></button>`;
}
