/** Editing: by the menu, by keyboard, by a finger and without a script; over a kill, and while the row changes. */
import { beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, movedFrom, row, texts, type Visitor } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const bar = (page: Page): Locator => page.locator(".about");
const menuButton = (page: Page, name: string): Locator => page.locator(".message-menu").getByRole("button", { name });
const listRow = (page: Page): Locator => page.locator("#sidebar a[aria-current='page']");

async function editByMenu(page: Page, text: string): Promise<void> {
  await row(page, text).hover();
  await row(page, text).getByRole("link", { name: "More", exact: true }).click();
  await menuButton(page, "Edit").click();
  await bar(page).waitFor();
}

stories("edits", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("teh words");
  }, HOOK_MS);

  story(
    "by the menu: the other page has the new text, the mark and the texts before; a draft waits meanwhile",
    async () => {
      const { page } = ann;
      await Promise.all([page.setViewportSize(WIDE), bob.page.setViewportSize(PHONE)]);
      await composer(page).fill("half a thou");
      await editByMenu(page, "teh words");
      expect(await violations(page)).toEqual([]);
      expect(await composer(page).inputValue()).toBe("teh words");
      await composer(page).fill("the words");
      await composer(page).press("Enter");
      await Promise.all([row(page, "the words").waitFor(), row(bob.page, "the words").waitFor()]);
      expect(await composer(page).inputValue()).toBe("half a thou");
      await eventually(async () => (await listRow(page).textContent())?.includes("the words") === true);
      await bob.page.emulateMedia({ colorScheme: "dark" });
      expect(await violations(bob.page)).toEqual([]);
      await row(bob.page, "the words").getByRole("link", { name: "edited" }).click();
      await bob.page.getByRole("heading", { name: "What this message said" }).waitFor();
      expect(await bob.page.locator(".versions .quoted").allTextContents()).toEqual(["teh words", "the words"]);
      expect(await violations(bob.page)).toEqual([]);
      // Nobody edits what another wrote.
      await bob.page.goBack();
      await row(bob.page, "the words").waitFor();
      await row(bob.page, "the words").hover();
      await row(bob.page, "the words").getByRole("link", { name: "More", exact: true }).click();
      expect(await menuButton(bob.page, "Edit").isVisible()).toBe(false);
    },
  );

  story("by keyboard: Up edits the last message, Escape leaves it as it was, Enter saves it", async () => {
    const { page } = ann;
    await ann.say("second");
    await row(page, "second").and(page.locator("[data-seq]")).waitFor();
    await composer(page).press("ArrowUp");
    await bar(page).waitFor();
    expect(await composer(page).inputValue()).toBe("second");
    await page.keyboard.type(" thoughts");
    await page.keyboard.press("Escape");
    await bar(page).waitFor({ state: "hidden" });
    expect(await composer(page).inputValue()).toBe("");
    expect(await page.evaluate("document.activeElement.id")).toBe("body");
    await composer(page).press("ArrowUp");
    await bar(page).waitFor();
    await page.keyboard.type(" thoughts");
    await page.keyboard.press("Enter");
    await Promise.all([row(page, "second thoughts").waitFor(), row(bob.page, "second thoughts").waitFor()]);
    expect(await texts(page)).toEqual(["teh words", "second thoughts"]);
    // Nothing is no text.
    await composer(page).press("ArrowUp");
    await bar(page).waitFor();
    await composer(page).fill("");
    await page.keyboard.press("Enter");
    expect(await bar(page).isVisible()).toBe(true);
  });

  story(
    "under way, it outlives a change of its row and the end of its replica; saved then, it is saved once",
    async () => {
      const { page } = ann;
      const origin = stage.cluster.web(0);
      await composer(page).fill("a draft");
      await editByMenu(page, "teh words");
      await composer(page).fill("the wor");
      await row(bob.page, "teh words").hover();
      await row(bob.page, "teh words").getByRole("link", { name: "Add a reaction" }).click();
      await bob.page.getByRole("button", { name: "party" }).click();
      await row(page, "teh words").locator(".chip").waitFor();
      expect(await composer(page).inputValue()).toBe("the wor");
      expect(await page.evaluate("document.activeElement.id")).toBe("body");
      await page.keyboard.type("ds");
      await stage.cluster.kill(0);
      await movedFrom(page, origin);
      await bar(page).waitFor();
      expect(await composer(page).inputValue()).toBe("the words");
      await composer(page).press("Enter");
      await row(bob.page, "the words").waitFor();
      await row(page, "the words").waitFor();
      expect(await composer(page).inputValue()).toBe("a draft");
      expect(await texts(page)).toEqual(["the words"]);
      expect(await row(page, "the words").locator(".chip").count()).toBe(1);
      await row(page, "the words").getByRole("link", { name: "edited" }).click();
      expect(await page.locator(".versions .quoted").allTextContents()).toEqual(["teh words", "the words"]);
    },
  );

  story("saved while no replica answers: the row says that it waits, and it is saved when one is back", async () => {
    const { page } = ann;
    await editByMenu(page, "teh words");
    await composer(page).fill("the words");
    await page.route("**/edit", (route) => route.abort());
    await composer(page).press("Enter");
    await row(page, "teh words").getByText("saving").waitFor();
    expect(await composer(page).inputValue()).toBe("");
    // The page may be closed meanwhile.
    await page.unroute("**/edit");
    await page.reload();
    await Promise.all([row(page, "the words").waitFor(), row(bob.page, "the words").waitFor()]);
    await eventually(async () => !(await row(page, "the words").textContent())!.includes("saving"));
  });

  story("on a phone: a long press opens the menu, inside the window", async () => {
    const phone = await stage.open(ann.name, { viewport: PHONE, hasTouch: true, isMobile: true });
    await phone.logIn(stage.cluster.web(1));
    await phone.page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    const { page } = phone;
    const body = row(page, "teh words").locator(".body");
    const hint = page.locator("#note", { hasText: "Press and hold a message" });
    await body.tap();
    await hint.waitFor();
    const place = (await body.boundingBox())!;
    // A real finger: the browser itself closes a popover when a finger that is not on it leaves the screen.
    const fingers = await page.context().newCDPSession(page);
    const touchPoints = [{ x: place.x + 5, y: place.y + 5 }];
    await fingers.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await menuButton(page, "Edit").waitFor();
    await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    expect(await menuButton(page, "Edit").isVisible()).toBe(true);
    const box = (await page.locator(".message-menu").boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(PHONE.width);
    expect((await menuButton(page, "Edit").boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await violations(page)).toEqual([]);
    await menuButton(page, "Edit").click();
    await bar(page).waitFor();
    expect(await violations(page)).toEqual([]);
    await bar(page).getByRole("button", { name: "Cancel" }).click();
    await bar(page).waitFor({ state: "hidden" });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
  });

  story("without a script: a page for the message, a form for its text, and what was wrong with it", async () => {
    const plain = await stage.open(ann.name, { javaScriptEnabled: false });
    await plain.logIn(stage.cluster.web(1));
    const { page } = plain;
    await page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    await row(page, "teh words").getByRole("link", { name: "More", exact: true }).click();
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    expect(await composer(page).inputValue()).toBe("teh words");
    await composer(page).fill("ü".repeat(5_000));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This message is too long").waitFor();
    expect(await composer(page).inputValue()).toBe("ü".repeat(5_000));
    await composer(page).fill("the words\nof ann");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "edited" }).click();
    expect(await page.locator(".versions .quoted").allTextContents()).toEqual(["teh words", "the words\nof ann"]);
    await eventually(async () => (await texts(bob.page))[0] === "the words\nof ann");
  });
});
