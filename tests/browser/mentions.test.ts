/** Mentions: written with completion, shown to whom they call, and told outside of the page, once and until they are read. */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { faults } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, type Visitor } from "./visitor.ts";

/** Notes the notifications that a page shows, in place of the system. */
const NOTED = `
  window.noted = [];
  window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) {
      super();
      this.text = title + ": " + options.body;
      window.noted.push(this);
    }
    close() { this.isClosed = true; }
  };`;

const noted = (page: Page): Promise<string[]> =>
  page.evaluate("window.noted.filter((one) => !one.isClosed).map((one) => one.text)");

stories("mentions", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    // No other name here begins as his does, so that the first letters call him alone.
    const called = `${stage.nameOf("mention")}ed`;
    [ann, bob] = await Promise.all([stage.open(stage.nameOf("ann")), stage.open(called)]);
    await bob.context.addInitScript(NOTED);
    await ann.register(stage.cluster.web(0));
    await bob.register(stage.cluster.web(2));
  }, HOOK_MS);

  const general = (page: Page) => page.locator("#sidebar a[href^='/c/']", { hasText: "#general" });

  story("a browser that was never asked is asked when somebody is called, and notifies from then on", async () => {
    const cyd = await stage.open(stage.nameOf("cyd"));
    await cyd.context.addInitScript(`${NOTED}
      Notification.permission = "default";
      Notification.requestPermission = async () => (Notification.permission = "granted");`);
    await cyd.register(stage.cluster.web(1));
    const offer = cyd.page.locator("#notify-offer");
    expect(await offer.isVisible()).toBe(false);
    await general(ann.page).click();
    await ann.page.getByRole("heading", { name: "#general", level: 1 }).waitFor();
    await ann.say(`@${cyd.name} first`);
    await offer.getByText("Show a notification next time?").waitFor();
    expect(await faults(cyd.page, "offer")).toEqual([]);
    await offer.getByRole("button", { name: "Show notifications" }).click();
    await offer.waitFor({ state: "detached" });
    await ann.say(`@${cyd.name} second`);
    await eventually(async () => (await noted(cyd.page)).length === 1);
  });

  story("a name is completed by keyboard; whom it calls is told once, by number, icon and notification", async () => {
    const second = await bob.tab();
    await second.goto(stage.cluster.web(2));
    await general(ann.page).click();
    await ann.page.getByRole("heading", { name: "#general", level: 1 }).waitFor();
    const field = composer(ann.page);
    await field.fill("hello ");
    await field.press("End");
    await field.pressSequentially(`@${bob.name.slice(0, -1)}`);
    const option = ann.page.getByRole("option", { name: `@${bob.name}` });
    await option.waitFor();
    const found = await faults(ann.page, "completion");
    await field.press("ArrowUp");
    await field.press("ArrowDown");
    expect(await field.getAttribute("aria-activedescendant")).toBe("offer-0");
    await field.press("Escape");
    expect(await option.isVisible()).toBe(false);
    await field.press("Backspace");
    await option.waitFor();
    await field.press("Tab");
    expect(await field.inputValue()).toBe(`hello @${bob.name} `);
    await field.press("Enter");
    await row(ann.page, `hello @${bob.name}`).locator("a.mention").waitFor();

    await eventually(async () => (await bob.page.title()).startsWith("(1) "));
    expect(await bob.page.locator('link[rel="icon"]').getAttribute("href")).toContain("dotted");
    const calls = general(bob.page).locator(".calls");
    expect((await calls.innerText()).startsWith("@1")).toBe(true);
    await eventually(async () => [...(await noted(bob.page)), ...(await noted(second))].length > 0);
    expect([...(await noted(bob.page)), ...(await noted(second))]).toEqual([
      `#general: ${ann.name}: hello @${bob.name}`,
    ]);
    found.push(...(await faults(bob.page, "a call in the list")));

    await general(bob.page).click();
    const called = row(bob.page, `hello @${bob.name}`);
    await called.waitFor();
    expect(await called.getAttribute("class")).toContain("calls-me");
    found.push(...(await faults(bob.page, "a message that calls")));
    await bob.page.getByRole("button", { name: "Mark as read" }).click();
    await eventually(async () => !(await second.title()).startsWith("("));
    expect([...(await noted(bob.page)), ...(await noted(second))]).toEqual([]);
    expect(await second.locator('link[rel="icon"]').getAttribute("href")).not.toContain("dotted");
    // Who looks at the conversation is not told of it in another tab either.
    await bob.look();
    await ann.say(`again @${bob.name}, quietly`);
    await row(bob.page, `again @${bob.name}, quietly`).waitFor();
    await ann.say("the end");
    await row(bob.page, "the end").waitFor();
    expect([...(await noted(bob.page)), ...(await noted(second))]).toEqual([]);
    expect(found).toEqual([]);
  });

  story("a call of many is asked for first; what the browser tells is set on the account page", async () => {
    await general(ann.page).click();
    await ann.page.getByRole("heading", { name: "#general", level: 1 }).waitFor();
    // As if so many were there: to register them all takes longer than this story.
    await ann.page.evaluate("void (document.querySelector('#composer').dataset.called = '12')");
    await composer(ann.page).fill("@room lunch");
    await composer(ann.page).press("Enter");
    const question = ann.page.getByRole("dialog", { name: "Notify 12 people?" });
    await question.waitFor();
    const found = await faults(ann.page, "question");
    await question.getByRole("button", { name: "Cancel" }).click();
    expect(await composer(ann.page).inputValue()).toBe("@room lunch");
    await composer(ann.page).press("Enter");
    await question.getByRole("button", { name: "Send" }).click();
    await row(ann.page, "@room lunch").waitFor();

    // The row is on the page of its author before the message is at all replicas.
    const told = bob.page.getByText(`${ann.name} mentioned you in #general`);
    await eventually(async () => {
      await bob.page.goto(`${stage.cluster.web(2)}/activity`);
      return (await told.count()) === 1;
    });
    found.push(...(await faults(bob.page, "activity")));
    await bob.page.goto(`${stage.cluster.web(2)}/account`);
    await bob.page.getByText("This browser shows notifications").waitFor();
    found.push(...(await faults(bob.page, "account")));
    await bob.page.getByLabel("Play a sound").check();
    await bob.page.getByLabel("Quiet from").fill("22:00");
    await bob.page.getByLabel("until", { exact: true }).fill("07:00");
    await bob.page.getByRole("button", { name: "Save" }).first().click();
    await bob.page.getByText("Saved.").waitFor();
    expect(await bob.page.locator("body").getAttribute("data-quiet")).toBe("22:00-07:00");
    expect(await bob.page.locator("body").getAttribute("data-sound")).toBe("yes");
    expect(await bob.page.getByLabel("until", { exact: true }).inputValue()).toBe("07:00");
    expect(found).toEqual([]);
  });
});
