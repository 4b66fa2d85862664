/** Reporting a message, and what those who run the chat see and do: on the page, in JSON, and live. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { drain } from "../../support/feed-reader.ts";
import { Site } from "./site.ts";

type Person = Awaited<ReturnType<Site["person"]>>;

let site: Site;
/** She runs the chat and is not in the room. */
let anna: Person;
let ben: Person;
let eve: Person;
let message: { id: string; conversationId: string };

const id = (): string => crypto.randomUUID();

beforeEach(async () => {
  site = new Site();
  [anna, ben, eve] = [await site.person("anna"), await site.person("ben"), await site.person("eve")];
  const room = { name: "den", topic: "", isPrivate: true, people: ["eve"], clientId: id() };
  await site.solo.chat.createRoom(ben.session, room);
  message = await site.send(ben, "#den", "rude words");
});
afterEach(() => site.close());

const text = async (path: string, as: Person): Promise<string> => (await site.ask(path, { as })).text();
const formPath = (): string => `/c/${message.conversationId}/report`;
const report = (as: Person, why = "He shouts", json = false) =>
  site.ask(formPath(), { as, json, form: { ids: message.id, why, id: id() } });

test("the form says what others will see; the report is in the list of those who run the chat, until it is done", async () => {
  const form = await text(`${formPath()}?ids=${message.id}`, eve);
  expect(form).toContain("rude words");
  expect(form).toContain("even if it is in a private room");
  const made = await report(eve);
  expect([made.status, made.headers.get("location")]).toEqual([303, `/c/${message.conversationId}/reported`]);
  expect(await text("/reports", anna)).toContain("He shouts");
  const list = await text("/reports", anna);
  for (const words of ["<strong>eve</strong>", "<strong>ben</strong>", "in #den", "rude words"])
    expect(list).toContain(words);
  expect([await text("/", anna), await text("/", eve)].map((html) => html.includes('id="reports-link"'))).toEqual([
    true,
    false,
  ]);
  const settle = { ids: message.id, by: eve.session.userId, done: "yes", id: id() };
  expect((await site.ask("/reports/settle", { as: anna, form: settle })).status).toBe(303);
  expect(await text("/reports", anna)).not.toContain("rude words");
  expect(await text("/reports?done=1", anna)).toContain("Done by anna");
  const audit = await text("/audit", anna);
  expect(audit).toContain("eve reported a message of ben.");
  expect(audit).toContain("anna dealt with a report of a message of ben.");
});

test("the message goes from the list, for everybody; what it said stays with the report", async () => {
  await report(eve);
  const remove = { ids: message.id, id: id() };
  expect((await site.ask("/reports/delete", { as: eve, form: remove })).status).toBe(403);
  expect((await site.ask("/reports/delete", { as: anna, form: { ...remove, id: id() } })).status).toBe(303);
  expect(await text(`/c/${message.conversationId}`, eve)).toContain("Deleted by anna");
  const list = await text("/reports", anna);
  expect([list.includes("rude words"), list.includes("The message has been deleted.")]).toEqual([true, true]);
});

test("what is wrong is said at the field, and what was typed is kept", async () => {
  const long = "y".repeat(513);
  const refused = await report(eve, long);
  expect(refused.status).toBe(422);
  const html = await refused.text();
  expect([html.includes(long), html.includes("Say it in at most 512 characters.")]).toEqual([true, true]);
  const own = await report(ben, "", true);
  expect([own.status, own.headers.get("lastword-code")]).toEqual([403, "not_allowed"]);
  for (const path of ["/reports", "/reports?done=1"]) expect((await site.ask(path, { as: eve })).status).toBe(403);
  expect(await text("/reports", anna)).toContain("No report waits for you.");
});

test("pages of those who run the chat, and no others, hear how many wait", async () => {
  const feeds = [anna, ben, eve].map(({ session }) => {
    const feed = site.solo.chat.subscribe(session, {});
    if (!feed.ok) throw new Error(feed.error.code);
    return feed.value;
  });
  await report(eve);
  const told = await Promise.all(feeds.map(async (feed) => (await drain(feed)).map(({ event }) => event)));
  const counts = told.map((events) => events.filter(({ kind }) => kind === "reports"));
  expect(counts).toEqual([[{ kind: "reports", open: 1 }], [], []]);
  expect([site.solo.chat.openReports(anna.session), site.solo.chat.openReports(eve.session)]).toEqual([1, null]);
});
