/**
 * The page follows the cluster: its replica is killed or frozen, and its user continues. Each death is
 * proved by the process that has ended. For the front address see front.test.ts.
 */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, movedFrom, row, texts, type Visitor } from "./visitor.ts";

const DRAFT = "a draft of exactly two hundred characters ".repeat(5).slice(0, 200);

stories("the page follows the cluster", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("before");
  }, HOOK_MS);

  /** Leaves a draft in the field, and a message that does not reach `origin`, as if the replica had died with it. */
  async function leaveUnsentAndDraft(page: Page, origin: string): Promise<void> {
    await page.route(`${origin}/c/*/messages`, (route) => route.abort());
    await composer(page).fill("unsent");
    await composer(page).press("Enter");
    await row(page, "unsent").waitFor();
    await composer(page).fill(DRAFT);
    expect(await row(bob.page, "unsent").count()).toBe(0);
  }

  async function expectAllArrived(page: Page): Promise<void> {
    await eventually(async () => (await texts(bob.page)).join() === "before,unsent");
    expect(await composer(page).inputValue()).toBe(DRAFT);
    await row(page, "unsent").locator(".state", { hasText: "saved on" }).waitFor();
    expect(await texts(page)).toEqual(["before", "unsent"]);
    expect(new URL(page.url()).hash).toBe("");
  }

  story("own address, killed", async () => {
    await leaveUnsentAndDraft(ann.page, stage.cluster.web(0));
    await stage.cluster.kill(0);
    await movedFrom(ann.page, stage.cluster.web(0));
    await expectAllArrived(ann.page);
    await bob.say("seen there");
    await row(ann.page, "seen there").waitFor();
  });

  story("own address, frozen", async () => {
    await leaveUnsentAndDraft(ann.page, stage.cluster.web(0));
    await stage.cluster.pause(0);
    await movedFrom(ann.page, stage.cluster.web(0));
    await expectAllArrived(ann.page);
    await stage.cluster.resume(0);
  });

  story("it freezes between the first words to somebody and their page: that opens at the next one", async () => {
    const cid = await stage.arrive(stage.nameOf("cid"), 1);
    const { page } = ann;
    await page.goto(`${stage.cluster.web(0)}/new`);
    const asked = Promise.withResolvers<void>();
    await page.route(`${stage.cluster.web(0)}/c/*`, () => asked.resolve());
    await page.getByLabel("To", { exact: true }).fill(cid.name);
    await composer(page).fill("for cid");
    await composer(page).press("Enter");
    await asked.promise;
    await stage.cluster.pause(0);
    await movedFrom(page, stage.cluster.web(0));
    await row(page, "for cid").waitFor();
    await cid.openFrom(stage.cluster.web(1), ann.name);
    expect(await texts(cid.page)).toEqual(["for cid"]);
    await stage.cluster.resume(0);
  });

  story("no replica: a calm note, writing goes on, everything is there on return", async () => {
    await Promise.all([0, 1, 2].map((id) => stage.cluster.kill(id)));
    const note = ann.page.locator("#note");
    await note.filter({ hasText: "No connection" }).waitFor({ timeout: 20_000 });
    // The page does not know who is online now, so it shows nobody as online.
    const present = ann.page.locator('.presence[data-online="yes"]').filter({ visible: true });
    expect(await present.count()).toBe(0);
    await ann.say("written to nobody");
    await row(ann.page, "written to nobody").waitFor();
    await composer(ann.page).fill(DRAFT);
    // A less important note disappears by itself, and the lasting one is shown again.
    const other = bob.page.locator("#note");
    await other.filter({ hasText: "No connection" }).waitFor();
    await row(bob.page, "before").locator(".body").click();
    await other.filter({ hasText: "marked as read" }).waitFor();
    await other.filter({ hasText: "No connection" }).waitFor();
    await stage.cluster.startAll();
    await row(ann.page, "written to nobody").locator(".state", { hasText: "saved on" }).waitFor({ timeout: 20_000 });
    await row(bob.page, "written to nobody").waitFor({ timeout: 20_000 });
    expect(await texts(bob.page)).toEqual(["before", "written to nobody"]);
    expect(await composer(ann.page).inputValue()).toBe(DRAFT);
    await eventually(async () => !(await note.isVisible()));
    await present.first().waitFor();
  });

  story("a link with words in its fragment puts none into the page", async () => {
    const forged = {
      key: "x".repeat(22),
      drafts: {},
      unsent: [{ id: crypto.randomUUID(), conversation: null, to: bob.name, body: "forged" }],
    };
    const fragment = Buffer.from(JSON.stringify(forged)).toString("base64url");
    await ann.page.goto(`${stage.cluster.web(1)}/people`);
    await ann.page.goto(`${stage.cluster.web(1)}/#lastword=${fragment}`);
    await eventually(() => new URL(ann.page.url()).hash === "");
    await ann.openFrom(stage.cluster.web(1), bob.name);
    expect(await texts(ann.page)).toEqual(["before"]);
  });
});
