/**
 * Searches messages: reads the query, looks up whom and what it names, and asks the index. The index proposes; whether
 * the user may see a message is asked of the rows when the answer is made, in the same way as on every other page.
 */
import type { Scheduler } from "../../base/scheduler.ts";
import type { Ask, MessageSearch, Place } from "../../search/message-search.ts";
import { isEmpty, readQuery, type Query } from "../../search/query.ts";
import { searchedText } from "../../search/searched-text.ts";
import { snippetOf } from "../../search/snippet.ts";
import type { Session } from "../chat-service.ts";
import type { SearchInput, SearchPage } from "../search-service.ts";
import { failed, type Answer, type Refused, type Found } from "../errors.ts";
import type { Views } from "../feed/views.ts";
import { directId, isThreadId, threadIdOf, type ConversationId, type UserId } from "../ids.ts";
import { checkLimit } from "../limits.ts";
import type { ChatDeps } from "../ports.ts";
import { isErased, type ConversationSummary, type SeenMessage } from "../queries.ts";
import { RateLimit } from "../rate-limit.ts";
import type { Reading } from "../reading.ts";
import { failedWith, noSuchPerson, slowDown } from "../sentences.ts";
import type { Finder } from "./finder.ts";
import { periodOf } from "./period.ts";

/** Searches of one user: the box searches while she types. */
const LIMIT = { count: 120, perMs: 30_000 };
/** Questions that one search asks, if the rows take back what the index proposed. */
const ROUNDS_MAX = 5;
/** Answers leave at multiples of this time, so that how long a search took says little about what it passed over. */
const TICK_MS = 20;
const NEVER = Number.MAX_SAFE_INTEGER;

interface Hits {
  readonly messages: readonly SeenMessage[];
  readonly next: number;
  readonly isCut: boolean;
  readonly percent: number;
}

export class Searching {
  readonly #deps: ChatDeps;
  readonly #reading: Reading;
  readonly #views: Views;
  readonly #finder: Finder;
  readonly #search: MessageSearch;
  readonly #scheduler: Pick<Scheduler, "after">;
  readonly #limit: RateLimit | null;

  constructor(
    deps: ChatDeps & { readonly rateLimit: boolean; readonly search: MessageSearch },
    parts: {
      readonly reading: Reading;
      readonly views: Views;
      readonly finder: Finder;
      readonly scheduler: Pick<Scheduler, "after">;
    },
  ) {
    this.#deps = deps;
    this.#search = deps.search;
    this.#reading = parts.reading;
    this.#views = parts.views;
    this.#finder = parts.finder;
    this.#scheduler = parts.scheduler;
    this.#limit = deps.rateLimit ? new RateLimit(deps.clock, LIMIT) : null;
  }

  async search(session: Session, input: SearchInput): Promise<Answer<SearchPage>> {
    const limit = checkLimit(input.limit);
    if (!limit.ok) return limit;
    const { beforeSeq = 0 } = input;
    if (!Number.isSafeInteger(beforeSeq) || beforeSeq < 0) return failedWith("invalid");
    const read = readQuery(input.query);
    if (!read.ok) return failed("invalid", read.problem, { field: "query" });
    if (isEmpty(read.query)) return failed("invalid", "Type what to search for.", { field: "query" });
    const wait = this.#limit?.take(session.userId) ?? 0;
    if (wait > 0) return slowDown("Too many searches.", wait);
    const notReady = await this.#reading.ready(input);
    if (notReady !== null) return notReady;
    const asked = await this.#ask(session, read.query, input.timeZone ?? "");
    if ("ok" in asked) return asked;
    const began = this.#deps.clock.nowMs();
    const hits = await this.#find({ ...asked, beforeSeq: beforeSeq || NEVER, limit: limit.value });
    await this.#tick(began);
    if ("ok" in hits) return hits;
    return this.#reading.ok(this.#page(hits, read.query, session.userId));
  }

  /** Waits until a multiple of TICK_MS has passed. */
  async #tick(began: number): Promise<void> {
    const took = this.#deps.clock.nowMs() - began;
    const rest = Math.ceil(took / TICK_MS) * TICK_MS - took;
    if (rest > 0) await new Promise<void>((resolve) => this.#scheduler.after(rest, resolve));
  }

  /** Asks until the page is full or nothing follows. */
  async #find(ask: Ask): Promise<Hits | Refused> {
    const messages: SeenMessage[] = [];
    let before = ask.beforeSeq;
    for (let round = 1; ; round++) {
      // oxlint-disable-next-line no-await-in-loop -- the next question begins where the answer to this one ends
      const found = await this.#search.find({ ...ask, beforeSeq: before, limit: ask.limit - messages.length });
      if (found.kind === "busy") return slowDown("Too many people are searching right now.", 1_000);
      if (found.kind === "unavailable") return failed("not_writable", found.why);
      messages.push(...found.places.flatMap((place) => this.#seen(place, ask)));
      before = found.next ?? 0;
      const { percent, isCut } = found;
      if (found.next === null || isCut || messages.length >= ask.limit || round === ROUNDS_MAX)
        return { messages, next: before, isCut: isCut || round === ROUNDS_MAX, percent };
    }
  }

  /** The message, if the rows as they are now show it to the viewer. */
  #seen({ conversation, seq }: Place, { viewer, isUnread }: Ask): SeenMessage[] {
    const queries = this.#deps.queries();
    if (!queries.isMember(conversation, viewer)) return [];
    const message = queries.message(conversation, viewer, seq);
    if (message === null || isErased(message, queries)) return [];
    if (isUnread && !message.unread) return [];
    return queries.maySee(message, viewer) ? [message] : [];
  }

  #page({ messages, next, isCut, percent }: Hits, { terms }: Query, user: UserId): SearchPage {
    const summaries = new Map<ConversationId, ConversationSummary | null>();
    const summaryOf = (id: ConversationId): ConversationSummary | null => {
      const known = summaries.get(id);
      if (known !== undefined) return known;
      const summary = this.#deps.queries().summary(id, user);
      summaries.set(id, summary);
      return summary;
    };
    const hits = messages.flatMap((message) => {
      const summary = summaryOf(message.conversation);
      if (summary === null) return [];
      const conversation = this.#views.conversation(summary, user);
      return [
        { message: this.#views.message(message, user), conversation, snippet: snippetOf(searchedText(message), terms) },
      ];
    });
    return { hits, next, isCut, percent };
  }

  /** The question without its page. */
  async #ask(session: Session, query: Query, zone: string): Promise<Omit<Ask, "beforeSeq" | "limit"> | Refused> {
    const viewer = session.userId;
    const period = periodOf(
      query,
      [zone, this.#deps.queries().profiles.of(viewer)?.timeZone ?? "", "UTC"],
      this.#now(),
    );
    if (period === null) return failed("invalid", "There is no such day.", { field: "query" });
    const from = await this.#people(query.from, viewer);
    if ("ok" in from) return from;
    const to = await this.#people(query.to, viewer);
    if ("ok" in to) return to;
    const places = await this.#places(query.in, viewer);
    if ("ok" in places) return places;
    const thread = query.thread.length === 0 ? null : await this.#threadOf(query.thread.at(-1)!, viewer);
    if (thread?.ok === false) return thread;
    return {
      viewer,
      terms: query.terms,
      from,
      in: places,
      to: to.map((user) => ({ user, direct: user === viewer ? null : directId(viewer, user) })),
      thread: thread?.value ?? null,
      ...period,
      hasLink: query.has.has("link"),
      hasFile: query.has.has("file"),
      hasReaction: query.has.has("reaction"),
      isPinned: query.is.has("pinned"),
      isSaved: query.is.has("saved"),
      isUnread: query.is.has("unread"),
    };
  }

  #now(): number {
    return this.#deps.clock.nowMicros();
  }

  async #people(names: readonly string[], viewer: UserId): Promise<readonly UserId[] | Refused> {
    const found: UserId[] = [];
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- few names, and nearly all of them are known here
      const user = await this.#reading.find(
        () => this.#userHere(name, viewer),
        () => noSuchPerson(withoutAt(name)),
      );
      if (!user.ok) return user;
      found.push(user.value);
    }
    return found;
  }

  #userHere(name: string, viewer: UserId): UserId | null {
    const typed = withoutAt(name);
    return typed.toLowerCase() === "me" ? viewer : (this.#finder.userHere(typed, viewer)?.id ?? null);
  }

  /** Rooms that the viewer is in, and direct conversations by the name of the person. */
  async #places(names: readonly string[], viewer: UserId): Promise<readonly ConversationId[] | Refused> {
    const found: ConversationId[] = [];
    for (const name of names) {
      // oxlint-disable-next-line no-await-in-loop -- few names, and nearly all of them are known here
      const place = await this.#reading.find(
        () => this.#placeHere(name, viewer),
        () => failed("not_found", "You are in no room of this name.", { field: "query" }),
      );
      if (!place.ok) return place;
      found.push(place.value);
    }
    return found;
  }

  #placeHere(name: string, viewer: UserId): ConversationId | null {
    const room = this.#finder.roomHere(name.startsWith("#") ? name : `#${name}`, viewer);
    if (room !== null && room.role !== null) return room.row.id;
    if (this.#deps.queries().isMember(name, viewer)) return name;
    const person = name.startsWith("#") ? null : this.#userHere(name, viewer);
    return person === null ? null : directId(viewer, person);
  }

  /** The thread, if the viewer may read it. */
  async #threadOf(id: string, viewer: UserId): Promise<Found<ConversationId>> {
    const thread = isThreadId(id) ? id : threadIdOf(id);
    return await this.#reading.find(
      () => this.#deps.queries().isMember(thread, viewer) && thread,
      () => failed("not_found", "There is no such thread.", { field: "query" }),
    );
  }
}

function withoutAt(name: string): string {
  return name.replace(/^@/, "");
}
