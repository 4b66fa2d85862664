/**
 * Changes on the page while the user is busy elsewhere on it: whatever appears, disappears or is
 * replaced, focus, caret and ticks stay where they were, and each message is announced once.
 */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

/** The focused element as a word. */
async function focused(page: Page): Promise<unknown> {
  return await page.evaluate(
    "(() => { const one = document.activeElement; const row = one.closest('.message'); return (row === null ? '' : row.querySelector('.body').textContent + ' ') + (one.id || one.className || one.name || one.getAttribute('role') || one.tagName); })()",
  );
}

stories("the focus stays", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("m1");
    await ann.pour(["m2", "m3"]);
    for (const { page } of [ann, bob]) await row(page, "m3").waitFor();
  }, HOOK_MS);

  /** Deletes ann's own message in another of her tabs. */
  async function deleteElsewhere(text: string): Promise<void> {
    const { page } = ann;
    await page.locator("#select").click();
    await row(page, text).getByRole("checkbox").check();
    await page.getByRole("button", { name: "Delete selected" }).click();
    await row(page, text).waitFor({ state: "detached" });
  }

  story("in the text field: a message comes, one goes, all are read; caret and words stay", async () => {
    const { page } = bob;
    await composer(page).fill("a draft in the making");
    await composer(page).evaluate((field) =>
      (field as unknown as { setSelectionRange(a: number, b: number): void }).setSelectionRange(2, 7),
    );
    await ann.say("m4");
    await row(page, "m4").waitFor();
    await deleteElsewhere("m1");
    await row(page, "m1").waitFor({ state: "detached" });
    const other = await bob.tab();
    await bob.openFrom(stage.cluster.web(1), ann.name, other);
    await other.getByRole("button", { name: "Mark as read" }).click();
    await eventually(async () => (await page.locator("#messages [data-unread]").count()) === 0);
    await page.bringToFront();
    expect(await focused(page)).toBe("body");
    const caret = await page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]");
    expect([await composer(page).inputValue(), caret]).toEqual(["a draft in the making", [2, 7]]);
  });

  story(
    "on a row: it is read elsewhere, and stays the row; it is deleted elsewhere, and the next has the focus",
    async () => {
      const { page } = bob;
      await row(page, "m2").locator(".mark").focus();
      const other = await bob.tab();
      await bob.openFrom(stage.cluster.web(1), ann.name, other);
      await row(other, "m2").locator(".body").click();
      await eventually(async () => (await row(page, "m2").getAttribute("data-unread")) === null);
      await page.bringToFront();
      expect(await focused(page)).toBe("m2 m-" + (await row(page, "m2").getAttribute("data-id")));
      await row(page, "m2").getByRole("checkbox").focus();
      await page.keyboard.press("Space");
      await ann.say("m4");
      await row(page, "m4").waitFor();
      expect(await focused(page)).toBe("m2 ids");
      expect(await row(page, "m2").getByRole("checkbox").isChecked()).toBe(true);
      await deleteElsewhere("m2");
      await row(page, "m2").waitFor({ state: "detached" });
      expect(await focused(page)).toBe("m3 m-" + (await row(page, "m3").getAttribute("data-id")));
      for (const text of ["m1", "m3", "m4"]) await deleteElsewhere(text);
      await eventually(async () => (await texts(page)).length === 0);
      expect(await focused(page)).toBe("log");
    },
  );

  story("in the list of conversations and in the panel, while both are drawn again", async () => {
    const { page } = bob;
    const cid = await stage.open(stage.nameOf("cid"));
    await cid.register(stage.cluster.web(1));
    await page.locator("#sidebar a", { hasText: ann.name }).focus();
    await cid.writeTo(bob.name, "from cid");
    await page.locator("#sidebar a", { hasText: cid.name }).locator(".count").waitFor();
    const link = (): Promise<unknown> => page.evaluate("document.activeElement.querySelector('.name')?.textContent");
    expect(await link()).toBe(ann.name);
    await page.locator("#sidebar a", { hasText: "New message" }).focus();
    await cid.say("again");
    await page.locator("#sidebar a", { hasText: cid.name }).locator(".count", { hasText: "2" }).waitFor();
    expect(await page.evaluate("document.activeElement.className")).toBe("new-message");

    await page.locator("#cluster-line").click();
    const panel = page.getByRole("dialog", { name: "Cluster" });
    await panel.locator(".replica", { hasText: "Replica 2" }).waitFor();
    await panel.getByRole("button", { name: "Close" }).focus();
    const { pid } = await stage.cluster.kill(1);
    await panel.getByText(/Replica 1 (stopped|not reachable)/).waitFor();
    await eventually(async () => await panel.getByText("2 of 3 replicas").isVisible());
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Close");
    await stage.cluster.start(1);
    expect(stage.cluster.pid(1)).not.toBe(pid);
    await stage.cluster.inStep();
    await panel.getByText("3 of 3 replicas").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Close");
  });

  story("on the link to older messages: it becomes the next such link, or the list", async () => {
    await ann.pour(Array.from({ length: 30 }, (_, index) => `old ${index}`));
    const { page } = bob;
    // Switches off marking by view, because the person presses the button first.
    await page.addInitScript("globalThis.IntersectionObserver = class { observe() {} disconnect() {} unobserve() {} }");
    await page.goto(`${page.url()}?limit=30`);
    await page.locator("a#older").focus();
    await page.keyboard.press("Enter");
    await eventually(async () => (await texts(page)).length === 33);
    expect(await focused(page)).toBe("log");
    expect((await texts(page)).slice(0, 4)).toEqual(["m1", "m2", "m3", "old 0"]);
  });

  story("a page opened just after a message: still unread, in the title, announced once over both pages", async () => {
    const said: string[] = [];
    await bob.page.exposeFunction("lastwordSaid", (text: string) => said.push(text));
    await bob.page.addInitScript(
      "addEventListener('DOMContentLoaded', () => { const place = document.getElementById('announce'); if (place) new MutationObserver(() => lastwordSaid(place.textContent)).observe(place, { childList: true }); })",
    );
    const { page } = bob;
    await page.getByRole("button", { name: "Mark as read" }).click();
    // A second tab keeps the browser's stream open over the first one's change of page.
    const other = await bob.tab();
    await other.goto(`${stage.cluster.web(2)}/people`);
    await page.bringToFront();
    await page.goto(`${stage.cluster.web(2)}/account`);
    await page.locator("#cluster-line", { hasText: "3 of 3" }).waitFor();
    said.length = 0;
    await ann.say("fresh");
    await page.locator("#sidebar li .count").waitFor();
    await page.locator("#sidebar a[href^='/c/']", { hasText: ann.name }).click();
    await row(page, "fresh").waitFor();
    // By then the stream has told the new page what it told the old one: this comes after it. Typing is told every few
    // seconds, and to the streams that are open then.
    await eventually(async () => {
      await composer(ann.page).pressSequentially("x");
      return await page.locator("#typing").isVisible();
    });
    expect(await row(page, "fresh").getAttribute("data-unread")).not.toBeNull();
    expect(await row(page, "fresh").locator(".mark").count()).toBe(1);
    await eventually(async () => (await page.title()).startsWith("(1)"));
    await eventually(async () => (await other.title()).startsWith("(1)"));
    expect(said.filter((text) => text.startsWith("New from"))).toEqual([`New from ${ann.name}`]);
    await row(page, "fresh").locator(".body").click();
    await eventually(async () => !(await page.title()).startsWith("("));
    await eventually(async () => !(await other.title()).startsWith("("));
  });
});
