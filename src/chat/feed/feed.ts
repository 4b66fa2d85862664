/**
 * The hub of the streams: sends each fact to the streams of its audience, in the order of the log.
 *
 *   apply -> applied(ops) -> hub -> one LiveFeed per stream -> SSE, gRPC
 *
 * A stream resumes after its cursor: first come the changes since then, read from the rows, and
 * after them live events. The two parts meet at the seq that the rows had when they were read, so
 * nothing is missed or sent twice. All readers of a fact who see the same share one FeedEvent object
 * (the author of a message gets another one), so a rendering can be cached by the object.
 */
import { placeIn } from "../../base/ordered.ts";
import type { AppliedOp } from "../applied-op.ts";
import type { Audience, Fact } from "../fact.ts";
import { directId, isThreadId, type ConversationId, type UserId } from "../ids.ts";
import { formatCursor, parseCursor, standingOf, type Cursor } from "../cursor.ts";
import { failed, type Answer } from "../errors.ts";
import { FEED_BYTES_MAX, LiveFeed, NOT_LIVE, weight } from "./live-feed.ts";
import type { Presence } from "../ports.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import type { MessageRow } from "../rows.ts";
import { failedWith } from "../sentences.ts";
import { WATCHED_MAX, type ChatService, type Feed, type FeedEvent, type Session } from "../chat-service.ts";
import type { Views } from "./views.ts";
import type { ChatDeps } from "../ports.ts";

/** Changes that a resuming stream may get. With more, it is reset and its client reads everything again. */
const REPLAY_MAX = 1_000;

/** Streams that may wait for this replica to reach their cursor. */
const PENDING_MAX = 1_000;

/** Without a leader: how long to wait before asking again whether this replica can reach their cursors. */
const PENDING_RETRY_MS = 500;

/** A page reports every few seconds that its user is typing. Reports above this limit are dropped. */
const TYPING = { count: 3, perMs: 3_000 } as const;

/**
 * Up to this many accounts, everybody is notified about everybody, because the page lists 30 people below the
 * conversations and so lists everybody. With more accounts, only people who share a conversation with a person are
 * notified, so that the cost of one person does not grow with the number of open pages.
 */
const EVERYBODY_MAX = 30;

/** How long after a page was rendered its stream may open and still get every change of presence since then. */
const RECENT_PRESENCE_MS = 15_000;
/** Changes remembered for that. Bounded because thousands of people come and go when a replica dies. */
const RECENT_PRESENCE_MAX = 64;

/** When to try again with more streams than allowed. */
const STREAMS_RETRY_MS = 10_000;

interface FeedDeps extends ChatDeps {
  readonly presence: Presence;
  /** Streams that one user may have at this replica. */
  readonly streamsPerUser: number;
}

/** Waiting does not help, so the sentence does not mention a time; `retryAfterMs` is for programs. */
function tooManyStreams(streams: number): ReturnType<typeof failed> {
  const sentence = `You have ${streams} pages or programs open at this server. Close one of them, then reload.`;
  return failed("slow_down", sentence, { retryAfterMs: STREAMS_RETRY_MS });
}

export class FeedHub {
  readonly #deps: FeedDeps;
  readonly #views: Views;
  readonly #reading: Reading;
  readonly #onLeft: (session: Session) => void;
  readonly #byUser = new Map<string, Set<LiveFeed>>();
  readonly #watchers = new Map<ConversationId, Set<LiveFeed>>();
  /** Streams that are not live yet, because this replica has not reached their cursors. */
  readonly #pending = new Map<LiveFeed, Cursor>();
  #settling = false;
  /** The RECENT_PRESENCE_MAX users who last came online or went offline, and when (monotonic ms); the oldest first. */
  readonly #recentPresence = new Map<UserId, number>();
  readonly #typingLimit: RateLimit;

  /** `onLeft` is called when a user's last stream at this replica has closed. */
  constructor(
    deps: FeedDeps,
    parts: { readonly views: Views; readonly reading: Reading; readonly onLeft: (session: Session) => void },
  ) {
    this.#deps = deps;
    this.#views = parts.views;
    this.#reading = parts.reading;
    this.#onLeft = parts.onLeft;
    this.#typingLimit = new RateLimit(deps.clock, TYPING);
    deps.presence.onChange((userId) => this.#presenceChanged(userId));
    deps.presence.onTyping((conversationId, userId) => this.#typed(conversationId, userId));
  }

  subscribe(
    session: Session,
    { cursor: cursorText, recentPresence = false, watch = [] }: Parameters<ChatService["subscribe"]>[1],
  ): Answer<Feed> {
    const cursor = cursorText === undefined || cursorText === "" ? null : parseCursor(cursorText);
    if (cursor === null && cursorText !== undefined && cursorText !== "") return failedWith("invalid");
    const streams = this.#byUser.get(session.userId)?.size ?? 0;
    if (streams >= this.#deps.streamsPerUser) return tooManyStreams(streams);
    const now = this.#reading.cursor();
    const watched = new Set(watch.filter(isThreadId).slice(0, WATCHED_MAX));
    const start = { after: this.#deps.queries().appliedSeq(), cursor: cursorText || now, watched };
    const feed = new LiveFeed(session, start, (closed) => this.#remove(closed));
    if (cursor !== null && standingOf(cursor, this.#deps.position) === "ahead") {
      if (this.#pending.size >= PENDING_MAX) return failedWith("slow_down", { retryAfterMs: STREAMS_RETRY_MS });
      this.#pending.set(feed, cursor);
      feed.after = NOT_LIVE;
      void this.#settlePending();
    } else if (cursor !== null) {
      this.#resume(feed, cursor);
    }
    if (recentPresence) this.#tellRecentPresence(feed);
    this.#add(feed);
    return { ok: true, value: feed, cursor: now };
  }

  /** Publishes ops that were just applied, in the order of the log; `view` is the key of their view. */
  applied(ops: readonly AppliedOp[], view: string): void {
    if (this.#byUser.size === 0) return;
    for (const op of ops) {
      if (op.facts.length > 0) this.#publish(op, formatCursor(view, op.seq));
    }
    if (this.#pending.size > 0) this.#wakePending();
  }

  /** A snapshot has replaced the rows, so streams may have sent events of another branch: resets or ends them all. */
  stateReplaced(): void {
    const queries = this.#deps.queries();
    const cursor = this.#reading.cursor();
    for (const feed of this.#all()) {
      this.#pending.delete(feed);
      feed.after = queries.appliedSeq();
      const { sessionId, userId } = feed.session;
      if (queries.sessionsOf(userId).some((s) => s.id === sessionId))
        feed.push({ kind: "reset", reason: "LINEAGE" }, cursor);
      // The session may still come back through the log. The stream ends without an event, so that its client
      // connects again; `authenticateFresh` then waits for the session.
      else feed.end();
    }
  }

  /** A user of this replica is typing. */
  typing(session: Session, conversationId: string): void {
    // Limited, because a report costs the sender nothing and fills the streams of others.
    if (this.#typingLimit.take(session.userId) > 0) return;
    if (!this.#deps.queries().isMember(conversationId, session.userId)) return;
    this.#typed(conversationId, session.userId);
    this.#deps.presence.sendTyping(conversationId, session.userId);
  }

  /** Ends all streams, because the replica stops. */
  stop(): void {
    for (const feed of this.#all()) feed.end();
  }

  #all(): LiveFeed[] {
    return [...this.#byUser.values()].flatMap((feeds) => [...feeds]);
  }

  #add(feed: LiveFeed): void {
    const { userId } = feed.session;
    for (const thread of feed.watched) this.#watchers.getOrInsertComputed(thread, () => new Set()).add(feed);
    const feeds = this.#byUser.get(userId);
    if (feeds !== undefined) {
      feeds.add(feed);
      return;
    }
    this.#byUser.set(userId, new Set([feed]));
    this.#deps.presence.setLocal(userId, true);
  }

  #remove(feed: LiveFeed): void {
    const { userId } = feed.session;
    this.#pending.delete(feed);
    for (const thread of feed.watched) {
      const watching = this.#watchers.get(thread);
      if (watching?.delete(feed) === true && watching.size === 0) this.#watchers.delete(thread);
    }
    const feeds = this.#byUser.get(userId);
    if (feeds?.delete(feed) !== true || feeds.size > 0) return;
    this.#byUser.delete(userId);
    this.#deps.presence.setLocal(userId, false);
    this.#onLeft(feed.session);
  }

  #wakePending(): void {
    for (const [feed, cursor] of this.#pending) this.#wake(feed, cursor, false);
  }

  #wake(feed: LiveFeed, cursor: Cursor, caughtUp: boolean): void {
    if (standingOf(cursor, this.#deps.position, caughtUp) === "ahead") return;
    this.#pending.delete(feed);
    feed.after = this.#deps.queries().appliedSeq();
    this.#resume(feed, cursor, caughtUp);
  }

  /** Asks the leader until no stream waits for a cursor: each has become live or was reset as of another branch. */
  async #settlePending(): Promise<void> {
    if (this.#settling) return;
    this.#settling = true;
    while (this.#pending.size > 0) {
      const asked = [...this.#pending];
      if ((await this.#reading.catchUp()) === "caught up") {
        for (const [feed, cursor] of asked) if (this.#pending.has(feed)) this.#wake(feed, cursor, true);
      } else {
        const { position } = this.#deps;
        await position.waitApplied(position.applied().seq + 1, PENDING_RETRY_MS);
      }
    }
    this.#settling = false;
  }

  /** Puts the changes since the cursor into the stream, or a reset if they cannot be given. */
  #resume(feed: LiveFeed, cursor: Cursor, caughtUp = false): void {
    const now = this.#reading.cursor();
    if (standingOf(cursor, this.#deps.position, caughtUp) === "lost") {
      feed.push({ kind: "reset", reason: "LINEAGE" }, now);
      return;
    }
    const changes = this.#deps.queries().changesSince(feed.session.userId, cursor.seq, REPLAY_MAX, feed.watched);
    const events = changes?.map(({ told }) => this.#views.told(told, false, feed.session.userId)) ?? null;
    if (changes === null || events === null || events.reduce((sum, e) => sum + weight(e), 0) > FEED_BYTES_MAX / 2) {
      feed.push({ kind: "reset", reason: "OVERFLOW" }, now);
      return;
    }
    for (const [i, event] of events.entries()) {
      const { seq } = changes[i]!;
      feed.push(event, changes[i + 1]?.seq === seq ? null : this.#cursorAt(seq, now));
    }
  }

  #cursorAt(seq: number, now: string): string {
    const view = this.#deps.position.viewNoAt(seq);
    return view === null ? now : formatCursor(view, seq);
  }

  #publish(op: AppliedOp, cursor: string): void {
    // Only the last event of this op moves a stream's cursor (see LiveFeed.push), so each stream holds one back.
    const held = new Map<LiveFeed, FeedEvent>();
    for (const fact of op.facts) {
      if (fact.kind === "ended") continue;
      this.#route(fact, (feed, event) => {
        if (op.seq <= feed.after) return;
        const before = held.get(feed);
        if (before !== undefined) feed.push(before, null);
        held.set(feed, event);
      });
    }
    for (const [feed, event] of held) feed.push(event, cursor);
    // Sent last, because it closes the stream.
    for (const fact of op.facts) if (fact.kind === "ended") this.#route(fact, (feed, event) => endWith(feed, event));
  }

  /**
   * Gives a fact to the streams of its audience. Makes one event for the author and one for all others; and where some
   * may not see what a message quotes, the same for those.
   */
  #route(fact: Fact, give: (feed: LiveFeed, event: FeedEvent) => void): void {
    const limited = this.#isLimited(fact);
    const quoted = limited ? this.#quotedIn(fact) : null;
    const events: FeedEvent[] = [];
    const eventFor = (user: UserId, isAuthor: boolean): FeedEvent => {
      const isHidden = quoted !== null && !this.#deps.queries().maySee(quoted, user);
      return (events[Number(isAuthor) + 2 * Number(isHidden)] ??= this.#views.told(fact, isAuthor, user));
    };
    for (const user of this.#concerned(fact.audience)) {
      const feeds = this.#byUser.get(user);
      if (feeds === undefined) continue;
      if (limited) {
        const part = this.#partFor(user, fact);
        if (part === null) continue;
        if (part !== fact) {
          for (const feed of feeds) give(feed, this.#views.told(part, false, user));
          continue;
        }
      }
      const isAuthor = fact.kind === "message" && fact.message.author === user;
      const event = eventFor(user, isAuthor);
      for (const feed of feeds) if (isFor(fact.audience, feed)) give(feed, event);
    }
    if (!("membersOf" in fact.audience)) return;
    // For whoever does not follow the thread, nothing in it is unread.
    for (const feed of this.#watching(fact.audience.membersOf))
      if (isFor(fact.audience, feed) && (!limited || this.#partFor(feed.session.userId, fact) === fact))
        give(feed, eventFor(feed.session.userId, true));
  }

  /** Streams that watch this thread, of users who may read it and do not follow it. */
  #watching(thread: ConversationId): readonly LiveFeed[] {
    const feeds = this.#watchers.get(thread);
    if (feeds === undefined) return [];
    const queries = this.#deps.queries();
    const followers = new Set(queries.membersOf(thread));
    return [...feeds].filter(
      ({ session }) => !followers.has(session.userId) && queries.isMember(thread, session.userId),
    );
  }

  /** The fact is about messages, some of which not every member may see. */
  #isLimited(fact: Fact): boolean {
    return "membersOf" in fact.audience && this.#deps.queries().isLimited(fact.audience.membersOf);
  }

  /** What the message quotes that the fact is about; null: nothing, or a message that is not here. */
  #quotedIn(fact: Fact): MessageRow | null {
    if (fact.kind !== "message" && fact.kind !== "changed") return null;
    const { conversation, quoted } = fact.message;
    return quoted === null ? null : this.#deps.queries().messageIn(conversation, quoted);
  }

  /** What a user hears of a fact: nothing about messages from before her history begins; null: nothing at all. */
  #partFor(user: UserId, fact: Fact): Fact | null {
    const queries = this.#deps.queries();
    if (fact.kind === "message" || fact.kind === "changed") return queries.maySee(fact.message, user) ? fact : null;
    if (fact.kind !== "gone") return fact;
    const messageIds = fact.messageIds.filter((id) => queries.messageById(id, user) !== null);
    if (messageIds.length === fact.messageIds.length) return fact;
    return messageIds.length === 0 ? null : { ...fact, messageIds };
  }

  #concerned(audience: Audience): Iterable<UserId> {
    const queries = this.#deps.queries();
    if ("user" in audience) return [audience.user];
    if ("membersOf" in audience) return this.#here(queries.membersOf(audience.membersOf));
    // With few accounts everybody is on everybody's list.
    const { knowing } = audience;
    if (this.#isSmall()) return this.#byUser.keys().filter((user) => queries.admin.knows(user, knowing));
    return [audience.knowing, ...queries.companions(audience.knowing)];
  }

  /** Members that may have streams here. In a large room, it is faster to check the streams than the members. */
  #here(members: readonly UserId[]): Iterable<UserId> {
    if (members.length <= this.#byUser.size) return members;
    return this.#byUser.keys().filter((user) => members[placeIn(members, user)] === user);
  }

  /** Sends changes between the rendering of a page and its stream: presence is in no log, so no cursor brings them. */
  #tellRecentPresence(feed: LiveFeed): void {
    const { userId } = feed.session;
    const queries = this.#deps.queries();
    const sinceMs = this.#deps.clock.nowMs() - RECENT_PRESENCE_MS;
    const recent = [...this.#recentPresence].filter(([person, atMs]) => atMs >= sinceMs && person !== userId);
    if (recent.length === 0) return;
    const isSmall = this.#isSmall();
    for (const [person] of recent) {
      if (!isSmall && !queries.isMember(directId(person, userId), userId)) continue;
      if (!queries.admin.knows(userId, person)) continue;
      if (this.#isLiving(person)) feed.push(this.#views.told({ kind: "presence", person }, false, userId), null);
    }
  }

  /** The account exists and is not deleted. */
  #isLiving(person: UserId): boolean {
    return this.#deps.queries().user(person)?.deleted === 0;
  }

  /** There are so few accounts that everybody is on everybody's list. */
  #isSmall(): boolean {
    return this.#deps.queries().users("", "", EVERYBODY_MAX + 1).length <= EVERYBODY_MAX;
  }

  #presenceChanged(person: UserId): void {
    // Deleted first, so that the map stays in chronological order.
    this.#recentPresence.delete(person);
    this.#recentPresence.set(person, this.#deps.clock.nowMs());
    const [oldest] = this.#recentPresence.keys();
    if (this.#recentPresence.size > RECENT_PRESENCE_MAX) this.#recentPresence.delete(oldest!);
    if (this.#byUser.size === 0 || !this.#isLiving(person)) return;
    this.#tell({ kind: "presence", person, audience: { knowing: person, except: person } });
  }

  #typed(conversationId: ConversationId, userId: UserId): void {
    const audience = { membersOf: conversationId, except: userId };
    this.#tell({ kind: "typing", conversationId, userId, audience });
  }

  /** Sends a fact that is in no log and therefore moves no cursor. */
  #tell(fact: Fact): void {
    this.#route(fact, (feed, event) => feed.push(event, null));
  }
}

function isFor(audience: Audience, { session }: LiveFeed): boolean {
  if ("session" in audience) return audience.session === session.sessionId;
  return !("except" in audience) || audience.except !== session.userId;
}

function endWith(feed: LiveFeed, event: FeedEvent): void {
  feed.push(event, null);
  feed.end();
}
