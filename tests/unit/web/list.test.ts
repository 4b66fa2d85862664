/** The list on the left as the replica renders it, what is preferred for its rows, and finding people and rooms. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { compareRows, type Order } from "../../../src/web/messages/list-order.ts";
import { PRESSES, SHORTCUTS } from "../../../src/web/page/shortcuts.ts";
import { CLUSTER, SESSION_COOKIE, Site } from "./site.ts";
import type { Person } from "../../support/solo-chat.ts";

let site: Site;
let anna: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  [anna, ben] = [await site.person("anna"), await site.person("ben")];
});
afterEach(() => site.close());

async function room(name: string, people = "anna"): Promise<string> {
  const answer = await site.ask("/rooms", { as: ben, json: true, form: { name, people, id: crypto.randomUUID() } });
  return ((await answer.json()) as { room: { id: string } }).room.id;
}

async function say(roomId: string, body: string): Promise<void> {
  await site.ask(`/c/${roomId}/messages`, { as: ben, json: true, form: { body, id: crypto.randomUUID() } });
}

const prefer = (roomId: string, form: Record<string, string>) =>
  site.ask(`/c/${roomId}/preferences`, { as: anna, json: true, form: { ...form, id: crypto.randomUUID() } });

const page = async (path: string, cookies = ""): Promise<string> => {
  const headers = { cookie: `${SESSION_COOKIE}=${anna.token}${cookies}` };
  return await (await site.ask(path, { headers })).text();
};

/** The names in a section, from the top. */
function names(html: string, section: string): string[] {
  const list = new RegExp(`<details id="list-${section}".*?</details>`, "s").exec(html)?.[0] ?? "";
  return [...list.matchAll(/class="name">([^<]+)/g)].map(([, name]) => name!);
}

describe("the list", () => {
  test("has starred conversations, rooms and direct messages; what is unread comes first, then what is newest", async () => {
    const ids = [await room("one"), await room("two"), await room("three")];
    for (const id of ids) await say(id, "hello");
    await site.send(ben, "anna", "hi");
    const form = { upTo: "" };
    const { messages } = (await (await site.ask(`/c/${ids[2]}`, { as: anna, json: true })).json()) as {
      messages: { id: string }[];
    };
    await site.ask(`/c/${ids[2]}/read`, { as: anna, json: true, form: { ...form, upTo: messages[0]!.id } });
    expect(names(await page("/"), "rooms")).toEqual(["#two", "#one", "#three"]);
    expect(names(await page("/"), "direct")).toEqual(["ben"]);
    await prefer(ids[0]!, { starred: "yes" });
    const html = await page("/sidebar");
    expect(names(html, "starred")).toEqual(["#one"]);
    expect(names(html, "rooms")).toEqual(["#two", "#three"]);
    const byName = await page("/", `; lastword-${CLUSTER}-looks=auto.name`);
    expect(names(byName, "rooms")).toEqual(["#three", "#two"]);
    expect(byName).toContain('data-order="name"');
    const folded = await page("/", `; lastword-${CLUSTER}-folded=rooms.direct`);
    expect([...folded.matchAll(/id="list-(\w+)"[^>]* open/g)].map(([, section]) => section)).toEqual(["starred"]);
  });

  test("shows a muted row without a count, and leads to no muted conversation as unread", async () => {
    const id = await room("one");
    await say(id, "hello");
    expect((await site.ask("/unread", { as: anna })).headers.get("location")).toBe(`/c/${id}`);
    const answer = await prefer(id, { muted: "true" });
    expect(await answer.json()).toMatchObject({ conversation: { unread: 1, preferences: { muted: true } } });
    const html = await page("/");
    expect(html).toContain('class="muted"');
    expect(html).toContain("<title>New message");
    expect(html).not.toContain("has-unread");
    expect((await site.ask("/unread", { as: anna })).headers.get("location")).toBe("/");
    expect((await prefer(id, {})).status).toBe(422);
    expect((await prefer(id, { level: "loud" })).status).toBe(422);
    const plain = await site.ask(`/c/${id}/preferences`, { as: anna, form: { level: "nothing" } });
    expect([plain.status, plain.headers.get("location")]).toEqual([303, `/c/${id}`]);
    expect(await page(`/c/${id}`)).toContain('value="nothing" aria-pressed="true"');
  });

  test("rows are compared alike by the replica and by the page: unread, then newest; or by name as people sort", () => {
    const row = (name: string, isUnread: boolean, seq: number) => ({ name, isUnread, seq });
    const rows = [row("#b10", false, 4), row("Ärger", true, 1), row("#b9", true, 3), row("zoe", false, 2)];
    const sorted = (order: Order): string[] => rows.toSorted((a, b) => compareRows(order, a, b)).map((one) => one.name);
    expect(sorted("unread")).toEqual(["#b9", "Ärger", "#b10", "zoe"]);
    expect(sorted("name")).toEqual(["#b9", "#b10", "Ärger", "zoe"]);
  });
});

describe("finding", () => {
  const found = async (text: string): Promise<string[]> => {
    const html = await page(`/find?q=${encodeURIComponent(text)}`);
    const main = html.slice(html.indexOf('class="found"'));
    return [...main.matchAll(/class="name">([^<]+)/g)].map(([, name]) => name!);
  };

  test("first what begins so, then words that do, then the rest; # and @ say which", async () => {
    await site.person("opal");
    await site.person("prosper");
    await room("ops");
    await room("dev-ops");
    await room("opera", "");
    expect(await found("op")).toEqual(["#ops", "opal", "#opera", "#dev-ops"]);
    expect(await found("#op")).toEqual(["#ops", "#opera", "#dev-ops"]);
    expect(await found("@OP")).toEqual(["opal"]);
    expect(await found("ann")).toEqual(["anna (you)"]);
    expect(await page("/find?q=opera")).toContain("not joined");
    expect(await page("/find?q=nothing+of+the+kind")).toContain("“nothing of the kind”");
  });

  test("a group is found by each of its people, after the person", async () => {
    await site.person("carla");
    await site.ask("/to", { as: anna, json: true, form: { name: "ben, carla", body: "hi", id: crypto.randomUUID() } });
    expect(await found("carl")).toEqual(["carla", "ben, carla"]);
    expect(await found("ben")).toEqual(["ben", "ben, carla"]);
    expect(await found("#carl")).toEqual([]);
    expect(names(await page("/"), "direct")).toContain("ben, carla");
  });

  test("without a name, the latest conversations, those with unread messages first", async () => {
    const [old, busy] = [await room("old"), await room("busy")];
    await say(old, "hello");
    await site.ask("/to", { as: anna, json: true, form: { name: "#busy", body: "mine", id: crypto.randomUUID() } });
    expect((await found("")).slice(0, 2)).toEqual(["#old", "#busy"]);
    const answer = await site.ask("/find?q=bus", { as: anna, json: true });
    expect(await answer.json()).toMatchObject({ people: [], rooms: [{ id: busy, name: "busy" }] });
  });
});

test("no press does two things, and each is written as the script reads it", () => {
  const all = SHORTCUTS.flatMap(({ shortcuts }) => [...shortcuts] as { readonly presses?: object }[]);
  const presses = all.flatMap(({ presses: own = {} }) => Object.keys(own));
  expect(PRESSES.size).toBe(presses.length);
  for (const press of presses) expect(press).toMatch(/^(mod\+)?(alt\+)?(shift\+)?[^+]+$/);
});
