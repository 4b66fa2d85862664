/** Mentions on the page, without a script: rows, the list, the note to the author, the question before a call, names to choose. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { CALLED_UNASKED_MAX } from "../../../src/chat/bounds.ts";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;
let eve: Person;
let room: string;

beforeEach(async () => {
  site = new Site();
  [ada, ben, eve] = [await site.person("ada"), await site.person("Ben"), await site.person("eve")];
  const made = { name: "ops", topic: "", isPrivate: true, people: ["ben"], clientId: crypto.randomUUID() };
  const answer = await site.solo.chat.createRoom(ada.session, made);
  room = answer.ok ? answer.value.id : "";
});
afterEach(() => site.close());

async function get(as: Person, path: string): Promise<string> {
  return await (await site.ask(path, { as })).text();
}

/** What a form leads to: "-> /where", or the page with its status. */
async function post(as: Person, path: string, form: Record<string, string>): Promise<string> {
  const answer = await site.ask(path, { as, form: { as: as.session.userId, ...form } });
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

const say = (as: Person, body: string, more: Record<string, string> = {}): Promise<string> =>
  post(as, `/c/${room}/messages`, { body, ...more });

test("a mention leads to the person, and marks the row of whoever is called; the list counts them apart", async () => {
  await say(ada, "hello");
  await say(ada, "<b>@BEN</b>, see https://example.org/@ben and `@ben`");
  const seen = await get(ben, `/c/${room}`);
  expect(seen).toContain(`&lt;b&gt;<a class="mention me" data-mention="${ben.user.id}">@Ben</a>&lt;/b&gt;`);
  expect(seen.match(/class="mention/g)).toHaveLength(1);
  expect(seen.match(/class="message calls-me"|class="message grouped calls-me"/g)).toHaveLength(1);
  expect(seen).toContain(`data-calls="${ben.user.id}"`);
  const list = await get(ben, "/sidebar");
  expect(list).toMatch(/<span class="count calls"><span aria-hidden="true">@<\/span>1<span class="sr"> mentions you, /);
  expect(list).toMatch(/<span class="count">2<span class="sr"> unread/);
  expect(list).toContain('data-unread="2" data-calls="1"');
  expect(await get(ben, `/people`)).toContain("<title>(1) People");
  const own = await get(ada, `/c/${room}`);
  expect(own).not.toContain("calls-me");
  expect(own).toContain('class="mention" href="/?to=Ben"');
});

test("the author is told who is not in the room, and invites them from there", async () => {
  await say(ada, "@eve and _@eve and @ben");
  const page = await get(ada, `/c/${room}`);
  expect(page).toContain("eve is not in this room and was not notified.");
  expect(page).toContain(`formaction="/rooms/${room}/invite"`);
  expect(await post(ada, `/rooms/${room}/invite`, { people: "eve", from: "conversation" })).toBe(`-> /c/${room}`);
  expect(await get(ada, `/c/${room}`)).not.toContain("was not notified");
  await post(ada, "/to", { name: "ben", body: "what of @eve?" });
  const direct = /href="(\/c\/\w+_\w+)"/.exec(await get(ada, "/sidebar"))?.[1] ?? "";
  const shown = await get(ada, direct);
  expect(shown).toContain("eve cannot see this conversation and was not notified.");
  expect(shown).not.toContain("/invite");
});

test("a call of many people is sent only when its author says so", async () => {
  await say(ada, "@room few");
  expect(await get(ben, `/c/${room}`)).toContain("few");
  const names = await Promise.all(
    Array.from({ length: CALLED_UNASKED_MAX }, async (_, n) => (await site.person(`p${n}`)).user.name),
  );
  await post(ada, `/rooms/${room}/invite`, { people: names.join(" ") });
  const asked = await say(ada, "@here many");
  expect(asked).toStartWith("200");
  expect(asked).toContain("This message notifies up to 11 people. It was not sent yet.");
  expect(asked).toContain("@here many</textarea>");
  expect(await get(ben, `/c/${room}`)).not.toContain("@here many");
  expect(await say(ada, "_@room and `@here` call nobody")).toBe(`-> /c/${room}`);
  expect(await say(ada, "@here many", { call: "yes" })).toBe(`-> /c/${room}`);
  // A program decides for itself.
  const json = await site.ask(`/c/${room}/messages`, { as: ada, json: true, form: { body: "@room again" } });
  expect(json.status).toBe(201);
});

test("names to choose: people of the room first, then others, then calls; rooms; nothing for an outsider's room", async () => {
  const offers = async (as: Person, text: string): Promise<string[]> =>
    [...(await get(as, `/c/${room}/complete?text=${encodeURIComponent(text)}`)).matchAll(/data-text="([^"]*)"/g)].map(
      ([, one]) => one!,
    );
  await site.person("bea");
  expect(await offers(ada, "@")).toEqual(["@Ben", "@bea", "@eve", "@room", "@here"]);
  expect(await offers(ada, "@B")).toEqual(["@Ben", "@bea"]);
  expect(await offers(ada, "＠e")).toEqual(["@eve", "@Ben", "@bea"]);
  expect(await offers(ada, "@ro")).toEqual(["@room"]);
  expect(await offers(ada, "#o")).toEqual(["#ops"]);
  expect((await site.ask(`/c/${room}/complete?text=@b`, { as: eve })).status).toBe(404);
  for (const text of ["", "ben", "@nobody", `@${"x".repeat(500)}`]) expect(await offers(ada, text)).toEqual([]);
  expect(await get(ada, `/c/${room}/complete?text=@eve`)).toContain("not in this room");
});
