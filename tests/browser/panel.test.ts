/** The cluster line and its panel while replicas really die: they say live, in plain words, what has happened. */
import { beforeEach, expect } from "bun:test";
import { WebPerson } from "../../harness/web-person.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { eventually, row, type Visitor } from "./visitor.ts";

/** Long, because the recovery policy decides only after 15 s. */
const POLICY_MS = 60_000;

const LINE_LOOKS = `(() => {
  const { color, fontWeight } = getComputedStyle(document.getElementById("cluster-line"));
  return { colour: color, weight: fontWeight };
})()`;
/** A script that returns the colour for errors, as the browser writes it. */
const DANGER = `(() => {
  const place = Object.assign(document.createElement("p"), { className: "error" });
  document.body.append(place);
  const { color } = getComputedStyle(place);
  place.remove();
  return color;
})()`;

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
      await page.locator("#cluster-line", { hasText: "3 of 3 servers" }).click();
      const panel = page.getByRole("dialog", { name: "Cluster" });
      await panel.getByText("2 more replicas can fail, even at once, without a loss.").waitFor();
      await panel.locator(".replica", { hasText: `Replica ${leader} in step, leader` }).waitFor();
      await panel
        .locator(".replica", { hasText: `Replica ${home}` })
        .getByText("serves this page")
        .waitFor();
      for (const id of stage.cluster.ids)
        expect(await panel.getByText(`process ${stage.cluster.pid(id)}`).isVisible()).toBe(false);
      // Once opened it stays open, although the page fetches the panel again every two seconds.
      await panel.getByText("Details").click();
      for (const id of stage.cluster.ids) await panel.getByText(`process ${stage.cluster.pid(id)}`).waitFor();
      const before = await page.evaluate("performance.timeOrigin");
      const { pid } = await stage.cluster.kill(leader);
      await panel.locator(`.replica[data-state="stopped"], .replica[data-state="unreachable"]`).waitFor();
      await panel
        .locator(".facts")
        .getByText(new RegExp(`Replica \\d took over from ${leader} in \\d+ ms`))
        .waitFor();
      await panel.locator('.timeline [data-kind="failover"]').first().waitFor();
      await panel.getByText("One more replica can fail without a loss.").waitFor();
      await stage.cluster.start(leader);
      expect(stage.cluster.pid(leader)).not.toBe(pid);
      await panel.getByText(`process ${stage.cluster.pid(leader)}`).waitFor();
      await panel.getByText("3 of 3 replicas").waitFor();
      await panel.locator('.timeline [data-kind="join"]').first().waitFor();
      expect(await page.evaluate("performance.timeOrigin")).toBe(before);
    },
  );

  story("both others killed: no spare copy, saved on 1 of 3; brought back: it rises to 3 of 3", async () => {
    const bob = new WebPerson("bob");
    await bob.register(stage.cluster.web(0));
    await ann.register(stage.cluster.web(0));
    const { page } = ann;
    await stage.cluster.killTogether([1, 2]);
    await page.locator("#cluster-line", { hasText: "1 of 3 servers, no spare copy" }).waitFor();
    await ann.writeTo("bob", "on one disk");
    const state = row(page, "on one disk").locator(".state");
    await state.filter({ hasText: "saved on 1 of 3" }).waitFor();
    // Danger must be visible: by a colour, a sign, and a heavier font than the line has when all is well.
    const line = page.locator("#cluster-line");
    expect(await line.getAttribute("data-level")).toBe("danger");
    expect(await line.locator(".icon").isVisible()).toBe(true);
    expect(await page.evaluate(LINE_LOOKS)).toEqual({ colour: await page.evaluate(DANGER), weight: "600" });
    await line.click();
    const panel = page.getByRole("dialog", { name: "Cluster" });
    // The warning appears once, in the panel's own words.
    const warning = panel.getByText("No spare copy: if the disk of this replica fails now, messages are lost.");
    await warning.waitFor();
    expect(await panel.getByText(/spare copy|not yet protected/i).count()).toBe(1);
    expect(await warning.textContent()).toContain("Start another replica; it catches up by itself.");
    await page.keyboard.press("Escape");
    await stage.cluster.start(1);
    await stage.cluster.start(2);
    await stage.cluster.inStep();
    await state.filter({ hasText: "saved on 3 of 3" }).waitFor();
    await eventually(async () => (await line.getAttribute("data-level")) === "well");
    expect(await line.locator(".icon").isVisible()).toBe(false);
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
    // It is marked as late only if replica 2 heard of this side before it led alone, as its view lets it.
    await row(ann.page, "on the last one only").waitFor({ timeout: POLICY_MS });
    expect(await row(ann.page, "on all").count()).toBe(1);
  });
});
