/** Finding people and rooms by name: the page that the field above the list leads to, and what the switcher shows. */
import type { Child } from "hono/jsx";
import type { ConversationView, RoomView, Session, UserView } from "../../chat/chat-service.ts";
import type { SearchHit } from "../../chat/search-service.ts";
import { QUERY_CHARS_MAX } from "../../search/query.ts";
import { AccountName, Avatar, ConversationMark, conversationName, PersonName, RoomMark } from "../page/names.tsx";
import { PageHead } from "../page/page-head.tsx";
import type { Offer } from "../search/filter-words.ts";
import { Hits, Offers } from "../search/hits.tsx";
import { countText } from "./sidebar.tsx";

/** The most results; whoever looks for one of more types more of its name. */
const FOUND_MAX = 12;

/** What was found. */
export interface Found {
  /** Groups; if nothing was typed, where the user may want to go. */
  readonly conversations: readonly ConversationView[];
  readonly people: readonly UserView[];
  readonly rooms: readonly RoomView[];
}

interface Result {
  readonly name: string;
  readonly link: Child;
}

/** Names that begin with the text come first, then those with a word that does; within each, rooms of the user's own. */
function rank(name: string, part: string, isOwn: boolean): number {
  const folded = name.toLowerCase();
  const place = folded.startsWith(part)
    ? 0
    : folded.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(part))
      ? 2
      : 4;
  return place + (isOwn ? 0 : 1);
}

function resultsOf({ conversations, people, rooms }: Found, text: string, session: Session): readonly Result[] {
  const part = text.replace(/^[#@]/, "").trim().toLowerCase();
  const open = conversations.map((conversation) => {
    const name = conversationName(conversation, session);
    return { name, rank: rank(name, part, false), link: <ConversationLink {...{ conversation, session }} /> };
  });
  if (part === "") return open;
  const named = [
    ...open,
    ...people.map((user) => ({
      name: user.displayName,
      rank: Math.min(rank(user.name, part, true), rank(user.displayName, part, true)),
      link: <PersonLink user={user} session={session} />,
    })),
    ...rooms.map((room) => ({
      name: room.name,
      rank: rank(room.name, part, room.role !== null),
      link: <RoomLink room={room} />,
    })),
  ];
  return named.toSorted((a, b) => a.rank - b.rank || a.name.length - b.name.length);
}

function ConversationLink({ conversation, session }: { conversation: ConversationView; session: Session }) {
  const { unread, preferences } = conversation;
  return (
    <a href={`/c/${conversation.id}`}>
      <ConversationMark conversation={conversation} />
      <span class="name">{conversationName(conversation, session)}</span>
      {unread > 0 && !preferences.muted ? (
        <span class="count">
          {countText(unread)}
          <span class="sr"> unread</span>
        </span>
      ) : null}
    </a>
  );
}

function PersonLink({ user, session }: { user: UserView; session: Session }) {
  return (
    <a href={`/?to=${encodeURIComponent(user.name)}`}>
      <Avatar user={user} />
      <PersonName user={user} session={session} />
      <AccountName user={user} />
    </a>
  );
}

function RoomLink({ room }: { room: RoomView }) {
  return (
    <a href={room.role === null ? `/rooms/${room.id}` : `/c/${room.id}`}>
      <RoomMark room={room} />
      <span class="name">#{room.name}</span>
      {room.role === null ? <span class="small">not joined</span> : null}
    </a>
  );
}

interface FoundProps {
  readonly found: Found;
  /** What completes a filter. */
  readonly offers: readonly Offer[];
  /** The newest messages with the text. */
  readonly hits: readonly SearchHit[];
  /** Why messages may be missing; null: none are. */
  readonly note: string | null;
  /** What was typed. */
  readonly text: string;
  readonly session: Session;
}

function statusOf(names: number, messages: number, text: string): string {
  if (text === "") return "Your latest conversations";
  if (names > FOUND_MAX) return `There are more than these ${FOUND_MAX}. Type more of the name.`;
  if (names > 0) return `${names} found`;
  // Nobody is called "from:ann".
  if (text.includes(":")) return messages === 0 ? "No message found" : "In messages";
  return messages === 0 ? `Nobody and no room here is called “${text}”.` : "In messages only";
}

/** The results, as the switcher shows them: what completes a filter, people and rooms, and messages. */
export function FoundList({ found, offers, hits, note, text, session }: FoundProps) {
  const all = resultsOf(found, text, session);
  const results = all.slice(0, FOUND_MAX);
  // Behind a colon a filter is meant; before it, it may be the beginning of a name.
  const isFilter = text.includes(":");
  return (
    <>
      {isFilter ? <Offers offers={offers} /> : null}
      {results.length === 0 ? null : (
        <ul class="found">
          {results.map(({ link }) => (
            <li>{link}</li>
          ))}
        </ul>
      )}
      <p class="small" role="status">
        {statusOf(all.length, hits.length, text)}
      </p>
      {note === null ? null : <p class="note">{note}</p>}
      {hits.length === 0 || results.length === 0 ? null : <h3 class="small">Messages</h3>}
      {hits.length === 0 ? null : <Hits hits={hits} session={session} />}
      {isFilter ? null : <Offers offers={offers} />}
      {text === "" ? null : (
        <p>
          <a class="all-hits" href={`/search?q=${encodeURIComponent(text)}`}>
            Search messages for “{text}”
          </a>
        </p>
      )}
    </>
  );
}

/** The same as a page. */
export function FindPage(props: FoundProps) {
  return (
    <section class="page people" aria-labelledby="find-title">
      <PageHead title="Find a conversation" id="find-title" />
      <form action="/find" class="search" role="search" aria-label="Find people and rooms">
        <label class="sr" for="find-text">
          Name of a person or room
        </label>
        <input
          id="find-text"
          type="search"
          name="q"
          value={props.text}
          placeholder="Name of a person or room"
          maxlength={80}
        />
        <button type="submit">Find</button>
      </form>
      <FoundList {...props} />
    </section>
  );
}

/** The quick switcher, closed until the user opens it. */
export function SwitcherDialog() {
  return (
    <dialog id="switcher" class="sheet" aria-labelledby="switcher-title">
      <h2 id="switcher-title" class="sr">
        Go to a person or room, or search
      </h2>
      <label class="sr" for="switcher-text">
        Name of a person or room, or words of a message
      </label>
      <input
        id="switcher-text"
        type="search"
        placeholder="Name of a person or room, or words of a message"
        autocomplete="off"
        maxlength={QUERY_CHARS_MAX}
        autofocus
      />
      <div id="switcher-found" />
    </dialog>
  );
}
