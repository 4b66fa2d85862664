/**
 * Rows: the chat's state as the rules see it, in the domain's words. Implemented by
 * db/state over SQLite and by tests/support in memory; one contract suite runs against
 * both. All calls are synchronous and happen inside apply, one op at a time.
 *
 * Every seq here is a seq of this replica's log. Rows carry seqs and never travel to
 * another branch: after a merge the losing replica takes over the winner's rows whole.
 */
import type { ClientId, ConversationId, SessionId, UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** 0: the account lives. 1: deleted, messages stay. 2: deleted, messages too. */
export type Deleted = 0 | 1 | 2;

export interface UserRow {
  readonly id: UserId;
  readonly name: string;
  /** Unique for ever, also after deletion. */
  readonly folded: string;
  /** The name as it looks (names.ts); unique for ever, too. */
  readonly skeleton: string;
  readonly passwordHash: string;
  /** Time of the newest password, for merges: an older log-in or password does not win over it. */
  readonly passwordMicros: number;
  readonly createdMicros: number;
  readonly lastSeenMicros: number;
  readonly deleted: Deleted;
  /** The name she registered with on a branch that lost, and lost to somebody else; else null. */
  readonly formerName: string | null;
  /** `formerName` folded: she may still log in with it. */
  readonly formerFolded: string | null;
}

export interface SessionRow {
  readonly id: SessionId;
  readonly tokenHash: string;
  readonly user: UserId;
  readonly createdMicros: number;
  readonly lastUsedMicros: number;
  readonly device: string;
}

export interface ConversationRow {
  readonly id: ConversationId;
  /** Room for 'room'; only direct conversations exist. */
  readonly kind: "direct";
  readonly createdSeq: Seq;
}

export interface MemberRow {
  readonly conversation: ConversationId;
  readonly user: UserId;
  /** The user has read everything up to here (0: nothing). */
  readonly mark: Seq;
  /** The op that last moved the mark over somebody else's message. */
  readonly markChangedSeq: Seq;
}

export interface MessageRow {
  readonly conversation: ConversationId;
  readonly seq: Seq;
  readonly author: UserId;
  readonly clientId: ClientId;
  /** Empty once deleted. */
  readonly body: string;
  readonly timeMicros: number;
  readonly deleted: boolean;
  readonly recovered: boolean;
  /** The op that deleted it; 0 if none. */
  readonly changedSeq: Seq;
}

/** One request of a user, for ever: what a repeat is recognised by, and where a message is found by its id. */
export interface RequestRow {
  readonly user: UserId;
  readonly clientId: ClientId;
  /** requestHash of the op. */
  readonly hash: string;
  /** Seq of the entry that decided it; of a message also its place. */
  readonly seq: Seq;
  /** Conversation of the message this request sent; null for everything else and for errors. */
  readonly conversation: ConversationId | null;
  /** Encoded Result; null if and only if it sent a message, which says it all: kept is no more than its seq. */
  readonly result: Uint8Array | null;
}

/** What a user did on another branch to a message of it that has not arrived here. */
export interface EarlyRow {
  readonly author: UserId;
  readonly clientId: ClientId;
  readonly user: UserId;
  readonly what: "hidden" | "read";
}

/** What the rules may ask and do. Whatever an op did before it failed is undone by the caller. */
export interface Rows {
  user(id: UserId): UserRow | null;
  userByFolded(folded: string): UserRow | null;
  userBySkeleton(skeleton: string): UserRow | null;
  /** There is an account, deleted or not. */
  hasUsers(): boolean;
  /** Inserts or replaces. */
  putUser(row: UserRow): void;

  session(id: SessionId): SessionRow | null;
  /** At most SESSIONS_PER_USER + 1, the least recently used first, then by id. */
  sessionsOf(user: UserId): readonly SessionRow[];
  /** Inserts or replaces, by id. The token hash must be new. */
  putSession(row: SessionRow): void;
  removeSession(id: SessionId): void;

  request(user: UserId, clientId: ClientId): RequestRow | null;
  /** Seq of a message, if this author sent it there; null if not. */
  seqOfMessage(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null;
  /** Inserts or replaces; after its message. */
  putRequest(row: RequestRow): void;
  /** Requests of all users by client id, then user, after `after`: "" or `<client id> <user>`. */
  requestsAfter(after: string, limit: number): readonly RequestRow[];

  conversation(id: ConversationId): ConversationRow | null;
  addConversation(row: ConversationRow): void;
  /** Null: she is no member, and may know nothing of the conversation. */
  member(conversation: ConversationId, user: UserId): MemberRow | null;
  /** Who hears of what happens there, by id; empty if there is no such conversation. */
  membersOf(conversation: ConversationId): readonly UserId[];
  /** Inserts or replaces. */
  putMember(row: MemberRow): void;

  message(conversation: ConversationId, seq: Seq): MessageRow | null;
  addMessage(row: MessageRow): void;
  /** Turns the message into a tombstone: no body, deleted, changedSeq. */
  eraseMessage(conversation: ConversationId, seq: Seq, changedSeq: Seq): void;
  /** Author and deletion of the messages above `seq`, in order. */
  messagesAfter(
    conversation: ConversationId,
    seq: Seq,
    limit: number,
  ): readonly Pick<MessageRow, "seq" | "author" | "deleted">[];

  /**
   * The user's mark cannot move by itself: `markIsStuck` was said of it, and since then it has not
   * moved, she has read or hidden nothing singly, and the message it stands before is not erased.
   * Whoever remembers less may always answer false: it saves a look and decides nothing.
   */
  isMarkStuck(conversation: ConversationId, user: UserId): boolean;
  /** The first message above the user's mark is this one, and it is another's and unread. */
  markIsStuck(conversation: ConversationId, user: UserId, before: Seq): void;

  isRead(conversation: ConversationId, user: UserId, seq: Seq): boolean;
  addRead(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void;
  /** Forgets single reads up to `seq`: the mark covers them. */
  dropReads(conversation: ConversationId, user: UserId, seq: Seq): void;
  isHidden(conversation: ConversationId, user: UserId, seq: Seq): boolean;
  hide(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void;

  /** The author deleted a message of this id before this branch ever saw it. */
  hasTombstone(author: UserId, clientId: ClientId): boolean;
  addTombstone(author: UserId, clientId: ClientId): void;

  /** Stores what a user did to a message that has not arrived yet; idempotent. */
  addEarly(row: EarlyRow): void;
  /** Removes and answers what waits for this message, ordered by user, then by `what`. */
  takeEarly(author: UserId, clientId: ClientId): readonly EarlyRow[];

  /** Any deleted account whose messages are still being erased, and up to which request (see requestsAfter). */
  purge(): { readonly user: UserId; readonly afterRequest: string } | null;
  setPurge(user: UserId, afterRequest: string): void;
  endPurge(user: UserId): void;

  /** The newest format of ops that is in force: FIRST_FORMAT unless another one was enabled. */
  opFormat(): number;
  /** From here on ops of this format may be written; it is above `opFormat()`. `version` is that of the leader's executable. */
  enableFormat(format: number, version: string, seq: Seq): void;
}

/** In force from the beginning. */
export const FIRST_FORMAT = 1;

/** Logins of one user; the least recently used ends when one more comes. */
export const SESSIONS_PER_USER = 50;

/** A session that was not used for this long is over. */
export const SESSION_TTL_MICROS = 90 * 24 * 3600 * 1e6;
