/**
 * Accessibility of what appears only when something happens: sentences at fields, sheets, a deleted
 * account, and the notes of a real failover; in light and dark, on a wide screen and on a phone.
 */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { WebPerson } from "../../harness/web-person.ts";
import { faults } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, PASSWORD, row, type Visitor } from "./visitor.ts";

/** A name and a word that offer no place to break the line. */
const LONG_NAME = "W".repeat(32);
const LONG_WORD = "x".repeat(400);

stories("everyone can use what happens, too", { clusterPerFile: true }, (stage) => {
  let ann: Visitor;
  let found: string[];
  beforeEach(async () => {
    found = [];
    ann = await stage.open(stage.nameOf("ann"));
  }, HOOK_MS);

  async function look(page: Page, what: string): Promise<void> {
    found.push(...(await faults(page, what)));
  }

  story("empty states, sentences at fields, the list of keys", async () => {
    const { page } = ann;
    const origin = stage.cluster.web(0);
    await page.goto(`${origin}/register`);
    await page.getByLabel("Name", { exact: true }).fill("a b");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("#field-name-error:not([hidden])").waitFor();
    await look(page, "refused registration");
    await page.goto(`${origin}/login`);
    await page.getByLabel("Name", { exact: true }).fill(ann.name);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator("#field-password-error:not([hidden])").waitFor();
    await look(page, "refused log-in");
    await ann.register(origin);
    await page.getByText("You are the first one here.").waitFor();
    await look(page, "the start of the first one");
    await page.goto(`${origin}/people`);
    await page.getByText("You are the first one here.").waitFor();
    await look(page, "nobody else");
    await new WebPerson(stage.nameOf("bob")).register(origin);
    await page.goto(origin);
    await page.getByText("You have no direct messages yet.").waitFor();
    await look(page, "no conversation");
    await page.getByLabel("To", { exact: true }).fill("nobody");
    await composer(page).fill("hello");
    await composer(page).press("Enter");
    await page.locator("#field-name-error:not([hidden])").waitFor();
    await look(page, "nobody of that name");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await look(page, "keys");
    expect(found).toEqual([]);
  });

  story("long names and words, an account that is gone, the notes of a failover and of none left", async () => {
    const { page } = ann;
    await ann.register(stage.cluster.web(0));
    const long = await stage.open(LONG_NAME);
    await long.register(stage.cluster.web(1));
    await long.writeTo(ann.name, LONG_WORD);
    await long.say(`https://example.org/${LONG_WORD}`);
    await ann.openFrom(stage.cluster.web(0), LONG_NAME);
    await row(page, LONG_WORD).waitFor();
    await look(page, "long");
    await page.locator("#select").click();
    await row(page, LONG_WORD).getByRole("checkbox").check();
    await look(page, "long, selected");
    await page.keyboard.press("Escape");
    await page.goto(`${stage.cluster.web(0)}/people`);
    await look(page, "people with a long name");
    await long.page.goto(`${stage.cluster.web(1)}/account`);
    await look(long.page, "account of a long name");
    await long.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await long.page.getByRole("button", { name: "Delete account" }).click();
    await long.page.getByRole("heading", { name: "Your account is deleted" }).waitFor();
    await look(long.page, "deleted");
    await long.close();
    await ann.openFrom(stage.cluster.web(0), "deleted user");
    await look(page, "with somebody who is gone");

    // The note normally disappears by itself, before axe has checked it four times, so here it stays.
    await page.addInitScript(
      "const late = setTimeout; globalThis.setTimeout = (run, ms, ...more) => late(run, ms === 7000 ? 600000 : ms, ...more)",
    );
    await page.goto(page.url());
    const { pid } = await stage.cluster.kill(0);
    await page.waitForURL((url) => url.origin !== stage.cluster.web(0));
    await page.locator(`#note[data-tone="done"]`, { hasText: "Switched to another server" }).waitFor();
    await look(page, "moved");
    await page.locator("#cluster-line", { hasText: "2 of 3" }).click();
    await page
      .getByRole("dialog", { name: "Cluster" })
      .getByText(/stopped|not reachable/)
      .waitFor();
    await look(page, "panel after a death");
    await page.keyboard.press("Escape");
    await stage.cluster.start(0);
    expect(stage.cluster.pid(0)).not.toBe(pid);
    await stage.cluster.inStep();
    await stage.cluster.killTogether([0, 1, 2]);
    await page.locator(`#note[data-tone=""]`, { hasText: "No connection" }).waitFor();
    await look(page, "no replica");
    expect(found).toEqual([]);
  });

  story("nothing moves for who does not want it", async () => {
    const { page } = ann;
    await ann.register(stage.cluster.web(0));
    // In one step, because the line is drawn anew when the cluster changes.
    const motion = (): Promise<unknown> =>
      page.evaluate(`(() => {
        const dot = document.querySelector("#cluster-line .dots i");
        dot.setAttribute("data-state", "recovering");
        return getComputedStyle(dot).animationName;
      })()`);
    expect(await motion()).toBe("none");
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await motion()).toBe("breathe");
  });

  story("not more than three requests hold the first picture back", async () => {
    await ann.register(stage.cluster.web(0));
    await ann.writeTo(ann.name, "to myself");
    const { page } = ann;
    await page.goto(page.url().replace(stage.cluster.web(0), stage.cluster.web(1)));
    await eventually(async () => (await page.evaluate("performance.getEntriesByType('paint').length")) !== 0);
    const blocking = (await page.evaluate(
      "performance.getEntriesByType('resource').filter((one) => one.renderBlockingStatus === 'blocking').map((one) => one.name)",
    )) as string[];
    expect(blocking.length).toBeGreaterThan(0);
    // The page itself counts as one of the three.
    expect(blocking.length + 1).toBeLessThanOrEqual(3);
  });
});
