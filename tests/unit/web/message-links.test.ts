/** The link to one message: it opens the conversation around it, also after a log-in, and only for who may see it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { PASSWORD, Site } from "./site.ts";

type Person = Awaited<ReturnType<Site["person"]>>;

let site: Site;
let anna: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  [anna, ben] = [await site.person("anna"), await site.person("ben")];
});
afterEach(() => site.close());

const linkTo = (message: { id: string; conversationId: string }): string =>
  `/c/${message.conversationId}/m/${message.id}`;

test("it leads to the message, far above the newest, and the page says which one it is", async () => {
  const first = await site.send(anna, "ben", "the very first");
  for (let n = 0; n < 120; n++) await site.send(anna, "ben", `words ${n}`);
  const newest = await (await site.ask(`/c/${first.conversationId}`, { as: ben })).text();
  expect(newest).not.toContain("the very first");
  const led = await site.ask(linkTo(first), { as: ben });
  expect(led.status).toBe(303);
  const around = await (await site.ask(led.headers.get("location")!, { as: ben })).text();
  expect([around.includes("the very first"), around.includes(`data-around="${first.id}"`)]).toEqual([true, true]);
  const about = await site.ask(`/c/${first.conversationId}/message?ids=${first.id}`, { as: ben });
  expect(await about.text()).toContain(linkTo(first));
});

test("without a login it asks for one first, and goes on to the message", async () => {
  const message = await site.send(anna, "ben", "words");
  const asked = await site.ask(linkTo(message));
  const login = asked.headers.get("location")!;
  expect(login).toBe(`/login?next=${encodeURIComponent(linkTo(message))}`);
  const form = { name: "ben", password: PASSWORD, next: linkTo(message) };
  expect((await site.ask("/login", { form })).headers.get("location")).toBe(linkTo(message));
});

test("who may not see the message, one that is gone, and another conversation: not found", async () => {
  const message = await site.send(anna, "ben", "words");
  const notes = await site.send(ben, "ben", "notes");
  const eve = await site.person("eve");
  const status = async (as: Person, path: string) => (await site.ask(path, { as })).status;
  expect(await status(eve, linkTo(message))).toBe(404);
  expect(await status(ben, `/c/${notes.conversationId}/m/${message.id}`)).toBe(404);
  expect(await status(ben, `/c/${message.conversationId}/m/nothing`)).toBe(404);
  await site.ask("/delete", { as: anna, form: { ids: message.id, id: crypto.randomUUID() } });
  expect(await status(ben, linkTo(message))).toBe(404);
});
