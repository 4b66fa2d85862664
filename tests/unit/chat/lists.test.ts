/** Lists in pages: the pages contain everything, and nothing that is gone. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { LIST_MAX, type ConversationView, type ListConversationsInput } from "../../../src/chat/chat-service.ts";
import { cut } from "../../../src/web/page/cut.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { Site } from "../web/site.ts";

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

const id = (): string => crypto.randomUUID();

describe("330 people write one line each", () => {
  const PEOPLE = LIST_MAX + 30;
  let site: Site;
  let solo: SoloChat;
  let anna: Person;
  beforeAll(async () => {
    site = new Site();
    ({ solo } = site);
    anna = await solo.person("anna");
    for (let n = 0; n < PEOPLE; n++) {
      const person = await solo.person(`p${String(n).padStart(3, "0")}`);
      must(await solo.chat.send(person.session, { to: "anna", body: `line ${n}`, clientId: id() }));
    }
    for (let n = 0; n < 5; n++) await solo.person(`stranger${n}`);
  });
  afterAll(() => site.close());

  const names = (list: readonly ConversationView[]): string[] => list.map((one) => one.with!.name);
  const list = async (input: ListConversationsInput): Promise<readonly ConversationView[]> =>
    must(await solo.chat.listConversations(anna.session, input));
  const page = async (path: string): Promise<string> => await (await site.ask(path, { as: anna })).text();
  const conversationsIn = (html: string): number => new Set(html.match(/href="\/c\/\w+"/g)).size;

  /** All of them, read in pages. */
  const all = async (): Promise<ConversationView[]> => {
    const found: ConversationView[] = [];
    for (let beforeSeq = 0; ;) {
      const next = await list({ limit: 40, beforeSeq });
      found.push(...next);
      if (next.length < 40) return found;
      beforeSeq = next.at(-1)!.lastSeq;
    }
  };

  test("pages hold each conversation once, the newest first", async () => {
    expect(names(await all())).toEqual(
      Array.from({ length: PEOPLE }, (_, n) => `p${String(PEOPLE - 1 - n).padStart(3, "0")}`),
    );
    expect(await solo.chat.listConversations(anna.session, { limit: 5, beforeSeq: -1 })).toMatchObject({ ok: false });
  });

  test("the page's list goes on without a script, and says that something unread is there", async () => {
    const home = await page("/");
    expect(conversationsIn(home)).toBe(LIST_MAX);
    const [, more] = /href="(\/conversations\?before=\d+)">More conversations/.exec(home)!;
    expect(home).toContain("/conversations?unread=1");
    const second = await page(more!);
    const main = second.slice(second.indexOf("<main"));
    expect(main).toContain("line 29");
    expect(main).toContain("line 0");
    expect(main).not.toContain("line 30<");
    expect(await page("/conversations?unread=1")).toContain("/conversations?before=");
    for (const odd of ["x", "-1"])
      expect((await site.ask(`/conversations?before=${odd}`, { as: anna })).status).toBe(200);
  }, 20_000);

  test("only those with something unread", async () => {
    const oldest = (await all()).at(-1);
    for (const one of await all()) {
      if (one.id !== oldest!.id)
        must(await solo.chat.markAllRead(anna.session, { conversationId: one.id, upTo: one.last!.id }));
    }
    expect(names(await list({ limit: 200, unread: true }))).toEqual(["p000"]);
    expect(await page("/")).toContain("/conversations?unread=1");
    must(await solo.chat.markAllRead(anna.session, { conversationId: oldest!.id, upTo: oldest!.last!.id }));
    expect(await page("/")).not.toContain("/conversations?unread=1");
    expect(await page("/conversations?unread=1")).toContain("No conversations here.");
  });

  test("other people are those without a conversation, however far down the alphabet", async () => {
    const html = await page("/");
    const others = html.slice(html.indexOf("Other people"), html.indexOf("<main"));
    expect([...(others.match(/class="name">[^<]+/g) ?? [])]).toEqual(
      Array.from({ length: 5 }, (_, n) => `class="name">stranger${n}`),
    );
  });

  test("the preview of a long line ends between characters", async () => {
    const start = "a".repeat(79);
    must(await solo.chat.send(anna.session, { to: "anna", body: `${start}👍👍`, clientId: id() }));
    expect(await page("/")).toContain(`>You: ${start}👍<`);
  });

  test("people are found by part of their name, over pages", async () => {
    const users = async (search: string) =>
      must(await solo.chat.listUsers(anna.session, { limit: 200, search })).map((user) => user.name);
    expect(await users("RANGER4")).toEqual(["stranger4"]);
    expect((await users("p12")).length).toBe(10);
    expect(await users("%")).toEqual([]);
    expect(await users("x".repeat(500))).toEqual([]);
    const html = await page("/people?q=P0");
    expect(html).toContain('value="P0"');
    expect(await page("/people?q=p")).toMatch(/\/people\?after=p\d+&amp;q=p"/);
    expect(await page("/people?q=nobody+at+all")).toContain("Show everyone");
  });

  test("a total that is not counted further says so", async () => {
    solo.lagging = { list: (...asked) => ({ ...solo.state.queries.list(...asked), unread: 1000, calls: 1000 }) };
    const html = await page("/account");
    solo.lagging = null;
    expect(html).toContain("<title>(1000+) Account");
    expect(html).toContain('data-unread="1000+"');
  });
});

test("the total counts all of a conversation, also where the list says 99+", async () => {
  const solo = createSoloChat();
  const [anna, ben, cleo] = [await solo.person("anna"), await solo.person("ben"), await solo.person("cleo")];
  const write = async (from: Person, count: number): Promise<void> => {
    for (let n = 0; n < count; n++)
      must(await solo.chat.send(from.session, { to: "anna", body: `m${n}`, clientId: id() }));
  };
  await write(ben, 130);
  await write(cleo, 3);
  expect(solo.chat.waitingTotal(anna.session).unread).toBe(133);
  await write(cleo, 870);
  expect(solo.chat.waitingTotal(anna.session).unread).toBe(1000);
  solo.close();
});

describe("a conversation's last message", () => {
  let solo: SoloChat;
  let anna: Person;
  let ben: Person;
  beforeEach(async () => {
    solo = createSoloChat();
    [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
  });
  afterEach(() => solo.close());

  const send = async (from: Person, to: string, body: string): Promise<string> =>
    must(await solo.chat.send(from.session, { to, body, clientId: id() })).id;
  const remove = async (who: Person, ...ids: string[]): Promise<void> =>
    void must(await solo.chat.deleteMessages(who.session, { ids, clientId: id() }));
  const lastOf = async (who: Person): Promise<string[]> =>
    must(await solo.chat.listConversations(who.session, { limit: 10 })).map((one) => one.last?.body ?? "nothing");

  test("is the newest that the reader can see", async () => {
    await send(anna, "ben", "first");
    const second = await send(ben, "anna", "second");
    const third = await send(anna, "ben", "third");
    await remove(anna, third);
    expect([await lastOf(anna), await lastOf(ben)]).toEqual([["second"], ["second"]]);
    // This hides it from anna only.
    await remove(anna, second);
    expect([await lastOf(anna), await lastOf(ben)]).toEqual([["first"], ["second"]]);
  });

  test("is found behind many deleted ones", async () => {
    await send(ben, "anna", "stays");
    const ids: string[] = [];
    for (let n = 0; n < 120; n++) ids.push(await send(anna, "ben", `m${n}`));
    await remove(anna, ...ids);
    expect(await lastOf(ben)).toEqual(["stays"]);
  });

  test("of an account deleted with its messages nothing stays in others' lists but what they wrote", async () => {
    const eve = await solo.person("eve");
    await send(eve, "anna", "from eve");
    await send(eve, "ben", "from eve");
    await send(ben, "eve", "to eve");
    const deletion = { password: SOLO_PASSWORD, deleteMessages: true, clientId: id() };
    must(await solo.chat.deleteAccount(eve.session, deletion));
    // This holds even before the purge has erased them.
    expect([await lastOf(anna), await lastOf(ben)]).toEqual([[], ["to eve"]]);
    await send(anna, "anna", "a note");
    expect([await lastOf(anna), await lastOf(ben)]).toEqual([["a note"], ["to eve"]]);
  });

  test("an empty conversation with somebody who is here stays", async () => {
    await remove(anna, await send(anna, "ben", "sorry"));
    expect(await lastOf(ben)).toEqual(["nothing"]);
  });
});

test.each([
  ["hello", 10, "hello"],
  ["hello", 2, "he"],
  ["x👍y", 2, "x👍"],
  ["👩‍👩‍👧‍👦👍", 1, "👩‍👩‍👧‍👦"],
  ["🇩🇪🇫🇷", 1, "🇩🇪"],
  ["e\u0301e\u0301", 1, "e\u0301"],
  ["नमस्ते", 1, "न"],
  ["a".repeat(79) + "👍👍", 80, "a".repeat(79) + "👍"],
  [`e${"\u0301".repeat(500)}`, 1, `e${"\u0301".repeat(31)}`],
  ["", 5, ""],
])("%p cut to %p is %p", (text, count, expected) => expect(cut(text, count)).toBe(expected));
