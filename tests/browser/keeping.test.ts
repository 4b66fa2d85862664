/** Messages that people keep at hand, pinned for all or saved for themselves: by menu, by keyboard, without a script. */
import { beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, type Visitor } from "./visitor.ts";

const PHONE = { width: 390, height: 844 };

/** Opens the menu of a message and chooses one entry. */
async function choose(page: Page, text: string, entry: string): Promise<void> {
  await row(page, text).hover();
  await row(page, text).getByRole("link", { name: "More", exact: true }).click();
  await page.locator(".message-menu").getByRole("button", { name: entry, exact: true }).click();
}

const pinned = (page: Page): Locator => page.getByRole("link", { name: /^\d+ pinned$/ });

stories("keeping", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("the rules");
  }, HOOK_MS);

  story("pinned by one, seen by both, listed, found again, and gone with the message", async () => {
    await ann.page.setViewportSize(PHONE);
    expect(await pinned(ann.page).count()).toBe(0);
    await choose(bob.page, "the rules", "Pin");
    for (const { page } of [ann, bob]) {
      await row(page, "the rules").getByText(`Pinned by ${bob.name}`).waitFor();
      await eventually(async () => (await pinned(page).innerText()).trim().startsWith("1"));
      expect(await violations(page)).toEqual([]);
    }
    await bob.say("the plan");
    await row(ann.page, "the plan").waitFor();
    await ann.page.emulateMedia({ colorScheme: "dark" });
    // By keyboard: to the message, its menu, and down to the entry.
    await ann.page.locator(".log").focus();
    await ann.page.keyboard.press("ArrowUp");
    await row(ann.page, "the plan").getByRole("link", { name: "More", exact: true }).focus();
    await ann.page.keyboard.press("Enter");
    const entry = ann.page.locator(".message-menu").getByRole("button", { name: "Pin", exact: true });
    await entry.focus();
    await ann.page.keyboard.press("Enter");
    await eventually(async () => (await pinned(bob.page).innerText()).trim().startsWith("2"));
    expect(await ann.page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    expect(await violations(ann.page)).toEqual([]);
    await pinned(ann.page).click();
    await ann.page.getByRole("heading", { name: "Pinned messages" }).waitFor();
    expect(await ann.page.locator(".kept .body").allInnerTexts()).toEqual(["the plan", "the rules"]);
    expect(await violations(ann.page)).toEqual([]);
    await ann.page.locator(".kept li", { hasText: "the rules" }).getByRole("link", { name: "Go to it" }).click();
    await ann.page.locator(".message.linked", { hasText: "the rules" }).waitFor();
    await bob.post(`${bob.page.url()}/delete`, {
      ids: (await row(bob.page, "the plan").getAttribute("data-id"))!,
      id: crypto.randomUUID(),
    });
    for (const { page } of [ann, bob])
      await eventually(async () => (await pinned(page).innerText()).trim().startsWith("1"));
    await choose(bob.page, "the rules", "Unpin");
    for (const { page } of [ann, bob]) await pinned(page).waitFor({ state: "hidden" });
  });

  story("without a script: pinned on the page of the message, unpinned in the list", async () => {
    const plain = await stage.open(bob.name, { javaScriptEnabled: false });
    await plain.logIn(stage.cluster.web(1));
    const { page } = plain;
    await page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    await row(page, "the rules").getByRole("link", { name: "More", exact: true }).click();
    await page.getByRole("button", { name: "Pin", exact: true }).click();
    await composer(page).waitFor();
    await pinned(ann.page).waitFor();
    await pinned(page).click();
    await page.getByRole("button", { name: "Unpin" }).click();
    await page.getByText("Nothing is pinned here").waitFor();
    await pinned(ann.page).waitFor({ state: "hidden" });
  });

  story("saved for oneself: on the user's other page at once, in the list, and let go of there", async () => {
    const { page } = bob;
    const other = await bob.tab();
    await other.goto(page.url());
    await row(other, "the rules").waitFor();
    await choose(page, "the rules", "Save");
    for (const one of [page, other]) await one.locator(".message[data-saved]").waitFor();
    await other.close();
    expect(await ann.page.locator(".message[data-saved]").count()).toBe(0);
    await page.locator("#sidebar").getByRole("link", { name: "Saved" }).click();
    await page.getByRole("heading", { name: "Saved" }).waitFor();
    expect(await page.locator(".kept .body").allInnerTexts()).toEqual(["the rules"]);
    expect(await violations(page)).toEqual([]);
    const id = (await row(ann.page, "the rules").getAttribute("data-id"))!;
    await ann.post(`${ann.page.url()}/delete`, { ids: id, id: crypto.randomUUID() });
    await page.reload();
    await page.getByText("This message is no longer available.").waitFor();
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page)).toEqual([]);
    // A plain form, as without a script.
    await page.getByRole("button", { name: "Unsave" }).click();
    await page.getByText("Nothing yet.").waitFor();
  });

  story(
    "marked as unread from a message on: it stays so while the user is there, and is read when she comes back",
    async () => {
      const { page } = bob;
      const listed = page.locator("#sidebar .has-unread", { hasText: ann.name });
      await bob.look();
      await row(page, "the rules").click();
      for (const text of ["second", "third"]) await ann.say(text);
      await row(page, "third").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Mark as read" }).click();
      await listed.waitFor({ state: "detached" });
      const other = await bob.tab();
      await other.goto(new URL(page.url()).origin);
      await choose(page, "second", "Mark unread from here");
      await listed.locator(".count", { hasText: "2" }).waitFor();
      await other.locator("#sidebar .has-unread .count", { hasText: "2" }).waitFor();
      await other.close();
      expect(await page.locator(".message[data-unread] .body").allInnerTexts()).toEqual(["second", "third"]);
      expect(await violations(page)).toEqual([]);
      // A reply from the same page reads nothing. Looking at the messages would take 3 s to read them.
      await bob.say("later");
      await row(ann.page, "later").waitFor();
      expect(await page.locator(".message[data-unread]").count()).toBe(2);
      await page.locator("#sidebar").getByRole("link", { name: "Saved" }).click();
      await page.getByRole("heading", { name: "Saved" }).waitFor();
      await listed.click();
      await row(page, "third").waitFor();
      // Now looking at them reads them.
      await listed.waitFor({ state: "detached" });
    },
  );

  story(
    "go to date: to the first message of the day in one's own zone; and it says so when there is none",
    async () => {
      const { page } = ann;
      await page.locator("#preferences summary").click();
      await page.getByLabel("Go to date").fill("2020-02-29");
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Go", exact: true }).click();
      await page.waitForURL(/on=2020-02-29&zone=\w+/);
      await row(page, "the rules").waitFor();
      expect(await page.getByText("Nothing was written").count()).toBe(0);
      await page.setViewportSize(PHONE);
      await page.goto(`${page.url().replace(/\?.*/, "")}?on=2999-01-01`);
      await page.getByText("Nothing was written on or after 2999-01-01.").waitFor();
      await row(page, "the rules").waitFor();
      await page.locator("#preferences summary").click();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
      expect(await violations(page)).toEqual([]);
    },
  );
});
