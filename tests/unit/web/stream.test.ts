/** The hub of a browser's one stream: it names what its tabs show, and a tab gets in full what it has missed. */
import { afterEach, beforeEach, expect, test, vi } from "bun:test";

interface Told {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly again?: boolean;
  readonly show?: string;
}
interface Hub {
  join(tab: string, page: object): void;
  show(tab: string, what: object): void;
  leave(tab: string): void;
}
interface Script {
  readonly Hub: new (origin: string, send: (tab: string | null, message: Told) => void) => Hub;
}

// Browser files have the types of the DOM: loaded by a path that this compiler does not follow.
const script = (await import(`${import.meta.dir}/../../../src/web/browser/hub.ts`)) as Script;

const ORIGIN = "http://localhost:8081";
const fetched = globalThis.fetch;

/** A stream that was opened, as the replica sees it. */
interface Opened {
  readonly query: URLSearchParams;
  say(text: string): void;
  readonly isOver: () => boolean;
}

let opened: Opened[];
/** The number of signs of life. */
let alive: number;
/** Resolves when the replica answers a request that opens a stream. */
let answering: Promise<void>;
/** The messages to all tabs; a new tab also gets the last events. */
let told: Told[];

beforeEach(() => {
  opened = [];
  told = [];
  vi.useFakeTimers();
  alive = 0;
  answering = Promise.resolve();
  globalThis.fetch = (async (input: string, init?: RequestInit) => {
    const url = new URL(input);
    if (url.pathname === "/events/alive") alive++;
    if (url.pathname !== "/events") return new Response(null, { status: 204 });
    let control!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (made) => void (control = made) });
    init?.signal?.addEventListener("abort", () => control.error(new Error("aborted")));
    opened.push({
      query: url.searchParams,
      say: (text) => control.enqueue(new TextEncoder().encode(text)),
      isOver: () => init?.signal?.aborted === true,
    });
    await answering;
    return new Response(body);
  }) as typeof fetch;
});
afterEach(() => {
  globalThis.fetch = fetched;
  vi.useRealTimers();
});

const at = (seq: number): string => `1.0.aa.0:${seq}`;
const page = (show: string, seq: number): object => ({
  me: "me",
  cursor: at(seq),
  opened: Date.now(),
  origins: [],
  shared: false,
  parts: [],
  show,
});
const event = (name: string, seq: number): string => `id: ${at(seq)}\nevent: ${name}\ndata: ${seq}\n\n`;
const events = (): string[] =>
  told.filter(({ type }) => type === "event").map(({ name, data, again }) => `${name} ${data}${again ? " again" : ""}`);

/** Waits a few turns of the event loop for a condition; nothing here depends on time. */
async function settle(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 200 && !condition(); turns++) await Promise.resolve();
  expect(condition()).toBe(true);
}

test("a tab that shows something else opens the stream again, from where its page was made", async () => {
  const hub = new script.Hub(ORIGIN, (tab, message) => tab === null && void told.push(message));
  hub.join("one", page("c1", 5));
  await settle(() => opened.length === 1);
  expect([opened[0]!.query.get("show"), opened[0]!.query.get("after")]).toEqual(["c1", at(5)]);
  opened[0]!.say(event("message", 7) + event("activity", 8));
  await settle(() => events().length === 2);

  // The other tabs got events in c2 since its page was rendered only as an activity.
  hub.join("two", page("c2", 6));
  await settle(() => opened.length === 2);
  expect([opened[1]!.query.get("show"), opened[1]!.query.get("after")]).toEqual(["c1,c2", at(6)]);
  await settle(() => opened[0]!.isOver());
  opened[1]!.say(event("message", 7) + event("message", 8) + event("message", 9));
  await settle(() => events().length === 5);
  expect(events()).toEqual(["message 7", "activity 8", "message 7 again", "message 8 again", "message 9"]);

  // The hub has everything in c1 since 5, so a later tab needs nothing, but one that was rendered before that does.
  hub.join("three", page("c1", 9));
  hub.join("four", page("", 9));
  expect(opened.length).toBe(2);
  hub.join("five", page("c2", 4));
  await settle(() => opened.length === 3);
  expect(opened[2]!.query.get("after")).toBe(at(4));
  expect(told.some(({ type }) => type === "lost")).toBe(false);
});

test("a ping says how far the stream is, and what has no place of its own is news", async () => {
  const hub = new script.Hub(ORIGIN, (tab, message) => tab === null && void told.push(message));
  hub.join("one", page("c1", 5));
  await settle(() => opened.length === 1);
  opened[0]!.say("event: presence\ndata: somebody\n\n");
  opened[0]!.say(event("ping", 9));
  opened[0]!.say("event: typing\ndata: somebody\n\n");
  await settle(() => events().length === 2);
  expect(events()).toEqual(["presence somebody", "typing somebody"]);
  opened[0]!.say("x".repeat(3_000_000));
  await settle(() => opened.length === 2);
  expect(opened[1]!.query.get("after")).toBe(at(9));
});

test("a stream that breaks is opened again for those tabs that are still there", async () => {
  const hub = new script.Hub(ORIGIN, (tab, message) => tab === null && void told.push(message));
  hub.join("one", page("c1", 5));
  await settle(() => opened.length === 1);
  hub.join("two", page("c2", 5));
  await settle(() => opened.length === 2);
  opened[1]!.say(event("message", 8));
  await settle(() => events().length === 1);
  hub.leave("one");
  opened[1]!.say("x".repeat(3_000_000));
  await settle(() => opened.length === 3);
  expect([opened[2]!.query.get("show"), opened[2]!.query.get("after")]).toEqual(["c2", at(8)]);
  await settle(() => told.some(({ type, again }) => type === "open" && again === true));
  expect(told.filter(({ type }) => type === "open").map(({ again }) => again)).toEqual([false, true]);
});

test("a tab that shows something else: the first stream is read until the second is there, and nothing is said twice", async () => {
  const own: Told[] = [];
  const hub = new script.Hub(ORIGIN, (tab, message) => void (tab === null ? told : own).push(message));
  hub.join("one", page("c1", 5));
  await settle(() => opened.length === 1);
  opened[0]!.say("event: ping\ndata: ok\n\n");
  await settle(() => alive === 1);
  const answer = Promise.withResolvers<void>();
  answering = answer.promise;
  hub.show("one", { show: "c2", cursor: at(6) });
  await settle(() => opened.length === 2);
  expect([opened[1]!.query.get("show"), opened[1]!.query.get("after")]).toEqual(["c2", at(5)]);
  // Events that come meanwhile are received, and come again from where the second stream begins.
  opened[0]!.say(event("activity", 7));
  await settle(() => events().length === 1);
  expect(opened[0]!.isOver()).toBe(false);
  answer.resolve();
  await settle(() => opened[0]!.isOver());
  opened[1]!.say(`${event("message", 7)}${event("message", 8)}event: ping\ndata: ok\n\n`);
  await settle(() => told.filter(({ type }) => type === "tick").length === 2);
  expect(events()).toEqual(["activity 7", "message 7 again", "message 8"]);
  expect(own.findLast(({ type }) => type === "shown")?.show).toBe("c2");
  // The stream counts as never lost, and the only sign of life is that of the first stream.
  expect(told.filter(({ type }) => type === "lost" || type === "open").length).toBe(1);
  expect(alive).toBe(1);
});

test("a tab shows what another tab shows already: it gets what it heard before it showed it, and no stream is opened", async () => {
  const own: string[] = [];
  const hub = new script.Hub(ORIGIN, (tab, message) => {
    if (tab === null) told.push(message);
    else if (tab === "one" && message.type === "event")
      own.push(`${message.name} ${message.data}${message.again ? " again" : ""}`);
  });
  hub.join("one", page("c1", 5));
  await settle(() => opened.length === 1);
  hub.join("two", page("c2", 5));
  await settle(() => opened.length === 2 && opened[0]!.isOver());
  opened[1]!.say(event("message", 7) + event("message", 8));
  await settle(() => events().length === 2);
  hub.show("one", { show: "c2", cursor: at(7) });
  expect(own).toEqual(["message 8 again"]);
  expect(opened.length).toBe(2);
});
