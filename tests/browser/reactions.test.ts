/** Reactions: by pointer, by keyboard, by a finger and without a script; live on every page that shows the message. */
import { beforeAll, beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, type Visitor } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** The message of the present story, the last one of its conversation. */
let message = "";
const chips = (page: Page): Locator => row(page, message).locator(".chip");
const picker = (page: Page): Locator => page.getByRole("group", { name: "Choose a reaction" });

/** The chips as they are read out, the user's own with a star; read at once, because rows are replaced. */
async function seen(page: Page): Promise<string[]> {
  return await chips(page).evaluateAll((all) =>
    all.map((chip) => {
      const isOwn = chip.getAttribute("aria-pressed") === "true";
      return `${chip.getAttribute("aria-label")}${isOwn ? " *" : ""}`;
    }),
  );
}

const shows = async (page: Page, ...expected: string[]): Promise<void> =>
  await eventually(async () => JSON.stringify(await seen(page)) === JSON.stringify(expected));

stories("reactions", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  let conversation: string;
  beforeAll(async () => {
    [ann, bob] = await stage.pair("first");
    conversation = ann.page.url();
    await Promise.all([ann.page.setViewportSize(WIDE), bob.page.setViewportSize(WIDE)]);
  }, HOOK_MS);
  beforeEach(async () => {
    message = stage.nameOf("message");
    await ann.goBackTo(conversation);
    await ann.pour([message]);
    for (const { page } of [ann, bob]) await row(page, message).waitFor();
  }, HOOK_MS);

  story("chosen from the picker, joined and taken away by a click; both see it, at other replicas", async () => {
    await row(bob.page, message).hover();
    await row(bob.page, message).getByRole("link", { name: "Add a reaction" }).click();
    expect(await violations(bob.page)).toEqual([]);
    await picker(bob.page).getByRole("button", { name: "party" }).click();
    await shows(bob.page, `🎉 1: ${bob.name} *`);
    await shows(ann.page, `🎉 1: ${bob.name}`);
    await chips(ann.page).click();
    await shows(ann.page, `🎉 2: ${bob.name}, ${ann.name} *`);
    await shows(bob.page, `🎉 2: ${bob.name}, ${ann.name} *`);
    expect(await chips(bob.page).getAttribute("title")).toBe(`${bob.name}, ${ann.name}`);
    expect(await violations(ann.page)).toEqual([]);
    await chips(bob.page).click();
    await shows(ann.page, `🎉 1: ${ann.name} *`);
    // The row says the same after it was read anew.
    await bob.page.reload();
    await shows(bob.page, `🎉 1: ${ann.name}`);
    await chips(ann.page).click();
    await shows(ann.page);
    await shows(bob.page);
  });

  story("by keyboard alone: from the message to the picker and back, and the focus stays on the chip", async () => {
    const { page } = ann;
    await page.locator(".log").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("react-to");
    await page.keyboard.press("Enter");
    await picker(page).waitFor();
    expect(await page.evaluate("document.activeElement.value")).toBe("👍");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await shows(page, `❤️ 1: ${ann.name} *`);
    await picker(page).waitFor({ state: "hidden" });
    await chips(page).focus();
    await page.keyboard.press("Space");
    await shows(page);
    // Escape closes the picker, and nothing was chosen.
    await page.locator(".log").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await picker(page).waitFor();
    await page.keyboard.press("Escape");
    await picker(page).waitFor({ state: "hidden" });
    expect(await seen(page)).toEqual([]);
    await row(bob.page, message).hover();
    await row(bob.page, message).getByRole("link", { name: "Add a reaction" }).click();
    await picker(bob.page).getByRole("button", { name: "heart" }).click();
    await shows(page, `❤️ 1: ${bob.name}`);
    await chips(page).focus();
    await page.keyboard.press("Space");
    await shows(page, `❤️ 2: ${bob.name}, ${ann.name} *`);
    await shows(bob.page, `❤️ 2: ${bob.name}, ${ann.name} *`);
    await chips(bob.page).click();
    await shows(page, `❤️ 1: ${ann.name} *`);
    expect(await page.evaluate("document.activeElement.dataset.emoji")).toBe("❤️");
  });

  story("on a phone: a long press opens the picker, which is inside the window", async () => {
    const phone = await stage.open(ann.name, { viewport: PHONE, hasTouch: true, isMobile: true });
    await phone.logIn(stage.cluster.web(1));
    await phone.page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    const { page } = phone;
    await row(page, message).waitFor();
    const place = (await row(page, message).locator(".body").boundingBox())!;
    const at = { clientX: place.x + 5, clientY: place.y + 5, pointerType: "touch", isPrimary: true };
    await row(page, message).locator(".body").dispatchEvent("pointerdown", at);
    await picker(page).waitFor();
    await row(page, message).locator(".body").dispatchEvent("pointerup", at);
    const box = (await picker(page).boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(PHONE.width);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    await picker(page).getByRole("button", { name: "thumbs up" }).click();
    await shows(page, `👍 1: ${ann.name} *`);
    await shows(bob.page, `👍 1: ${ann.name}`);
    expect((await chips(page).boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    expect(await violations(page)).toEqual([]);
  });

  story("behind More are all emoji, found by name; in the text field too, and those used last come first", async () => {
    const { page } = ann;
    await row(page, message).hover();
    await row(page, message).getByRole("link", { name: "Add a reaction" }).click();
    await picker(page).getByRole("link", { name: "More" }).click();
    const all = page.getByRole("dialog", { name: "Emoji" });
    const found = all.locator(".emoji-group:not([hidden]) button:not([hidden])");
    await found.nth(1000).waitFor({ state: "attached" });
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type("flag germ");
    await eventually(async () => (await found.count()) === 1);
    await page.keyboard.press("Enter");
    await shows(bob.page, `🇩🇪 1: ${ann.name}`);
    await composer(page).fill("so ");
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    await all.getByRole("group", { name: "Used last" }).getByRole("button", { name: "🇩🇪" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await eventually(async () => (await composer(page).inputValue()) === "so 😃");
    // Where people look for it: behind a colon.
    await composer(page).pressSequentially(" :tad");
    await page.locator("#offers").getByRole("option", { name: ":tada:" }).waitFor();
    await page.keyboard.press("Enter");
    await eventually(async () => (await composer(page).inputValue()) === "so 😃 🎉 ");
    await page.keyboard.press("Enter");
    await row(bob.page, "so 😃 🎉").waitFor();
  });

  story("on the page of all emoji any can be entered; what is none is refused, and nothing happens", async () => {
    const { page } = ann;
    const address = await row(page, message).locator(".react-to").getAttribute("href");
    await page.goto(new URL(page.url()).origin + address);
    await page.getByLabel("Another emoji").fill("duck");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("A reaction is exactly one emoji").waitFor();
    expect(await page.getByLabel("Another emoji").inputValue()).toBe("duck");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Another emoji").fill("🦆");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await composer(page).waitFor();
    await shows(page, `🦆 1: ${ann.name} *`);
  });

  story("without a script: a link to the emoji, and chips that are buttons", async () => {
    const plain = await stage.open(bob.name, { javaScriptEnabled: false });
    await plain.logIn(stage.cluster.web(1));
    const { page } = plain;
    await page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    await row(page, message).getByRole("link", { name: "Add a reaction" }).click();
    await page.getByLabel("Find an emoji").fill("folded hands");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("group", { name: "Found" }).getByRole("button", { name: "🙏" }).click();
    await composer(page).waitFor();
    expect(await seen(page)).toEqual([`🙏 1: ${bob.name} *`]);
    await shows(ann.page, `🙏 1: ${bob.name}`);
    await chips(page).click();
    await composer(page).waitFor();
    expect(await seen(page)).toEqual([]);
    await shows(ann.page);
  });
});
