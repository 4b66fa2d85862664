/**
 * Tables of state.db: the chat itself, made from the log and from nothing else. All of
 * them are replicated rows: two replicas that applied the same log hold the same ones.
 *
 * Tables with a text key are WITHOUT ROWID: one tree instead of two (Drizzle cannot say so:
 * the migrations carry it by hand). Messages lie in the order of the log, so that new ones of
 * all conversations fall on one page at the end; what is looked up by conversation goes
 * through an index of some 10 bytes a message. Text ids are ASCII, compared as bytes everywhere.
 *
 * Room left: `conversations.kind` for rooms, `members` for their people; edits and
 * reactions become tables of their own beside `messages`.
 */
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sql } from "drizzle-orm";
import type { Deleted, EarlyRow } from "../../chat/rows.ts";

/** One row: where this state stands in the log. */
export const meta = sqliteTable("meta", {
  id: integer().primaryKey(),
  appliedSeq: integer("applied_seq").notNull(),
  /** View key of the last applied entry. */
  appliedView: text("applied_view").notNull(),
  /** View key of the first view of the log: which cluster this is. */
  firstView: text("first_view").notNull(),
  /** Time in the newest op; not the highest, which may be a wrong clock's. */
  newestMicros: integer("newest_micros").notNull(),
});

/** Formats of ops beyond the first, each since it is in force: nobody writes a newer op. */
export const formats = sqliteTable("formats", {
  format: integer().primaryKey(),
  /** The version of lastword whose leader enabled it: what an older executable asks for. */
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

/**
 * What was asked, by whom, once and for ever; also the way from a message id to its place.
 * The client id comes first: ours are ordered by time (UUID version 7), so that new rows of
 * all users fall on one page at the end, instead of on one page anywhere for each.
 */
export const requests = sqliteTable(
  "requests",
  {
    user: text().notNull(),
    clientId: text("client_id").notNull(),
    hash: text().notNull(),
    seq: integer().notNull(),
    /** NULL: the message at `seq` is what came of it, and says the rest. */
    result: blob({ mode: "buffer" }),
  },
  (t) => [primaryKey({ columns: [t.clientId, t.user] })],
);

/**
 * An op makes one conversation at most, so that `created_seq` is a short name for it: the
 * conversation number, by which messages say where they are. The index is what keeps it so.
 */
export const conversations = sqliteTable(
  "conversations",
  {
    id: text().primaryKey(),
    kind: text().notNull().$type<"direct">(),
    createdSeq: integer("created_seq").notNull(),
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
  },
  (t) => [primaryKey({ columns: [t.user, t.conversation] }), index("members_conversation").on(t.conversation)],
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
  },
  (t) => [
    // With the seq behind it, as every index has its row's key.
    index("messages_conversation").on(t.conversation),
    index("messages_changed")
      .on(t.conversation, t.changedSeq)
      .where(sql`changed_seq > 0`),
  ],
);

/** Messages read singly, above the reader's mark. */
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

/** Others' messages that a user deleted for herself. */
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

/** Deleted before they arrived, from another branch. */
export const tombstones = sqliteTable(
  "tombstones",
  { author: text().notNull(), clientId: text("client_id").notNull() },
  (t) => [primaryKey({ columns: [t.author, t.clientId] })],
);

/** What users of another branch did to messages of it that have not arrived here. */
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
