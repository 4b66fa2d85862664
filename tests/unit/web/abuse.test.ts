/** What an attacker may send, and that it is refused or has no effect. */
import { classOf, placeOf } from "../../../src/host/error-place.ts";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PAYLOADS, shapeOf } from "../../support/payloads.ts";
import type { Person } from "../../support/solo-chat.ts";
import { ORIGIN, PASSWORD, SESSION_COOKIE, Site } from "./site.ts";

let site: Site;
let ada: Person;
let ben: Person;

beforeEach(async () => {
  site = new Site();
  ada = await site.person("ada");
  ben = await site.person("ben");
});
afterEach(() => site.close());

const shapeOn = (html: string): Promise<string[]> => shapeOf(html, ORIGIN);

describe("stored script", () => {
  /** The page after a wrong password; asked for once, because each attempt costs a hash. */
  let refusedLogin: string[] | null = null;

  test.each(PAYLOADS)("as a message: %j adds no element but paragraphs and links to http(s)", async (payload) => {
    const { conversationId } = await site.send(ada, "ben", "harmless");
    const page = async (): Promise<string> => await (await site.ask(`/c/${conversationId}`, { as: ben })).text();
    const before = new Set(await shapeOn(await page()));
    await site.send(ada, "ben", payload);
    const html = await page();
    const harmless = new Set(["p dir", "a href=http: dir target rel", "a href=https: dir target rel"]);
    const added = (await shapeOn(html)).filter((one) => !before.has(one) && !harmless.has(one));
    expect(added).toEqual([]);
    expect(html).not.toContain("<script>alert");
  });

  test.each(PAYLOADS)("as typed text that is shown again: %j stays in its field", async (payload) => {
    const harmless = await shapeOn(
      await (await site.ask("/to", { as: ada, form: { name: "nobody", body: "x" } })).text(),
    );
    const answer = await site.ask("/to", { as: ada, form: { name: payload, body: payload } });
    expect(await shapeOn(await answer.text())).toEqual(harmless);
    const login = await site.ask("/login", { form: { name: payload, password: "x", next: payload } });
    refusedLogin ??= await shapeOn(await (await site.ask("/login", { form: { name: "x", password: "x" } })).text());
    expect(await shapeOn(await login.text())).toEqual(refusedLogin);
    const link = await site.ask(`/?to=${encodeURIComponent(payload)}`, { as: ada });
    expect(await link.text()).not.toContain("<script>alert");
  });

  test("the policy allows no script but ours, and no inline style or handler exists", async () => {
    const { conversationId } = await site.send(ada, "ben", "hello");
    for (const path of ["/", `/c/${conversationId}`, "/people", "/account", "/cluster"]) {
      const answer = await site.ask(path, { as: ada });
      const policy = answer.headers.get("content-security-policy")!;
      expect(policy).toStartWith("default-src 'self';");
      expect(policy).not.toContain("unsafe");
      expect(policy).not.toContain("*");
      const html = await answer.text();
      expect(html).not.toMatch(/ style=| on[a-z]+=|<script>|hx-on|js:/);
    }
  });
});

describe("another site's page", () => {
  const POSTS = [
    "/login",
    "/register",
    "/logout",
    "/to",
    "/c/x/messages",
    "/c/x/read",
    "/c/x/delete",
    "/account/delete",
    "/account/password",
  ];
  test.each(POSTS)("cannot POST to %s", async (path) => {
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin: "http://localhost:9999" },
      { origin: "https://evil.example" },
      { origin: "http://localhost:9999" },
      { origin: "null" },
      { origin: "garbage" },
    ] as Record<string, string>[]) {
      const answer = await site.ask(path, { as: ada, form: { name: "ben", body: "x", password: PASSWORD }, headers });
      expect([path, JSON.stringify(headers), answer.status]).toEqual([path, JSON.stringify(headers), 403]);
    }
    expect(site.solo.chat.authenticate(ada.token)).not.toBeNull();
  });

  test("our own page can, by either header", async () => {
    for (const headers of [{ "sec-fetch-site": "same-origin" }, { origin: ORIGIN }] as Record<string, string>[]) {
      const answer = await site.ask("/to", {
        as: ada,
        form: { name: "ben", body: "x", as: ada.session.userId },
        headers: { ...headers, host: "localhost:8081" },
      });
      expect(answer.status).toBe(303);
    }
  });

  test("cannot frame the page, read it, or be told where we come from", async () => {
    const { headers } = await site.ask("/", { as: ada, headers: { origin: "https://evil.example" } });
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    // Not "no-referrer": with it the Origin of our own forms would be "null".
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("somebody else's things", () => {
  test("a conversation, its messages, reading and deleting them: as if they were not there", async () => {
    const eve = await site.person("eve");
    const { id, conversationId } = await site.send(ada, "ben", "private words");
    const absent = "AAAAAAAAAAAA_BBBBBBBBBBBB";
    for (const conversation of [conversationId, absent]) {
      const path = `/c/${conversation}`;
      const form = { body: "x", ids: id, id: crypto.randomUUID() };
      const answers = [
        await site.ask(path, { as: eve }),
        await site.ask(`${path}?before=${id}`, { as: eve }),
        await site.ask(`${path}/messages`, { as: eve, form }),
        await site.ask(`${path}/read`, { as: eve, form: { ids: id } }),
        await site.ask(`${path}/read`, { as: eve, form: { upTo: id } }),
        await site.ask(`${path}/delete`, { as: eve, form: { ids: id } }),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404, 404]);
      for (const answer of answers) expect(await answer.text()).not.toContain("private words");
    }
    expect(await (await site.ask(`/c/${conversationId}`, { as: ben })).text()).toContain("private words</div>");
    expect((await site.ask("/read", { as: eve, form: { ids: id } })).status).toBe(404);
    expect((await site.ask("/delete", { as: eve, form: { ids: id } })).status).toBe(404);
  });

  test("another person's login cannot be ended", async () => {
    const path = `/account/sessions/${ben.session.sessionId}/end`;
    expect((await site.ask(path, { as: ada, form: {} })).status).toBe(404);
    expect(site.solo.chat.authenticate(ben.token)).not.toBeNull();
  });

  test("nothing but the cookie says who one is", async () => {
    const headers = { authorization: `Bearer ${ada.token}`, "x-user": ada.user.id };
    expect((await site.ask("/account", { headers, json: true })).status).toBe(401);
  });
});

describe("oversized and malformed", () => {
  test("a body over 64 KiB is refused, known length or not", async () => {
    const body = `name=ben&body=${"x".repeat(66 * 1024)}`;
    const headers = { cookie: `${SESSION_COOKIE}=${ada.token}`, "content-type": "application/x-www-form-urlencoded" };
    const known = await site.web.request(`${ORIGIN}/to`, {
      method: "POST",
      headers: { ...headers, "content-length": String(body.length) },
      body,
    });
    expect([known.status, known.headers.get("lastword-code")]).toEqual([413, "too_large"]);
    const stream = new Blob([body]).stream();
    const unknown = await site.web.request(`${ORIGIN}/to`, { method: "POST", headers, body: stream });
    expect(unknown.status).toBe(413);
  });

  test("so many large bodies may be on their way from one address; small ones are not counted", async () => {
    const ends: (() => void)[] = [];
    const post = (bytes: number, text: string | null): Promise<Response> => {
      const open = new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(text ?? "name=ada&body="));
          if (text !== null) return controller.close();
          ends.push(() => controller.close());
        },
      });
      const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(bytes) };
      return Promise.resolve(site.web.request(`${ORIGIN}/login`, { method: "POST", headers, body: open }));
    };
    const slow = Array.from({ length: 64 }, () => post(60_000, null));
    const refused = await post(60_000, null);
    expect([refused.status, refused.headers.get("lastword-code")]).toEqual([429, "slow_down"]);
    expect((await post(15, "name=ada&password=x")).status).toBe(401);
    ends.shift()!();
    expect((await slow[0]!).status).toBe(401);
    expect((await post(60_000, "name=ada&password=x")).status).toBe(401);
    for (const end of ends) end();
    await Promise.all(slow);
  });

  test.each([
    ["multipart/form-data; boundary=x", "--y garbage"],
    ["application/json", "[1,2"],
    ["application/json", "null"],
    ["application/json", `{"body":{"deep":1},"name":["ben"]}`],
    ["text/plain", "name=ben"],
    ["", ""],
  ])("a body of type %p that says %p is refused with a sentence", async (type, body) => {
    const headers: Record<string, string> = { cookie: `${SESSION_COOKIE}=${ada.token}`, accept: "application/json" };
    if (type !== "") headers["content-type"] = type;
    const answer = await site.web.request(`${ORIGIN}/to`, {
      method: "POST",
      headers,
      ...(body === "" ? {} : { body }),
    });
    expect(answer.status).toBe(422);
    expect((await answer.json()) as object).toMatchObject({ code: "invalid", outcome: "definite" });
  });

  test("501 ids are too many, and nothing is done", async () => {
    const { id } = await site.send(ada, "ben", "stays");
    const ids = [id, ...Array.from({ length: 500 }, () => `${ada.user.id}-${crypto.randomUUID()}`)];
    expect((await site.ask("/delete", { as: ada, form: { ids } })).status).toBe(422);
  });

  test.each(["../../etc/passwd", "%00", "x".repeat(5000), "a b", "<script>"])(
    "odd paths end in 404: %p",
    async (part) => {
      for (const path of [`/c/${part}`, `/assets/${part}`, `/${part}`]) {
        const answer = await site.ask(path, { as: ada, json: true });
        expect([path.slice(0, 40), answer.status]).toEqual([path.slice(0, 40), 404]);
      }
    },
  );

  test.each(["", "x".repeat(65), "\u00e9", "1.0.00000000000000aa.0:99999999", "nonsense", "1.0.zz.0:1"])(
    "a tampered cursor is harmless: %p",
    async (cursor) => {
      const cookie = `${SESSION_COOKIE}=${ada.token}; ${SESSION_COOKIE}-at=${encodeURIComponent(cursor)}`;
      expect((await site.ask("/", { headers: { cookie } })).status).toBe(200);
      const answer = await site.ask(`/events?after=${encodeURIComponent(cursor)}`, { as: ada });
      await answer.body?.cancel();
      expect([200, 422, 503]).toContain(answer.status);
    },
  );

  test("an error inside says nothing about itself to the user, and reaches the operator", async () => {
    Object.assign(site.solo.chat, {
      list: () => {
        throw new Error("SELECT * FROM messages: private words");
      },
    });
    const answer = await site.ask("/", { as: ada });
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe("Something went wrong here. Try again; nothing is done twice.\n");
    expect(site.caught.map(classOf)).toEqual(["Error"]);
    expect(placeOf(site.caught[0])).toContain("abuse.test.ts");
  });
});
