/** The ids of the chat: their types, and how to make, combine and split them. */
import type { Distinct } from "../base/distinct.ts";

/** 12 base62 characters. */
export type UserId = Distinct<string, "user">;
/** 12 base62 characters; never the token. */
export type PushId = Distinct<string, "push">;
/** See ids of accounts. */
export type InviteId = Distinct<string, "invite">;
/** 12 base62 characters; never the token. */
export type SessionId = Distinct<string, "session">;
/**
 * Of a direct conversation: `<user id>_<user id>`, sorted. Of a group or a room: 12 base62 characters. Of a thread:
 * `t_<message id>`, with the id of its root.
 */
export type ConversationId = Distinct<string, "conversation">;
/** A UUID in lower case, followed by `~` and 8 characters if a merge met another request with the same id. */
export type ClientId = Distinct<string, "client">;
/** `<user id>-<client id>`. */
export type MessageId = Distinct<string, "message">;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_CHARS = 12;
/** What the ids of threads begin with. */
const THREAD_PREFIX = "t_";
const ROOM_ID = /^[0-9A-Za-z]{12}$/;

/** 12 base62 characters (71 bits) from the first 9 bytes of `seed`. */
function base62(seed: Uint8Array): string {
  let value = 0n;
  for (let i = 0; i < 9; i++) value = (value << 8n) | BigInt(seed[i]!);
  let id = "";
  for (let i = 0; i < ID_CHARS; i++) {
    id = BASE62[Number(value % 62n)]! + id;
    value /= 62n;
  }
  return id;
}

/** A random session id. */
export function randomId(): SessionId {
  return base62(crypto.getRandomValues(new Uint8Array(9)));
}

/**
 * The id of an account, derived from its registration request: two branches that both accept
 * the same request create the same account, which a merge then recognises.
 */
export function userIdFor(folded: string, clientId: ClientId): UserId {
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-user\0${folded}\0${clientId}`).digest());
}

/**
 * Identifies one password of one account and reveals nothing about it: derived from the stored
 * hash, which has a new random salt for every password. "" for a deleted account, whose hash is "".
 */
export function passwordId(passwordHash: string): string {
  if (passwordHash === "") return "";
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-password\0${passwordHash}`).digest());
}

/** The direct conversation of two users. With the same user twice: the user's notes. */
export function directId(a: UserId, b: UserId): ConversationId {
  return a < b ? `${a}_${b}` : `${b}_${a}`;
}

/**
 * The people of a direct conversation, each once, in the order of their ids; null if the id is not that of a direct
 * conversation. Use this only to open one: the rows say who the members of a conversation are.
 */
export function directMembers(conversation: ConversationId): readonly UserId[] | null {
  if (conversation.length !== 2 * ID_CHARS + 1 || conversation[ID_CHARS] !== "_") return null;
  const [a, b] = [conversation.slice(0, ID_CHARS), conversation.slice(ID_CHARS + 1)];
  return a === b ? [a] : [a, b];
}

/** The room that everybody is in: the same on both branches of a split. */
export const GENERAL_ID: ConversationId = base62(new Bun.CryptoHasher("sha256").update("lastword-general").digest());

/**
 * The id of a room, from the request that makes it: two branches that both take the same request make the same room.
 * `content` is that of the request, so that a client id used twice does not make one room of two.
 */
export function roomIdFor(creator: UserId, clientId: ClientId, content: string): ConversationId {
  const [original = ""] = clientId.split("~");
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-room\0${creator}\0${original}\0${content}`).digest());
}

/** The id of a subscription, by which its user names it: its endpoint is a secret. */
export function pushIdFor(endpoint: string): PushId {
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-push\0${endpoint}`).digest());
}

/** The id of a link, from the request that makes it, as that of a room. */
export function inviteIdFor(creator: UserId, clientId: ClientId, content: string): InviteId {
  const [original = ""] = clientId.split("~");
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-invite\0${creator}\0${original}\0${content}`).digest());
}

/**
 * The id of the group conversation of these people, in any order: the same on both branches of a split. `nth`: how many
 * earlier groups of the same people have become rooms.
 */
export function groupIdFor(people: readonly UserId[], nth: number): ConversationId {
  const set = [...new Set(people)].toSorted().join("\0");
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-group\0${nth}\0${set}`).digest());
}

/** The text can be the id of a room, or of a group, which may become one. */
export function isRoomId(text: string): boolean {
  return ROOM_ID.test(text);
}

/** `<author id>-<client id>`: the same at every replica, and it never changes. */
export function messageId(author: UserId, clientId: ClientId): MessageId {
  return `${author}-${clientId}`;
}

/** Author and client id of a message id; null if the text is not one. */
export function splitMessageId(id: MessageId): { readonly author: UserId; readonly clientId: ClientId } | null {
  // A client id has 36 characters, and a suffix of 9 more if a merge had to change it.
  if (id.length < ID_CHARS + 2 || id.length > ID_CHARS + 46 || id[ID_CHARS] !== "-") return null;
  return { author: id.slice(0, ID_CHARS), clientId: id.slice(ID_CHARS + 1) };
}

/** The thread below a message: both branches of a split make the same one. */
export function threadIdOf(root: MessageId): ConversationId {
  return `${THREAD_PREFIX}${root}`;
}

/** The id of the message that the thread begins with; null if the id is not that of a thread. */
export function rootOf(thread: ConversationId): MessageId | null {
  return isThreadId(thread) ? thread.slice(THREAD_PREFIX.length) : null;
}

/** The id is that of a thread: no other conversation's begins like this. */
export function isThreadId(conversation: ConversationId): boolean {
  return conversation.startsWith(THREAD_PREFIX);
}

/** The client id in lower case; null if the text is not a UUID. */
export function parseClientId(text: string): ClientId | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
}

/** The id of the second message that one request sends: the same for each repeat, and of the same moment (UUID 7). */
export function secondIdOf(clientId: ClientId): ClientId {
  const lower = clientId.toLowerCase();
  const drawn = new Bun.CryptoHasher("sha256").update(`lastword-second\0${lower}`).digest("hex");
  return `${lower.slice(0, 15)}${drawn.slice(0, 3)}-8${drawn.slice(3, 6)}-${drawn.slice(6, 18)}`;
}

/** base64url of the SHA-256 of a token. Only this hash is stored and looked up. */
export function tokenHash(token: string): string {
  return Bun.SHA256.hash(token, "base64url");
}
