/**
 * Queries: what the service reads, answered by db/state from the rows of this replica.
 * Everything about a conversation is asked through a user's own membership: a method that
 * takes `user` answers null or nothing for what she may not see. Synchronous, bounded.
 */
import type { Told } from "./fact.ts";
import type { ClientId, ConversationId, MessageId, UserId } from "./ids.ts";
import type { MessageRow, RequestRow, SessionRow, UserRow } from "./rows.ts";
import type { Seq } from "../election/view.ts";

/** A message as one user sees it. */
export interface SeenMessage extends MessageRow {
  readonly unread: boolean;
  /** Only for her own messages: the other side has read it. */
  readonly readByOther: boolean;
}

/** A conversation as one user sees it. */
export interface ConversationSummary {
  readonly id: ConversationId;
  /** User id of the other side; her own for notes. */
  readonly other: UserId;
  /** Counted up to 100. */
  readonly unread: number;
  readonly lastSeq: Seq;
  /** The newest message that she can see: not deleted, not hidden. Looked for among the newest 1,000. */
  readonly last: SeenMessage | null;
}

/** Which of a user's conversations. */
export interface ConversationsPage {
  /** Only those whose newest message is below; 0: all. */
  readonly beforeSeq?: Seq;
  /** Only those with something unread. */
  readonly unread?: boolean;
}

/** Something that happened in a user's conversations, for a stream that resumes. */
export interface Change {
  /** Of the op that did it. */
  readonly seq: Seq;
  readonly told: Told<SeenMessage, never>;
}

export interface Queries {
  /** Everything below is as of this seq. */
  appliedSeq(): Seq;
  /** Time of the newest op applied. */
  newestMicros(): number;
  /** The newest format of ops that is in force. */
  opFormat(): number;

  user(id: UserId): UserRow | null;
  userByFolded(folded: string): UserRow | null;
  /** There is an account, deleted or not. */
  hasUsers(): boolean;
  /** Living accounts that may log in with this name, at most 4; the one that has the name first. */
  loginCandidates(folded: string): readonly UserRow[];
  /** Living accounts by folded name, after `afterFolded`, without `except`; with `part` in the folded name. */
  users(afterFolded: string, except: UserId, limit: number, part?: string): readonly UserRow[];

  sessionByToken(tokenHash: string): SessionRow | null;
  /** Newest use first. */
  sessionsOf(user: UserId): readonly SessionRow[];

  request(user: UserId, clientId: ClientId): RequestRow | null;

  isMember(conversation: ConversationId, user: UserId): boolean;
  /** Who hears of what happens there, by id; empty if there is no such conversation. */
  membersOf(conversation: ConversationId): readonly UserId[];
  /** Who shares a conversation with the user, each once, without her; of the first 10,000 conversations. */
  companions(user: UserId): readonly UserId[];
  /** The newest first; without those with a deleted account of which nothing is left to see. */
  conversationsOf(user: UserId, limit: number, page?: ConversationsPage): readonly ConversationSummary[];
  summary(conversation: ConversationId, user: UserId): ConversationSummary | null;
  /** The `limit` newest below `beforeSeq`, oldest first; without those the user has hidden. */
  history(conversation: ConversationId, user: UserId, beforeSeq: Seq, limit: number): readonly SeenMessage[];
  message(conversation: ConversationId, user: UserId, seq: Seq): SeenMessage | null;
  /** Unread messages of all conversations, counted up to `max`. */
  unreadTotal(user: UserId, max: number): number;
  /**
   * By conversation that has any, each up to `max`; of one, or of all. If that is `max` or more in all, those with
   * UNREAD_COUNT_MAX may have more.
   */
  unreadCounts(user: UserId, max: number, conversation?: ConversationId): ReadonlyMap<ConversationId, number>;
  /** Ids of unread messages, the newest `limit`, newest first. */
  unreadIds(conversation: ConversationId, user: UserId, limit: number): readonly MessageId[];

  /** What changed for the user after `seq`, in order; null if it is more than `limit`. */
  changesSince(user: UserId, seq: Seq, limit: number): readonly Change[] | null;
}

/** No more than this many unread messages of one conversation are counted. */
export const UNREAD_COUNT_MAX = 100;
