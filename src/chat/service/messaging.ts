/** Sends, reads, marks and deletes messages, and lists people and conversations. Turns calls into ops and queries. */
import { FIRST_UNREAD, type MessagesInput } from "../messages-input.ts";
import { CHAT_ERRORS, failed, type Answer, type Found } from "../errors.ts";
import {
  directMembers,
  isRoomId,
  isThreadId,
  messageId,
  rootOf,
  secondIdOf,
  splitMessageId,
  type ClientId,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../ids.ts";
import { fileView, hashesOf, type FileRow } from "../files.ts";
import { EMOJI_PER_MESSAGE, FILES_PER_MESSAGE, IDS_MAX, REACTIONS_PER_MESSAGE } from "../bounds.ts";
import { checkBody, checkClientId, checkEmoji, checkIds, checkLimit, checkListPage } from "../limits.ts";
import { LEVELS } from "../kinds/set-preference.ts";
import { NO_SUCH_ROOM, type Recipients } from "./recipients.ts";
import type { MessageChanges } from "./message-changes.ts";
import type { Drafting } from "./drafting.ts";
import type { FileTickets } from "./file-tickets.ts";
import type { MarkGatherer } from "./mark-gatherer.ts";
import { HERE } from "../mention-text.ts";
import { mentionsIn } from "./mentions.ts";
import { typedName } from "./names.ts";
import type { OpBody } from "../kinds/kinds.ts";
import { microsOf } from "../kinds/tags.ts";
import { isAdmin } from "../rights.ts";
import type { Reading } from "../reading.ts";
import type { SeenMessage, Waiting, SomePeople } from "../queries.ts";
import type { UserRow } from "../rows.ts";
import { failedWith } from "../sentences.ts";
import {
  LIST_MAX,
  UNREAD_TOTAL_MAX,
  type ConversationView,
  type ListConversationsInput,
  type ListUsersInput,
  type ListView,
  type MessageView,
  type PreferenceChange,
  type ReactInput,
  type ReadAt,
  type SendInput,
  type Session,
  type UserView,
  type VersionView,
} from "../chat-service.ts";
import type { Views } from "../feed/views.ts";
import type { Writer } from "./writer.ts";
import type { ChatDeps, Presence } from "../ports.ts";
import type { Seq } from "../../election/view.ts";

/** How many people are examined, page by page, to find those without a conversation. */
const STRANGERS_PAGE = 200;
const STRANGERS_LOOKED_AT_MAX = 600;

/** A seq above all others, which selects the newest page. */
const NEWEST = Number.MAX_SAFE_INTEGER;

const ONE_PLACE = "Name one place: before a message, after one, around one, or a time.";

const TO = { field: "to" } as const;

const NO_SUCH_LEVEL = `Choose one of: ${LEVELS.join(", ")}.`;

const TOO_MANY_REACTIONS = `A message can have ${EMOJI_PER_MESSAGE} different emoji and ${REACTIONS_PER_MESSAGE} reactions. Choose one that is there.`;

const ADMINS_CALL = "Only those who run this room call everybody by @room and @here. Name the people, or leave it out.";
const ADMINS_WRITE = "Only those who run this room write in it.";
/** Messages among which slow mode looks for the last one of the user. */
const SLOW_LOOK = 200;
const NOT_RUN_BY_YOU = "Only those who run the room delete messages of others for everyone.";
const NOTHING_TO_QUOTE = "The message that you reply to is not here. It may have been deleted.";

const NOT_YOURS = "Only the person who wrote a message can edit it.";
const NO_TEXT = { ok: true, value: "" } as const;
const NO_MENTIONS = { ok: true, value: [] } as const;
const TOO_MANY_FILES = `A message can carry ${FILES_PER_MESSAGE} files. Send the others in another message.`;
const NO_TICKET = "This file was uploaded more than a day ago, or at another login. Choose it again.";
const FILES_RETRY_MS = 1_000;

type SendOp = Extract<OpBody, { kind: "sendMessage" }>;
type NewOp = { -readonly [Field in keyof SendOp]: SendOp[Field] };

interface MessagingDeps extends ChatDeps {
  readonly presence: Pick<Presence, "isOnline">;
}

export class Messaging {
  readonly #deps: MessagingDeps;
  readonly #writer: Writer;
  readonly #changes: MessageChanges;
  readonly #marks: MarkGatherer;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #recipients: Recipients;
  readonly #drafting: Pick<Drafting, "sends">;
  readonly #files: Pick<FileTickets, "open">;

  constructor(
    deps: MessagingDeps,
    parts: {
      readonly writer: Writer;
      readonly changes: MessageChanges;
      readonly marks: MarkGatherer;
      readonly reading: Reading;
      readonly views: Views;
      readonly recipients: Recipients;
      readonly drafting: Pick<Drafting, "sends">;
      readonly files: Pick<FileTickets, "open">;
    },
  ) {
    this.#deps = deps;
    this.#writer = parts.writer;
    this.#changes = parts.changes;
    this.#marks = parts.marks;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#recipients = parts.recipients;
    this.#drafting = parts.drafting;
    this.#files = parts.files;
  }

  async send(session: Session, input: SendInput): Promise<Answer<MessageView>> {
    const sent = await this.#send(session, input, input.keepsDraft === true ? { keepsDraft: true } : {});
    if (!sent.ok || input.alsoInParent !== true) return sent;
    const { conversationId } = sent.value;
    if (!isThreadId(conversationId)) return sent;
    const queries = this.#deps.queries();
    const parent = queries.homeOf(conversationId);
    const root = rootOf(conversationId) ?? "";
    // There it quotes what it answers, unless that was deleted.
    const quoted = queries.messageById(root, session.userId)?.deleted === false ? root : "";
    const { body, files = [] } = input;
    const second = { conversationId: parent, body, files, clientId: secondIdOf(input.clientId), quoted };
    const also = await this.#send(session, second, { keepsDraft: true });
    if (also.ok) return { ...also, value: sent.value };
    // The reply was sent: only a repeat brings the other one, if anything can.
    return CHAT_ERRORS[also.error.code].http >= 500 || also.error.code === "slow_down" ? failedWith("timed_out") : sent;
  }

  async #send(
    session: Session,
    input: SendInput,
    more: { readonly keepsDraft?: true } = {},
  ): Promise<Answer<MessageView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const files = this.#filesOf(session, input.files ?? []);
    if ("ok" in files) return files;
    const body = files.length > 0 && input.body.trim() === "" ? NO_TEXT : checkBody(input.body);
    if (!body.ok) return body;
    const found = await this.#recipients.find(session, clientId.value, input);
    if ("ok" in found) return found;
    const { conversation, people } = found;
    const { readUpTo = "" } = input;
    if (readUpTo !== "" && splitMessageId(readUpTo) === null) return failedWith("invalid", { field: "ids" });
    const { quoted = "" } = input;
    const isRepeat = (): boolean => this.#deps.queries().request(session.userId, clientId.value) !== null;
    const quotable = quoted === "" || isRepeat() ? null : await this.#mayQuote(session, conversation, quoted);
    if (quotable?.ok === false) return quotable;
    const parent = isThreadId(conversation) ? this.#deps.queries().homeOf(conversation) : "";
    const tooSoon = this.#tooSoon(session, clientId.value, conversation);
    if (tooSoon !== null) return tooSoon;
    const { queries, presence } = this.#deps;
    const isRoom = directMembers(conversation) === null && people === undefined;
    const text = { author: session.userId, conversation, isRoom, body: body.value };
    const mentions = mentionsIn(text, { queries: queries(), presence });
    if (!mentions.ok) return mentions;
    if (more.keepsDraft !== true) this.#drafting.sends(session.userId, conversation);
    const op: NewOp = { kind: "sendMessage", conversation, body: body.value, readUpTo, parent, quoted };
    if (more.keepsDraft === true) op.keepsDraft = true;
    if (people !== undefined) op.people = people;
    if (mentions.value.length > 0) op.mentions = mentions.value;
    if (files.length > 0) op.files = files;
    const written = await this.#write(session, clientId.value, op);
    if (!written.ok && written.error.code === "not_allowed") return this.#mayNotWrite(conversation, session);
    if (!written.ok) {
      return written.error.code === "unknown_recipient" ? failedWith("unknown_recipient", { field: "to" }) : written;
    }
    const { result, cursor } = written;
    if (result.kind === "sent" && result.timeMicros !== null) {
      const { seq, timeMicros } = result;
      const quote = this.#views.quote(conversation, quoted === "" ? null : quoted, session.userId);
      const authorDisplayName = this.#views.displayNameOf(session.userId);
      const shown = { mentions: this.#views.mentions(mentions.value, op), quote, authorDisplayName };
      const value = sent(session, clientId.value, op, { seq, timeMicros, ...shown });
      return { ok: true, value, cursor };
    }
    const row = await this.#reading.written(() =>
      this.#deps.queries().message(conversation, session.userId, result.seq),
    );
    return row.ok ? { ok: true, value: this.#views.message(row.value, session.userId), cursor } : row;
  }

  /** The files of these tickets, or the refusal. */
  #filesOf({ userId }: Session, tickets: readonly string[]): readonly FileRow[] | ReturnType<typeof failed> {
    if (tickets.length > FILES_PER_MESSAGE) return failed("too_many", TOO_MANY_FILES);
    const files = tickets.map((ticket) => this.#files.open(userId, ticket));
    return files.every((file) => file !== null) ? files : failed("invalid", NO_TICKET);
  }

  /**
   * A message that carries files is proposed once they are on the disk of every replica in step, and acknowledged once
   * they still are: a replica that has come into step meanwhile gets them first.
   */
  async #write({ userId }: Session, clientId: ClientId, op: SendOp): ReturnType<Writer["write"]> {
    const hashes = op.files?.flatMap(hashesOf) ?? [];
    if (hashes.length === 0) return await this.#writer.write(userId, clientId, op);
    const lacking = await this.#deps.files.kept(hashes);
    if (lacking?.isFull === true) return failed("too_large", lacking.text, { field: "body" });
    if (lacking !== null) return failed("not_writable", lacking.text, { retryAfterMs: FILES_RETRY_MS });
    const written = await this.#writer.write(userId, clientId, op);
    if (!written.ok || (await this.#deps.files.kept(hashes)) === null) return written;
    return failedWith("timed_out");
  }

  #mayNotWrite(conversation: ConversationId, { userId }: Session): ReturnType<typeof failed> {
    const queries = this.#deps.queries();
    const room = queries.rooms.room(queries.homeOf(conversation), userId);
    return failed("not_allowed", room?.row.adminsOnly === true ? ADMINS_WRITE : ADMINS_CALL, { field: "body" });
  }

  /**
   * The refusal of a member who has just written, in a room in slow mode. It looks at the newest messages of this replica
   * alone, and is not exact: a merge may bring several at once.
   */
  #tooSoon({ userId }: Session, clientId: ClientId, conversation: ConversationId): ReturnType<typeof failed> | null {
    const queries = this.#deps.queries();
    const room = isRoomId(queries.homeOf(conversation))
      ? queries.rooms.room(queries.homeOf(conversation), userId)
      : null;
    if (room === null || room.row.slowSeconds === 0 || room.role !== "member") return null;
    // A repeat gets its first answer.
    if (queries.request(userId, clientId) !== null) return null;
    const before = queries.history(conversation, userId, NEWEST, SLOW_LOOK).findLast(({ author }) => author === userId);
    const waitMicros = (before?.timeMicros ?? 0) + room.row.slowSeconds * 1e6 - this.#deps.clock.nowMicros();
    if (waitMicros <= 0) return null;
    const seconds = Math.ceil(waitMicros / 1e6);
    const sentence = `This room is in slow mode. You can write again in ${seconds === 1 ? "a second" : `${seconds} s`}.`;
    return failed("slow_down", sentence, { retryAfterMs: Math.ceil(waitMicros / 1e3) });
  }

  /** Whether the user sees this message, and it belongs to the conversation. */
  async #mayQuote({ userId }: Session, conversation: ConversationId, quoted: MessageId): Promise<Found<true>> {
    const { queries } = this.#deps;
    return await this.#reading.find(
      () => queries().messageIn(conversation, quoted) !== null && queries().messageById(quoted, userId) !== null,
      () => failed("not_found", NOTHING_TO_QUOTE, { field: "ids" }),
    );
  }

  async markRead(session: Session, input: { ids: readonly MessageId[] }): Promise<Answer<null>> {
    const ids = checkIds(input.ids);
    return ids.ok ? await this.#mark(session, null, ids.value) : ids;
  }

  async deleteMessages(
    session: Session,
    input: { ids: readonly MessageId[]; forEveryone?: boolean; clientId: ClientId },
  ): Promise<Answer<null>> {
    const ids = checkIds(input.ids);
    if (!ids.ok) return ids;
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const { forEveryone = false } = input;
    const body: OpBody = { kind: "deleteMessages", ids: ids.value, forEveryone };
    const written = await this.#writer.write(session.userId, clientId.value, body);
    if (!written.ok && written.error.code === "not_allowed") return failed("not_allowed", NOT_RUN_BY_YOU);
    return written.ok ? { ok: true, value: null, cursor: written.cursor } : written;
  }

  async react(session: Session, input: ReactInput): Promise<Answer<MessageView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const emoji = checkEmoji(input.emoji);
    if (!emoji.ok) return emoji;
    const { messageId: message, on } = input;
    const written = await this.#changes.write(session, clientId.value, {
      kind: "react",
      message,
      emoji: emoji.value,
      on,
    });
    return !written.ok && written.error.code === "too_many" ? failed("too_many", TOO_MANY_REACTIONS) : written;
  }

  async editMessage(
    session: Session,
    input: { readonly messageId: MessageId; readonly body: string; readonly clientId: ClientId },
  ): Promise<Answer<MessageView>> {
    const clientId = checkClientId(input.clientId);
    if (!clientId.ok) return clientId;
    const body = checkBody(input.body);
    if (!body.ok) return body;
    const { messageId: message } = input;
    // The text of a message that is not known here yet would lose its mentions.
    const known = await this.#reading.find(() => this.#deps.queries().messageById(message, session.userId));
    // The op of one that is not there is refused.
    if (!known.ok && known.error.code !== "not_found") return known;
    const mentions = known.ok ? this.#mentionsOfEdit(known.value, body.value) : NO_MENTIONS;
    if (!mentions.ok) return mentions;
    const written = await this.#changes.write(session, clientId.value, {
      kind: "editMessage",
      message,
      body: body.value,
      ...(mentions.value.length === 0 ? {} : { mentions: mentions.value }),
    });
    if (written.ok || written.error.code !== "not_allowed") return written;
    const isOwn = splitMessageId(message)?.author === session.userId;
    return failed("not_allowed", isOwn ? ADMINS_CALL : NOT_YOURS, { field: "body" });
  }

  /** Whom `@here` called when the message was sent is called still; nobody who came online since. */
  #mentionsOfEdit({ author, conversation, seq }: SeenMessage, body: string): ReturnType<typeof mentionsIn> {
    const queries = this.#deps.queries();
    const before = queries.mentionsIn(seq);
    const calledHere = new Set(before.map(({ user }) => user));
    const presence = calledHere.has(HERE) ? { isOnline: (user: UserId) => calledHere.has(user) } : this.#deps.presence;
    return mentionsIn(
      { author, conversation, isRoom: directMembers(conversation) === null, body },
      {
        queries,
        presence,
      },
    );
  }

  async message(session: Session, input: { readonly messageId: MessageId } & ReadAt): Promise<Answer<MessageView>> {
    return await this.#reading.read(input, () => {
      const message = this.#changes.seen(session, input.messageId);
      return message === null || message.deleted ? failedWith("not_found") : this.#reading.ok(message);
    });
  }

  async listVersions(
    session: Session,
    input: { readonly messageId: MessageId } & ReadAt,
  ): Promise<Answer<readonly VersionView[]>> {
    return await this.#reading.read(input, () => {
      const message = this.#changes.seen(session, input.messageId);
      if (message === null || message.deleted) return failedWith("not_found");
      const { body, timeMicros, seq } = message;
      const versions = this.#deps.queries().versionsOf(seq);
      if (versions.length === 0) return this.#reading.ok([{ body, timeMicros }]);
      return this.#reading.ok(versions.map((one) => ({ body: one.body, timeMicros: microsOf(one.tag) || timeMicros })));
    });
  }

  async markAllRead(
    session: Session,
    input: { conversationId: ConversationId; upTo: MessageId } & ReadAt,
  ): Promise<Answer<null>> {
    const { conversationId: conversation, upTo } = input;
    // The message that the user was shown may not have arrived at this replica yet.
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const shown = await this.#reading.find(() =>
      this.#deps.queries().isMember(conversation, session.userId)
        ? this.#shownSeq(session.userId, upTo, conversation)
        : null,
    );
    if (!shown.ok) return shown;
    const unread = this.#deps.queries().unreadIds(conversation, session.userId, IDS_MAX);
    const first = unread.findIndex((id) => (this.#seqOf(id, conversation) ?? NEWEST) <= shown.value);
    const ids = first === -1 ? [] : unread.slice(first);
    return await this.#mark(session, upTo, ids);
  }

  async #mark(
    { userId, sessionId }: Session,
    upTo: MessageId | null,
    ids: readonly MessageId[],
  ): Promise<Answer<null>> {
    const places = upTo === null ? ids : [upTo];
    const conversations = places.values().flatMap((id) => this.#conversationOf(id));
    const seen = this.#deps.queries().kept.newestUnreadTag(userId, conversations);
    const mark = { user: userId, session: sessionId, upTo, ids };
    return await this.#marks.mark(seen === "" ? mark : { ...mark, seen });
  }

  async listUsers(session: Session, input: ListUsersInput & ReadAt): Promise<Answer<readonly UserView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const after = input.after === undefined || input.after === "" ? "" : typedName(input.after);
    if (after === null) return failedWith("invalid");
    const part = input.search === undefined || input.search.trim() === "" ? "" : typedName(input.search);
    return await this.#reading.read(input, () => {
      // The text is too long to be part of a name.
      const mayAsk = input.deactivated !== true || isAdmin(this.#deps.queries().role(session.userId));
      if (part === null || !mayAsk) return this.#reading.ok([]);
      const rows =
        input.strangers === true
          ? this.#strangers(session.userId, after, limit.value)
          : this.#deps.queries().users(after, session.userId, limit.value, {
              part,
              ...this.#knownTo(session.userId),
              which: input.deactivated === true ? "deactivated" : "active",
            });
      return this.#reading.ok(rows.map((row) => this.#views.user(row)));
    });
  }

  /** Whom a user may know of: a guest not everybody. */
  #knownTo(user: UserId): SomePeople {
    return this.#deps.queries().admin.isGuest(user) ? { knownTo: user } : {};
  }

  #strangers(user: UserId, from: string, limit: number): readonly UserRow[] {
    const queries = this.#deps.queries();
    const found: UserRow[] = [];
    let after = from; // The first page is enough for somebody who has written to few.
    for (let [seen, size] = [0, limit]; seen < STRANGERS_LOOKED_AT_MAX && found.length < limit; size = STRANGERS_PAGE) {
      const page = queries.users(after, user, size, this.#knownTo(user));
      found.push(...page.filter((row) => !queries.hasMet(user, row.id)));
      if (page.length < size) break;
      seen += size;
      after = page.at(-1)!.folded;
    }
    return found.slice(0, limit);
  }

  async list({ userId }: Session, input: ReadAt): Promise<Answer<ListView>> {
    return await this.#reading.read(input, () => {
      const { conversations: found, ...rest } = this.#deps.queries().list(userId, LIST_MAX, UNREAD_TOTAL_MAX);
      return this.#reading.ok({ conversations: found.map((one) => this.#views.conversation(one, userId)), ...rest });
    });
  }

  async listConversations(
    session: Session,
    input: ListConversationsInput & ReadAt,
  ): Promise<Answer<readonly ConversationView[]>> {
    const page = checkListPage(input);
    if (!page.ok) return page;
    const { limit, beforeSeq } = page.value;
    const { unread = false } = input;
    return await this.#reading.read(input, () => {
      const summaries = this.#deps.queries().conversationsOf(session.userId, limit, { beforeSeq, unread });
      return this.#reading.ok(summaries.map((summary) => this.#views.conversation(summary, session.userId)));
    });
  }

  async setPreference(
    session: Session,
    {
      conversationId,
      change,
      clientId: givenId,
    }: { conversationId: ConversationId; change: PreferenceChange; clientId: ClientId },
  ): Promise<Answer<ConversationView>> {
    const clientId = checkClientId(givenId);
    if (!clientId.ok) return clientId;
    const value = change.kind === "level" ? change.level : change.on ? "yes" : "no";
    if (change.kind === "level" && !LEVELS.some((level) => level === value)) return failed("invalid", NO_SUCH_LEVEL);
    const { userId } = session;
    const mine = await this.#reading.find(() => this.#deps.queries().isMember(conversationId, userId));
    if (!mine.ok) return mine;
    const body: OpBody = { kind: "setPreference", conversation: conversationId, field: change.kind, value };
    const written = await this.#writer.write(userId, clientId.value, body);
    if (!written.ok) return written;
    const now = await this.#reading.written(() => this.#deps.queries().summary(conversationId, userId));
    if (!now.ok) return now;
    return { ok: true, value: this.#views.conversation(now.value, userId), cursor: written.cursor };
  }

  async conversation(
    { userId }: Session,
    input: { conversationId: ConversationId } & ReadAt,
  ): Promise<Answer<ConversationView>> {
    return await this.#reading.read(input, () => {
      const summary = this.#deps.queries().summary(input.conversationId, userId);
      return summary === null ? failedWith("not_found") : this.#reading.ok(this.#views.conversation(summary, userId));
    });
  }

  async findDirect(session: Session, input: { name: string } & ReadAt): Promise<Answer<ConversationView | null>> {
    // This comes first: a look-up before it could answer "none yet" for a conversation that the caller knows.
    const late = await this.#reading.ready(input);
    if (late !== null) return late;
    const found = await this.#recipients.named(session, input.name);
    // A room that the user may see and is not in has no conversation to read.
    if ("ok" in found) return found.error.code === "not_found" ? failed("unknown_recipient", NO_SUCH_ROOM, TO) : found;
    const summary = this.#deps.queries().summary(found.conversation, session.userId);
    return this.#reading.ok(summary === null ? null : this.#views.conversation(summary, session.userId));
  }

  async messages(session: Session, input: MessagesInput & ReadAt): Promise<Answer<readonly MessageView[]>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const { conversationId, before = "", after = "", around = "", at = 0 } = input;
    if ([before, after, around, at].filter((place) => place !== "" && place !== 0).length > 1)
      return failed("invalid", ONE_PLACE);
    if (!Number.isSafeInteger(at) || at < 0) return failedWith("invalid");
    return await this.#reading.read(input, () => {
      const rows = this.#page(session.userId, conversationId, { before, after, around, at, limit: limit.value });
      return rows === null
        ? failedWith("not_found")
        : this.#reading.ok(rows.map((row) => this.#views.message(row, session.userId)));
    });
  }

  /** Null: there is no such conversation for the user, or no such message in it. */
  #page(
    user: UserId,
    id: ConversationId,
    { before, after, around, at, limit }: Required<Omit<MessagesInput, "conversationId">>,
  ): readonly SeenMessage[] | null {
    const queries = this.#deps.queries();
    if (!queries.isMember(id, user)) return null;
    if (at > 0) return this.#around(user, id, queries.firstAt(id, at), limit);
    const place = [before, after, around].find((one) => one !== "");
    const found =
      place === FIRST_UNREAD
        ? (queries.firstUnread(id, user) ?? NEWEST)
        : place === undefined
          ? NEWEST
          : this.#shownSeq(user, place, id);
    if (found === null) return null;
    if (after !== "") return queries.historyAfter(id, user, found, limit);
    if (around === "" || found === NEWEST) return queries.history(id, user, found, limit);
    return this.#around(user, id, found, limit);
  }

  /** None: nothing that the user sees is at this seq or above it. */
  #around(user: UserId, id: ConversationId, seq: Seq | null, limit: number): readonly SeenMessage[] {
    const queries = this.#deps.queries();
    // The message itself is the first of the newer half. What one half lacks, the other has.
    const newer = seq === null ? [] : queries.historyAfter(id, user, seq - 1, limit);
    if (seq === null || newer.length === 0) return [];
    const older = queries.history(id, user, seq, limit);
    const taken = Math.min(older.length, Math.max(Math.floor(limit / 2), limit - newer.length));
    return [...older.slice(older.length - taken), ...newer.slice(0, limit - taken)];
  }

  /** Null also if the message is from before the history begins that the user sees. */
  #shownSeq(userId: UserId, id: MessageId, conversation: ConversationId): Seq | null {
    const queries = this.#deps.queries();
    const isShown = !queries.isLimited(conversation) || queries.messageById(id, userId) !== null;
    return isShown ? this.#seqOf(id, conversation) : null;
  }

  #conversationOf(id: MessageId): readonly ConversationId[] {
    const parts = splitMessageId(id);
    const request = parts === null ? null : this.#deps.queries().request(parts.author, parts.clientId);
    return request === null || request.conversation === null ? [] : [request.conversation];
  }

  #seqOf(id: MessageId, conversation: ConversationId): Seq | null {
    const parts = splitMessageId(id);
    const request = parts === null ? null : this.#deps.queries().request(parts.author, parts.clientId);
    return request === null || request.conversation !== conversation ? null : request.seq;
  }

  waitingTotal(session: Session): Waiting {
    return this.#deps.queries().waitingTotal(session.userId, UNREAD_TOTAL_MAX);
  }

  waiting(session: Session, conversationId?: string): ReadonlyMap<string, Waiting> {
    return this.#deps.queries().waiting(session.userId, UNREAD_TOTAL_MAX, conversationId);
  }
}

/** What the op of a message does not say. */
type Shown = Pick<MessageView, "seq" | "timeMicros" | "mentions" | "quote" | "authorDisplayName">;

/** The message as its author sees it when it is applied, so that it need not be read back from the rows. */
function sent(
  session: Session,
  clientId: ClientId,
  op: SendOp,
  { seq, timeMicros, mentions, quote, authorDisplayName }: Shown,
): MessageView {
  return {
    id: messageId(session.userId, clientId),
    conversationId: op.conversation,
    authorId: session.userId,
    authorName: session.name,
    body: op.body,
    timeMicros,
    seq,
    deleted: false,
    unread: false,
    readByOther: false,
    recovered: false,
    reactions: [],
    editedMicros: 0,
    removedBy: null,
    pinnedBy: null,
    replies: null,
    files: op.files?.map(fileView) ?? [],
    mentions,
    quote,
    authorDisplayName,
  };
}
