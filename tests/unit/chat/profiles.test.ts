/** What people say about themselves: what is accepted, what others see of it, and until when. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { UserView } from "../../../src/chat/chat-service.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { ProfileInput } from "../../../src/chat/profile-service.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
/** How far the clock has been moved on. */
let laterMicros = 0;

beforeEach(async () => {
  laterMicros = 0;
  solo = createSoloChat({ nowMicros: () => Date.now() * 1000 + laterMicros });
  [anna, ben] = [await solo.person("anna"), await solo.person("ben")];
});
afterEach(() => solo.close());

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

const set = (who: Person, input: ProfileInput) => solo.chat.setProfile(who.session, { ...input, clientId: id() });

const seen = async (name = "ben"): Promise<UserView> => must(await solo.chat.person(anna.session, { name }));

test.each([
  ["Ben Adams", "Ben Adams"],
  ["  Ben   Adams ", "Ben Adams"],
  ["O’Brien-Smith Jr.", "O’Brien-Smith Jr."],
  ["Анна Smith", "Анна Smith"],
  ["山田 太郎", "山田 太郎"],
  ["", "ben"],
  ["x".repeat(64), "x".repeat(64)],
])("%p is shown as %p", async (typed, shown) => {
  expect(must(await set(ben, { displayName: typed })).displayName).toBe(shown);
  expect((await seen()).name).toBe("ben");
});

test.each([
  ["x".repeat(65), "too_long"],
  ["Ben\u202eAdams", "invalid"],
  ["Ben\u200bAdams", "invalid"],
  ["Ben\nAdams", "invalid"],
  ["@ben", "invalid"],
  ["Ben (you)", "invalid"],
  ["Ben, Anna", "invalid"],
  ["Deleted User", "invalid"],
  ["Here", "invalid"],
  // A Cyrillic letter among Latin ones.
  ["B\u0435n Adams", "invalid"],
  // Somebody else's, in other letters.
  ["ANNA", "name_taken"],
  ["\u0430nna", "invalid"],
])("%p is no display name: %s", async (displayName, code) => {
  expect(await set(ben, { displayName })).toMatchObject({ ok: false, error: { code, field: "displayName" } });
  expect((await seen()).displayName).toBe("ben");
});

test("a display name is not shown while it is the name of another account, whoever came first", async () => {
  must(await set(ben, { displayName: "Zoe" }));
  expect((await seen()).displayName).toBe("Zoe");
  await solo.person("zoe");
  expect((await seen()).displayName).toBe("ben");
  must(await set(ben, { displayName: "Zoe B" }));
  expect((await seen()).displayName).toBe("Zoe B");
});

test("a status ends by itself, and a person who is deactivated has none", async () => {
  const status = { emoji: "🍜", text: "at lunch", untilMicros: Date.now() * 1000 + 3_600e6 };
  must(await set(ben, { status, timeZone: "europe/berlin" }));
  expect(await seen()).toMatchObject({ status, timeZone: "Europe/Berlin" });
  laterMicros = 3_500e6;
  expect((await seen()).status).toEqual(status);
  laterMicros = 3_600e6;
  expect(await seen()).not.toHaveProperty("status");
  must(await set(ben, { status: { emoji: "", text: "back" } }));
  must(await solo.chat.setActive(anna.session, { person: "ben", active: false, clientId: id() }));
  expect(await seen()).not.toHaveProperty("status");
  expect(await seen()).not.toHaveProperty("timeZone");
});

test.each([
  [{ status: { emoji: "x", text: "" } }, "emoji"],
  [{ status: { emoji: "", text: "x".repeat(101) } }, "status"],
  [{ status: { emoji: "", text: "a\u202eb" } }, "status"],
  [{ status: { emoji: "", text: "x", untilMicros: 1 } }, "until"],
  [{ status: { emoji: "", text: "x", seconds: 60, untilMicros: 1 } }, "until"],
  [{ status: { emoji: "", text: "x", seconds: 401 * 86_400 } }, "until"],
  [{ timeZone: "Mars/Olympus" }, "timeZone"],
  [{ timeZone: "+05:30" }, "timeZone"],
] as const)("%j is refused at its field, %s", async (input, field) => {
  expect(await set(ben, input)).toMatchObject({ ok: false, error: { field } });
});

test("whoever searches finds both names", async () => {
  must(await set(ben, { displayName: "Benjamin Ädams" }));
  const found = async (search: string): Promise<string[]> =>
    must(await solo.chat.listUsers(anna.session, { limit: 10, search })).map(({ name }) => name);
  expect(await found("ädam")).toEqual(["ben"]);
  expect(await found("BEN")).toEqual(["ben"]);
  expect(await found("zoe")).toEqual([]);
});

test("messages, reactions, replies and quotes show the present display name", async () => {
  const message = must(await solo.chat.send(ben.session, { to: "anna", body: "hello @anna", clientId: id() }));
  const { id: messageId, conversationId } = message;
  expect(message).toMatchObject({ authorName: "ben", authorDisplayName: "ben" });
  must(await solo.chat.react(ben.session, { messageId, emoji: "👍", on: true, clientId: id() }));
  must(await set(ben, { displayName: "Ben Adams" }));
  must(await set(anna, { displayName: "Anna Berg" }));
  const quoting = { conversationId, body: "yes", quoted: messageId, clientId: id() };
  expect(must(await solo.chat.send(ben.session, quoting))).toMatchObject({
    authorDisplayName: "Ben Adams",
    quote: { authorName: "Ben Adams" },
  });
  expect(must(await solo.chat.message(anna.session, { messageId }))).toMatchObject({
    authorName: "ben",
    authorDisplayName: "Ben Adams",
    reactions: [{ names: ["Ben Adams"] }],
    mentions: [{ text: "anna", name: "anna", displayName: "Anna Berg" }],
  });
});

test("the streams of those who know the person hear of it, live and when they resume", async () => {
  const gina = await solo.person("gina");
  must(await solo.chat.setRole(anna.session, { person: "gina", role: "guest", clientId: id() }));
  const cursor = solo.chat.cursor();
  const live = [anna, gina].map((who) => must(solo.chat.subscribe(who.session, {})));
  must(await set(ben, { displayName: "Ben Adams" }));
  const resumed = [anna, gina].map((who) => must(solo.chat.subscribe(who.session, { cursor })));
  for (const feeds of [live, resumed]) {
    const [annas, ginas] = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).filter(({ event }) => event.kind !== "presence")),
    );
    expect(annas!.map(({ event }) => event)).toMatchObject([{ kind: "profile", person: { displayName: "Ben Adams" } }]);
    expect(ginas).toEqual([]);
  }
});
