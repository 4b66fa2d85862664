/**
 * The chat as its two faces see it: the page (web/) and the gRPC service (api/) call this
 * interface and nothing else of the room. Rights come from the session: every row is
 * reached through the user's own memberships.
 */
import type { Told } from "./fact.ts";
import type { ClientId, ConversationId, MessageId, SessionId, UserId } from "./ids.ts";
import type { Answer } from "./errors.ts";

/** A login that was looked up, not claimed: made only by `authenticate`. */
export interface Session {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly name: string;
  /** Not used for a day or more: a browser's cookie is due to be renewed. */
  readonly renew?: true;
}

/** Where a call comes from, for rate limits. Loopback addresses are not limited by address. */
export interface Caller {
  readonly address: string;
  /** What a login is made with, for its owner to know it again: "Firefox on Linux", at most 40 bytes. */
  readonly device?: string;
  /** The browser has shown that it was logged in before: its id, and to which accounts. */
  readonly known?: { readonly id: string; has(userId: UserId): boolean };
}

/** One login of a user. */
export interface SessionView {
  readonly id: SessionId;
  readonly createdMicros: number;
  readonly lastUsedMicros: number;
  /** The one that asks. */
  readonly current: boolean;
  /** What it was made with; "" if not known. */
  readonly device: string;
}

export interface UserView {
  readonly id: UserId;
  /** "deleted user" once the account is gone. */
  readonly name: string;
  readonly deleted: boolean;
  /** A live connection somewhere in the cluster. */
  readonly online: boolean;
  /** Microseconds since 1970; 0 if never. */
  readonly lastSeenMicros: number;
  /** Set if she lost this name to somebody else in a merge; she can still log in with it. */
  readonly formerName?: string;
}

export interface ConversationView {
  readonly id: ConversationId;
  /** The other person (oneself for notes to self). */
  readonly with: UserView;
  /** Messages of others, not deleted, not read; counted up to 100. */
  readonly unread: number;
  /** Of the newest message, also of one that is deleted: where the list's next page begins. */
  readonly lastSeq: number;
  /** The newest message that the user can see. */
  readonly last: MessageView | null;
}

export interface MessageView {
  /** `<author id>-<client id>`: the same at every replica, for ever. */
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  readonly authorId: UserId;
  readonly authorName: string;
  /** UTF-8, 1 to 8,192 bytes; empty when deleted. */
  readonly body: string;
  readonly timeMicros: number;
  /** Order within the conversation; moves in a merge, so never an address. */
  readonly seq: number;
  readonly deleted: boolean;
  /** Unread by the user who asks. */
  readonly unread: boolean;
  /** The author asks: the other side has read it. */
  readonly readByOther: boolean;
  /** Came late, from a branch that lost a merge. */
  readonly recovered: boolean;
}

export interface SendInput {
  /** Name of the recipient, any case; or the conversation. Exactly one of the two. */
  readonly to?: string;
  readonly conversationId?: ConversationId;
  readonly body: string;
  /** UUID made by the client; a repeat with the same content gets the same answer. */
  readonly clientId: ClientId;
  /** Id of the newest message that the author was shown when she wrote: all up to it count as read by her. Absent: nothing does. */
  readonly readUpTo?: MessageId;
}

/** Unread messages are counted up to here: so many are "1000 or more". */
export const UNREAD_TOTAL_MAX = 1_000;

/** What one user's streams carry, in the order of the log. */
export type FeedEvent =
  | Told<MessageView, UserView>
  /** The stream cannot be resumed from the cursor given: read again. */
  | { readonly kind: "reset"; readonly reason: "LINEAGE" | "OVERFLOW" };

export interface FeedItem {
  readonly event: FeedEvent;
  /** Resume after this. */
  readonly cursor: string;
  /** False: the cursor is the one of the item before; a reader that keeps it need not be told it again. */
  readonly moves: boolean;
}

/** One subscription. `next` waits; null means the stream is over. The queue is bounded (1 MiB, then reset OVERFLOW and end). */
export interface Feed {
  next(): Promise<FeedItem | null>;
  /** Whoever reads has taken all that was applied here so far, and waits for what comes: `cursor()` is where it is. */
  atRest(): boolean;
  close(): void;
}

/** A consistency wish of a read: at or after the cursor (waits up to 2 s), or the latest committed. */
export interface ReadAt {
  readonly cursor?: string;
  readonly latest?: boolean;
}

export interface ListUsersInput {
  /** A name: the last one of the page before. */
  readonly after?: string;
  /** 1 to 200. */
  readonly limit: number;
  /** Part of the name, in any case. */
  readonly search?: string;
  /** Only people without a conversation with the user; looked for among the next 600. */
  readonly strangers?: boolean;
}

export interface ListConversationsInput {
  /** 1 to 200. */
  readonly limit: number;
  /** `lastSeq` of the last one of the page before; absent or 0: the first page. */
  readonly beforeSeq?: number;
  /** Only those with something unread. */
  readonly unread?: boolean;
}

export interface ChatService {
  /** A new account can be made here: registration is open, or there is no account yet. */
  registrationOpen(): boolean;
  /** Session of a bearer token or cookie; null if unknown, expired or ended. */
  authenticate(token: string): Session | null;
  /**
   * The same, but a token that is unknown here is looked up again after this replica has
   * caught up with the leader (at most 1 s, 5 s right after a merge): it may have been made
   * elsewhere a moment ago.
   */
  authenticateFresh(token: string): Promise<Session | null>;

  register(
    input: { name: string; password: string; clientId: ClientId },
    caller: Caller,
  ): Promise<Answer<{ token: string; user: UserView }>>;
  login(input: { name: string; password: string }, caller: Caller): Promise<Answer<{ token: string; user: UserView }>>;
  logout(session: Session): Promise<Answer<null>>;
  changePassword(
    session: Session,
    input: { password: string; newPassword: string; clientId: ClientId },
  ): Promise<Answer<null>>;
  /** Asks the password; messages stay as "deleted user" unless deleteMessages. */
  deleteAccount(
    session: Session,
    input: { password: string; deleteMessages: boolean; clientId: ClientId },
  ): Promise<Answer<null>>;
  listSessions(session: Session, input: ReadAt): Promise<Answer<readonly SessionView[]>>;
  endSession(session: Session, input: { id: SessionId; clientId: ClientId }): Promise<Answer<null>>;
  /** Ends all of the user's sessions but this one. */
  endOtherSessions(session: Session, input: { clientId: ClientId }): Promise<Answer<null>>;

  send(session: Session, input: SendInput): Promise<Answer<MessageView>>;
  /**
   * Marks have no client id, because repeating one changes nothing. They are gathered for 250 ms before they are
   * proposed, and answered when they are applied. `ids` are message ids, 1 to 500; if one is not visible to the user
   * the answer is not_found and nothing is marked.
   */
  markRead(session: Session, input: { ids: readonly MessageId[] }): Promise<Answer<null>>;
  /** All up to the message `upTo`, the newest that the reader was shown. */
  markAllRead(
    session: Session,
    input: { conversationId: ConversationId; upTo: MessageId } & ReadAt,
  ): Promise<Answer<null>>;
  /** Own messages: deleted for everyone. Others': hidden for the user. */
  deleteMessages(session: Session, input: { ids: readonly MessageId[]; clientId: ClientId }): Promise<Answer<null>>;

  /** Everyone not deleted except oneself, by name. */
  listUsers(session: Session, input: ListUsersInput & ReadAt): Promise<Answer<readonly UserView[]>>;
  /** Newest first. */
  listConversations(
    session: Session,
    input: ListConversationsInput & ReadAt,
  ): Promise<Answer<readonly ConversationView[]>>;
  conversation(session: Session, input: { conversationId: ConversationId } & ReadAt): Promise<Answer<ConversationView>>;
  /** The direct conversation with a name, made on first send: null if there is none yet. */
  findDirect(session: Session, input: { name: string } & ReadAt): Promise<Answer<ConversationView | null>>;
  /** Oldest first; the `limit` (1 to 200) newest before message id `before`, or the newest. */
  messages(
    session: Session,
    input: { conversationId: ConversationId; before?: MessageId; limit: number } & ReadAt,
  ): Promise<Answer<readonly MessageView[]>>;
  /** Number of unread messages in all, up to UNREAD_TOTAL_MAX. */
  unreadTotal(session: Session): number;
  /** By conversation that has any; of one, or of all: exact if they are fewer than UNREAD_TOTAL_MAX. */
  unreadCounts(session: Session, conversationId?: string): ReadonlyMap<string, number>;

  /** Of what is applied here now. */
  cursor(): string;
  /**
   * Everything after the cursor, then live. Without a cursor: from now. At most 50 streams a user. With
   * `recentPresence` also who came or went in the last 15 s: for a page that was rendered before its stream opens.
   */
  subscribe(session: Session, input: { cursor?: string; recentPresence?: boolean }): Answer<Feed>;
  /** Ephemeral, never in the log. */
  typing(session: Session, conversationId: ConversationId): void;
}
