/** `lastword demo`, as a visitor sees it: a living page at once, replicas killed from the panel, and nothing left. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { BINARY, Cluster, waitFor } from "../../harness/cluster.ts";
import { freePorts } from "../../harness/free-ports.ts";
import { CHROMIUM, HOOK_MS, openBrowser, STORY_MS } from "./stage.ts";

const missing = !existsSync(CHROMIUM) && process.env.CI !== "true";

describe.skipIf(missing)("lastword demo", () => {
  const folder = mkdtempSync(join(tmpdir(), "lastword-demo-test-"));
  let demo: Bun.Subprocess;
  let browser: Browser;
  let said = "";
  let pids: number[] = [];
  const address = (): string | undefined => /Open (\S+)/.exec(said)?.[1];

  beforeAll(async () => {
    const [port] = await freePorts(1);
    demo = Bun.spawn([BINARY, "demo", "--front", `localhost:${port}`], {
      env: { HOME: folder, TMPDIR: folder, PATH: "/usr/bin:/bin" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    void (async () => {
      for await (const chunk of demo.stdout as ReadableStream<Uint8Array>) said += Buffer.from(chunk).toString();
    })();
    browser = await openBrowser(false);
    await waitFor("the demo's address", address, 60_000);
  }, HOOK_MS);
  afterAll(async () => {
    demo.kill("SIGKILL");
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    "a visitor is logged in at once; people write; the page goes on when its replica is killed, and all three",
    async () => {
      const page = await browser.newPage();
      await page.goto(address()!);
      // The people have filled the rooms, and go on.
      const list = page.locator("#sidebar");
      await list.getByText("operations").first().waitFor();
      const shown = await list.textContent();
      await waitFor("somebody to write", async () => (await list.textContent()) !== shown, 30_000);
      await list.locator("a", { hasText: "amara" }).first().click();
      await page.locator("#messages .body", { hasText: "Welcome aboard." }).waitFor();
      await page.locator("#cluster-line", { hasText: "3 of 3 servers" }).click();
      const panel = page.getByRole("dialog", { name: "Cluster" });
      const row = (n: number) => panel.locator(".replica").nth(n);
      const home = await waitFor("its replica", async () => {
        for (const n of [0, 1, 2]) if ((await row(n).textContent())!.includes("serves this page")) return { n };
        return null;
      });
      pids = [...(await (await page.request.get(new URL("/cluster.json", address()).href)).json()).replicas].map(
        ({ pid }: { pid: number }) => pid,
      );
      await row(home.n)
        .getByRole("button", { name: `Kill replica ${home.n}` })
        .click();
      await row(home.n)
        .getByRole("button", { name: `Start replica ${home.n}` })
        .waitFor();
      await panel.getByText("One more replica can fail").waitFor();
      await row(home.n)
        .getByRole("button", { name: `Start replica ${home.n}` })
        .click();
      await row(home.n).getByText("in step").waitFor();
      // A message is answered, now that the replicas have changed.
      await panel.getByRole("button", { name: "Close" }).click();
      await page.locator("textarea").first().fill("Hello amara");
      await page.keyboard.press("Enter");
      await page.getByText("Hello amara").first().waitFor();
      // All three: nobody could press a button any more, so the demo starts them again.
      await page.locator("#cluster-line").click();
      for (const n of [0, 1, 2]) {
        await row(n)
          .getByRole("button", { name: `Kill replica ${n}` })
          .click();
        await waitFor("its death", () => said.split(`replica ${n} is dead`).length > (n === home.n ? 2 : 1), 30_000);
      }
      // The line may still say what was so before.
      const { origin } = new URL(address()!);
      const members = async (): Promise<number> =>
        await fetch(`${origin}/cluster.json`).then(
          async (answer) => ((await answer.json()) as { view: { members: number[] } }).view.members.length,
          () => 0,
        );
      await waitFor("all three to be back", async () => (await members()) === 3, 60_000);
      await page.locator("#cluster-line", { hasText: "3 of 3 servers" }).waitFor({ timeout: 60_000 });
      await page.close();
    },
    STORY_MS,
  );

  test("without the secret of its address nobody is logged in, and a stranger kills nothing", async () => {
    const { origin } = new URL(address()!);
    const wrong = await fetch(`${origin}/demo/${"x".repeat(16)}`, { redirect: "manual" });
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([404, null]);
    const body = new URLSearchParams({ order: "kill", replica: "0" });
    const stranger = await fetch(`${origin}/demo/replicas`, { method: "POST", body, redirect: "manual" });
    expect(stranger.status).toBe(401);
    expect(await (await fetch(`${origin}/cluster`)).text()).not.toContain("/demo/replicas");
  });

  test("Ctrl-C ends the replicas and removes the folder", async () => {
    expect(readdirSync(folder).filter((name) => name.startsWith("lastword-demo-"))).toHaveLength(1);
    demo.kill("SIGINT");
    expect(await demo.exited).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith("lastword-demo-"))).toEqual([]);
    expect(pids).toHaveLength(3);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
  });

  test("a replica that runs otherwise has none of it, whatever its environment says", async () => {
    await using cluster = await Cluster.create({
      replicas: 1,
      environment: { LASTWORD_DEMO: "1", LASTWORD_SUPERVISOR: "1", NODE_CHANNEL_FD: "" },
    });
    await cluster.start(0);
    const origin = cluster.web(0);
    const form = { name: "ann", password: "a long password", id: crypto.randomUUID() };
    const made = await fetch(`${origin}/register`, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
    });
    const cookie = made.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    expect(cookie).not.toBe("");
    const body = new URLSearchParams({ order: "kill", replica: "0" });
    const asked = await fetch(`${origin}/demo/replicas`, { method: "POST", headers: { cookie }, body });
    expect(asked.status).toBe(404);
    expect((await fetch(`${origin}/demo/undefined`, { redirect: "manual" })).status).toBe(404);
    const panel = await (await fetch(`${origin}/cluster`, { headers: { cookie } })).text();
    expect([panel.includes("Replica 0"), panel.includes("demo")]).toEqual([true, false]);
    expect(cluster.running()).toEqual([0]);
  }, 60_000);
});
