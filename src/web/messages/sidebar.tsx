/** The list on the left: conversations in sections, with unread counts, then people without a conversation. */
import type { Child } from "hono/jsx";
import {
  UNREAD_TOTAL_MAX,
  type ConversationView,
  type ListView,
  type Session,
  type UserView,
} from "../../chat/chat-service.ts";
import { wordsOrFiles } from "./files.tsx";
import { markdownWords } from "./markdown.ts";
import { cut } from "../page/cut.ts";
import { Icon } from "../page/icons.tsx";
import { markup } from "../page/markup.ts";
import { compareRows, SECTIONS, type Order, type Section } from "./list-order.ts";
import { Avatar, ConversationMark, conversationName, PersonName, Time } from "../page/names.tsx";

export interface SidebarProps extends ListView {
  readonly session: Session;
  readonly others: readonly UserView[];
  /** Reports that wait; null if the user does not run the chat. */
  readonly reports: number | null;
  /** The conversations for which the replicas keep a draft of the user. */
  readonly drafted: readonly string[];
  /** A guest finds no rooms and makes none. */
  readonly isGuest: boolean;
  readonly current: string | null;
  readonly order: Order;
  /** The sections that are folded in this browser, and the name of the cookie that says so. */
  readonly folded: ReadonlySet<string>;
  readonly foldsCookie: string;
}

const SECTION_NAMES: Readonly<Record<Section, string>> = {
  starred: "Starred",
  rooms: "Rooms",
  direct: "Direct messages",
};

function sectionOf({ room, preferences }: ConversationView): Section {
  if (preferences.starred) return "starred";
  return room === null ? "direct" : "rooms";
}

/** Whether the row is shown as unread. */
function isUnread({ unread, preferences }: ConversationView): boolean {
  return unread > 0 && !preferences.muted;
}

const PREVIEW_CHARS = 80;

/** The beginning of the conversation's newest message. */
export function preview(conversation: ConversationView, session: Session): string {
  const { last, room } = conversation;
  if (room !== null && last === null) return room.topic === "" ? "No messages yet" : room.topic;
  if (last === null || last.deleted) return "";
  const text = cut(wordsOrFiles(markdownWords(last.body), last), PREVIEW_CHARS);
  if (last.authorId === session.userId) return `You: ${text}`;
  return room === null && conversation.group.length === 0 ? text : `${last.authorDisplayName}: ${text}`;
}

/** The count of one conversation as text; it is counted no further than 100. */
export function countText(unread: number): string {
  return unread >= 100 ? "99+" : String(unread);
}

/** The count of all conversations as text. */
export function totalText(unread: number): string {
  return unread >= UNREAD_TOTAL_MAX ? `${UNREAD_TOTAL_MAX}+` : String(unread);
}

/** Whether somebody who runs the chat, and so may invite, sees nobody to write to. */
const isAlone = ({ others, reports }: SidebarProps): boolean => others.length === 0 && reports !== null;

/** The list. The script also fetches it alone. */
export function Sidebar(props: SidebarProps) {
  const { conversations, others, current, unread, calls, unreadInThreads, reports, more, order, foldsCookie } = props;
  const hasMet = conversations.some(({ room }) => room === null);
  const isFirst = !hasMet && isAlone(props);
  return (
    <nav
      id="sidebar"
      class="sidebar"
      aria-label="Conversations"
      data-unread={totalText(unread)}
      data-calls={totalText(calls)}
      {...(hasMet ? { "data-met": "yes" } : {})}
      {...(isFirst ? { "data-first": "yes" } : {})}
      data-order={order}
      data-folds={foldsCookie}
      data-drafts={props.drafted.join(" ")}
    >
      <form id="finder" action="/find" role="search" aria-label="Find in the list">
        <label class="sr" for="filter">
          Find a conversation
        </label>
        <input id="filter" type="search" name="q" placeholder="Find a conversation" autocomplete="off" maxlength={80} />
      </form>
      <a class="new-message" href="/new" aria-current={current === "new" ? "page" : undefined}>
        <Icon name="write" />
        New message
      </a>
      {props.isGuest ? null : (
        <a class="browse" href="/rooms" aria-current={current === "rooms" ? "page" : undefined}>
          <Icon name="rooms" />
          Rooms
        </a>
      )}
      <a class="browse" href="/search" aria-current={current === "search" ? "page" : undefined}>
        <Icon name="search" />
        Search
      </a>
      <a class="browse" href="/activity" aria-current={current === "activity" ? "page" : undefined}>
        <Icon name="bell" />
        Activity
      </a>
      <ThreadsLink unread={unreadInThreads} current={current} />
      <a class="browse" href="/saved" aria-current={current === "saved" ? "page" : undefined}>
        <Icon name="save" />
        Saved
      </a>
      <ReportsLink reports={reports} current={current} />
      <Sections {...props} />
      <p id="nothing-found" class="small" role="status" hidden />
      {hasMet ? null : <FirstSteps isFirst={isFirst} />}
      {more === null ? null : (
        <p class="more">
          <a href={`/conversations?before=${more.beforeSeq}`}>More conversations</a>
          {more.unread ? <a href="/conversations?unread=1">Unread ones among them</a> : null}
        </p>
      )}
      <OtherPeople others={others} />
    </nav>
  );
}

/** Leads to the threads that the user follows. The script keeps the count. */
function ThreadsLink({ unread, current }: { unread: number; current: string | null }) {
  return (
    <a id="threads-link" class="browse" href="/threads" aria-current={current === "threads" ? "page" : undefined}>
      <Icon name="thread" />
      Threads
      <span class="count" hidden={unread === 0}>
        <span id="threads-count">{totalText(unread)}</span>
        <span class="sr"> unread</span>
      </span>
    </a>
  );
}

/** Leads those who run the chat to the reports, while some wait. The script keeps the count. */
function ReportsLink({ reports, current }: { reports: number | null; current: string | null }) {
  if (reports === null) return null;
  return (
    <a
      id="reports-link"
      class="browse"
      href="/reports"
      hidden={reports === 0}
      aria-current={current === "reports" ? "page" : undefined}
    >
      <Icon name="flag" />
      Reports
      <span class="count">
        <span id="reports-count">{countText(reports)}</span>
        <span class="sr"> waiting</span>
      </span>
    </a>
  );
}

function OtherPeople({ others }: Pick<SidebarProps, "others">) {
  if (others.length === 0) return null;
  return (
    <>
      <h2>Other people</h2>
      <ul>
        {others.map((user) => (
          <li id={`u-${user.id}`}>
            <a href={`/?to=${encodeURIComponent(user.name)}`}>
              <Avatar user={user} />
              <PersonName user={user} session={null} />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The rows, each in its section and in the user's order. */
function Sections({ session, conversations, current, order, folded, drafted }: SidebarProps) {
  const placed = conversations.map((one) => ({
    one,
    name: conversationName(one, session),
    isUnread: isUnread(one),
    seq: one.lastSeq,
  }));
  const sorted = placed.sort((a, b) => compareRows(order, a, b)).map(({ one }) => one);
  const bySection = Map.groupBy(sorted, sectionOf);
  return (
    <>
      {SECTIONS.map((section) => {
        const rows = bySection.get(section) ?? [];
        return (
          <SectionList section={section} isOpen={!folded.has(section)} rows={rows}>
            {rows.map((one) =>
              ConversationItem({
                conversation: one,
                session,
                current: one.id === current,
                drafted: drafted.includes(one.id),
              }),
            )}
          </SectionList>
        );
      })}
    </>
  );
}

interface SectionProps {
  readonly section: Section;
  readonly isOpen: boolean;
  readonly rows: readonly ConversationView[];
  readonly children: Child;
}

/** The number, of conversations with something unread, is shown while the section is folded. */
function SectionList({ section, isOpen, rows, children }: SectionProps) {
  const unread = rows.filter(isUnread).length;
  return (
    <details id={`list-${section}`} data-section={section} open={isOpen} hidden={rows.length === 0}>
      <summary>
        {SECTION_NAMES[section]}
        <span class="unread-rows" hidden={unread === 0}>
          <span class="number">{unread}</span>
          <span class="sr"> with unread messages</span>
        </span>
      </summary>
      <ul>{children}</ul>
    </details>
  );
}

/**
 * What a phone shows somebody who has written to nobody, because its start page is the list alone. The styles hide it as
 * soon as the list has a person.
 */
function FirstSteps({ isFirst }: { isFirst: boolean }) {
  return isFirst ? (
    <p class="empty first-steps">
      <strong>You are the first one here</strong>
      Make a link and send it to those whom you want here.
      <br />
      <a href="/invites">Invite people</a>
    </p>
  ) : (
    <p class="empty first-steps">
      <strong>No direct messages yet</strong>
      Open a room, choose a person below, or press New message and type a name.
    </p>
  );
}

/**
 * What waits in a conversation: of a room, first how many of the unread messages mention the user. A muted one counts
 * nothing, and shows only that the user is mentioned by name.
 */
export function UnreadCounts({ conversation }: { conversation: ConversationView }) {
  const { room, unread, mentions, preferences } = conversation;
  const isMentioned = room !== null && mentions > 0;
  if (unread === 0 || (preferences.muted && !isMentioned)) return null;
  const calls = isMentioned ? mentionCount(mentions, preferences.muted) : null;
  const count = preferences.muted
    ? null
    : markup`<span class="count">${countText(unread)}<span class="sr"> unread</span></span>`;
  return markup`<span class="counts">${calls}${count}</span>`;
}

function mentionCount(mentions: number, isMuted: boolean) {
  const words = mentions === 1 ? " mentions you, " : " mention you, ";
  const sign = markup`<span aria-hidden="true">@</span>${isMuted ? null : countText(mentions)}`;
  return markup`<span class="count calls">${sign}<span class="sr">${words}</span></span>`;
}

interface ItemProps {
  readonly conversation: ConversationView;
  readonly session: Session;
  readonly current: boolean;
  /** The replicas keep a draft of the user for it; the script knows for rows that it places. */
  readonly drafted?: boolean;
}

/** The row of one conversation, as text. */
export function renderItem(conversation: ConversationView, session: Session): string {
  return ConversationItem({ conversation, session, current: false }).toString();
}

/** How many messages of the conversation call the user: none of a muted one, else what the user chose to be told of. */
export function callsIn({ unread, mentions, preferences }: ConversationView): number {
  const calls = { all: unread, mentions, nothing: 0 };
  return preferences.muted ? 0 : calls[preferences.notify];
}

/**
 * The data are what decides on the row's place (list-order.ts); the script places rows that events bring. A template,
 * because a list has up to LIST_MAX rows, and each message to a room changes the row of all its people.
 */
function ConversationItem({ conversation, session, current, drafted = false }: ItemProps) {
  const { id, lastSeq, group, with: other, last, preferences } = conversation;
  const name =
    other === null || other.deleted
      ? markup`<span class="name">${conversationName(conversation, session)}</span>`
      : PersonName({ user: other, session });
  const look = isUnread(conversation) ? "has-unread" : preferences.muted ? "muted" : "";
  const people = group.length > 0 ? "group" : (other?.id ?? "");
  const calls = callsIn(conversation);
  const draft = drafted && !current ? DRAFTED : null;
  const mark = ConversationMark({ conversation });
  const time = last === null ? null : Time({ micros: last.timeMicros, style: "short" });
  const section = sectionOf(conversation);
  const row = markup`<li id="s-${id}" data-seq="${lastSeq}" data-section="${section}" data-with="${people}" data-calls="${calls}"${draft}>`;
  const link = markup`<a href="/c/${id}"${current ? CURRENT : null} class="${look}">${mark}${name}${time}`;
  const words = markup`<span class="preview" hx-ignore="true" dir="auto">${preview(conversation, session)}</span>`;
  return markup`${row}${link}${words}${UnreadCounts({ conversation })}${preferences.muted ? MUTED : null}</a></li>`;
}

const DRAFTED = markup` data-draft=""`;
const CURRENT = markup` aria-current="page"`;
const MUTED = markup`<span class="mute" title="Muted">${Icon({ name: "muted" })}<span class="sr">muted</span></span>`;
