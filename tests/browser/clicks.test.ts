/** What one clicks while the replica is gone, and where one was reading: both go along to the next one. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Cluster } from "../support/cluster.ts";
import { composer, eventually, makeCluster, messages, openBrowser, row, stories, texts, Visitor } from "./visitor.ts";

const HOOK_MS = 90_000;
const STORY_MS = 90_000;

stories("clicks without a replica", () => {
  let browser: Browser;
  let cluster: Cluster;
  let ann: Visitor;
  let bob: Visitor;

  beforeAll(async () => {
    browser = await openBrowser();
  }, HOOK_MS);
  beforeEach(async () => {
    cluster = await makeCluster();
    await cluster.startAll();
    ann = await Visitor.open(browser, "ann");
    bob = await Visitor.open(browser, "bob");
    await Promise.all([ann.register(cluster.web(0)), bob.register(cluster.web(1))]);
    await ann.writeTo("bob", "first");
  }, HOOK_MS);
  afterEach(async () => {
    const complaints = [...ann.complaints, ...bob.complaints];
    await Promise.all([ann.close(), bob.close()]);
    await cluster.stop();
    expect(complaints).toEqual([]);
  }, HOOK_MS);
  afterAll(() => browser?.close());

  test(
    "a link pressed while nobody answers opens at the replica that comes back; the draft is kept",
    async () => {
      const { page } = ann;
      const here = page.url();
      const notes: string[] = [];
      await page.exposeFunction("lastwordNote", (text: string) => notes.push(text));
      await page.evaluate(
        "new MutationObserver(() => lastwordNote(document.getElementById('note').textContent)).observe(document.getElementById('note'), { childList: true })",
      );
      await cluster.killTogether([0, 1, 2]);
      await page.locator("#note", { hasText: "No replica answers" }).waitFor();
      await composer(page).fill("half a thought");
      await page.getByRole("link", { name: "People" }).click();
      await page.locator("#note", { hasText: "What you chose opens as soon as one answers." }).waitFor();
      expect(page.url()).toBe(here);
      // Nobody is logged out without a replica, and the page says so instead of going nowhere.
      await page.getByRole("button", { name: "Log out" }).click();
      await page.locator("#note", { hasText: "nothing was done" }).waitFor();
      expect([page.url(), await composer(page).inputValue()]).toEqual([here, "half a thought"]);
      // Each was said once, however often the page has looked meanwhile.
      expect(notes.map((text) => text.slice(0, 12))).toEqual(["No replica a", "Looking for ", "No replica a"]);
      await cluster.start(2);
      await page.waitForURL(`${cluster.web(2)}/people`);
      await page.getByRole("heading", { name: "People" }).waitFor();
      await page.goto(here.replace(cluster.web(0), cluster.web(2)));
      expect(await composer(page).inputValue()).toBe("half a thought");
      expect(cluster.running()).toEqual([2]);
    },
    STORY_MS,
  );

  test(
    "the note goes when the same replica is back, and forms work again",
    async () => {
      const { page } = ann;
      await cluster.killTogether([0, 1, 2]);
      await page.locator("#note", { hasText: "No replica answers" }).waitFor();
      await page.getByRole("button", { name: "Log out" }).click();
      await page.locator("#note", { hasText: "nothing was done" }).waitFor();
      await cluster.start(0);
      await page.locator("#note").waitFor({ state: "hidden" });
      await cluster.inStep([0], HOOK_MS);
      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL(/\/login$/);
    },
    STORY_MS,
  );

  test(
    "reading far up when the replica dies: the same line is at the same height afterwards",
    async () => {
      const { page } = ann;
      for (let index = 0; index < 140; index++) {
        const form = { id: crypto.randomUUID(), body: `line ${index}` };
        await ann.context.request.post(`${page.url()}/messages`, { form, headers: { accept: "application/json" } });
      }
      await row(page, "line 139").waitFor();
      await page.reload();
      const line = row(page, "line 20");
      while ((await line.count()) === 0) {
        const before = (await texts(page)).length;
        await messages(page).hover();
        await page.mouse.wheel(0, -4000);
        await eventually(async () => (await texts(page)).length > before);
      }
      await line.evaluate((element) => element.scrollIntoView());
      const top = async (): Promise<number> => {
        const [at, log] = [await line.boundingBox(), await messages(page).boundingBox()];
        return at === null || log === null ? Infinity : Math.round(at.y - log.y);
      };
      const before = await top();
      const { pid } = await cluster.kill(0);
      await page.waitForURL((url) => url.origin !== cluster.web(0));
      await eventually(async () => Math.abs((await top()) - before) <= 1);
      await bob.openFrom(cluster.web(1), "ann");
      await bob.say("meanwhile");
      await page.getByRole("button", { name: "1 new message below" }).waitFor();
      expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
      await cluster.start(0);
      expect(cluster.pid(0)).not.toBe(pid);
    },
    STORY_MS,
  );
});
