/**
 * Thirty messages each by two people, while replicas are killed and started again under them. All
 * sixty arrive once, in one order for both, before and after a reload.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { Cluster } from "../support/cluster.ts";
import { composer, eventually, makeCluster, openBrowser, row, stories, texts, Visitor } from "./visitor.ts";

const HOOK_MS = 90_000;
const STORY_MS = 240_000;
const EACH = 30;
/** Words that are nowhere for so long were never taken by the page. */
const MISSED_MS = 4000;
/** The same deaths in every run; `null` lets one message pass in peace. */
const DEATHS = [0, null, 2, 1, null, 0, 2, null, 1];

stories("a storm", () => {
  let browser: Browser;
  let cluster: Cluster;

  beforeAll(async () => {
    browser = await openBrowser();
    cluster = await makeCluster();
    await cluster.startAll();
  }, HOOK_MS);
  afterAll(async () => {
    await browser?.close();
    await cluster?.stop();
  }, HOOK_MS);

  /** Kills and restarts, one after the other, until told to stop. */
  async function killAndRestart(done: () => boolean): Promise<number[]> {
    const pids: number[] = [];
    for (let index = 0; !done() && index < DEATHS.length; index++) {
      const id = DEATHS[index % DEATHS.length]!;
      if (id === null) continue;
      pids.push((await cluster.kill(id)).pid);
      await cluster.start(id);
      expect(pids).not.toContain(cluster.pid(id));
      await cluster.inStep([0, 1, 2], HOOK_MS);
    }
    return pids;
  }

  /** What a person sees of her own words: in the list, still in the field, or (the page is just moving) nowhere. */
  async function whereIs(page: Page, text: string): Promise<"said" | "typed" | "nowhere"> {
    if ((await texts(page)).includes(text)) return "said";
    return (await composer(page).inputValue({ timeout: 1000 })) === text ? "typed" : "nowhere";
  }

  /** Types like a person: what is still in the field needs only Enter, what is gone for seconds is typed again. */
  async function writeAll({ page, name }: Visitor): Promise<void> {
    for (let index = 0; index < EACH; index++) {
      const text = `${name} ${index}`;
      let typedAt = -Infinity;
      await eventually(async () => {
        const where = await whereIs(page, text).catch(() => "nowhere" as const);
        if (where === "said") return true;
        const rested = performance.now() - typedAt > MISSED_MS;
        if (where === "nowhere" && rested)
          await composer(page)
            .fill(text, { timeout: 1000 })
            .catch(() => {});
        if (where === "typed" || rested) {
          typedAt = performance.now();
          await composer(page)
            .press("Enter", { timeout: 1000 })
            .catch(() => {});
        }
        return false;
      }, 30_000);
    }
  }

  test(
    "all sixty once, in one order",
    async () => {
      const ann = await Visitor.open(browser, "ann");
      const bob = await Visitor.open(browser, "bob");
      await Promise.all([ann.register(cluster.web(0)), bob.register(cluster.web(1))]);
      await ann.writeTo("bob", "start");
      await bob.openFrom(cluster.web(1), "ann");
      // All sixty on one page, also on the one that a move loads.
      for (const { page } of [ann, bob]) await page.goto(`${page.url()}?limit=100`);
      let written = false;
      const storm = killAndRestart(() => written);
      await Promise.all([writeAll(ann), writeAll(bob)]);
      written = true;
      const pids = await storm;
      expect(pids.length).toBeGreaterThanOrEqual(3);
      const expected = [
        "start",
        ...[ann, bob].flatMap(({ name }) => Array.from({ length: EACH }, (_, index) => `${name} ${index}`)),
      ].toSorted();
      for (const { page } of [ann, bob]) {
        await eventually(
          async () => (await page.locator(".pending").count()) === 0 && (await texts(page)).length >= expected.length,
          20_000,
        );
        expect((await texts(page)).toSorted()).toEqual(expected);
      }
      expect(await texts(ann.page)).toEqual(await texts(bob.page));
      const before = await texts(ann.page);
      for (const visitor of [ann, bob]) {
        await visitor.page.reload();
        await row(visitor.page, "start").waitFor();
        expect(await texts(visitor.page)).toEqual(before);
      }
      expect([...ann.complaints, ...bob.complaints]).toEqual([]);
    },
    STORY_MS,
  );
});
