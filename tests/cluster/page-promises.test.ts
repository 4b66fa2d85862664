/**
 * Further promises of the page, checked at the built binary: a message takes few bytes, nothing on the disks opens an
 * account, guessing is slowed down, and a killed browser goes offline.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { WEB_PASSWORD, WebPerson } from "../../harness/web-person.ts";

const CHROMIUM = "/usr/bin/chromium";
const EVENT_BYTES_MAX = 1536;

/** A text as people write it, longer than most messages. */
const WORDS = "The backup of last night is fine, and the one before too; see https://example.org/b?id=7 & tell me. ";

describe("three replicas", () => {
  let cluster: Cluster;
  let anna: WebPerson;
  let ben: WebPerson;

  beforeAll(async () => {
    cluster = await Cluster.create();
    await cluster.startAll();
    anna = new WebPerson("a-name-of-thirty-two-characters-");
    ben = new WebPerson("ben");
    await anna.register(cluster.web(0));
    await ben.register(cluster.web(1));
  }, 180_000);
  afterAll(async () => {
    for (const who of [anna, ben]) who?.leave();
    await cluster.stop();
  });

  test("one message is at most 1.5 KB on an open page's stream, with the longest name and 300 characters", async () => {
    const events = await ben.events(cluster.web(2));
    await events.until("ping");
    const body = WORDS.repeat(3).slice(0, 300);
    const { id } = await anna.send(cluster.web(0), "ben", body);
    const event = await events.until("message", (data) => data.includes(id));
    const lines = event.data.split("\n").map((line) => `data: ${line}\n`);
    const bytes = Buffer.byteLength(`id: ${event.id}\nevent: message\n${lines.join("")}\n`);
    expect(event.data).toContain("tell me.");
    expect(bytes).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    // No other event follows, because the page fetches the list only when it needs it.
    const about = events.seen.filter((one) => one.data.includes(id));
    expect(about.map((one) => one.name)).toEqual(["message"]);
    events.close();
  }, 180_000);

  test("no file of any replica holds a password or a token that opens an account", async () => {
    const token = anna.cookie(cluster.web(0))!;
    expect(token.length).toBeGreaterThanOrEqual(43);
    const secrets = [WEB_PASSWORD, token, Buffer.from(token, "base64url").toString("latin1")];
    const files = readdirSync(cluster.data, { recursive: true, encoding: "utf8", withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    let read = 0;
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name)).toString("latin1");
      read += text.length;
      for (const secret of secrets) expect([file.name, text.includes(secret)]).toEqual([file.name, false]);
    }
    // Premise: the logs are among the files that were read.
    const logs = files.filter((file) => file.name.startsWith("log.db"));
    expect(logs.length).toBeGreaterThanOrEqual(3);
    expect(logs.some((file) => readFileSync(join(file.parentPath, file.name)).includes("backup of last night"))).toBe(
      true,
    );
    expect(read).toBeGreaterThan(100_000);
  }, 180_000);

  test("S2 a log-out, and a changed password: programs' streams of that login end, too, at every replica", async () => {
    /** Opens a stream at each replica, and returns how they end. */
    async function streams(token: string): Promise<{ ends: Promise<string[]>; close: () => void }> {
      const clients = cluster.ids.map((id) => new ChatClient({ addresses: [cluster.grpc(id)], token }));
      const ends = clients.map((client) => {
        const ready = Promise.withResolvers<void>();
        const end = Promise.withResolvers<string>();
        client.subscribe({
          onEvent: (response) => response.ready !== undefined && ready.resolve(),
          onEnd: (failure) => end.resolve(failure.code),
        });
        return { ready: ready.promise, end: end.promise };
      });
      await Promise.all(ends.map(({ ready }) => ready));
      return {
        ends: Promise.all(ends.map(({ end }) => end)),
        close: () => clients.forEach((client) => client.close()),
      };
    }
    const [dora, here, there] = ["dora", "emil", "emil"].map((name) => new WebPerson(name)) as [
      WebPerson,
      WebPerson,
      WebPerson,
    ];
    for (const who of [dora, here]) await who.register(cluster.web(0));
    await there.logIn(cluster.web(0));
    const change = { password: WEB_PASSWORD, newPassword: "another horse battery", id: crypto.randomUUID() };
    for (const [of, act] of [
      [dora, () => dora.ask(cluster.web(1), "/logout", { form: {} })],
      [there, () => here.ask(cluster.web(2), "/account/password", { form: change })],
    ] as const) {
      const open = await streams(of.cookie(cluster.web(0))!);
      expect((await act()).ok).toBe(true);
      expect(await open.ends).toEqual(["not_logged_in", "not_logged_in", "not_logged_in"]);
      open.close();
    }
    // The login that changed it is still valid; the old password is not.
    expect((await here.ask(cluster.web(0), "/account")).status).toBe(200);
    const form = { name: "emil", password: WEB_PASSWORD };
    expect((await new WebPerson("emil").ask(cluster.web(0), "/login", { form })).status).toBe(401);
  }, 180_000);

  test("ten wrong passwords a minute for one name from one address, then all wait there but a browser that was logged in", async () => {
    const guess = (password: string) =>
      new WebPerson("x").ask(cluster.web(1), "/login", { form: { name: "BEN", password } });
    for (let i = 0; i < 10; i++) expect((await guess(`wrong password ${i}`)).status).toBe(401);
    const slowed = await guess(WEB_PASSWORD);
    expect([slowed.status, ((await slowed.json()) as { code: string }).code]).toEqual([429, "slow_down"]);
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    const form = { name: "ben", password: WEB_PASSWORD };
    const page = await (await new WebPerson("x").ask(cluster.web(1), "/login", { form, page: true })).text();
    expect(page).toMatch(
      /<p class="error" id="[^"]+" role="alert">Too many wrong passwords\. Try again in \d+ seconds?\./,
    );
    expect(page).toContain('value="ben"');
    expect((await ben.ask(cluster.web(1), "/account")).status).toBe(200);
    expect((await ben.ask(cluster.web(1), "/login", { form })).status).toBe(200);
  }, 180_000);

  test.skipIf(!existsSync(CHROMIUM) && process.env["CI"] !== "true")(
    "S5 kill -9 of a browser: its person is gone, at every replica",
    async () => {
      const watch = await anna.events(cluster.web(0));
      await watch.until("ping");
      const says = (is: boolean) => (data: string) => data.includes('"visitor"') && data.includes(`"online":${is}`);
      const server = await chromium.launchServer({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
      const pid = server.process().pid!;
      try {
        const browser = await chromium.connect(server.wsEndpoint());
        const page = await browser.newPage();
        await page.goto(`${cluster.web(2)}/register`);
        await page.getByLabel("Name", { exact: true }).fill("visitor");
        await page.getByLabel("Password", { exact: true }).fill(WEB_PASSWORD);
        await page.getByRole("button", { name: "Register", exact: true }).click();
        await watch.until("presence", says(true));
        // Kill all of its processes at once, so that none can close the connection.
        process.kill(-pid, "SIGKILL");
        await watch.until("presence", says(false), { timeoutMs: 60_000 });
        for (const id of cluster.ids)
          await waitFor(`gone at ${id}`, async () => {
            const { users } = await anna.json<{ users: { name: string; online: boolean }[] }>(
              cluster.web(id),
              "/people",
            );
            return users.some((user) => user.name === "visitor" && !user.online);
          });
      } finally {
        await server.kill();
        watch.close();
      }
    },
    180_000,
  );
});
