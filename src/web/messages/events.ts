/**
 * GET /events: one user's changes as server-sent events, each with its cursor as id.
 *
 * An event is rendered once for all its viewers, and its bytes are stored beside the event object that all feeds share.
 * So a thousand readers cost a thousand copies but one rendering. Nothing waits for a slow reader: the feed and the
 * bytes that are handed to the socket are bounded.
 */
import { Hono, type Context } from "hono";
import type { Feed, FeedEvent, FeedItem, Session } from "../../chat/chat-service.ts";
import { answerError } from "../http/answer.tsx";
import type { WebDeps, WebEnv } from "../http/deps.ts";
import { ListRows, type ListRow } from "./list-rows.tsx";
import { renderRow } from "./message-html.tsx";
import { summarize } from "../cluster/cluster-line.tsx";
import type { Handover } from "../cluster/handover.ts";
import { originsFor, otherHosts, type Place } from "../http/origins.ts";
import { needsLogin, placeOf, readFields, sessionOf } from "../http/request.ts";

/** A page that hears nothing for 2.5 s takes its replica for dead. */
const PING_INTERVAL_MS = 1000;
/**
 * Streams are pinged in this many turns, spread over the interval. To write to 5,000 streams at once takes 50 ms, in
 * which the replica sends no message and the readers receive none.
 */
const PING_TURNS = 20;
/** The stream of a reader that accepts nothing for this time is cut. The reader resumes by its cursor. */
const STUCK_TICKS_MAX = 15;
/**
 * A page reports every 10 s that it is alive (3 s after a request that failed), by the name that it gave its stream. A
 * computer that vanished does not, and TCP would notice that a quarter of an hour later. One lost request must not end
 * a stream: the bound has room for 10 s, a ping, a request that times out, 3 s, and another request.
 */
const ALIVE_MS = 18_000;
const ALIVE_NAME = /^[\w-]{1,64}$/;
/** The most tabs of one browser that can move to another host name at the same time. */
const SEATS_MAX = 8;
/** The number of hosts for which a page gets hand-over tokens: it moves to one, and that one may die as well. */
const HANDOVER_HOSTS = 2;
/** The most conversations in ?show=, more than the tabs of one browser show. */
const SHOW_CHARS_MAX = 1_024;

const encoder = new TextEncoder();

/** Every line of data has a prefix, so no text that a person writes can end an event. */
function eventText(name: string, data: string): string {
  return `event: ${name}\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("")}`;
}

function dataOf(event: FeedEvent): string {
  return event.kind === "message" || event.kind === "changed" ? renderRow(event.message) : JSON.stringify(event);
}

/** Replaces an event that could not be rendered: the page then fetches what it shows. */
const READ_ANEW: FeedEvent = { kind: "reset", reason: "OVERFLOW" };

/** The bytes that all viewers of an event receive, and the id with which they were last sent. */
type Rendered = WeakMap<FeedEvent, { readonly id: string; readonly bytes: Uint8Array }>;
const rendered: Rendered = new WeakMap();
const renderedElsewhere: Rendered = new WeakMap();

/** An event that does not move the cursor has no id, so that readers at different places receive the same bytes. */
function encodeOnce(known: Rendered, { event, cursor, moves }: FeedItem, text: () => string): Uint8Array {
  const id = moves ? `id: ${cursor}\n` : "";
  const before = known.get(event);
  if (before !== undefined && before.id === id) return before.bytes;
  const bytes = encoder.encode(`${id}${text()}\n`);
  known.set(event, { id, bytes });
  return bytes;
}

/** The bytes of one event, the same array for every reader. */
export function encodeItem(item: FeedItem): Uint8Array {
  return encodeOnce(rendered, item, () => eventText(item.event.kind, dataOf(item.event)));
}

/**
 * The same for a page that does not show the conversation. Of a message it hears that there is one; of other events
 * only the cursor. Changes of the page's list are sent separately (see list-rows.tsx).
 */
function encodeElsewhere(item: FeedItem): Uint8Array {
  return encodeOnce(renderedElsewhere, item, () => {
    if (item.event.kind !== "message") return "";
    const { conversationId, authorId, authorDisplayName: authorName, seq } = item.event.message;
    return eventText("activity", JSON.stringify({ conversationId, authorId, authorName, seq }));
  });
}

/** The conversation in which an event happened; null if it is for all pages of the user. */
function conversationOf(event: FeedEvent): string | null {
  if (event.kind === "draft") return null;
  if (event.kind === "message" || event.kind === "changed") return event.message.conversationId;
  return "conversationId" in event ? event.conversationId : null;
}

/** The conversation whose row in the user's own list the event changes; null if none. */
function rowChangedBy(event: FeedEvent, userId: string): string | null {
  // A reaction is not in the row, the text of the newest message is.
  if (event.kind === "changed" && event.message.editedMicros === 0 && event.message.removedBy === null) return null;
  if (event.kind === "typing" || event.kind === "saved" || (event.kind === "read" && event.readerId !== userId))
    return null;
  return conversationOf(event);
}

/**
 * The pings: with the cursor for streams that have received everything applied so far, and without it for the others.
 */
interface Ping {
  readonly atRest: Uint8Array;
  readonly behind: Uint8Array;
}

interface StreamOwner {
  readonly session: Session;
  /**
   * The conversations that its pages show. Null for a program, which receives every event in full and no rows of a
   * list.
   */
  readonly shows: ReadonlySet<string> | null;
  /** The name that the page gave the stream; "" for a program, which does not report that it is alive. */
  readonly name: string;
  /** True if the login still exists: a merge can remove it and bring it back. */
  readonly mayBeIn: () => Promise<boolean>;
  /** Where its page is open, for the origins that the page can reach from there. */
  readonly place: Place;
  readonly nowMs: () => number;
}

/**
 * One reader. The stream is "direct": bytes go to the socket at the end of the turn, without a queue or a promise
 * between. Those would cost 5 to 7 KB of memory for each open stream, and time for each event.
 */
class EventStream {
  readonly body: ReadableStream;
  readonly owner: StreamOwner;
  readonly #feed: Feed;
  readonly #onEnd: (stream: EventStream) => void;
  #aliveMs: number;
  /** Null until the reader begins to read. */
  #controller: ReadableStreamDirectController | null = null;
  /** True while the socket is full, so that written bytes wait in this process. */
  #blocked: PromiseWithResolvers<void> | null = null;
  #stuckTicks = 0;
  #ended = false;
  readonly #over = Promise.withResolvers<void>();
  /** Rows of the list that changed while the socket was full. They are rendered again when there is room. */
  readonly #owedRows = new Set<string>();
  readonly #rows: ListRows;
  readonly #onCaught: WebDeps["onCaught"];

  constructor(
    feed: Feed,
    owner: StreamOwner,
    first: Uint8Array,
    parts: {
      readonly rows: ListRows;
      readonly onEnd: (stream: EventStream) => void;
      readonly onCaught: WebDeps["onCaught"];
    },
  ) {
    this.#feed = feed;
    this.owner = owner;
    this.#rows = parts.rows;
    this.#aliveMs = owner.nowMs();
    this.#onEnd = parts.onEnd;
    this.#onCaught = parts.onCaught;
    // A reader that never began to read is not told of the cut either.
    this.#over.promise.catch(() => undefined);
    this.body = new ReadableStream({
      type: "direct",
      pull: (controller) => {
        this.#controller = controller;
        this.#write(first);
        void this.#pump();
        return this.#over.promise;
      },
      cancel: () => this.end(),
    });
  }

  #room(): boolean {
    return this.#controller !== null && this.#blocked === null;
  }

  #write(bytes: Uint8Array): void {
    // A number if the socket accepted everything, or else a promise that resolves when it has.
    const taken: unknown = this.#controller?.write(bytes);
    if (!(taken instanceof Promise)) return;
    // Neither pump nor tick writes before that, so there is one at a time.
    this.#blocked = Promise.withResolvers();
    taken.then(
      () => this.#drained(),
      () => this.end(),
    );
  }

  #drained(): void {
    this.#stuckTicks = 0;
    this.#blocked?.resolve();
    this.#blocked = null;
    for (const conversationId of this.#owedRows) this.#rows.changed(this.owner.session, conversationId);
    this.#owedRows.clear();
  }

  /** A row of the list has changed. */
  row(conversationId: string, bytes: Uint8Array): void {
    if (this.#room()) this.#write(bytes);
    else this.#owedRows.add(conversationId);
  }

  #encode(item: FeedItem): Uint8Array {
    const { shows } = this.owner;
    const conversation = conversationOf(item.event);
    try {
      return shows === null || conversation === null || shows.has(conversation)
        ? encodeItem(item)
        : encodeElsewhere(item);
    } catch (error) {
      // A view is broken. Nothing catches an error here, so it would end the replica and the streams of all other
      // readers.
      this.#onCaught(error);
      return encodeItem({ ...item, event: READ_ANEW });
    }
  }

  #tellList(event: FeedEvent): void {
    const { session, shows } = this.owner;
    if (shows === null) return;
    const conversation = rowChangedBy(event, session.userId);
    if (conversation !== null) this.#rows.changed(session, conversation);
    // The user's pages fetch the whole list then, and unread messages may be gone.
    else if (event.kind === "reset" || event.kind === "person") this.#rows.forget(session.userId);
  }

  async #pump(): Promise<void> {
    try {
      await this.#pass();
    } catch (error) {
      this.#onCaught(error);
    }
    this.end();
  }

  /** Sends the feed's events until the feed or the stream ends. */
  async #pass(): Promise<void> {
    while (!this.#ended) {
      const item = await this.#feed.next();
      if (item === null || this.#ended) break;
      // No event tells why: the page reconnects, and only then learns whether its login still exists.
      if (item.event.kind === "ended" && (await this.owner.mayBeIn())) break;
      await this.#blocked?.promise;
      if (this.#ended) break;
      this.#write(this.#encode(item));
      this.#tellList(item.event);
    }
  }

  /** Its page has reported that it is alive. */
  alive(): void {
    this.#aliveMs = this.owner.nowMs();
  }

  /** Sends a ping, once a second. It is dropped if the socket is full. */
  tick({ atRest, behind }: Ping): void {
    if (this.#ended) return;
    if (this.owner.name !== "" && this.owner.nowMs() - this.#aliveMs > ALIVE_MS) return this.end();
    if (this.#room()) this.#write(this.#feed.atRest() ? atRest : behind);
    else if (++this.#stuckTicks > STUCK_TICKS_MAX) this.#cutOff();
  }

  /** Cuts the connection. A regular end would wait for the socket; an error makes Bun (1.4.5) close it at once. */
  #cutOff(): void {
    this.#over.reject();
    this.#forget();
  }

  end(): void {
    if (this.#ended) return;
    this.#forget();
    try {
      void this.#controller?.end();
    } catch {
      // The reader had cancelled the stream already.
    }
    this.#over.resolve();
  }

  #forget(): void {
    this.#ended = true;
    this.#blocked?.resolve();
    this.#feed.close();
    this.#onEnd(this);
  }
}

function nameKey(userId: string, name: string): string {
  return `${userId} ${name}`;
}

/** The streams that are pinged in the same turn. */
class PingTurn {
  readonly streams = new Set<EventStream>();
  /** The last cluster event sent to them, by place. */
  told = new Map<string, string>();
}

/** The open streams of one replica's page. */
export class EventStreams {
  readonly #deps: WebDeps;
  readonly #handover: Handover;
  readonly #open = new Set<EventStream>();
  readonly #turns = Array.from({ length: PING_TURNS }, () => new PingTurn());
  #nextTurn = 0;
  #opened = 0;
  /** By owner and name, so that a page's report needs one look-up, however many streams are open. */
  readonly #named = new Map<string, EventStream>();
  /** The streams of pages, which have a list. */
  readonly #pagesOf = new Map<string, Set<EventStream>>();
  readonly #rows: ListRows;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(deps: WebDeps, handover: Handover) {
    this.#deps = deps;
    this.#handover = handover;
    this.#rows = new ListRows(deps.chat, (userId, row) => this.#sendRow(userId, row), deps.onCaught);
  }

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  start(feed: Feed, owner: StreamOwner): ReadableStream {
    const hello = `retry: 500\n${eventText("cluster", this.#cluster(owner.place))}\n${this.#ping()}`;
    const stream = new EventStream(feed, owner, encoder.encode(hello), {
      rows: this.#rows,
      onEnd: (ended) => this.#forget(ended),
      onCaught: this.#deps.onCaught,
    });
    this.#open.add(stream);
    this.#turns[this.#opened++ % PING_TURNS]!.streams.add(stream);
    const { userId } = owner.session;
    if (owner.name !== "") this.#named.set(nameKey(userId, owner.name), stream);
    if (owner.shows !== null) this.#pagesOf.getOrInsertComputed(userId, () => new Set()).add(stream);
    this.#timer ??= setInterval(() => this.#tickOrReport(), PING_INTERVAL_MS / PING_TURNS);
    return stream.body;
  }

  /** The page of a user's stream reports that it is alive. False if that stream is at another replica. */
  alive(userId: string, name: string): boolean {
    const stream = this.#named.get(nameKey(userId, name));
    stream?.alive();
    return stream !== undefined;
  }

  /**
   * Hand-over tokens for a page at `place`, by the origin that accepts them: for at most HANDOVER_HOSTS hosts, and for
   * those first whose replica is reachable. Null if the page needs none.
   */
  handovers(place: Place, token: string, seats: number): Record<string, string[]> | null {
    const others = otherHosts(place, originsFor(place, this.#deps));
    if (others.length === 0) return null;
    const count = Number.isInteger(seats) ? Math.min(Math.max(seats, 1), SEATS_MAX) : 1;
    return Object.fromEntries(
      this.#handoverHosts(others).map((origin) => [
        origin,
        Array.from({ length: count }, () => this.#handover.seal(token, origin)),
      ]),
    );
  }

  #handoverHosts(origins: readonly string[]): readonly string[] {
    if (origins.length <= HANDOVER_HOSTS) return origins;
    const away = new Set(
      this.#deps
        .status()
        .replicas.filter(({ state }) => state === "unreachable" || state === "stopped")
        .flatMap(({ web }) => (web !== null && URL.canParse(web) ? [new URL(web).origin] : [])),
    );
    // Each call begins with another host, so that the pages of a dead replica spread over the others.
    const start = Math.floor(Math.random() * origins.length);
    return [...origins.slice(start), ...origins.slice(0, start)]
      .toSorted((a, b) => Number(away.has(a)) - Number(away.has(b)))
      .slice(0, HANDOVER_HOSTS);
  }

  /** Ends all streams, so that their pages move at once when this replica stops. */
  stop(): void {
    for (const stream of this.#open) stream.end();
    this.#rows.stop();
    this.#idle();
  }

  #sendRow(userId: string, row: ListRow): void {
    const bytes = encoder.encode(`${eventText("row", JSON.stringify(row))}\n`);
    for (const page of this.#pagesOf.get(userId) ?? []) page.row(row.conversationId, bytes);
  }

  #ping(): string {
    return `${eventText("ping", this.#deps.healthz().ok ? "ok" : "not writable")}\n`;
  }

  #pingAfter(text: string, id: string): Ping {
    const ping = this.#ping();
    return { atRest: encoder.encode(`${text}${id}${ping}`), behind: encoder.encode(`${text}${ping}`) };
  }

  #cluster(place: Place): string {
    return JSON.stringify({ ...summarize(this.#deps.status()), origins: originsFor(place, this.#deps) });
  }

  #tickOrReport(): void {
    try {
      this.#tick();
    } catch (error) {
      this.#deps.onCaught(error);
    }
  }

  #tick(): void {
    const turn = this.#turns[this.#nextTurn]!;
    this.#nextTurn = (this.#nextTurn + 1) % PING_TURNS;
    if (turn.streams.size === 0) return;
    const id = `id: ${this.#deps.chat.cursor()}\n`;
    const ping = this.#pingAfter("", id);
    const before = turn.told;
    turn.told = new Map();
    const bytes = new Map<string, Ping>();
    for (const stream of turn.streams) {
      const { place } = stream.owner;
      const key = `${place.url} ${place.front}`;
      let piece = bytes.get(key);
      if (piece === undefined) {
        const cluster = this.#cluster(place);
        turn.told.set(key, cluster);
        const isNews = before.get(key) !== cluster;
        piece = isNews ? this.#pingAfter(`${eventText("cluster", cluster)}\n`, id) : ping;
        bytes.set(key, piece);
      }
      stream.tick(piece);
    }
  }

  #forget(stream: EventStream): void {
    this.#open.delete(stream);
    for (const { streams } of this.#turns) if (streams.delete(stream)) break;
    const { name, session } = stream.owner;
    const { userId } = session;
    const pages = this.#pagesOf.get(userId);
    if (pages?.delete(stream) === true && pages.size === 0) {
      this.#pagesOf.delete(userId);
      this.#rows.forget(userId);
    }
    // A later stream may have the same name.
    if (this.#named.get(nameKey(userId, name)) === stream) this.#named.delete(nameKey(userId, name));
    if (this.#open.size === 0) this.#idle();
  }

  #idle(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/**
 * The conversation ids in ?show=, separated by commas. Pages without a conversation send an empty value, programs none.
 */
function shownBy(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null;
  return new Set(text.slice(0, SHOW_CHARS_MAX).split(","));
}

/** The cursor of a request: Last-Event-ID is newer than the ?after= of the page that opened the stream. */
function openStream(c: Context<WebEnv>, deps: WebDeps, streams: EventStreams): Response | Promise<Response> {
  const session = sessionOf(c);
  const token = c.get("token");
  const cursor = c.req.header("last-event-id") ?? c.req.query("after") ?? "";
  const recentPresence = c.req.query("show") !== undefined;
  const from = cursor === "" ? {} : { cursor: cursor.slice(0, 64) };
  const shows = shownBy(c.req.query("show"));
  const answer = deps.chat.subscribe(session, { ...from, recentPresence, watch: [...(shows ?? [])] });
  if (!answer.ok) return answerError(c, answer.error);
  const name = c.req.query("alive") ?? "";
  const owner: StreamOwner = {
    session,
    shows,
    name: ALIVE_NAME.test(name) ? name : "",
    mayBeIn: async () => {
      const found = await deps.chat.authenticateFresh(token);
      return found.ok || found.error.code !== "not_logged_in";
    },
    place: { ...placeOf(c), url: new URL(c.req.url).origin },
    nowMs: () => deps.clock.nowMs(),
  };
  c.header("Content-Type", "text/event-stream; charset=utf-8");
  c.header("Cache-Control", "no-store, no-transform");
  c.header("X-Accel-Buffering", "no");
  return c.body(streams.start(answer.value, owner));
}

/** GET /events, and POST /events/alive, with which the page reports that it is alive. */
export function eventRoutes(deps: WebDeps, streams: EventStreams): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/events", needsLogin(), (c) => openStream(c, deps, streams));
  app.post("/events/alive", needsLogin(), async (c) => {
    const fields = await readFields(c);
    const { userId } = sessionOf(c);
    const name = fields.text("stream");
    // At an address that replicas share, the stream may be at another replica.
    if (!streams.alive(userId, name) && ALIVE_NAME.test(name)) deps.sendAlive(userId, name);
    const handover = streams.handovers(placeOf(c), c.get("token"), Number(fields.text("seats")));
    return handover === null ? c.body(null, 204) : c.json({ handover });
  });
  return app;
}
