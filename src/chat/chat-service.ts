/**
 * The interface of the chat: the page (web/) and the gRPC service (api/) call it and nothing
 * else in this folder. The session decides what a call may see: every row is reached through
 * the user's own memberships.
 */
import type { Registration } from "../base/modes.ts";
import type { Told } from "./fact.ts";
import type { FileView } from "./files.ts";
import type { ClientId, ConversationId, MessageId, SessionId, UserId } from "./ids.ts";
import type { Answer, Found } from "./errors.ts";
import type { MessagesInput } from "./messages-input.ts";
import type { ConversationList, Waiting } from "./queries.ts";
import type { Status } from "./profiles.ts";
import type { RoomChange } from "./room-change.ts";
import type { NotifyLevel, PreferenceRow, Role, RoomRole } from "./rows.ts";

/** A login that `authenticate` has looked up; nothing else creates one. */
export interface Session {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly name: string;
  /** The session was not used for a day or more, so the browser's cookie should be renewed. */
  readonly renew?: true;
}

/** Where a call comes from, for rate limits. No limit by address applies to loopback addresses. */
export interface Caller {
  readonly address: string;
  /** What a login is made with, so that its owner can recognise it: "Firefox on Linux", at most 40 bytes. */
  readonly device?: string;
  /** Set if the browser has proved that it logged in before: its id, and which accounts it logged in to. */
  readonly known?: { readonly id: string; has(userId: UserId): boolean };
}

/** One login of a user. */
export interface SessionView {
  readonly id: SessionId;
  readonly createdMicros: number;
  readonly lastUsedMicros: number;
  /** The session that makes this call. */
  readonly current: boolean;
  /** What the login was made with; "" if not known. */
  readonly device: string;
}

export interface UserView {
  readonly id: UserId;
  /** With which the user logs in, and by which others mention her. "deleted user" once the account is gone. */
  readonly name: string;
  /** What the user wants to be called; the name, if she chose nothing else. Others may have the same. */
  readonly displayName: string;
  readonly deleted: boolean;
  /** The user has an open stream at some replica of the cluster. */
  readonly online: boolean;
  /** Microseconds since 1970; 0 if never. */
  readonly lastSeenMicros: number;
  /** Set if nobody can log in to the account until an admin reactivates it. */
  readonly deactivated?: true;
  /** What the user is in this chat; "member" once the account is gone. */
  readonly role: Role;
  /** Set if a merge gave this name to somebody else; the user can still log in with it. */
  readonly formerName?: string;
  /** What the user is at; absent: she says nothing, or it has ended. */
  readonly status?: Status;
  /** IANA name; absent: she tells none. */
  readonly timeZone?: string;
}

/** A room as one user sees it. */
export interface RoomView {
  readonly id: ConversationId;
  /** 1 to 64 characters, without the `#`. */
  readonly name: string;
  /** At most 250 characters; "": none. */
  readonly topic: string;
  readonly isPrivate: boolean;
  /** It can be read and not written. */
  readonly archived: boolean;
  /** How many people are in it. */
  readonly people: number;
  /** What the user is in it; null: not in it. */
  readonly role: RoomRole | null;
  /** Everybody is in it: nobody leaves, and it stays public. */
  readonly isForAll: boolean;
  /** Whoever comes to it sees nothing that was written before. */
  readonly historyFromJoining: boolean;
  /** Null: it has always been a room. */
  readonly fromGroup: FromGroup | null;
  /** Only its admins and owners write in it. */
  readonly adminsOnly: boolean;
  /** Seconds between two messages of one member; 0: no limit. */
  readonly slowSeconds: number;
  /** Only its admins and owners call everybody in it, by `@room` and `@here`. */
  readonly adminsCall: boolean;
}

/** How a group became a room. */
export interface FromGroup {
  /** Who made it a room. */
  readonly name: string;
  readonly timeMicros: number;
  /** Messages below this seq were written while it was a group. */
  readonly seq: number;
}

/** Somebody in a room. */
export interface RoomPersonView {
  readonly user: UserView;
  readonly role: RoomRole;
}

export interface ListRoomsInput {
  /** A name: the last one of the page before. */
  readonly after?: string;
  /** 1 to 200. */
  readonly limit: number;
  /** Part of the name, in any case. */
  readonly search?: string;
  /** Archived rooms instead of the others. */
  readonly archived?: boolean;
}

/** One of the user's preferences for a conversation. */
export type PreferenceChange =
  | { readonly kind: "starred" | "muted"; readonly on: boolean }
  /** One of LEVELS. */
  | { readonly kind: "level"; readonly level: string };

/**
 * What the user prefers for a conversation. A muted one is not counted in totals, and nothing of it notifies, mentions
 * included.
 */
export interface PreferencesView extends Pick<PreferenceRow, "starred" | "muted" | "level"> {
  /** What `level` means here: "all" in direct conversations and "mentions" in rooms, unless the user chose one. */
  readonly notify: Exclude<NotifyLevel, "default">;
}

export interface ConversationView {
  readonly id: ConversationId;
  /** The other person; the user for notes to self. Null: a group or a room. Of a thread: as of its parent. */
  readonly with: UserView | null;
  /** Of a group conversation: the other people; else empty. Of a thread: as of its parent. */
  readonly group: readonly UserView[];
  /** Null: a direct or a group conversation. Of a thread: as of its parent. */
  readonly room: RoomView | null;
  /** Null: not a thread. */
  readonly thread: ThreadView | null;
  /** Unread messages of other people that are not deleted, counted up to 100. */
  readonly unread: number;
  /** In a room: how many of them mention the user, in a muted one by name; counted up to 100. */
  readonly mentions: number;
  /** Seq of the newest message, even if it is deleted: the list's next page begins below it. */
  readonly lastSeq: number;
  readonly preferences: PreferencesView;
  /** The newest message that the user can see. */
  readonly last: MessageView | null;
}

/** A thread: a conversation of its own below one message. Whoever may read the message may read it and write in it. */
export interface ThreadView {
  /** The conversation of the root. */
  readonly parentId: ConversationId;
  /** The message with which it begins; null if the user has hidden it, or it is still to come after a merge. */
  readonly root: MessageView | null;
  /** The user follows it: only then something in it is unread. */
  readonly isFollowed: boolean;
}

/** What a message tells about the thread below it. */
export interface RepliesView {
  /** The id of the thread's conversation. */
  readonly threadId: ConversationId;
  /** Counted up to 1,000; at least 1. */
  readonly count: number;
  readonly lastMicros: number;
  /** Those who replied, the latest first, at most 5, with their display names. */
  readonly people: readonly { readonly id: UserId; readonly name: string }[];
}

export interface MessageView {
  /** `<author id>-<client id>`: the same at every replica, and it never changes. */
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  readonly authorId: UserId;
  readonly authorName: string;
  /** What the author wants to be called; see UserView. */
  readonly authorDisplayName: string;
  /** UTF-8, 1 to 8,192 bytes; empty when deleted. */
  readonly body: string;
  readonly timeMicros: number;
  /** Order within the conversation. A merge changes it, so it must not identify a message. */
  readonly seq: number;
  readonly deleted: boolean;
  /** Unread by the user who asks. */
  readonly unread: boolean;
  /** Only if the user who asks is the author: the other side has read it. */
  readonly readByOther: boolean;
  /** Arrived late, from the losing branch of a merge. */
  readonly recovered: boolean;
  /** The emoji that came first is the first. */
  readonly reactions: readonly ReactionView[];
  /** When it got its present text; 0: it was never edited. */
  readonly editedMicros: number;
  /** Who deleted it, if that was somebody who runs its room: it is still shown, without its text. Null: nobody did. */
  readonly removedBy: { readonly id: UserId; readonly name: string } | null;
  /** Who has pinned it in its conversation. Null: it is not pinned. */
  readonly pinnedBy: { readonly id: UserId; readonly name: string } | null;
  /** Null: no replies. A deleted message with replies is still shown, without its text. */
  readonly replies: RepliesView | null;
  /** Each person once. */
  readonly mentions: readonly MentionView[];
  /** What it quotes; null: nothing. */
  readonly quote: QuoteView | null;
  /** At most 10; such a message may have no text. */
  readonly files: readonly FileView[];
}

/** The message that another one quotes, for everybody who may see that other one. */
export interface QuoteView {
  readonly messageId: MessageId;
  /** "", and so is the display name, if it is gone, or if not everybody in the conversation may see it. */
  readonly authorId: UserId;
  readonly authorName: string;
  /** How it begins: at most QUOTE_CHARS_MAX characters. */
  readonly text: string;
  /** Deleted, or still to come after a merge. */
  readonly gone: boolean;
}

/** A text that a message has, or had before it was edited. */
export interface VersionView {
  readonly body: string;
  /** When the message got it. */
  readonly timeMicros: number;
}

/** Somebody whom a message mentions. */
export interface MentionView {
  /** ROOM for everybody in the room, HERE for those who were online (mention-text.ts); they are listed besides. */
  readonly userId: UserId;
  /** What stands behind the `@` in the text; "" for somebody whom only `@here` calls. */
  readonly text: string;
  /** The name of the person's account now; of a call the word. */
  readonly name: string;
  /** What the person wants to be called now. */
  readonly displayName: string;
  /** It calls nobody. */
  readonly silent: boolean;
  /** The person may not see the message, and is not called. */
  readonly outside: boolean;
}

/** One emoji at a message. */
export interface ReactionView {
  readonly emoji: string;
  /** Everybody who chose it, the first one first. */
  readonly userIds: readonly UserId[];
  /** Display names of the first of them, at most 3. */
  readonly names: readonly string[];
}

/** What others did that concerns the user. */
export interface ActivityView {
  /** Who is mentioned or quoted, whose message was answered, or who was brought into a room, is the user. */
  readonly kind: "mention" | "quote" | "reaction" | "reply" | "invitation";
  /** The list's next page begins below it. */
  readonly seq: number;
  /** Null: an invitation. Of a reply: the user's message. */
  readonly message: MessageView | null;
  /** Null: in a direct conversation. */
  readonly room: RoomView | null;
  /** Those who did it. */
  readonly by: readonly UserView[];
  /** A mention or a quote whose message the user has not read. Nothing else waits to be read. */
  readonly unread: boolean;
}

export interface ListActivityInput {
  /** 1 to 200. */
  readonly limit: number;
  /** `seq` of the last one of the page before; absent or 0: the first page. */
  readonly beforeSeq?: number;
  /** Only unread ones. */
  readonly unread?: boolean;
}

export interface ReactInput {
  readonly messageId: MessageId;
  /** One emoji. */
  readonly emoji: string;
  /** False: the user's reaction is taken away. */
  readonly on: boolean;
  readonly clientId: ClientId;
}

export interface SendInput {
  /**
   * Name of the recipient, in any case, or names of up to 11 people, separated by commas, or `#` and the name of a room.
   * Exactly one of `to` and `conversationId` is set.
   */
  readonly to?: string;
  readonly conversationId?: ConversationId;
  readonly body: string;
  /** A UUID that the client made. A repeat with the same content gets the same answer. */
  readonly clientId: ClientId;
  /** Id of the newest message that the author was shown. Everything up to it is marked as read. Absent: nothing is. */
  readonly readUpTo?: MessageId;
  /** The message that this one quotes, of the same conversation or the root of the thread. Absent: none. */
  readonly quoted?: MessageId;
  /** In a thread: the same is written in the conversation of its root, too. */
  readonly alsoInParent?: boolean;
  /** The draft of the conversation is another text, which its author has begun since: it stays. */
  readonly keepsDraft?: boolean;
  /** Tickets of files that the message carries (file-service.ts), at most 10. It may then have no text. Absent: none. */
  readonly files?: readonly string[];
}

/** Threads that one stream may watch; more are ignored. */
export const WATCHED_MAX = 32;

/** Unread messages are counted up to this number, which therefore means "1000 or more". */
export const UNREAD_TOTAL_MAX = 1_000;

/** An event of one user's streams, in the order of the log. */
export type FeedEvent =
  | Told<MessageView, UserView>
  /** The stream cannot be resumed from the given cursor: the reader must read everything again. */
  | { readonly kind: "reset"; readonly reason: "LINEAGE" | "OVERFLOW" };

export interface FeedItem {
  readonly event: FeedEvent;
  /** Where to resume after this item. */
  readonly cursor: string;
  /** False if the cursor equals that of the previous item, so that it need not be sent again. */
  readonly moves: boolean;
}

/** One subscription. Above 1 MiB of waiting events, the stream is reset with OVERFLOW and ends. */
export interface Feed {
  /** Waits for the next item; null: the stream has ended. */
  next(): Promise<FeedItem | null>;
  /** The reader has received everything applied here so far and waits for more, so it has reached `cursor()`. */
  atRest(): boolean;
  close(): void;
}

/**
 * Which state a read must see: at or after the cursor, or the latest that is committed. Either waits up to 2 s and
 * then fails with no_leader.
 */
export interface ReadAt {
  readonly cursor?: string;
  readonly latest?: boolean;
  /** Asks what is applied at this replica; otherwise "not found" is answered only after it has caught up. */
  readonly here?: boolean;
}

export interface ListUsersInput {
  /** The last name of the previous page. */
  readonly after?: string;
  /** 1 to 200. */
  readonly limit: number;
  /** Part of the name, in any case. */
  readonly search?: string;
  /** Deactivated people instead of the others; nobody, for those who do not run the chat. */
  readonly deactivated?: boolean;
  /** Only people without a conversation with the user. Searches the next 600 accounts at most. */
  readonly strangers?: boolean;
}

export interface ListConversationsInput {
  /** 1 to 200. */
  readonly limit: number;
  /** `lastSeq` of the last conversation of the previous page; absent or 0: the first page. */
  readonly beforeSeq?: number;
  /** Only conversations with unread messages, and none that the user has muted. */
  readonly unread?: boolean;
}

/** The beginning of a user's list, and what is in all of it. */
export interface ListView extends Waiting, Pick<ConversationList, "unreadInThreads" | "more"> {
  readonly conversations: readonly ConversationView[];
}

/** The most conversations in a page's list. */
export const LIST_MAX = 300;

/**
 * The calls of the chat. A call that writes may also fail with no_leader, slow_down, not_writable, not_enabled, or
 * timed_out, which is the only one with an unknown outcome. A call with ReadAt may also fail with no_leader, or with
 * invalid (not a cursor).
 */
export interface ChatService {
  /** Who may create an account here. Unless anybody may, the first one needs the owner's link. */
  registration(): Registration;
  /** Nobody has an account here yet, as far as this replica knows. The first account is the owner's. */
  isNew(): boolean;
  /** Session of a bearer token or cookie; null if unknown, expired or ended. */
  authenticate(token: string): Session | null;
  /**
   * Like `authenticate`, but looks an unknown token up again after this replica has caught up
   * with the leader (waits at most 1 s, or 5 s right after a merge), because the login may have
   * been made at another replica a moment ago. Errors: not_logged_in, no_leader.
   */
  authenticateFresh(token: string): Promise<Found<Session>>;

  /**
   * Creates an account and logs in to it. `invite` is the token of a link. Errors: invalid and too_long (name, password
   * or id), name_taken, registration_closed, id_reused_with_other_content (a repeat with another password), and those
   * of `inviteOffer`.
   */
  register(
    input: { name: string; password: string; clientId: ClientId; invite?: string },
    caller: Caller,
  ): Promise<Answer<{ token: string; user: UserView }>>;
  /** Logs in by name, in any case. Errors: wrong_password, also for an unknown name; deactivated. */
  login(input: { name: string; password: string }, caller: Caller): Promise<Answer<{ token: string; user: UserView }>>;
  logout(session: Session): Promise<Answer<null>>;
  /** Sets the password and ends all other sessions. Errors: wrong_password; invalid and too_long (the new one). */
  changePassword(
    session: Session,
    input: { password: string; newPassword: string; clientId: ClientId },
  ): Promise<Answer<null>>;
  /**
   * Deletes the account; its messages stay under the name "deleted user" unless `deleteMessages` is set. Errors:
   * wrong_password; last_owner (others have accounts, and none of them is an owner).
   */
  deleteAccount(
    session: Session,
    input: { password: string; deleteMessages: boolean; clientId: ClientId },
  ): Promise<Answer<null>>;
  /** Whose account this request has deleted, for a repeat, whose login is gone with the account; null: nobody's. */
  deletedBefore(input: { deleteMessages: boolean; clientId: ClientId }): UserId | null;
  listSessions(session: Session, input: ReadAt): Promise<Answer<readonly SessionView[]>>;
  /** Ends one session of the user. Error: not_found. */
  endSession(session: Session, input: { id: SessionId; clientId: ClientId }): Promise<Answer<null>>;
  /** Ends all of the user's sessions except this one. */
  endOtherSessions(session: Session, input: { clientId: ClientId }): Promise<Answer<null>>;

  /**
   * Sends a message. Errors: invalid, too_long (above 8,192 bytes), unknown_recipient, not_found (the conversation or
   * what is quoted), id_reused_with_other_content, not_writable and too_large (a replica in step lacks a file of it, or room).
   */
  send(session: Session, input: SendInput): Promise<Answer<MessageView>>;
  /**
   * Marks messages as read. Marks have no client id, because repeating one changes nothing. They are gathered for
   * 250 ms before they are proposed, and answered when they are applied. `ids` are 1 to 500 message ids; if the user
   * may not see one of them, the answer is not_found and nothing is marked.
   */
  markRead(session: Session, input: { ids: readonly MessageId[] }): Promise<Answer<null>>;
  /** Marks everything up to the message `upTo`, the newest one that the reader was shown. */
  markAllRead(
    session: Session,
    input: { conversationId: ConversationId; upTo: MessageId } & ReadAt,
  ): Promise<Answer<null>>;
  /**
   * Deletes the user's own messages for everyone, and hides messages of others from this user. 1 to 500 ids. Error:
   * not_found (one of them), and then nothing is deleted.
   */
  deleteMessages(
    session: Session,
    input: { ids: readonly MessageId[]; forEveryone?: boolean; clientId: ClientId },
  ): Promise<Answer<null>>;

  /**
   * Adds the user's reaction to a message or takes it away, and answers with the message. Errors: not_found, archived,
   * too_many, invalid (not one emoji).
   */
  react(session: Session, input: ReactInput): Promise<Answer<MessageView>>;

  /**
   * Gives a message of the user another text, and answers with the message. The same text again changes nothing. Errors:
   * not_found, not_allowed (another user's message), archived, invalid, too_long.
   */
  editMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly body: string; readonly clientId: ClientId },
  ): Promise<Answer<MessageView>>;
  /** One message. Error: not_found. */
  message(session: Session, input: { readonly messageId: MessageId } & ReadAt): Promise<Answer<MessageView>>;
  /**
   * The texts of a message, the present one last: at most VERSIONS_MAX, of VERSIONS_BYTES_MAX together. Error: not_found.
   */
  listVersions(
    session: Session,
    input: { readonly messageId: MessageId } & ReadAt,
  ): Promise<Answer<readonly VersionView[]>>;

  /** Living accounts except the user's own, ordered by name. */
  listUsers(session: Session, input: ListUsersInput & ReadAt): Promise<Answer<readonly UserView[]>>;
  /** The person with this name, in any case; without a name, the user. Error: unknown_recipient. */
  person(session: Session, input: { readonly name?: string } & ReadAt): Promise<Answer<UserView>>;
  /**
   * The list of a page: at most LIST_MAX conversations, the starred ones first, then those with the newest messages.
   * Everything is read at once, because each part needs a look at all conversations.
   */
  list(session: Session, input: ReadAt): Promise<Answer<ListView>>;
  /** Newest first. */
  listConversations(
    session: Session,
    input: ListConversationsInput & ReadAt,
  ): Promise<Answer<readonly ConversationView[]>>;
  /**
   * Sets one of the user's preferences for a conversation, at every replica and device of the user, and answers with
   * the conversation. Errors: not_found, invalid (not a level).
   */
  setPreference(
    session: Session,
    input: {
      readonly conversationId: ConversationId;
      readonly change: PreferenceChange;
      readonly clientId: ClientId;
    },
  ): Promise<Answer<ConversationView>>;
  /** Also a thread, by its id, even if it has no replies yet. Error: not_found. */
  conversation(session: Session, input: { conversationId: ConversationId } & ReadAt): Promise<Answer<ConversationView>>;
  /** Threads that the user follows, newest first. */
  listThreads(session: Session, input: ListConversationsInput & ReadAt): Promise<Answer<readonly ConversationView[]>>;
  /** Follows the thread below a message that has replies, or stops following it. Error: not_found. */
  followThread(
    session: Session,
    input: { readonly messageId: MessageId; readonly on: boolean; readonly clientId: ClientId },
  ): Promise<Answer<ConversationView>>;
  /**
   * The direct conversation with the person of this name, or the group with those of several, null before its first
   * message; or the room, if the name begins with `#`. Errors: unknown_recipient, too_long (more than 11 names).
   */
  findDirect(session: Session, input: { name: string } & ReadAt): Promise<Answer<ConversationView | null>>;
  /** `limit` (1 to 200) messages of a conversation, oldest first. Errors: not_found, invalid (more than one place). */
  messages(session: Session, input: MessagesInput & ReadAt): Promise<Answer<readonly MessageView[]>>;
  /**
   * Makes a room, whose owner the user is. A group becomes a private room. `people` are names of those who are in it from the start, at most 100.
   * Errors: invalid, too_long, name_taken, unknown_recipient (one of `people`), too_many (rooms).
   */
  createRoom(
    session: Session,
    input: {
      readonly name: string;
      readonly topic: string;
      readonly isPrivate: boolean;
      /** A group conversation of the user, which becomes the room, with its id, its messages and no other people. */
      readonly group?: ConversationId;
      /** Whoever comes later sees nothing that was written before. Only of a private room, and it stays so. */
      readonly historyFromJoining?: boolean;
      readonly people: readonly string[];
      readonly clientId: ClientId;
    },
  ): Promise<Answer<RoomView>>;
  /**
   * Changes a room that the user is in. Errors: not_found, not_allowed (the user does not run the room), archived
   * (invite), name_taken, last_owner, too_many, unknown_recipient, invalid, too_long.
   */
  changeRoom(
    session: Session,
    input: { readonly room: string; readonly change: RoomChange; readonly clientId: ClientId },
  ): Promise<Answer<RoomView>>;
  /** Joins a public room. Errors: not_found, archived, too_many. */
  joinRoom(session: Session, input: { readonly room: string; readonly clientId: ClientId }): Promise<Answer<RoomView>>;
  /** Errors: not_found, not_allowed (the room that everybody is in). */
  leaveRoom(session: Session, input: { readonly room: string; readonly clientId: ClientId }): Promise<Answer<null>>;
  /** Public rooms, and the private ones that the user is in, by name. */
  listRooms(session: Session, input: ListRoomsInput & ReadAt): Promise<Answer<readonly RoomView[]>>;
  /** One of them. `room` is its id, or `#` and its name, here and above. Errors: not_found. */
  room(session: Session, input: { readonly room: string } & ReadAt): Promise<Answer<RoomView>>;
  /** Those who are in it, by name. `after` is the last name of the page before. Errors: not_found. */
  listRoomPeople(
    session: Session,
    input: { readonly room: string; readonly after?: string; readonly limit: number } & ReadAt,
  ): Promise<Answer<readonly RoomPersonView[]>>;
  /** What others did that concerns the user, the newest first. */
  listActivity(session: Session, input: ListActivityInput & ReadAt): Promise<Answer<readonly ActivityView[]>>;
  /** What waits in all conversations that are not muted, each number counted up to UNREAD_TOTAL_MAX. */
  waitingTotal(session: Session): Waiting;
  /**
   * What waits in each conversation that has unread messages and is not muted, or in one such conversation. The numbers
   * are exact if the unread messages are fewer than UNREAD_TOTAL_MAX.
   */
  waiting(session: Session, conversationId?: string): ReadonlyMap<string, Waiting>;

  /** Cursor of the newest op applied here. */
  cursor(): string;
  /**
   * Opens a stream of everything after the cursor, or of everything from now on. `recentPresence` adds the people who
   * came online or went offline in the last 15 s, for a page that was rendered before its stream opened. `watch` are
   * threads, at most WATCHED_MAX, that the stream follows although the user does not. Errors:
   * invalid (not a cursor), slow_down (the user has too many streams at this replica).
   */
  subscribe(
    session: Session,
    input: { cursor?: string; recentPresence?: boolean; watch?: readonly ConversationId[] },
  ): Answer<Feed>;
  /** Tells the other members that the user is typing. This is never in the log. */
  typing(session: Session, conversationId: ConversationId): void;
}
