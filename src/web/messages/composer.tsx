/** The form with the text field, of a conversation, a thread and a new message. */
import type { DraftView } from "../../chat/draft-service.ts";
import type { ChatError } from "../../chat/errors.ts";
import type { QuoteView } from "../../chat/chat-service.ts";
import { ASSETS } from "../http/assets.ts";
import { errorAt, errorElsewhere, FieldError } from "../page/field.tsx";
import { Icon } from "../page/icons.tsx";
import { PostForm } from "../page/post-form.tsx";
import { AttachButton, Tray } from "./files.tsx";
import { EmojiPickerTemplate } from "./emoji-picker.tsx";
import { REMOVED_TEXT, type Cleaned } from "./pasted-text.ts";
import { Quoting } from "./quotes.tsx";
import { Toolbar, ToolbarToggle } from "./toolbar.tsx";

export interface Draft {
  /** The id of the message to be sent next. */
  readonly id: string;
  readonly body: string;
  readonly to: string;
  readonly error: ChatError | null;
  /** What was removed from the message that the form has just sent, or could not send. */
  readonly removed?: Cleaned["removed"];
  /** So many people would be called by this message, which was not sent: the form asks first. */
  readonly asks?: number;
  /** What the message will quote. */
  readonly quote?: QuoteView | null;
  /** Of a reply: it is sent in the conversation of its root as well. */
  readonly also?: boolean;
}

interface ComposerProps {
  readonly action: string;
  readonly draft: Draft;
  /** Why nobody can write here; null if the user can. */
  readonly closed?: string | null;
  /** The id of the newest message on the page, which a reply marks as read. */
  readonly readUpTo?: string;
  /** How many people an `@room` calls. */
  readonly called?: number;
  /** The user may call everybody in the room. */
  readonly mayCall?: boolean;
  /** What its ids begin with; see pane.ts. */
  readonly pane?: string;
  /** In a thread: the name of the conversation in which the same can be sent as well. */
  readonly also?: string | null;
  /** A draft to begin with, if the form is fresh. */
  readonly written?: DraftView | null;
}

/** What the script copies to say which message the text in the field is about. */
function AboutTemplate() {
  return (
    <template id="about">
      <div class="about">
        <p>
          <span class="about-what" />
          <span class="about-text" dir="auto" />
        </p>
        <button type="button" class="plain" title="Cancel (Esc)" aria-label="Cancel">
          <Icon name="close" />
        </button>
      </div>
    </template>
  );
}

/** The form that sends. It contains the id of the next message, so that a repeated submit sends one message. */
export function Composer(props: ComposerProps) {
  const { action, draft, closed = null, readUpTo = "", called = 0, pane = "", also = null, written = null } = props;
  const isFresh = draft.body === "" && draft.error === null;
  const shown = isFresh && closed === null ? written : null;
  const bodyError = errorAt(draft.error, "body") ?? errorElsewhere(draft.error, ["name", "to", "body"]);
  return (
    <PostForm
      id={`${pane}composer`}
      class="composer"
      action={action}
      data-called={called}
      data-may-call={props.mayCall === false ? "no" : "yes"}
      {...(shown === null ? {} : { "data-draft": shown.own ? "own" : "other" })}
    >
      {draft.asks === undefined ? null : <CallQuestion people={draft.asks} />}
      <ul id={`${pane}offers`} class="offers" role="listbox" aria-label="Names" hidden />
      <input type="hidden" name="id" value={draft.id} />
      {readUpTo === "" ? null : <input type="hidden" name="readUpTo" value={readUpTo} />}
      {pane === "" ? <AboutTemplate /> : null}
      {draft.quote === undefined || draft.quote === null ? null : (
        <Quoting quote={draft.quote} path={action.replace(/\/messages$/, "")} />
      )}
      <DraftOffer pane={pane} />
      {pane === "" ? <EmojiPickerTemplate file={ASSETS.emoji.path} /> : null}
      <Tray pane={pane} />
      <div class="line">
        <label for={`${pane}body`} class="sr">
          {also === null ? "Message" : "Reply"}
        </label>
        <textarea
          id={`${pane}body`}
          name="body"
          rows={1}
          required
          dir="auto"
          placeholder={closed ?? (also === null ? "Write a message" : "Reply")}
          disabled={closed !== null}
          autocomplete="off"
          aria-autocomplete="list"
          aria-controls={`${pane}offers`}
          aria-describedby={`${pane}body-error ${pane}body-left`}
          {...(bodyError === undefined ? {} : { "aria-invalid": "true" })}
        >
          {shown?.body ?? draft.body}
        </textarea>
        <Toolbar pane={pane} />
        <ToolbarToggle pane={pane} />
        <LineButtons isClosed={closed !== null} />
      </div>
      <FieldError id={`${pane}body-error`} sentence={bodyError} />
      {also === null || closed !== null ? null : <Also to={also} isOn={draft.also === true} />}
      <Notes pane={pane} removed={draft.removed ?? null} />
    </PostForm>
  );
}

/** The buttons behind the text: files, emoji, and the one that sends. */
function LineButtons({ isClosed }: { isClosed: boolean }) {
  return (
    <>
      <AttachButton closed={isClosed} />
      <button type="button" class="emoji-toggle needs-script" aria-haspopup="dialog" aria-label="Emoji" title="Emoji">
        <Icon name="smile" />
      </button>
      <button type="submit" class="send" disabled={isClosed} aria-label="Send" title="Send (Enter)">
        <Icon name="send" />
      </button>
    </>
  );
}

/** Of a reply: the same is sent in the conversation of its root as well. */
function Also({ to, isOn }: { to: string; isOn: boolean }) {
  return (
    <label class="also">
      <input type="checkbox" name="also" value="yes" checked={isOn} />
      Also send to {to}
    </label>
  );
}

/** What was removed from a pasted text, and how much room is left. */
function Notes({ pane, removed }: { pane: string; removed: Cleaned["removed"] }) {
  return (
    <p class="notes">
      <span id={`${pane}body-note`} role="status">
        {removed === null ? "" : REMOVED_TEXT[removed]}
      </span>
      <span id={`${pane}body-left`} class="left" />
      <button type="button" class="plain as-file" hidden>
        Send it as a text file
      </button>
    </p>
  );
}

/** A text of the user's from another device, which the script offers while the field holds another one. */
function DraftOffer({ pane }: { pane: string }) {
  return (
    <p id={`${pane}draft-offer`} class="draft-offer" role="status" hidden>
      <span class="what" />
      <q class="offered" dir="auto" />
      <button type="button" value="use">
        Use it
      </button>
      <button type="button" class="plain" value="no">
        <Icon name="close" />
        <span class="sr">Dismiss this draft</span>
      </button>
    </p>
  );
}

/** Asks before a message calls many people. With a script, a dialog asks in its place (browser/composer.ts). */
function CallQuestion({ people }: { people: number }) {
  return (
    <p class="call-question" role="alert">
      This message notifies up to {people} people. It was not sent yet.
      <button type="submit" name="call" value="yes">
        Send it anyway
      </button>
    </p>
  );
}
