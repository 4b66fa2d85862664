/** What changes by itself: presence, typing, history, late messages; and browsers without a shared worker. */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { SOAK } from "../../harness/load-cluster.ts";
import { HOOK_MS, soakStory, stories, story } from "./stage.ts";
import { composer, eventually, messages, PASSWORD, row, texts, type Visitor } from "./visitor.ts";

/** After a replica has died for this long, nobody counts as online because of it. */
const GONE_MS = 20_000;

stories("it lives", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first");
  }, HOOK_MS);

  const online = async (page: Page): Promise<string | null> =>
    await page.locator(".head .presence").getAttribute("data-online");

  story("S5 online while a page is open somewhere, gone with the browser, back when it moved", async () => {
    await eventually(async () => (await online(ann.page)) === "yes");
    await bob.page.goto("about:blank");
    await eventually(async () => (await online(ann.page)) === "no", GONE_MS);
    await bob.openFrom(stage.cluster.web(2), ann.name);
    await eventually(async () => (await online(ann.page)) === "yes");
    await ann.page.goto(`${stage.cluster.web(0)}/people`);
    await ann.page.getByRole("button", { name: "Refresh" }).click();
    await ann.page.locator(".roster a", { hasText: bob.name }).getByText("online").first().waitFor();
  });

  story("the replica that was asked for the list never answers: the list is asked for again", async () => {
    let asked = 0;
    await ann.page.route("**/sidebar?*", async (route) => {
      if (++asked === 1) return;
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace("New message", "Second answer") });
    });
    await bob.post(`${stage.cluster.web(2)}/account/delete`, { password: PASSWORD, id: crypto.randomUUID() });
    await ann.page.locator("#sidebar", { hasText: "Second answer" }).waitFor();
    expect(asked).toBe(2);
  });

  story("typing shows at the other side and goes by itself", async () => {
    await bob.openFrom(stage.cluster.web(0), ann.name);
    const typing = bob.page.locator("#typing");
    await composer(ann.page).pressSequentially("he");
    await typing.waitFor();
    await eventually(async () => !(await typing.isVisible()), GONE_MS);
  });

  soakStory("older messages come as one scrolls up, and what is being read does not move", async () => {
    await ann.pour(Array.from({ length: 70 }, (_, index) => `old ${index}`));
    await row(bob.page, "old 69").waitFor();
    await bob.page.reload();
    expect(await bob.page.locator("#messages > .message").count()).toBe(50);
    expect((await texts(bob.page)).at(-1)).toBe("old 69");
    const log = messages(bob.page);
    for (;;) {
      const count = await bob.page.locator("#messages > .message").count();
      if (count === 71) break;
      await log.hover();
      await bob.page.mouse.wheel(0, -4000);
      await eventually(async () => (await bob.page.locator("#messages > .message").count()) > count);
    }
    expect((await texts(bob.page)).slice(0, 3)).toEqual(["first", "old 0", "old 1"]);
    await row(bob.page, "old 15").evaluate((element) => element.scrollIntoView());
    const top = async (): Promise<number> => (await row(bob.page, "old 15").boundingBox())!.y;
    const before = await top();
    await ann.say("newest of all");
    await bob.page.getByRole("button", { name: "1 new message" }).waitFor();
    expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
    await bob.page.getByRole("button", { name: "1 new message" }).click();
    await row(bob.page, "newest of all").waitFor();
    expect(await row(bob.page, "newest of all").locator(".body").isVisible()).toBe(true);
  });

  story("one announcement for each message, and only for others'", async () => {
    const said: string[] = [];
    await bob.page.exposeFunction("lastwordSaid", (text: string) => said.push(text));
    await bob.page.evaluate(
      "new MutationObserver(() => lastwordSaid(document.getElementById('announce').textContent)).observe(document.getElementById('announce'), { childList: true })",
    );
    await ann.say("one");
    await row(bob.page, "one").waitFor();
    await bob.say("mine");
    await row(ann.page, "mine").waitFor();
    await ann.say("two");
    await row(bob.page, "two").waitFor();
    await eventually(() => said.length >= 2);
    expect(said).toEqual([`${ann.name}: one`, `${ann.name}: two`]);
  });

  for (const missing of SOAK ? ["SharedWorker", "SharedWorker and locks"] : ["SharedWorker and locks"]) {
    story(`without ${missing} it is live in every tab`, async () => {
      await ann.context.addInitScript(
        missing === "SharedWorker"
          ? "delete globalThis.SharedWorker"
          : "delete globalThis.SharedWorker; Object.defineProperty(navigator, 'locks', { value: undefined })",
      );
      await ann.page.reload();
      const second = await ann.tab();
      await second.goto(ann.page.url());
      await bob.say("to both");
      await Promise.all([row(ann.page, "to both").waitFor(), row(second, "to both").waitFor()]);
      await ann.page.close();
      await bob.say("to the one that is left");
      await row(second, "to the one that is left").waitFor();
    });
  }

  story("S7 the account goes: asked, counted, refused afterwards; the other side keeps the words", async () => {
    await bob.say("these stay");
    await row(ann.page, "these stay").waitFor();
    await ann.say("unread for bob");
    await row(bob.page, "unread for bob").waitFor();
    const { page } = bob;
    await page.goto(`${stage.cluster.web(1)}/account`);
    await page.getByText("You have 1 unread message.").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Delete account" }).click();
    await page.locator("#field-password-error").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await page.getByRole("button", { name: "Delete account" }).click();
    await page.getByRole("heading", { name: "Your account is deleted" }).waitFor();
    await row(ann.page, "these stay").locator(".author", { hasText: "deleted user" }).waitFor();
    for (const [path, button] of [
      ["login", "Log in"],
      ["register", "Register"],
    ] as const) {
      await page.goto(`${stage.cluster.web(2)}/${path}`);
      await page.getByLabel("Name", { exact: true }).fill(bob.name);
      await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.locator(".error:not([hidden])").waitFor();
    }
  });
});
