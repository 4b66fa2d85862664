/** The cluster line and its panel in front of real deaths: what they say is what happened, in plain words, live. */
import { beforeEach, expect } from "bun:test";
import { WebPerson } from "../support/web-person.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { eventually, row, type Visitor } from "./visitor.ts";

/** The policy decides after 15 s. */
const POLICY_MS = 60_000;

stories("the cluster, as the page tells it", { clusterPerStory: true }, (stage) => {
  let ann: Visitor;
  beforeEach(async () => {
    ann = await stage.open("ann");
  }, HOOK_MS);

  story(
    "the leader is killed and comes back: who took over and how fast, who is away, since when, without a reload",
    async () => {
      const leader = await stage.cluster.leader();
      const home = stage.cluster.ids.find((id) => id !== leader)!;
      await ann.register(stage.cluster.web(home));
      const { page } = ann;
      await page.locator("#cluster-line", { hasText: `3 of 3 replicas, leader ${leader}` }).click();
      const panel = page.getByRole("dialog", { name: "Cluster" });
      await panel.getByText("2 replicas may die, even at once, without a loss.").waitFor();
      await panel
        .locator(".replica", { hasText: `Replica ${home}` })
        .getByText("shows you this page")
        .waitFor();
      for (const id of stage.cluster.ids)
        await panel.getByText(new RegExp(`localhost:\\d+ · process ${stage.cluster.pid(id)} · since`)).waitFor();
      const before = await page.evaluate("performance.timeOrigin");
      const { pid } = await stage.cluster.kill(leader);
      await panel.locator(`.replica[data-state="stopped"], .replica[data-state="unreachable"]`).waitFor();
      await panel
        .locator(".facts")
        .getByText(new RegExp(`Replica \\d took over from ${leader} in \\d+ ms`))
        .waitFor();
      await panel.locator('.timeline [data-kind="failover"]').first().waitFor();
      await panel.getByText("One more replica may die without a loss.").waitFor();
      await stage.cluster.start(leader);
      expect(stage.cluster.pid(leader)).not.toBe(pid);
      await panel.getByText(`process ${stage.cluster.pid(leader)}`).waitFor();
      await panel.getByText("3 of 3 replicas").waitFor();
      await panel.locator('.timeline [data-kind="join"]').first().waitFor();
      expect(await page.evaluate("performance.timeOrigin")).toBe(before);
    },
  );

  story("both others killed: not yet protected, kept on 1 of 3; brought back: it rises to 3 of 3", async () => {
    const bob = new WebPerson("bob");
    await bob.register(stage.cluster.web(0));
    await ann.register(stage.cluster.web(0));
    const { page } = ann;
    await stage.cluster.killTogether([1, 2]);
    await page.locator("#cluster-line", { hasText: "1 of 3 replicas, leader 0, not yet protected" }).waitFor();
    await ann.writeTo("bob", "on one disk");
    const state = row(page, "on one disk").locator(".state");
    await state.filter({ hasText: "kept on 1 of 3" }).waitFor();
    await page.locator("#cluster-line").click();
    const panel = page.getByRole("dialog", { name: "Cluster" });
    await panel.getByText("Not yet protected: if this replica's disk dies now").waitFor();
    await panel.getByText("Start another and it catches up by itself.").waitFor();
    await page.keyboard.press("Escape");
    await stage.cluster.start(1);
    await stage.cluster.start(2);
    await stage.cluster.inStep();
    await state.filter({ hasText: "kept on 3 of 3" }).waitFor();
    await eventually(async () => !(await page.locator("#cluster-line").textContent())!.includes("not yet"));
  });

  story("going on without the replica that was last: the page says whose messages may still come", async () => {
    await ann.register(stage.cluster.web(0));
    const bob = new WebPerson("bob");
    await bob.register(stage.cluster.web(2));
    await ann.writeTo("bob", "on all");
    await stage.cluster.killTogether([0, 1]);
    await stage.cluster.inStep([2]);
    await bob.send(stage.cluster.web(2), "ann", "on the last one only");
    await stage.cluster.kill(2);
    await stage.cluster.start(0);
    await stage.cluster.inStep([0], POLICY_MS);
    await eventually(async () => (await ann.page.goto(stage.cluster.web(0)).catch(() => null)) !== null);
    await ann.openFrom(stage.cluster.web(0), "bob");
    await ann.page.locator("#cluster-line").click();
    const panel = ann.page.getByRole("dialog", { name: "Cluster" });
    await panel.getByText(/Replica (1 and )?2 may hold messages that are not here yet/).waitFor();
    await ann.page.keyboard.press("Escape");
    expect(await row(ann.page, "on the last one only").count()).toBe(0);
    await stage.cluster.start(2);
    await row(ann.page, "on the last one only").waitFor({ timeout: POLICY_MS });
    await row(ann.page, "on the last one only").locator(".late").waitFor();
    expect(await row(ann.page, "on all").count()).toBe(1);
  });
});
