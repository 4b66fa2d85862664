import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FIRST, SECOND } from "../../support/releases.ts";
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

test("a form is read in each encoding that a browser has for it", async () => {
  const fields = { name: "ben", body: "süß & 1+1=2\r\nso" };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("name", new File(["a file is no text"], "x"));
  const encoded = new URLSearchParams(fields);
  for (const body of [form, encoded, JSON.stringify(fields)]) {
    const headers: Record<string, string> = { cookie: `${SESSION_COOKIE}=${ada.token}`, accept: "application/json" };
    if (typeof body === "string") headers["content-type"] = "application/json; charset=utf-8";
    const answer = await site.web.request(`${ORIGIN}/to`, { method: "POST", headers, body });
    expect(answer.status).toBe(201);
    expect(((await answer.json()) as { message: { body: string } }).message.body).toBe("süß & 1+1=2\nso");
  }
});

describe("register, log in, log out", () => {
  test("register sets a cookie that scripts cannot read and no other site sends", async () => {
    const answer = await site.ask("/register", { form: { name: "Cleo", password: PASSWORD, id: crypto.randomUUID() } });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith(`${SESSION_COOKIE}=`))!;
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Lax");
    expect(cookie).toContain("Path=/");
    expect(cookie).not.toContain("Domain");
    expect(cookie).not.toContain("Secure");
  });

  test("over TLS the cookie is Secure", async () => {
    const secure = new Site({ secureCookies: true });
    const answer = await secure.ask("/register", { form: { name: "Cleo", password: PASSWORD } });
    expect(answer.headers.getSetCookie().every((cookie) => cookie.includes("Secure"))).toBe(true);
    secure.close();
  });

  test("a login never takes over a token that came with the request", async () => {
    const headers = { cookie: `${SESSION_COOKIE}=attackers-token` };
    const answer = await site.ask("/login", { form: { name: "ada", password: PASSWORD }, headers });
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith(`${SESSION_COOKIE}=`))!;
    expect(cookie).not.toContain("attackers-token");
    expect(cookie).not.toContain(ada.token);
  });

  test("wrong password and unknown name get the same answer", async () => {
    const wrong = await site.ask("/login", { form: { name: "ada", password: "not this one" } });
    const unknown = await site.ask("/login", { form: { name: "eve", password: "not this one" } });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const text = async (answer: Response): Promise<string> =>
      (await answer.text()).replaceAll(/value="(ada|eve)"/g, "");
    expect(await text(wrong)).toBe(await text(unknown));
  });

  test.each([
    ["name taken, other capitals", { name: "ADA", password: PASSWORD }, 409, "name_taken"],
    ["bad name", { name: "a b", password: PASSWORD }, 422, "invalid"],
    ["no name", { name: "", password: PASSWORD }, 422, "invalid"],
    ["short password", { name: "zoe", password: "short" }, 422, "invalid"],
  ])(
    "register refuses: %s; the name stays in the field, the sentence is beside it",
    async (_what, form, status, code) => {
      const answer = await site.ask("/register", { form });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("lastword-code")).toBe(code);
      expect(answer.headers.get("lastword-outcome")).toBe("definite");
      const html = await answer.text();
      expect(html).toContain(`value="${form.name}"`);
      expect(html).toMatch(/<p class="error" id="field-(name|password)-error" role="alert">[^<]/);
      expect(html).not.toContain(form.password);
    },
  );

  test("after a log-out the cookie is gone and the token dead", async () => {
    const answer = await site.ask("/logout", { as: ada, form: {} });
    expect(answer.headers.get("location")).toBe("/login");
    expect(answer.headers.getSetCookie().join()).toContain("Max-Age=0");
    expect((await site.ask("/", { as: ada })).headers.get("location")).toBe("/login");
  });

  test.each([
    ["/", "/"],
    ["/c/abc_def", "/c/abc_def"],
    ["/people?after=x", "/people?after=x"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example", "/"],
    ["/logout", "/"],
    ["javascript:alert(1)", "/"],
  ])("after the login %s leads to %s", async (next, location) => {
    const answer = await site.ask("/login", { form: { name: "ada", password: PASSWORD, next } });
    expect(answer.headers.get("location")).toBe(location);
  });
});

describe("without a login", () => {
  const GETS = [
    "/",
    "/people",
    "/account",
    "/account/password",
    "/sidebar",
    "/c/x",
    "/c/x/messages",
    "/to",
    "/account/delete",
  ];
  test.each(GETS)("GET %s leads to the log-in page", async (path) => {
    const answer = await site.ask(path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toStartWith("/login");
  });
  test("a piece that a person asks for leads there too, the list that the page fetches by itself does not", async () => {
    const headers = { "hx-request": "true" };
    const leads = async (path: string) => (await site.ask(path, { headers })).headers.get("hx-redirect");
    expect([await leads("/people"), await leads("/sidebar")]).toEqual(["/login?next=%2Fpeople", null]);
    expect((await site.ask("/sidebar", { headers })).status).toBe(204);
  });
  test.each([...GETS, "/events"])("GET %s for a program is 401", async (path) => {
    const answer = await site.ask(path, { json: true });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("lastword-code")).toBe("not_logged_in");
  });
  test.each([
    "/c/x/messages",
    "/to",
    "/c/x/read",
    "/read",
    "/c/x/delete",
    "/delete",
    "/c/x/typing",
    "/account/delete",
    "/account/password",
    "/account/settings",
    "/account/sessions/x/end",
  ])("POST %s is 401", async (path) => expect((await site.ask(path, { form: { body: "x" } })).status).toBe(401));
  test.each(["/login", "/register", "/healthz"])("GET %s is open", async (path) => {
    expect((await site.ask(path)).status).toBe(200);
  });
  test("the cluster's status is open only when it may be", async () => {
    expect((await site.ask("/cluster.json")).status).toBe(200);
    const closed = new Site({ openStatus: false });
    expect((await closed.ask("/cluster.json", { json: true })).status).toBe(401);
    expect((await closed.ask("/cluster")).status).toBe(303);
    closed.close();
  });
});

describe("writing", () => {
  test("to a name, as a form: on to the conversation, which shows it", async () => {
    const answer = await site.ask("/to", {
      as: ada,
      form: { name: " BEN ", body: "one\r\ntwo", id: crypto.randomUUID() },
    });
    expect(answer.status).toBe(303);
    const html = await (await site.ask(answer.headers.get("location")!, { as: ada })).text();
    expect(html).toContain("one\ntwo</div>");
  });

  test("the same id twice is one message, with the same answer", async () => {
    const form = { name: "ben", body: "once", id: crypto.randomUUID() };
    const first = (await (await site.ask("/to", { as: ada, json: true, form })).json()) as { message: object };
    const again = (await (await site.ask("/to", { as: ada, json: true, form })).json()) as { message: object };
    expect(again.message).toEqual(first.message);
  });

  test("what is unread is one address away, and the start where nothing is", async () => {
    const nil = await site.person("nil");
    const where = async () => (await site.ask("/unread", { as: nil })).headers.get("location");
    expect(await where()).toBe("/");
    const { id, conversationId } = await site.send(ada, "nil", "for nil");
    expect(await where()).toBe(`/c/${conversationId}`);
    await site.ask(`/c/${conversationId}/read`, { as: nil, form: { upTo: id } });
    expect(await where()).toBe("/");
  });

  test("other words under a used id are refused", async () => {
    const form = { name: "ben", body: "once", id: crypto.randomUUID() };
    await site.ask("/to", { as: ada, json: true, form });
    const answer = await site.ask("/to", { as: ada, json: true, form: { ...form, body: "twice" } });
    expect([answer.status, answer.headers.get("lastword-code")]).toEqual([409, "id_reused_with_other_content"]);
  });

  test.each([
    ["unknown recipient", { name: "nobody", body: "kept" }, 404, "unknown_recipient", "field-name-error"],
    ["no recipient", { name: "", body: "kept" }, 422, "invalid", "field-name-error"],
    ["no text", { name: "ben", body: "" }, 422, "invalid", "body-error"],
    ["too long", { name: "ben", body: "x".repeat(8193) }, 422, "too_long", "body-error"],
    ["no UUID", { name: "ben", body: "kept", id: "7" }, 422, "invalid", "body-error"],
  ])("%s: the sentence is at the field, the text is kept", async (_what, form, status, code, place) => {
    const answer = await site.ask("/to", { as: ada, form });
    expect([answer.status, answer.headers.get("lastword-code")]).toEqual([status, code]);
    const html = await answer.text();
    expect(html).toMatch(new RegExp(`id="${place}" role="alert">[^<]`));
    if (form.body === "kept") expect(html).toContain(">kept</textarea>");
    expect(html).toContain(`value="${form.name}"`);
  });

  test("an unknown outcome keeps the id in the form, a definite one makes a new one", async () => {
    const id = crypto.randomUUID();
    site.solo.outcome = { kind: "timed_out" };
    const unknown = await site.ask("/to", { as: ada, form: { name: "ben", body: "x", id } });
    expect([unknown.status, unknown.headers.get("lastword-outcome")]).toEqual([504, "unknown"]);
    expect(await unknown.text()).toContain(id);
    site.solo.outcome = { kind: "no_leader" };
    const definite = await site.ask("/to", { as: ada, form: { name: "ben", body: "x", id } });
    expect([definite.status, definite.headers.get("lastword-outcome")]).toEqual([503, "definite"]);
    expect(Number(definite.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await definite.text()).not.toContain(id);
  });

  test("a conversation that is not there does not cost the words", async () => {
    const form = { body: "long <words>", id: crypto.randomUUID() };
    const answer = await site.ask("/c/nowhere_noone/messages", { as: ada, form });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("long &lt;words&gt;</textarea>");
  });

  test("a login that ended meanwhile does not cost the words", async () => {
    const { conversationId } = await site.send(ada, "ben", "x");
    await site.ask("/logout", { as: ada, form: {} });
    for (const path of ["/to", `/c/${conversationId}/messages`]) {
      const answer = await site.ask(path, { as: ada, form: { name: "ben", body: "long <words>" } });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain("long &lt;words&gt;</textarea>");
    }
  });

  test("JSON bodies work like forms", async () => {
    const headers = {
      "content-type": "application/json",
      accept: "application/json",
      cookie: `${SESSION_COOKIE}=${ada.token}`,
    };
    const body = JSON.stringify({ name: "ben", body: "json", id: crypto.randomUUID() });
    const answer = await site.web.request("http://localhost:8081/to", { method: "POST", headers, body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("lastword-cursor")).toMatch(/^[\x21-\x7e]{1,64}$/);
    const broken = await site.web.request("http://localhost:8081/to", { method: "POST", headers, body: "{" });
    expect(broken.status).toBe(422);
  });
});

describe("reading", () => {
  test("unread is marked, counted, and read by what was asked only", async () => {
    const first = await site.send(ben, "ada", "one");
    await site.send(ben, "ada", "two");
    const path = `/c/${first.conversationId}`;
    let html = await (await site.ask(path, { as: ada })).text();
    expect(html.match(/data-unread="yes"/g)?.length).toBe(2);
    expect(html).toContain("<title>(2) ben");
    expect((await site.ask(`${path}/read`, { as: ada, form: { ids: first.id } })).status).toBe(303);
    html = await (await site.ask(path, { as: ada })).text();
    expect(html.match(/data-unread="yes"/g)?.length).toBe(1);
    const upTo = /name="upTo" value="([^"]+)"/.exec(html)?.[1] ?? "";
    await site.send(ben, "ada", "three");
    await site.ask(`${path}/read`, { as: ada, form: { upTo } });
    html = await (await site.ask(path, { as: ada })).text();
    expect(html.match(/data-unread="yes"/g)?.length).toBe(1);
    await site.ask(`${path}/read`, { as: ada, form: { upTo: /name="upTo" value="([^"]+)"/.exec(html)?.[1] ?? "" } });
    html = await (await site.ask(path, { as: ada })).text();
    expect(html).not.toContain('data-unread="yes"');
    expect(html).toContain("<title>ben");
  });

  test("answering reads what the page showed", async () => {
    const { conversationId } = await site.send(ben, "ada", "one");
    const page = async (): Promise<string> => await (await site.ask(`/c/${conversationId}`, { as: ada })).text();
    const readUpTo = /name="readUpTo" value="([^"]+)"/.exec(await page())?.[1] ?? "";
    await site.send(ben, "ada", "while she writes");
    const form = { body: "two", id: crypto.randomUUID(), readUpTo };
    await site.ask(`/c/${conversationId}/messages`, { as: ada, form });
    expect((await page()).match(/data-unread="yes"/g)?.length).toBe(1);
    // A reply from a page that does not show all unread messages marks nothing.
    for (let n = 0; n < 50; n++) await site.send(ben, "ada", `m${n}`);
    expect(await page()).not.toContain('name="readUpTo"');
  });

  test("older ones are addressed by message id", async () => {
    let last = { id: "", conversationId: "" };
    for (let index = 0; index < 7; index++) last = await site.send(ben, "ada", `m${index}`);
    const page = async (query: string): Promise<{ bodies: string[]; first: string; more: boolean }> => {
      const answer = await site.ask(`/c/${last.conversationId}?limit=3${query}`, { as: ada, json: true });
      const { messages, more } = (await answer.json()) as { messages: { body: string; id: string }[]; more: boolean };
      return { bodies: messages.map((message) => message.body), first: messages[0]!.id, more };
    };
    const newest = await page("");
    expect(newest).toMatchObject({ bodies: ["m4", "m5", "m6"], more: true });
    const older = await page(`&before=${newest.first}`);
    expect(older).toMatchObject({ bodies: ["m1", "m2", "m3"], more: true });
    expect(await page(`&before=${older.first}`)).toMatchObject({ bodies: ["m0"], more: false });
  });

  test("own deleted for everyone, others' hidden for oneself", async () => {
    const own = await site.send(ada, "ben", "own words");
    const other = await site.send(ben, "ada", "other words");
    await site.ask(`/c/${own.conversationId}/delete`, { as: ada, form: { ids: [own.id, other.id] } });
    const seenBy = async (person: Person): Promise<string> =>
      await (await site.ask(`/c/${own.conversationId}`, { as: person })).text();
    expect(await seenBy(ada)).not.toContain("words</div>");
    expect(await seenBy(ben)).toContain("other words</div>");
    expect(await seenBy(ben)).not.toContain("own words</div>");
  });
});

describe("account", () => {
  test("deletion asks for the password and names the unread", async () => {
    await site.send(ben, "ada", "one");
    expect(await (await site.ask("/account", { as: ada })).text()).toContain("You have 1 unread message.");
    const wrong = await site.ask("/account/delete", { as: ada, form: { password: "wrong password" } });
    expect(wrong.status).toBe(401);
    expect(await wrong.text()).toMatch(/id="field-password-error" role="alert">[^<]/);
    const alone = await site.ask("/account/delete", { as: ada, form: { password: PASSWORD, id: crypto.randomUUID() } });
    expect([alone.status, await alone.text()]).toEqual([409, expect.stringContaining("the only owner of this chat")]);
    await site.ask("/people/role", { as: ada, form: { person: "ben", role: "owner" } });
    const form = { password: PASSWORD, id: crypto.randomUUID() };
    // The answer to the first may be lost.
    for (const time of ["first", "again"]) {
      const right = await site.ask("/account/delete", { as: ada, form });
      expect([time, right.status]).toEqual([time, 200]);
      expect(await right.text()).toContain("Your account is deleted");
    }
    const other = await site.ask("/account/delete", { as: ada, form: { ...form, id: crypto.randomUUID() } });
    expect(other.status).toBe(401);
    expect((await site.ask("/", { as: ada })).status).toBe(303);
    expect((await site.ask("/login", { form: { name: "ada", password: PASSWORD } })).status).toBe(401);
    expect((await site.ask("/register", { form: { name: "ada", password: PASSWORD } })).status).toBe(409);
  });

  test("a changed password ends the other logins", async () => {
    const login = await site.solo.chat.login({ name: "ada", password: PASSWORD }, { address: "127.0.0.1" });
    if (!login.ok) throw new Error("no login");
    const form = { password: PASSWORD, newPassword: "another password", id: crypto.randomUUID() };
    expect((await site.ask("/account/password", { as: ada, form })).status).toBe(303);
    expect(site.solo.chat.authenticate(login.value.token)).toBeNull();
    expect(site.solo.chat.authenticate(ada.token)).not.toBeNull();
  });

  test("a form with a password has the name that it is for, so that a password manager keeps one entry", async () => {
    for (const [path, as] of [
      ["/login", {}],
      ["/register", {}],
      ["/account/password", { as: ada }],
    ] as const) {
      const html = await (await site.ask(path, as)).text();
      const form = /<form(?:(?!<form).)*?type="password".*?<\/form>/s.exec(html)?.[0] ?? "";
      expect([path, /<input[^>]*autocomplete="username"[^>]*>/.exec(form)?.[0] ?? ""]).toEqual([
        path,
        expect.stringContaining("as" in as ? 'value="ada"' : 'name="name"'),
      ]);
    }
  });

  test("looks are a setting of the browser", async () => {
    const answer = await site.ask("/account/settings", { as: ada, form: { theme: "dark", readOnSight: "yes" } });
    const looks = answer.headers.getSetCookie()[0]!.split(";")[0]!;
    const page = await site.ask("/", { headers: { cookie: `${SESSION_COOKIE}=${ada.token}; ${looks}` } });
    const html = await page.text();
    expect(html).toContain('data-theme="dark"');
    // The browser's own bar on a phone follows it, and without a choice the system.
    const bars = (page: string): string[] =>
      [...page.matchAll(/name="theme-color"[^>]*content="(#\w+)"/g)].map(([, bar]) => bar!);
    expect(bars(html)).toEqual(["#121513"]);
    expect(bars(await (await site.ask("/login")).text())).toEqual(["#f5f3ee", "#121513"]);
    expect(html).toContain('data-read-on-sight="yes"');
  });
});

describe("health and cluster", () => {
  test("/healthz says no with 503, and any origin may ask without credentials", async () => {
    const yes = await site.ask("/healthz");
    expect([yes.status, yes.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    expect(yes.headers.get("access-control-allow-credentials")).toBeNull();
    site.health = { ok: false, reason: "no leader" };
    const no = await site.ask("/healthz");
    expect([no.status, await no.json()]).toEqual([503, { ok: false, reason: "no leader" }]);
  });

  test("the line and the panel say how things are", async () => {
    const html = await (await site.ask("/", { as: ada })).text();
    expect(html).toContain("3 of 3 servers");
    const panel = await (await site.ask("/cluster", { as: ada, headers: { "hx-request": "true" } })).text();
    expect(panel).toContain("Replica 1 took over from replica 0");
    expect(panel).not.toContain("<html");
  });

  test("the panel shows what is in force, what each replica runs and announces, and what waits for a newer format", async () => {
    const all = site.status;
    const [first, second, third] = all.replicas;
    const replicas = [
      { ...first!, version: "0.2.0", release: SECOND, heldOps: 1 },
      { ...second!, version: "0.1.0", release: FIRST, heldOps: 7 },
      { ...third!, state: "unreachable" as const, version: null },
    ];
    const formats = { inForce: 1, next: 2, lacking: ["replica 1 is at 0.1.0"], peerProtocol: 1 };
    site.status = { ...all, replicas, formats };
    const panel = await (await site.ask("/cluster", { as: ada, headers: { "hx-request": "true" } })).text();
    site.status = all;
    const facts = [...panel.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g)].map(([, name, value]) => [name, value]);
    expect(facts).toEqual(
      expect.arrayContaining([
        ["Format", "1; 2 waits: replica 1 is at 0.1.0"],
        ["Peer protocol", "1"],
        ["Replica 0", "format 2, schema 2, peer protocol 1 to 2; process 4711; 1 entry waits for a newer format"],
        ["Replica 1", "format 1, schema 1, peer protocol 1; process 4712; 7 entries wait for a newer format"],
        // This replica announces nothing.
        ["Replica 2", "process 4713"],
      ]),
    );
    expect(panel.match(/version 0\.[12]\.0/g)).toEqual(["version 0.2.0", "version 0.1.0"]);
  });

  test("the line counts who lives, and names the danger that there is", async () => {
    const all = site.status;
    const show = async (change: Partial<typeof all>, gone: readonly number[]): Promise<string[]> => {
      const replicas = all.replicas.map((one) =>
        gone.includes(one.id) ? { ...one, state: "unreachable" as const } : one,
      );
      site.status = { ...all, replicas, ...change };
      const html = await (await site.ask("/", { as: ada })).text();
      return [/data-level="(\w+)"/.exec(html)![1]!, /<span class="text">([^<]*)</.exec(html)![1]!];
    };
    const view = (members: number[]) => ({ ...all.view, members });
    expect(await show({}, [])).toEqual(["well", "3 of 3 servers"]);
    expect(await show({ protected: 1, view: view([0, 1]) }, [2])).toEqual(["less", "2 of 3 servers"]);
    expect(await show({ protected: 0, view: view([0]) }, [1, 2])).toEqual(["danger", "1 of 3 servers, no spare copy"]);
    // Two of three, which would stop with one fewer: there is a spare copy, but no replica to spare.
    const strict = { consistency: "strict" as const, protected: 0 };
    expect(await show({ ...strict, view: view([0, 1]) }, [2])).toEqual(["danger", "2 of 3 servers, no spare server"]);
    // No replica leads, so the newest view still names the dead one.
    const stopped = { ...strict, writable: false, reason: "no leader", view: { ...all.view, leader: null } };
    expect(await show(stopped, [1, 2])).toEqual(["danger", "1 of 3 servers, sending is paused"]);
    site.status = all;
  });
});

describe("what is beside the list, alone", () => {
  const PIECE = { "hx-request": "true", "hx-target": "main#main" };

  test("each page that is opened in place answers the same main as the whole page has, without the list", async () => {
    const { conversationId } = await site.send(ben, "ada", "to ada");
    for (const path of [`/c/${conversationId}`, "/", "/new", "/people", "/conversations", "/?to=nobody"]) {
      const piece = await site.ask(path, { as: ada, headers: PIECE });
      const html = await piece.text();
      expect(html).toStartWith('<!doctype html><main id="main"');
      expect(html).toEndWith("</main>");
      const page = await (await site.ask(path, { as: ada })).text();
      // The id for the next message is new each time.
      const plain = (text: string): string => text.replaceAll(/name="id" value="[^"]+"/g, "");
      expect(plain(page)).toContain(plain(html.slice("<!doctype html>".length)));
      expect(/data-cursor="([^"]+)"/.exec(html)?.[1]).toBe(piece.headers.get("lastword-cursor")!);
    }
  });

  test("a link that leads on to a conversation does so for the piece too", async () => {
    const { conversationId } = await site.send(ben, "ada", "to ada");
    const answer = await site.ask("/?to=ben", { as: ada, headers: PIECE });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/c/${conversationId}`]);
  });

  test("no cache takes one for the other, and another login or none gets nothing", async () => {
    const { conversationId } = await site.send(ben, "ada", "to ada");
    const path = `/c/${conversationId}`;
    const answer = await site.ask(path, { as: ada, headers: PIECE });
    expect(answer.headers.get("vary")).toContain("HX-Request, HX-Target");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const policy = (await site.ask(path, { as: ada })).headers.get("content-security-policy");
    expect(answer.headers.get("content-security-policy")).toBe(policy);
    const other = await site.ask(path, { as: ada, headers: { ...PIECE, "lastword-as": "somebody" } });
    expect(other.status).toBe(409);
    const nobody = await site.ask(path, { headers: PIECE });
    expect([nobody.status, nobody.headers.get("hx-redirect")]).toEqual([
      204,
      `/login?next=${encodeURIComponent(path)}`,
    ]);
    // Requests for older messages, and for what a merge changed, have another target.
    const rows = await (await site.ask(path, { as: ada, headers: { "hx-request": "true" } })).text();
    expect(rows).not.toContain("<main");
  });
});
