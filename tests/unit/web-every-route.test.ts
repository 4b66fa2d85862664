/** What holds for every route of the page, found in the app itself: a new route is held to it, too. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Person } from "../support/solo-chat.ts";
import { PASSWORD, Site } from "./web-site.ts";

const site = new Site({ openStatus: false });
/** Method and path of each handler; middleware stands under ALL. */
const ROUTES = [
  ...new Set(site.web.routes.filter(({ method }) => method !== "ALL").map((r) => `${r.method} ${r.path}`)),
];
const CHANGING = ROUTES.filter((route) => !/^(?:GET|OPTIONS) /.test(route));
/** Open to everybody, by the contract; /logout only answers that nobody is logged in, /handover wants a token. */
const OPEN = [
  "GET /healthz",
  "OPTIONS /",
  "GET /assets/:file",
  "GET /login",
  "POST /login",
  "GET /register",
  "POST /register",
  "POST /logout",
  "GET /handover",
  "POST /handover",
];

let ada: Person;
let eve: Person;
let theirs: { id: string; conversationId: string };

beforeAll(async () => {
  [ada, eve] = [await site.person("ada"), await site.person("eve")];
  await site.person("ben");
  theirs = await site.send(ada, "ben", "private words of ada");
});
afterAll(() => site.close());

/** A request to a route with somebody else's things in every place. */
function ask(route: string, as: Person | null, headers: Record<string, string> = {}): Promise<Response> {
  const [method, pattern] = route.split(" ") as [string, string];
  const path = pattern
    .replace("/sessions/:id", `/sessions/${ada.session.sessionId}`)
    .replace(":id", theirs.conversationId)
    .replace(/:form\{[^}]*\}/, "messages")
    .replace(":file", "nothing.js");
  const form = { id: crypto.randomUUID(), ids: theirs.id, body: "x", name: "ben", to: "ben", all: "yes", token: "x" };
  return site.ask(`${path}?before=${theirs.id}&current=${theirs.conversationId}&after=`, {
    ...(as === null ? {} : { as }),
    ...(method === "GET" ? {} : { form: { ...form, password: "wrong password" } }),
    headers,
    json: true,
    method,
  });
}

test("the list is the app's own", () => {
  expect(ROUTES.length).toBeGreaterThan(20);
  for (const route of OPEN) expect(ROUTES).toContain(route);
});

describe.each(ROUTES.filter((route) => !OPEN.includes(route)))("%s", (route) => {
  test("without a login: 401, and nothing of anybody", async () => {
    for (const headers of [{}, { cookie: `lastword=${"A".repeat(43)}` }, { cookie: "lastword=" }] as Record<
      string,
      string
    >[]) {
      const answer = await ask(route, null, headers);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain("private words");
    }
  });

  test("somebody else's things do not exist", async () => {
    const answer = await ask(route, eve);
    const reader = route === "GET /events" ? null : await answer.text();
    if (reader === null) await answer.body?.cancel();
    else expect(reader).not.toContain("private words");
    if (/:id/.test(route) && !/typing|:form/.test(route)) expect(answer.status).toBe(404);
    // Nothing of it happened.
    const seen = (await (await site.ask(`/c/${theirs.conversationId}`, { as: ada, json: true })).json()) as {
      messages: { body: string; readByOther: boolean }[];
    };
    expect(seen.messages).toEqual([expect.objectContaining({ body: "private words of ada", readByOther: false })]);
    expect(site.solo.chat.authenticate(ada.token)).not.toBeNull();
  });
});

describe.each(CHANGING)("%s", (route) => {
  test("another site's page is refused, with the visitor's cookie and without", async () => {
    for (const as of [ada, null]) {
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example" },
        { origin: "null" },
      ] as Record<string, string>[])
        expect((await ask(route, as, headers)).status).toBe(403);
    }
  });

  test("a body over 64 KiB is refused before anything is looked at", async () => {
    const path = route.split(" ")[1]!.replaceAll(/:\w+(\{[^}]*\})?/g, "x");
    const answer = await site.ask(path, { form: { body: "x".repeat(70_000) }, json: true });
    expect([answer.status, answer.headers.get("lastword-code")]).toEqual([413, "too_large"]);
  });
});

describe.each(ROUTES)("%s", (route) => {
  test("answers under the policy, and is kept by nobody", async () => {
    const answer = await ask(route, ada);
    await answer.body?.cancel();
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|data:|blob:/);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    if (!route.includes("/assets/")) expect(answer.headers.get("cache-control")).toMatch(/^no-store/);
  });
});

describe("who is asked for a name", () => {
  test("an unknown name and a wrong password cost one hash each", async () => {
    const verify = Bun.password.verify.bind(Bun.password);
    const counts: number[] = [];
    try {
      for (const name of ["ada", "nobody-of-this-name", "", "x".repeat(5000), "\u202e"]) {
        let count = 0;
        Bun.password.verify = async (...words: Parameters<typeof verify>) => {
          count += 1;
          return await verify(...words);
        };
        const answer = await site.ask("/login", { form: { name, password: `${PASSWORD}!` }, json: true });
        expect(((await answer.json()) as { code: string }).code).toBe("wrong_password");
        counts.push(count);
      }
    } finally {
      Bun.password.verify = verify;
    }
    expect(counts).toEqual([1, 1, 1, 1, 1]);
  });

  test("a cookie that somebody planted is never the login that follows", async () => {
    const planted = Buffer.alloc(32, 9).toString("base64url");
    for (const path of ["/login", "/register"]) {
      const form = { name: path === "/login" ? "ada" : "fresh", password: PASSWORD, id: crypto.randomUUID() };
      const answer = await site.ask(path, { form, headers: { cookie: `lastword=${planted}; lastword=${eve.token}` } });
      const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("lastword="))!;
      expect(set).not.toContain(planted);
      expect(set).not.toContain(eve.token);
    }
    expect(site.solo.chat.authenticate(planted)).toBeNull();
  });
});
