/** A conversation: its head, the messages, the composer. Everything also works as plain forms, without a script. */
import type { DraftView } from "../../chat/draft-service.ts";
import type { ConversationView, MessageView, RoomView, Session } from "../../chat/chat-service.ts";
import type { MessageId } from "../../chat/ids.ts";
import { FilesForm } from "./files.tsx";
import { Composer, type Draft } from "./composer.tsx";
import { errorAt, Field } from "../page/field.tsx";
import { Icon } from "../page/icons.tsx";
import { MessageRow, RootMessage, RowTemplates, type Viewer } from "./message.tsx";
import { paneOf } from "./pane.ts";
import { CloseThread, FollowForm, ThreadNote } from "./thread.tsx";
import { AccountName, ConversationMark, conversationName, LocalTime, Seen, StatusLine, Time } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import { PostForm } from "../page/post-form.tsx";
import { PinsLink } from "./pins.tsx";
import { PreferencesMenu } from "./preferences.tsx";
import { rowId } from "./row-id.ts";
import { countText } from "./sidebar.tsx";

export interface History {
  readonly messages: readonly MessageView[];
  /** True if there are older messages. */
  readonly more: boolean;
  /** True if there are newer messages: the page is somewhere in the conversation. */
  readonly newer: boolean;
  /** The message around which the page is; "" if it is not around one. */
  readonly around: string;
  /** The day since which nothing was written, although the user asked for what was. */
  readonly noneSince?: string;
}

interface ConversationProps {
  readonly session: Session;
  readonly conversation: ConversationView;
  readonly history: History;
  /** The first unread message; null if nothing is unread. */
  readonly firstUnread: MessageView | null;
  readonly draft: Draft;
  /** The messages that are pinned in it. */
  readonly pinned: readonly MessageId[];
  /** Which of the messages on the page the user has saved. */
  readonly saved: ReadonlySet<MessageId>;
  /** What the user has written here before, perhaps on another device; null: nothing. */
  readonly written: DraftView | null;
  /** The user may make a room of it: no guest may. */
  readonly makesRooms: boolean;
}

/** The newest message on the page; "" if there is none. */
function newestOf(history: History): string {
  return history.messages.findLast((message) => !message.deleted)?.id ?? "";
}

/** The newest message that a reply from this page marks as read; "" if the page does not show all unread messages. */
function seenUpTo({ unread }: ConversationView, history: History): string {
  const shown = history.messages.filter((message) => message.unread).length;
  return history.newer || shown < unread || unread === 0 ? "" : newestOf(history);
}

/** Head, messages, selection bar, composer. */
export function Conversation({ session, conversation, history, firstUnread, draft, ...kept }: ConversationProps) {
  const { pinned, saved, written, makesRooms } = kept;
  const path = `/c/${conversation.id}`;
  const pane = paneOf(conversation.id);
  const isThread = conversation.thread !== null;
  return (
    <section
      class={`conversation${isThread ? " thread" : ""}`}
      aria-labelledby={`${pane}with`}
      data-conversation={conversation.id}
      data-unread-at-open={conversation.unread}
      data-around={history.around}
      {...(mayPin(conversation) ? {} : { "data-pins": "closed" })}
    >
      <ConversationHead
        conversation={conversation}
        session={session}
        newest={conversation.last?.id ?? newestOf(history)}
        pinned={pinned}
        makesRooms={makesRooms}
      />
      {history.noneSince === undefined ? null : (
        <p class="none-since" role="status">
          Nothing was written on or after {history.noneSince}. These are the newest messages.
        </p>
      )}
      <FirstUnread conversation={conversation} message={firstUnread} isShown={isShown(firstUnread, history)} />
      <MessageLog conversation={conversation} history={history} viewer={{ ...session, saved }} />
      <div class="jump-place">
        <button type="button" id={`${pane}jump`} class="needs-script" hidden>
          <Icon name="down" />
          <span id={`${pane}jump-text`}>Jump to latest</span>
        </button>
      </div>
      <PostForm id={`${pane}reading`} action={`${path}/read`} hidden />
      {isThread ? null : <RowTemplates />}
      <SelectionBar path={path} pane={pane} runsRoom={runsRoom(conversation)} />
      <Composer
        pane={pane}
        also={isThread ? conversationName(conversation, session) : null}
        action={`${path}/messages`}
        draft={draft}
        written={written}
        closed={closedWhy(conversation)}
        readUpTo={seenUpTo(conversation, history)}
        called={conversation.room === null ? 0 : conversation.room.people - 1}
        mayCall={conversation.room?.adminsCall !== true || conversation.room.role !== "member"}
      />
      {closedWhy(conversation) === null ? <FilesForm path={path} /> : null}
    </section>
  );
}

function isShown(message: MessageView | null, history: History): boolean {
  return history.messages.some(({ id }) => id === message?.id);
}

/**
 * How much is new, and the way to where that begins. The script shows it only while that place is above the window; it
 * is a plain link without one.
 */
function FirstUnread({
  conversation: { id, unread },
  message,
  isShown: isOnPage,
}: {
  conversation: ConversationView;
  message: MessageView | null;
  isShown: boolean;
}) {
  const pane = paneOf(id);
  const query = isOnPage ? "" : `?around=${encodeURIComponent(message?.id ?? "")}`;
  return (
    <div class="first-unread-place">
      <a
        id={`${pane}first-unread`}
        href={`/c/${id}${query}#${rowId(message?.id ?? "")}`}
        data-whole={isOnPage || message === null ? "yes" : "no"}
        hidden={message === null}
      >
        <Icon name="up" />
        <span>
          <span id={`${pane}first-unread-count`}>{countText(unread)}</span> new since{" "}
          <Time micros={message?.timeMicros ?? 0} style="from" />
        </span>
        <span class="sr">: go to the first unread message</span>
      </a>
    </div>
  );
}

/** Why nobody can write here, in place of "Write a message"; null if the user can write. */
function closedWhy({ with: other, room }: ConversationView): string | null {
  if (other?.deleted === true) return "This account was deleted";
  if (room?.archived === true) return "This room is archived";
  return room?.adminsOnly === true && room.role === "member" ? "Only those who run this room write in it" : null;
}

/** Whether the user pins messages there, as the rules have it. */
function mayPin({ room }: ConversationView): boolean {
  return room === null || (!room.archived && (!room.adminsOnly || room.role !== "member"));
}

/** The line below the name: whether the other person is online, or what the room is about. */
function ConversationNote({
  conversation: { id, with: other, group, room },
  session,
  makesRooms,
}: Pick<HeadProps, "conversation" | "session" | "makesRooms">) {
  if (room !== null) {
    const people = room.people === 1 ? "1 person" : `${room.people} people`;
    return (
      <span class="room-note">
        <a href={`/rooms/${room.id}`}>{people}</a>
        {room.topic === "" ? null : (
          <span class="topic" dir="auto">
            {room.topic}
          </span>
        )}
      </span>
    );
  }
  if (other === null) {
    return (
      <span class="room-note">
        {group.length + 1} people {makesRooms ? <a href={`/new-room?group=${id}`}>Make it a room</a> : null}
      </span>
    );
  }
  if (other.deleted) return <>This account was deleted. Its messages stay here.</>;
  return (
    <span class="person-note">
      <Seen user={other} /> <StatusLine status={other.status} />{" "}
      {other.id === session.userId ? null : <LocalTime zone={other.timeZone} />} <AccountName user={other} />
    </span>
  );
}

interface HeadProps {
  readonly conversation: ConversationView;
  readonly session: Session;
  /** The newest message on the page. */
  readonly newest: string;
  readonly pinned: readonly MessageId[];
  readonly makesRooms: boolean;
}

function ConversationHead(props: HeadProps) {
  const { conversation, session } = props;
  if (conversation.thread !== null) return <ThreadHead {...props} />;
  return (
    <PageHead
      title={conversationName(conversation, session)}
      id="with"
      avatar={<ConversationMark conversation={conversation} />}
      note={
        <>
          <ConversationNote conversation={conversation} session={session} makesRooms={props.makesRooms} />
          <span id="typing" class="typing" hidden>
            {conversation.with === null ? "somebody is typing" : "is typing"}
          </span>
        </>
      }
    >
      <Actions {...props} />
    </PageHead>
  );
}

/** The pinned messages, "Mark as read" and "Select messages". */
function Actions({ conversation, newest, pinned }: HeadProps) {
  const pane = paneOf(conversation.id);
  return (
    <div class="actions">
      <PinsLink conversationId={conversation.id} ids={pinned} />
      {conversation.thread === null ? null : <FollowForm conversation={conversation} />}
      <PostForm action={`/c/${conversation.id}/read`} id={`${pane}read-all`}>
        <input type="hidden" name="upTo" value={newest} />
        <button type="submit" class="plain" title="Mark as read">
          <Icon name="check" />
          <span>Mark as read</span>
        </button>
      </PostForm>
      <button
        type="button"
        class="plain needs-script"
        id={`${pane}select`}
        aria-pressed="false"
        title="Select messages"
      >
        <Icon name="select" />
        <span>Select messages</span>
      </button>
      {conversation.thread === null ? <PreferencesMenu conversation={conversation} /> : null}
    </div>
  );
}

function ThreadHead(props: HeadProps) {
  const { conversation, session } = props;
  return (
    <header class="head">
      <div class="who">
        <h1 id="thread-with">Thread</h1>
        <p class="small">
          <ThreadNote conversation={conversation} session={session} />
          <span id="thread-typing" class="typing" hidden>
            somebody is typing
          </span>
        </p>
      </div>
      <Actions {...props} />
      <CloseThread conversation={conversation} />
    </header>
  );
}

/** Whether the user is the only one in a room, and may invite others. */
function isAloneIn({ room }: ConversationView): boolean {
  return room !== null && room.people === 1 && !room.isForAll && !room.archived;
}

function MessageLog({
  conversation,
  history,
  viewer,
}: {
  conversation: ConversationView;
  history: History;
  viewer: Viewer;
}) {
  const empty = history.messages.length === 0;
  const ofMany = conversation.with === null;
  const { thread } = conversation;
  const pane = paneOf(conversation.id);
  const label = thread === null ? "Messages" : "Replies";
  return (
    <div class={ofMany ? "log of-many" : "log"} role="log" aria-label={label} aria-live="off" tabindex={0}>
      <div class="roll">
        {thread === null ? null : <RootMessage message={thread.root} />}
        <OlderLink conversationId={conversation.id} history={history} />
        <ol id={`${pane}messages`}>
          <MessageRows history={history} viewer={viewer} room={thread === null ? conversation.room : null} />
        </ol>
        <NewerLink conversationId={conversation.id} history={history} />
        <p class="empty" id={`${pane}nothing-yet`} hidden={!empty}>
          {thread === null ? "No messages yet." : "No replies yet."}
          {thread === null && isAloneIn(conversation) ? (
            <>
              {" "}
              Nobody else is in this room. <a href={`/rooms/${conversation.id}`}>Invite people</a>
            </>
          ) : null}
        </p>
        <noscript>
          <p class="newer">
            <a href={`/c/${conversation.id}`}>Check for new messages</a>
          </p>
        </noscript>
        {history.newer ? (
          <noscript>
            <p class="newer">
              <a href={`/c/${conversation.id}`}>Jump to latest</a>
            </p>
          </noscript>
        ) : null}
      </div>
    </div>
  );
}

/** Messages of one author within this time are one group; browser/row-order.ts has the same bound. */
const GROUP_MICROS = 5 * 60 * 1_000_000;

function dayOf(message: MessageView): string {
  return new Date(message.timeMicros / 1000).toISOString().slice(0, 10);
}

const NEWCOMERS_SEE_LATER = "New members see only what is written after they join.";

interface RowsProps {
  readonly history: History;
  readonly viewer: Viewer;
  /** Null: not a room. */
  readonly room: RoomView | null;
}

/**
 * The rows of a page, by day and author. Days are in UTC until the script corrects them. Deleted messages have no row,
 * unless they have replies, or somebody who runs the room deleted them.
 */
export function MessageRows({ history, viewer, room }: RowsProps) {
  const shown = history.messages.filter(
    (message) => !message.deleted || message.removedBy !== null || message.replies !== null,
  );
  const from = room?.fromGroup ?? null;
  // The notice stands before the first message of the room. It is on the newest page while there is none.
  const at = from === null ? -1 : shown.findIndex(({ seq }) => seq > from.seq);
  const isHere = at > 0 || (at === 0 && !history.more) || (at === -1 && !history.newer);
  return (
    <>
      {shown.map((message, index) => {
        const previous = shown[index - 1];
        const sameDay = previous !== undefined && dayOf(previous) === dayOf(message);
        const soon = previous !== undefined && message.timeMicros - previous.timeMicros < GROUP_MICROS;
        const grouped = sameDay && soon && previous.authorId === message.authorId;
        return (
          <>
            {index === at && isHere ? <GroupNotice room={room} /> : null}
            {sameDay ? null : (
              <li class="day">
                <span>{dayOf(message)}</span>
              </li>
            )}
            <MessageRow message={message} viewer={viewer} grouped={grouped && index !== at} />
          </>
        );
      })}
      {at === -1 && isHere ? <GroupNotice room={room} /> : null}
    </>
  );
}

/** Says to everybody in a room that it was a group, and what newcomers can read of it. */
function GroupNotice({ room }: { room: RoomView | null }) {
  if (room === null || room.fromGroup === null) return null;
  const { name, timeMicros } = room.fromGroup;
  return (
    <li class="notice" data-seq={room.fromGroup.seq}>
      {name} made this group the room #{room.name} (<Time micros={timeMicros} style="from" />
      ). {room.historyFromJoining ? NEWCOMERS_SEE_LATER : "New members can read all earlier messages."}
    </li>
  );
}

/** The link names a message id, because a merge changes seqs. The script follows it when it comes into view. */
export function OlderLink({ conversationId, history }: { conversationId: string; history: History }) {
  const oldest = history.messages[0];
  const id = `${paneOf(conversationId)}older`;
  if (!history.more || oldest === undefined) return <span id={id} />;
  return (
    <a id={id} class="older" href={`/c/${conversationId}?before=${encodeURIComponent(oldest.id)}`}>
      Older messages
    </a>
  );
}

/** The same for newer messages. */
export function NewerLink({ conversationId, history }: { conversationId: string; history: History }) {
  const newest = history.messages.at(-1);
  const id = `${paneOf(conversationId)}newer`;
  if (!history.newer || newest === undefined) return <span id={id} />;
  return (
    <a id={id} class="older" href={`/c/${conversationId}?after=${encodeURIComponent(newest.id)}`}>
      Newer messages
    </a>
  );
}

/** Whether the user may delete what others wrote here. */
function runsRoom({ room }: ConversationView): boolean {
  return room !== null && room.role !== null && room.role !== "member";
}

interface SelectionProps {
  readonly path: string;
  readonly pane: string;
  readonly runsRoom: boolean;
}

/** Deletes the selected messages. The checkboxes of the rows belong to this form by its id. */
function SelectionBar({ path, pane, runsRoom: mayRemove }: SelectionProps) {
  return (
    <PostForm id={`${pane}selection`} class="selection" action={`${path}/delete`}>
      <p id={`${pane}selection-says`}>
        Your own messages are deleted for everyone, those of others are hidden only from you. This cannot be undone.
      </p>
      <button type="button" class="plain needs-script" id={`${pane}select-none`}>
        Cancel
      </button>
      {mayRemove ? (
        <button type="submit" name="everyone" value="yes" title="Everybody sees that you deleted them">
          Delete for everyone
        </button>
      ) : null}
      <button type="submit" class="danger">
        Delete selected
      </button>
    </PostForm>
  );
}

/** The recipient's field: at the top, as in a letter, but part of the composer's form. */
function Recipient({ draft }: { draft: Draft }) {
  const error = errorAt(draft.error, "to") ?? errorAt(draft.error, "name");
  return (
    <div class="recipient">
      <Field
        name="name"
        label="To"
        form="composer"
        value={draft.to}
        placeholder="Names, separated by commas"
        offers="in"
        error={error}
      />
    </div>
  );
}

/** The page for a new message, which is the start page as well. From there unread messages are one click away. */
export function NewConversation({ draft }: { draft: Draft }) {
  return (
    <section class="conversation new" aria-labelledby="with">
      <PageHead title="New message" id="with" />
      <Recipient draft={draft} />
      <Composer action="/to" draft={draft} />
      {/* The styles show the part that is true now: they depend on the list, which is always up to date. */}
      <div class="welcome">
        <p class="empty if-alone">
          <strong>You are the first one here.</strong> Make a link and send it to those whom you want here. They appear
          in the list.
        </p>
        <p class="if-alone">
          <a class="button primary" href="/invites">
            Invite people
          </a>
        </p>
        <p class="empty if-first">
          <strong>You have no direct messages yet.</strong> Type a name, choose a person from{" "}
          <a href="/people">People</a>, or open a room in the list to write to everybody in it. Messages get through
          even if a server fails.
        </p>
        <p class="if-unread">
          <a class="button" href="/unread">
            Open unread messages
          </a>
        </p>
      </div>
    </section>
  );
}
