/** The pages of rooms as forms and as JSON: what works without a script, what is refused and how it is said. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  ada = await site.person("ada");
  ben = await site.person("ben");
});
afterEach(() => site.close());

/** What a form leads to: "-> /where", or the page with its status. */
async function post(as: Person, path: string, form: Record<string, string>): Promise<string> {
  const answer = await site.ask(path, { as, form: { as: as.session.userId, ...form } });
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

async function get(as: Person, path: string): Promise<string> {
  const answer = await site.ask(path, { as });
  return `${answer.status} ${await answer.text()}`;
}

/** Makes a room by its form; its id. */
async function room(as: Person, form: Record<string, string>): Promise<string> {
  const led = await post(as, "/rooms", form);
  expect(led).toStartWith("-> /c/");
  return led.slice("-> /c/".length);
}

test("a room is made by a form, found in the directory, joined, written to and left", async () => {
  const id = await room(ada, { name: "#Ops", topic: "servers", id: crypto.randomUUID() });
  const directory = await get(ben, "/rooms?q=op");
  expect(directory).toContain("#Ops");
  expect(directory).toContain("servers");
  expect(directory).toContain(`action="/rooms/${id}/join"`);
  expect(await get(ben, `/c/${id}`)).toStartWith("404");
  expect(await post(ben, `/rooms/${id}/join`, {})).toBe(`-> /c/${id}`);
  expect(await post(ben, "/to", { name: "#ops", body: "hello" })).toBe(`-> /c/${id}`);
  const page = await get(ada, `/c/${id}`);
  expect(page).toContain("hello");
  expect(page).toContain(`href="/rooms/${id}"`);
  // The list says who wrote it.
  expect(await get(ada, "/")).toContain("ben: hello");
  expect(await get(ada, "/?to=%23ops")).not.toStartWith("200");
  expect(await post(ben, `/rooms/${id}/leave`, {})).toBe("-> /rooms");
  expect(await get(ben, `/c/${id}`)).toStartWith("404");
  expect(await get(ben, `/rooms/${id}`)).toContain("Join this room");
});

test("a form that cannot be taken comes back with its sentence at the field and what was typed", async () => {
  await room(ada, { name: "ops" });
  const typed = { name: "OPS", topic: "about it", people: "ben", isPrivate: "yes" };
  const taken = await post(ben, "/rooms", typed);
  expect(taken).toStartWith("409");
  for (const text of ["Another room has this name", 'value="OPS"', 'value="about it"', 'value="ben"', "checked"])
    expect(taken).toContain(text);
  const stranger = await post(ada, "/rooms", { name: "new", people: "ben, nobody" });
  expect(stranger).toStartWith("404");
  expect(stranger).toContain("No one here is called");
  expect(stranger).toContain('value="ben, nobody"');
  expect(await get(ada, "/rooms")).not.toContain("#new");
});

test("what may be done in a room is what its page offers, and what is refused is said there", async () => {
  const id = await room(ada, { name: "ops", people: "ben" });
  const owners = await get(ada, `/rooms/${id}`);
  const members = await get(ben, `/rooms/${id}`);
  for (const what of ["name", "private", "archive", "remove", "ban", "unban", "role"]) {
    expect(owners).toContain(`action="/rooms/${id}/${what}"`);
    expect(members).not.toContain(`action="/rooms/${id}/${what}"`);
  }
  for (const what of ["invite", "topic", "leave"]) expect(members).toContain(`action="/rooms/${id}/${what}"`);
  const refused = await post(ben, `/rooms/${id}/archive`, { on: "yes" });
  expect(refused).toStartWith("403");
  expect(refused).toContain("Only an admin or an owner of this room can do this");
  const alone = await post(ada, `/rooms/${id}/role`, { person: "ada", role: "member" });
  expect(alone).toStartWith("409");
  expect(alone).toContain("A room needs an owner");
  const nobody = await post(ben, `/rooms/${id}/invite`, { people: "eve" });
  expect(nobody).toContain("No one here is called");
  expect(nobody).toContain('value="eve"');
});

test("every change of a room by its forms", async () => {
  const id = await room(ada, { name: "ops" });
  const at = `-> /rooms/${id}`;
  expect(await post(ada, `/rooms/${id}/invite`, { people: "ben" })).toBe(at);
  expect(await post(ben, `/rooms/${id}/topic`, { topic: "the night" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/name`, { name: "night" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/role`, { person: "ben", role: "admin" })).toBe(at);
  expect(await post(ben, `/rooms/${id}/private`, { on: "yes" })).toBe(at);
  expect(await post(ben, `/rooms/${id}/private`, { on: "no" })).toStartWith("403");
  expect(await post(ada, `/rooms/${id}/private`, { on: "no" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/archive`, { on: "yes" })).toBe(at);
  const archived = await get(ben, `/c/${id}`);
  expect(archived).toContain("This room is archived");
  expect(await post(ben, `/c/${id}/messages`, { body: "late" })).toContain("This room is archived");
  expect(await get(ben, "/rooms?archived=1")).toContain("#night");
  expect(await post(ada, `/rooms/${id}/archive`, { on: "no" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/remove`, { person: "ben" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/invite`, { people: "ben" })).toBe(at);
  expect(await post(ada, `/rooms/${id}/ban`, { person: "ben" })).toBe(at);
  expect(await post(ben, `/rooms/${id}/join`, {})).toStartWith("404");
  expect(await post(ada, `/rooms/${id}/unban`, { person: "ben" })).toBe(at);
  expect(await post(ben, `/rooms/${id}/join`, {})).toBe(`-> /c/${id}`);
});

describe("JSON for programs", () => {
  const json = async (as: Person, path: string, form?: Record<string, string | string[]>) => {
    const answer = await site.ask(path, { as, json: true, ...(form === undefined ? {} : { form }) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test("says the room that was made or changed, its people, and the directory", async () => {
    const made = await json(ada, "/rooms", { name: "ops", topic: "servers", people: ["ben"] });
    expect(made).toMatchObject({ status: 201, body: { room: { name: "ops", people: 2, role: "owner" } } });
    const { id } = made.body["room"] as { id: string };
    expect(await json(ben, "/rooms")).toMatchObject({ body: { rooms: [{ id, role: "member" }], next: null } });
    expect(await json(ben, `/rooms/${id}`)).toMatchObject({
      body: { people: [{ user: { name: "ada" }, role: "owner" }, { user: { name: "ben" } }], next: null },
    });
    expect(await json(ben, `/rooms/${id}/topic`, { topic: "x" })).toMatchObject({ body: { room: { topic: "x" } } });
    expect(await json(ben, "/to", { name: "#ops", body: "hi" })).toMatchObject({
      status: 201,
      body: { message: { conversationId: id } },
    });
    expect(await json(ada, `/c/${id}`)).toMatchObject({
      body: { conversation: { with: null, room: { name: "ops" } } },
    });
    expect(await json(ben, `/rooms/${id}/leave`, {})).toMatchObject({ status: 200, body: { ok: true } });
  });

  test("a private room is no room for others", async () => {
    const made = await json(ada, "/rooms", { name: "secret", isPrivate: "true" });
    const { id } = made.body["room"] as { id: string };
    for (const path of [`/rooms/${id}`, "/rooms/%23secret", `/c/${id}`])
      expect(await json(ben, path)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await json(ben, "/rooms?q=secret")).toMatchObject({ body: { rooms: [] } });
    expect(await json(ben, "/rooms", { name: "secret" })).toMatchObject({ status: 409, body: { code: "name_taken" } });
  });
});

test("a guest sees no control with which rooms are found or made", async () => {
  const [ann, gus] = [await site.person("ann"), await site.person("gus")];
  await site.person("eve");
  const { conversationId: group } = await site.send(ann, "gus, eve", "we three");
  const page = async (path: string, as: Person): Promise<string> => await (await site.ask(path, { as })).text();
  const pages = async (as: Person): Promise<boolean[]> => [
    (await page("/", as)).includes('href="/rooms"'),
    (await page("/rooms", as)).includes('href="/new-room"'),
    (await page(`/c/${group}`, as)).includes("Make it a room"),
  ];
  expect(await pages(gus)).toEqual([true, true, true]);
  await site.solo.chat.operator.giveRole({ person: "gus", role: "guest" });
  expect([await pages(ann), await pages(gus)]).toEqual([
    [true, true, true],
    [false, false, false],
  ]);
});
