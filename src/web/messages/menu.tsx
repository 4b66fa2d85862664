/**
 * What a reader can do with one message: the links beside its bubble, what the script opens in their place, and the page
 * that lists it without a script.
 */
import type { MessageView } from "../../chat/chat-service.ts";
import { Icon } from "../page/icons.tsx";
import { markup } from "../page/markup.ts";
import { Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { isThreadId, threadIdOf } from "./pane.ts";
import { Picker, reactPath } from "./reactions.tsx";
import { ReplyLink } from "./thread.tsx";

type Named = Pick<MessageView, "id" | "conversationId">;

/** A page of the conversation about one message. */
export function aboutMessage({ id, conversationId }: Named, page: "message" | "edit" | "versions" | "report"): string {
  return `/c/${conversationId}/${page}?ids=${encodeURIComponent(id)}`;
}

/** The link to a message, which anybody in its conversation may be given. */
function linkTo({ id, conversationId }: Named): string {
  return `/c/${conversationId}/m/${encodeURIComponent(id)}`;
}

/** The links beside a bubble. The script adds them to rows that events bring. */
export function MessageLinks({ message }: { message: Named }) {
  const reply = isThreadId(message.conversationId) ? null : ReplyLink({ message });
  const react = markup`<a class="react-to" href="${reactPath(message)}"${REACT}`;
  const more = markup`<a class="more-of" href="${aboutMessage(message, "message")}"${MORE}`;
  return markup`<p class="row-tools">${react}${more}${reply}</p>`;
}

const REACT = markup` title="Add a reaction">${Icon({ name: "smile" })}<span class="sr">Add a reaction</span></a>`;
const MORE = markup` title="More">${Icon({ name: "more" })}<span class="sr">More</span></a>`;

/** What the script copies, and the form that all chips submit, each to its own address. */
export function MenuParts() {
  return (
    <>
      <PostForm id="reacting" hidden />
      <template id="row-tools">
        <MessageLinks message={{ id: "", conversationId: "" }} />
      </template>
      <template id="message-menu">
        <div class="message-menu" popover="auto">
          <Picker />
          <div class="acts" role="group" aria-label="What to do with this message">
            <button type="button" value="quote">
              <Icon name="reply" />
              Reply
            </button>
            <a class="reply" href="">
              <Icon name="thread" />
              Reply in thread
            </a>
            <button type="button" value="edit">
              <Icon name="edit" />
              Edit
            </button>
            <button type="button" value="pin">
              <Icon name="pin" />
              <span>Pin</span>
            </button>
            <button type="button" value="save">
              <Icon name="save" />
              <span>Save</span>
            </button>
            <button type="button" value="unread">
              <Icon name="dot" />
              Mark unread from here
            </button>
            <button type="button" value="link">
              <Icon name="copy" />
              Copy link
            </button>
            <button type="button" value="delete">
              <Icon name="close" />
              Delete…
            </button>
            <a class="report" href="">
              <Icon name="flag" />
              Report
            </a>
          </div>
        </div>
      </template>
    </>
  );
}

/** The text of a message, and links to what can be done with it. */
export function MessagePage({ message, isOwn, isSaved }: { message: MessageView; isOwn: boolean; isSaved: boolean }) {
  return (
    <section class="page account">
      <PageHead title="Message" note={message.authorDisplayName} />
      <div class="block stack">
        <p class="quoted" dir="auto">
          {message.body}
        </p>
        <p class="small">
          <Time micros={message.timeMicros} style="second" />
          {message.editedMicros === 0 ? null : (
            <>
              {" · "}
              <a href={aboutMessage(message, "versions")}>edited</a>
            </>
          )}
        </p>
        <div class="row">
          <a class="button" href={`/c/${message.conversationId}?quote=${encodeURIComponent(message.id)}`}>
            Reply
          </a>
          {isOwn ? (
            <a class="button" href={aboutMessage(message, "edit")}>
              Edit
            </a>
          ) : (
            <a class="button" href={aboutMessage(message, "report")}>
              Report
            </a>
          )}
          <a class="button" href={reactPath(message)}>
            Add a reaction
          </a>
          <PostForm action={`/c/${message.conversationId}/${message.pinnedBy === null ? "pin" : "unpin"}`}>
            <input type="hidden" name="ids" value={message.id} />
            <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
            <button type="submit">{message.pinnedBy === null ? "Pin" : "Unpin"}</button>
          </PostForm>
          <PostForm action={`/c/${message.conversationId}/unread`}>
            <input type="hidden" name="ids" value={message.id} />
            <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
            <button type="submit">Mark unread from here</button>
          </PostForm>
          <PostForm action={isSaved ? "/unsave" : "/save"}>
            <input type="hidden" name="ids" value={message.id} />
            <input type="hidden" name="id" value={Bun.randomUUIDv7()} />
            <button type="submit">{isSaved ? "Unsave" : "Save for later"}</button>
          </PostForm>
          <a href={linkTo(message)}>Link to this message</a>
          {isThreadId(message.conversationId) ? null : (
            <a class="button" href={`/c/${threadIdOf(message.id)}`}>
              Reply in thread
            </a>
          )}
          <a href={`/c/${message.conversationId}`}>Back to the conversation</a>
        </div>
      </div>
    </section>
  );
}
