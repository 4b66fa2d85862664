/** GET /events: framing, resuming, ends, bounds. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { encodeItem } from "../../../src/web/messages/events.ts";
import type { FeedEvent, MessageView } from "../../../src/chat/chat-service.ts";
import type { Person } from "../../support/solo-chat.ts";
import { classOf, placeOf } from "../../../src/host/error-place.ts";
import { FakeFeed, MESSAGE as FULL_MESSAGE } from "../../support/fake-chat.ts";
import { until } from "../../../harness/until.ts";
import { Site } from "./site.ts";

const EVENT_BYTES_MAX = 1536;

let site: Site;
let ada: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  ada = await site.person("ada");
  ben = await site.person("ben");
});
afterEach(() => site.close());

interface Event {
  readonly name: string;
  readonly data: string;
  readonly id: string;
}

/** Reads a stream as a browser does. */
class Reader {
  readonly events: Event[] = [];
  over = false;
  private readonly answer: Response;

  constructor(answer: Response) {
    this.answer = answer;
    void this.run();
  }

  private async run(): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      // A block without data is not an event, only an id.
      for (const block of blocks) if (block.includes("data: ")) this.events.push(parse(block));
    }
    this.over = true;
  }

  named(name: string): Event[] {
    return this.events.filter((event) => event.name === name);
  }
}

function parse(block: string): Event {
  const values = (field: string): string[] =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${field}: `))
      .map((line) => line.slice(field.length + 2));
  return { name: values("event")[0] ?? "message", data: values("data").join("\n"), id: values("id")[0] ?? "" };
}

async function open(person: Person, path = "/events", headers: Record<string, string> = {}): Promise<Reader> {
  const answer = await site.ask(path, { as: person, headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
  const reader = new Reader(answer);
  await until(() => reader.named("ping").length > 0);
  return reader;
}

const MESSAGE: MessageView = {
  ...FULL_MESSAGE,
  body: "hello",
  recovered: false,
  reactions: [],
  mentions: [],
  removedBy: null,
  replies: null,
};

describe("a view that throws", () => {
  /** Throws an error of a view whose message contains what a user wrote. */
  const broken = (): never => {
    throw new TypeError("private words\n    at private words");
  };

  test("in an event is reported, the page is told to read anew, and the stream goes on", async () => {
    const feed = new FakeFeed();
    Object.assign(site.solo.chat, { subscribe: () => ({ ok: true, value: feed, cursor: "c0" }) });
    const reader = await open(ada);
    feed.push({
      event: {
        kind: "message",
        message: {
          ...MESSAGE,
          get body() {
            return broken();
          },
        },
      },
      cursor: "c1",
      moves: true,
    });
    feed.push({ event: { kind: "message", message: MESSAGE }, cursor: "c2", moves: true });
    await until(() => reader.named("message").length > 0);
    expect(reader.named("reset").map(({ id }) => id)).toEqual(["c1"]);
    expect(reader.named("message").map(({ id }) => id)).toEqual(["c2"]);
    expect(site.caught.map(classOf)).toEqual(["TypeError"]);
    expect(placeOf(site.caught[0])).toContain("events.test.ts");
    expect(placeOf(site.caught[0])).not.toContain("private words");
    feed.push(null);
  });

  test("in the line of the cluster is reported, and the stream goes on", async () => {
    const reader = await open(ada);
    const { status } = site;
    Object.defineProperty(site, "status", { get: broken, configurable: true });
    await until(() => site.caught.length > 0);
    Object.defineProperty(site, "status", { value: status, writable: true });
    const pings = reader.named("ping").length;
    await until(() => reader.named("ping").length > pings);
    expect(site.caught.map(classOf)).toContain("TypeError");
    expect(reader.over).toBe(false);
  });

  test("in a row of the list is reported, and the next row comes", async () => {
    const { conversationId } = await site.send(ben, "ada", "first");
    const reader = await open(ada, `/events?show=${conversationId}`);
    const whole = { ...site.solo.chat };
    Object.assign(site.solo.chat, { conversation: broken });
    await site.send(ben, "ada", "second");
    await until(() => site.caught.length > 0);
    Object.assign(site.solo.chat, whole);
    await site.send(ben, "ada", "third");
    await until(() => reader.named("row").length > 0);
    expect(site.caught.map(classOf)).toEqual(["TypeError"]);
  });
});

describe("one event", () => {
  test("is rendered once and shared by all its readers", () => {
    const event: FeedEvent = { kind: "message", message: MESSAGE };
    const bytes = encodeItem({ event, cursor: "c1", moves: true });
    expect(encodeItem({ event, cursor: "c1", moves: true })).toBe(bytes);
    expect(new TextDecoder().decode(encodeItem({ event, cursor: "c2", moves: true }))).toStartWith("id: c2\n");
  });

  test("that moves no cursor is the same bytes for readers at different places", () => {
    const names = { name: "pat", displayName: "Pat" };
    const person = { id: "p", ...names, deleted: false, online: true, lastSeenMicros: 0, role: "member" as const };
    const event: FeedEvent = { kind: "presence", person };
    const bytes = encodeItem({ event, cursor: "c1", moves: false });
    expect(encodeItem({ event, cursor: "c2", moves: false })).toBe(bytes);
    expect(new TextDecoder().decode(bytes)).toStartWith("event: presence\n");
  });

  test("is a row that is unread for its readers, not for its author", () => {
    const text = (message: MessageView): string =>
      new TextDecoder().decode(encodeItem({ event: { kind: "message", message }, cursor: "c", moves: true }));
    expect(text(MESSAGE)).toContain('data-unread="yes"');
    expect(text({ ...MESSAGE, unread: false })).not.toContain("data-unread");
  });

  test("weighs at most 1.5 KB for a message as people write them", () => {
    const message = {
      ...MESSAGE,
      body: "x".repeat(200),
      pinnedBy: null,
      files: [],
      id: `${"u".repeat(12)}-${crypto.randomUUID()}`,
      authorName: "n".repeat(32),
    };
    expect(
      encodeItem({ event: { kind: "message", message }, cursor: "c".repeat(64), moves: true }).length,
    ).toBeLessThanOrEqual(EVENT_BYTES_MAX);
  });

  test("no text can end it or begin another", () => {
    const body = "one\nid: forged\nevent: ended\n\ndata: two";
    const text = new TextDecoder().decode(
      encodeItem({ event: { kind: "message", message: { ...MESSAGE, body } }, cursor: "c", moves: true }),
    );
    expect(text.split("\n\n").length).toBe(2);
    expect(parse(text.trimEnd())).toMatchObject({ name: "message", id: "c" });
    expect(parse(text.trimEnd()).data).toContain('id: forged\nevent: ended</p><p dir="auto">data: two</p></div>');
  });
});

describe("a stream", () => {
  test("begins with the cluster and a ping, then what happens", async () => {
    const reader = await open(ada);
    expect(JSON.parse(reader.named("cluster")[0]!.data)).toMatchObject({
      text: "3 of 3 servers",
      inStep: 3,
    });
    const { id } = await site.send(ben, "ada", "live <b>words</b>");
    await until(() => reader.named("message").length === 1);
    const [event] = reader.named("message");
    expect(event!.data).toContain(`data-id="${id}"`);
    expect(event!.data).toContain("live &lt;b&gt;words&lt;/b&gt;");
    expect(event!.id).toMatch(/^[\x21-\x7e]{1,64}$/);
  });

  test("goes on after Last-Event-ID, which is newer than the address", async () => {
    const reader = await open(ada);
    const start = (await site.ask("/", { as: ada, json: true })).headers.get("lastword-cursor")!;
    await site.send(ben, "ada", "one");
    await site.send(ben, "ada", "two");
    await until(() => reader.named("message").length === 2);
    const [first] = reader.named("message");
    const fromStart = await open(ada, `/events?after=${encodeURIComponent(start)}`);
    await until(() => fromStart.named("message").length === 2);
    const resumed = await open(ada, `/events?after=${encodeURIComponent(start)}`, { "last-event-id": first!.id });
    await until(() => resumed.named("message").length === 1);
    expect(resumed.named("message")[0]!.data).toContain("two");
  });

  test("that has everything is told by its pings from where it resumes, however little happens to its user", async () => {
    const reader = await open(ada);
    const cursor = async (): Promise<string> =>
      (await site.ask("/", { as: ben, json: true })).headers.get("lastword-cursor")!;
    await site.send(ben, "ada", "one");
    await site.send(ben, "ben", "not for ada");
    const now = await cursor();
    await until(() => reader.named("ping").at(-1)!.id === now);
    expect(reader.named("message").length).toBe(1);
    await site.send(ben, "ada", "two");
    const resumed = await open(ada, "/events", { "last-event-id": now });
    await until(() => resumed.named("message").length === 1);
    expect(resumed.named("message")[0]!.data).toContain("two");
  });

  test("of a conversation that its page does not show there is an activity, and nothing of what happens in it", async () => {
    const eve = await site.person("eve");
    const { id, conversationId } = await site.send(ben, "ada", "shown");
    const start = (await site.ask("/", { as: ada, json: true })).headers.get("lastword-cursor")!;
    const reader = await open(ada, `/events?show=${conversationId}`);
    const other = await site.send(eve, "ada", "not shown");
    await site.ask("/delete", { as: eve, json: true, form: { ids: other.id, id: crypto.randomUUID() } });
    const answer = await site.send(ben, "ada", "shown as well");
    await until(() => reader.named("message").length === 1);
    expect(reader.named("message")[0]!.data).toContain(`data-id="${answer.id}"`);
    expect(reader.named("activity").map(({ data }) => JSON.parse(data))).toMatchObject([
      { conversationId: other.conversationId, authorId: eve.user.id, authorName: "eve" },
    ]);
    expect(JSON.stringify(reader.named("activity"))).not.toContain("not shown");
    expect(reader.named("gone")).toEqual([]);
    await site.ask("/read", { as: ada, json: true, form: { ids: id, id: crypto.randomUUID() } });
    await until(() => reader.named("read").length === 1);
    // A program omits `show` and gets everything.
    const program = await open(ada, `/events?after=${encodeURIComponent(start)}`);
    await until(() => program.named("read").length === 1);
    expect(["message", "gone", "row"].map((name) => program.named(name).length)).toEqual([1, 1, 0]);
  });

  describe("rows of the list", () => {
    interface Row {
      readonly conversationId: string;
      readonly html: string;
      readonly unread: string;
    }
    const rows = (reader: Reader): Row[] => reader.named("row").map(({ data }) => JSON.parse(data) as Row);
    const last = (reader: Reader): Row | undefined => rows(reader).at(-1);

    test("come to all pages of those whose list they are in, as each of them sees it", async () => {
      const [adas, second, bens] = [
        await open(ada, "/events?show="),
        await open(ada, "/events?show="),
        await open(ben, "/events?show="),
      ];
      const { id, conversationId } = await site.send(ben, "ada", "one & two");
      await until(() => [adas, second, bens].every((reader) => rows(reader).length === 1));
      expect(last(adas)).toEqual(last(second)!);
      expect(last(adas)).toMatchObject({ conversationId, unread: "1" });
      expect(last(adas)!.html).toContain("one &amp; two");
      expect(last(adas)!.html).toContain('<span class="count">1');
      expect(last(bens)).toMatchObject({ unread: "0" });
      expect(last(bens)!.html).toContain("You: one &amp; two");
      await site.ask("/read", { as: ada, json: true, form: { ids: id, id: crypto.randomUUID() } });
      await until(() => last(adas)!.unread === "0");
      expect(last(adas)!.html).not.toContain("count");
      // Ada's reading does not change ben's list.
      expect(rows(bens).length).toBe(1);
      await site.ask("/delete", { as: ben, json: true, form: { ids: id, id: crypto.randomUUID() } });
      await until(() => rows(bens).length === 2 && rows(adas).length === 3);
      expect(last(adas)!.html).not.toContain("one");
    });

    test("say how much is unread in all, whatever else changed meanwhile", async () => {
      const eve = await site.person("eve");
      for (let n = 0; n < 3; n++) await site.send(eve, "ada", `before ${n}`);
      const reader = await open(ada, "/events?show=");
      await site.send(ben, "ada", "one");
      await until(() => last(reader)?.unread === "4");
      await site.send(eve, "ada", "another");
      await until(() => last(reader)?.unread === "5");
      const { conversationId, id: upTo } = await site.send(eve, "ada", "the last one");
      await site.ask(`/c/${conversationId}/read`, { as: ada, json: true, form: { upTo, id: crypto.randomUUID() } });
      await until(() => last(reader)?.unread === "1");
    });

    test("of many messages at one time are few", async () => {
      const reader = await open(ada, "/events?show=");
      for (let n = 0; n < 99; n++) await site.send(ben, "ada", `line ${n}`);
      await until(() => last(reader)?.unread === "99");
      expect(last(reader)!.html).toContain("line 98");
      expect(rows(reader).length).toBeLessThan(50);
    });
  });

  test("ends when the login does, and says so", async () => {
    const reader = await open(ada);
    await site.ask("/logout", { as: ada, form: {} });
    await until(() => reader.over);
    expect(reader.named("ended").length).toBe(1);
  });

  test("ends when the replica stops", async () => {
    const readers = [await open(ada), await open(ben)];
    site.web.endStreams();
    await until(() => readers.every((reader) => reader.over));
  });

  test("says when writing is not possible, and what changed in the cluster", async () => {
    const reader = await open(ada);
    site.health = { ok: false, reason: "no leader" };
    site.status = { ...site.status, view: { ...site.status.view, members: [0, 1] } };
    await until(() => reader.named("ping").some((event) => event.data === "not writable"));
    expect(reader.named("cluster").at(-1)!.data).toContain("2 of 3 servers");
  });

  test("a reader that does not read costs a bounded amount and is cut in the end", async () => {
    const answer = await site.ask("/events", { as: ada });
    const body = "y".repeat(8000);
    for (let index = 0; index < 400; index++) await site.send(ben, "ada", body);
    let bytes = 0;
    let ended = false;
    const reader = answer.body!.getReader();
    while (!ended) {
      const { done, value } = await reader.read();
      ended = done;
      bytes += value?.length ?? 0;
    }
    // 3.2 MB of events were sent; the feed keeps 1 MiB and the socket 64 KiB.
    expect(bytes).toBeLessThan(1.5 * 1024 * 1024);
  });
});
