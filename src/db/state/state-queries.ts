/** The chat's Queries (chat/queries.ts) over the connection that apply writes through. */
import {
  directId,
  isThreadId,
  messageId,
  rootOf,
  splitMessageId,
  threadIdOf,
  type ClientId,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../../chat/ids.ts";
import { roleOf } from "../../chat/kinds/roles.ts";
import { microsOf } from "../../chat/kinds/tags.ts";
import { mayRead, placeOfRequest, placeOfRoot } from "../../chat/kinds/places.ts";
import { visibleRoot } from "../../chat/kinds/threads.ts";
import {
  THREAD_COUNT_MAX,
  UNREAD_COUNT_MAX,
  type Change,
  type ConversationList,
  type Waiting,
  type ConversationsPage,
  type ConversationSummary,
  type Queries,
  type SomePeople,
  type Replies,
  type SeenMessage,
  type ThreadSummary,
} from "../../chat/queries.ts";
import {
  sees,
  type ConversationRow,
  type MemberRow,
  type MessageRow,
  type RequestRow,
  type Role,
  type SessionRow,
  type UserRow,
} from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import type { Bound, StateConnection } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import { DaySearch } from "./day-search.ts";
import { StateKeptQueries } from "./kept-queries.ts";
import { seatsOf, type RecentChanges } from "./recent-changes.ts";
import { StateRoomQueries } from "./room-queries.ts";
import { queryStatements, type QueryStatements } from "./query-statements.ts";
import { userRow } from "./row-shapes.ts";
import { changeOf, hiddenChanges, group, readChanges, seen, type Gone, type Sides } from "./seen-messages.ts";
import type { StateDrafts } from "./drafts.ts";
import { StateAdminQueries } from "./admin-queries.ts";
import {
  chosen,
  isCounted,
  isListed,
  kindOfHome,
  otherOf,
  StateStandings,
  sum,
  upTo,
  waitingOf,
  type Standing,
} from "./standings.ts";
import { StateActivity } from "./activity.ts";
import { CONVERSATIONS_MAX, type StateRows } from "./state-rows.ts";

/** Maximum number of accounts tried for one name at a login: its holder, and those that lost it in a merge. */
const LOGIN_CANDIDATES = 4;

/** What "is deactivated" must differ from, so that an account is listed. */
const WHICH = { active: 1, deactivated: 0, all: 2 } as const;

/** Sizes of the pages in which a conversation's newest visible message is searched. */
const LAST_PAGES = [1, 49, 950];

/** Among how many of the newest replies those are looked for who wrote last, and how many of them are named. */
const LATEST_REPLIES = 50;
const THREAD_AUTHORS_MAX = 5;

const NEVER: Seq = Number.MAX_SAFE_INTEGER;

/** See {@link Queries}. */
export class StateQueries implements Queries {
  readonly appliedSeq: () => Seq;
  readonly newestMicros: () => number;
  readonly rooms: StateRoomQueries;
  readonly admin: StateAdminQueries;
  readonly drafts: StateDrafts;
  readonly push: Queries["push"];
  readonly profiles: Queries["profiles"];
  readonly kept: StateKeptQueries;
  readonly files: Queries["files"];
  readonly activity: Queries["activity"];
  readonly firstAt: Queries["firstAt"];
  readonly versionsOf: Queries["versionsOf"];
  readonly opFormat: Queries["opFormat"];
  readonly editedMicros: Queries["editedMicros"];
  readonly mentionsIn: Queries["mentionsIn"];
  readonly reactionsTo: Queries["reactionsTo"];
  readonly #q: QueryStatements;

  /** Memory of apply, which serves reads as well. */
  readonly #rows: StateRows;
  readonly #memory: ConversationMemory;
  readonly #changes: RecentChanges;
  readonly #standings: StateStandings;

  constructor(
    connection: StateConnection,
    held: { readonly rows: StateRows; readonly memory: ConversationMemory; readonly changes: RecentChanges },
    position: { appliedSeq: () => Seq; newestMicros: () => number },
  ) {
    this.#rows = held.rows;
    this.#memory = held.memory;
    this.#changes = held.changes;
    this.#q = queryStatements(connection);
    this.#standings = new StateStandings(this.#q, held, this);
    const days = new DaySearch(connection);
    this.firstAt = (id, micros) => days.firstAt(held.rows.numberOf(id), position.appliedSeq(), micros);
    this.rooms = new StateRoomQueries(connection, held.rows);
    this.drafts = held.rows.drafts;
    this.push = held.rows.push;
    this.admin = new StateAdminQueries(held.rows);
    this.kept = new StateKeptQueries(held.rows, (...at) => this.message(...at));
    this.profiles = held.rows.profiles;
    this.files = held.rows.files;
    const activity = new StateActivity(connection, (...at) => this.message(...at));
    this.activity = (...asked) => activity.of(...asked);
    this.versionsOf = (seq) => held.rows.versionsOf(seq);
    this.opFormat = () => held.rows.opFormat();
    this.editedMicros = (seq) => microsOf(held.rows.newestVersion(seq));
    this.mentionsIn = (seq) => held.rows.mentions.in(seq);
    this.reactionsTo = (seq) => held.rows.reactionsTo(seq);
    this.appliedSeq = position.appliedSeq;
    this.newestMicros = position.newestMicros;
  }

  user(id: UserId): UserRow | null {
    return this.#rows.user(id);
  }

  userByFolded(folded: string): UserRow | null {
    return this.#rows.userByFolded(folded);
  }

  role(user: UserId): Role {
    return roleOf(user, this.#rows);
  }

  loginCandidates(folded: string): readonly UserRow[] {
    const holder = this.userByFolded(folded);
    const former = this.#q.former.all(folded, LOGIN_CANDIDATES).map(userRow);
    return (holder === null ? former : [holder, ...former])
      .filter((user) => user.deleted === 0)
      .slice(0, LOGIN_CANDIDATES);
  }

  users(afterFolded: string, except: UserId, limit: number, some: SomePeople = {}): readonly UserRow[] {
    const { part = "", which = "active", knownTo = "" } = some;
    return this.#q.users.all(afterFolded, except, WHICH[which], knownTo, knownTo, part, part, limit).map(userRow);
  }

  /** The number of accounts that are not deleted. */
  people(): number {
    return Number(this.#q.people.get()?.[0] ?? 0);
  }

  sessionByToken(tokenHash: string): SessionRow | null {
    return this.#rows.sessions.byToken(tokenHash);
  }

  sessionsOf(user: UserId): readonly SessionRow[] {
    return this.#rows.sessions.newestOf(user);
  }

  request(user: UserId, clientId: ClientId): RequestRow | null {
    return this.#rows.request(user, clientId);
  }

  requestsOf(clientId: ClientId): readonly RequestRow[] {
    return this.#rows.requestsOf(clientId);
  }

  kindOf(conversation: ConversationId): ConversationRow["kind"] | null {
    return this.#rows.conversation(conversation)?.kind ?? null;
  }

  isMember(conversation: ConversationId, user: UserId): boolean {
    if (!isThreadId(conversation)) return this.#rows.member(conversation, user) !== null;
    if (this.#rows.conversation(conversation) !== null) return mayRead(conversation, user, this.#rows);
    // It has no replies yet. There are no threads in threads.
    const root = visibleRoot(conversation, user, this.#rows);
    return root !== null && !isThreadId(root.conversation);
  }

  hasMet(user: UserId, other: UserId): boolean {
    return this.#rows.membershipsOf(user).has(directId(user, other));
  }

  membersOf(conversation: ConversationId): readonly UserId[] {
    const members = this.#rows.membersOf(conversation);
    return isThreadId(conversation) ? members.filter((user) => this.isMember(conversation, user)) : members;
  }

  homeOf(conversation: ConversationId): ConversationId {
    if (!isThreadId(conversation)) return conversation;
    const parent = this.#rows.conversation(conversation)?.parent ?? null;
    return parent ?? placeOfRoot(conversation, this.#rows)?.conversation ?? conversation;
  }

  repliesTo({ author, clientId }: Pick<MessageRow, "author" | "clientId">): Replies | null {
    const number = this.#rows.numberOf(threadIdOf(messageId(author, clientId)));
    if (number === null) return null;
    const latest = this.#q.latestReplies.all(number, LATEST_REPLIES);
    if (latest.length === 0) return null;
    const authors = new Set(latest.map((row) => row[0] as UserId));
    return {
      count: Number(this.#q.replies.get(number, THREAD_COUNT_MAX)?.[0]),
      lastMicros: latest[0]![1] as number,
      authors: [...authors].slice(0, THREAD_AUTHORS_MAX),
    };
  }

  companions(user: UserId): readonly UserId[] {
    return this.#q.companions.all(user, user, CONVERSATIONS_MAX).map((row) => row[0] as string);
  }

  conversationsOf(user: UserId, limit: number, page: ConversationsPage = {}): readonly ConversationSummary[] {
    const found: ConversationSummary[] = [];
    for (const standing of chosen(this.#standings.all(user).conversations, page)) {
      if (found.length >= limit) break;
      const summary = this.#summary(standing);
      if (isListed(summary, this.user(summary.other))) found.push(summary);
    }
    return found;
  }

  list(user: UserId, limit: number, unreadMax: number): ConversationList {
    const { conversations: all, threads } = this.#standings.all(user);
    const standings = all.toSorted(
      (a, b) => Number(b.preferences.starred) - Number(a.preferences.starred) || b.lastSeq - a.lastSeq,
    );
    const conversations: ConversationSummary[] = [];
    let more: ConversationList["more"] = null;
    for (const [at, standing] of standings.entries()) {
      const summary = this.#summary(standing);
      if (!isListed(summary, this.user(summary.other))) continue;
      if (conversations.length === limit) {
        const last = conversations.at(-1)!;
        // Behind a list of nothing but starred ones, the rest begins with the newest.
        more = { beforeSeq: last.preferences.starred ? 0 : last.lastSeq, unread: standings.slice(at).some(isCounted) };
        break;
      }
      conversations.push(summary);
    }
    const counts = this.#counts([...all, ...threads], unreadMax);
    const inThreads = [...counts].filter(([id]) => isThreadId(id)).map(([, count]) => count);
    const unreadInThreads = upTo(unreadMax, sum(inThreads)).unread;
    return { conversations, ...upTo(unreadMax, sum(counts.values())), unreadInThreads, more };
  }

  threadsOf(user: UserId, limit: number, page: ConversationsPage = {}): readonly ConversationSummary[] {
    return chosen(this.#standings.all(user).threads, page)
      .slice(0, limit)
      .map((standing) => this.#summary(standing));
  }

  summary(conversation: ConversationId, user: UserId): ConversationSummary | null {
    const me = this.#reader(conversation, user);
    if (me === null) return null;
    return this.#summary(this.#standings.of(me, UNREAD_COUNT_MAX));
  }

  history(conversation: ConversationId, user: UserId, beforeSeq: Seq, limit: number): readonly SeenMessage[] {
    const sides = this.#sides(conversation, user);
    if (sides === null) return [];
    return this.#q.seenBefore
      .all(...this.#seenParameters(sides), beforeSeq, limit)
      .map((row) => seen(row, sides))
      .reverse();
  }

  historyAfter(conversation: ConversationId, user: UserId, afterSeq: Seq, limit: number): readonly SeenMessage[] {
    const sides = this.#sides(conversation, user);
    if (sides === null) return [];
    return this.#q.seenAfter.all(...this.#seenParameters(sides), afterSeq, limit).map((row) => seen(row, sides));
  }

  firstUnread(conversation: ConversationId, user: UserId): Seq | null {
    const me = this.kept.member(conversation, user);
    if (me === null || this.#standings.isSilenced(me)) return null;
    return (this.#q.firstUnread.get(...this.#standings.unreadParameters(me), 1)?.[2] as Seq | undefined) ?? null;
  }

  message(conversation: ConversationId, user: UserId, seq: Seq): SeenMessage | null {
    const sides = this.#sides(conversation, user);
    const me = { conversation, user, mark: 0, markChangedSeq: 0, ...sides?.me, sinceSeq: 0, sinceMicros: 0 };
    const found = { me, other: sides?.other ?? me };
    const row = this.#q.seenBefore.get(...this.#seenParameters(found), seq + 1, 1);
    const message = row === null || row[1] !== seq ? null : seen(row, found);
    if (message === null || message.author === user) return message;
    return sides !== null && sees(sides.me, message) ? message : null;
  }

  messageById(id: MessageId, user: UserId): SeenMessage | null {
    const parts = splitMessageId(id);
    const request = parts === null ? null : this.request(parts.author, parts.clientId);
    const place = request === null ? null : placeOfRequest(request);
    return place === null ? null : this.message(place.conversation, user, place.seq);
  }

  isLimited(conversation: ConversationId): boolean {
    const room = this.#isRoom(conversation) ? this.#rows.room(this.homeOf(conversation)) : null;
    return room !== null && (room.historyFromJoining || room.createdMicros === 0);
  }

  maySee(message: MessageRow, user: UserId): boolean {
    if (isThreadId(message.conversation)) return this.isMember(message.conversation, user);
    const member = this.#rows.member(message.conversation, user);
    return member !== null && sees(member, message);
  }

  messageIn(conversation: ConversationId, id: MessageId): MessageRow | null {
    const parts = splitMessageId(id);
    const request = parts === null ? null : this.request(parts.author, parts.clientId);
    const home = request?.conversation ?? null;
    const isHere = home === conversation || (rootOf(conversation) === id && home === this.homeOf(conversation));
    return request === null || home === null || !isHere ? null : this.#rows.message(home, request.seq);
  }

  waitingTotal(user: UserId, max: number): Waiting {
    return upTo(max, sum(this.waiting(user, max).values()));
  }

  waiting(user: UserId, max: number, conversation?: ConversationId): ReadonlyMap<ConversationId, Waiting> {
    if (conversation === undefined) {
      const { conversations, threads } = this.#standings.all(user);
      return this.#counts([...conversations, ...threads], max);
    }
    const me = this.#reader(conversation, user);
    if (me === null) return new Map();
    const standing = this.#standings.of(me, max);
    return new Map(standing.preferences.muted ? [] : [[conversation, this.#waitingOf(standing)]]);
  }

  #waitingOf(standing: Omit<Standing, "lastSeq">): Waiting {
    return waitingOf(standing, this.kindOf(standing.me.conversation) === "room");
  }

  #counts(standings: readonly Standing[], max: number): ReadonlyMap<ConversationId, Waiting> {
    const asked = standings.filter(isCounted);
    const counts = new Map(asked.map((standing) => [standing.me.conversation, this.#waitingOf(standing)]));
    let total = sum(counts.values()).unread;
    for (const standing of asked) {
      const { me, unread } = standing;
      // The total is shown only up to `max`, so that few conversations need to be counted again.
      if (total >= max) break;
      if (unread !== UNREAD_COUNT_MAX) continue;
      const whole = this.#standings.unread(me, max);
      counts.set(me.conversation, this.#waitingOf({ ...standing, unread: whole }));
      total += whole - unread;
    }
    return counts;
  }

  unreadIds(conversation: ConversationId, user: UserId, limit: number): readonly MessageId[] {
    const isMarked = (this.#rows.unreads.of(user, conversation)?.from ?? 0) > 0;
    const newest = isMarked ? null : this.#memory.newestUnread(conversation, user);
    if (newest === "nothing") return [];
    if (newest !== null && limit === 1) return [messageId(newest.author, newest.clientId)];
    const me = this.#reader(conversation, user);
    if (me === null) return [];
    const rows = this.#q.unreadIds.all(...this.#standings.unreadParameters(me), limit);
    return rows.map((row) => messageId(row[0] as string, row[1] as string));
  }

  changesSince(
    user: UserId,
    seq: Seq,
    limit: number,
    watched: Iterable<ConversationId> = [],
  ): readonly Change[] | null {
    const changes: Change[] = hiddenChanges(this.#q.hiddenSince.all(user, seq, limit + 1));
    if (this.#changes.mayHaveChanged(seatsOf(user), seq)) {
      for (const { room, seq: changedSeq } of this.rooms.seatedSince(user, seq, limit + 1))
        changes.push({ seq: changedSeq, told: { kind: "conversation", conversationId: room } });
      for (const { thread, seq: changedSeq } of this.#rows.followsSince(user, seq, limit + 1))
        changes.push({ seq: changedSeq, told: { kind: "conversation", conversationId: thread } });
    }
    for (const { conversation, seq: changedSeq } of this.#rows.preferencesSince(user, seq, limit + 1))
      if (this.isMember(conversation, user))
        changes.push({ seq: changedSeq, told: { kind: "conversation", conversationId: conversation } });
    changes.push(...this.drafts.changesSince(user, seq, limit + 1));
    for (const { user: person, seq: changedSeq } of this.#rows.profiles.since(seq, limit + 1))
      if (this.admin.knows(user, person)) changes.push({ seq: changedSeq, told: { kind: "profile", person } });
    changes.push(...this.kept.since(user, seq, limit + 1));
    const memberships = [...this.#rows.membershipsOf(user).values(), ...this.#watched(user, watched)];
    for (const { conversation } of memberships) {
      if (changes.length > limit) return null;
      if (!this.#changes.mayHaveChanged(conversation, seq)) continue;
      const me = this.#reader(conversation, user);
      if (me === null) continue;
      this.#conversationChanges(me, seq, limit + 1, changes);
    }
    if (changes.length > limit) return null;
    return changes.sort((a, b) => a.seq - b.seq);
  }

  /** Those of the threads that the user may read and does not follow. */
  #watched(user: UserId, threads: Iterable<ConversationId>): MemberRow[] {
    const others = [...threads].filter((thread) => this.#rows.member(thread, user) === null);
    return others.map((thread) => this.#reader(thread, user)).filter((me) => me !== null);
  }

  /**
   * The user's membership, if the user may read the conversation. In a thread, nothing is unread for a user who does not
   * follow it.
   */
  #reader(conversation: ConversationId, user: UserId): MemberRow | null {
    const member = this.kept.member(conversation, user);
    if (!isThreadId(conversation)) return member;
    if (!this.isMember(conversation, user)) return null;
    return member ?? { conversation, user, mark: NEVER, markChangedSeq: 0, sinceSeq: 0, sinceMicros: 0 };
  }

  /** Whether it is a room, or a thread in one. */
  #isRoom(conversation: ConversationId): boolean {
    return this.#rows.conversation(this.homeOf(conversation))?.kind === "room";
  }

  /** The other person of a direct conversation; the user for notes, and where nobody is told who has read what. */
  #otherOf(conversation: ConversationId, user: UserId): UserId {
    return otherOf(this.homeOf(conversation), user, this.#rows);
  }

  #sides(conversation: ConversationId, user: UserId): Sides | null {
    const me = this.#reader(conversation, user);
    if (me === null) return null;
    return { me, other: this.#rows.member(conversation, this.#otherOf(conversation, user)) ?? me };
  }

  /** The parameters of `seenMessages` and `maySee` (query-statements.ts). */
  #seenParameters({ me, other }: Sides): readonly Bound[] {
    const { conversation, user, sinceSeq, sinceMicros } = me;
    const number = this.#rows.numberOf(conversation);
    return [user, conversation, other.user, conversation, user, conversation, number, sinceSeq, sinceMicros];
  }

  #summary({ me, lastSeq, unread, mentions, preferences }: Standing): ConversationSummary {
    const { conversation, user } = me;
    const [home, kind] = [this.homeOf(conversation), kindOfHome(this.kindOf(this.homeOf(conversation)))];
    return {
      id: conversation,
      kind,
      other: this.#otherOf(conversation, user),
      group: kind === "group" ? this.#rows.membersOf(home).filter((one) => one !== user) : [],
      room: kind === "room" ? this.rooms.room(home, user) : null,
      thread: isThreadId(conversation) ? this.#thread(conversation, user) : null,
      unread,
      mentions,
      lastSeq,
      preferences,
      last: this.#newest(me, lastSeq) ?? this.#newestVisible(conversation, user),
    };
  }

  /**
   * The message at `lastSeq`, if the user can see it: nearly always the one that a list shows. A list needs it of some
   * hundred conversations, and nearly always it is in memory.
   */
  #newest(me: MemberRow, lastSeq: Seq): SeenMessage | null {
    const { conversation, user, mark } = me;
    const message = this.#rows.message(conversation, lastSeq);
    if (message === null || message.deleted || !sees(me, message)) return null;
    const { author } = message;
    if (author !== user) {
      if (this.user(author)?.deleted === 2 || this.#rows.isHidden(conversation, user, lastSeq)) return null;
      const unread = lastSeq > mark && !this.#rows.isRead(conversation, user, lastSeq);
      return { ...message, unread, readByOther: false };
    }
    const other = this.#rows.member(conversation, this.#otherOf(conversation, user));
    const isOther = other !== null && other.user !== user;
    const readByOther = isOther && (lastSeq <= other.mark || this.#rows.isRead(conversation, other.user, lastSeq));
    return { ...message, unread: false, readByOther };
  }

  #thread(conversation: ConversationId, user: UserId): ThreadSummary {
    const parent = this.homeOf(conversation);
    const place = placeOfRoot(conversation, this.#rows);
    return {
      parent,
      root: place === null ? null : this.message(parent, user, place.seq),
      isFollowed: this.#rows.member(conversation, user) !== null,
    };
  }

  /** Usually the newest message. After deletions it is further back, so the search continues page by page. */
  #newestVisible(conversation: ConversationId, user: UserId): SeenMessage | null {
    let before = NEVER;
    for (const page of LAST_PAGES) {
      const seenMessages = this.history(conversation, user, before, page);
      const visible = seenMessages.findLast((one) => !one.deleted && this.user(one.author)?.deleted !== 2);
      if (visible !== undefined) return visible;
      if (seenMessages.length < page) return null;
      before = seenMessages[0]!.seq;
    }
    return null;
  }

  #conversationChanges(me: MemberRow, seq: Seq, limit: number, changes: Change[]): void {
    const { conversation, user } = me;
    const sides = this.#sides(conversation, user)!;
    for (const row of this.#q.seenAfter.all(...this.#seenParameters(sides), seq, limit)) {
      const message = seen(row, sides);
      changes.push({ seq: message.seq, told: { kind: "message", message } });
    }
    const deleted = new Map<string, Gone>();
    const shown = [this.#rows.numberOf(conversation), me.sinceSeq, me.sinceMicros];
    for (const row of this.#q.changedSince.all(...shown, seq, seq, limit)) {
      const changedSeq = row[0] as Seq;
      // A deleted message with replies stays, without its text, and one that says who deleted it.
      const author = { author: row[1] as UserId, clientId: row[2] as ClientId };
      if (row[4] === 0 || this.repliesTo(author) !== null || this.rooms.removedBy(row[3] as Seq) !== null) {
        const message = this.message(conversation, user, row[3] as Seq);
        // Null: the user has hidden it.
        if (message !== null) changes.push({ seq: changedSeq, told: { kind: "changed", message } });
        continue;
      }
      const gone = group(deleted, String(changedSeq), { seq: changedSeq, conversation, ids: [] });
      gone.ids.push(messageId(author.author, author.clientId));
    }
    changes.push(...[...deleted.values()].map(changeOf));
    const room = isThreadId(conversation) || !this.#isRoom(conversation) ? null : this.#rows.room(conversation);
    if (room !== null && room.changedSeq > seq)
      changes.push({ seq: room.changedSeq, told: { kind: "conversation", conversationId: conversation } });
    const singly = this.#q.readSince.all(conversation, user, sides.other.user, seq, limit);
    changes.push(...readChanges(sides, seq, singly));
  }
}
