/** What the first person of a chat meets, and the second: where they are led, and what they are told to do next. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { ORIGIN, Site } from "./site.ts";

let site: Site;

beforeEach(() => (site = new Site()));
afterEach(() => site.close());

async function page(path: string, as?: Person): Promise<string> {
  const answer = await site.ask(path, as === undefined ? {} : { as });
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

test("the first visitor is led to a new account, everybody later to the log-in", async () => {
  expect(await page("/")).toBe("-> /register");
  // A replica that lags behind knows nobody yet, so the log-in stays open.
  expect(await page("/login")).toContain("Nobody has an account here yet.");
  expect((await site.ask("/", { json: true })).status).toBe(401);
  await site.person("ada");
  expect(await page("/")).toBe("-> /login");
  expect(await page("/login")).toContain("Forgot your password?");
});

test("a chat whose people come by links leads nobody to a form that refuses them", async () => {
  site.close();
  site = new Site({ registration: "invite" });
  expect(await page("/")).toBe("-> /login");
});

test("who runs the chat and is alone is told to invite, until somebody comes", async () => {
  const ada = await site.person("ada");
  const alone = await page("/", ada);
  expect(alone).toContain('data-first="yes"');
  expect(alone).toContain("You are the first one here");
  const ben = await site.person("ben");
  for (const person of [ada, ben]) expect(await page("/", person)).not.toContain("data-first");
});

test("a link that leads to the reader's own computer says so", async () => {
  const ada = await site.person("ada");
  const made = async (origin: string) =>
    await (await site.ask("/invites", { as: ada, origin, form: { id: crypto.randomUUID() } })).text();
  expect(await made(ORIGIN)).toContain("It works on this computer only");
  const elsewhere = await made("http://chat.example.org:8081");
  expect(elsewhere).toContain("http://chat.example.org:8081/join/");
  expect(elsewhere).not.toContain("It works on this computer only");
});

test("a form begins at its first field, and comes back at the one that is wrong", async () => {
  const ada = await site.person("ada");
  const focused = (html: string) => /<input id="(field-\w+)"[^>]*autofocus/.exec(html)?.[1];
  expect(focused(await page("/new-room", ada))).toBe("field-name");
  for (const [path, form, field] of [
    ["/rooms", { name: "two words" }, "field-name"],
    ["/rooms", { name: "ops", topic: "x".repeat(300) }, "field-topic"],
    ["/rooms", { name: "ops", people: "nobody" }, "field-people"],
    ["/invites", { role: "member", uses: "0", days: "7" }, "field-uses"],
  ] as const) {
    const answer = await site.ask(path, { as: ada, form: { ...form, id: crypto.randomUUID() } });
    expect([form, focused(await answer.text())]).toEqual([form, field]);
  }
});

async function newRoom(as: Person, people = ""): Promise<string> {
  const answer = await site.ask("/rooms", { as, form: { name: "ops", people, id: crypto.randomUUID() } });
  return answer.headers.get("location")!;
}

test("an empty room leads to the invitations while nobody else is in it", async () => {
  const [ada, ben] = [await site.person("ada"), await site.person("ben")];
  const room = await newRoom(ada);
  const invites = `Nobody else is in this room. <a href="/rooms/${room.slice("/c/".length)}">`;
  expect(await page(room, ada)).toContain(invites);
  await site.ask(room.replace("/c/", "/rooms/") + "/join", { as: ben, form: { id: crypto.randomUUID() } });
  const together = await page(room, ada);
  expect(together).toContain("No messages yet.");
  expect(together).not.toContain(invites);
});

test("an answer in a thread to one's own message leads from Activity to the thread, with its time", async () => {
  site.close();
  let nowMicros = Date.UTC(2026, 10, 30, 8) * 1000;
  site = new Site({ nowMicros: () => nowMicros });
  const [ada, ben] = [await site.person("ada"), await site.person("ben")];
  const said = async (as: Person, path: string, body: string): Promise<string> => {
    const form = { body, id: crypto.randomUUID() };
    const answer = await site.ask(`${path}/messages`, { as, form, json: true });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { message: { id: string } }).message.id;
  };
  const root = await said(ada, await newRoom(ada, "ben"), "who?");
  nowMicros += 3600e6;
  await said(ben, `/c/t_${root}`, "me");
  expect(await page("/activity", ada)).toMatch(
    new RegExp(`href="/c/t_${root}"(?:(?!</a>).)*ben replied in a thread(?:(?!</a>).)*"2026-11-30T09:00`, "s"),
  );
});
