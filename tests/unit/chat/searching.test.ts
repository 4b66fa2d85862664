/** The search of messages: who finds what. Recall is compared with a plain scan of all messages. */
import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import fc from "fast-check";
import type { SearchInput, SearchPage } from "../../../src/chat/search-service.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import { StateReader } from "../../../src/db/search/state-reader.ts";
import { fold } from "../../../src/search/fold.ts";
import { termOf, TermFinder } from "../../../src/search/terms.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { TEXTS } from "../../support/texts.ts";

let solo: SoloChat;
let [anna, ben]: Person[] = [];
const id = (): string => crypto.randomUUID();

beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
});
afterEach(() => solo.close());

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.sentence);
  return answer.value;
}

async function said(who: Person, to: string, body: string): Promise<string> {
  return must(await solo.chat.send(who.session, { to, body, clientId: id() })).id;
}

async function found(who: Person, query: string, more: Partial<SearchInput> = {}): Promise<readonly string[]> {
  const page = must(await solo.chat.search(who.session, { query, limit: 200, ...more }));
  return page.hits.map(({ message }) => message.body);
}

async function room(who: Person, name: string, isPrivate: boolean, people: readonly string[] = []): Promise<string> {
  const made = await solo.chat.createRoom(who.session, { name, topic: "", isPrivate, people, clientId: id() });
  return must(made).id;
}

test("recall is 1.0 against a plain scan, and so is precision", async () => {
  for (const text of TEXTS) await said(anna!, "ben", text);
  const whole = TEXTS.map((text) => fold(text));
  const query = fc.tuple(fc.nat(TEXTS.length - 1), fc.nat(80), fc.integer({ min: 1, max: 12 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(query, async ([index, at, length, isPhrase]) => {
      const characters = Array.from(TEXTS[index]!);
      const typed = characters
        .slice(at % characters.length)
        .slice(0, length)
        .join("")
        .replaceAll(/["“”„:]/g, " ");
      const words = isPhrase ? [typed] : typed.split(/\s+/);
      const terms = words.map((word) => termOf(word, isPhrase)).filter((term) => term !== null);
      if (terms.length === 0) return;
      const expected = TEXTS.filter((_, n) => terms.every((term) => new TermFinder(term).isIn(whole[n]!)));
      expect(await found(ben!, isPhrase ? `"${typed}"` : typed)).toEqual(expected.toReversed());
    }),
    { numRuns: 150 },
  );
});

test("a private room, its threads and its name are nothing to others", async () => {
  const secret = await room(anna!, "quarry", true);
  const root = await said(anna!, "#quarry", "granite");
  must(await solo.chat.send(anna!.session, { conversationId: `t_${root}`, body: "granite below", clientId: id() }));
  expect(await found(anna!, "granite")).toEqual(["granite below", "granite"]);
  expect(await found(anna!, `granite in:#quarry`)).toEqual(["granite below", "granite"]);
  expect(await found(anna!, `thread:${root}`)).toEqual(["granite below"]);
  expect(await found(ben!, "granite")).toEqual([]);
  const ask = (query: string) => solo.chat.search(ben!.session, { query, limit: 5 });
  const [there, none] = [await ask("in:#quarry"), await ask("in:#nowhere")];
  expect(there).toEqual(none);
  expect(await ask(`in:${secret}`)).toEqual(none);
  expect(await ask(`thread:${root}`)).toMatchObject({ ok: false, error: { code: "not_found" } });
});

test("a deleted, a hidden and an edited message: what is shown now is what is found", async () => {
  const [first, second] = [await said(anna!, "ben", "basalt one"), await said(anna!, "ben", "basalt two")];
  await said(anna!, "ben", "basalt three");
  expect(await found(ben!, "basalt")).toHaveLength(3);
  must(await solo.chat.editMessage(anna!.session, { messageId: first, body: "slate", clientId: id() }));
  must(await solo.chat.deleteMessages(ben!.session, { ids: [second], forEveryone: false, clientId: id() }));
  expect(await found(ben!, "basalt")).toEqual(["basalt three"]);
  expect(await found(anna!, "basalt")).toEqual(["basalt three", "basalt two"]);
  expect(await found(ben!, "slate")).toEqual(["slate"]);
  must(await solo.chat.deleteMessages(anna!.session, { ids: [first], forEveryone: true, clientId: id() }));
  expect(await found(ben!, "slate")).toEqual([]);
  expect(solo.search.file.db.query("SELECT rowid FROM messages WHERE messages MATCH 'slate OR sla'").all()).toEqual([]);
});

test("whoever left a room finds nothing there, not even her own", async () => {
  const open = await room(anna!, "yard", false, ["ben"]);
  await said(ben!, "#yard", "marble");
  expect(await found(ben!, "marble")).toEqual(["marble"]);
  must(await solo.chat.leaveRoom(ben!.session, { room: open, clientId: id() }));
  expect(await found(ben!, "marble")).toEqual([]);
  expect(await found(anna!, "marble")).toEqual(["marble"]);
});

test("filters", async () => {
  await room(anna!, "ops", false, ["ben"]);
  const pinned = await said(anna!, "#ops", "deploy at https://ci.example @ben");
  await said(ben!, "#ops", "deploy went well");
  await said(ben!, "anna", "deploy in private");
  must(await solo.chat.pinMessage(anna!.session, { messageId: pinned, on: true, clientId: id() }));
  must(await solo.chat.react(ben!.session, { messageId: pinned, emoji: "👍", on: true, clientId: id() }));
  must(await solo.chat.saveMessage(ben!.session, { messageId: pinned, on: true, clientId: id() }));
  const first = ["deploy at https://ci.example @ben"];
  for (const filter of ["from:anna", "has:link", "has:reaction", "is:pinned", "to:ben in:#ops"])
    expect([filter, await found(anna!, `deploy ${filter}`)]).toEqual([filter, first]);
  for (const filter of ["is:saved", "is:unread", "to:me"])
    expect([filter, await found(ben!, `deploy ${filter}`)]).toEqual([filter, first]);
  for (const filter of ["from:anna", "has:link", "has:reaction", "is:pinned"])
    expect([filter, await found(anna!, filter)]).toEqual([filter, first]);
  expect(await found(ben!, "is:saved")).toEqual(first);
  expect(await found(anna!, "is:saved")).toEqual([]);
  expect(await found(anna!, "in:ben")).toEqual(["deploy in private"]);
  expect(await found(anna!, "to:me")).toEqual(["deploy in private"]);
  expect(await found(anna!, "deploy from:ben from:anna")).toHaveLength(3);
  expect(await found(anna!, "deploy from:nobody").catch(String)).toContain("No one here is called");
});

test("days are those of the time zone of whoever asks", async () => {
  solo.close();
  let micros = Date.UTC(2026, 10, 29, 23, 30) * 1000;
  solo = createSoloChat({ nowMicros: () => micros });
  const ada = await solo.person("ada");
  await said(ada, "ada", "late");
  micros = Date.UTC(2026, 10, 30, 12) * 1000;
  await said(ada, "ada", "noon");
  expect(await found(ada, "on:2026-11-29")).toEqual(["late"]);
  expect(await found(ada, "on:2026-11-29", { timeZone: "Europe/Berlin" })).toEqual([]);
  expect(await found(ada, "on:today", { timeZone: "Europe/Berlin" })).toEqual(["noon", "late"]);
  expect(await found(ada, "before:2026-11-30")).toEqual(["late"]);
  expect(await found(ada, "after:2026-11-29")).toEqual(["noon"]);
  expect(await found(ada, "on:2026-11")).toEqual(["noon", "late"]);
  expect(await found(ada, "on:2025")).toEqual([]);
  expect(await found(ada, "on:2026-02-30").catch(String)).toContain("There is no such day");
});

test("pages follow each other without a gap", async () => {
  for (let n = 0; n < 25; n++) await said(anna!, "ben", `page ${n}`);
  const seen: string[] = [];
  for (let next: number | null = 0; next !== null;) {
    const page: SearchPage = must(await solo.chat.search(ben!.session, { query: "page", limit: 10, beforeSeq: next }));
    seen.push(...page.hits.map(({ message }) => message.body));
    next = page.next === 0 ? null : page.next;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `page ${24 - n}`));
});

test("no index, too many questions, and an index that is being built, each with its sentence", async () => {
  await said(anna!, "ben", "chalk");
  const ask = () => solo.chat.search(ben!.session, { query: "chalk", limit: 5 });
  solo.search.answer = { kind: "unavailable", why: "The disk is full." };
  expect(await ask()).toMatchObject({ ok: false, error: { code: "not_writable", sentence: "The disk is full." } });
  solo.search.answer = { kind: "busy" };
  expect(await ask()).toMatchObject({ ok: false, error: { code: "slow_down" } });
  solo.search.answer = { kind: "found", places: [], next: null, isCut: false, percent: 40 };
  expect(await ask()).toMatchObject({ ok: true, value: { percent: 40 } });
});

test("what others say where one is not is passed over unread, however many rooms one is in", async () => {
  for (let n = 0; n < 40; n++) await room(anna!, `hall${n}`, false);
  const wall = await said(anna!, "#hall7", "granite? in hall 7");
  must(await solo.chat.pinMessage(anna!.session, { messageId: wall, on: true, clientId: id() }));
  must(await solo.chat.react(anna!.session, { messageId: wall, emoji: "👍", on: true, clientId: id() }));
  await said(anna!, "#hall8", "marble by anna");
  await room(ben!, "quarry", true);
  const questions = ["granite", "gra ite", "slate", "?", "is:pinned", "has:reaction", "granite after:2000", "from:ben"];
  const looks = spyOn(StateReader.prototype, "text");
  const looked = async (query: string): Promise<readonly [string, number, number]> => {
    looks.mockClear();
    return [query, (await found(anna!, query)).length, looks.mock.calls.length] as const;
  };
  try {
    const before: unknown[] = [];
    for (const query of questions) before.push(await looked(query));
    expect(before).toContainEqual(["granite", 1, 1]);
    expect(before).toContainEqual(["slate", 0, 0]);
    for (let n = 0; n < 30; n++) {
      const secret = await said(ben!, "#quarry", `granite? and slate ${n}`);
      must(await solo.chat.pinMessage(ben!.session, { messageId: secret, on: true, clientId: id() }));
      must(await solo.chat.react(ben!.session, { messageId: secret, emoji: "👍", on: true, clientId: id() }));
    }
    const after: unknown[] = [];
    for (const query of questions) after.push(await looked(query));
    expect(after).toEqual(before);
    expect(await found(ben!, "granite")).toHaveLength(30);
  } finally {
    looks.mockRestore();
  }
});
