/**
 * Queries: what the service reads, answered by db/state from the rows of this replica.
 * Everything about a conversation is asked through a user's own membership: a method that
 * takes `user` answers null or nothing for what she may not see. Synchronous, bounded.
 */
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
  readonly id: string;
  /** User id of the other side; her own for notes. */
  readonly other: string;
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
export type Change =
  | { readonly kind: "message"; readonly seq: Seq; readonly message: SeenMessage }
  | { readonly kind: "deleted"; readonly seq: Seq; readonly conversation: string; readonly ids: readonly string[] }
  | {
      readonly kind: "read";
      readonly seq: Seq;
      readonly conversation: string;
      readonly reader: string;
      readonly ids: readonly string[];
      readonly upTo: Seq;
    };

export interface Queries {
  /** Everything below is as of this seq. */
  appliedSeq(): Seq;
  /** Time of the newest op applied. */
  newestMicros(): number;
  /** The newest format of ops that is in force. */
  opFormat(): number;

  user(id: string): UserRow | null;
  userByFolded(folded: string): UserRow | null;
  /** There is an account, deleted or not. */
  hasUsers(): boolean;
  /** Living accounts that may log in with this name, at most 4; the one that has the name first. */
  loginCandidates(folded: string): readonly UserRow[];
  /** Living accounts by folded name, after `afterFolded`, without `except`; with `part` in the folded name. */
  users(afterFolded: string, except: string, limit: number, part?: string): readonly UserRow[];

  sessionByToken(tokenHash: string): SessionRow | null;
  /** Newest use first. */
  sessionsOf(user: string): readonly SessionRow[];

  request(user: string, clientId: string): RequestRow | null;

  isMember(conversation: string, user: string): boolean;
  /** Who hears of what happens there, by id; empty if there is no such conversation. */
  membersOf(conversation: string): readonly string[];
  /** Who shares a conversation with the user, each once, without her; of the first 10,000 conversations. */
  companions(user: string): readonly string[];
  /** The newest first; without those with a deleted account of which nothing is left to see. */
  conversationsOf(user: string, limit: number, page?: ConversationsPage): readonly ConversationSummary[];
  summary(conversation: string, user: string): ConversationSummary | null;
  /** The `limit` newest below `beforeSeq`, oldest first; without those the user has hidden. */
  history(conversation: string, user: string, beforeSeq: Seq, limit: number): readonly SeenMessage[];
  message(conversation: string, user: string, seq: Seq): SeenMessage | null;
  /** Unread messages of all conversations, counted up to `max`. */
  unreadTotal(user: string, max: number): number;
  /** Ids of unread messages, the newest `limit`, newest first. */
  unreadIds(conversation: string, user: string, limit: number): readonly string[];

  /** What changed for the user after `seq`, in order; null if it is more than `limit`. */
  changesSince(user: string, seq: Seq, limit: number): readonly Change[] | null;
}

/** No more than this many unread messages of one conversation are counted. */
export const UNREAD_COUNT_MAX = 100;
