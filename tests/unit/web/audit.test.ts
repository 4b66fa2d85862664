/** The audit log as a page and as files. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  [ada, ben] = [await site.person("ada"), await site.person("ben")];
});
afterEach(() => site.close());

const by = (form: Record<string, string>) => ({
  as: ada,
  form: { as: ada.session.userId, id: crypto.randomUUID(), ...form },
});
const text = async (path: string, as = ada): Promise<string> => await (await site.ask(path, { as })).text();

test("who did what, the newest first; an operator has no name", async () => {
  await site.ask("/people/role", by({ person: "ben", role: "admin" }));
  await site.ask("/invites", by({}));
  await site.ask("/people/reset", by({ person: "ben" }));
  await site.solo.chat.operator.setActive({ person: "ben", active: false });
  const page = await text("/audit");
  const said = [
    "An operator deactivated the account of ben.",
    "ada made a link for a new password of ben.",
    "ada made a link that invites people.",
    "ada made ben an admin.",
    "ben created an account.",
    "ada created an account.",
  ];
  const places = said.map((sentence) => page.indexOf(sentence));
  expect(places.every((place) => place > 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(await text("/people")).toContain(`<a href="/audit">Audit log</a>`);
});

test("in pages, and whole as a CSV and a JSON file", async () => {
  for (let n = 0; n < 215; n++) {
    const role = n % 2 === 0 ? "admin" : "member";
    await site.solo.chat.setRole(ada.session, { person: "ben", role, clientId: crypto.randomUUID() });
  }
  const first = await text("/audit");
  expect(first.match(/ada made ben/g)).toHaveLength(100);
  const [earlier] = /\/audit\?before=\d+/.exec(first)!;
  expect((await text(earlier)).match(/ada made ben/g)).toHaveLength(100);
  const csv = await site.ask("/audit/export?format=csv", { as: ada });
  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="audit.csv"');
  const lines = (await csv.text()).trimEnd().split("\r\n");
  expect(lines).toHaveLength(1 + 217);
  expect(lines[1]).toMatch(/^"\d{4}-.*Z","ada","setRole","ben","","","admin","","ada made ben an admin\."$/);
  const records = JSON.parse(await text("/audit/export?format=json")) as { actor: string; action: string }[];
  expect(records).toHaveLength(217);
  expect(records.at(-1)).toMatchObject({ actor: "ada", action: "register" });
});

test("what was done in rooms; the name of a private room only to those in it", async () => {
  const { chat } = site.solo;
  const clientId = () => crypto.randomUUID();
  const eve = await site.person("eve");
  const make = { topic: "", people: ["eve"] };
  await chat.createRoom(ben.session, { ...make, name: "open", isPrivate: false, clientId: clientId() });
  await chat.createRoom(ben.session, { ...make, name: "den", isPrivate: true, clientId: clientId() });
  for (const room of ["#open", "#den"]) {
    for (const change of [
      { kind: "role", person: "eve", role: "admin" },
      { kind: "remove", people: ["eve"] },
      { kind: "ban", person: "eve" },
      { kind: "unban", person: "eve" },
      { kind: "archived", archived: true },
      { kind: "archived", archived: false },
    ] as const) {
      const done = await chat.changeRoom(ben.session, { room, change, clientId: clientId() });
      expect([change.kind, done.ok]).toEqual([change.kind, true]);
    }
  }
  const page = await text("/audit");
  for (const where of ["#open", "a private room"]) {
    expect(page).toContain(`ben made ${where}.`);
    expect(page).toContain(`ben made eve an admin of ${where}.`);
    expect(page).toContain(`ben removed eve from ${where}.`);
    expect(page).toContain(`ben banned eve from ${where}.`);
    expect(page).toContain(`ben lifted the ban of eve from ${where}.`);
    expect(page).toContain(`ben archived ${where}.`);
    expect(page).toContain(`ben opened ${where} again.`);
  }
  expect(page).not.toContain("den.");
  expect(eve.session.name).toBe("eve");
});

test("only for those who run the chat", async () => {
  for (const path of ["/audit", "/audit/export"])
    expect([path, (await site.ask(path, { as: ben })).status]).toEqual([path, 403]);
});
