/** The pages of people as forms and as JSON: who is what, who may change it, and how a refusal is said. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;
let eve: Person;

beforeEach(async () => {
  site = new Site();
  // The first account is the owner's.
  ada = await site.person("ada");
  ben = await site.person("ben");
  eve = await site.person("eve");
});
afterEach(() => site.close());

async function post(as: Person, form: Record<string, string>): Promise<string> {
  const answer = await site.ask("/people/role", { as, form: { as: as.session.userId, ...form } });
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

async function get(as: Person, path: string): Promise<string> {
  const answer = await site.ask(path, { as });
  return `${answer.status} ${await answer.text()}`;
}

/** The roles that can be chosen on somebody's page. */
async function choices(as: Person, path: string): Promise<string[]> {
  const inputs = [...(await get(as, path)).matchAll(/<input type="radio" name="role"[^>]*>/g)].map(([input]) => input);
  expect(inputs).toHaveLength(4);
  return inputs.filter((input) => !input.includes("disabled")).map((input) => /value="(\w+)"/.exec(input)![1]!);
}

test("an owner makes an admin by a form; the list says so, and offers to each what each may do", async () => {
  expect(await get(ben, "/people")).not.toContain("Manage<");
  const owners = await get(ada, "/people");
  expect(owners).toContain("You are an owner of this chat.");
  expect(owners).toContain(`Manage<span class="sr"> ben</span>`);
  expect(await post(ada, { person: "ben", role: "admin", id: crypto.randomUUID() })).toBe("-> /people");
  const list = await get(eve, "/people");
  expect(list).toContain(`<span class="tag">owner</span>`);
  expect(list).toContain(`<span class="tag">admin</span>`);
  expect(list).not.toContain("You are");
  expect(await choices(ada, "/people/role?person=ben")).toEqual(["guest", "member", "admin", "owner"]);
  expect(await choices(ben, "/people/role?person=eve")).toEqual(["guest", "member", "admin"]);
  expect(await choices(ben, "/people/role?person=ada")).toEqual([]);
  expect(await choices(ben, "/people/role")).toEqual(["guest", "member", "admin"]);
  expect(await choices(eve, "/people/role?person=ben")).toEqual([]);
  const admins = await get(ben, "/people");
  expect(admins).toContain(`Manage<span class="sr"> eve</span>`);
  expect(admins).not.toContain(`Manage<span class="sr"> ada</span>`);
});

test("what is refused comes back with its sentence and what was chosen", async () => {
  const alone = await post(ada, { person: "ada", role: "member" });
  expect(alone).toStartWith("409");
  expect(alone).toContain("A chat needs an owner. Make somebody else an owner first.");
  expect(alone).toMatch(/value="member" checked/);
  const forbidden = await post(eve, { person: "eve", role: "owner" });
  expect(forbidden).toStartWith("403");
  expect(forbidden).toContain("You may not give this role.");
  const nonsense = await post(ada, { person: "ben", role: "king" });
  expect(nonsense).toStartWith("422");
  expect(nonsense).toContain("A role is guest, member, admin or owner.");
  for (const page of [await post(ada, { person: "zoe", role: "admin" }), await get(ada, "/people/role?person=zoe")]) {
    expect(page).toStartWith("404");
    expect(page).toContain("No one here is called");
  }
  expect(await get(ada, "/people")).not.toContain(`<span class="tag">`);
});

test("JSON for programs: the person, with the role", async () => {
  const json = async (as: Person, path: string, form?: Record<string, string>) => {
    const answer = await site.ask(path, { as, json: true, ...(form === undefined ? {} : { form }) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect(await json(ada, "/people/role", { person: "BEN", role: "owner" })).toMatchObject({
    status: 200,
    body: { ok: true, user: { name: "ben", role: "owner" } },
  });
  expect(await json(eve, "/people")).toMatchObject({
    body: {
      users: [
        { name: "ada", role: "owner" },
        { name: "ben", role: "owner" },
      ],
    },
  });
  expect(await json(eve, "/people/role")).toMatchObject({ body: { user: { name: "eve", role: "member" } } });
  expect(await json(eve, "/people/role", { person: "ada", role: "member" })).toMatchObject({
    status: 403,
    body: { code: "not_allowed" },
  });
  expect(await json(ada, "/people/role", { person: "ada", role: "member" })).toMatchObject({ status: 200 });
  expect(await json(ben, "/people/role", { person: "ben", role: "member" })).toMatchObject({
    status: 409,
    body: { code: "last_owner" },
  });
});
