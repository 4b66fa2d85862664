/** The page's end of the event stream if the script of its shared worker does not load, because the replica died. */
import { afterEach, beforeEach, expect, test, vi } from "bun:test";

interface Told {
  readonly type: string;
  readonly state?: string;
}
interface Link {
  scriptFor(script: string, origins: readonly string[]): string;
  openLink(page: object): { origins(list: readonly string[]): void };
}

// Browser files have the types of the DOM: loaded by a path that this compiler does not follow.
const link = (await import(`${import.meta.dir}/../../../src/web/browser/link.ts`)) as Link;

const ORIGINS = ["http://localhost:1", "http://localhost:2"];
const before = new Map<string, unknown>();
let workers: FakeWorker[] = [];

class FakePort extends EventTarget {
  readonly posted: { type: string }[] = [];
  start(): void {}
  postMessage(message: { type: string }): void {
    this.posted.push(message);
  }
  say(message: Told): void {
    this.dispatchEvent(new MessageEvent("message", { data: message }));
  }
}

class FakeWorker extends EventTarget {
  readonly port = new FakePort();
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    workers.push(this);
  }
}

function setGlobal(name: string, value: unknown): void {
  before.set(name, (globalThis as Record<string, unknown>)[name]);
  (globalThis as Record<string, unknown>)[name] = value;
}

beforeEach(() => {
  workers = [];
  setGlobal("SharedWorker", FakeWorker);
  setGlobal("addEventListener", () => {});
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  for (const [name, value] of before) (globalThis as Record<string, unknown>)[name] = value;
});

function open(): Told[] {
  const told: Told[] = [];
  const page = { cursor: "c", opened: 0, origins: ORIGINS, parts: [] };
  link.openLink({
    script: "/assets/stream.js",
    me: "u",
    key: "k".repeat(22),
    page,
    onMessage: (one: Told) => told.push(one),
  } as object);
  return told;
}

test("a worker whose script does not come: the page says so, tries again, and says when it is back", () => {
  const told = open();
  for (let tries = 1; tries <= 3; tries++) {
    expect(workers.length).toBe(tries);
    workers.at(-1)!.dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(1000);
  }
  expect(told.slice(0, 2)).toEqual([{ type: "lost" }, { type: "state", state: "away" }]);
  const { port, url } = workers.at(-1)!;
  expect(url).toBe(link.scriptFor("/assets/stream.js", ORIGINS));
  expect(port.posted.map((one) => one.type)).toEqual(["join"]);
  told.length = 0;
  port.say({ type: "open" });
  port.say({ type: "open" });
  expect(told).toEqual([{ type: "state", state: "live" }, { type: "open" }, { type: "open" }]);
});

test("a worker that was replaced meanwhile is not missed", () => {
  const told = open();
  workers[0]!.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(1000);
  workers[0]!.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(5000);
  expect(workers.length).toBe(2);
  expect(told.length).toBe(2);
});
