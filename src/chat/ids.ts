/** Ids of the chat: what they are, how they are made, put together and taken apart. */
import type { Distinct } from "../base/distinct.ts";

/** 12 base62 characters. */
export type UserId = Distinct<string, "user">;
/** 12 base62 characters; never the token. */
export type SessionId = Distinct<string, "session">;
/** Of a direct conversation: `<user id>_<user id>`, sorted. */
export type ConversationId = Distinct<string, "conversation">;
/** A UUID, in lower case; behind it `~` and 8 characters where a merge met another request of the same id. */
export type ClientId = Distinct<string, "client">;
/** `<user id>-<client id>`. */
export type MessageId = Distinct<string, "message">;

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID_CHARS = 12;

/** 12 base62 characters (71 bits) from the first bytes of `seed`, which must have at least 9. */
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

/** A random id, for sessions. */
export function randomId(): SessionId {
  return base62(crypto.getRandomValues(new Uint8Array(9)));
}

/**
 * The id of an account, from its registration request: two branches that both take the
 * same request make the same account, which a merge then recognises.
 */
export function userIdFor(folded: string, clientId: ClientId): UserId {
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-user\0${folded}\0${clientId}`).digest());
}

/**
 * Names one password of one account without saying anything of it: made from the stored hash,
 * whose salt is drawn anew each time. "" of a deleted account, whose hash is "".
 */
export function passwordId(passwordHash: string): string {
  if (passwordHash === "") return "";
  return base62(new Bun.CryptoHasher("sha256").update(`lastword-password\0${passwordHash}`).digest());
}

/** The direct conversation of two users; of one user with herself: notes. */
export function directId(a: UserId, b: UserId): ConversationId {
  return a < b ? `${a}_${b}` : `${b}_${a}`;
}

/**
 * The people of a direct conversation, each once, in the order of their ids; null if the id is none. Only for who
 * opens one: whose a conversation is, the rows say.
 */
export function directMembers(conversation: ConversationId): readonly UserId[] | null {
  if (conversation.length !== 2 * ID_CHARS + 1 || conversation[ID_CHARS] !== "_") return null;
  const [a, b] = [conversation.slice(0, ID_CHARS), conversation.slice(ID_CHARS + 1)];
  return a === b ? [a] : [a, b];
}

/** `<author id>-<client id>`: the same at every replica, for ever. */
export function messageId(author: UserId, clientId: ClientId): MessageId {
  return `${author}-${clientId}`;
}

/** Author and client id of a message id; null if it is none. */
export function splitMessageId(id: MessageId): { readonly author: UserId; readonly clientId: ClientId } | null {
  // A client id has 36 characters; one that a merge had to change has a suffix of 9 more.
  if (id.length < ID_CHARS + 2 || id.length > ID_CHARS + 46 || id[ID_CHARS] !== "-") return null;
  return { author: id.slice(0, ID_CHARS), clientId: id.slice(ID_CHARS + 1) };
}

/** The client id in lower case if it is a UUID; else null. */
export function parseClientId(text: string): ClientId | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
}

/** base64url of the SHA-256 of a token: what is stored and looked up. */
export function tokenHash(token: string): string {
  return Bun.SHA256.hash(token, "base64url");
}
