/** Replies that quote: by the menu and by keyboard, over a kill, without a script; and what becomes of what is quoted. */
import { beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, movedFrom, row, type Visitor } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const bar = (page: Page): Locator => page.locator(".about");
const quote = (page: Page, text: string): Locator => row(page, text).locator(".quote");

async function replyTo(page: Page, text: string): Promise<void> {
  await row(page, text).hover();
  await row(page, text).getByRole("link", { name: "More", exact: true }).click();
  await page.locator(".message-menu").getByRole("button", { name: "Reply", exact: true }).click();
  await bar(page).waitFor();
}

stories("quotes", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("shall we go?");
  }, HOOK_MS);

  story(
    "the reply shows what it quotes, as it is now, to both; a click leads there, also to where no row is",
    async () => {
      const { page } = bob;
      await Promise.all([ann.page.setViewportSize(PHONE), page.setViewportSize(WIDE)]);
      await replyTo(page, "shall we go?");
      expect(await bar(page).textContent()).toContain(`Reply to ${ann.name}`);
      expect(await violations(page)).toEqual([]);
      await bob.say("yes");
      await quote(ann.page, "yes").waitFor();
      for (const one of [ann.page, page])
        expect(await quote(one, "yes").allInnerTexts()).toEqual([`${ann.name}\nshall we go?`]);
      await ann.page.emulateMedia({ colorScheme: "dark" });
      for (const one of [ann.page, page]) expect(await violations(one)).toEqual([]);
      // The next one quotes nothing.
      await bob.say("soon");
      await row(ann.page, "soon").waitFor();
      expect(await quote(ann.page, "soon").count()).toBe(0);
      // Edited, and then deleted, on every page that shows it.
      await composer(ann.page).press("ArrowUp");
      await eventually(async () => (await composer(ann.page).inputValue()) === "shall we go?");
      await ann.say("shall we stay?");
      await eventually(async () => (await quote(page, "yes").innerText()).endsWith("shall we stay?"));
      await bob.pour(Array.from({ length: 60 }, (_, n) => `line ${n}`));
      await page.reload();
      await row(page, "line 59").waitFor();
      expect(await row(page, "shall we stay?").count()).toBe(0);
      await replyTo(page, "line 58");
      await bob.say("indeed");
      await quote(page, "indeed").click();
      await eventually(async () =>
        String(await page.evaluate("document.activeElement.textContent")).includes("line 58"),
      );
      await page.goto(`${page.url()}?around=${encodeURIComponent(await idOf(ann.page, "yes"))}`);
      await quote(page, "yes").click();
      await eventually(async () =>
        String(await page.evaluate("document.activeElement.textContent")).includes("shall we stay?"),
      );
    },
  );

  story("what is deleted is quoted nowhere any more, live and after a reload", async () => {
    await replyTo(bob.page, "shall we go?");
    await bob.say("yes");
    await quote(ann.page, "yes").waitFor();
    const path = new URL(ann.page.url()).pathname;
    await ann.post(`${stage.cluster.web(0)}${path}/delete`, { ids: await idOf(ann.page, "shall we go?") });
    for (const { page } of [ann, bob]) {
      await quote(page, "yes").getByText("A message that was deleted").waitFor();
      expect(await page.locator("#messages").textContent()).not.toContain("shall we go?");
    }
    await bob.page.reload();
    await quote(bob.page, "yes").getByText("A message that was deleted").waitFor();
    expect(await violations(bob.page)).toEqual([]);
  });

  story("Escape takes the quote off and leaves the text; a draft with its quote outlives the replica", async () => {
    const { page } = ann;
    const origin = stage.cluster.web(0);
    await bob.say("when?");
    await row(page, "when?").waitFor();
    await composer(page).fill("at no");
    await replyTo(page, "when?");
    await page.keyboard.press("Escape");
    await bar(page).waitFor({ state: "hidden" });
    expect(await composer(page).inputValue()).toBe("at no");
    await replyTo(page, "when?");
    await page.keyboard.press("End");
    // The next replica renders the text, which the replicas have, but not what it quotes.
    const saved = page.waitForResponse(/\/draft$/);
    await page.keyboard.type("on");
    await composer(page).blur();
    await saved;
    await composer(page).focus();
    await stage.cluster.kill(0);
    await movedFrom(page, origin);
    await bar(page).getByText("when?").waitFor();
    expect(await composer(page).inputValue()).toBe("at noon");
    await composer(page).press("Enter");
    await quote(bob.page, "at noon").getByText("when?").waitFor();
    expect(await bar(page).count()).toBe(0);
    expect(await row(page, "at noon").count()).toBe(1);
  });

  story("without a script: a link to the form, which says what is quoted", async () => {
    const plain = await stage.open(bob.name, { javaScriptEnabled: false });
    await plain.logIn(stage.cluster.web(1));
    const { page } = plain;
    await page.goto(stage.cluster.web(1) + new URL(ann.page.url()).pathname);
    await row(page, "shall we go?").getByRole("link", { name: "More", exact: true }).click();
    await page.getByRole("link", { name: "Reply", exact: true }).click();
    await bar(page).getByText("shall we go?").waitFor();
    // What was wrong takes nothing away.
    await composer(page).fill("ü".repeat(5_000));
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("This message is too long").waitFor();
    await bar(page).getByText("shall we go?").waitFor();
    await composer(page).fill("yes");
    await page.getByRole("button", { name: "Send" }).click();
    await quote(page, "yes").getByText("shall we go?").waitFor();
    await quote(ann.page, "yes").getByText("shall we go?").waitFor();
    await quote(page, "yes").click();
    await row(page, "shall we go?").waitFor();
  });
});

async function idOf(page: Page, text: string): Promise<string> {
  return (await row(page, text).getAttribute("data-id")) ?? "";
}
