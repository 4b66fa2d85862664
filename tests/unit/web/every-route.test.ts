/** What must hold for every route of the page. The routes come from the app itself, so new ones are tested too. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { ROUTE_ROWS } from "../../support/requests/all.ts";
import type { PageRequest, RouteRow, Target } from "../../support/requests/request.ts";
import { ORIGIN, PASSWORD, SESSION_COOKIE, Site } from "./site.ts";

const site = new Site({ openStatus: false });
/** Method and path of each handler; middleware has the method ALL. */
const ROUTES = [
  ...new Set(site.web.routes.filter(({ method }) => method !== "ALL").map((r) => `${r.method} ${r.path}`)),
];
const CHANGING = ROUTES.filter((route) => !/^(?:GET|OPTIONS) /.test(route));
/** Routes that are open to everybody. /logout only answers that nobody is logged in, and /handover needs a token. */
const OPEN = [
  "GET /healthz",
  "GET /shell.js",
  "GET /no-answer",
  "OPTIONS /",
  "GET /assets/:file",
  "GET /login",
  "POST /login",
  "GET /register",
  "POST /register",
  "GET /join/:token",
  "POST /join/:token",
  "GET /reset/:token",
  "POST /reset/:token",
  "POST /logout",
  "GET /handover",
  "GET /demo/:secret",
  "POST /handover",
];

test("the routes are such that Hono finds each with one regular expression", async () => {
  await site.ask("/healthz");
  // Another router walks a tree for every request, which takes several times as long.
  expect(site.web.router.name).toBe("SmartRouter + RegExpRouter");
});

let ada: Person;
let eve: Person;
/** Ada's private room, with ben in it. */
let secret: string;
let theirs: { id: string; conversationId: string };

beforeAll(async () => {
  [ada, eve] = [await site.person("ada"), await site.person("eve")];
  await site.person("ben");
  theirs = await site.send(ada, "ben", "private words of ada");
  const form = { name: "secret", topic: "private words in a room", isPrivate: "yes", people: "ben" };
  const made = await site.ask("/rooms", { as: ada, json: true, form });
  secret = ((await made.json()) as { room: { id: string } }).room.id;
});
afterAll(() => site.close());

/** A request to a route that names another user's things. */
function ask(
  route: string,
  as: Person | null,
  headers: Record<string, string> = {},
  more: Record<string, string> = {},
  asked: RouteRow = ROUTE_ROWS[route]![0]!,
  target: Target = targets()[0],
): Promise<Response> {
  const { path, form }: PageRequest = asked.kind === "stream" ? { path: () => "/events" } : asked;
  const [method] = route.split(" ") as [string];
  const fields = { id: crypto.randomUUID(), ...form?.(target), ...more };
  return site.ask(path(target), {
    ...(as === null ? {} : { as }),
    ...(method === "GET" ? {} : { form: fields }),
    headers,
    json: true,
    method,
  });
}

/** Ada's conversation with ben, and her private room. */
function targets(): readonly [Target, Target] {
  const { id: message, conversationId: room } = theirs;
  const session = ada.session.sessionId;
  return [
    { room, name: "ben", message, session },
    { room: secret, name: "secret", message, session },
  ];
}

test("the list is the app's own", () => {
  expect(ROUTES.length).toBeGreaterThan(20);
  for (const route of OPEN) expect(ROUTES).toContain(route);
});

describe.each(ROUTES.filter((route) => !OPEN.includes(route)))("%s", (route) => {
  test("without a login: 401, and nothing of anybody", async () => {
    for (const headers of [
      {},
      { cookie: `${SESSION_COOKIE}=${"A".repeat(43)}` },
      { cookie: `${SESSION_COOKIE}=` },
    ] as Record<string, string>[]) {
      const answer = await ask(route, null, headers);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain("private words");
    }
  });

  test("somebody else's things do not exist", async () => {
    for (const target of targets())
      for (const row of ROUTE_ROWS[route]!) {
        const answer = await ask(route, eve, {}, {}, row, target);
        if (row.kind === "stream") await answer.body?.cancel();
        else expect(await answer.text()).not.toContain("private words");
        if (row.kind === "hidden") expect(answer.status).toBe(404);
      }
    // None of it had an effect.
    const seen = (await (await site.ask(`/c/${theirs.conversationId}`, { as: ada, json: true })).json()) as {
      messages: { body: string; readByOther: boolean }[];
    };
    const room = (await (await site.ask(`/rooms/${secret}`, { as: ada, json: true })).json()) as object;
    expect(room).toMatchObject({
      room: { name: "secret", topic: "private words in a room", isPrivate: true, archived: false },
      people: [
        { user: { name: "ada" }, role: "owner" },
        { user: { name: "ben" }, role: "member" },
      ],
    });
    expect(seen.messages).toEqual([expect.objectContaining({ body: "private words of ada", readByOther: false })]);
    expect(site.solo.chat.authenticate(ada.token)).not.toBeNull();
  });
});

/** Routes that create a login and therefore belong to nobody yet. */
const NOBODYS = ["POST /login", "POST /register", "POST /join/:token", "POST /reset/:token", "POST /handover"];

describe.each(CHANGING.filter((route) => !NOBODYS.includes(route)))("%s", (route) => {
  /** Everything that would show a change on behalf of ada or eve. */
  const everything = (): unknown => {
    const { solo } = site;
    return [ada, eve].map(({ token, session }) => [
      solo.chat.authenticate(token),
      solo.state.queries.conversationsOf(session.userId, 10).map(({ last }) => last),
      solo.state.queries.waitingTotal(session.userId, 10),
      solo.state.queries.sessionsOf(session.userId),
    ]);
  };

  test("a page of somebody else's is refused, and nothing happens to anybody", async () => {
    const before = everything();
    // The browser has ada's login now. Its page was opened while eve was logged in, or does not name a user.
    for (const [headers, form] of [
      [{ "lastword-as": eve.session.userId }, {}],
      [{}, { as: eve.session.userId }],
      [{ "sec-fetch-site": "same-origin" }, {}],
      [{ origin: ORIGIN, host: new URL(ORIGIN).host }, {}],
      [{ origin: ORIGIN, host: new URL(ORIGIN).host }, { as: "" }],
    ] as [Record<string, string>, Record<string, string>][]) {
      const answer = await ask(route, ada, headers, { ...form, password: PASSWORD });
      expect([answer.status, answer.headers.get("lastword-code")]).toEqual([409, "other_login"]);
      expect(await answer.json()).toMatchObject({ outcome: "definite", name: "ada" });
    }
    expect(everything()).toEqual(before);
  });
});

test("a page, a piece of it and its stream are not given to a page of somebody else's", async () => {
  for (const route of ROUTES.filter((one) => one.startsWith("GET ") && !OPEN.includes(one))) {
    const answer = await ask(route, ada, { "lastword-as": eve.session.userId });
    expect([route, answer.status, answer.headers.get("lastword-code")]).toEqual([route, 409, "other_login"]);
  }
});

test("every form of a page says whose page it is", async () => {
  const pages = ["/", "/?to=ben", "/people", "/account", "/account/password", `/c/${theirs.conversationId}`];
  pages.push("/invites", "/rooms", "/new-room", `/rooms/${secret}`, `/c/${secret}`);
  let forms = 0;
  for (const path of pages) {
    const page = await (await site.ask(path, { as: ada })).text();
    for (const [form] of page.matchAll(/<form [^>]*method="post".*?<\/form>/gs)) {
      forms += 1;
      expect(form).toContain(`<input type="hidden" name="as" value="${ada.session.userId}"/>`);
    }
  }
  expect(forms).toBeGreaterThan(10);
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

  test("a body over 64 KiB is refused before anything is looked at; a part of a file may have 1 MiB, a form 8", async () => {
    const path = route.split(" ")[1]!.replaceAll(/:\w+(\{[^}]*\})?/g, "x");
    const more = { "POST /uploads/:id": 1_100_000, "POST /c/:id/files": 8_500_000 }[route] ?? 70_000;
    const answer = await site.ask(path, { form: { body: "x".repeat(more) }, json: true });
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
      const answer = await site.ask(path, {
        form,
        headers: { cookie: `${SESSION_COOKIE}=${planted}; ${SESSION_COOKIE}=${eve.token}` },
      });
      const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))!;
      expect(set).not.toContain(planted);
      expect(set).not.toContain(eve.token);
    }
    expect(site.solo.chat.authenticate(planted)).toBeNull();
  });
});
