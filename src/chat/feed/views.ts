/** Turns rows into what people see: adds names, and removes the content of deleted accounts and messages. */
import { QUOTE_CHARS_MAX } from "../bounds.ts";
import type { Told } from "../fact.ts";
import { filesOf, fileView, type FileView } from "../files.ts";
import {
  GENERAL_ID,
  isRoomId,
  isThreadId,
  messageId,
  threadIdOf,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../ids.ts";
import { HERE, mayMention, ROOM } from "../mention-text.ts";
import type { Presence } from "../ports.ts";
import { statusAt } from "../profiles.ts";
import {
  isErased,
  type ConversationSummary,
  type Queries,
  type RoomSummary,
  type SeenMessage,
  type ThreadSummary,
} from "../queries.ts";
import { notifiedOf, type MentionRow, type MessageRow, type ReactionRow, type UserRow } from "../rows.ts";
import type {
  ConversationView,
  FeedEvent,
  MentionView,
  MessageView,
  PreferencesView,
  QuoteView,
  ReactionView,
  RepliesView,
  RoomView,
  ThreadView,
  UserView,
} from "../chat-service.ts";

/** Shown in place of the name of a deleted account. */
const DELETED_USER = "deleted user";

/** How many of those who chose an emoji are named; the others are counted. */
const REACTION_NAMES = 3;

type Changes = Pick<MessageView, "reactions" | "editedMicros" | "pinnedBy">;

const NO_FILES: readonly FileView[] = [];
const NO_MENTIONS: readonly MentionView[] = [];
const NOBODY: readonly UserView[] = [];

const UNCHANGED: Changes = { reactions: [], editedMicros: 0, pinnedBy: null };

function byTag(a: ReactionRow, b: ReactionRow): number {
  return a.tag < b.tag ? -1 : 1;
}

function preferencesOf({ id, preferences: { starred, muted, level } }: ConversationSummary): PreferencesView {
  return { starred, muted, level, notify: notifiedOf(level, isRoomId(id)) };
}

/** How a message begins, on one line. */
function beginningOf(body: string): string {
  const line = body
    .slice(0, 8 * QUOTE_CHARS_MAX)
    .replaceAll(/\s+/g, " ")
    .trim();
  return Array.from(line).slice(0, QUOTE_CHARS_MAX).join("");
}

export class Views {
  readonly #queries: () => Queries;
  readonly #presence: Presence;
  readonly #nowMicros: () => number;

  /** `nowMicros` says which statuses have ended: no op ends one. */
  constructor(queries: () => Queries, presence: Presence, nowMicros: () => number) {
    this.#queries = queries;
    this.#presence = presence;
    this.#nowMicros = nowMicros;
  }

  user(row: UserRow): UserView {
    const deleted = row.deleted !== 0;
    return {
      id: row.id,
      name: deleted ? DELETED_USER : row.name,
      displayName: this.#displayName(row),
      deleted,
      online: !deleted && this.#presence.isOnline(row.id),
      lastSeenMicros: row.lastSeenMicros,
      role: deleted ? "member" : this.#queries().role(row.id),
      ...(this.#queries().admin.deactivation(row.id)?.off === true ? { deactivated: true } : this.#present(row)),
      ...(row.formerName === null ? {} : { formerName: row.formerName }),
    };
  }

  /** What somebody is called. A page has hundreds of names, and needs nothing else of most people. */
  displayNameOf(id: UserId): string {
    const row = this.#queries().user(id);
    return row === null ? DELETED_USER : this.#displayName(row);
  }

  #displayName(row: UserRow): string {
    if (row.deleted !== 0) return DELETED_USER;
    return this.#queries().profiles.displayName(row.id) || row.name;
  }

  /** What is true of somebody only as long as she is there. */
  #present({ id, deleted }: UserRow): Pick<UserView, "status" | "timeZone"> {
    const profile = deleted === 0 ? this.#queries().profiles.of(id) : null;
    if (profile === null) return {};
    const status = statusAt(profile, this.#nowMicros());
    const { timeZone } = profile;
    return { ...(status === null ? {} : { status }), ...(timeZone === "" ? {} : { timeZone }) };
  }

  /** An id may have no account yet, if its registration is still to arrive from another branch. */
  userById(id: string): UserView {
    const row = this.#queries().user(id);
    if (row !== null) return this.user(row);
    const nobody = { name: DELETED_USER, displayName: DELETED_USER, deleted: true, online: false } as const;
    return { id, ...nobody, lastSeenMicros: 0, role: "member" };
  }

  /** The message as `viewer` sees it, who may see it. Only the words of its quote depend on the viewer. */
  message(message: SeenMessage, viewer: UserId): MessageView {
    const author = this.#queries().user(message.author);
    // The messages of an account that was deleted with its messages are erased step by step (kinds/purge.ts).
    const deleted = message.deleted || author?.deleted === 2;
    // Most messages never change, and need no look-up.
    const { reactions, editedMicros, pinnedBy } =
      deleted || message.changedSeq === 0 ? UNCHANGED : this.#changesOf(message.seq);
    return {
      id: messageId(message.author, message.clientId),
      conversationId: message.conversation,
      authorId: message.author,
      authorName: author === null || author.deleted !== 0 ? DELETED_USER : author.name,
      authorDisplayName: author === null ? DELETED_USER : this.#displayName(author),
      body: deleted ? "" : message.body,
      timeMicros: message.timeMicros,
      seq: message.seq,
      deleted,
      unread: message.unread && !deleted,
      readByOther: message.readByOther,
      recovered: message.recovered,
      reactions,
      editedMicros,
      pinnedBy,
      quote: deleted ? null : this.quote(message.conversation, message.quoted, viewer),
      files: deleted || message.files === null ? NO_FILES : filesOf(message.files).map(fileView),
      removedBy:
        message.deleted && message.changedSeq !== 0 ? this.#named(this.#queries().rooms.removedBy(message.seq)) : null,
      replies: message.changedSeq === 0 || isThreadId(message.conversation) ? null : this.#repliesTo(message),
      // Nor do most messages mention anybody.
      mentions:
        deleted || !mayMention(message.body)
          ? NO_MENTIONS
          : this.mentions(this.#queries().mentionsIn(message.seq), message),
    };
  }

  /**
   * Looked up whenever it is shown, because a merge may bring what is quoted after the message. Somebody who may not see
   * that is told only which message it is.
   */
  quote(conversation: ConversationId, id: MessageId | null, viewer: UserId): QuoteView | null {
    if (id === null) return null;
    const queries = this.#queries();
    const found = queries.messageIn(conversation, id);
    const gone = found === null || isErased(found, queries);
    const isHidden = found !== null && queries.isLimited(conversation) && !queries.maySee(found, viewer);
    if (gone || isHidden) return { messageId: id, authorId: "", authorName: "", text: "", gone };
    const { author: authorId } = found;
    const text = beginningOf(found.body) || (filesOf(found.files)[0]?.name ?? "");
    return { messageId: id, authorId, authorName: this.displayNameOf(authorId), text, gone };
  }

  #named(id: UserId | null): MessageView["removedBy"] {
    return id === null ? null : { id, name: this.displayNameOf(id) };
  }

  #changesOf(seq: number): Changes {
    const pinnedBy = this.#named(this.#queries().kept.pinnedBy(seq));
    return { reactions: this.#reactionsTo(seq), editedMicros: this.#queries().editedMicros(seq), pinnedBy };
  }

  #repliesTo(message: MessageRow): RepliesView | null {
    const replies = this.#queries().repliesTo(message);
    if (replies === null) return null;
    const { count, lastMicros, authors } = replies;
    const people = authors.map((id) => ({ id, name: this.displayNameOf(id) }));
    return { threadId: threadIdOf(messageId(message.author, message.clientId)), count, lastMicros, people };
  }

  /** Whom a message mentions, as they are called now, and whether they may see it. */
  mentions(
    found: readonly Pick<MentionRow, "user" | "name" | "silent">[],
    { conversation }: { readonly conversation: ConversationId },
  ): readonly MentionView[] {
    const queries = this.#queries();
    return found.map(({ user, name, silent }) => {
      const isCall = user === ROOM || user === HERE;
      const word = user.slice(1);
      const { name: account, displayName } = isCall ? { name: word, displayName: word } : this.userById(user);
      return {
        userId: user,
        text: name,
        name: account,
        displayName,
        silent,
        outside: !isCall && !queries.isMember(conversation, user),
      };
    });
  }

  /** Both the emoji and those who chose one are in the order in which they came. */
  #reactionsTo(seq: number): readonly ReactionView[] {
    const shown = this.#queries()
      .reactionsTo(seq)
      .filter((row) => row.shown)
      .toSorted(byTag);
    return [...Map.groupBy(shown, (row) => row.emoji)].map(([emoji, rows]) => {
      const userIds = rows.map(({ user }) => user);
      return { emoji, userIds, names: userIds.slice(0, REACTION_NAMES).map((id) => this.displayNameOf(id)) };
    });
  }

  /**
   * The event for a fact, as `viewer` and whoever sees the same is told. A new message is unread for everybody except
   * its author (`isAuthor`).
   */
  told(told: Told<MessageRow | SeenMessage, UserId>, isAuthor: boolean, viewer: UserId): FeedEvent {
    switch (told.kind) {
      case "message": {
        const { message } = told;
        const seen = "unread" in message ? message : { ...message, unread: !isAuthor, readByOther: false };
        const shown = this.message(seen, viewer);
        // The message was sent and deleted between the cursor and now.
        return shown.deleted
          ? { kind: "gone", conversationId: shown.conversationId, messageIds: [shown.id] }
          : { kind: "message", message: shown };
      }
      case "changed": {
        const { message } = told;
        const seen = "unread" in message ? message : { ...message, unread: false, readByOther: false };
        const shown = this.message(seen, viewer);
        return shown.deleted && shown.replies === null && shown.removedBy === null
          ? { kind: "gone", conversationId: shown.conversationId, messageIds: [shown.id] }
          : { kind: "changed", message: shown };
      }
      case "gone": {
        const { kind, conversationId, messageIds } = told;
        return { kind, conversationId, messageIds };
      }
      case "read": {
        const { kind, conversationId, readerId, messageIds, upTo } = told;
        return { kind, conversationId, readerId, messageIds, upTo };
      }
      case "person":
      case "profile":
      case "presence":
        return { kind: told.kind, person: this.userById(told.person) };
      case "conversation":
        return { kind: told.kind, conversationId: told.conversationId };
      case "called": {
        const { kind, conversationId, messageId, by } = told;
        return { kind, conversationId, messageId, by: this.userById(by) };
      }
      case "draft": {
        const { kind, conversationId, body, sessionId, timeMicros } = told;
        return { kind, conversationId, body, sessionId, timeMicros };
      }
      case "reports":
        return { kind: "reports", open: told.open };
      case "unread":
        return { kind: told.kind, conversationId: told.conversationId, from: told.from };
      case "saved": {
        const { kind, conversationId, messageId: saved, on } = told;
        return { kind, conversationId, messageId: saved, on };
      }
      case "typing":
        return { kind: "typing", conversationId: told.conversationId, userId: told.userId };
      case "ended":
        return { kind: "ended" };
    }
  }

  room({ row, people, role }: RoomSummary): RoomView {
    return {
      id: row.id,
      name: row.name,
      topic: row.topic,
      isPrivate: row.isPrivate,
      archived: row.archived,
      historyFromJoining: row.historyFromJoining,
      adminsOnly: row.adminsOnly,
      slowSeconds: row.slowSeconds,
      adminsCall: row.adminsCall,
      fromGroup: row.fromGroupSeq === 0 ? null : this.#madeBy(row),
      people,
      role,
      isForAll: row.id === GENERAL_ID,
    };
  }

  #madeBy({ createdBy, createdMicros, fromGroupSeq }: RoomSummary["row"]): NonNullable<RoomView["fromGroup"]> {
    return { name: this.displayNameOf(createdBy), timeMicros: createdMicros, seq: fromGroupSeq };
  }

  #thread({ parent, root, isFollowed }: ThreadSummary, viewer: UserId): ThreadView {
    return { parentId: parent, root: root === null ? null : this.message(root, viewer), isFollowed };
  }

  #group(people: readonly UserId[]): readonly UserView[] {
    return people.map((id) => this.userById(id)).toSorted((a, b) => (a.displayName < b.displayName ? -1 : 1));
  }

  conversation(summary: ConversationSummary, viewer: UserId): ConversationView {
    const { room, thread } = summary;
    return {
      id: summary.id,
      with: summary.kind === "direct" ? this.userById(summary.other) : null,
      group: summary.group.length === 0 ? NOBODY : this.#group(summary.group),
      room: room === null ? null : this.room(room),
      thread: thread === null ? null : this.#thread(thread, viewer),
      unread: summary.unread,
      mentions: summary.mentions,
      lastSeq: summary.lastSeq,
      preferences: preferencesOf(summary),
      last: summary.last === null ? null : this.message(summary.last, viewer),
    };
  }
}
