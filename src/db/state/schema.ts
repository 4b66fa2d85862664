/**
 * Tables of state.db: the chat itself, derived from nothing but the log. All rows are
 * replicated: two replicas that have applied the same log hold the same rows.
 *
 * Tables with a text key are WITHOUT ROWID, which saves a second tree (Drizzle cannot express it,
 * so it is added to the migrations by hand). Messages are stored in log order, so that new messages
 * of all conversations go to one page at the end; look-ups by conversation use an index of some
 * 10 bytes per message. Text ids are ASCII and are compared as bytes everywhere.
 *
 * Reactions, mentions, and the texts of edited messages are tables of their own beside `messages`.
 */
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sql } from "drizzle-orm";
import type { AuditAction } from "../../chat/audit-rows.ts";
import type { ConversationRow, Deleted, EarlyRow, NotifyLevel, Role, RoomRole, SeatRow } from "../../chat/rows.ts";

/** One row: the position of this state in the log. */
export const meta = sqliteTable("meta", {
  id: integer().primaryKey(),
  appliedSeq: integer("applied_seq").notNull(),
  /** View key of the last applied entry. */
  appliedView: text("applied_view").notNull(),
  /** View key of the first view of the log, which identifies the cluster. */
  firstView: text("first_view").notNull(),
  /** Time in the newest op. Not the highest time of all ops, which may come from a wrong clock. */
  newestMicros: integer("newest_micros").notNull(),
});

/** Op formats beyond the first that are in force. No replica writes an op of a newer format. */
export const formats = sqliteTable("formats", {
  format: integer().primaryKey(),
  /** The version of lastword of the leader that enabled it. An older executable tells the operator to install it. */
  version: text().notNull(),
  /** The op that enabled it. */
  seq: integer().notNull(),
});

export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    folded: text().notNull(),
    passwordHash: text("password_hash").notNull(),
    passwordMicros: integer("password_micros").notNull(),
    createdMicros: integer("created_micros").notNull(),
    lastSeenMicros: integer("last_seen_micros").notNull(),
    deleted: integer().notNull().$type<Deleted>(),
    formerName: text("former_name"),
    formerFolded: text("former_folded"),
    skeleton: text().notNull(),
  },
  (t) => [
    uniqueIndex("users_folded").on(t.folded),
    uniqueIndex("users_skeleton").on(t.skeleton),
    index("users_former")
      .on(t.formerFolded)
      .where(sql`former_folded IS NOT NULL`),
  ],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    tokenHash: text("token_hash").notNull(),
    user: text().notNull(),
    createdMicros: integer("created_micros").notNull(),
    lastUsedMicros: integer("last_used_micros").notNull(),
    device: text().notNull(),
  },
  (t) => [uniqueIndex("sessions_token").on(t.tokenHash), index("sessions_user").on(t.user, t.lastUsedMicros, t.id)],
);

/** The roles that ops gave to people in the whole chat; RoleRow says what the columns are. */
export const roles = sqliteTable("roles", {
  user: text().primaryKey(),
  role: text().notNull().$type<Role>(),
  tag: text().notNull(),
});

/** Links by which people create accounts; InviteRow says what the columns are. */
export const invites = sqliteTable(
  "invites",
  {
    id: text().primaryKey(),
    tokenHash: text("token_hash"),
    by: text().notNull(),
    role: text().notNull().$type<Role>(),
    /** Ids, separated by spaces. */
    rooms: text().notNull(),
    usesMax: integer("uses_max").notNull(),
    createdMicros: integer("created_micros").notNull(),
    expiresMicros: integer("expires_micros").notNull(),
    revoked: text().notNull(),
    /** Ids, separated by spaces. */
    revokedSeen: text("revoked_seen").notNull().default(""),
  },
  (t) => [
    uniqueIndex("invites_token").on(t.tokenHash),
    index("invites_created").on(t.createdMicros),
    index("invites_expires").on(t.expiresMicros),
  ],
);

/** Who came by which link. */
export const inviteUses = sqliteTable(
  "invite_uses",
  { invite: text().notNull(), user: text().notNull(), tag: text().notNull() },
  (t) => [primaryKey({ columns: [t.invite, t.user] })],
);

/** Links with which people set new passwords; ResetRow says what the columns are. */
export const resets = sqliteTable(
  "resets",
  {
    user: text().primaryKey(),
    tokenHash: text("token_hash").notNull(),
    by: text().notNull(),
    expiresMicros: integer("expires_micros").notNull(),
    used: integer({ mode: "boolean" }).notNull(),
    tag: text().notNull(),
  },
  (t) => [uniqueIndex("resets_token").on(t.tokenHash)],
);

/** What people say about themselves; ProfileRow says what the columns are. */
export const profiles = sqliteTable(
  "profiles",
  {
    user: text().primaryKey(),
    displayName: text("display_name").notNull(),
    folded: text().notNull(),
    skeleton: text().notNull(),
    nameTag: text("name_tag").notNull(),
    emoji: text().notNull(),
    text: text().notNull(),
    untilMicros: integer("until_micros").notNull(),
    statusTag: text("status_tag").notNull(),
    timeZone: text("time_zone").notNull(),
    zoneTag: text("zone_tag").notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [index("profiles_changed").on(t.changedSeq)],
);

/** Accounts that are or were deactivated; DeactivationRow says what the columns are. */
export const deactivations = sqliteTable("deactivations", {
  user: text().primaryKey(),
  off: integer({ mode: "boolean" }).notNull(),
  tag: text().notNull(),
});

/** Who did what, for those who run the chat; AuditRow says what the columns are. The id grows with each entry. */
export const audit = sqliteTable("audit", {
  id: integer().primaryKey(),
  seq: integer().notNull(),
  micros: integer().notNull(),
  actor: text().notNull(),
  action: text().notNull().$type<AuditAction>(),
  target: text().notNull(),
  detail: text().notNull(),
  recovered: integer({ mode: "boolean" }).notNull(),
});

/**
 * Every recorded request, kept for ever so that a repeat gets the first answer. It also maps a message id to a seq.
 * The client id is the first column of the key: ours are ordered by time (UUID version 7), so that new rows of all
 * users go to one page at the end instead of one page anywhere per user.
 */
export const requests = sqliteTable(
  "requests",
  {
    user: text().notNull(),
    clientId: text("client_id").notNull(),
    hash: text().notNull(),
    seq: integer().notNull(),
    /** NULL: the request sent the message at `seq`, from which its result is derived. */
    result: blob({ mode: "buffer" }),
  },
  (t) => [primaryKey({ columns: [t.clientId, t.user] })],
);

/**
 * An op creates at most one conversation, so `created_seq` identifies it in few bytes: it is the
 * conversation number, which the rows of messages hold instead of the id. The index keeps it unique.
 */
export const conversations = sqliteTable(
  "conversations",
  {
    id: text().primaryKey(),
    kind: text().notNull().$type<ConversationRow["kind"]>(),
    createdSeq: integer("created_seq").notNull(),
    /** Of a thread: the conversation of its root. NULL for all others. */
    parent: text(),
  },
  (t) => [uniqueIndex("conversations_number").on(t.createdSeq)],
);

export const members = sqliteTable(
  "members",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    mark: integer().notNull(),
    markChangedSeq: integer("mark_changed_seq").notNull(),
    sinceSeq: integer("since_seq").notNull().default(0),
    sinceMicros: integer("since_micros").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation] }), index("members_conversation").on(t.conversation)],
);

/** Who follows which thread, or has stopped; FollowRow says what the columns are. */
export const follows = sqliteTable(
  "follows",
  {
    thread: text().notNull(),
    user: text().notNull(),
    isOn: integer("is_on", { mode: "boolean" }).notNull(),
    tag: text().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.thread] }), index("follows_changed").on(t.user, t.changedSeq)],
);

/** Conversations that have a name; RoomRow says what the columns are. */
export const rooms = sqliteTable(
  "rooms",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    folded: text().notNull(),
    skeleton: text().notNull(),
    topic: text().notNull(),
    isPrivate: integer("is_private", { mode: "boolean" }).notNull(),
    archived: integer({ mode: "boolean" }).notNull(),
    createdBy: text("created_by").notNull(),
    createdMicros: integer("created_micros").notNull(),
    nameTag: text("name_tag").notNull(),
    topicTag: text("topic_tag").notNull(),
    privateTag: text("private_tag").notNull(),
    archivedTag: text("archived_tag").notNull(),
    changedSeq: integer("changed_seq").notNull(),
    historyFromJoining: integer("history_from_joining", { mode: "boolean" }).notNull().default(false),
    fromGroupSeq: integer("from_group_seq").notNull().default(0),
    formerFolded: text("former_folded"),
    adminsOnly: integer("admins_only", { mode: "boolean" }).notNull().default(false),
    slowSeconds: integer("slow_seconds").notNull().default(0),
    postingTag: text("posting_tag").notNull().default(""),
    adminsCall: integer("admins_call", { mode: "boolean" }).notNull().default(false),
  },
  (t) => [
    uniqueIndex("rooms_folded").on(t.folded),
    uniqueIndex("rooms_skeleton").on(t.skeleton),
    index("rooms_former")
      .on(t.formerFolded)
      .where(sql`former_folded IS NOT NULL`),
  ],
);

/**
 * Who is, was, or may not be in a room. Whoever is in it has a row of `members` as well: only that is asked when
 * somebody reads or writes.
 */
export const seats = sqliteTable(
  "seats",
  {
    room: text().notNull(),
    user: text().notNull(),
    state: text().notNull().$type<SeatRow["state"]>(),
    role: text().notNull().$type<RoomRole>(),
    seatedBy: text("seated_by").notNull(),
    tag: text().notNull(),
    roleTag: text("role_tag").notNull(),
    mark: integer().notNull(),
    joinedSeq: integer("joined_seq").notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.room, t.user] }), index("seats_user").on(t.user, t.changedSeq)],
);

/** What users prefer for their conversations; PreferenceRow says what the columns are. */
export const preferences = sqliteTable(
  "preferences",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    starred: integer({ mode: "boolean" }).notNull(),
    muted: integer({ mode: "boolean" }).notNull(),
    level: text().notNull().$type<NotifyLevel>(),
    starredTag: text("starred_tag").notNull(),
    mutedTag: text("muted_tag").notNull(),
    levelTag: text("level_tag").notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation] }), index("preferences_changed").on(t.user, t.changedSeq)],
);

export const messages = sqliteTable(
  "messages",
  {
    /** Conversation number. */
    conversation: integer().notNull(),
    seq: integer().primaryKey(),
    author: text().notNull(),
    clientId: text("client_id").notNull(),
    body: text().notNull(),
    timeMicros: integer("time_micros").notNull(),
    deleted: integer({ mode: "boolean" }).notNull(),
    recovered: integer({ mode: "boolean" }).notNull(),
    changedSeq: integer("changed_seq").notNull(),
    /** Id of the message that this one quotes. */
    quoted: text(),
    /** What it says of its files (chat/files.ts); null: it has none. */
    files: text(),
  },
  (t) => [
    // SQLite appends the row's key, so this index is by conversation and seq.
    index("messages_conversation").on(t.conversation),
    // Those that came late, which are few.
    index("messages_late")
      .on(t.conversation)
      .where(sql`recovered = 1`),
    index("messages_changed")
      .on(t.conversation, t.changedSeq)
      .where(sql`changed_seq > 0`),
    // Those that quote messages of one user, whose id is the beginning of the quoted ids.
    index("messages_quoting")
      .on(t.quoted)
      .where(sql`quoted IS NOT NULL`),
    // For those to which others reacted or replied.
    index("messages_answered")
      .on(t.author, t.changedSeq)
      .where(sql`changed_seq > 0`),
  ],
);

/**
 * Which files messages carry, so that a file can be asked whether any message does; `messages` says all else of them.
 * `bytes` counts for the author, and is 0 for the smaller copies of a picture.
 */
export const files = sqliteTable(
  "files",
  {
    /** Of the message. */
    seq: integer().notNull(),
    hash: text().notNull(),
    author: text().notNull(),
    bytes: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.seq, t.hash] }),
    index("files_hash").on(t.hash),
    index("files_author").on(t.author, t.bytes),
  ],
);

/** What people say to a message with an emoji; ReactionRow says what the columns are. */
export const reactions = sqliteTable(
  "reactions",
  {
    seq: integer().notNull(),
    emoji: text().notNull(),
    user: text().notNull(),
    shown: integer({ mode: "boolean" }).notNull(),
    tag: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.seq, t.emoji, t.user] })],
);

/**
 * Messages that are or were pinned; PinRow says what the columns are. The index has those that are, the one that was
 * pinned last at its end.
 */
export const pins = sqliteTable(
  "pins",
  {
    seq: integer().primaryKey(),
    /** Conversation number. */
    conversation: integer().notNull(),
    isOn: integer("is_on", { mode: "boolean" }).notNull(),
    by: text().notNull(),
    tag: text().notNull(),
  },
  (t) => [
    index("pins_on")
      .on(t.conversation, t.tag)
      .where(sql`is_on = 1`),
  ],
);

/**
 * Messages that people have saved, or had once; SavedRow says what the columns are. The first index has those that they
 * have, the one that was saved last at its end.
 */
export const saved = sqliteTable(
  "saved",
  {
    user: text().notNull(),
    /** Conversation number. */
    conversation: integer().notNull(),
    seq: integer().notNull(),
    isOn: integer("is_on", { mode: "boolean" }).notNull(),
    tag: text().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.user, t.conversation, t.seq] }),
    index("saved_on")
      .on(t.user, t.tag)
      .where(sql`is_on = 1`),
    index("saved_changed").on(t.user, t.changedSeq),
  ],
);

/** From where on users have marked conversations as unread; UnreadRow says what the columns are. */
export const unreads = sqliteTable(
  "unreads",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    from: integer().notNull(),
    tag: text().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation] })],
);

/** The texts of messages that were edited; VersionRow says what the columns are. */
export const versions = sqliteTable(
  "versions",
  { seq: integer().notNull(), tag: text().notNull(), body: text().notNull() },
  (t) => [primaryKey({ columns: [t.seq, t.tag] })],
);

/**
 * Whom messages mention; MentionRow says what the columns are. A user's mentions in a conversation are together, to be
 * counted above a mark; a message finds its own by its seq, and a user the newest ones of all conversations.
 */
export const mentions = sqliteTable(
  "mentions",
  {
    user: text().notNull(),
    /** Conversation number. */
    conversation: integer().notNull(),
    seq: integer().notNull(),
    name: text().notNull(),
    silent: integer({ mode: "boolean" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.user, t.conversation, t.seq] }),
    index("mentions_seq").on(t.seq),
    index("mentions_newest").on(t.user, t.seq),
  ],
);

/** Messages that somebody who runs their room deleted; RemovalRow says what the columns are. */
export const removals = sqliteTable("removals", {
  seq: integer().primaryKey(),
  tag: text().notNull(),
  by: text().notNull(),
});

/** Messages that people reported to those who run the chat; ReportRow says what the columns are. */
export const reports = sqliteTable(
  "reports",
  {
    message: text().notNull(),
    by: text().notNull(),
    conversation: text().notNull(),
    why: text().notNull(),
    words: text().notNull(),
    tag: text().notNull(),
    isDone: integer("is_done", { mode: "boolean" }).notNull(),
    doneBy: text("done_by").notNull(),
    doneTag: text("done_tag").notNull(),
    seq: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.message, t.by] }),
    index("reports_by").on(t.by, t.tag),
    index("reports_listed").on(t.isDone, t.seq),
  ],
);

/** What people have written and not sent; DraftRow says what the columns are. */
export const drafts = sqliteTable(
  "drafts",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    body: text().notNull(),
    session: text().notNull(),
    tag: text().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation] }), index("drafts_changed").on(t.user, t.changedSeq)],
);

/** Where users are called while no page of theirs is open; PushRow says what the columns are. */
export const pushSubscriptions = sqliteTable(
  "push_subscriptions",
  {
    user: text().notNull(),
    id: text().notNull(),
    isOn: integer("is_on").notNull(),
    endpoint: text().notNull(),
    p256dh: text().notNull(),
    auth: text().notNull(),
    session: text().notNull(),
    device: text().notNull(),
    origin: text().notNull(),
    quiet: text().notNull(),
    timeZone: text("time_zone").notNull(),
    tag: text().notNull(),
    since: integer().notNull(),
    pending: integer().notNull(),
    outcome: text().notNull(),
    outcomeMicros: integer("outcome_micros").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.id] })],
);

/** At most one row: everything up to this seq was pushed, or called nobody. */
export const pushProgress = sqliteTable("push_progress", {
  id: integer().primaryKey(),
  upTo: integer("up_to").notNull(),
});

/** Messages above the reader's mark that were read singly. */
export const reads = sqliteTable(
  "reads",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    seq: integer().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.user, t.conversation, t.seq] }),
    index("reads_changed").on(t.conversation, t.changedSeq),
  ],
);

/** Messages of other users that a user has deleted for herself. */
export const hidden = sqliteTable(
  "hidden",
  {
    user: text().notNull(),
    conversation: text().notNull(),
    seq: integer().notNull(),
    changedSeq: integer("changed_seq").notNull(),
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation, t.seq] }), index("hidden_changed").on(t.user, t.changedSeq)],
);

/** Messages of another branch that were deleted before they arrived here. */
export const tombstones = sqliteTable(
  "tombstones",
  { author: text().notNull(), clientId: text("client_id").notNull() },
  (t) => [primaryKey({ columns: [t.author, t.clientId] })],
);

/** What users of another branch did to messages of that branch that have not arrived here yet (decision 32). */
export const early = sqliteTable(
  "early",
  {
    author: text().notNull(),
    clientId: text("client_id").notNull(),
    user: text().notNull(),
    what: text().notNull().$type<EarlyRow["what"]>(),
  },
  (t) => [primaryKey({ columns: [t.author, t.clientId, t.user, t.what] })],
);

/** Deleted accounts whose messages are still being erased. */
export const purges = sqliteTable("purges", {
  user: text().primaryKey(),
  afterRequest: text("after_request").notNull(),
});
