/** How a person appears everywhere: initials on a quiet colour, a presence dot, a name. */
import { cut } from "./cut.ts";
import type { ConversationView, RoomView, Session, UserView } from "../../chat/chat-service.ts";
import { Icon } from "./icons.tsx";

const HUES = 8;

/** One of eight colours, the same for a person on every page; the policy allows no inline styles. */
function hueOf(userId: string): number {
  let hash = 7;
  for (const letter of userId) hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
  return hash % HUES;
}

/** Initial and presence. `data-user` lets the live events find every dot of a person. */
export function Avatar({ user, large = false }: { user: UserView; large?: boolean }) {
  const initial = user.deleted ? "·" : (cut(user.name, 1) || "·").toUpperCase();
  return (
    <span class={`avatar hue-${user.deleted ? "none" : hueOf(user.id)}${large ? " large" : ""}`}>
      <span aria-hidden="true">{initial}</span>
      {user.deleted ? null : <PresenceDot user={user} />}
    </span>
  );
}

/** What stands in a list where a person's initial stands: `#`, or a lock for a private room. */
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

/** What a conversation is called: the other person's name, "(you)" behind one's own, `#` before a room's. */
export function conversationName(conversation: ConversationView, session: Session): string {
  const { room, with: other } = conversation;
  if (room !== null) return `#${room.name}`;
  if (other === null) return "";
  return other.id === session.userId ? `${other.name} (you)` : other.name;
}

/** The mark of a conversation in a list. */
export function ConversationMark({ conversation }: { conversation: ConversationView }) {
  const { room, with: other } = conversation;
  if (room !== null) return <RoomMark room={room} />;
  return other === null ? null : <Avatar user={other} />;
}

/** Online or not, as a dot for eyes and a word for ears. */
function PresenceDot({ user }: { user: UserView }) {
  return (
    <span class="presence" data-user={user.id} data-online={user.online ? "yes" : "no"}>
      <span class="sr">{user.online ? "online" : "offline"}</span>
    </span>
  );
}

/**
 * What a time says: a clock, with seconds, or how long ago: short ("09:12", "yesterday"), in a sentence after "last seen"
 * ("5 min ago"), or after "since" ("09:12").
 */
export type TimeStyle = "second" | "clock" | "short" | "past" | "from";

/** A time that the script rewrites into the reader's own zone; without it, UTC. */
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

/** "online", "last seen …" or nothing for people who never connected. */
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
