/** Messages that an admin of the room has deleted, as their readers see them: on the page, live, and after a resume. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { drain } from "../../support/feed-reader.ts";
import { Site } from "./site.ts";

type Person = Awaited<ReturnType<Site["person"]>>;

let site: Site;
let anna: Person;
let ben: Person;
let eve: Person;
let message: { id: string; conversationId: string };

const id = (): string => crypto.randomUUID();

beforeEach(async () => {
  site = new Site();
  [anna, ben, eve] = [await site.person("anna"), await site.person("ben"), await site.person("eve")];
  const room = { name: "ops", topic: "", isPrivate: false, people: ["ben", "eve"], clientId: id() };
  await site.solo.chat.createRoom(anna.session, room);
  message = await site.send(ben, "#ops", "rude words");
});
afterEach(() => site.close());

const page = async (as: Person): Promise<string> => (await site.ask(`/c/${message.conversationId}`, { as })).text();
const remove = (as: Person) =>
  site.ask(`/c/${message.conversationId}/delete`, { as, form: { ids: message.id, everyone: "yes", id: id() } });

test("only those who run the room are offered it, and only they may; it works without a script", async () => {
  expect([await page(anna), await page(eve)].map((html) => html.includes('name="everyone"'))).toEqual([true, false]);
  const refused = await remove(eve);
  expect([refused.status, refused.headers.get("lastword-code")]).toEqual([403, "not_allowed"]);
  expect(await page(eve)).toContain("rude words");
  expect((await remove(anna)).status).toBe(303);
  for (const reader of [anna, ben, eve]) {
    const html = await page(reader);
    expect([html.includes("rude words"), html.includes("Deleted by anna")]).toEqual([false, true]);
  }
  const listed = await site.solo.chat.listConversations(eve.session, { limit: 10 });
  expect(listed.ok && listed.value.map(({ unread }) => unread)).not.toContain(1);
  // A reader may hide the row.
  await site.ask(`/c/${message.conversationId}/delete`, { as: eve, form: { ids: message.id, id: id() } });
  expect([await page(eve), await page(ben)].map((html) => html.includes("Deleted by anna"))).toEqual([false, true]);
});

test("all hear of it, live and when their streams resume, and no stream has the text", async () => {
  const { chat } = site.solo;
  const cursor = chat.cursor();
  const open = (who: Person, from: object) => {
    const feed = chat.subscribe(who.session, from);
    if (!feed.ok) throw new Error(feed.error.code);
    return feed.value;
  };
  const live = [ben, eve].map((who) => open(who, {}));
  expect((await remove(anna)).status).toBe(303);
  const resumed = [ben, eve].map((who) => open(who, { cursor }));
  const removed = { id: message.id, body: "", deleted: true, removedBy: { id: anna.session.userId, name: "anna" } };
  for (const feed of [...live, ...resumed]) {
    const events = (await drain(feed)).map(({ event }) => event).filter(({ kind }) => kind !== "presence");
    expect(events.filter(({ kind }) => kind !== "read")).toEqual([
      { kind: "changed", message: expect.objectContaining(removed) },
    ]);
    expect(JSON.stringify(events)).not.toContain("rude");
  }
});
