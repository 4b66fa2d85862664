/** What people say about themselves: the form on the account page, and where the pages show it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { Site } from "./site.ts";

let site: Site;
let anna: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  [anna, ben] = [await site.person("anna"), await site.person("ben")];
});
afterEach(() => site.close());

const save = (form: Record<string, string>, as = ben): Promise<Response> =>
  site.ask("/account/profile", { as, form: { id: crypto.randomUUID(), ...form } });

const page = async (path: string, as = anna): Promise<string> => await (await site.ask(path, { as })).text();

/** What others see of Ben. */
async function shown(): Promise<Record<string, unknown>> {
  const answer = await site.ask("/people?q=ben", { as: anna, json: true });
  return ((await answer.json()) as { users: Record<string, unknown>[] }).users[0]!;
}

test("the form sets everything at once; fields that were not touched stay as they are", async () => {
  const answer = await save({
    displayName: "Ben Adams",
    emoji: ":palm_tree:",
    status: "away",
    timeZone: "europe/rome",
  });
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/account?said=profile"]);
  const status = { emoji: "🌴", text: "away", untilMicros: 0 };
  expect(await shown()).toMatchObject({ name: "ben", displayName: "Ben Adams", status, timeZone: "Europe/Rome" });
  // Another device has changed the name since this form was rendered.
  await save({ displayName: "Ben Berg" });
  await save({ displayName: "Ben Adams", wasDisplayName: "Ben Adams", timeZone: "", wasTimeZone: "Europe/Rome" });
  expect(await shown()).toMatchObject({ displayName: "Ben Berg", status });
  expect(await shown()).not.toHaveProperty("timeZone");
});

test.each([
  [{ displayName: "anna" }, "displayName", "logs in with this name"],
  [{ displayName: "<b>" }, "displayName", "Use letters"],
  [{ emoji: "no", status: "x" }, "emoji", "Choose one emoji"],
  [{ status: "x".repeat(101) }, "status", "at most 100 characters"],
  [{ status: "x", until: "date", day: "2020-01-01" }, "until", "still to come"],
  [{ status: "x", until: "date", day: "soon" }, "until", "still to come"],
  [{ timeZone: "Mars" }, "timeZone", "no such time zone"],
])("%j comes back with its sentence at the field and what was typed", async (form, field, sentence) => {
  const answer = await save({ displayName: "Ben Adams", ...form });
  const html = await answer.text();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(html).toMatch(new RegExp(`id="field-${field}-error"[^>]*>[^<]*${sentence}`));
  for (const typed of Object.values(form)) expect(html).toContain(`value="${Bun.escapeHTML(typed)}"`);
  expect(await shown()).toMatchObject({ displayName: "ben" });
});

test("a status ends after some time, or with a day in the user's time zone", async () => {
  const until = async (form: Record<string, string>): Promise<number> => {
    await save({ status: "away", ...form });
    return ((await shown()) as { status: { untilMicros: number } }).status.untilMicros / 1000;
  };
  const soon = (await until({ until: "1800" })) - Date.now();
  expect(soon).toBeGreaterThan(1_790_000);
  expect(soon).toBeLessThanOrEqual(1_800_000);
  const kept = await until({ status: "still away", until: "keep", untilMicros: String((Date.now() + 60_000) * 1000) });
  expect(kept - Date.now()).toBeLessThanOrEqual(60_000);
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const end = await until({ until: "date", day, timeZone: "Asia/Tokyo" });
  expect(new Date(end).toISOString()).toBe(`${day}T15:00:00.000Z`);
  const today = await until({ until: "today", browserZone: "Asia/Tokyo", timeZone: "" });
  expect(new Date(today).toISOString()).toEndWith("T15:00:00.000Z");
  expect(today - Date.now()).toBeLessThanOrEqual(86_400_000);
});

test("pages show the display name, with the name of the account where it matters, and the status", async () => {
  await site.send(ben, "anna", "hello @anna");
  await save({ displayName: "Ben Adams", emoji: "🌴", status: "<away>", timeZone: "Asia/Tokyo" });
  await save({ displayName: "Anna Berg" }, anna);
  const home = await page("/");
  const { id } = ben.user;
  expect(home).toContain(
    `<span data-person="${id}" title="ben" class="name">Ben Adams<span class="status" title="&lt;away&gt;">`,
  );
  const path = /href="(\/c\/[^"]+)"/.exec(home)![1]!;
  const conversation = await page(path);
  expect(conversation).toContain('<h1 id="with">Ben Adams</h1>');
  expect(conversation).toMatch(
    /person-note"><span class="seen".*&lt;away&gt;.*local time \d\d:\d\d<.*account-name">ben</,
  );
  expect(conversation).toContain('<p class="author" title="ben">Ben Adams</p>');
  expect(conversation).toContain(`data-mention="${anna.user.id}" title="@anna">@Anna Berg<`);
  const people = await page("/people?q=adams");
  expect(people).toContain('<span class="account-name">ben</span>');
  expect(people).toMatch(/local time \d\d:\d\d/);
  for (const typed of ["@be", "@adam"])
    expect(await page(`${path}/complete?text=${encodeURIComponent(typed)}`)).toMatch(/@ben<.*Ben Adams</);
  expect(await page("/find?q=adams")).toContain("Ben Adams");
  expect(await page("/find?q=berg")).toContain("Anna Berg (you)");
  expect(await page("/account", ben)).toContain('name="displayName" type="text" dir="auto" value="Ben Adams"');
});
