/** New passwords by links, and deactivation, as forms and as JSON. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { PASSWORD, Site, type RequestOptions } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;
let nowMicros = 0;

beforeEach(async () => {
  nowMicros = Date.now() * 1000;
  site = new Site({ nowMicros: () => nowMicros });
  [ada, ben] = [await site.person("ada"), await site.person("ben")];
});
afterEach(() => site.close());

async function page(path: string, options: RequestOptions = {}): Promise<string> {
  const answer = await site.ask(path, options);
  return answer.status === 303 ? `-> ${answer.headers.get("location")}` : `${answer.status} ${await answer.text()}`;
}

function by(person: Person, form: Record<string, string> = {}): RequestOptions {
  return { as: person, form: { as: person.session.userId, id: crypto.randomUUID(), ...form } };
}

const logsIn = async (password: string): Promise<string> => await page("/login", { form: { name: "ben", password } });

test("an admin makes a link; its owner sets a password by it, once, and is logged out everywhere else", async () => {
  const made = await page("/people/reset", by(ada, { person: "ben" }));
  const [link] = /http:\/\/localhost:8081\/reset\/[\w-]{43}/.exec(made)!;
  const { pathname } = new URL(link);
  expect(await page(pathname)).toContain("A new password for ben");
  const short = await page(pathname, { form: { password: "short" } });
  expect(short).toMatch(/^422.*Use at least 8 characters\./s);
  const form = { password: "a new password", id: crypto.randomUUID() };
  expect(await page(pathname, { form })).toBe("-> /");
  expect(site.solo.chat.authenticate(ben.token)).toBeNull();
  // The same form again logs in again; any other use is refused.
  expect(await page(pathname, { form })).toBe("-> /");
  expect(await page(pathname)).toMatch(/^410.*This link has been used as often as it may be\./s);
  expect(await logsIn(PASSWORD)).toStartWith("401");
  expect(await logsIn("a new password")).toBe("-> /");
});

test("a link ends after a day, and with a newer one", async () => {
  const link = async (): Promise<string> => {
    const answer = await site.ask("/people/reset", { ...by(ada, { person: "ben" }), json: true });
    const { link: made, expiresMicros } = (await answer.json()) as { link: string; expiresMicros: number };
    expect(expiresMicros).toBeGreaterThan(nowMicros);
    return new URL(made).pathname;
  };
  const [first, second] = [await link(), await link()];
  expect(await page(first)).toMatch(/^404.*There is no such link\./s);
  nowMicros += 25 * 3600 * 1e6;
  expect(await page(second)).toMatch(/^410.*This link has expired\./s);
  expect(await page(`/reset/${"A".repeat(43)}`)).toMatch(/^404.*There is no such link\./s);
});

test("a deactivated account cannot log in and is listed for admins; reactivated, it is as before", async () => {
  const eve = await site.person("eve");
  expect(await page("/people/deactivate", by(ada, { person: "ben" }))).toBe("-> /people?deactivated=1");
  expect(site.solo.chat.authenticate(ben.token)).toBeNull();
  expect(await logsIn(PASSWORD)).toMatch(/^403.*This account is deactivated\./s);
  expect(await page("/people", { as: eve })).not.toContain("ben");
  expect(await page("/people?deactivated=1", { as: eve })).not.toContain("ben");
  expect(await page("/people?deactivated=1", { as: ada })).toContain("ben");
  expect(await page("/to", by(eve, { name: "ben", body: "hello" }))).toMatch(/^403.*This account is deactivated\./s);
  const manage = await page("/people/role?person=ben", { as: ada });
  expect(manage).toContain("Reactivate ben");
  expect(await page("/people/reactivate", by(ada, { person: "ben" }))).toBe("-> /people");
  expect(await logsIn(PASSWORD)).toBe("-> /");
});

test("who may not is told so, and sees no forms; nobody deactivates the last owner or herself", async () => {
  expect(await page("/people/role?person=ada", { as: ben })).not.toContain("Deactivate");
  expect(await page("/people/role", { as: ada })).not.toContain("Deactivate");
  for (const path of ["/people/reset", "/people/deactivate", "/people/reactivate"]) {
    expect(await page(path, by(ben, { person: "ada" }))).toMatch(/^403.*You may not do this\./s);
    expect(await page(path, by(ada, { person: "ada" }))).toMatch(/^403.*You may not do this\./s);
    expect(await page(path, by(ada, { person: "zoe" }))).toMatch(/^404.*No one here is called/s);
  }
  expect(site.solo.chat.authenticate(ada.token)).not.toBeNull();
});
