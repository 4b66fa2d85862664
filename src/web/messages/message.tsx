/**
 * One message as a row. Only this file contains the markup of a row: events carry rows, and a page copies the templates
 * below for what no replica has rendered, such as an unsent message or a mark that returns. The DOM id is the message's
 * id, so an unsent row, its confirmation and its copy from the event stream are one element. The page itself sets the
 * classes own and grouped.
 */
import { raw } from "hono/html";
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

/**
 * A row. With a viewer it has the class "own" if the viewer wrote the message. What every row has is templates, because a
 * page has fifty of them and each message is rendered at each replica; elements of JSX are what most rows do not have.
 */
export function MessageRow({ message, viewer, grouped = false, withoutMark = false }: RowProps) {
  const own = viewer !== undefined && message.authorId === viewer.userId;
  const pane = paneOf(message.conversationId);
  if (message.removedBy !== null || message.deleted) return <RemovedRow message={message} own={own} pane={pane} />;
  const callsViewer = viewer !== undefined && callsUser(message, viewer.userId);
  const look = `message${own ? " own" : ""}${grouped ? " grouped" : ""}${callsViewer ? " calls-me" : ""}`;
  const { reactions, replies, mentions, files, quote, unread } = message;
  return (
    <>
      {markup`<li id="${rowId(message.id)}" class="${look}"${dataOf(message, viewer)}>${Pick({ message, pane })}`}
      {markup`<div class="bubble">${Author({ message })}`}
      {quote === null ? null : <Quote message={message} />}
      {bodyOf(message, viewer)}
      {files.length === 0 ? null : <MessageFiles message={message} />}
      {Meta({ message, own })}
      {mentions.length === 0 ? null : <NotCalled message={message} />}
      {reactions.length === 0 ? null : <Chips message={message} userId={viewer?.userId ?? null} />}
      {replies === null ? null : <Replies replies={replies} />}
      {markup`${viewer === undefined ? null : MessageLinks({ message })}</div>`}
      {markup`${unread && !withoutMark ? MarkRead({ id: message.id, pane }) : null}</li>`}
    </>
  );
}

/** What the script reads of a row. */
function dataOf(message: MessageView, viewer: Viewer | undefined) {
  const { id, authorId, conversationId, seq, timeMicros } = message;
  const calls = calledBy(message);
  const ids = markup` data-id="${id}" data-author="${authorId}" data-conversation="${conversationId}"`;
  const places = markup` data-seq="${seq}" data-micros="${timeMicros}"`;
  const called = calls.length === 0 ? null : markup` data-calls="${calls.join(" ")}"`;
  const marks = markup`${message.unread ? UNREAD : null}${viewer?.saved?.has(id) === true ? SAVED : null}`;
  return markup`${ids}${places}${called}${marks}${message.pinnedBy === null ? null : PINNED}${message.readByOther ? READ : null}`;
}

const UNREAD = markup` data-unread="yes"`;
const SAVED = markup` data-saved="yes"`;
const PINNED = markup` data-pinned="yes"`;
const READ = markup` data-read="yes"`;

function bodyOf({ body, files, mentions }: MessageView, viewer: Viewer | undefined) {
  const look = isFewEmoji(body) ? "body few-emoji" : "body";
  const hidden = body === "" && files.length > 0 ? HIDDEN : null;
  const html = raw(markdownHtml(body, mentionsHtml(mentions, viewer?.userId ?? "")));
  return markup`<div class="${look}"${hidden} hx-ignore="true" dir="auto">${html}</div>`;
}

const HIDDEN = markup` hidden=""`;

/** Below a message: its marks, its time, and whether the other person has read it. */
function Meta({ message, own }: { message: MessageView; own: boolean }) {
  const { pinnedBy, editedMicros, recovered, timeMicros } = message;
  const state = own && message.readByOther ? READ_STATE : STATE;
  const time = markup`${recovered ? LATE : null}${Time({ micros: timeMicros, style: "clock" })}${state}`;
  if (pinnedBy === null && editedMicros === 0) return markup`${META}${time}`;
  return (
    <>
      {META}
      <PinMark message={message} />
      <EditedMark message={message} />
      {time}
    </>
  );
}

const META = markup`<p class="meta">`;
const LATE = markup`<span class="late">arrived late</span>`;
const STATE = markup`<span class="state"></span></p>`;
const READ_STATE = markup`<span class="state">read</span></p>`;

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
