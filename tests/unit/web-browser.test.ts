/** Parts of the page's script that need no page: what arrives by a URL, and the parser of the stream. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";

interface State {
  readonly drafts: Record<string, string>;
  readonly unsent: readonly {
    id: string;
    conversation: string | null;
    to: string | null;
    body: string;
    failed: string | null;
  }[];
  readonly to: string;
  readonly place: { id: string; top: number } | null;
  readonly kept: { id: string; count: number } | null;
  readonly focus: readonly [number, number] | null;
  readonly moved: boolean;
}

interface KeptState {
  takeState(me: string, key: string): State;
  storeState(me: string, state: State): void;
  addressAt(address: string, state: State, key: string): string;
}

interface StreamEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

// Browser files are plain script without types: loaded by a path that the compiler does not follow.
const folder = `${import.meta.dir}/../../src/web/browser`;
const kept = (await import(`${folder}/kept-state.js`)) as KeptState;

const KEY = "k".repeat(22);
const ID = "0199b4a6-0000-4000-8000-000000000001";
const STATE: State = {
  drafts: { a_b: "a draft\nwith “quotes” 👋" },
  unsent: [{ id: ID, conversation: "a_b", to: null, body: "unsent", failed: null }],
  to: "ben",
  place: { id: "x-1", top: -12 },
  kept: { id: "x-2", count: 3 },
  focus: [3, 3],
  moved: true,
};
const EMPTY: State = { drafts: {}, unsent: [], to: "", place: null, kept: null, focus: null, moved: false };

class FakeStorage {
  readonly items = new Map<string, string>();
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
}

const before = new Map<string, unknown>();
const browser = globalThis as unknown as Record<string, unknown>;
let replaced: string[];

function arriveAt(hash: string, storage = new FakeStorage()): void {
  replaced = [];
  browser.location = { hash, pathname: "/c/a_b", search: "?limit=9" };
  browser.history = { replaceState: (_state: unknown, _title: string, url: string) => replaced.push(url) };
  browser.sessionStorage = storage;
}

beforeEach(() => {
  for (const name of ["location", "history", "sessionStorage"]) before.set(name, browser[name]);
  arriveAt("");
});
afterEach(() => {
  for (const [name, value] of before) browser[name] = value;
});

const fragmentOf = (value: unknown): string => `#lastword=${Buffer.from(JSON.stringify(value)).toString("base64url")}`;

describe("what a moving page carries", () => {
  test("arrives whole, once, and leaves the address bar", () => {
    const url = kept.addressAt("http://localhost:8082/c/a_b?limit=9", STATE, KEY);
    expect(url).toStartWith("http://localhost:8082/c/a_b?limit=9#lastword=");
    arriveAt(new URL(url).hash);
    expect(kept.takeState("u1", KEY)).toEqual(STATE);
    expect(replaced).toEqual(["/c/a_b?limit=9"]);
  });

  test.each([
    ["another login's key", fragmentOf({ ...STATE, key: "x".repeat(22) })],
    ["no key", fragmentOf(STATE)],
    ["a key of another type", fragmentOf({ ...STATE, key: [KEY] })],
    ["no base64", "#lastword=%%%"],
    ["no JSON", `#lastword=${btoa("{")}`],
    ["null", fragmentOf(null)],
    ["cut off", fragmentOf({ ...STATE, key: KEY }).slice(0, -7)],
  ])("%s: nothing is taken, the fragment is removed", (_what, hash) => {
    arriveAt(hash);
    expect(kept.takeState("u1", KEY)).toEqual(EMPTY);
    expect(replaced.length).toBe(1);
  });

  test("whatever it holds, the result has the right shape", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), fc.array(fc.object()), (some, items) => {
        arriveAt(fragmentOf({ ...some, drafts: some, unsent: items, key: KEY }));
        const state = kept.takeState("u1", KEY);
        expect(Object.keys(state).toSorted()).toEqual(Object.keys(EMPTY).toSorted());
        for (const item of state.unsent) expect(item.id).toMatch(/^[0-9a-f-]{36}$/);
        for (const text of Object.values(state.drafts)) expect(typeof text).toBe("string");
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  test.each([
    ["both a name and a conversation", { id: ID, conversation: "a_b", to: "ben", body: "x" }],
    ["neither", { id: ID, conversation: null, to: null, body: "x" }],
    ["a path in the conversation", { id: ID, conversation: "../account/delete?", to: null, body: "x" }],
    ["no UUID", { id: "1", conversation: "a_b", to: null, body: "x" }],
    ["no text", { id: ID, conversation: "a_b", to: null, body: "" }],
  ])("an unsent message with %s is dropped", (_what, item) => {
    arriveAt(fragmentOf({ ...STATE, unsent: [item], key: KEY }));
    expect(kept.takeState("u1", KEY).unsent).toEqual([]);
  });

  test("within an origin it stays in the tab, for the same person only", () => {
    const storage = new FakeStorage();
    arriveAt("", storage);
    kept.storeState("u1", STATE);
    expect(kept.takeState("u1", KEY)).toEqual({ ...STATE, place: null, kept: null, focus: null, moved: false });
    expect(kept.takeState("u2", KEY)).toEqual(EMPTY);
  });
});

describe("the stream's parser", () => {
  test("gives the same events however the text is cut", async () => {
    // Loaded here: outside a worker the file leaves its maker in a global, as pages without workers need.
    const stream = (await import(`${folder}/stream.js`)) as {
      readonly eventParser: (onEvent: (event: StreamEvent) => void) => (text: string) => void;
    };
    const text =
      "retry: 500\nevent: cluster\ndata: {}\n\nid: 1.0:7\nevent: message\ndata: <li>\ndata: two</li>\n\nevent: ping\ndata: ok\n\n: note\n\n";
    const expected: StreamEvent[] = [
      { name: "cluster", data: "{}", id: "" },
      { name: "message", data: "<li>\ntwo</li>", id: "1.0:7" },
      { name: "ping", data: "ok", id: "1.0:7" },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (cuts) => {
        const seen: StreamEvent[] = [];
        const parse = stream.eventParser((event) => seen.push(event));
        let at = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
          parse(text.slice(at, cut));
          at = cut;
        }
        expect(seen).toEqual(expected);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe("times in words", () => {
  const NOW = new Date(2026, 2, 3, 12, 0);
  const cases = (date: Date): string[] =>
    ["short", "past", "from"].map((time) => {
      const element = { dateTime: date.toISOString(), dataset: { time }, textContent: "", title: "" };
      localTimes({ querySelectorAll: () => [element] });
      expect(element.title).not.toBe("");
      return element.textContent;
    });
  let localTimes: (root: object) => void;
  const realNow = Date;

  beforeEach(async () => {
    ({ localTimes } = (await import(`${folder}/times.js`)) as { localTimes: (root: object) => void });
    globalThis.Date = class extends realNow {
      constructor(...words: [] | [string]) {
        super(...((words.length === 0 ? [NOW.getTime()] : words) as [number]));
      }
      static override now(): number {
        return NOW.getTime();
      }
    } as DateConstructor;
  });
  afterEach(() => {
    globalThis.Date = realNow;
  });

  test.each([
    ["a moment ago", new realNow(2026, 2, 3, 11, 59, 30), /^11:59/, /^just now$/, /11:59/],
    ["minutes", new realNow(2026, 2, 3, 11, 55), /^11:55/, /^5 min ago$/, /11:55/],
    ["hours", new realNow(2026, 2, 3, 9, 12), /0?9:12/, /0?9:12/, /0?9:12/],
    ["yesterday", new realNow(2026, 2, 2, 23, 59), /^yesterday$/, /^yesterday$/, /^yesterday$/],
    ["this year", new realNow(2026, 0, 9, 8, 0), /Jan|9/, /Jan|9/, /Jan|9/],
    ["last year says which", new realNow(2025, 11, 31, 8, 0), /2025/, /2025/, /2025/],
    ["a clock that is ahead", new realNow(2026, 2, 3, 12, 0, 20), /^12:00/, /^just now$/, /12:00/],
  ])("%s", (_, date, ...expected) => {
    for (const [i, text] of cases(date).entries()) expect(text).toMatch(expected[i] as RegExp);
  });
});
