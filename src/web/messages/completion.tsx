/** What the composer offers behind an `@`, a `#` or a `:`: people, rooms and emoji by what is typed of their names. */
import type { Context } from "hono";
import type { ChatService, RoomView, Session, UserView } from "../../chat/chat-service.ts";
import { CALLS, ROOM } from "../../chat/mention-text.ts";
import { answerError, answerHtml } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { findEmoji } from "./emoji-table.ts";
import { sessionOf } from "../http/request.ts";
import { Avatar, RoomMark } from "../page/names.tsx";

const OFFERED_MAX = 8;
/** People and rooms among which the best are chosen. */
const LOOKED_AT = 50;
/** People of a room who are looked through. */
const ROOM_PEOPLE_LOOKED_AT = 200;
/** Of what is typed: more than any name has. */
const TYPED_UNITS_MAX = 128;

interface Offer {
  /** What is written in place of what was typed. */
  readonly text: string;
  /** Null: a word that calls many. A text: an emoji. */
  readonly shown: UserView | RoomView | string | null;
  readonly note: string;
}

const fold = (name: string): string => name.normalize("NFKC").toLowerCase();

/** Those that begin with what is typed come first; their order is otherwise kept. */
function best<T>(found: readonly T[], namesOf: (one: T) => readonly string[], typed: string): T[] {
  const begins = (one: T): number => Number(namesOf(one).some((name) => fold(name).startsWith(typed)));
  return found
    .filter((one) => namesOf(one).some((name) => fold(name).includes(typed)))
    .toSorted((a, b) => begins(b) - begins(a))
    .slice(0, OFFERED_MAX);
}

/** Of a room first its people, then everybody else, who would not be called. */
async function people(chat: ChatService, session: Session, room: string, typed: string): Promise<readonly Offer[]> {
  const inside = await chat.listRoomPeople(session, { room, limit: ROOM_PEOPLE_LOOKED_AT });
  const members = inside.ok ? inside.value.map(({ user }) => user).filter(({ id }) => id !== session.userId) : [];
  const all = await chat.listUsers(session, { limit: LOOKED_AT, ...(typed === "" ? {} : { search: typed }) });
  const ids = new Set(members.map(({ id }) => id));
  const others = all.ok ? all.value.filter(({ id }) => !ids.has(id)) : [];
  const whole = inside.ok && inside.value.length < ROOM_PEOPLE_LOOKED_AT;
  const offers = best([...members, ...others], ({ name, displayName }) => [name, displayName], typed).map(
    (user): Offer => ({
      text: `@${user.name}`,
      shown: user,
      note: whole && !ids.has(user.id) ? "not in this room" : "",
    }),
  );
  return inside.ok ? [...offers, ...calls(typed)] : offers;
}

function calls(typed: string): Offer[] {
  return [...CALLS]
    .filter(([word]) => word.startsWith(typed))
    .map(([word, user]) => ({
      text: `@${word}`,
      shown: null,
      note: user === ROOM ? "notifies everybody in this room" : "notifies those who are online",
    }));
}

async function rooms(chat: ChatService, session: Session, typed: string): Promise<readonly Offer[]> {
  const found = await chat.listRooms(session, { limit: LOOKED_AT, ...(typed === "" ? {} : { search: typed }) });
  const named = found.ok ? best(found.value, ({ name }) => [name], typed) : [];
  return named.map((room) => ({ text: `#${room.name}`, shown: room, note: "" }));
}

function emoji(typed: string): Offer[] {
  return findEmoji(typed, OFFERED_MAX).map(({ emoji: text, codes }) => ({ text, shown: `:${codes[0]}:`, note: "" }));
}

/** GET /c/:id/complete?text=@an: the options of a list box, without the list box. */
export async function answerCompletion(c: Context<WebEnv>, deps: WebDeps, conversationId: string): Promise<Response> {
  const [session, text] = [sessionOf(c), (c.req.query("text") ?? "").slice(0, TYPED_UNITS_MAX).normalize("NFKC")];
  const conversation = await deps.chat.conversation(session, { conversationId });
  if (!conversation.ok) return await answerError(c, conversation.error);
  const typed = fold(text.slice(1));
  const offers = text.startsWith("#")
    ? await rooms(deps.chat, session, typed)
    : text.startsWith("@")
      ? await people(deps.chat, session, conversationId, typed)
      : text.startsWith(":")
        ? emoji(typed)
        : [];
  return await answerHtml(
    c,
    <>
      {offers.map((offer, n) => (
        <Option offer={offer} id={`offer-${n}`} />
      ))}
    </>,
  );
}

function Option({ offer: { text, shown, note }, id }: { offer: Offer; id: string }) {
  return (
    <li id={id} role="option" aria-selected="false" data-text={text}>
      {shown === null ? (
        <span class="avatar hue-none" aria-hidden="true">
          @
        </span>
      ) : typeof shown === "string" ? (
        <span class="offer-emoji" aria-hidden="true">
          {text}
        </span>
      ) : "topic" in shown ? (
        <RoomMark room={shown} />
      ) : (
        <Avatar user={shown} />
      )}
      <span class="name">{typeof shown === "string" ? shown : text}</span>
      {shown !== null && typeof shown !== "string" && "displayName" in shown && shown.displayName !== shown.name ? (
        <span class="offer-display">{shown.displayName}</span>
      ) : null}
      {note === "" ? null : <span class="offer-note">{note}</span>}
    </li>
  );
}
