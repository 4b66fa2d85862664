/**
 * GET /events: one user's changes as server-sent events, each with its cursor as id.
 *
 * A change is rendered once for all who see it and kept as bytes beside the event object that
 * all feeds share, so that a thousand readers cost a thousand copies and one template. A reader
 * that does not read is not waited for: the feed is bounded, and so is what is handed to the socket.
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

/** The page takes 2.5 s without any as "my replica is gone". */
const PING_INTERVAL_MS = 1000;
/**
 * Streams are pinged in so many turns, spread over the interval: to write to 5,000 at one time takes 50 ms, in which
 * no message is told to anybody, here and where the pages are read.
 */
const PING_TURNS = 20;
/** A reader that has taken nothing for so long is cut; it resumes by its cursor. */
const STUCK_TICKS_MAX = 15;
/**
 * A page says every 10 s that it is still there (3 s after a request that failed), under the name that it gave its
 * stream. A computer that vanished does not, and TCP would notice that a quarter of an hour later. One lost request
 * must not end a stream: 10 s, a ping, a request that times out, 3 s, another request.
 */
const ALIVE_MS = 18_000;
const ALIVE_NAME = /^[\w-]{1,64}$/;
/** Tabs of one browser that can move to another host name at the same time. */
const SEATS_MAX = 8;
/** A page gets hand-over tokens for so many hosts: it moves to one, and that one may die as well. */
const HANDOVER_HOSTS = 2;
/** Of ?show=: the conversations of as many tabs as there can be, and some. */
const SHOW_CHARS_MAX = 1_024;

const encoder = new TextEncoder();

/** Every line of data has its own prefix, so nothing a person writes can end an event. */
function eventText(name: string, data: string): string {
  return `event: ${name}\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join("")}`;
}

function dataOf(event: FeedEvent): string {
  return event.kind === "message" ? renderRow(event.message) : JSON.stringify(event);
}

/** In place of an event that could not be rendered: the page fetches what it shows. */
const READ_ANEW: FeedEvent = { kind: "reset", reason: "OVERFLOW" };

/** What all viewers of an event get, and under which id it was last sent. */
type Rendered = WeakMap<FeedEvent, { readonly id: string; readonly bytes: Uint8Array }>;
const rendered: Rendered = new WeakMap();
const renderedElsewhere: Rendered = new WeakMap();

/** An event that does not move the cursor has no id, so that it is the same bytes for readers at different places. */
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
 * The same for a page on which the conversation is not shown: of a message that there is one, of other things in it
 * nothing but the cursor. What changes in the page's list comes by itself (see list-rows.tsx).
 */
function encodeElsewhere(item: FeedItem): Uint8Array {
  return encodeOnce(renderedElsewhere, item, () => {
    if (item.event.kind !== "message") return "";
    const { conversationId, authorId, authorName, seq } = item.event.message;
    return eventText("activity", JSON.stringify({ conversationId, authorId, authorName, seq }));
  });
}

/** The conversation in which an event happened; null if it is about a person or the stream itself. */
function conversationOf(event: FeedEvent): string | null {
  if (event.kind === "message") return event.message.conversationId;
  return "conversationId" in event ? event.conversationId : null;
}

/** The conversation whose row in the user's own list the event changes; null if none. */
function rowChangedBy(event: FeedEvent, userId: string): string | null {
  if (event.kind === "typing" || (event.kind === "read" && event.readerId !== userId)) return null;
  return conversationOf(event);
}

/** A ping, for streams that have all that was applied: with the cursor, after which they resume; and for the others. */
interface Ping {
  readonly atRest: Uint8Array;
  readonly behind: Uint8Array;
}

interface StreamOwner {
  readonly session: Session;
  /** Conversations that its pages show; null: a program, which gets every event whole and no rows of a list. */
  readonly shows: ReadonlySet<string> | null;
  /** The name that the page gave the stream; "" for a program that does not say that it is alive. */
  readonly name: string;
  /** The login stands after all: a merge can take it away and bring it back. */
  readonly stillIn: () => Promise<boolean>;
  /** Where its page is open: the cluster's origins are told as they are reached from there. */
  readonly place: Place;
  readonly nowMs: () => number;
}

/**
 * One reader. The stream is "direct": what is written goes to the socket at the end of the turn, with
 * no queue and no promise between, which an open stream pays for in memory (5 to 7 KB) and each event in time.
 */
class EventStream {
  readonly body: ReadableStream;
  readonly owner: StreamOwner;
  readonly #feed: Feed;
  readonly #onEnd: (stream: EventStream) => void;
  #aliveMs: number;
  /** Null until somebody begins to read. */
  #controller: ReadableStreamDirectController | null = null;
  /** The socket is full: what is written waits in this process. */
  #blocked: PromiseWithResolvers<void> | null = null;
  #stuckTicks = 0;
  #ended = false;
  readonly #over = Promise.withResolvers<void>();
  /** Rows of the list that came while the socket was full: rendered again when there is room. */
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
    // Who never began to read does not hear of a cut either.
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
    // A number while the socket takes it, a promise until it has taken all of it.
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
      // A view is broken. Nobody catches an error here, so it would end the replica, and those of all other readers.
      this.#onCaught(error);
      return encodeItem({ ...item, event: READ_ANEW });
    }
  }

  #tellList(event: FeedEvent): void {
    const { session, shows } = this.owner;
    if (shows === null) return;
    const conversation = rowChangedBy(event, session.userId);
    if (conversation !== null) this.#rows.changed(session, conversation);
    // Her pages fetch the whole list then, and what she had not read may be gone.
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

  /** Passes events on until the feed or the stream is over. */
  async #pass(): Promise<void> {
    while (!this.#ended) {
      const item = await this.#feed.next();
      if (item === null || this.#ended) break;
      // Without a word: the page comes back, and only then learns what became of its login.
      if (item.event.kind === "ended" && (await this.owner.stillIn())) break;
      await this.#blocked?.promise;
      if (this.#ended) break;
      this.#write(this.#encode(item));
      this.#tellList(item.event);
    }
  }

  /** Its page is there. */
  alive(): void {
    this.#aliveMs = this.owner.nowMs();
  }

  /** Once a second: a sign of life, dropped when the socket is full. */
  tick({ atRest, behind }: Ping): void {
    if (this.#ended) return;
    if (this.owner.name !== "" && this.owner.nowMs() - this.#aliveMs > ALIVE_MS) return this.end();
    if (this.#room()) this.#write(this.#feed.atRest() ? atRest : behind);
    else if (++this.#stuckTicks > STUCK_TICKS_MAX) this.#cutOff();
  }

  /** An end in good order waits for the socket; Bun (1.4.5) drops it at once, without a word, for this. */
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
      // The reader had cancelled: there is nobody left to tell.
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

/** Streams that are pinged together. */
class PingTurn {
  readonly streams = new Set<EventStream>();
  /** What they were last told of the cluster, by place. */
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
  /** By owner and name: a sign of life is one look-up, however many streams are open. */
  readonly #named = new Map<string, EventStream>();
  /** Those of pages, which have a list. */
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

  /** The page of a user's stream says that it is there; false if that stream is not here. */
  alive(userId: string, name: string): boolean {
    const stream = this.#named.get(nameKey(userId, name));
    stream?.alive();
    return stream !== undefined;
  }

  /**
   * Hand-over tokens for a page at `place`, by the origin where they are good: for HANDOVER_HOSTS hosts at most,
   * those first whose replica is reachable. Null where none are needed.
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
    // Another one first each time, so that the pages of a dead replica spread over the others.
    const start = Math.floor(Math.random() * origins.length);
    return [...origins.slice(start), ...origins.slice(0, start)]
      .toSorted((a, b) => Number(away.has(a)) - Number(away.has(b)))
      .slice(0, HANDOVER_HOSTS);
  }

  /** Ends all streams, so that their pages move on at once when this replica stops. */
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
    // A later stream of the same name may have taken its place.
    if (this.#named.get(nameKey(userId, name)) === stream) this.#named.delete(nameKey(userId, name));
    if (this.#open.size === 0) this.#idle();
  }

  #idle(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** `show=`: conversation ids with commas between; empty on pages without one; absent: a program. */
function shownBy(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null;
  return new Set(text.slice(0, SHOW_CHARS_MAX).split(","));
}

/** Last-Event-ID is newer than the ?after= of the page that opened the stream. */
function openStream(c: Context<WebEnv>, deps: WebDeps, streams: EventStreams): Response | Promise<Response> {
  const session = sessionOf(c);
  const token = c.get("token");
  const cursor = c.req.header("last-event-id") ?? c.req.query("after") ?? "";
  const recentPresence = c.req.query("show") !== undefined;
  const from = cursor === "" ? {} : { cursor: cursor.slice(0, 64) };
  const answer = deps.chat.subscribe(session, { ...from, recentPresence });
  if (!answer.ok) return answerError(c, answer.error);
  const name = c.req.query("alive") ?? "";
  const owner: StreamOwner = {
    session,
    shows: shownBy(c.req.query("show")),
    name: ALIVE_NAME.test(name) ? name : "",
    stillIn: async () => (await deps.chat.authenticateFresh(token)) !== null,
    place: { ...placeOf(c), url: new URL(c.req.url).origin },
    nowMs: () => deps.clock.nowMs(),
  };
  c.header("Content-Type", "text/event-stream; charset=utf-8");
  c.header("Cache-Control", "no-store, no-transform");
  c.header("X-Accel-Buffering", "no");
  return c.body(streams.start(answer.value, owner));
}

/** GET /events, and POST /events/alive by which its page stays in touch. */
export function eventRoutes(deps: WebDeps, streams: EventStreams): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/events", needsLogin(), (c) => openStream(c, deps, streams));
  app.post("/events/alive", needsLogin(), async (c) => {
    const fields = await readFields(c);
    const { userId } = sessionOf(c);
    const name = fields.text("stream");
    // At an address that replicas share, the stream may be at another one.
    if (!streams.alive(userId, name) && ALIVE_NAME.test(name)) deps.sendAlive(userId, name);
    const handover = streams.handovers(placeOf(c), c.get("token"), Number(fields.text("seats")));
    return handover === null ? c.body(null, 204) : c.json({ handover });
  });
  return app;
}
