/**
 * On the front address nobody chooses the replica that serves the page, so each one is taken away in
 * turn: whichever it was, the page stays where it is and misses nothing, neither what came nor what went.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import type { Cluster } from "../support/cluster.ts";
import { WebPerson } from "../support/web-person.ts";
import { composer, eventually, makeCluster, openBrowser, row, stories, texts, Visitor } from "./visitor.ts";

const HOOK_MS = 90_000;
const STORY_MS = 180_000;
const FRONT_MS = 30_000;
const DRAFT = "a draft of exactly two hundred characters ".repeat(5).slice(0, 200);

stories("the page on the front", () => {
  let browser: Browser;
  let cluster: Cluster;
  let ann: Visitor;
  let bob: WebPerson;

  beforeAll(async () => {
    browser = await openBrowser();
  }, HOOK_MS);
  beforeEach(async () => {
    cluster = await makeCluster();
    await cluster.startAll();
    ann = await Visitor.open(browser, "ann");
    bob = new WebPerson("bob");
    await bob.register(cluster.web(1));
    await ann.register(cluster.front);
    await ann.writeTo("bob", "before");
  }, HOOK_MS);
  afterEach(async () => {
    const { complaints } = ann;
    bob.leave();
    await ann.close();
    await cluster.stop();
    expect(complaints).toEqual([]);
  }, HOOK_MS);
  afterAll(() => browser?.close());

  /** One request of bob's at a replica that is there, again with the same id until it is agreed. */
  async function asBob(at: number, path: string, form: Record<string, string>): Promise<{ message: { id: string } }> {
    let said: unknown = null;
    await eventually(async () => {
      const answer = await bob.ask(cluster.web(at), path, { form }).catch(() => null);
      if (answer === null || answer.status >= 300) return false;
      said = await answer.json();
      return true;
    }, FRONT_MS);
    return said as { message: { id: string } };
  }

  async function eachInTurn(
    take: (id: number) => Promise<void>,
    giveBack: (id: number) => Promise<void>,
  ): Promise<void> {
    const { page } = ann;
    const path = new URL(page.url()).pathname;
    let last: string | null = null;
    let refusing = true;
    await page.route(`${cluster.front}/c/*/messages`, (route) => (refusing ? route.abort() : route.continue()));
    await composer(page).fill("unsent");
    await composer(page).press("Enter");
    await row(page, "unsent").waitFor();
    await composer(page).fill(DRAFT);
    for (const id of cluster.ids) {
      const others = cluster.ids.filter((one) => one !== id);
      await take(id);
      const text = `without ${id}`;
      const sent = await asBob(others[0]!, "/to", { name: "ann", body: text, id: crypto.randomUUID() });
      if (last !== null) await asBob(others[1]!, `${path}/delete`, { ids: last, id: crypto.randomUUID() });
      await row(page, text).waitFor({ timeout: FRONT_MS });
      await eventually(
        async () => (await texts(page)).filter((one) => one.startsWith("without")).join() === text,
        FRONT_MS,
      );
      last = sent.message.id;
      refusing = false;
      // Its own words go out while that one is still away.
      await row(page, "unsent").locator(".state", { hasText: "kept on" }).waitFor({ timeout: FRONT_MS });
      await giveBack(id);
      await cluster.inStep([0, 1, 2], FRONT_MS);
    }
    expect(new URL(page.url()).origin).toBe(cluster.front);
    expect(await composer(page).inputValue()).toBe(DRAFT);
    expect((await texts(page)).toSorted()).toEqual(["before", "unsent", "without 2"]);
    for (const id of cluster.ids)
      expect(
        (await bob.texts(cluster.web(id), path.slice("/c/".length))).filter((one) => one !== "").toSorted(),
      ).toEqual(["before", "unsent", "without 2"]);
    await page.reload();
    expect((await texts(page)).toSorted()).toEqual(["before", "unsent", "without 2"]);
    expect(await composer(page).inputValue()).toBe(DRAFT);
  }

  test(
    "each replica frozen in turn: what came and what was deleted meanwhile is there, the draft too",
    async () => {
      await eachInTurn(
        (id) => cluster.pause(id),
        (id) => cluster.resume(id),
      );
    },
    STORY_MS,
  );

  test(
    "each replica killed in turn: the same",
    async () => {
      const pids: number[] = [];
      await eachInTurn(
        async (id) => {
          pids.push((await cluster.kill(id)).pid);
        },
        async (id) => {
          await cluster.start(id);
          expect(pids).not.toContain(cluster.pid(id));
        },
      );
      expect(pids.length).toBe(3);
    },
    STORY_MS,
  );
});
