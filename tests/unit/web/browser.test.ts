/** Parts of the page's scripts that need no page: what arrives in a URL, and the parser of the stream. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";

interface About {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

interface Draft {
  readonly text: string;
  readonly to: string;
  readonly about: About | null;
  readonly at: number;
  readonly isSaved: boolean;
}

interface Here {
  readonly to: string;
  readonly place: { id: string; top: number } | null;
  readonly kept: { id: string; count: number } | null;
  readonly focus: readonly [number, number] | null;
}

interface State extends Here {
  readonly drafts: Record<string, Draft>;
  readonly unsent: readonly {
    id: string;
    conversation: string | null;
    to: string | null;
    body: string;
    about: About | null;
    readUpTo: string;
    failed: string | null;
    also: boolean;
    files: { name: string; ticket: string }[];
    at: number;
  }[];
  readonly thread: Here | null;
  readonly moved: boolean;
}

interface Kept {
  take(key: string): State;
  store(state: State): void;
  release(): void;
  forget(): void;
}

interface KeptState {
  openKept(owner: { cluster: string; me: string; name: string }): Kept;
  othersKept(cluster: string, me: string): { user: string; name: string }[];
  forgetPerson(cluster: string, user: string): void;
  rememberLeft(cluster: string, user: string): void;
  forgetLeft(cluster: string): void;
  setLeaving(cluster: string, user: string, on: boolean): void;
  isLeavingHere(cluster: string, user: string): boolean;
  slotOfName(name: string): string;
  addressAt(address: string, state: State, key: string): string;
}

interface StreamEvent {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

// Browser files have the types of the DOM: loaded by a path that this compiler does not follow.
const folder = `${import.meta.dir}/../../../src/web/browser`;
const kept = (await import(`${folder}/kept-state.ts`)) as KeptState;

const KEY = "k".repeat(22);
const ID = "0199b4a6-0000-4000-8000-000000000001";
const AT = Date.now() - 60_000;
const STATE: State = {
  drafts: {
    a_b: { text: "a draft\nwith “quotes” 👋", to: "", about: null, at: AT, isSaved: false },
    "edit:a_b": {
      text: "other words",
      to: "",
      about: { kind: "edit", id: "a-1", name: "", text: "words" },
      at: AT,
      isSaved: false,
    },
    "new:ben": { text: "only for ben", to: "Ben", about: null, at: AT, isSaved: true },
  },
  unsent: [
    {
      id: ID,
      conversation: "a_b",
      to: null,
      body: "unsent",
      about: null,
      readUpTo: "b-1",
      failed: null,
      also: true,
      files: [{ name: "plan.png", ticket: "a.b" }],
      at: AT,
    },
  ],
  to: "be",
  place: { id: "x-1", top: -12 },
  kept: { id: "x-2", count: 3 },
  focus: [3, 3],
  thread: { to: "", place: { id: "t-1", top: 4 }, kept: null, focus: [1, 2] },
  moved: true,
};
const FRESH: Here = { to: "", place: null, kept: null, focus: null };
const EMPTY: State = { ...FRESH, drafts: {}, unsent: [], thread: null, moved: false };
/** The part of the state that outlives a page in the browser. */
const STORED: State = { ...EMPTY, drafts: STATE.drafts, unsent: STATE.unsent };

const open = (me = "u1", cluster = "c1"): Kept => kept.openKept({ cluster, me, name: `name of ${me}` });

class FakeStorage {
  readonly items = new Map<string, string>();
  get length(): number {
    return this.items.size;
  }
  key(at: number): string | null {
    return [...this.items.keys()][at] ?? null;
  }
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

/** The cookies of a host; an age of 0 removes one. */
class FakeDocument {
  readonly #cookies = new Map<string, string>();
  get cookie(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; ");
  }
  set cookie(text: string) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (text.includes("max-age=0;")) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

const before = new Map<string, unknown>();
const browser = globalThis as unknown as Record<string, unknown>;
let replaced: string[];

function arriveAt(hash: string, storage = new FakeStorage()): void {
  replaced = [];
  browser.location = { hash, pathname: "/c/a_b", search: "?limit=9" };
  browser.history = { replaceState: (_state: unknown, _title: string, url: string) => replaced.push(url) };
  browser.localStorage = storage;
}

beforeEach(() => {
  for (const name of ["location", "history", "localStorage", "document"]) before.set(name, browser[name]);
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
    expect(open().take(KEY)).toEqual(STATE);
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
    expect(open().take(KEY)).toEqual(EMPTY);
    expect(replaced.length).toBe(1);
  });

  test("whatever it holds, the result has the right shape", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), fc.array(fc.object()), (some, items) => {
        arriveAt(fragmentOf({ ...some, drafts: some, unsent: items, key: KEY }));
        const state = open().take(KEY);
        expect(Object.keys(state).toSorted()).toEqual(Object.keys(EMPTY).toSorted());
        for (const item of state.unsent) expect(item.id).toMatch(/^[0-9a-f-]{36}$/);
        for (const draft of Object.values(state.drafts)) expect(typeof draft.text).toBe("string");
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
    expect(open().take(KEY).unsent).toEqual([]);
  });
});

describe("what stays in the browser", () => {
  let storage: FakeStorage;
  beforeEach(() => {
    storage = new FakeStorage();
    arriveAt("", storage);
    browser.document = new FakeDocument();
  });

  test("drafts and unsent messages, for the same person of the same cluster only", () => {
    open().store(STATE);
    expect(open().take(KEY)).toEqual(STORED);
    expect(open("u2").take(KEY)).toEqual(EMPTY);
    expect(open("u1", "c2").take(KEY)).toEqual(EMPTY);
    for (const name of storage.items.keys()) expect(name).toStartWith("lastword-c1-u1-");
  });

  test("a tab does not undo what another one has written meanwhile", () => {
    const [first, second] = [open(), open()];
    const one = first.take(KEY);
    const two = second.take(KEY);
    first.store({ ...one, drafts: { a_b: { text: "first", to: "", about: null, at: AT, isSaved: false } } });
    second.store({ ...two, drafts: { a_c: { text: "second", to: "", about: null, at: AT, isSaved: false } } });
    first.store({ ...one, drafts: {} });
    expect(Object.keys(open().take(KEY).drafts)).toEqual(["a_c"]);
  });

  test("of a draft that is stored and one that arrives, the newer one counts", () => {
    const draft = (text: string, at: number): State => ({
      ...EMPTY,
      drafts: { a_b: { text, to: "", about: null, at, isSaved: false } },
    });
    for (const [arriving, expected] of [
      [AT + 1, "arrived"],
      [AT - 1, "stored"],
    ] as const) {
      open().store(draft("stored", AT));
      arriveAt(new URL(kept.addressAt("http://x/", draft("arrived", arriving), KEY)).hash, storage);
      expect(open().take(KEY).drafts["a_b"]?.text).toBe(expected);
    }
  });

  test("bounded in number, size and age; the newest stay", () => {
    const day = 24 * 3600 * 1000;
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `new:${i}`,
        { text: "x", to: String(i), about: null, at: AT - i * 1000, isSaved: false },
      ]),
    );
    open().store({ ...EMPTY, drafts: many });
    expect(Object.keys(open().take(KEY).drafts)).toEqual(Array.from({ length: 50 }, (_, i) => `new:${i}`));
    const large = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `new:${i}`,
        { text: "x".repeat(90_000), to: "", about: null, at: AT - i * 1000, isSaved: false },
      ]),
    );
    open("u2").store({ ...EMPTY, drafts: large });
    expect(Object.keys(open("u2").take(KEY).drafts).length).toBe(11);
    const old = {
      young: { text: "x", to: "", about: null, at: AT - 29 * day, isSaved: false },
      old: { text: "x", to: "", about: null, at: AT - 31 * day, isSaved: false },
    };
    open("u3").store({ ...EMPTY, drafts: old });
    expect(Object.keys(open("u3").take(KEY).drafts)).toEqual(["young"]);
    expect([...storage.items.keys()].filter((name) => name.endsWith("-old"))).toEqual([]);
  });

  test("who else has something here is known by name; forgetting one person leaves the others", () => {
    open("u1").store(STATE);
    open("u2").store(STATE);
    open("u3").store(EMPTY);
    expect(kept.othersKept("c1", "u1")).toEqual([{ user: "u2", name: "name of u2" }]);
    kept.forgetPerson("c1", "u2");
    expect(kept.othersKept("c1", "")).toEqual([{ user: "u1", name: "name of u1" }]);
    expect([...storage.items.keys()].some((name) => name.includes("u2"))).toBe(false);
  });

  test("a page that has moved takes its own along, and leaves what another tab wrote", () => {
    const moving = open();
    moving.store(moving.take(KEY));
    moving.store({ ...EMPTY, drafts: { a_b: { text: "moves", to: "", about: null, at: AT, isSaved: false } } });
    open().store({ ...EMPTY, drafts: { a_c: { text: "stays", to: "", about: null, at: AT, isSaved: false } } });
    moving.release();
    expect(Object.keys(open().take(KEY).drafts)).toEqual(["a_c"]);
  });

  test("a log-out is remembered for the storages of the other ports", () => {
    open().store(STATE);
    open("u2").store(STATE);
    const elsewhere = new FakeStorage();
    arriveAt("", elsewhere);
    kept.rememberLeft("c1", "u1");
    arriveAt("", storage);
    kept.forgetLeft("c2");
    expect(open().take(KEY)).toEqual(STORED);
    kept.forgetLeft("c1");
    expect(open().take(KEY)).toEqual(EMPTY);
    expect(open("u2").take(KEY)).toEqual(STORED);
    // A draft that the user writes after the next log-in stays.
    const later = { a_b: { text: "later", to: "", about: null, at: Date.now() + 5, isSaved: false } };
    open().store({ ...EMPTY, drafts: later });
    kept.forgetLeft("c1");
    expect(Object.keys(open().take(KEY).drafts)).toEqual(["a_b"]);
  });

  test("a log-out under way, refused or done is known at the other ports too", () => {
    expect(kept.isLeavingHere("c1", "u1")).toBe(false);
    kept.setLeaving("c1", "u1", true);
    arriveAt("");
    expect(kept.isLeavingHere("c1", "u1")).toBe(true);
    expect(kept.isLeavingHere("c1", "u2")).toBe(false);
    expect(kept.isLeavingHere("c2", "u1")).toBe(false);
    kept.setLeaving("c1", "u1", false);
    expect(kept.isLeavingHere("c1", "u1")).toBe(false);
    kept.setLeaving("c1", "u1", true);
    kept.rememberLeft("c1", "u1");
    expect(kept.isLeavingHere("c1", "u1")).toBe(true);
    open("u1").store(STATE);
    open("u2").store(STATE);
    open("u1").forget();
    expect(open("u1").take(KEY)).toEqual(EMPTY);
    expect(open("u2").take(KEY)).toEqual(STORED);
  });

  test.each([
    ["Ben", " ben ", true],
    ["ＢＥＮ", "ben", true],
    ["ben", "cleo", false],
  ])("the first words to %p and to %p are in one place: %p", (one, other, same) => {
    expect(kept.slotOfName(one) === kept.slotOfName(other)).toBe(same);
  });
});

describe("the stream's parser", () => {
  test("gives the same events however the text is cut", async () => {
    const { eventParser } = (await import(`${folder}/event-parser.ts`)) as {
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
        const parse = eventParser((event) => seen.push(event));
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
    ({ localTimes } = (await import(`${folder}/times.ts`)) as { localTimes: (root: object) => void });
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
