/** Rooms in which only some write, or not often: on the page and for programs. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { Site } from "./site.ts";

type Person = Awaited<ReturnType<Site["person"]>>;

let site: Site;
let anna: Person;
let ben: Person;
let room = "";

const id = (): string => crypto.randomUUID();

beforeEach(async () => {
  site = new Site();
  [anna, ben] = [await site.person("anna"), await site.person("ben")];
  const input = { name: "ops", topic: "", isPrivate: false, people: ["ben"], clientId: id() };
  const made = await site.solo.chat.createRoom(anna.session, input);
  if (!made.ok) throw new Error(made.error.code);
  room = made.value.id;
});
afterEach(() => site.close());

const rule = (who: string, seconds: string, as = anna) =>
  site.ask(`/rooms/${room}/posting`, { as, json: true, form: { who, seconds, id: id() } });
const say = (as: Person, body: string, clientId = id()) =>
  site.ask(`/c/${room}/messages`, { as, json: true, form: { body, id: clientId } });

test("only those who run the room write: the page of others says so, and a message of theirs is refused", async () => {
  expect((await rule("admins", "0", ben)).status).toBe(403);
  expect((await rule("admins", "0")).status).toBe(200);
  const pages = await Promise.all([anna, ben].map(async (as) => (await site.ask(`/c/${room}`, { as })).text()));
  expect(pages.map((html) => html.includes("Only those who run this room write in it"))).toEqual([false, true]);
  const refused = await say(ben, "words");
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { code: "not_allowed", sentence: "Only those who run this room write in it." },
  ]);
  expect((await say(anna, "news")).status).toBe(201);
  expect((await rule("everyone", "0")).status).toBe(200);
  expect((await say(ben, "words")).status).toBe(201);
});

test("slow mode: a member waits, those who run the room do not, and a repeat gets its first answer", async () => {
  expect((await rule("everyone", "3601")).status).toBe(422);
  expect((await rule("everyone", "soon")).status).toBe(422);
  expect((await rule("everyone", "60")).status).toBe(200);
  const clientId = id();
  const first = await say(ben, "first", clientId);
  expect(first.status).toBe(201);
  const second = await say(ben, "second");
  expect([second.status, second.headers.get("lastword-code")]).toEqual([429, "slow_down"]);
  const { sentence, retryAfterMs } = (await second.json()) as { sentence: string; retryAfterMs: number };
  expect(sentence).toMatch(/^This room is in slow mode\. You can write again in \d+ s\.$/);
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect((await say(ben, "first", clientId)).status).toBe(201);
  for (const body of ["one", "two"]) expect((await say(anna, body)).status).toBe(201);
});

test("only those who run the room call everybody: others are told so before, and their text is kept", async () => {
  const form = { who: "everyone", seconds: "0", call: "admins", id: id() };
  expect((await site.ask(`/rooms/${room}/posting`, { as: anna, json: true, form })).status).toBe(200);
  const pages = await Promise.all([anna, ben].map(async (as) => (await site.ask(`/c/${room}`, { as })).text()));
  expect(pages.map((html) => html.includes('data-may-call="no"'))).toEqual([false, true]);
  const refused = await site.ask(`/c/${room}/messages`, { as: ben, form: { body: "@room, lunch!", id: id() } });
  const html = await refused.text();
  expect([refused.status, html.includes("@room, lunch!"), html.includes("call everybody by @room and @here")]).toEqual([
    403,
    true,
    true,
  ]);
  expect((await say(ben, "lunch")).status).toBe(201);
  expect((await say(anna, "@room, lunch!")).status).toBe(201);
});
