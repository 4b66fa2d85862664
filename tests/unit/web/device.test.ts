/** The list of logged-in devices: what is stored of a browser's name, and how the page shows and ends sessions. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { deviceName } from "../../../src/web/account/device.ts";
import { PASSWORD, SESSION_COOKIE, Site } from "./site.ts";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

test.each([
  [CHROME, "Chrome on Linux"],
  [FIREFOX, "Firefox on Windows"],
  [`${CHROME} Edg/142.0.0.0`, "Edge on Linux"],
  [`${CHROME} OPR/120.0.0.0`, "Opera on Linux"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    "Samsung Internet on Android",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Safari on Mac",
  ],
  ["Mozilla/5.0 (something else)", "a browser"],
  ["curl/8.14.1", "a program"],
  ["", ""],
])("%s is %s", (userAgent, name) => expect(deviceName(userAgent)).toBe(name));

test("whatever a browser calls itself, only words of the list are kept", () => {
  const word = fc.constantFrom("Chrome/", "Edg/", "Android", "iPhone", "<script>", "\u0000", "Linux", "x".repeat(600));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      expect(deviceName(`Mozilla/5.0 ${words.join(" ")}`)).toMatch(/^[A-Za-z ]{1,40}$/);
    }),
  );
});

describe("the account page", () => {
  let site: Site;
  beforeAll(() => void (site = new Site()));
  afterAll(() => site.close());

  test("names the devices, this one first, and logs out all others", async () => {
    await site.person("ann");
    const logIn = async (userAgent: string): Promise<string> => {
      const form = { name: "ann", password: PASSWORD };
      const answer = await site.ask("/login", { json: true, form, headers: { "user-agent": userAgent } });
      return answer.headers.getSetCookie().join("; ");
    };
    await logIn(FIREFOX);
    const cookie = await logIn(CHROME);
    const html = await (await site.ask("/account", { headers: { cookie } })).text();
    const devices = [...html.matchAll(/<span class="device">([^<]*)<\/span>(<span class="tag">this device<\/span>)?/g)];
    expect(devices.map(([, name, tag]) => [name, tag !== undefined])).toEqual([
      ["Chrome on Linux", true],
      ["Firefox on Windows", false],
      ["Unknown device", false],
    ]);
    const ended = await site.ask("/account/other-sessions/end", { headers: { cookie }, form: {} });
    expect([ended.status, ended.headers.get("location")]).toEqual([303, "/account?said=others"]);
    const after = await (await site.ask("/account?said=others", { headers: { cookie } })).text();
    expect(after).toContain("All other devices are logged out.");
    expect(after.match(/class="device"/g)).toHaveLength(1);
    expect(after).not.toContain("Log out all others");
  });
});

describe("a browser that logged in before", () => {
  const cookiesOf = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");

  test("is let in after others have guessed at the account from the same address; another browser waits", async () => {
    const site = new Site({ rateLimit: true });
    await site.person("ann");
    const login = async (password: string, cookie = ""): Promise<Response> =>
      await site.ask("/login", { form: { name: "ann", password }, json: true, headers: { cookie } });
    const first = await login(PASSWORD);
    expect(first.headers.getSetCookie().find((line) => line.startsWith(`${SESSION_COOKIE}-device=`))).toMatch(
      /; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const device = cookiesOf(first);
    const guesses = [];
    for (let n = 0; n < 12; n++) guesses.push((await login("wrong wrong")).status);
    expect(guesses.slice(9)).toEqual([401, 429, 429]);
    const refused = await login(PASSWORD);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(1, 7);
    expect((await login(PASSWORD, device)).status).toBe(200);
    // Nobody can forge such a cookie, and the cookie of one account is not valid for another.
    const forged = device.replace(/(-device=[^.]+)\.[^;]+/, `$1.${"A".repeat(22)}`);
    expect((await login(PASSWORD, forged)).status).toBe(429);
    site.close();
  });

  test("keeps its login as long as it uses it", async () => {
    let nowMicros = 1e15;
    const site = new Site({ nowMicros: () => nowMicros });
    const ann = await site.person("ann");
    const cookie = async (): Promise<string | undefined> =>
      (await site.ask("/", { as: ann })).headers.getSetCookie().find((line) => line.startsWith(`${SESSION_COOKIE}=`));
    expect(await cookie()).toBeUndefined();
    nowMicros += 25 * 3600 * 1e6;
    expect(await cookie()).toMatch(`${SESSION_COOKIE}=${ann.token}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax`);
    expect(await cookie()).toBeUndefined();
    nowMicros += 25 * 3600 * 1e6;
    // The cookie does not undo a log-out.
    const out = await site.ask("/logout", { as: ann, form: {} });
    expect(out.headers.getSetCookie().filter((line) => line.startsWith(`${SESSION_COOKIE}=`))).toEqual([
      `${SESSION_COOKIE}=; Max-Age=0; Path=/`,
    ]);
    site.close();
  });
});

test("where new people come by links, a visitor without one is told so", async () => {
  const site = new Site({ registration: "invite" });
  const page = async (path: string): Promise<string> => await (await site.ask(path)).text();
  for (const path of ["/login", "/register"])
    expect(await page(path)).toContain("<code>lastword invite --owner</code>");
  const owner = await site.solo.chat.operator.ownerToken();
  expect(await page(`/join/${owner.ok ? owner.value : ""}`)).toContain("you will own this chat");
  const ann = await site.person("ann");
  expect(await page(`/join/${owner.ok ? owner.value : ""}`)).toContain("Somebody has an account here already.");
  expect(await page("/login")).toContain("You need an invitation link.");
  expect([(await site.ask("/register")).status, (await site.ask("/register", { json: true })).status]).toEqual([
    403, 403,
  ]);
  expect(await page("/register")).toContain("Ask somebody who runs it to send you one");
  const form = { name: "ben", password: PASSWORD, id: crypto.randomUUID() };
  const refused = await site.ask("/register", { form, json: true });
  expect(await refused.json()).toMatchObject({ code: "registration_closed" });
  const made = await site.ask("/invites", { as: ann, json: true, form: { id: crypto.randomUUID() } });
  const { token } = (await made.json()) as { token: string };
  expect((await site.ask(`/join/${token}`, { form })).status).toBe(303);
  site.close();
});

test("an account is offered only where one can be made", async () => {
  const site = new Site({ registration: "closed" });
  const page = async (path: string): Promise<string> => await (await site.ask(path)).text();
  for (const path of ["/login", "/register"])
    expect(await page(path)).toContain("<code>lastword invite --owner</code>");
  const owner = await site.solo.chat.operator.ownerToken();
  expect(await page(`/join/${owner.ok ? owner.value : ""}`)).toContain("new-password");
  await site.person("ann");
  expect(await page("/login")).not.toContain("account here yet");
  expect((await site.ask("/register")).status).toBe(403);
  expect(await page("/register")).toContain("This chat accepts no new accounts. Ask the person who runs it.");
  // Not even by a link.
  expect((await site.ask("/join/x", { form: { name: "ben", password: PASSWORD } })).status).toBe(403);
  site.close();
});
