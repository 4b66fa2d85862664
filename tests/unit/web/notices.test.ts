/** How a browser calls its user: what the list says of it, the settings in its cookie, and the quiet hours. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { isQuiet } from "../../../src/web/browser/quiet-hours.ts";
import type { Person } from "../../support/solo-chat.ts";
import { SESSION_COOKIE, Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  [ada, ben] = [await site.person("ada"), await site.person("ben")];
});
afterEach(() => site.close());

test("quiet hours may pass midnight; times that are none are never quiet", () => {
  const at = (hours: number, minutes = 0): Date => new Date(2026, 10, 29, hours, minutes);
  const quiet = (text: string): number[] => [0, 6, 7, 12, 21, 22].filter((hours) => isQuiet(text, at(hours)));
  expect(quiet("22:00-07:00")).toEqual([0, 6, 22]);
  expect(quiet("07:00-12:00")).toEqual([7]);
  expect(isQuiet("06:30-06:31", at(6, 30))).toBe(true);
  expect(isQuiet("06:30-06:31", at(6, 31))).toBe(false);
  for (const none of ["", "x", "07:00", "07:00-07:00", "07:00-x"]) expect(quiet(none)).toEqual([]);
});

test("the settings are kept in the browser; hours that are none are not", async () => {
  const save = async (form: Record<string, string>): Promise<string> => {
    const saved = await site.ask("/account/settings", { as: ada, form: { as: ada.session.userId, ...form } });
    const cookie = (saved.headers.get("set-cookie") ?? "").split(";")[0]!;
    const cookies = `${SESSION_COOKIE}=${ada.token}; ${cookie}`;
    const page = await (await site.ask("/account", { headers: { cookie: cookies } })).text();
    return /data-notify="\w*" data-sound="\w*" data-quiet="[^"]*"/.exec(page)?.[0] ?? "";
  };
  expect(await save({ notify: "yes", sound: "yes", quietFrom: "22:00", quietTo: "07:30" })).toBe(
    'data-notify="yes" data-sound="yes" data-quiet="22:00-07:30"',
  );
  expect(await save({ quietFrom: "25:00", quietTo: "07:30" })).toBe('data-notify="no" data-sound="no" data-quiet=""');
  expect(await save({ notify: "yes", quietFrom: "07:30", quietTo: "07:30" })).toBe(
    'data-notify="yes" data-sound="no" data-quiet=""',
  );
});

test("a row of the list says how many messages there call the user", async () => {
  const calls = async (): Promise<string[]> =>
    [...(await (await site.ask("/sidebar", { as: ben })).text()).matchAll(/data-calls="(\d+)"/g)].map(([, n]) => n!);
  await site.send(ada, "ben", "psst");
  expect(await calls()).toEqual(["1", "1"]);
});
