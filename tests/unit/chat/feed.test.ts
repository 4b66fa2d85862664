/** Streams: nothing is missed or doubled, and they are bounded and end with their session. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { directId } from "../../../src/chat/ids.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { Feed, MessageView } from "../../../src/chat/chat-service.ts";
import { ClientModel, drain, take, takeAll } from "../../support/feed-reader.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

let solo: SoloChat;
let anna: Person;
let ben: Person;
beforeEach(async () => {
  solo = createSoloChat();
  anna = await solo.person("anna");
  ben = await solo.person("ben");
});
afterEach(() => solo.close());

async function send(from: Person, to: string, body: string): Promise<MessageView> {
  return must(await solo.chat.send(from.session, { to, body, clientId: id() }));
}

function open(person: Person, cursor?: string): Feed {
  return must(solo.chat.subscribe(person.session, cursor === undefined ? {} : { cursor }));
}

describe("what a stream tells", () => {
  test("a message to both sides, one object for all readers, another for its author", async () => {
    const feeds = [open(anna), open(ben), open(ben)];
    await send(anna, "ben", "hi");
    const [toAnna, first, second] = await Promise.all(feeds.map(async (feed) => (await drain(feed)).at(-1)!.event));
    expect(first).toBe(second!);
    expect(first).toMatchObject({ kind: "message", message: { body: "hi", unread: true } });
    expect(toAnna).toMatchObject({ kind: "message", message: { body: "hi", unread: false } });
  });

  test("nothing of other people's conversations", async () => {
    const eve = await solo.person("eve");
    const feed = open(eve);
    const message = await send(anna, "ben", "secret");
    must(await solo.chat.markRead(ben.session, { ids: [message.id] }));
    must(await solo.chat.deleteMessages(anna.session, { ids: [message.id], clientId: id() }));
    solo.chat.typing(ben.session, message.conversationId);
    solo.chat.typing(eve.session, message.conversationId);
    expect(await drain(feed)).toEqual([]);
  });

  test("typing, presence, new people, without moving the cursor", async () => {
    const { conversationId } = await send(anna, "ben", "hi");
    const feed = open(anna);
    const bens = open(ben);
    solo.chat.typing(ben.session, conversationId);
    bens.close();
    await solo.person("eve");
    const items = await drain(feed);
    expect(items.map(({ event }) => event)).toMatchObject([
      { kind: "presence", person: { name: "ben", online: true } },
      { kind: "typing", conversationId, userId: ben.session.userId },
      { kind: "presence", person: { name: "ben", online: false } },
      { kind: "person", person: { name: "eve" } },
    ]);
    expect(new Set(items.slice(0, 3).map(({ cursor }) => cursor)).size).toBe(1);
  });

  test("a page hears who came or went between its rendering and its stream; a stranger of many does not", async () => {
    const cursor = solo.chat.cursor();
    open(ben);
    const events = async (): Promise<string[]> => {
      const feed = must(solo.chat.subscribe(anna.session, { cursor, recentPresence: true }));
      const heard = (await drain(feed)).map(({ event }) => event);
      feed.close();
      return heard.flatMap((event) =>
        event.kind === "presence" ? [`${event.person.name} ${event.person.online ? "came" : "went"}`] : [],
      );
    };
    expect(await events()).toEqual(["ben came"]);
    expect(await drain(open(anna, cursor))).toEqual([]);
    for (let i = 0; i < 30; i++) await solo.person(`person${i}`);
    expect(await events()).toEqual([]);
    await send(ben, "anna", "hi");
    expect(await events()).toEqual(["ben came"]);
  });

  test("of more than 30 people, only those who share a conversation with somebody hear that she comes, goes or is gone", async () => {
    await send(anna, "ben", "hi");
    await send(ben, "ben", "a note");
    const ids = Array.from({ length: 29 }, (_, n) => `more${n}`);
    const strangers = [];
    for (const name of ids) strangers.push(await solo.person(name));
    const feeds = [anna, strangers[0]!, strangers[1]!].map((person) => open(person));
    const tabs = [open(ben), open(ben)];
    for (const tab of tabs) tab.close();
    await solo.person("newcomer");
    const goodbye = { password: SOLO_PASSWORD, deleteMessages: false, clientId: id() };
    must(await solo.chat.deleteAccount(ben.session, goodbye));
    const [toAnna, ...others] = await Promise.all(feeds.map(drain));
    expect(toAnna!.map(({ event }) => event)).toMatchObject([
      { kind: "presence", person: { name: "ben", online: true } },
      { kind: "presence", person: { name: "ben", online: false } },
      { kind: "person", person: { id: ben.user.id, deleted: true } },
    ]);
    expect(others).toEqual([[], []]);
  });

  test("a stream is at rest when its reader has all that was applied and waits", async () => {
    const feed = open(anna);
    expect(feed.atRest()).toBe(false);
    const first = feed.next();
    expect(feed.atRest()).toBe(true);
    await send(ben, "anna", "one");
    expect(feed.atRest()).toBe(false);
    await first;
    const second = feed.next();
    expect(feed.atRest()).toBe(true);
    feed.close();
    await second;
    // This replica has not reached the cursor yet, so it cannot know the events after it.
    const early = open(anna, `9.0.00000000000000aa.0:${solo.state.appliedSeq() + 9}`);
    void early.next();
    expect(early.atRest()).toBe(false);
    early.close();
  });

  test("what was read is not kept, though something always waits", async () => {
    const feed = open(anna);
    const read: WeakRef<object>[] = [];
    await send(ben, "anna", "first");
    for (let n = 0; n < 500; n++) {
      await send(ben, "anna", `message ${n}`);
      read.push(new WeakRef((await feed.next())!.event));
    }
    Bun.gc(true);
    await new Promise((resolve) => setImmediate(resolve));
    Bun.gc(true);
    expect(feed.atRest()).toBe(false);
    expect(read.filter((event) => event.deref() !== undefined).length).toBeLessThan(100);
    feed.close();
  });

  test("an op of several events moves the cursor with its last", async () => {
    const { id: readUpTo, conversationId } = await send(anna, "ben", "hi");
    const feed = open(anna);
    must(await solo.chat.send(ben.session, { conversationId, body: "answer", readUpTo, clientId: id() }));
    const items = await drain(feed);
    expect(items.map(({ event }) => event.kind)).toEqual(["message", "read"]);
    expect(items[0]!.cursor).not.toBe(items[1]!.cursor);
    // A stream that broke after the first event gets both again.
    const again = await drain(open(anna, items[0]!.cursor));
    expect(again.map(({ event }) => event.kind)).toEqual(["message", "read"]);
    expect(again.map(({ cursor }) => cursor)).toEqual(items.map(({ cursor }) => cursor));
  });
});

describe("resuming", () => {
  test("after any cursor: the same end, nothing doubled, whatever happened in between", async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant("send" as const) },
      { weight: 2, arbitrary: fc.constant("answer" as const) },
      { weight: 2, arbitrary: fc.constant("read" as const) },
      { weight: 1, arbitrary: fc.constant("readAll" as const) },
      { weight: 2, arbitrary: fc.constant("delete" as const) },
      { weight: 4, arbitrary: fc.constant("reconnect" as const) },
      { weight: 3, arbitrary: fc.constant("leave" as const) },
    );
    const steps = fc.array(fc.tuple(step, fc.nat(1000)), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const name = `c${id().slice(0, 8)}`;
        const carl = await solo.person(name);
        const model = new ClientModel(carl.session.userId);
        let feed: Feed | null = open(carl);
        let cursor = cursorNow();
        const leave = async (): Promise<void> => {
          if (feed === null) return;
          const items = await drain(feed);
          model.take(items);
          cursor = items.at(-1)?.cursor ?? cursor;
          feed = null;
        };
        const sent: string[] = [];
        for (const [what, n] of script) {
          const target = sent[n % Math.max(1, sent.length)];
          if (what === "send") sent.push((await send(anna, name, `m${n}`)).id);
          else if (what === "answer") sent.push((await send(carl, "anna", `a${n}`)).id);
          else if (what === "leave") await leave();
          else if (what === "reconnect") {
            await leave();
            feed = open(carl, cursor);
          } else if (target === undefined) continue;
          else if (what === "read") await solo.chat.markRead(carl.session, { ids: [target] });
          else if (what === "delete") await solo.chat.deleteMessages(carl.session, { ids: [target], clientId: id() });
          else
            await solo.chat.markAllRead(carl.session, {
              conversationId: conversationOf(carl),
              upTo: target,
            });
        }
        await leave();
        model.take(await drain(open(carl, cursor)));
        const messages = await solo.chat.messages(carl.session, { conversationId: conversationOf(carl), limit: 200 });
        const rows = messages.ok ? messages.value.filter((m) => !m.deleted) : [];
        expect(model.doubled).toEqual([]);
        expect([...model.messages.values()].filter((m) => !m.deleted).sort((a, b) => a.seq - b.seq)).toEqual([...rows]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  function conversationOf(person: Person): string {
    return directId(anna.session.userId, person.session.userId);
  }

  function cursorNow(): string {
    return `1.0.00000000000000aa.0:${solo.state.appliedSeq()}`;
  }

  test("a cursor of a branch that lost: reset, then live", async () => {
    const feed = open(ben, "1.0.0000000000000001.0:2");
    await send(anna, "ben", "hi");
    const items = await drain(feed);
    expect(items.map(({ event }) => event)).toMatchObject([{ kind: "reset", reason: "LINEAGE" }, { kind: "message" }]);
  });

  test("a cursor that this replica has yet to reach: nothing until then, then what follows", async () => {
    const at = solo.state.appliedSeq();
    solo.readIndex = async () => false;
    const feed = open(ben, `1.0.00000000000000aa.0:${at + 2}`);
    for (const text of ["1", "2", "3", "4"]) await send(anna, "ben", text);
    const items = await drain(feed);
    expect(items.map(({ event }) => event.kind === "message" && event.message.body)).toEqual(["3", "4"]);
  });

  test.each(["1.0.00000000000000aa.0:900", "9.1.00000000000000cc.0:3"])(
    "a cursor that only a dead branch has (%s): silent while nobody leads, then a reset, then live",
    async (cursor) => {
      let leads = false;
      solo.readIndex = async () => leads;
      const feed = open(ben, cursor);
      await send(anna, "ben", "before");
      const first = feed.next();
      expect(await Promise.race([first, Promise.resolve("nothing yet")])).toBe("nothing yet");
      leads = true;
      expect((await first)!.event).toEqual({ kind: "reset", reason: "LINEAGE" });
      await send(anna, "ben", "after");
      expect((await drain(feed)).map(({ event }) => event.kind === "message" && event.message.body)).toEqual(["after"]);
    },
  );

  test("a round that began before the cursor was shown says nothing about it", async () => {
    const rounds: ((caughtUp: boolean) => void)[] = [];
    solo.readIndex = () => new Promise((resolve) => void rounds.push(resolve));
    const early = open(anna, "9.1.00000000000000cc.0:3");
    const late = open(ben, `1.0.00000000000000aa.0:${solo.state.appliedSeq() + 1}`);
    rounds.shift()!(true);
    expect((await take(early, 2)).map(({ event }) => event.kind)).toEqual(["presence", "reset"]);
    await send(anna, "ben", "hi");
    await send(anna, "ben", "there");
    expect((await drain(late)).map(({ event }) => event.kind === "message" && event.message.body)).toEqual(["there"]);
  });

  test("more than a thousand changes: reset, then live", async () => {
    const cursor = cursorNow();
    const body = {
      kind: "sendMessage",
      conversation: directId(anna.session.userId, ben.session.userId),
      body: "x",
      readUpTo: "",
    } as const;
    const op = { user: anna.session.userId, timeMicros: 1, origin: null, recovered: false, body };
    solo.apply(Array.from({ length: 1001 }, () => encodeOp({ ...op, clientId: id() })));
    const later = `1.0.00000000000000aa.0:${solo.state.appliedSeq() - 1000}`;
    expect((await drain(open(ben, cursor))).map(({ event }) => event)).toMatchObject([
      { kind: "reset", reason: "OVERFLOW" },
    ]);
    expect(await drain(open(ben, later))).toHaveLength(1000);
  });

  test.each([
    "",
    "x",
    "1.0.aa.0",
    "1.0.00000000000000aa.0:-1",
    "1.0.00000000000000aa.0:1e3",
    "9".repeat(200),
    "1.0.00.0:1\n",
  ])("no cursor: %p", (cursor) => {
    const answer = solo.chat.subscribe(ben.session, { cursor });
    expect(answer.ok ? "ok" : answer.error.code).toBe(cursor === "" ? "ok" : "invalid");
  });
});

describe("bounds and ends", () => {
  test("a reader that does not read is reset and ended; the others go on", async () => {
    const slow = open(ben);
    const quick = open(ben);
    const seen: string[] = [];
    const reading = takeAll(quick).then((items) => items.forEach(({ event }) => seen.push(event.kind)));
    for (let n = 0; n < 80; n++) await send(anna, "ben", "x".repeat(8192));
    expect((await takeAll(slow)).map(({ event }) => event)).toEqual([{ kind: "reset", reason: "OVERFLOW" }]);
    quick.close();
    await reading;
    expect(seen.filter((kind) => kind === "message")).toHaveLength(80);
  });

  test("fifty streams of one user, not one more; a closed one makes room", () => {
    const feeds = Array.from({ length: 50 }, () => open(ben));
    const refused = solo.chat.subscribe(ben.session, {});
    // Waiting would not help, so the sentence does not mention a time.
    expect(refused).toMatchObject({
      error: {
        code: "slow_down",
        sentence: "You have 50 pages or programs open at this server. Close one of them, then reload.",
      },
    });
    feeds[7]!.close();
    open(ben);
  });

  test("as many streams of one user as the replica was told", async () => {
    const wide = createSoloChat({ streamsPerUser: 51 });
    try {
      const { session } = await wide.person("kiosk");
      for (let i = 0; i < 51; i++) must(wide.chat.subscribe(session, {}));
      const refused = wide.chat.subscribe(session, {});
      expect(refused.ok ? "" : refused.error.code).toBe("slow_down");
    } finally {
      wide.close();
    }
  });

  test.each([
    ["log-out", async (who: Person) => solo.chat.logout(who.session)],
    [
      "deleted account",
      async (who: Person) =>
        solo.chat.deleteAccount(who.session, { password: SOLO_PASSWORD, deleteMessages: false, clientId: id() }),
    ],
  ])("%s ends the streams of the session", async (_, end) => {
    const feed = open(ben);
    const annas = open(anna);
    must<unknown>(await end(ben));
    expect((await takeAll(feed)).at(-1)!.event).toEqual({ kind: "ended" });
    expect((await drain(annas)).map(({ event }) => event.kind)).not.toContain("ended");
    expect(solo.presence.isOnline(ben.session.userId)).toBe(false);
  });

  test("a new password ends the streams of the other logins only", async () => {
    const token = must(await solo.chat.login({ name: "ben", password: SOLO_PASSWORD }, { address: "::1" })).token;
    const other = { ...ben, session: solo.chat.authenticate(token)! };
    const [mine, others] = [open(ben), open(other)];
    const change = { password: SOLO_PASSWORD, newPassword: "another horse", clientId: id() };
    must(await solo.chat.changePassword(ben.session, change));
    expect((await takeAll(others)).at(-1)!.event).toEqual({ kind: "ended" });
    await send(anna, "ben", "still there?");
    expect((await take(mine, 1))[0]!.event.kind).toBe("message");
    expect(solo.chat.authenticate(token)).toBeNull();
  });

  test("a replaced state resets every stream", async () => {
    const feed = open(ben);
    solo.chat.stateReplaced();
    await send(anna, "ben", "hi");
    expect((await drain(feed)).map(({ event }) => event.kind)).toEqual(["reset", "message"]);
  });

  test("a login that a replaced state does not have ends its stream without a word: it may come back", async () => {
    const feed = open(ben);
    Object.assign(solo.state.queries, { sessionsOf: () => [] });
    solo.chat.stateReplaced();
    expect(await takeAll(feed)).toEqual([]);
  });

  test("a reader that gave up waiting does not swallow the next item", async () => {
    const feed = open(ben);
    const first = feed.next();
    const second = feed.next();
    await send(anna, "ben", "hi");
    expect(await first).toBeNull();
    expect((await second)!.event.kind).toBe("message");
  });
});
