/** The address of a page decides where it may move, which forms it may send, and which names are answered. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { isDoorOf, type Door } from "../../../src/web/cluster/handover.ts";
import { withHost } from "../../../src/web/http/host.ts";
import { originsFor, otherHosts, policySources } from "../../../src/web/http/origins.ts";
import type { Person } from "../../support/solo-chat.ts";
import { ORIGIN, Site } from "./site.ts";

const LOCAL = ["http://localhost:8081", "http://localhost:8082"];
const LAN = ["http://a:8081", "http://a:8082"];
const HOSTS = ["https://a.example:8443", "https://b.example:8443"];
const SIX = ["http://[::1]:8081", "http://[::1]:8082"];

describe("a page moves to the other replicas from whatever name reaches its own", () => {
  test.each([
    // The page reaches replicas of this host by the name in the address bar, which has the cookie.
    ["http://localhost:8081/", LOCAL, ["http://localhost:8081", "http://localhost:8082"]],
    ["http://127.0.0.1:8081/", LOCAL, ["http://127.0.0.1:8081", "http://127.0.0.1:8082"]],
    ["http://localhost.:8081/", LOCAL, ["http://localhost.:8081", "http://localhost.:8082"]],
    ["http://chat.localhost:8081/", LOCAL, ["http://chat.localhost:8081", "http://chat.localhost:8082"]],
    ["http://localhost:8081/", ["http://127.0.0.1:8081", "http://127.0.0.1:8082"], LOCAL],
    ["http://[::1]:8081/", SIX, SIX],
    [
      "http://127.0.0.2:8081/",
      ["http://127.0.0.2:8081", "http://127.0.0.3:8081"],
      ["http://127.0.0.2:8081", "http://127.0.0.3:8081"],
    ],
    // An alias or IP address of the host: first by that name, then by the announced one.
    ["http://10.9.0.1:8081/", LAN, ["http://10.9.0.1:8081", "http://a:8081", "http://10.9.0.1:8082", "http://a:8082"]],
    [
      "http://a.example.:8081/",
      LAN,
      ["http://a.example.:8081", "http://a:8081", "http://a.example.:8082", "http://a:8082"],
    ],
    ["http://localhost:8081/", LAN, ["http://localhost:8081", "http://localhost:8082"]],
    // One name for several hosts.
    ["https://chat.example:8443/", HOSTS, ["https://chat.example:8443", ...HOSTS]],
    ["https://a.example:8443/", HOSTS, HOSTS],
    // A loopback name means the visitor's own computer, so a page from elsewhere must not move there.
    ["http://chat.example/", LOCAL, ["http://chat.example:8081", "http://chat.example:8082"]],
    [
      "https://a.example:8443/",
      ["https://a.example:8443", "https://localhost:8443", "https://[::1]:1", "https://127.0.0.2:1"],
      ["https://a.example:8443"],
    ],
  ])("opened at %s, of %p: %p", (url, announced, expected) => {
    const known = { origins: () => announced, self: announced[0]! };
    expect(originsFor({ url, front: false }, known)).toEqual(expected);
  });

  test("the front is left only for another host, and nothing is known beside a proxy", () => {
    const local = { origins: () => LOCAL, self: LOCAL[0]! };
    expect(originsFor({ url: "http://localhost:8080/", front: true }, local)).toEqual([]);
    const hosts = { origins: () => HOSTS, self: HOSTS[0]! };
    expect(originsFor({ url: "https://a.example/", front: true }, hosts)).toEqual([HOSTS[1]!]);
    expect(originsFor({ url: "https://chat.example/", front: false }, { ...hosts, behindProxy: true })).toEqual([]);
  });

  test("a hand-over is needed where the cookie does not reach: under another name, not another port", () => {
    const place = { url: "http://10.9.0.1:8081/events/alive", front: false };
    expect(otherHosts(place, ["http://10.9.0.1:8082", "http://a:8082", "http://b:8081"])).toEqual([
      "http://a:8082",
      "http://b:8081",
    ]);
  });

  test("what is no origin is left out", () => {
    const origins = () => ["", "nonsense", "http://a;script-src *", "https://chat.example/path"];
    expect(originsFor({ url: "http://localhost/", front: false }, { origins, self: ORIGIN })).toEqual([
      "https://chat.example",
    ]);
  });

  test("the policy names hosts where its grammar can, else the scheme", () => {
    expect(policySources(["http://localhost:8081", "http://10.9.0.1:8082", "https://a-b.example"])).toEqual([
      "http://localhost:8081",
      "http://10.9.0.1:8082",
      "https://a-b.example",
    ]);
    expect(policySources([...SIX, "https://a_b:1", "https://a.:1"])).toEqual(["http:", "https:"]);
  });
});

describe("the names of a replica's host", () => {
  const door: Door = {
    web: "https://a:8081",
    front: "https://a:8443",
    names: ["10.9.0.1", "a.example", "*.chat.example", "[fd00::1]"],
  };

  test("are believed at the ports of its page and its front", () => {
    const ours = ["a:8081", "a:8443", "10.9.0.1:8081", "a.example:8443", "b.chat.example:8443", "[fd00::1]:8081"];
    for (const host of ours) expect([host, isDoorOf(door, `https://${host}`)]).toEqual([host, true]);
  });

  test("and nothing else is, wherever it points to", () => {
    const foreign = ["a", "a:8082", "b:8081", "evil.example:8081", "chat.example:8443", "x.b.chat.example:8443"];
    for (const host of foreign) expect([host, isDoorOf(door, `https://${host}`)]).toEqual([host, false]);
    expect(isDoorOf(door, "http://a:8081")).toBe(false);
    expect(isDoorOf({ ...door, web: "nonsense", front: null }, "https://a:8081")).toBe(false);
  });
});

describe("over the page", () => {
  let site: Site;
  let ada: Person;
  const open = async (options: ConstructorParameters<typeof Site>[0] = {}): Promise<void> => {
    site.close();
    site = new Site(options);
    ada = await site.person("ada");
    await site.person("ben");
  };
  beforeEach(async () => {
    site = new Site();
    ada = await site.person("ada");
    await site.person("ben");
  });
  afterEach(() => site.close());

  test("each address has its own policy, asked for once or again, and a newly announced replica is in it", async () => {
    let ports = [8081, 8082, 8083].map((port) => `http://localhost:${port}`);
    await open({ origins: () => ports });
    const connectAt = async (origin: string, front = false): Promise<string> => {
      const answer = await site.ask("/login", { origin, by: { front } });
      return /connect-src ([^;]*)/.exec(answer.headers.get("content-security-policy") ?? "")?.[1] ?? "";
    };
    for (let round = 0; round < 2; round++) {
      expect(await connectAt("http://localhost:8081")).toBe(
        "'self' http://localhost:8081 http://localhost:8082 http://localhost:8083",
      );
      expect(await connectAt("http://10.9.0.1:8081")).toBe(
        "'self' http://10.9.0.1:8081 http://10.9.0.1:8082 http://10.9.0.1:8083",
      );
      expect(await connectAt("http://localhost:8081", true)).toBe("'self'");
    }
    ports = [...ports, "http://b:8081"];
    expect(await connectAt("http://10.9.0.1:8081")).toEndWith(" http://10.9.0.1:8083 http://b:8081");
    expect(await connectAt("http://localhost:8081", true)).toBe("'self' http://b:8081");
  });

  test("a foreign name is refused at loopback whatever was asked before it, as often as it comes", async () => {
    const statusAt = async (origin: string, loopback = true): Promise<number> =>
      (await site.ask("/login", { origin, by: { loopback } })).status;
    for (let round = 0; round < 2; round++) {
      expect(await statusAt("http://localhost:8081")).toBe(200);
      expect(await statusAt("http://evil.example:8081")).toBe(421);
      expect(await statusAt("http://localhost.evil.example:8081")).toBe(421);
      expect(await statusAt("http://evil.example:8081", false)).toBe(200);
    }
    for (let i = 0; i < 200; i++) expect(await statusAt(`http://x${i}.example:8081`)).toBe(421);
    expect(await statusAt("http://localhost:8081")).toBe(200);
  });

  test("the page where one arrives opens for a page at any name of a replica's host", async () => {
    await open({ doors: () => [{ web: "http://b:8081", front: null, names: ["10.9.0.2"] }] });
    const from = async (referer: string) => (await site.ask("/handover?next=/", { headers: { referer } })).status;
    expect(await from("http://10.9.0.2:8081/")).toBe(200);
    expect(await from("http://10.9.0.2:8082/")).toBe(303);
    expect(await from("http://10.9.0.3:8081/")).toBe(303);
  });

  test("a form is judged by its Origin where no Sec-Fetch-Site comes: http off loopback, old browsers", async () => {
    for (const origin of ["http://10.9.0.1:8081", "https://chat.example:8443"]) {
      const host = new URL(origin).host;
      const ours = await site.ask("/to", {
        as: ada,
        form: { name: "ben", body: "x", as: ada.session.userId },
        origin,
        headers: { host, origin },
      });
      expect([origin, ours.status]).toEqual([origin, 303]);
      for (const foreign of ["null", "http://evil.example", `${origin}.evil.example`, "http://10.9.0.1:8082"]) {
        const headers = { host, origin: foreign };
        const refused = await site.ask("/to", { as: ada, form: { name: "ben", body: "x" }, origin, headers });
        expect([foreign, refused.status]).toEqual([foreign, 403]);
      }
    }
  });

  test("behind a proxy, what is wrong with the proxy is said", async () => {
    await open({ behindProxy: true, secureCookies: true });
    const send = async (headers: Record<string, string>) => {
      const answer = await site.ask("/login", {
        form: { name: "ada", password: "x" },
        origin: "http://chat.example",
        headers,
      });
      return [answer.status, await answer.text()];
    };
    const host = "chat.example";
    // The proxy speaks http with browsers and sets no X-Forwarded-Proto, so the Origin of the form decides.
    expect(await send({ host, origin: "http://chat.example" })).toEqual([
      403,
      "This page is served over https only.\n",
    ]);
    // The proxy sets a Host of its own.
    const [status, sentence] = await send({ host: "127.0.0.1:8081", origin: "https://chat.example" });
    expect([status, sentence]).toEqual([403, expect.stringContaining("the proxy has to pass Host on")]);
    expect(await send({ host, origin: "https://evil.example", "sec-fetch-site": "cross-site" })).toEqual([
      403,
      "This request was sent by another site, so it was refused.\n",
    ]);
    expect((await send({ host, origin: "https://chat.example" }))[0]).not.toBe(403);
  });

  test("on loopback a foreign name is refused, whose owner lets it point here", async () => {
    await open({ hosts: ["chat.test", "A"] });
    const by = { loopback: true };
    for (const origin of ["http://evil.example:8081", "http://10.9.0.1:8081", "http://localhost.evil.example:8081"])
      for (const path of ["/login", "/register", "/people", "/cluster.json", "/assets/x"])
        expect([origin, path, (await site.ask(path, { origin, by })).status]).toEqual([origin, path, 421]);
    const named = [
      "localhost",
      "localhost.",
      "x.localhost",
      "127.0.0.1",
      "127.0.0.2",
      "[::1]",
      "chat.test",
      "chat.test.",
      "a",
    ];
    for (const name of named)
      expect([name, (await site.ask("/login", { origin: `http://${name}:8081`, by })).status]).toEqual([name, 200]);
    // A health check reveals nothing about anybody, and on other addresses any name may be right.
    expect((await site.ask("/healthz", { origin: "http://x:1", by })).status).toBe(200);
    expect((await site.ask("/login", { origin: "http://x:1", by: { loopback: false } })).status).toBe(200);
  });

  test("OPTIONS / is a health check, as HAProxy makes it", async () => {
    expect((await site.ask("/", { method: "OPTIONS" })).status).toBe(204);
    site.health = { ok: false, reason: "no leader" };
    expect((await site.ask("/", { method: "OPTIONS" })).status).toBe(503);
  });

  test("pages elsewhere may load what every page loads", async () => {
    const html = await (await site.ask("/login")).text();
    const [script] = /\/assets\/page-[^"]+/.exec(html)!;
    expect((await site.ask(script)).headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  });

  test("another version's page gets this version's file of that name, which nobody may keep", async () => {
    const html = await (await site.ask("/login")).text();
    const paths = [...html.matchAll(/\/assets\/\w+-[0-9a-f]{12}\.\w+/g)].map(([path]) => path);
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) {
      const ours = await site.ask(path);
      const theirs = await site.ask(path.replace(/-[0-9a-f]{12}/, "-0123456789ab"));
      expect([ours, theirs].map(({ status, headers }) => [status, headers.get("cache-control")])).toEqual([
        [200, "public, max-age=31536000, immutable"],
        [200, "no-store"],
      ]);
      expect(theirs.headers.get("content-type")).toBe(ours.headers.get("content-type"));
      expect(theirs.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(await theirs.text()).toBe(await ours.text());
    }
    const name = paths[0]!.replace(/-[0-9a-f]{12}/, "");
    for (const path of [name, "/assets/other-0123456789ab.js", "/assets/page-0123456789ab.css", "/assets/page-0123.js"])
      expect([path, (await site.ask(path)).status]).toEqual([path, 404]);
  });

  test("the sign of life of a stream that is not here goes on to the others", async () => {
    const sent: string[] = [];
    site.onAlive = (user, stream) => sent.push(`${user} ${stream}`);
    const events = await site.ask("/events?alive=mine", { as: ada });
    for (const stream of ["mine", "elsewhere", "no name", ""])
      await site.ask("/events/alive", { as: ada, form: { stream } });
    expect(sent).toEqual([`${ada.session.userId} elsewhere`]);
    await events.body!.cancel();
  });

  test("a sign of life counts for the stream of that name and that user, and for no stream that is over", async () => {
    const sent: string[] = [];
    site.onAlive = (user, stream) => sent.push(`${user} ${stream}`);
    const eve = await site.person("eve");
    const [first, second] = [
      await site.ask("/events?alive=mine", { as: ada }),
      await site.ask("/events?alive=mine", { as: ada }),
    ];
    const alive = (as: Person) => site.ask("/events/alive", { as, form: { stream: "mine" } });
    await alive(eve);
    await first.body!.cancel();
    await alive(ada);
    expect(sent).toEqual([`${eve.session.userId} mine`]);
    await second.body!.cancel();
    await alive(ada);
    expect(sent).toEqual([`${eve.session.userId} mine`, `${ada.session.userId} mine`]);
  });
});

describe("a request without a Host", () => {
  // Bun gives such a request a URL that is only a path.
  const asked = (url: string, host: string | null) =>
    Object.defineProperty(new Request("http://x/", host === null ? {} : { headers: { host } }), "url", { value: url });

  test("is one to this replica, as HTTP/1.0 allows; an empty or broken one is none", () => {
    expect(withHost(asked("/healthz", null), () => ORIGIN)?.url).toBe(`${ORIGIN}/healthz`);
    for (const host of ["", "a b", "a@b", "a, b"]) expect(withHost(asked("/healthz", host), () => ORIGIN)).toBeNull();
    expect(withHost(asked("*", null), () => ORIGIN)).toBeNull();
    const whole = new Request("http://a:1/x");
    expect(withHost(whole, () => ORIGIN)).toBe(whole);
  });
});
