/**
 * Queries: what the service reads. db/state answers them from the rows of this replica. A
 * method that takes a conversation and a `user` returns null or nothing if the user is not a
 * member. All methods are synchronous and bounded.
 */
import type { Told } from "./fact.ts";
import type { ChatErrorCode } from "./errors.ts";
import type { ClientId, ConversationId, InviteId, MessageId, UserId } from "./ids.ts";
import type { FileQueries } from "./files.ts";
import type { ProfileQueries } from "./profiles.ts";
import type { DraftRow } from "./draft-rows.ts";
import type { PushQueries } from "./push-rows.ts";
import type { ReportRow } from "./report-rows.ts";
import type { AuditEntry } from "./audit-rows.ts";
import type {
  DeactivationRow,
  ConversationRow,
  InviteRow,
  InviteUseRow,
  MentionRow,
  MessageRow,
  PreferenceRow,
  ReactionRow,
  RequestRow,
  ResetRow,
  Role,
  RoomRole,
  RoomRow,
  SeatRow,
  SessionRow,
  UserRow,
  VersionRow,
} from "./rows.ts";
import type { Seq } from "../election/view.ts";

/** A message as one user sees it. */
export interface SeenMessage extends MessageRow {
  readonly unread: boolean;
  /** Only for the user's own messages: the other side has read it. */
  readonly readByOther: boolean;
}

/** A conversation as one user sees it. */
export interface ConversationSummary {
  readonly id: ConversationId;
  /** Of a thread: as of its parent. */
  readonly kind: "direct" | "group" | "room";
  /** The other person; the user for notes, of a group and of a room. Of a thread: as of its parent. */
  readonly other: UserId;
  /** Of a group: its people without the user; else empty. Of a thread: as of its parent. */
  readonly group: readonly UserId[];
  /** Null: a direct or a group conversation. Of a thread: as of its parent. */
  readonly room: RoomSummary | null;
  /** Null: not a thread. */
  readonly thread: ThreadSummary | null;
  /** Counted up to 100. */
  readonly unread: number;
  /** In a room: how many of them mention the user, or call everybody; in a muted one, only the user by name. */
  readonly mentions: number;
  /** Seq of the newest message; of an empty room, that of the op that made it. */
  readonly lastSeq: Seq;
  readonly preferences: Preferences;
  /** The newest message that the user can see: not deleted, not hidden. Only the newest 1,000 are searched. */
  readonly last: SeenMessage | null;
}

/** What the user prefers for a conversation. */
export type Preferences = Pick<PreferenceRow, "starred" | "muted" | "level">;

/** What waits for a user, in one conversation or in all that are not muted. */
export interface Waiting {
  /** Unread messages. */
  readonly unread: number;
  /** Those that call the user: of each conversation what the user has chosen to be told of. */
  readonly calls: number;
}

/** The beginning of a user's list of conversations: the starred ones, then those with the newest messages. */
export interface ConversationList extends Waiting {
  readonly conversations: readonly ConversationSummary[];
  /** Unread messages in threads alone. */
  readonly unreadInThreads: number;
  /** Null: these are all. */
  readonly more: MoreConversations | null;
}

/** The rest of a list. */
export interface MoreConversations {
  /** As in `ConversationsPage`: where the rest begins. */
  readonly beforeSeq: Seq;
  /** Something in it is unread, and not muted. */
  readonly unread: boolean;
}

/** A thread as one user sees it. It may have no replies yet. */
export interface ThreadSummary {
  readonly parent: ConversationId;
  /** Null: it is still to come from another branch, or the user has hidden it. */
  readonly root: SeenMessage | null;
  /** The user follows it. */
  readonly isFollowed: boolean;
}

/** What the row of a message tells about the thread below it. */
export interface Replies {
  /** Counted up to THREAD_COUNT_MAX; at least 1. */
  readonly count: number;
  readonly lastMicros: number;
  /** Those who replied, the latest first, at most 5. */
  readonly authors: readonly UserId[];
}

/** A room as one user sees it. */
export interface RoomSummary {
  readonly row: RoomRow;
  /** How many people are in it. */
  readonly people: number;
  /** Null: the user is not in it. */
  readonly role: RoomRole | null;
}

/** Somebody in a room. */
export interface RoomPerson {
  readonly user: UserRow;
  readonly role: RoomRole;
}

/** Selects some of the rooms that a user may find. */
export interface RoomsPage {
  /** Only rooms whose folded name is above this one. */
  readonly afterFolded: string;
  readonly limit: number;
  /** Only rooms with this in their folded name. */
  readonly part?: string;
  /** Archived rooms instead of the others. */
  readonly archived?: boolean;
}

/**
 * Rooms. A user finds the public rooms and those that the user is in, a guest only the latter; the others do not exist
 * for the user.
 */
export interface RoomQueries {
  /** Null: the user may not know of it. */
  room(id: ConversationId, user: UserId): RoomSummary | null;
  named(folded: string, user: UserId): RoomSummary | null;
  /** By folded name. */
  rooms(user: UserId, page: RoomsPage): readonly RoomSummary[];
  /** Those in the room whose folded name is above `afterFolded`, by folded name. Whether `user` may ask is asked first. */
  people(room: ConversationId, afterFolded: string, limit: number): readonly RoomPerson[];
  seat(room: ConversationId, user: UserId): SeatRow | null;
  /** Those in the room who joined by themselves. */
  joined(room: ConversationId): readonly UserId[];
  /** Who deleted a message of another user, because she runs the room; null if nobody did. */
  removedBy(seq: Seq): UserId | null;
}

/** A message that a user has saved. */
export interface Saved {
  readonly id: MessageId;
  /** Of the op that saved it (kinds/tags.ts). */
  readonly tag: string;
  /** Null: it is deleted, or the user may not see it any more. */
  readonly message: SeenMessage | null;
}

/** What people keep at hand. */
export interface KeptQueries {
  /** Who has pinned a message that the user may see; null: it is not pinned. */
  pinnedBy(seq: Seq): UserId | null;
  /**
   * The pinned messages of the conversation that the user sees, the one that was pinned last first, of the `limit`
   * newest. Whether the user may read the conversation is asked first.
   */
  pinned(conversation: ConversationId, user: UserId, limit: number): readonly SeenMessage[];
  /**
   * The latest tag of the ops by which the user marked one of these conversations as unread; "": none did. Does not
   * iterate if nobody has marked anything.
   */
  newestUnreadTag(user: UserId, conversations: Iterable<ConversationId>): string;
  /** What the user has saved below tag `before`, the one that was saved last first. */
  saved(user: UserId, before: string, limit: number): readonly Saved[];
  /** Which messages of the conversation, from seq `first` to `last`, the user has saved. */
  savedBetween(user: UserId, conversation: ConversationId, first: Seq, last: Seq): readonly Seq[];
}

/** What somebody did that concerns a user, with the seq of the op by which it last changed. */
export type Deed =
  /** A message mentions the user, or quotes a message of the user; or one of the user's has changed: others may have reacted or replied. */
  | { readonly kind: "mention" | "quote" | "changed"; readonly seq: Seq; readonly message: SeenMessage }
  /** Somebody brought the user into a room. */
  | { readonly kind: "invitation"; readonly seq: Seq; readonly room: ConversationId; readonly by: UserId };

/** Selects some of a user's conversations. */
export interface ConversationsPage {
  /** Only conversations whose newest message is below this seq; 0: all. */
  readonly beforeSeq?: Seq;
  /** Only conversations with unread messages, and none that the user has muted. */
  readonly unread?: boolean;
}

/** A change in a user's conversations, for a stream that resumes. */
export interface Change {
  /** Seq of the op that made the change. */
  readonly seq: Seq;
  readonly told: Told<SeenMessage, UserId>;
}

/** Where a reported message is. */
export interface ReportedPlace {
  /** Of a thread: as of its parent. */
  readonly kind: "direct" | "group" | "room";
  readonly isThread: boolean;
  /** Name of the room; "" if it is none. */
  readonly room: string;
  /** Who is in it; empty for a room. */
  readonly people: readonly UserId[];
  /** The message was deleted. */
  readonly isGone: boolean;
}

/** What those who run the chat see, and what lets people in. */
export interface AdminQueries {
  /** Whether anybody has an account. */
  hasPeople(): boolean;
  inviteByToken(tokenHash: string): InviteRow | null;
  invite(id: InviteId): InviteRow | null;
  /** Who came by it, by user. */
  inviteUses(id: InviteId): readonly InviteUseRow[];
  /** Why nobody can come by this link at this time; null if somebody can. */
  refusalToUse(id: InviteId, micros: number): ChatErrorCode | null;
  resetByToken(tokenHash: string): ResetRow | null;
  /** Why the person cannot set a new password by the present link at this time; null: she can. */
  refusalOfReset(user: UserId, micros: number): ChatErrorCode | null;
  /** Null: the account was never deactivated. */
  deactivation(user: UserId): DeactivationRow | null;
  /** Whether `viewer` may know of `person`: a guest knows only whom she shares a conversation with. */
  knows(viewer: UserId, person: UserId): boolean;
  isGuest(user: UserId): boolean;
  /** The `limit` newest entries of the audit log below this id, the newest first. */
  audit(beforeId: number, limit: number): readonly AuditEntry[];
  /** The `limit` newest reports below this seq that are done, or those that are not, the newest first. */
  reports(beforeSeq: Seq, limit: number, isDone: boolean): readonly ReportRow[];
  /** How many are not done, counted up to REPORTS_COUNT_MAX. */
  openReports(): number;
  /** Where a reported message is, for those who run the chat, whether they are there or not. */
  reportedPlace(report: ReportRow): ReportedPlace;
  /** The `limit` newest links that were made before this time, the newest first. */
  invites(beforeMicros: number, limit: number): readonly InviteRow[];
}

/** Selects some of the people. */
export interface SomePeople {
  /** Only people with this in their folded name, or in the folded name by which they want to be called. */
  readonly part?: string;
  /** Absent: active. */
  readonly which?: "active" | "deactivated" | "all";
  /** Only people who share a conversation with this user. */
  readonly knownTo?: UserId;
}

export interface Queries {
  /** The seq up to which the rows are applied. */
  appliedSeq(): Seq;
  /** Time of the newest op applied, microseconds since 1970. */
  newestMicros(): number;
  /** The newest format of ops that is in force. */
  opFormat(): number;

  user(id: UserId): UserRow | null;
  userByFolded(folded: string): UserRow | null;
  /** What the user is in this chat. A chat that a merge left without an owner has one (kinds/roles.ts). */
  role(user: UserId): Role;
  /** Living accounts that may log in with this name, at most 4. The one that has the name now comes first. */
  loginCandidates(folded: string): readonly UserRow[];
  /** Living accounts whose folded name is above `afterFolded`, without `except`, by folded name. */
  users(afterFolded: string, except: UserId, limit: number, some?: SomePeople): readonly UserRow[];

  sessionByToken(tokenHash: string): SessionRow | null;
  /** The most recently used first. */
  sessionsOf(user: UserId): readonly SessionRow[];

  request(user: UserId, clientId: ClientId): RequestRow | null;
  /** Of whatever user: of one, unless somebody reuses the ids of others. */
  requestsOf(clientId: ClientId): readonly RequestRow[];

  readonly rooms: RoomQueries;
  readonly profiles: ProfileQueries;
  readonly admin: AdminQueries;
  readonly kept: KeptQueries;
  readonly files: FileQueries;
  readonly push: PushQueries;
  readonly drafts: {
    of(user: UserId, conversation: ConversationId): DraftRow | null;
    /** Where the user has one that is not empty. */
    draftedIn(user: UserId): readonly ConversationId[];
    /** The `limit` newest that are not empty. */
    listOf(user: UserId, limit: number): readonly DraftRow[];
  };

  /** Null: there is no such conversation. */
  kindOf(conversation: ConversationId): ConversationRow["kind"] | null;
  /** Whether the user may read and write there. In a thread, also in one without replies, that is who is in its parent. */
  isMember(conversation: ConversationId, user: UserId): boolean;
  /** Whether a user has a direct conversation with somebody; asked of hundreds of people for each list. */
  hasMet(user: UserId, other: UserId): boolean;
  /** Members of the conversation, ordered by id; empty if it does not exist. Of a thread: those who follow it. */
  membersOf(conversation: ConversationId): readonly UserId[];
  /**
   * Everybody who shares one of the user's first 10,000 conversations, each once, without the user. A room of more than
   * 50 people does not count.
   */
  companions(user: UserId): readonly UserId[];
  /**
   * Rooms and direct conversations, the one with the newest message first. Omits conversations with a deleted account in which nothing is
   * left to see.
   */
  conversationsOf(user: UserId, limit: number, page?: ConversationsPage): readonly ConversationSummary[];
  /** The list, with unread messages counted up to `unreadMax`. */
  list(user: UserId, limit: number, unreadMax: number): ConversationList;
  /** Threads that the user follows, in the same order. */
  threadsOf(user: UserId, limit: number, page?: ConversationsPage): readonly ConversationSummary[];
  /** Replies that are not deleted in the thread below a message; null: it has none. */
  repliesTo(root: Pick<MessageRow, "author" | "clientId">): Replies | null;
  /** Of a thread, also of one without replies, the conversation of its root; otherwise the conversation itself. */
  homeOf(conversation: ConversationId): ConversationId;
  summary(conversation: ConversationId, user: UserId): ConversationSummary | null;
  /** The `limit` newest messages below `beforeSeq`, oldest first, without those that the user has hidden. */
  history(conversation: ConversationId, user: UserId, beforeSeq: Seq, limit: number): readonly SeenMessage[];
  /** The `limit` oldest messages above `afterSeq`, oldest first, without those that the user has hidden. */
  historyAfter(conversation: ConversationId, user: UserId, afterSeq: Seq, limit: number): readonly SeenMessage[];
  /** The first message, by its place, that was written at this time or later, late ones aside; null: there is none. */
  firstAt(conversation: ConversationId, micros: number): Seq | null;
  /** The oldest unread message; null if there is none. */
  firstUnread(conversation: ConversationId, user: UserId): Seq | null;
  /** A message of a conversation that the user is in, or her own in a room that she is not in any more. */
  message(conversation: ConversationId, user: UserId, seq: Seq): SeenMessage | null;
  /** The same by the id of the message. */
  messageById(id: MessageId, user: UserId): SeenMessage | null;
  /** Whether somebody in the conversation may not see all of it, because her history begins when she came. */
  isLimited(conversation: ConversationId): boolean;
  /** Whether the user, who is a member of its conversation, may see the message. */
  maySee(message: MessageRow, user: UserId): boolean;
  /** The reactions to a message that the user may see, also those taken away. */
  reactionsTo(seq: Seq): readonly ReactionRow[];
  /** The message of this id, if it is in this conversation or the root of this thread; null: it is not here. */
  messageIn(conversation: ConversationId, id: MessageId): MessageRow | null;
  /** The texts of a message that the user may see, by tag; none if it was never edited. */
  versionsOf(seq: Seq): readonly VersionRow[];
  /** When the message got its present text; 0 if it was never edited. */
  editedMicros(seq: Seq): number;
  /** Whom a message that the user may see mentions. */
  mentionsIn(seq: Seq): readonly Pick<MentionRow, "user" | "name" | "silent">[];
  /** What waits in all conversations and threads that the user has not muted, each number counted up to `max`. */
  waitingTotal(user: UserId, max: number): Waiting;
  /**
   * What waits in each conversation that has unread messages and is not muted, or in one such conversation, each counted
   * up to `max`. If the unread messages add up to `max` or more, a conversation with UNREAD_COUNT_MAX may have more.
   */
  waiting(user: UserId, max: number, conversation?: ConversationId): ReadonlyMap<ConversationId, Waiting>;
  /** What concerns the user, below seq `before`, the newest first. */
  activity(user: UserId, before: Seq, limit: number): readonly Deed[];
  /** Ids of the `limit` newest unread messages, newest first. */
  unreadIds(conversation: ConversationId, user: UserId, limit: number): readonly MessageId[];

  /**
   * Changes for the user after `seq`, in order; null if there are more than `limit`. `watched` are threads that the user
   * need not follow.
   */
  changesSince(user: UserId, seq: Seq, limit: number, watched?: Iterable<ConversationId>): readonly Change[] | null;
}

/** Unread messages of one conversation are counted up to this number. */
export const UNREAD_COUNT_MAX = 100;

/** Replies in one thread are counted up to this number. */
export const THREAD_COUNT_MAX = 1_000;

/** Whether nothing of the message may be shown: it is deleted, or its author was, with all messages. */
export function isErased(
  { deleted, author }: Pick<MessageRow, "deleted" | "author">,
  queries: Pick<Queries, "user">,
): boolean {
  return deleted || queries.user(author)?.deleted === 2;
}
