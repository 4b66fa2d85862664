/** The network splits, both sides write on, and the pages of both show one history afterwards. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Cluster } from "../support/cluster.ts";
import { composer, eventually, makeCluster, openBrowser, row, stories, texts, Visitor } from "./visitor.ts";

const HOOK_MS = 90_000;
const STORY_MS = 240_000;

stories("a split and its end", () => {
  let browser: Browser;
  let cluster: Cluster;

  beforeAll(async () => {
    browser = await openBrowser();
    cluster = await makeCluster({ cuttable: true });
    await cluster.startAll();
  }, HOOK_MS);
  afterAll(async () => {
    await browser?.close();
    await cluster?.stop();
  }, HOOK_MS);

  test(
    "both sides' words in one order, the late ones marked, the draft untouched",
    async () => {
      const ann = await Visitor.open(browser, "ann");
      const bob = await Visitor.open(browser, "bob");
      await Promise.all([ann.register(cluster.web(0)), bob.register(cluster.web(2))]);
      await ann.writeTo("bob", "together");
      await bob.openFrom(cluster.web(2), "ann");
      cluster.split([0], [1, 2]);
      await cluster.inStep([0], 60_000);
      await cluster.inStep([1, 2], 60_000);
      await ann.say("from the one");
      await bob.say("from the two");
      await row(ann.page, "from the one").locator(".state", { hasText: "kept on 1 of 3" }).waitFor();
      await row(bob.page, "from the two")
        .locator(".state", { hasText: /kept on [12] of 3/ })
        .waitFor();
      expect(await texts(ann.page)).toEqual(["together", "from the one"]);
      expect(await texts(bob.page)).toEqual(["together", "from the two"]);
      await composer(ann.page).fill("a draft");
      cluster.split([0], [1, 2], "heal");
      await cluster.inStep([0, 1, 2], 60_000);
      for (const { page } of [ann, bob]) await eventually(async () => (await texts(page)).length === 3, 20_000);
      expect(await texts(ann.page)).toEqual(await texts(bob.page));
      expect(await composer(ann.page).inputValue()).toBe("a draft");
      const late = [await ann.page.locator(".late").count(), await bob.page.locator(".late").count()];
      expect(late).toEqual([1, 1]);
      expect([...ann.complaints, ...bob.complaints]).toEqual([]);
    },
    STORY_MS,
  );
});
