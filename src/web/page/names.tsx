/**
 * How a person is shown: an initial on a quiet colour, a presence dot, a name. A list has some hundred people and rooms, so
 * what its rows consist of are templates: elements of JSX took five times as long.
 */
import { cut } from "./cut.ts";
import type { ConversationView, RoomView, Session, UserView } from "../../chat/chat-service.ts";
import type { Status } from "../../chat/profiles.ts";
import { Icon } from "./icons.tsx";
import { markup } from "./markup.ts";

const HUES = 8;

/** One of eight colour classes, the same for a person on every page. The policy allows no inline styles. */
function hueOf(userId: string): number {
  let hash = 7;
  for (const letter of userId) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
  return hash % HUES;
}

/** Initial and presence dot. By `data-user` the script finds all dots of a person. */
export function Avatar({ user, large = false }: { user: UserView; large?: boolean }) {
  const size = large ? " large" : "";
  if (user.deleted) return markup`<span class="avatar hue-none${size}"><span aria-hidden="true">·</span></span>`;
  const initial = (cut(user.displayName, 1) || "·").toUpperCase();
  const sign = markup`<span class="avatar hue-${hueOf(user.id)}${size}"><span aria-hidden="true">${initial}</span>`;
  return markup`${sign}${presenceDot(user)}</span>`;
}

/** The initial of somebody, small and without presence. */
export function Face({ id, name }: { id: string; name: string }) {
  return (
    <span class={`face hue-${hueOf(id)}`} title={name}>
      {(cut(name, 1) || "·").toUpperCase()}
    </span>
  );
}

/** The mark of a room, in place of a person's initial: `#`, or a lock for a private room. */
export function RoomMark({ room, large = false }: { room: RoomView; large?: boolean }) {
  return ROOM_MARKS[large ? "large" : "small"][room.isPrivate ? "private" : "public"];
}

const ROOM_MARKS = { small: roomMarks(""), large: roomMarks(" large") } as const;

function roomMarks(size: string) {
  const lock = markup`${Icon({ name: "lock" })}<span class="sr">private room</span>`;
  const sign = markup`<span aria-hidden="true">#</span>`;
  return {
    private: markup`<span class="avatar room hue-none${size}">${lock}</span>`,
    public: markup`<span class="avatar room hue-none${size}">${sign}</span>`,
  };
}

/** The mark of a group, in place of a person's initial: how many people are in it. */
function groupMark(people: number) {
  const words = markup`<span class="sr">${people} people</span>`;
  return markup`<span class="avatar hue-none"><span aria-hidden="true">${people}</span>${words}</span>`;
}

/**
 * The title of a conversation: the other person's name, the user's own name with "(you)", the names of the others in a
 * group, or a room's name with `#`.
 */
export function conversationName(conversation: ConversationView, session: Session): string {
  const { room, with: other, group } = conversation;
  if (room !== null) return `#${room.name}`;
  if (group.length > 0) return group.map(({ displayName }) => displayName).join(", ");
  if (other === null) return "";
  return calledFor(other, session);
}

/** What a person is called for whoever looks: "(you)" behind the user's own name. */
function calledFor(user: UserView, { userId }: Session): string {
  return user.id === userId ? `${user.displayName} (you)` : user.displayName;
}

/** A person in a list: what she wants to be called, and what she is at. The script finds it by `data-person`. */
export function PersonName({ user, session }: { user: UserView; session: Session | null }) {
  const { id, name, displayName } = user;
  const title = name === displayName ? null : markup` title="${name}"`;
  const called = session === null ? displayName : calledFor(user, session);
  return markup`<span data-person="${id}"${title} class="name">${called}${statusMark(user.status)}</span>`;
}

/** The name of somebody's account, where it is not what she wants to be called. */
export function AccountName({ user: { name, displayName } }: { user: UserView }) {
  return name === displayName ? null : <span class="account-name">{name}</span>;
}

/** Stands for the emoji of a status that has none. */
const NO_EMOJI = "💬";

/** `data-until`: the script removes the element then (ms since 1970). */
function untilOf({ untilMicros }: Status): { readonly "data-until"?: number } {
  return untilMicros === 0 ? {} : { "data-until": Math.floor(untilMicros / 1000) };
}

/** The emoji of a status, with its text for whoever points at it. */
function statusMark(status: Status | undefined) {
  if (status === undefined) return null;
  const { emoji, text, untilMicros } = status;
  const title = text === "" ? null : markup` title="${text}"`;
  const until = untilMicros === 0 ? null : markup` data-until="${Math.floor(untilMicros / 1000)}"`;
  const hidden = text === "" ? null : markup` aria-hidden="true"`;
  const words = text === "" ? null : markup`<span class="sr">${text}</span>`;
  const sign = emoji === "" ? NO_EMOJI : emoji;
  return markup`<span class="status"${title}${until}><span${hidden}>${sign}</span>${words}</span>`;
}

/** The same in words, with its end. */
export function StatusLine({ status }: { status: Status | undefined }) {
  if (status === undefined) return null;
  const { emoji, text, untilMicros } = status;
  return (
    <span class="status-line" {...untilOf(status)}>
      {emoji} <bdi>{text}</bdi>
      {untilMicros === 0 ? null : (
        <>
          {" until "}
          <Time micros={untilMicros} style="end" />
        </>
      )}
    </span>
  );
}

/** What a clock shows in another time zone; the script keeps it. Nothing if this version does not know the zone. */
export function LocalTime({ zone }: { zone: string | undefined }) {
  const now = zone === undefined ? null : clockIn(zone, new Date());
  return now === null ? null : (
    <span class="local-time" data-zone={zone}>
      local time {now}
    </span>
  );
}

function clockIn(timeZone: string, at: Date): string | null {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }).format(at);
  } catch {
    return null;
  }
}

/** The mark of a conversation in a list. */
export function ConversationMark({ conversation }: { conversation: ConversationView }) {
  const { room, with: other, group } = conversation;
  if (room !== null) return RoomMark({ room });
  if (group.length > 0) return groupMark(group.length + 1);
  return other === null ? null : Avatar({ user: other });
}

/** Online or offline, as a dot, and as a word for screen readers. */
function presenceDot({ id, online }: UserView) {
  const dot = markup`<span class="presence" data-user="${id}" data-online="${online ? "yes" : "no"}">`;
  return markup`${dot}<span class="sr">${online ? "online" : "offline"}</span></span>`;
}

/**
 * How a time is written: "second" and "clock" as a time of day, "short" in a list ("09:12", "yesterday"), "past" after
 * "last seen" ("5 min ago"), "from" after "since" ("09:12"), "end" after "until" ("09:12", with its day if it is another).
 */
export type TimeStyle = "second" | "clock" | "short" | "past" | "from" | "end";

/**
 * A time. It is in UTC until the script writes it in the reader's own zone. A page has some three hundred, so it is put
 * together as text, of digits alone.
 */
export function Time({ micros, style }: { micros: number; style: TimeStyle }) {
  const date = new Date(micros / 1000);
  const iso = date.toISOString();
  const clock = iso.slice(11, 16);
  const day = iso.slice(0, 10);
  const text =
    style === "second" ? iso.slice(11, 19) : style === "clock" ? clock : style === "short" ? day : `${day} ${clock}`;
  return markup`<time datetime="${iso}" data-time="${style}" title="${day} ${clock} UTC">${text}</time>`;
}

/** "online", "last seen …", or "offline" for people who never connected. */
export function Seen({ user }: { user: UserView }) {
  return (
    <span class="seen" data-seen={user.id}>
      {user.online ? (
        "online"
      ) : user.lastSeenMicros > 0 ? (
        <>
          last seen <Time micros={user.lastSeenMicros} style="past" />
        </>
      ) : (
        "offline"
      )}
    </span>
  );
}
