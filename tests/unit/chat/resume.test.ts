/** The statements that resuming a stream takes: their number must not grow with the user's conversations. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { RecentChanges } from "../../../src/db/state/recent-changes.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const MANY = 300;
const FEW = 3;

let solo: SoloChat;
let counted = 0;
const prepare = Reflect.get(Database.prototype, "prepare") as Database["prepare"];

/** Counts every statement that the rows run from now on. */
function countStatements(): void {
  Database.prototype.prepare = function counting(this: Database, ...args: Parameters<typeof prepare>) {
    const statement = prepare.apply(this, args);
    for (const name of ["values", "get", "all", "run"] as const) {
      const run = statement[name].bind(statement) as (...values: unknown[]) => unknown;
      Object.assign(statement, {
        [name]: (...values: unknown[]) => {
          counted += 1;
          return run(...values);
        },
      });
    }
    return statement;
  } as typeof prepare;
}

beforeEach(() => {
  countStatements();
  solo = createSoloChat();
});
afterEach(() => {
  solo.close();
  Database.prototype.prepare = prepare;
});

async function send(from: Person, to: string, body: string): Promise<{ id: string }> {
  const answer = await solo.chat.send(from.session, { to, body, clientId: crypto.randomUUID() });
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

/** Resumes a person's stream. Returns its events and the number of statements that it took. */
async function resume(person: Person, cursor: string): Promise<{ kinds: string[]; statements: number }> {
  const before = counted;
  const answer = solo.chat.subscribe(person.session, { cursor });
  if (!answer.ok) throw new Error(answer.error.code);
  const statements = counted - before;
  const items = await drain(answer.value);
  return { kinds: items.map(({ event }) => event.kind), statements };
}

test("a page of many rows takes as many statements as one of few: nobody's display name is looked up for each", async () => {
  const [reader, writer] = [await solo.person("reader"), await solo.person("writer")];
  const profile = { displayName: "Wri", clientId: crypto.randomUUID() };
  expect(await solo.chat.setProfile(writer.session, profile)).toMatchObject({ ok: true });
  const statements = async (rows: number): Promise<number> => {
    let conversationId = "";
    for (let n = 0; n < rows; n++) {
      const input = { to: "reader", body: `${rows}: ${n}`, clientId: crypto.randomUUID() };
      const sent = await solo.chat.send(writer.session, input);
      if (sent.ok) ({ conversationId } = sent.value);
    }
    const before = counted;
    const page = await solo.chat.messages(reader.session, { conversationId, limit: rows });
    expect(page).toMatchObject({ ok: true });
    if (page.ok) expect(page.value.map(({ authorDisplayName }) => authorDisplayName)).toEqual(Array(rows).fill("Wri"));
    return counted - before;
  };
  await statements(1);
  expect(await statements(40)).toBe(await statements(2));
});

test("with 300 conversations it takes as many statements as with three, if as much has changed", async () => {
  const people = new Map<string, Person>();
  for (const name of ["many", "few", "writer"]) people.set(name, await solo.person(name));
  const [many, few, writer] = [people.get("many")!, people.get("few")!, people.get("writer")!];
  for (let n = 0; n < MANY; n++) {
    const other = await solo.person(`other${n}`);
    await send(other, "many", "hello");
    if (n < FEW) await send(other, "few", "hello");
  }
  const toMany = await send(writer, "many", "before");
  await send(writer, "few", "before");
  const now = (): string => `1.0.00000000000000aa.0:${solo.state.appliedSeq()}`;
  // Something happens elsewhere, as it does between the death of a replica and the return of a stream.
  const cursor = now();
  await send(writer, "other0", "not for them");
  const quiet = { many: await resume(many, cursor), few: await resume(few, cursor) };
  expect(quiet.many.kinds).toEqual([]);
  expect(quiet.many.statements).toBe(quiet.few.statements);
  // One of them is for the profile of the reader, who has not been looked at before.
  expect(quiet.many.statements).toBeLessThanOrEqual(5);

  await solo.chat.markRead(many.session, { ids: [toMany.id] });
  await send(writer, "many", "one");
  await send(writer, "few", "one");
  const changed = { many: await resume(many, cursor), few: await resume(few, cursor) };
  expect(changed.many.kinds.toSorted()).toEqual(["message", "read"]);
  expect(changed.few.kinds).toEqual(["message"]);
  expect(changed.many.statements).toBeLessThanOrEqual(12);
  // For changes before the replica started to remember them, it queries every conversation.
  const long = await resume(many, "1.0.00000000000000aa.0:1");
  expect(long.kinds.length).toBeGreaterThanOrEqual(MANY);
});

test("the list and the number of all that is unread: no look-up for a row whose conversation is in memory", async () => {
  const many = await solo.person("many");
  for (let n = 0; n < MANY; n++) await send(await solo.person(`other${n}`), "many", "hello");
  const statements = async (limit: number): Promise<number> => {
    await solo.chat.listConversations(many.session, { limit });
    solo.chat.waitingTotal(many.session);
    const before = counted;
    const answer = await solo.chat.listConversations(many.session, { limit });
    expect(answer.ok && answer.value.length).toBe(limit);
    expect(solo.chat.waitingTotal(many.session).unread).toBe(MANY);
    return counted - before;
  };
  expect(await statements(10)).toBe(0);
  expect(await statements(100)).toBe(0);
});

test("more than a hundred unread in one conversation are counted to the end, and a thousand in all are enough", async () => {
  const [many, ben, eve] = [await solo.person("many"), await solo.person("ben"), await solo.person("eve")];
  const first = await send(ben, "many", "0");
  for (let n = 1; n < 150; n++) await send(ben, "many", `${n}`);
  await send(eve, "many", "1");
  await solo.chat.markRead(many.session, { ids: [first.id] });
  await solo.chat.deleteMessages(eve.session, {
    ids: [(await send(eve, "many", "2")).id],
    clientId: crypto.randomUUID(),
  });
  expect(solo.chat.waitingTotal(many.session).unread).toBe(150);
  const counts = [...solo.chat.waiting(many.session).values()].map(({ unread }) => unread);
  expect(counts.toSorted((a, b) => a - b)).toEqual([1, 149]);
  for (let n = 0; n < 900; n++) await send(eve, "many", `${n}`);
  expect(solo.chat.waitingTotal(many.session).unread).toBe(1_000);
}, 20_000);

test("what is forgotten, and what was before, may have changed", () => {
  const changes = new RecentChanges(10, 2);
  expect([9, 10, 11].map((seq) => changes.mayHaveChanged("a", seq))).toEqual([true, false, false]);
  changes.changed("a", 12);
  changes.changed("b", 14);
  expect([11, 12].map((seq) => changes.mayHaveChanged("a", seq))).toEqual([true, false]);
  // A mark that moved over the user's own messages keeps the seq of the op that last moved it over others'.
  changes.changed("b", 3);
  expect(changes.mayHaveChanged("b", 13)).toBe(true);
  changes.changed("c", 15);
  // Only two of the three are remembered, and a is not one of them.
  expect([11, 12].map((seq) => changes.mayHaveChanged("a", seq))).toEqual([true, false]);
  expect([13, 14, 15].map((seq) => changes.mayHaveChanged("c", seq))).toEqual([true, true, false]);
  expect(changes.mayHaveChanged("never", 11)).toBe(true);
});
