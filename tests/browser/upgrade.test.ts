/**
 * Pages that stay open while their cluster is upgraded, one replica at a time: what is written on them meanwhile is
 * sent, what others write appears, and a page is loaded anew only to move to another replica, or when its user goes
 * somewhere else and the scripts there are newer.
 */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { NEXT_BINARY } from "../../harness/cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";
import { stories, story } from "./stage.ts";
import { eventually, row, texts, type Visitor } from "./visitor.ts";

const MOVED_MS = 60_000;

/** Where the page was loaded, each time from now on. */
function loadsOf(page: Page): string[] {
  const loads: string[] = [];
  page.on("domcontentloaded", () => loads.push(new URL(page.url()).origin));
  return loads;
}

stories("pages during an upgrade", { clusterPerStory: true }, (stage) => {
  /** The message is stored, and shown to both once. */
  async function isThere(author: Visitor, reader: Visitor, text: string): Promise<void> {
    await row(author.page, text).locator(".state", { hasText: "saved on" }).waitFor({ timeout: MOVED_MS });
    await row(reader.page, text).waitFor({ timeout: MOVED_MS });
  }

  story("one at its replica's own address and one at the front stay, write and read all the time", async () => {
    const { cluster } = stage;
    const [ann, bob] = await stage.pair("before");
    const cid = new WebPerson("cid");
    await cid.register(cluster.web(1));
    await cid.send(cluster.web(1), bob.name, "from cid");
    await bob.logIn(cluster.front);
    await bob.openFrom(cluster.front, ann.name);
    const [loads, loadsAtFront] = [loadsOf(ann.page), loadsOf(bob.page)];
    const said = ["before"];
    for (const id of cluster.ids) {
      const ended = cluster.terminate(id);
      // While it stops, and their pages look for another one.
      await Promise.all([ann.say(`ann without ${id}`), bob.say(`bob without ${id}`)]);
      expect((await ended).exit).toBe(0);
      said.push(`ann without ${id}`, `bob without ${id}`);
      await isThere(ann, bob, `ann without ${id}`);
      await isThere(bob, ann, `bob without ${id}`);
      cluster.install(id, NEXT_BINARY);
      await cluster.start(id);
      await cluster.inStep(cluster.ids, MOVED_MS);
      for (const [author, reader] of [[ann, bob] as const, [bob, ann] as const]) {
        const text = `${author.name} after ${id}`;
        await author.say(text);
        said.push(text);
        await isThere(author, reader, text);
      }
    }
    await cluster.statusThat(0, "the newer format", ({ formats }) => formats.inForce === 2, MOVED_MS);
    await ann.say("next: written as the new kind");
    said.push("next: written as the new kind");
    await isThere(ann, bob, said.at(-1)!);
    for (const { page } of [ann, bob]) expect((await texts(page)).toSorted()).toEqual(said.toSorted());

    // Each load of hers was a move to another replica; his page is the one that he opened.
    expect(loads.length).toBeGreaterThan(0);
    expect(loads.length).toBeLessThanOrEqual(cluster.ids.length);
    expect([cluster.web(0), ...loads].filter((origin, i, all) => origin === all[i - 1])).toEqual([]);
    expect(loadsAtFront).toEqual([]);

    // His scripts are those of the older version: the next place that he goes to is loaded with the newer ones, once.
    const opened = async (name: string): Promise<void> => {
      await bob.page.locator("#sidebar a[href^='/c/']", { hasText: name }).first().click();
      await bob.page.getByRole("heading", { name, level: 1 }).waitFor();
    };
    await opened("cid");
    await row(bob.page, "from cid").waitFor();
    await eventually(() => loadsAtFront.length === 1);
    await opened(ann.name);
    await eventually(async () => (await texts(bob.page)).length === said.length);
    expect(loadsAtFront).toEqual([cluster.front]);
    cid.leave();
  });
});
