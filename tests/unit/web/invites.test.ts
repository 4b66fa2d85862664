/** Links as forms and as JSON: who makes them, what a visitor reads, and how each refusal is said. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { PASSWORD, SESSION_COOKIE, Site, type RequestOptions } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;
let nowMicros = 0;

beforeEach(async () => {
  nowMicros = Date.now() * 1000;
  site = new Site({ nowMicros: () => nowMicros, rateLimit: true });
  [ada, ben] = [await site.person("ada"), await site.person("ben")];
});
afterEach(() => site.close());

async function page(path: string, options: RequestOptions = {}): Promise<string> {
  const answer = await site.ask(path, options);
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

async function json(path: string, options: RequestOptions = {}) {
  const answer = await site.ask(path, { json: true, ...options });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

function by(person: Person, form: Record<string, string> = {}): RequestOptions {
  return { as: person, form: { as: person.session.userId, id: crypto.randomUUID(), ...form } };
}

/** Ada makes a link; its path. */
async function link(form: Record<string, string> = {}): Promise<{ path: string; id: string }> {
  const { status, body } = await json("/invites", by(ada, form));
  expect(status).toBe(201);
  return { path: new URL(String(body["link"])).pathname, id: (body["invite"] as { id: string }).id };
}

const joins = (path: string, name: string, more: Record<string, string> = {}) =>
  page(path, { form: { name, password: PASSWORD, id: crypto.randomUUID(), ...more } });

test("an admin makes a link by a form, sees it once, and lists and withdraws it", async () => {
  expect(await page("/people", { as: ben })).not.toContain("/invites");
  expect(await page("/people", { as: ada })).toContain(`<a href="/invites">Invite people</a>`);
  const form = by(ada, { rooms: "", uses: "3", days: "2" });
  const made = await page("/invites", form);
  const [shown] = /http:\/\/localhost:8081\/join\/[\w-]{43}/.exec(made)!;
  expect(made).toContain("Copy it now");
  // The page loaded again sends the same form: the same link, and no second one.
  expect(await page("/invites", form)).toContain(shown);
  const list = await page("/invites", { as: ada });
  expect(list).not.toContain("/join/");
  expect(list.match(/0 of 3 joined/g)).toHaveLength(1);
  const [revoke] = /\/invites\/\w{12}\/revoke/.exec(list)!;
  expect(await page(revoke, by(ada))).toBe("-> /invites");
  expect(await page("/invites", { as: ada })).toContain(`<span class="tag">withdrawn</span>`);
  const { pathname } = new URL(shown);
  expect(await page(pathname)).toMatch(/^410.*This link was withdrawn\. Ask for a new one\./s);
});

test("a visitor reads who invites her into what, and comes in with a name and a password", async () => {
  const room = { name: "ops", people: "", id: crypto.randomUUID() };
  expect((await site.ask("/rooms", { ...by(ada, room), json: true })).status).toBe(201);
  const { path } = await link({ rooms: "#ops", uses: "2" });
  const visited = await page(path);
  expect(visited).toContain("ada invites you");
  expect(visited).toContain("You will be in #ops.");
  expect(await json(path)).toMatchObject({
    status: 200,
    body: { offer: { by: "ada", role: "member", rooms: ["ops"] } },
  });
  const answer = await site.ask(path, { form: { name: "fay", password: PASSWORD, id: crypto.randomUUID() } });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  expect(answer.headers.getSetCookie().some((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))).toBe(true);
  const { body } = await json("/rooms", { as: ada });
  expect(body["rooms"]).toMatchObject([{ name: "general" }, { name: "ops", people: 2 }]);
  expect(await page("/invites", { as: ada })).toContain("1 of 2 joined");
  expect(await page(path, { as: ben })).toContain("You already have an account");
});

test("what is wrong is said at its field, and what was typed is kept", async () => {
  const { path } = await link();
  const taken = await joins(path, "Ben");
  expect(taken).toMatch(/^409.*value="Ben".*This name is taken\. Choose another one\./s);
  const both = await joins(path, "two words", { password: "short" });
  expect(both).toMatch(/^422.*value="two words".*no spaces\..*Use at least 8 characters\./s);
  const wrong = await page("/invites", by(ada, { rooms: "nowhere", uses: "9", days: "3" }));
  expect(wrong).toMatch(/^404.*value="nowhere".*There is no room “nowhere”, or you may not see it\..*value="9"/s);
  for (const [form, sentence] of [
    [{ uses: "0" }, "A link can be used 1 to 1000 times."],
    [{ uses: "many" }, "A link can be used 1 to 1000 times."],
    [{ days: "366" }, "A link can be valid for up to a year."],
    [{ days: "-1" }, "A link can be valid for up to a year."],
  ] as const)
    expect(await page("/invites", by(ada, form))).toMatch(new RegExp(`^422.*${sentence}`, "s"));
});

test("a link that is used up, expired or not there says so; a name that was typed is shown", async () => {
  const { path } = await link({ uses: "1" });
  expect(await joins(path, "fay")).toBe("-> /");
  expect(await joins(path, "gil")).toMatch(/^410.*This link has been used as often as it may be\..*gil/s);
  const short = await link({ days: "1" });
  nowMicros += 25 * 3600 * 1e6;
  expect(await page(short.path)).toMatch(/^410.*This link has expired\. Ask for a new one\./s);
  expect(await json(short.path)).toMatchObject({ status: 410, body: { code: "link_expired" } });
  expect(await page(`/join/${"A".repeat(43)}`)).toMatch(/^404.*There is no such link\./s);
  expect(await page("/join/x")).toMatch(/^404.*There is no such link\./s);
});

test("who does not run the chat makes, sees and withdraws no link", async () => {
  const { id } = await link();
  for (const told of [await page("/invites", { as: ben }), await page("/invites", by(ben, {}))])
    expect(told).toMatch(/^403.*Only an admin or an owner of this chat can do this\./s);
  expect(await page(`/invites/${id}/revoke`, by(ben))).toMatch(/^404.*There is no such link\./s);
  expect((await json("/invites", { as: ada })).body["invites"]).toMatchObject([{ id, state: "open" }]);
});

test("guessing is limited by address, and so is joining, more widely than registering without a link", async () => {
  const from = (address: string) => ({ by: { caller: () => address } });
  const statuses = [];
  for (let n = 0; n < 21; n++) statuses.push((await site.ask("/join/x", from("192.0.2.1"))).status);
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 404), 429]);
  const { path } = await link({ uses: "100" });
  const answer = await site.ask(path, from("192.0.2.1"));
  expect([answer.status, Number(answer.headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
  const joined = [];
  for (let n = 0; n < 12; n++) {
    const form = { name: `p${n}`, password: PASSWORD, id: crypto.randomUUID() };
    joined.push((await site.ask(path, { form, ...from("192.0.2.2") })).status);
  }
  expect(joined).toEqual(Array.from({ length: 12 }, () => 303));
});
