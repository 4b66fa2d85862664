/** Threads in the browser: beside the conversation on a wide screen, above it on a phone, and as a page of their own. */
import { beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { faults } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, movedFrom, row, texts, type Visitor } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const thread = (page: Page): Locator => page.locator(".conversation.thread");
const field = (page: Page): Locator => page.getByLabel("Reply", { exact: true });
const replies = (page: Page, message: string): Locator => row(page, message).locator(".replies");

const replyRow = (page: Page, text: string): Locator =>
  page.locator("#thread-messages > .message").filter({ has: page.locator(".body").getByText(text, { exact: true }) });

/** Whether the element has the focus. */
const isFocused = async (one: Locator): Promise<boolean> => await one.and(one.page().locator(":focus")).isVisible();

/** The words of the replies that the page shows, in their order. */
async function replied(page: Page): Promise<string[]> {
  return await page.locator("#thread-messages .message .body").allInnerTexts();
}

async function reply(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** Opens the thread of a message by its link. */
async function open(page: Page, message: string): Promise<void> {
  const link = row(page, message).locator(".replies, .reply-to").first();
  await row(page, message).hover();
  await link.click();
  await field(page).waitFor();
}

stories("threads", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first");
    await Promise.all([ann.page.setViewportSize(WIDE), bob.page.setViewportSize(WIDE)]);
  }, HOOK_MS);

  story(
    "begun beside the conversation; live for both, at other replicas; closed by Escape, opened by its address",
    async () => {
      const found: string[] = [];
      await composer(bob.page).fill("half a thought");
      await open(bob.page, "first");
      expect(await composer(bob.page).inputValue()).toBe("half a thought");
      await reply(bob.page, "one");
      await replies(ann.page, "first").filter({ hasText: "1 reply" }).waitFor();
      await ann.page.locator("#threads-count", { hasText: "1" }).waitFor();
      await open(ann.page, "first");
      await eventually(async () => (await replied(ann.page)).join() === "one");
      await reply(ann.page, "two");
      await eventually(async () => (await replied(bob.page)).join() === "one,two");
      await replies(bob.page, "first").filter({ hasText: "2 replies" }).waitFor();
      expect(await texts(bob.page)).toEqual(["first"]);
      found.push(...(await faults(ann.page, "a thread beside its conversation")));
      const address = ann.page.url();
      expect(new URL(address).pathname).toStartWith("/c/t_");
      await field(ann.page).fill("kept");
      await ann.page.keyboard.press("Escape");
      expect(await thread(ann.page).count()).toBe(0);
      expect(await isFocused(replies(ann.page, "first"))).toBe(true);
      await ann.page.goBack();
      await field(ann.page).waitFor();
      expect(await field(ann.page).inputValue()).toBe("kept");
      // The same in the conversation as well, once.
      await field(bob.page).fill("for all to see");
      await bob.page.getByLabel(/^Also send to/).check();
      await field(bob.page).press("Enter");
      await row(ann.page, "for all to see").first().waitFor();
      await eventually(async () => (await texts(ann.page)).join() === "first,for all to see");
      await eventually(async () => (await replied(ann.page)).join() === "one,two,for all to see");
      // On a phone it covers the conversation.
      await bob.page.setViewportSize(PHONE);
      expect(await composer(bob.page).isVisible()).toBe(false);
      expect(await field(bob.page).isVisible()).toBe(true);
      await bob.page.getByRole("link", { name: "Close thread" }).click();
      await composer(bob.page).waitFor();
      expect(await composer(bob.page).inputValue()).toBe("half a thought");
      expect(found).toEqual([]);
    },
  );

  story("its replica dies while one writes in it: nothing is lost, twice, closed or moved", async () => {
    await open(bob.page, "first");
    await reply(bob.page, "one");
    const { page } = ann;
    await open(page, "first");
    await replyRow(page, "one").waitFor();
    await composer(page).fill("for the conversation");
    const origin = stage.cluster.web(0);
    await page.route(`${origin}/c/*/messages`, (route) => route.abort());
    await reply(page, "unsent");
    await replyRow(page, "unsent").waitFor();
    await field(page).pressSequentially("half a re");
    await stage.cluster.kill(0);
    await movedFrom(page, origin);
    // The focus and the caret are where they were, as soon as the script of the new page runs.
    await eventually(async () => await isFocused(field(page)));
    await page.keyboard.type("ply");
    await replyRow(page, "unsent").locator(".state", { hasText: "saved on" }).waitFor();
    expect(await field(page).inputValue()).toBe("half a reply");
    expect(await isFocused(field(page))).toBe(true);
    expect(await composer(page).inputValue()).toBe("for the conversation");
    expect([await texts(page), await replied(page)]).toEqual([["first"], ["one", "unsent"]]);
    await eventually(async () => (await replied(bob.page)).join() === "one,unsent");
    await reply(bob.page, "seen there");
    await eventually(async () => (await replied(page)).join() === "one,unsent,seen there");
    expect(new URL(page.url()).pathname).toStartWith("/c/t_");
  });

  story(
    "the page Threads has what is unread first; nothing of it hides, and a thread that is not followed is quiet",
    async () => {
      const found: string[] = [];
      await open(bob.page, "first");
      await reply(bob.page, "one");
      await ann.page.locator("#threads-link").click();
      await ann.page.getByRole("heading", { name: "Unread", level: 2 }).waitFor();
      found.push(...(await faults(ann.page, "Threads")));
      await ann.page.locator("#threads a", { hasText: "first" }).click();
      await field(ann.page).waitFor();
      await ann.page.locator(".thread .message[data-unread] .body").click();
      await ann.page.locator("#threads-count").waitFor({ state: "hidden" });
      await ann.page.getByRole("button", { name: "Following" }).click();
      await ann.page.getByRole("button", { name: "Follow", exact: true }).waitFor();
      await reply(bob.page, "two");
      // The open page hears it all the same, and nothing is counted.
      await eventually(async () => (await replied(ann.page)).join() === "one,two");
      expect(await ann.page.locator("#threads-count").isVisible()).toBe(false);
      expect(found).toEqual([]);
    },
  );

  story("without a script: a page of its own, with the conversation beside it", async () => {
    const plain = await stage.open(stage.nameOf("cid"), { javaScriptEnabled: false, viewport: WIDE });
    await plain.join(stage.cluster.web(1));
    const path = await plain.send(stage.cluster.web(1), ann.name, "no script here");
    const { page } = plain;
    await page.goto(stage.cluster.web(1) + path);
    await page.locator(".reply-to").click();
    await field(page).fill("and none there");
    await thread(page).getByRole("button", { name: "Send" }).click();
    await replyRow(page, "and none there").waitFor();
    expect(await texts(page)).toEqual(["no script here"]);
    await page.getByRole("button", { name: "Following" }).click();
    await page.getByRole("button", { name: "Follow", exact: true }).waitFor();
    await page.getByRole("link", { name: "Close thread" }).click();
    expect(await thread(page).count()).toBe(0);
    expect(await replies(page, "no script here").innerText()).toContain("1 reply");
  });
});
