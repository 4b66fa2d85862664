/** The network splits, both sides continue to write, and afterwards the pages of both show one history. */
import { expect } from "bun:test";
import { stories, story } from "./stage.ts";
import { composer, row, texts } from "./visitor.ts";

stories("a split and its end", { cuttable: true, clusterPerStory: true }, (stage) => {
  story("both sides' words in one order, the late ones marked, the draft untouched", async () => {
    const [ann, bob] = await stage.pair("together");
    stage.cluster.split([0], [1, 2]);
    await stage.cluster.inStep([0], 60_000);
    await stage.cluster.inStep([1, 2], 60_000);
    // Only the links between replicas are cut, so a page may have moved to the replica that could write first.
    await ann.openFrom(stage.cluster.web(0), bob.name);
    await bob.openFrom(stage.cluster.web(2), ann.name);
    await ann.say("from the one");
    await bob.say("from the two");
    await row(ann.page, "from the one").locator(".state", { hasText: "saved on 1 of 3" }).waitFor();
    await row(bob.page, "from the two")
      .locator(".state", { hasText: /saved on [12] of 3/ })
      .waitFor();
    expect(await texts(ann.page)).toEqual(["together", "from the one"]);
    expect(await texts(bob.page)).toEqual(["together", "from the two"]);
    await composer(ann.page).fill("a draft");
    stage.cluster.split([0], [1, 2], "heal");
    await stage.cluster.inStep([0, 1, 2], 60_000);
    await row(ann.page, "from the two").waitFor();
    await row(bob.page, "from the one").waitFor();
    const all = await texts(ann.page);
    expect(all).toHaveLength(3);
    expect(await texts(bob.page)).toEqual(all);
    expect(await composer(ann.page).inputValue()).toBe("a draft");
    const late = [await ann.page.locator(".late").count(), await bob.page.locator(".late").count()];
    expect(late).toEqual([1, 1]);
  });
});
