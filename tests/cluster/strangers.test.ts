/**
 * What a stranger could do through somebody's browser, or learn from the login page, tried over real sockets at the
 * built binary: forms and fetches of another site, a planted session, and names that exist or do not exist.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Cluster } from "../../harness/cluster.ts";
import { WEB_PASSWORD, WebPerson } from "../../harness/web-person.ts";
import { ROUTE_ROWS } from "../support/requests/all.ts";
import type { Target } from "../support/requests/request.ts";
import { loginCookie } from "../../harness/login-cookie.ts";

let cluster: Cluster;
let ada: WebPerson;
let ben: WebPerson;

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  [ada, ben] = [new WebPerson("ada"), new WebPerson("ben")];
  for (const [id, who] of [ada, ben].entries()) await who.register(cluster.web(id));
}, 180_000);
afterAll(() => cluster.stop());

test("CSRF: another site's form or fetch with ada's cookie is refused on every route that changes something", async () => {
  const { id, conversationId } = await ada.send(cluster.web(0), "ben", "stays");
  const fresh = (): string => crypto.randomUUID();
  const target: Target = { room: conversationId, name: "ben", message: id, session: "x" };
  const changes: (readonly [string, Readonly<Record<string, string>>])[] = [
    // With ada's password; and a login as the stranger, which would make ada write in his account.
    ["/account/password", { password: WEB_PASSWORD, newPassword: "stolen by a stranger" }],
    ["/account/delete", { password: WEB_PASSWORD }],
    ["/login", { name: "ben", password: WEB_PASSWORD }],
    ["/register", { name: "made-by-a-stranger", password: WEB_PASSWORD }],
  ];
  for (const [route, rows] of Object.entries(ROUTE_ROWS))
    for (const row of route.startsWith("POST ") ? rows : [])
      if (row.kind !== "stream") changes.push([row.path(target), row.form?.(target) ?? {}]);
  const others: readonly Record<string, string>[] = [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    // Another port of this computer, where somebody else's program may run.
    { "sec-fetch-site": "same-site", origin: "http://localhost:9" },
    // A browser that sends only the origin; and one in a sandboxed frame.
    { origin: "https://evil.example" },
    { origin: "null" },
  ];
  const at = cluster.web(2);
  const cookie = `${await loginCookie(at)}=${ada.cookie(at)!}`;
  expect(changes.length).toBeGreaterThan(30);
  for (const [path, fields] of changes)
    for (const headers of others)
      for (const page of [true, false]) {
        const sent = { ...headers, cookie };
        const answer = await new WebPerson("x").ask(at, path, {
          form: { id: fresh(), ...fields },
          page,
          headers: sent,
        });
        expect([path, headers, answer.status, answer.headers.getSetCookie()]).toEqual([path, headers, 403, []]);
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      }
  // The same requests succeed from our own page, so the others were refused because of their origin.
  const { user } = await ada.json<{ user: { id: string } }>(at, "/account");
  const ours = { "sec-fetch-site": "same-origin", origin: at, "lastword-as": user.id };
  await ada.json(at, `/c/${conversationId}/messages`, { form: { body: "hers", id: fresh() }, headers: ours });
  expect(await ada.texts(at, conversationId)).toEqual(["stays", "hers"]);
  const { users } = await ben.json<{ users: { name: string }[] }>(cluster.web(0), "/people");
  expect(users.map(({ name }) => name)).toEqual(["ada"]);
  await new WebPerson("ada").logIn(cluster.web(1));
}, 180_000);

test("session fixation: what was planted before a log-in or a registration opens nothing after it", async () => {
  const planted = Buffer.alloc(32, 9).toString("base64url");
  const stolen = ben.cookie(cluster.web(0))!;
  for (const [at, token] of [planted, stolen].entries()) {
    const origin = cluster.web(at);
    for (const path of ["/login", "/register"]) {
      const victim = new WebPerson(path === "/login" ? "ada" : `victim${at}`);
      victim.setCookie(origin, await loginCookie(origin), token);
      const form = { name: victim.name, password: WEB_PASSWORD, id: crypto.randomUUID() };
      expect((await victim.ask(origin, path, { form })).ok).toBe(true);
      const now = victim.cookie(origin)!;
      expect([planted, stolen]).not.toContain(now);
      const names: string[] = [];
      for (const value of [now, token]) {
        const who = new WebPerson("x");
        who.setCookie(origin, await loginCookie(origin), value);
        const page = await who.ask(cluster.web(2), "/account", { page: true });
        names.push(/class="me"[^>]*><span>([^<]*)/.exec(await page.text())?.[1] ?? String(page.status));
      }
      // The stranger's login belongs to the stranger only.
      expect(names).toEqual([victim.name, token === planted ? "303" : "ben"]);
    }
  }
}, 180_000);

test("enumeration: an unknown name and a wrong password get the same answer, to the byte", async () => {
  const answerTo = async (name: string, page: boolean): Promise<unknown> => {
    const form = { name, password: "not the password", id: "0199b4a6-0000-4000-8000-000000000001" };
    // Uncompressed, because the size after gzip depends on the letters of the name.
    const plain = { "accept-encoding": "identity" };
    const answer = await new WebPerson("x").ask(cluster.web(1), "/login", { form, page, headers: plain });
    const headers = [...answer.headers].filter(([header]) => header !== "date");
    const text = (await answer.text()).replaceAll(name, "NAME").replaceAll(/[0-9a-f-]{36}/g, "ID");
    return [answer.status, headers, text];
  };
  for (const page of [false, true]) {
    const known = (await answerTo("ada", page)) as [number, unknown, string];
    expect([known[0], known[2].includes("wrong")]).toEqual([401, true]);
    expect(await answerTo("nob", page)).toEqual(known);
  }
}, 180_000);
