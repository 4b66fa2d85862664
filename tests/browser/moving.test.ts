/**
 * The page follows the cluster: its replica is killed or frozen, and the person in front of it goes on.
 * Each death is proven by the process that is gone. For the front address see front.test.ts.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { Cluster } from "../support/cluster.ts";
import { composer, eventually, makeCluster, openBrowser, row, stories, texts, Visitor } from "./visitor.ts";

const HOOK_MS = 90_000;
const STORY_MS = 90_000;
const DRAFT = "a draft of exactly two hundred characters ".repeat(5).slice(0, 200);

stories("the page follows the cluster", () => {
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
    await Promise.all([ann.register(cluster.web(0)), bob.register(cluster.web(2))]);
    await ann.writeTo("bob", "before");
    await bob.openFrom(cluster.web(2), "ann");
  }, HOOK_MS);
  afterEach(async () => {
    const complaints = [...ann.complaints, ...bob.complaints];
    await Promise.all([ann.close(), bob.close()]);
    await cluster.stop();
    expect(complaints).toEqual([]);
  }, HOOK_MS);
  afterAll(() => browser?.close());

  /** At another address than before, and live there. */
  async function moved(page: Page, from: string): Promise<void> {
    await page.waitForURL((url) => url.origin !== from, { timeout: 15_000 });
    await page.getByRole("log", { name: "Messages" }).waitFor();
  }

  /** A draft in the field, and one message that cannot reach `origin`, as when the replica died with the request. */
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
    await row(page, "unsent").locator(".state", { hasText: "kept on" }).waitFor();
    expect(await texts(page)).toEqual(["before", "unsent"]);
    expect(new URL(page.url()).hash).toBe("");
  }

  test(
    "own address, killed",
    async () => {
      await leaveUnsentAndDraft(ann.page, cluster.web(0));
      await cluster.kill(0);
      await moved(ann.page, cluster.web(0));
      await expectAllArrived(ann.page);
      await bob.say("seen there");
      await row(ann.page, "seen there").waitFor();
    },
    STORY_MS,
  );

  test(
    "own address, frozen",
    async () => {
      await leaveUnsentAndDraft(ann.page, cluster.web(0));
      await cluster.pause(0);
      await moved(ann.page, cluster.web(0));
      await expectAllArrived(ann.page);
      await cluster.resume(0);
    },
    STORY_MS,
  );

  test(
    "no replica: a calm note, writing goes on, everything is there on return",
    async () => {
      await Promise.all([0, 1, 2].map((id) => cluster.kill(id)));
      const note = ann.page.locator("#note");
      await note.filter({ hasText: "No replica answers" }).waitFor({ timeout: 20_000 });
      await ann.say("written to nobody");
      await row(ann.page, "written to nobody").waitFor();
      await composer(ann.page).fill(DRAFT);
      await cluster.startAll();
      await row(ann.page, "written to nobody").locator(".state", { hasText: "kept on" }).waitFor({ timeout: 20_000 });
      await row(bob.page, "written to nobody").waitFor({ timeout: 20_000 });
      expect(await texts(bob.page)).toEqual(["before", "written to nobody"]);
      expect(await composer(ann.page).inputValue()).toBe(DRAFT);
      await eventually(async () => !(await note.isVisible()));
    },
    STORY_MS,
  );

  test(
    "a link with words in its fragment puts none into the page",
    async () => {
      const forged = {
        key: "x".repeat(22),
        drafts: {},
        unsent: [{ id: crypto.randomUUID(), conversation: null, to: "bob", body: "forged" }],
      };
      const fragment = Buffer.from(JSON.stringify(forged)).toString("base64url");
      await ann.page.goto(`${cluster.web(1)}/people`);
      await ann.page.goto(`${cluster.web(1)}/#lastword=${fragment}`);
      await eventually(() => new URL(ann.page.url()).hash === "");
      await ann.openFrom(cluster.web(1), "bob");
      expect(await texts(ann.page)).toEqual(["before"]);
    },
    STORY_MS,
  );
});
