/**
 * GET /events: one user's changes as server-sent events, each with its cursor as id.
 *
 * A change is rendered once for all who see it and kept as bytes beside the event object that
 * all feeds share, so that a thousand readers cost a thousand copies and one template. A reader
 * that does not read is not waited for: the feed is bounded, and so is what is handed to the socket.
 */
import { Hono } from "hono";
import type { Feed, FeedEvent, FeedItem } from "../chat/service.ts";
import { answerError } from "./answer.tsx";
import type { WebDeps, WebEnv } from "./deps.ts";
import { renderRow } from "./views/message-html.tsx";
import { summarize } from "./views/cluster-line.tsx";
import { needsLogin, sessionOf } from "./request.ts";

/** The page takes 2.5 s without any as "my replica is gone". */
const PING_INTERVAL_MS = 1000;
/** Handed to the socket and not yet taken by it, bytes of one stream. */
const SOCKET_BYTES_MAX = 64 * 1024;
/** A reader that has taken nothing for so long is cut; it resumes by its cursor. */
const STUCK_TICKS_MAX = 15;

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

/** What all viewers of an event get, and under which cursor it was last sent. */
const rendered = new WeakMap<FeedEvent, { readonly cursor: string; readonly bytes: Uint8Array }>();

/** The bytes of one event, the same array for every reader. */
export function encodeItem(item: FeedItem): Uint8Array {
  const known = rendered.get(item.event);
  if (known !== undefined && known.cursor === item.cursor) return known.bytes;
  const bytes = encoder.encode(`id: ${item.cursor}\n${eventText(item.event.kind, dataOf(item.event))}\n`);
  rendered.set(item.event, { cursor: item.cursor, bytes });
  return bytes;
}

class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  private readonly feed: Feed;
  private readonly onEnd: (stream: EventStream) => void;
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private resume: (() => void) | null = null;
  private stuckTicks = 0;
  private ended = false;

  constructor(feed: Feed, first: Uint8Array, onEnd: (stream: EventStream) => void) {
    this.feed = feed;
    this.onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
          controller.enqueue(first);
          void this.pump();
        },
        pull: () => this.wake(),
        cancel: () => this.end(),
      },
      { highWaterMark: SOCKET_BYTES_MAX, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  private room(): boolean {
    return (this.controller?.desiredSize ?? 0) > 0;
  }

  private wake(): void {
    this.stuckTicks = 0;
    this.resume?.();
    this.resume = null;
  }

  private async pump(): Promise<void> {
    while (!this.ended) {
      const item = await this.feed.next();
      if (item === null || this.ended) break;
      this.controller?.enqueue(encodeItem(item));
      if (!this.room()) await new Promise<void>((done) => (this.resume = done));
    }
    this.end();
  }

  /** Once a second: a sign of life, dropped when the socket is full. */
  tick(bytes: Uint8Array): void {
    if (this.ended) return;
    if (this.room()) this.controller?.enqueue(bytes);
    else if (++this.stuckTicks > STUCK_TICKS_MAX) this.end();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.feed.close();
    this.resume?.();
    this.onEnd(this);
    try {
      this.controller?.close();
    } catch {
      // The reader had cancelled: there is nobody left to tell.
    }
  }
}

/** The open streams of one replica's page. */
export class EventStreams {
  private readonly deps: WebDeps;
  private readonly open = new Set<EventStream>();
  private timer: ReturnType<typeof setInterval> | null = null;
  private lastCluster = "";

  constructor(deps: WebDeps) {
    this.deps = deps;
  }

  /** Number of open streams. */
  get size(): number {
    return this.open.size;
  }

  start(feed: Feed): ReadableStream<Uint8Array> {
    const hello = `retry: 500\n${eventText("cluster", this.cluster())}\n${this.ping()}`;
    const stream = new EventStream(feed, encoder.encode(hello), (ended) => this.forget(ended));
    this.open.add(stream);
    this.timer ??= setInterval(() => this.tick(), PING_INTERVAL_MS);
    return stream.body;
  }

  /** Ends all streams, so that their pages move on at once when this replica stops. */
  stop(): void {
    for (const stream of this.open) stream.end();
    this.idle();
  }

  private ping(): string {
    return `${eventText("ping", this.deps.healthz().ok ? "ok" : "not writable")}\n`;
  }

  private cluster(): string {
    return JSON.stringify({ ...summarize(this.deps.status()), origins: this.deps.origins() });
  }

  private tick(): void {
    const cluster = this.cluster();
    const changed = cluster === this.lastCluster ? "" : `${eventText("cluster", cluster)}\n`;
    this.lastCluster = cluster;
    const bytes = encoder.encode(changed + this.ping());
    for (const stream of this.open) stream.tick(bytes);
  }

  private forget(stream: EventStream): void {
    this.open.delete(stream);
    if (this.open.size === 0) this.idle();
  }

  private idle(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}

/** Last-Event-ID is newer than the ?after= of the page that opened the stream. */
export function eventRoutes(deps: WebDeps, streams: EventStreams): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/events", needsLogin(), (c) => {
    const cursor = c.req.header("last-event-id") ?? c.req.query("after") ?? "";
    const answer = deps.chat.subscribe(sessionOf(c), cursor === "" ? {} : { cursor: cursor.slice(0, 64) });
    if (!answer.ok) return answerError(c, answer.error);
    c.header("Content-Type", "text/event-stream; charset=utf-8");
    c.header("Cache-Control", "no-store, no-transform");
    c.header("X-Accel-Buffering", "no");
    return c.body(streams.start(answer.value) as ReadableStream);
  });
}
