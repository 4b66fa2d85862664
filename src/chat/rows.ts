/**
 * Rows: the chat's state as the rules see it. db/state implements them over SQLite and
 * tests/support in memory; one contract suite runs against both. All calls are synchronous and
 * happen inside apply, one op at a time.
 *
 * Every seq here is a seq of this replica's log, so a row is valid on its own branch only. In a
 * merge, the losing replica replaces all of its rows by the winner's.
 */
import type { ClientId, ConversationId, InviteId, MessageId, SessionId, UserId } from "./ids.ts";
import type { ProfileRows } from "./profiles.ts";
import type { AuditRow } from "./audit-rows.ts";
import type { DraftRows } from "./draft-rows.ts";
import type { PushRows } from "./push-rows.ts";
import type { ReportRows } from "./report-rows.ts";
import type { PinRows, SavedRows, UnreadRows } from "./kept-rows.ts";
import type { Seq } from "../election/view.ts";

/** 0: a living account. 1: deleted, its messages stay. 2: deleted together with its messages. */
export type Deleted = 0 | 1 | 2;

export interface UserRow {
  readonly id: UserId;
  readonly name: string;
  /** The name in lower case (names.ts). Unique, even among deleted accounts. */
  readonly folded: string;
  /** The name with look-alike letters made equal (names.ts). Unique, even among deleted accounts. */
  readonly skeleton: string;
  readonly passwordHash: string;
  /** When the password was set. In a merge, an older password does not replace it. */
  readonly passwordMicros: number;
  readonly createdMicros: number;
  readonly lastSeenMicros: number;
  readonly deleted: Deleted;
  /** The name under which the user registered on a losing branch, if somebody else has it now; otherwise null. */
  readonly formerName: string | null;
  /** `formerName` folded: the user may still log in with it. */
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

/** What somebody is in the whole chat. */
export type Role = "guest" | "member" | "admin" | "owner";

/** The role that an op gave to somebody, who may have no account yet, or none any more. */
export interface RoleRow {
  readonly user: UserId;
  readonly role: Role;
  /** The tag of that op (kinds/tags.ts). */
  readonly tag: string;
}

/** A link by which people create accounts. */
export interface InviteRow {
  readonly id: InviteId;
  /** Of the token in the link. Null: the op that made the link has not arrived yet, the one that revokes it has. */
  readonly tokenHash: string | null;
  /** Who made it; "": an operator. */
  readonly by: UserId;
  /** What those who come by it are. */
  readonly role: Role;
  /** The rooms that they are in from the start. */
  readonly rooms: readonly ConversationId[];
  readonly usesMax: number;
  readonly createdMicros: number;
  readonly expiresMicros: number;
  /** The tag of the op that revoked it; "": none did. */
  readonly revoked: string;
  /** Those who had come by it, as the proposer of that op knew. */
  readonly revokedSeen: readonly UserId[];
}

/** Somebody came by a link. A merge may bring this before it brings the link. */
export interface InviteUseRow {
  readonly invite: InviteId;
  readonly user: UserId;
  /** Of the registration. */
  readonly tag: string;
}

/** A link with which a person sets a new password; a person has at most one. */
export interface ResetRow {
  readonly user: UserId;
  /** Of the token in the link. */
  readonly tokenHash: string;
  /** Who made it; "": an operator. */
  readonly by: UserId;
  readonly expiresMicros: number;
  readonly used: boolean;
  /** Of the op that made it. */
  readonly tag: string;
}

/** Whether the account of somebody who was deactivated once is so now. */
export interface DeactivationRow {
  readonly user: UserId;
  /** True: nobody can log in to the account. */
  readonly off: boolean;
  /** Of the op that set `off` last. */
  readonly tag: string;
}

export interface ConversationRow {
  readonly id: ConversationId;
  /** A group has no name, and its people stay the same. It may become a room. */
  readonly kind: "direct" | "group" | "room" | "thread";
  readonly createdSeq: Seq;
  /** Of a thread: the conversation of its root, whose members are those who may read it. Null for all others. */
  readonly parent: ConversationId | null;
}

/** Whether somebody follows a thread. Whoever does has a MemberRow of the thread as well. */
export interface FollowRow {
  readonly thread: ConversationId;
  readonly user: UserId;
  readonly isOn: boolean;
  /** The tag of the op that set it last (kinds/tags.ts); "": nobody decided it, her message has the thread. */
  readonly tag: string;
  /** The op that last changed it. */
  readonly changedSeq: Seq;
}

/** Somebody in a conversation; in a thread, somebody who follows it. */
export interface MemberRow {
  readonly conversation: ConversationId;
  readonly user: UserId;
  /** The user has read everything up to this seq (0: nothing). */
  readonly mark: Seq;
  /** Seq of the op that last moved the mark over somebody else's message. */
  readonly markChangedSeq: Seq;
  /** The user sees only messages above this seq, and `sinceMicros` says more; 0: all. The mark is never below it. */
  readonly sinceSeq: Seq;
  /** Of the messages that came late, the user sees only those written at this time or after it. */
  readonly sinceMicros: number;
}

/**
 * Whether a member may see a message of the conversation. On one branch the order of the log says what was written
 * before the member came. A message that a merge brings comes after that, whenever it was written.
 */
export function sees(
  { sinceSeq, sinceMicros }: Pick<MemberRow, "sinceSeq" | "sinceMicros">,
  { seq, recovered, timeMicros }: Pick<MessageRow, "seq" | "recovered" | "timeMicros">,
): boolean {
  return seq > sinceSeq && (!recovered || timeMicros >= sinceMicros);
}

/**
 * What a room is called, and who may find it. Of each field that people change, the tag of the op that set it last
 * (kinds/tags.ts) says which of two branches wins; "": none did.
 */
export interface RoomRow {
  readonly id: ConversationId;
  readonly name: string;
  /** No other room has it. */
  readonly folded: string;
  /** The name as it looks; no other room has it, too. */
  readonly skeleton: string;
  /** "": none. */
  readonly topic: string;
  /** Only its people know of it. */
  readonly isPrivate: boolean;
  /** Nobody writes there any more. */
  readonly archived: boolean;
  /** Whoever comes to it sees nothing that was written before. */
  readonly historyFromJoining: boolean;
  /** The folded name that the room lost to another one in a merge; its people still find it by this. Null: none. */
  readonly formerFolded: string | null;
  /** The op that made a room of a group; 0: it has always been a room. */
  readonly fromGroupSeq: Seq;
  readonly createdBy: UserId;
  /** 0: the op that makes it has not arrived yet, others of its branch have. */
  readonly createdMicros: number;
  readonly nameTag: string;
  readonly topicTag: string;
  readonly privateTag: string;
  readonly archivedTag: string;
  /** Only those who run the room write in it. */
  readonly adminsOnly: boolean;
  /** Seconds between two messages of one member; 0: no limit. */
  readonly slowSeconds: number;
  /** Only those who run the room call everybody in it. */
  readonly adminsCall: boolean;
  readonly postingTag: string;
  /** The op that last changed one of these. */
  readonly changedSeq: Seq;
}

export type RoomRole = "member" | "admin" | "owner";

/** Somebody's place in a room, also of somebody who was there once or may not come. */
export interface SeatRow {
  readonly room: ConversationId;
  readonly user: UserId;
  /** `joined`: there is a MemberRow as well, and only then, once there is the room. */
  readonly state: "joined" | "left" | "removed" | "banned";
  readonly role: RoomRole;
  /** Who seated her: herself, if she joined. */
  readonly seatedBy: UserId;
  /** The tag of the op that set `state` last. */
  readonly tag: string;
  /** The tag of the op that set `role` last. */
  readonly roleTag: string;
  /** While she is not in the room: her read mark of when she was. */
  readonly mark: Seq;
  /** The op by which she came; 0: she never did. */
  readonly joinedSeq: Seq;
  /** The op by which she last came or went: a stream that resumes before it is told of the room. */
  readonly changedSeq: Seq;
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
  /** Seq of the op that last changed the message: its text, its reactions, its pin, or that deleted it; 0 if none did. */
  readonly changedSeq: Seq;
  /** The message that this one quotes; null: none. */
  readonly quoted: MessageId | null;
  /** What it says of its files (files.ts); null: it has none. */
  readonly files: string | null;
}

/** What one user has to say to a message with one emoji; it stays, not `shown`, when the user takes it away. */
export interface ReactionRow {
  /** Seq of the message. */
  readonly seq: Seq;
  readonly emoji: string;
  readonly user: UserId;
  readonly shown: boolean;
  /** Of the op that set it last (kinds/tags.ts). */
  readonly tag: string;
}

/** A text of a message that was edited: each that it had, and the last of them is the one that it has. */
export interface VersionRow {
  /** Seq of the message. */
  readonly seq: Seq;
  /** Of the op that gave the message this text (kinds/tags.ts); "": the text with which it was sent. */
  readonly tag: string;
  readonly body: string;
}

/** Somebody who runs a room deleted a message of another user. */
export interface RemovalRow {
  /** Seq of the message, which is deleted. */
  readonly seq: Seq;
  /** Of the op that deleted it (kinds/tags.ts); of several, the earliest. */
  readonly tag: string;
  readonly by: UserId;
}

/** The rows of removed messages. */
export interface Removals {
  /** Null: nobody but its author deleted the message. */
  of(seq: Seq): RemovalRow | null;
  /** Inserts or replaces, by seq. */
  put(row: RemovalRow): void;
}

/** Of which messages of a conversation a user wants to be told. `default`: of all, in a room of mentions only. */
export type NotifyLevel = "default" | "all" | "mentions" | "nothing";

/** What a user prefers for one conversation; no row: NO_PREFERENCES. The row stays when the user leaves a room. */
export interface PreferenceRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  readonly starred: boolean;
  readonly muted: boolean;
  readonly level: NotifyLevel;
  /** Of each preference, the tag of the op that set it last (kinds/tags.ts). */
  readonly starredTag: string;
  readonly mutedTag: string;
  readonly levelTag: string;
  /** The op that last changed one of these. */
  readonly changedSeq: Seq;
}

/** What a level means: `default` is mentions in a room, and all in a direct conversation or a thread. */
export function notifiedOf(level: NotifyLevel, isRoom: boolean): Exclude<NotifyLevel, "default"> {
  if (level !== "default") return level;
  return isRoom ? "mentions" : "all";
}

/** What holds until the user has chosen otherwise. */
export const NO_PREFERENCES = {
  starred: false,
  muted: false,
  level: "default",
  starredTag: "",
  mutedTag: "",
  levelTag: "",
  changedSeq: 0,
} as const satisfies Omit<PreferenceRow, "user" | "conversation">;

/** Somebody whom a message mentions, or ROOM or HERE in place of a user (mention-text.ts). */
export interface MentionRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** Seq of the message. */
  readonly seq: Seq;
  /** What stands behind the `@` in the text; "": nothing, `@here` calls this user. */
  readonly name: string;
  /** It calls nobody. */
  readonly silent: boolean;
}

/** What an op says of somebody whom its text mentions. */
export type Mention = Pick<MentionRow, "user" | "name" | "silent">;

/** The rows of mentions. */
export interface MentionRows {
  /** Those of a message, by user. */
  in(seq: Seq): readonly Mention[];
  /** Inserts or replaces, by user and seq. */
  add(row: MentionRow): void;
  drop(conversation: ConversationId, seq: Seq, user: UserId): void;
}

/** One request of a user, kept for ever: it identifies a repeat, and finds a message by its id. */
export interface RequestRow {
  readonly user: UserId;
  readonly clientId: ClientId;
  /** requestHash of the op. */
  readonly hash: string;
  /** Seq of the entry that decided the request, which is also the seq of its message, if it sent one. */
  readonly seq: Seq;
  /** Conversation of the message this request sent; null for everything else and for errors. */
  readonly conversation: ConversationId | null;
  /** Encoded Result. Null if and only if the request sent a message, because the message's row has it all. */
  readonly result: Uint8Array | null;
}

/** What a user did on a losing branch to a message that has not arrived on this one (kinds/early.ts). */
export interface EarlyRow {
  readonly author: UserId;
  readonly clientId: ClientId;
  readonly user: UserId;
  readonly what:
    "hidden" | "read" | EarlyReaction | EarlyEdit | EarlyRemoval | EarlyPin | EarlySave | EarlyUnread | EarlyAccount;
}

/** Not to a message, but to the user's own account, which has not arrived either (kinds/early-account.ts). */
export type EarlyAccount = `account ${string}`;
/** The tag of the op, "on" or "off", and the emoji (kinds/react.ts). */
export type EarlyReaction = `react ${string}`;
/** The tag of the op, whom the text mentions, and the text (kinds/edit-message.ts). */
export type EarlyEdit = `edit ${string}`;
/** The tag of the op (kinds/delete-messages.ts). */
export type EarlyRemoval = `removed ${string}`;

/** The tag of the op, and "on" or "off" (kinds/pin.ts). */
export type EarlyPin = `pin ${string}`;
/** The same (kinds/save.ts). */
export type EarlySave = `save ${string}`;
/** The tag of the op (kinds/mark-unread.ts). */
export type EarlyUnread = `unread ${string}`;

/** What lets people into their accounts and keeps them out. */
export interface LockRows {
  reset(user: UserId): ResetRow | null;
  /** Inserts or replaces, by user. */
  putReset(row: ResetRow): void;
  /** Null: the account was never deactivated. */
  deactivation(user: UserId): DeactivationRow | null;
  /** Inserts or replaces, by user. */
  putDeactivation(row: DeactivationRow): void;
}

/** Links by which people create accounts, and who came by them. */
export interface InviteRows {
  get(id: InviteId): InviteRow | null;
  /** Inserts or replaces, by id. */
  put(row: InviteRow): void;
  /** Of those that are not revoked and expire after `micros`, counted up to `max`. */
  count(micros: number, max: number): number;
  /** By user. */
  uses(id: InviteId): readonly InviteUseRow[];
  /** Idempotent. */
  addUse(row: InviteUseRow): void;
}

/** The rows as the rules read and change them. If a rule throws, its caller undoes what the op did before. */
export interface Rows {
  user(id: UserId): UserRow | null;
  userByFolded(folded: string): UserRow | null;
  userBySkeleton(skeleton: string): UserRow | null;
  /** Inserts or replaces. */
  putUser(row: UserRow): void;

  /** Null: no op gave the user a role. */
  role(user: UserId): RoleRow | null;
  /** All of them, by user. */
  roles(): readonly RoleRow[];
  /** Inserts or replaces, by user. */
  putRole(row: RoleRow): void;
  /** The living account that was created first, of several the one with the lowest id; null if there is none. */
  firstUser(): UserId | null;

  readonly invites: InviteRows;
  readonly locks: LockRows;
  readonly profiles: ProfileRows;
  readonly audit: {
    /** Adds an entry, and removes AUDIT_DROPPED_MAX of the oldest that need not be kept. */
    add(row: AuditRow): void;
  };

  session(id: SessionId): SessionRow | null;
  /** At most SESSIONS_PER_USER + 1 sessions, the least recently used first, then by id. */
  sessionsOf(user: UserId): readonly SessionRow[];
  /** Inserts or replaces the session with this id. Its token hash must not be that of another session. */
  putSession(row: SessionRow): void;
  removeSession(id: SessionId): void;

  request(user: UserId, clientId: ClientId): RequestRow | null;
  /** Seq of a message of this conversation and author; null if there is none with this client id. */
  seqOfMessage(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null;
  /** Inserts or replaces a request. If it sent a message, the message must have been added before. */
  putRequest(row: RequestRow): void;
  /** Requests of all users after `after` ("" or `<client id> <user>`), ordered by client id, then user. */
  requestsAfter(after: string, limit: number): readonly RequestRow[];

  conversation(id: ConversationId): ConversationRow | null;
  addConversation(row: ConversationRow): void;
  setConversationKind(id: ConversationId, kind: ConversationRow["kind"]): void;
  /**
   * Null if the user is not a member, who may then learn nothing about the conversation. Who may read a thread, its
   * parent says (kinds/threads.ts).
   */
  member(conversation: ConversationId, user: UserId): MemberRow | null;
  /** Whether there is a conversation with both users in it. */
  shares(user: UserId, other: UserId): boolean;
  /** Members of the conversation, ordered by id; empty if it does not exist. */
  membersOf(conversation: ConversationId): readonly UserId[];
  /** Inserts or replaces. */
  putMember(row: MemberRow): void;
  removeMember(conversation: ConversationId, user: UserId): void;

  room(id: ConversationId): RoomRow | null;
  roomByFolded(folded: string): RoomRow | null;
  roomBySkeleton(skeleton: string): RoomRow | null;
  /** How many there are, counted up to `max`. */
  countRooms(max: number): number;
  /** Inserts or replaces, by id; after its conversation. */
  putRoom(row: RoomRow): void;
  seat(room: ConversationId, user: UserId): SeatRow | null;
  /** Of those who are in the room, by user. */
  seatsIn(room: ConversationId): readonly SeatRow[];
  /** Of the rooms in which the user is, by room. */
  seatsOf(user: UserId): readonly SeatRow[];
  /** Inserts or replaces. */
  putSeat(row: SeatRow): void;
  follow(thread: ConversationId, user: UserId): FollowRow | null;
  /** Inserts or replaces. */
  putFollow(row: FollowRow): void;
  /** Ids of all living accounts, in their order. */
  livingUsers(): readonly UserId[];

  /** Null: the user has chosen nothing there. */
  preference(user: UserId, conversation: ConversationId): PreferenceRow | null;
  /** Inserts or replaces. */
  putPreference(row: PreferenceRow): void;

  message(conversation: ConversationId, seq: Seq): MessageRow | null;
  addMessage(row: MessageRow): void;
  /**
   * Turns the message into a tombstone: sets `deleted` and `changedSeq`, and removes its body, its versions, its
   * reactions, its mentions, its files and its pin.
   */
  eraseMessage(conversation: ConversationId, seq: Seq, changedSeq: Seq): void;
  /** All of a message, also those taken away, ordered by emoji, then by user. */
  reactionsTo(seq: Seq): readonly ReactionRow[];
  /** Inserts or replaces. */
  putReaction(row: ReactionRow): void;
  readonly mentions: MentionRows;
  /** Sets `changedSeq` of the message. */
  touchMessage(conversation: ConversationId, seq: Seq, changedSeq: Seq): void;
  /** Sets the text and `changedSeq` of the message. */
  setBody(conversation: ConversationId, seq: Seq, body: string, changedSeq: Seq): void;
  /** By tag; none if the message was never edited. */
  versionsOf(seq: Seq): readonly VersionRow[];
  readonly removals: Removals;
  readonly reports: ReportRows;
  readonly pins: PinRows;
  readonly saved: SavedRows;
  readonly unreads: UnreadRows;
  readonly drafts: DraftRows;
  readonly push: PushRows;
  /** The tag of the last of them; "" if the message was never edited. */
  newestVersion(seq: Seq): string;
  /** Inserts or replaces. */
  putVersion(row: VersionRow): void;
  dropVersion(seq: Seq, tag: string): void;
  /** The messages above `seq`, in order. */
  messagesAfter(
    conversation: ConversationId,
    seq: Seq,
    limit: number,
  ): readonly Pick<MessageRow, "seq" | "author" | "deleted" | "recovered" | "timeMicros">[];
  /** The newest message that was written before this time, without those that came late; 0: there is none. */
  newestBefore(conversation: ConversationId, timeMicros: number): Seq;

  /**
   * Whether the user's mark certainly cannot move by itself: `markIsStuck` was called for it, and since
   * then the mark has not moved, the user has read or hidden nothing singly, and the message before which
   * the mark stopped was not erased. An implementation may always return false: the answer only saves work.
   */
  isMarkStuck(conversation: ConversationId, user: UserId): boolean;
  /** Says that the first message above the user's mark is `before`, and that it is another user's and unread. */
  markIsStuck(conversation: ConversationId, user: UserId, before: Seq): void;

  isRead(conversation: ConversationId, user: UserId, seq: Seq): boolean;
  addRead(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void;
  /** Removes single reads up to `seq`, which the mark now covers. */
  dropReads(conversation: ConversationId, user: UserId, seq: Seq): void;
  isHidden(conversation: ConversationId, user: UserId, seq: Seq): boolean;
  hide(conversation: ConversationId, user: UserId, seq: Seq, changedSeq: Seq): void;

  /** Whether the author deleted a message with this id before it arrived on this branch. */
  hasTombstone(author: UserId, clientId: ClientId): boolean;
  addTombstone(author: UserId, clientId: ClientId): void;

  /** Stores what a user did to a message that has not arrived yet. Idempotent. */
  addEarly(row: EarlyRow): void;
  /** Removes and returns what waits for this message, ordered by user, then by `what`. */
  takeEarly(author: UserId, clientId: ClientId): readonly EarlyRow[];

  /** A deleted account whose messages are still being erased, and the last request examined (see requestsAfter). */
  purge(): { readonly user: UserId; readonly afterRequest: string } | null;
  setPurge(user: UserId, afterRequest: string): void;
  endPurge(user: UserId): void;

  /** The newest op format in force: FIRST_FORMAT unless another one was enabled. */
  opFormat(): number;
  /** Puts a format above `opFormat()` in force. `version` is the version of the leader's executable. */
  enableFormat(format: number, version: string, seq: Seq): void;
}

/** The op format that is in force from the beginning. */
export const FIRST_FORMAT = 1;

/** Sessions that one user may have. One more ends the least recently used. */
export const SESSIONS_PER_USER = 50;

/** A session that has not been used for this long has expired. */
export const SESSION_TTL_MICROS = 90 * 24 * 3600 * 1e6;
