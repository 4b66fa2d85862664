/** Hand-over tokens (valid once, for 20 s, at one replica), and streams that end by mistake. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Handover, HANDOVER_MS } from "../../../src/web/cluster/handover.ts";
import { until } from "../../../harness/until.ts";
import { ORIGIN, SESSION_COOKIE, Site, STATUS } from "./site.ts";

const KEY = new Uint8Array(32).fill(1);
const LOGIN = "a".repeat(43);
const B = "https://b.example:8081";
let nowMs = 1_000_000;
/** How far the wall clock is ahead at each origin. */
const ahead = new Map<string, number>();

function at(self: string, key: Uint8Array = KEY): Handover {
  return new Handover({ key, self, wallMsAt: (origin) => nowMs + (ahead.get(origin) ?? 0), nowMs: () => nowMs });
}

/** Seals logins as another replica does. */
function anotherReplica(): Handover {
  return new Handover({
    key: new Uint8Array(32).fill(7),
    self: "http://x",
    wallMsAt: () => Date.now(),
    nowMs: () => performance.now(),
  });
}

describe("a hand-over token", () => {
  test("opens once, at the replica it names", () => {
    const a = at("https://a.example:8081");
    const b = at(B);
    const token = a.seal(LOGIN, B);
    expect(token).toMatch(/^[\w-]{106}$/);
    expect(token).not.toContain(LOGIN);
    expect(a.open(token)).toBeNull();
    expect(at(B, new Uint8Array(32).fill(2)).open(token)).toBeNull();
    expect(b.open(token)).toBe(LOGIN);
    expect(b.open(token)).toBeNull();
  });

  test("names an origin as browsers do", () => {
    const a = at("https://a.example:443");
    const b = at("https://B.example:443");
    expect(b.open(a.seal(LOGIN, "https://b.example"))).toBe(LOGIN);
  });

  test("every one is another, and no letter of it can be changed", () => {
    const a = at("https://a.example:8081");
    expect(a.seal(LOGIN, B)).not.toBe(a.seal(LOGIN, B));
    const token = a.seal(LOGIN, B);
    const b = at(B);
    for (let i = 0; i < token.length - 1; i++) {
      const changed = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
      expect([i, b.open(changed)]).toEqual([i, null]);
    }
    // The last letter has unused bits, so another letter may mean the same token, which still counts as used.
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const opened = letters.split("").filter((last) => b.open(token.slice(0, -1) + last) !== null);
    expect(opened).toHaveLength(1);
  });

  test("lasts twenty seconds, whichever of the two clocks is ahead", () => {
    const b = at(B);
    nowMs += 60_000;
    const a = at("https://a.example:8081");
    for (const [later, good] of [
      [HANDOVER_MS, true],
      [HANDOVER_MS + 1, false],
    ] as const) {
      const token = a.seal(LOGIN, B);
      nowMs += later;
      expect([later, b.open(token) !== null]).toEqual([later, good]);
      const ahead = a.seal(LOGIN, B);
      nowMs -= later;
      expect([-later, b.open(ahead) !== null]).toEqual([-later, good]);
      nowMs += later;
    }
  });

  test("is dated by the clock of who opens it, and outlives no jump of that clock", () => {
    const a = at("https://a.example:8081");
    const b = at(B);
    nowMs += 60_000;
    ahead.set(B, 3 * 365 * 86_400_000);
    expect(b.open(a.seal(LOGIN, B))).toBe(LOGIN);
    const used = a.seal(LOGIN, B);
    expect(b.open(used)).toBe(LOGIN);
    for (const jump of [HANDOVER_MS + 1, -HANDOVER_MS - 1]) {
      ahead.set(B, ahead.get(B)! + jump);
      b.open(a.seal(LOGIN, B));
    }
    expect(b.open(used)).toBeNull();
    ahead.clear();
  });

  test("from before its start a replica takes none: it does not know what it had opened", () => {
    const token = at("https://a.example:8081").seal(LOGIN, B);
    nowMs += 1;
    expect(at(B).open(token)).toBeNull();
  });

  test("is remembered as long as it could be used, and no longer", () => {
    const a = at("https://a.example:8081");
    const b = at(B);
    const first = Array.from({ length: 10_000 }, () => a.seal(LOGIN, B));
    for (const token of first) expect(b.open(token)).toBe(LOGIN);
    expect(b.open(a.seal(LOGIN, B))).toBeNull();
    nowMs += 2 * HANDOVER_MS;
    expect([b.open(first[0]!), b.open(a.seal(LOGIN, B))]).toEqual([null, null]);
    nowMs += 1;
    expect(b.open(first[0]!)).toBeNull();
    expect(b.open(a.seal(LOGIN, B))).toBe(LOGIN);
  });
});

describe("over the page", () => {
  let site: Site;
  beforeEach(() => (site = new Site()));
  afterEach(() => site.close());

  test("the replicas of one computer need none", async () => {
    const ada = await site.person("ada");
    const answer = await site.ask("/events/alive", { as: ada, form: { stream: "s", seats: "8" } });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  test("a page gets tokens for two other hosts, for those that are reachable first", async () => {
    const far = [2, 3, 4, 5].map((no) => `http://10.0.0.${no}:8081`);
    const hosts = new Site({ origins: () => [ORIGIN, ...far] });
    const ada = await hosts.person("ada");
    const [one] = STATUS.replicas;
    const states = ["follower", "unreachable", "stopped", "follower"] as const;
    hosts.status = { ...STATUS, replicas: far.map((web, id) => ({ ...one!, id, web, state: states[id]! })) };
    const given = async (): Promise<Record<string, string[]>> => {
      const form = { stream: "s", seats: "2" };
      const answer = await hosts.ask("/events/alive", { as: ada, form });
      return ((await answer.json()) as { handover: Record<string, string[]> }).handover;
    };
    const tokens = await given();
    expect(Object.keys(tokens).toSorted()).toEqual([far[0]!, far[3]!]);
    expect(Object.values(tokens).map((list) => list.length)).toEqual([2, 2]);
    hosts.status = { ...STATUS, replicas: far.map((web, id) => ({ ...one!, id, web })) };
    const seen = new Set<string>();
    await until(async () => {
      for (const origin of Object.keys(await given())) seen.add(origin);
      return seen.size === far.length;
    });
    hosts.close();
  });

  test("the page where one arrives opens only for who was sent by a replica's page", async () => {
    const from = async (headers: Record<string, string>) =>
      (await site.ask("/handover?next=/people", { headers })).status;
    expect(await from({ referer: "http://localhost:8082/" })).toBe(200);
    for (const referer of ["http://localhost:9999/", "https://evil.example/", "http://localhost:8082.evil.example/"])
      expect([referer, await from({ referer })]).toEqual([referer, 303]);
    expect(await from({})).toBe(303);
  });

  test("a login that ended is not handed over, and a cookie is set only for one that stands", async () => {
    const ada = await site.person("ada");
    const maker = anotherReplica();
    await until(() => Date.now() > siteStart);
    const [first, second] = [maker.seal(ada.token, ORIGIN), maker.seal(ada.token, ORIGIN)];
    const taken = await site.ask("/handover", { form: { token: first } });
    expect([taken.status, taken.headers.get("set-cookie")]).toEqual([
      200,
      expect.stringContaining(`${SESSION_COOKIE}=${ada.token};`),
    ]);
    await site.ask("/logout", { as: ada, form: {} });
    const refused = await site.ask("/handover", { form: { token: second } });
    expect([refused.status, refused.headers.get("set-cookie")]).toEqual([401, null]);
  });

  test("a login that is not known here yet is handed over, and looked up when a leader can be asked", async () => {
    const maker = anotherReplica();
    await until(() => Date.now() > siteStart);
    const login = "A".repeat(43);
    const token = maker.seal(login, ORIGIN);
    site.solo.outcome = { kind: "no_leader" };
    const late = await site.ask("/handover", { form: { token } });
    const cookie = `${SESSION_COOKIE}=${login}`;
    expect([late.status, late.headers.get("set-cookie")]).toEqual([503, expect.stringContaining(`${cookie};`)]);
    // The page tries again, with the cookie: the token can be opened only once.
    expect((await site.ask("/handover", { form: { token }, headers: { cookie } })).status).toBe(503);
    site.solo.outcome = null;
    expect((await site.ask("/handover", { form: { token }, headers: { cookie } })).status).toBe(401);
  });

  test("a login that ended in a merge and came back is not told as ended", async () => {
    const ada = await site.person("ada");
    const events = await site.ask("/events", { as: ada });
    const { chat } = site.solo;
    const authenticateFresh = chat.authenticateFresh.bind(chat);
    let asked = 0;
    Object.assign(site.solo.chat, {
      authenticateFresh: async (token: string) => {
        asked += 1;
        const found = await authenticateFresh(token);
        return found.ok ? found : { ok: true, value: ada.session };
      },
    });
    await site.solo.chat.logout(ada.session);
    const text = await events.text();
    expect(asked).toBe(1);
    expect(text).toContain("event: ping");
    expect(text).not.toContain("event: ended");
  });
});

const siteStart = Date.now();
