/** How a person is shown: an initial on a quiet colour, a presence dot, a name. */
import { cut } from "./cut.ts";
import type { ConversationView, RoomView, Session, UserView } from "../../chat/chat-service.ts";
import { Icon } from "./icons.tsx";

const HUES = 8;

/** One of eight colour classes, the same for a person on every page. The policy allows no inline styles. */
function hueOf(userId: string): number {
  let hash = 7;
  for (const letter of userId) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
  return hash % HUES;
}

/** Initial and presence dot. By `data-user` the script finds all dots of a person. */
export function Avatar({ user, large = false }: { user: UserView; large?: boolean }) {
  const initial = user.deleted ? "·" : (cut(user.name, 1) || "·").toUpperCase();
  return (
    <span class={`avatar hue-${user.deleted ? "none" : hueOf(user.id)}${large ? " large" : ""}`}>
      <span aria-hidden="true">{initial}</span>
      {user.deleted ? null : <PresenceDot user={user} />}
    </span>
  );
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
  return (
    <span class={`avatar room hue-none${large ? " large" : ""}`}>
      {room.isPrivate ? (
        <>
          <Icon name="lock" />
          <span class="sr">private room</span>
        </>
      ) : (
        <span aria-hidden="true">#</span>
      )}
    </span>
  );
}

/** The mark of a group, in place of a person's initial: how many people are in it. */
function GroupMark({ people }: { people: number }) {
  return (
    <span class="avatar hue-none">
      <span aria-hidden="true">{people}</span>
      <span class="sr">{people} people</span>
    </span>
  );
}

/**
 * The title of a conversation: the other person's name, the user's own name with "(you)", the names of the others in a
 * group, or a room's name with `#`.
 */
export function conversationName(conversation: ConversationView, session: Session): string {
  const { room, with: other, group } = conversation;
  if (room !== null) return `#${room.name}`;
  if (group.length > 0) return group.map(({ name }) => name).join(", ");
  if (other === null) return "";
  return other.id === session.userId ? `${other.name} (you)` : other.name;
}

/** The mark of a conversation in a list. */
export function ConversationMark({ conversation }: { conversation: ConversationView }) {
  const { room, with: other, group } = conversation;
  if (room !== null) return <RoomMark room={room} />;
  if (group.length > 0) return <GroupMark people={group.length + 1} />;
  return other === null ? null : <Avatar user={other} />;
}

/** Online or offline, as a dot, and as a word for screen readers. */
function PresenceDot({ user }: { user: UserView }) {
  return (
    <span class="presence" data-user={user.id} data-online={user.online ? "yes" : "no"}>
      <span class="sr">{user.online ? "online" : "offline"}</span>
    </span>
  );
}

/**
 * How a time is written: "second" and "clock" as a time of day, "short" in a list ("09:12", "yesterday"), "past" after
 * "last seen" ("5 min ago"), "from" after "since" ("09:12").
 */
export type TimeStyle = "second" | "clock" | "short" | "past" | "from";

/** A time. It is in UTC until the script writes it in the reader's own zone. */
export function Time({ micros, style }: { micros: number; style: TimeStyle }) {
  const date = new Date(micros / 1000);
  const iso = date.toISOString();
  const clock = iso.slice(11, 16);
  const day = iso.slice(0, 10);
  return (
    <time datetime={iso} data-time={style} title={`${day} ${clock} UTC`}>
      {style === "second" ? iso.slice(11, 19) : style === "clock" ? clock : style === "short" ? day : `${day} ${clock}`}
    </time>
  );
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
