/**
 * Streams: what apply does, told to every subscriber it concerns, in the order of the log.
 *
 *   apply -> applied(ops) -> hub -> one LiveFeed per stream -> SSE, gRPC
 *
 * A stream resumes after its cursor: first what changed since, from the rows, then live.
 * Both halves meet at the seq of the rows at that moment, so nothing is missed or doubled.
 * Of a fact there is one FeedEvent for all its readers (of a message one more for its author),
 * however many streams there are, so that a rendering can be kept with the object.
 */
import type { AppliedOp } from "../applied-op.ts";
import type { Audience, Fact } from "../fact.ts";
import { directId, type ConversationId, type UserId } from "../ids.ts";
import { formatCursor, parseCursor, standingOf, type Cursor } from "../cursor.ts";
import { failed, type Answer } from "../errors.ts";
import { FEED_BYTES_MAX, LiveFeed, NOT_LIVE, weight } from "./live-feed.ts";
import type { Presence } from "../ports.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { failedWith } from "../sentences.ts";
import type { Feed, FeedEvent, Session } from "../chat-service.ts";
import type { Views } from "./views.ts";
import type { ChatDeps } from "../ports.ts";

/** Changes that a resuming stream is given; with more it is reset and its client reads anew. */
const REPLAY_MAX = 1_000;

/** Streams that wait for this replica to reach their cursor. */
const PENDING_MAX = 1_000;

/** Without a leader: when to ask again whether their cursors can be reached at all. */
const PENDING_RETRY_MS = 500;

/** A page says every few seconds that somebody types; more from one user goes no further. */
const TYPING = { count: 3, perMs: 3_000 } as const;

/**
 * While there are no more accounts, everybody is told of everybody: all of them are on everybody's list (30 people
 * below the conversations). With more, only those hear of a person who share a conversation with her, so that what one
 * of them costs does not grow with the number of open pages.
 */
const EVERYBODY_MAX = 30;

/** How long a page may take from its rendering to its stream: it hears who came and went meanwhile. */
const RECENT_PRESENCE_MS = 15_000;
/** More than that are not remembered: after the death of a replica thousands of pages open, and thousands of people went. */
const RECENT_PRESENCE_MAX = 64;

/** When to try again with more streams than allowed. */
const STREAMS_RETRY_MS = 10_000;

interface FeedDeps extends ChatDeps {
  readonly presence: Presence;
  /** Streams of one user at this replica. */
  readonly streamsPerUser: number;
}

/** Waiting does not help here, so the sentence does not say how long; programs may ask again that late. */
function tooManyStreams(streams: number): ReturnType<typeof failed> {
  const sentence = `You have ${streams} pages or programs open at this replica. Close one of them, then reload.`;
  return failed("slow_down", sentence, { retryAfterMs: STREAMS_RETRY_MS });
}

export class FeedHub {
  readonly #deps: FeedDeps;
  readonly #views: Views;
  readonly #reading: Reading;
  readonly #onLeft: (session: Session) => void;
  readonly #byUser = new Map<string, Set<LiveFeed>>();
  /** Not live yet: this replica has not applied as far as their cursors. */
  readonly #pending = new Map<LiveFeed, Cursor>();
  #settling = false;
  /** Those who came or went last, at most RECENT_PRESENCE_MAX, and when; the oldest first. */
  readonly #recentPresence = new Map<UserId, number>();
  readonly #typingLimit: RateLimit;

  /** `onLeft` is told when a user's last stream at this replica closed. */
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
    { cursor: cursorText, recentPresence = false }: { readonly cursor?: string; readonly recentPresence?: boolean },
  ): Answer<Feed> {
    const cursor = cursorText === undefined || cursorText === "" ? null : parseCursor(cursorText);
    if (cursor === null && cursorText !== undefined && cursorText !== "") return failedWith("invalid");
    const streams = this.#byUser.get(session.userId)?.size ?? 0;
    if (streams >= this.#deps.streamsPerUser) return tooManyStreams(streams);
    const now = this.#reading.cursor();
    const start = { after: this.#deps.queries().appliedSeq(), cursor: cursorText || now };
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

  /** Ops just committed to the rows, in the order of the log; `view` is the key of their view. */
  applied(ops: readonly AppliedOp[], view: string): void {
    if (this.#byUser.size === 0) return;
    for (const op of ops) {
      if (op.facts.length > 0) this.#publish(op, formatCursor(view, op.seq));
    }
    if (this.#pending.size > 0) this.#wakePending();
  }

  /** The rows were replaced by a snapshot: what streams have shown may be of another branch. */
  stateReplaced(): void {
    const queries = this.#deps.queries();
    const cursor = this.#reading.cursor();
    for (const feed of this.#all()) {
      this.#pending.delete(feed);
      feed.after = queries.appliedSeq();
      const { sessionId, userId } = feed.session;
      if (queries.sessionsOf(userId).some((s) => s.id === sessionId))
        feed.push({ kind: "reset", reason: "LINEAGE" }, cursor);
      // Its login may be on its way back through the log: without a word, so that who reads
      // comes again and is told by `authenticateFresh`, which waits for that.
      else feed.end();
    }
  }

  /** Somebody types, at this replica. */
  typing(session: Session, conversationId: string): void {
    // It costs the sender nothing and fills the other side's stream: not without a bound.
    if (this.#typingLimit.take(session.userId) > 0) return;
    if (!this.#deps.queries().isMember(conversationId, session.userId)) return;
    this.#typed(conversationId, session.userId);
    this.#deps.presence.sendTyping(conversationId, session.userId);
  }

  /** Ends all streams: the replica stops. */
  stop(): void {
    for (const feed of this.#all()) feed.end();
  }

  #all(): LiveFeed[] {
    return [...this.#byUser.values()].flatMap((feeds) => [...feeds]);
  }

  #add(feed: LiveFeed): void {
    const { userId } = feed.session;
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

  /** Whoever waits for a cursor is woken by what is applied, or told that its branch is not this one. */
  async #settlePending(): Promise<void> {
    if (this.#settling) return;
    this.#settling = true;
    while (this.#pending.size > 0) {
      const asked = [...this.#pending];
      if (await this.#reading.catchUp()) {
        for (const [feed, cursor] of asked) if (this.#pending.has(feed)) this.#wake(feed, cursor, true);
      } else {
        const { position } = this.#deps;
        await position.waitApplied(position.applied().seq + 1, PENDING_RETRY_MS);
      }
    }
    this.#settling = false;
  }

  /** Puts what changed since the cursor into the stream, or a reset if that cannot be. */
  #resume(feed: LiveFeed, cursor: Cursor, caughtUp = false): void {
    const now = this.#reading.cursor();
    if (standingOf(cursor, this.#deps.position, caughtUp) === "lost") {
      feed.push({ kind: "reset", reason: "LINEAGE" }, now);
      return;
    }
    const changes = this.#deps.queries().changesSince(feed.session.userId, cursor.seq, REPLAY_MAX);
    const events = changes?.map(({ told }) => this.#views.told(told, false)) ?? null;
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
    // The last event that a stream gets of this op moves its cursor; see LiveFeed.push.
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
    // After this a stream hears nothing.
    for (const fact of op.facts) if (fact.kind === "ended") this.#route(fact, (feed, event) => endWith(feed, event));
  }

  /** Gives a fact to the streams that it concerns; looked up once for its author and once for all others. */
  #route(fact: Fact, give: (feed: LiveFeed, event: FeedEvent) => void): void {
    let own: FeedEvent | null = null;
    let others: FeedEvent | null = null;
    for (const user of this.#concerned(fact.audience)) {
      const feeds = this.#byUser.get(user);
      if (feeds === undefined) continue;
      const isAuthor = fact.kind === "message" && fact.message.author === user;
      const event = isAuthor ? (own ??= this.#views.told(fact, true)) : (others ??= this.#views.told(fact, false));
      for (const feed of feeds) if (isFor(fact.audience, feed)) give(feed, event);
    }
  }

  #concerned(audience: Audience): Iterable<UserId> {
    const queries = this.#deps.queries();
    if ("user" in audience) return [audience.user];
    if ("membersOf" in audience) return queries.membersOf(audience.membersOf);
    // Then all of them are on everybody's list.
    if (this.#isSmall()) return this.#byUser.keys();
    return [audience.knowing, ...queries.companions(audience.knowing)];
  }

  /** Presence is in no log, so no cursor brings what changed between the rendering of a page and its stream. */
  #tellRecentPresence(feed: LiveFeed): void {
    const { userId } = feed.session;
    const queries = this.#deps.queries();
    const sinceMs = this.#deps.clock.nowMs() - RECENT_PRESENCE_MS;
    const recent = [...this.#recentPresence].filter(([person, atMs]) => atMs >= sinceMs && person !== userId);
    if (recent.length === 0) return;
    const isSmall = this.#isSmall();
    for (const [person] of recent) {
      if (!isSmall && !queries.isMember(directId(person, userId), userId)) continue;
      if (this.#isLiving(person)) feed.push(this.#views.told({ kind: "presence", person }, false), null);
    }
  }

  /** The account is here, and not deleted. */
  #isLiving(person: UserId): boolean {
    return this.#deps.queries().user(person)?.deleted === 0;
  }

  /** So few accounts that everybody is on everybody's list. */
  #isSmall(): boolean {
    return this.#deps.queries().users("", "", EVERYBODY_MAX + 1).length <= EVERYBODY_MAX;
  }

  #presenceChanged(person: UserId): void {
    // Deleted first, so that the map stays in the order of time.
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

  /** A fact that is in no log: it moves no cursor. */
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
