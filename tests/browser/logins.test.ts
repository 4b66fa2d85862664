/** Which user a page belongs to, and what happens to unsent text, when logins change and end in a browser. */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { soakStory, stories, story, type Stage } from "./stage.ts";
import { composer, eventually, PASSWORD, row, texts, type Visitor } from "./visitor.ts";

/** Fills in the form of a log-in page that is already open. */
async function fillIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** ann in her conversation with cleo, and an older log-in page in a second tab of the same browser. */
async function twoTabs(
  stage: Stage,
  script = "",
): Promise<{ ann: Visitor; cleo: Visitor; ben: Visitor; second: Page }> {
  const [ann, cleo] = await stage.pair("from ann");
  const ben = await stage.arrive(stage.nameOf("ben"), 0);
  const second = await ann.tab();
  await second.addInitScript(script);
  await second.context().clearCookies();
  await second.goto(`${stage.cluster.web(0)}/login`);
  await ann.logIn(stage.cluster.web(0));
  await ann.openFrom(stage.cluster.web(0), cleo.name);
  return { ann, cleo, ben, second };
}

stories("whose page it is", {}, (stage) => {
  story("somebody else logs in in another tab: the page says so at once, and nothing is sent in her name", async () => {
    const { ann, cleo, ben, second } = await twoTabs(stage);
    const { page } = ann;
    const isKept = async (): Promise<boolean> =>
      (await page.evaluate<string>("Object.keys(localStorage).join()")).includes("-d-");
    await composer(page).fill("not ben's words");
    await eventually(isKept);
    // The second tab is in the same browser and therefore knows the draft.
    await fillIn(second, ben.name);
    const question = second.getByRole("dialog", { name: "Unsent messages in this browser" });
    await question.getByText(ann.name).waitFor();
    await question.getByRole("button", { name: "Cancel" }).click();
    expect(second.url()).toContain("/login");
    await composer(page).fill("");
    await eventually(async () => !(await isKept()));
    await fillIn(second, ben.name);
    await second.getByRole("button", { name: "Log out" }).waitFor();
    await page.getByRole("heading", { name: `${ben.name} is logged in now` }).waitFor();
    expect(await page.content()).not.toContain("from ann");
    // It is a card like that of the log-in page: the name above, and one link to continue below.
    await page.getByRole("main").getByRole("link", { name: "Lastword" }).waitFor();
    await page.getByRole("link", { name: `Continue as ${ben.name}` }).click();
    await page.locator(".me", { hasText: ben.name }).waitFor();
    expect(await texts(cleo.page)).toEqual(["from ann"]);
  });

  story("a tab that has heard nothing yet: neither its words nor its log-out are the other person's", async () => {
    // No message from the other tab, as at another port of this host.
    const { ann, cleo, ben, second } = await twoTabs(stage, "BroadcastChannel.prototype.postMessage = () => {}");
    const { page } = ann;
    await fillIn(second, ben.name);
    await second.getByRole("button", { name: "Log out" }).waitFor();
    // Its stream may have told it meanwhile.
    await page.evaluate(`document.querySelector('form[action="/logout"]')?.requestSubmit()`);
    await page.getByRole("heading", { name: `${ben.name} is logged in now` }).waitFor();
    await second.reload();
    await second.locator(".me", { hasText: ben.name }).waitFor();
    expect(await texts(cleo.page)).toEqual(["from ann"]);
  });

  story("without a script, too: one sentence, and what was written is there to copy", async () => {
    const { ann, cleo, ben, second } = await twoTabs(stage);
    const plain = await stage.open("plain", { javaScriptEnabled: false });
    const at = stage.cluster.web(0);
    const logIn = async (page: Page, name: string): Promise<void> => {
      await page.goto(`${at}/login`);
      await fillIn(page, name);
    };
    await logIn(plain.page, ann.name);
    await plain.page.goto(ann.page.url());
    const other = await plain.tab();
    await plain.context.clearCookies();
    await logIn(other, ben.name);
    await composer(plain.page).fill("not ben's words");
    await plain.page.getByRole("button", { name: "Send" }).click();
    await plain.page.getByRole("heading", { name: `${ben.name} is logged in now` }).waitFor();
    expect(await plain.page.getByLabel("What you wrote, to copy").inputValue()).toBe("not ben's words");
    expect(await texts(cleo.page)).toEqual(["from ann"]);
    await second.close();
  });
});

stories("what was not sent", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  const at = (): string => stage.cluster.web(0);

  async function meet(): Promise<void> {
    [ann, bob] = await stage.pair("first");
  }

  story("a draft of a new message stays with the name that it is for", async () => {
    await meet();
    const cleo = await stage.arrive(stage.nameOf("cleo"), 1);
    const dora = await stage.arrive(stage.nameOf("dora"), 1);
    const { page } = ann;
    await page.goto(`${at()}/`);
    await page.getByLabel("To", { exact: true }).fill(cleo.name);
    await composer(page).fill("only for cleo");
    await page.goto(`${at()}/?to=${dora.name}`);
    expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe(dora.name);
    expect(await composer(page).inputValue()).toBe("");
    await page.goto(`${at()}/`);
    expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe(cleo.name);
    expect(await composer(page).inputValue()).toBe("only for cleo");
    // Closing a tab loses nothing.
    const again = await ann.tab();
    await page.close();
    await again.goto(`${at()}/?to=${cleo.name.toUpperCase()}`);
    expect(await composer(again).inputValue()).toBe("only for cleo");
  });

  story(
    "the login ends on another device: the page says so, and the draft is there after the next log-in",
    async () => {
      await meet();
      const { page } = ann;
      const url = page.url();
      await composer(page).fill("half a sen");
      const phone = await stage.open(ann.name);
      await phone.logIn(stage.cluster.web(1));
      await phone.page.goto(`${stage.cluster.web(1)}/account`);
      await phone.page.getByRole("button", { name: "Log out all others" }).click();
      await page.getByText("You were logged out from another device.").waitFor();
      await fillIn(page, ann.name);
      await page.waitForURL(url);
      expect(await composer(page).inputValue()).toBe("half a sen");
    },
  );

  story("log out: asked if something is unsent, kept if it is refused, forgotten once it is answered", async () => {
    await meet();
    const { page } = ann;
    const url = page.url();
    // The replicas do not get the draft, so it is in this browser alone. What a page sends as it ends passes routes.
    await page.addInitScript(
      "const send = fetch; fetch = (to, ...how) => (String(to).endsWith('/draft') ? Promise.reject(new TypeError('cut')) : send(to, ...how))",
    );
    await page.reload();
    await composer(page).fill("half a sen");
    const logOut = page.getByRole("button", { name: "Log out", exact: true });
    const question = page.getByRole("dialog", { name: "You have unsent messages" });
    await logOut.click();
    await question.getByText("1 draft").waitFor();
    await question.getByRole("button", { name: "Cancel" }).click();
    expect(page.url()).toBe(url);
    // The refusal when no replica leads.
    const refusal = { code: "no_leader", outcome: "definite", sentence: "Not now." };
    await page.route("**/logout", (route) => route.fulfill({ status: 503, json: refusal }));
    await logOut.click();
    await question.getByRole("button", { name: "Log out" }).click();
    await page.locator("#note").getByText("Not now.").waitFor();
    await page.reload();
    expect(await composer(page).inputValue()).toBe("half a sen");
    await page.unroute("**/logout");
    await logOut.click();
    await question.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login$/);
    expect(await page.getByText("another device").count()).toBe(0);
    expect(await page.evaluate("JSON.stringify({ ...localStorage })")).toBe("{}");
    await fillIn(page, ann.name);
    await page.goto(url);
    expect(await composer(page).inputValue()).toBe("");
  });

  story("log out: the log-in page is asked for once, also if the login's end is heard before the answer", async () => {
    await meet();
    const { page } = ann;
    const other = await ann.tab();
    await other.goto(`${at()}/people`);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/login")) asked.push(request.url());
    });
    let askedBefore = -1;
    await page.route("**/logout", async (route) => {
      const response = await route.fetch();
      // It is notified of the end by the same stream.
      await other.waitForURL(/\/login/);
      askedBefore = asked.length;
      await route.fulfill({ response });
    });
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    expect([askedBefore, asked.length]).toEqual([0, 1]);
  });

  soakStory(
    "the Enter that confirms characters of an input method sends nothing, in WebKit's order of events too",
    async () => {
      await meet();
      const { page } = ann;
      await composer(page).fill("にほんご");
      await composer(page).focus();
      const isTaken = await page.evaluate(`(() => {
        const field = document.activeElement;
        field.dispatchEvent(new CompositionEvent("compositionend", { data: "にほんご", bubbles: true }));
        const enter = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
        return !field.dispatchEvent(new KeyboardEvent("keydown", enter));
      })()`);
      expect(isTaken).toBe(false);
      expect(await composer(page).inputValue()).toBe("にほんご");
      await composer(page).press("Enter");
      await row(bob.page, "にほんご").waitFor();
      expect(await texts(bob.page)).toEqual(["first", "にほんご"]);
    },
  );

  story("an answer that waited reads what its writer had seen, not what came meanwhile", async () => {
    await meet();
    const { page } = bob;
    await eventually(async () => (await page.locator("#messages > [data-unread]").count()) === 1);
    await bob.context.setOffline(true);
    await bob.say("waits");
    for (const text of ["second", "third", "fourth"]) await ann.say(text);
    await row(ann.page, "fourth").waitFor();
    await bob.context.setOffline(false);
    await row(ann.page, "waits").waitFor();
    await row(ann.page, "first").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
    await row(page, "fourth").waitFor();
    await eventually(
      async () =>
        (await page.locator("#messages > [data-unread] .body").allTextContents()).join() === "second,third,fourth",
    );
    for (const text of ["second", "third", "fourth"])
      expect(await row(ann.page, text).locator(".state").textContent()).not.toContain("read");
    // "All" means what is on the page when the user presses the button.
    await page.route("**/read", async (route) => {
      await ann.say("as it travels");
      await row(page, "as it travels").waitFor();
      await route.continue();
    });
    await page.getByRole("button", { name: "Mark as read" }).first().click();
    await row(ann.page, "fourth").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
    expect(await page.locator("#messages > [data-unread] .body").allTextContents()).toEqual(["as it travels"]);
  });

  story("looking is reading, in a window that has the focus, unless the setting says otherwise", async () => {
    await meet();
    const { page } = bob;
    const unread = page.locator("#messages > [data-unread]");
    await page.goto(`${stage.cluster.web(2)}/account`);
    await page.getByLabel("Mark messages as read").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    expect(await page.getByLabel("Mark messages as read").isChecked()).toBe(false);
    await page.getByLabel("Mark messages as read").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await bob.openFrom(stage.cluster.web(2), ann.name);
    expect(await unread.count()).toBe(1);
    await bob.look();
    await row(ann.page, "first").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
    expect(await unread.count()).toBe(0);
    // It stays distinguishable from the rest until the user leaves the page.
    expect(await row(page, "first").getAttribute("data-fresh")).toBe("yes");
    await page.reload();
    expect(await row(page, "first").getAttribute("data-fresh")).toBeNull();
  });

  story("a mark that no replica takes is not shown as done", async () => {
    await meet();
    const { page } = bob;
    const first = row(page, "first");
    const refusal = { code: "not_writable", outcome: "definite", sentence: "Not now." };
    await page.route("**/read", (route) => route.fulfill({ status: 503, json: refusal }));
    await first.locator(".body").click();
    await page.locator("#note").getByText("will be marked as read").waitFor();
    expect(await first.getAttribute("data-unread")).toBe("yes");
    await page.unroute("**/read");
    await eventually(async () => (await first.getAttribute("data-unread")) === null);
    await row(ann.page, "first").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
  });
});
