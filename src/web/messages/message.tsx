/**
 * One message as a row. Only this file says what a row looks like: events bring rows, and what a page shows before any
 * replica knows of it (a message that waits, the mark of one that is unread after all) it copies from the templates
 * below. The DOM id is the message's id, so a pending bubble, its confirmation and the copy from the event stream are
 * one element; own and grouped are classes that the page sets.
 */
import type { MessageView } from "../../chat/chat-service.ts";
import { isFewEmoji } from "./emoji.ts";
import { linkParts } from "./links.ts";
import { Time } from "../page/names.tsx";

/** What only this viewer sees; absent when a row is rendered for all. */
export interface Viewer {
  readonly userId: string;
}

/**
 * Text with its links. JSX escapes both; nothing a person writes becomes an attribute but an http(s) address.
 * An address is read from left to right, whatever the direction of the text around it.
 */
function Body({ text }: { text: string }) {
  return (
    <>
      {linkParts(text).map((part) =>
        part.href === undefined ? (
          part.text
        ) : (
          <>
            <a href={part.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
            {part.realHost === undefined ? null : <span class="real-host"> (opens {part.realHost})</span>}
          </>
        ),
      )}
    </>
  );
}

/** DOM id of a message's row. */
export function rowId(messageId: string): string {
  return `m-${messageId}`;
}

interface RowProps {
  readonly message: MessageView;
  readonly viewer?: Viewer;
  /** Goes on what the row above said: no name again. */
  readonly grouped?: boolean;
  /** For an event: the script copies the mark from its template, which saves 200 bytes for each reader. */
  readonly withoutMark?: boolean;
}

/** A row; with a viewer it also says what is his own. */
export function MessageRow({ message, viewer, grouped = false, withoutMark = false }: RowProps) {
  const own = viewer !== undefined && message.authorId === viewer.userId;
  const { unread } = message;
  return (
    <li
      id={rowId(message.id)}
      class={`message${own ? " own" : ""}${grouped ? " grouped" : ""}`}
      data-id={message.id}
      data-author={message.authorId}
      data-conversation={message.conversationId}
      data-seq={message.seq}
      data-micros={message.timeMicros}
      {...(unread ? { "data-unread": "yes" } : {})}
      {...(message.readByOther ? { "data-read": "yes" } : {})}
    >
      <label class="pick">
        <input type="checkbox" name="ids" value={message.id} form="selection" />
        <span class="sr">
          Select: {message.authorName}, <Time micros={message.timeMicros} style="clock" />
        </span>
      </label>
      <div class="bubble">
        <p class="author">{message.authorName}</p>
        <div class={isFewEmoji(message.body) ? "body few-emoji" : "body"} hx-ignore dir="auto">
          <Body text={message.body} />
        </div>
        <p class="meta">
          {message.recovered ? <span class="late">arrived late</span> : null}
          <Time micros={message.timeMicros} style="clock" />
          <span class="state">{own && message.readByOther ? "read" : ""}</span>
        </p>
      </div>
      {unread && !withoutMark ? <MarkRead id={message.id} /> : null}
    </li>
  );
}

/** What the script copies: see the top of this file. */
export function RowTemplates() {
  return (
    <>
      <template id="pending-row">
        <li class="message own pending">
          {/* The place of the checkbox that the confirmed row will have. */}
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
        <MarkRead id="" />
      </template>
    </>
  );
}

/** Works without a script; with one, a click anywhere in the row does the same. */
function MarkRead({ id }: { id: string }) {
  return (
    <button class="mark" type="submit" form="reading" name="ids" value={id}>
      <span aria-hidden="true">new</span>
      <span class="sr">Mark this message as read</span>
    </button>
  );
}
