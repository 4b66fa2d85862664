/** What makes the page usable for everybody: accessibility, a phone's width, no scripts, many tabs, small size. */
import { beforeAll, expect } from "bun:test";
import { faults } from "./axe.ts";
import { HOOK_MS, soakStory, stories, story } from "./stage.ts";
import { composer, eventually, PASSWORD, row, texts, type Visitor } from "./visitor.ts";

const FIRST_LOAD_BYTES_MAX = 84 * 1024;
const TABS = 8;
/** Streams that a replica allows one user: too few for one stream per tab, enough for one per browser. */
const STREAMS_MAX = 4;

stories("everyone can use it", { words: [`--streams-per-user=${STREAMS_MAX}`] }, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeAll(async () => {
    [ann, bob] = await Promise.all([stage.arrive("ann", 0), stage.arrive("bob", 1)]);
    await ann.writeTo("bob", "hello");
    await bob.openFrom(stage.cluster.web(1), "ann");
    await bob.say("https://example.org/ and more");
    await row(ann.page, "hello").waitFor();
  }, HOOK_MS);

  story("axe finds nothing, in light and in dark", async () => {
    const origin = stage.cluster.web(0);
    const found: string[] = [];
    const stranger = await stage.open("nobody");
    for (const path of ["/login", "/register", "/nowhere"]) {
      await stranger.page.goto(origin + path);
      found.push(...(await faults(stranger.page, path)));
    }
    await stranger.close();
    const { page } = ann;
    for (const path of ["/", "/people", "/account", "/account/password", "/cluster"]) {
      await page.goto(origin + path);
      found.push(...(await faults(page, path)));
    }
    await ann.openFrom(origin, "bob");
    found.push(...(await faults(page, "a conversation")));
    await page.locator("#select").click();
    await page.getByRole("checkbox").first().check();
    found.push(...(await faults(page, "selecting")));
    await page.keyboard.press("Escape");
    await page.locator("#cluster-line").click();
    await page.getByRole("dialog", { name: "Cluster" }).locator(".replica", { hasText: "Replica 2" }).waitFor();
    found.push(...(await faults(page, "the panel")));
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      const note = (
        globalThis as unknown as {
          document: { getElementById(id: string): { hidden: boolean; textContent: string } };
        }
      ).document.getElementById("note");
      note.hidden = false;
      note.textContent = "No connection at the moment.";
    });
    found.push(...(await faults(page, "a note")));
    expect(found).toEqual([]);
  });

  soakStory("by keyboard alone: from the log-in to a sent message, a read one and a deleted one", async () => {
    const eve = await stage.open("eve");
    const { page } = eve;
    await page.goto(`${stage.cluster.web(2)}/register`);
    // The browser gives a page its focus only once it has drawn it.
    await page.locator("input[name=name]:focus").waitFor();
    await page.keyboard.type("eve");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Log out" }).waitFor();
    await page.locator("input[name=name]:focus").waitFor();
    await page.keyboard.type("ann");
    await composer(page).focus();
    await page.keyboard.type("typed");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("in two lines");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/c\//);
    await page.locator(".message .body", { hasText: "typed\nin two lines" }).waitFor();
    await ann.openFrom(stage.cluster.web(0), "eve");
    await ann.page.locator(".mark").focus();
    await ann.page.keyboard.press("Enter");
    await eventually(async () => (await ann.page.locator("#messages [data-unread]").count()) === 0);
    expect(await ann.page.evaluate("document.activeElement.className")).toStartWith("message");
    await ann.page.getByRole("checkbox").focus();
    await ann.page.keyboard.press("Space");
    await ann.page.getByRole("button", { name: "Delete selected" }).focus();
    await ann.page.keyboard.press("Enter");
    await eventually(async () => (await texts(ann.page)).length === 0);
    await page.goto(`${stage.cluster.web(2)}/people`);
    await page.getByRole("button", { name: "Refresh" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForResponse((answer) => answer.url().endsWith("/people"));
    await eventually(async () => (await page.evaluate("document.activeElement.textContent")) === "Refresh");
    await page.goBack();
    await page.getByRole("log").focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  });

  soakStory("at 390 px nothing is cut off, and the way back leads to the list", async () => {
    const phone = await stage.open("ann", {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = phone;
    await phone.logIn(stage.cluster.web(0));
    const overflow = async (): Promise<number> =>
      Number(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    for (const path of ["/login", "/", "/people", "/account", "/cluster"]) {
      await page.goto(stage.cluster.web(0) + path);
      expect([path, await overflow()]).toEqual([path, 0]);
    }
    await phone.openFrom(stage.cluster.web(0), "bob");
    expect(await overflow()).toBe(0);
    await phone.say("from a phone");
    await row(bob.page, "from a phone").waitFor();
    await page.getByRole("link", { name: "All conversations" }).click();
    await page.locator("#sidebar a[href^='/c/']", { hasText: "bob" }).waitFor();
  });

  story("without a script: register, write, read, delete, log out", async () => {
    const plain = await stage.open("plain", { javaScriptEnabled: false });
    const { page } = plain;
    await plain.registerByForm(stage.cluster.web(1));
    await page.getByLabel("To", { exact: true }).fill("nobody at all");
    await composer(page).fill("kept text");
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("#field-name-error").waitFor();
    expect(await composer(page).inputValue()).toBe("kept text");
    await page.getByLabel("To", { exact: true }).fill("bob");
    await page.getByRole("button", { name: "Send" }).click();
    await row(page, "kept text").waitFor();
    await bob.openFrom(stage.cluster.web(1), "plain");
    await bob.say("answer");
    await row(bob.page, "answer").locator(".state", { hasText: "saved on" }).waitFor();
    await page.reload();
    expect(await page.locator("#messages [data-unread]").count()).toBe(1);
    await row(page, "answer").locator(".mark").click();
    await page.waitForLoadState();
    expect(await page.locator("#messages [data-unread]").count()).toBe(0);
    await row(page, "kept text").getByRole("checkbox").check();
    await page.getByRole("button", { name: "Delete selected" }).click();
    await page.waitForLoadState();
    expect(await texts(page)).toEqual(["answer"]);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login$/);
    await plain.logInByForm(stage.cluster.web(2));
    await plain.openFrom(stage.cluster.web(2), "bob");
    expect(await texts(page)).toEqual(["answer"]);
  });

  story("eight tabs share one stream, all live, all can post", async () => {
    const many = await stage.open("many");
    await many.register(stage.cluster.web(2));
    await many.writeTo("bob", "tab 1");
    const url = many.page.url();
    const tabs = [many.page];
    while (tabs.length < TABS) {
      const tab = await many.tab();
      await tab.goto(url);
      tabs.push(tab);
    }
    for (const [index, tab] of tabs.entries()) if (index > 0) await many.say(`tab ${index + 1}`, tab);
    const all = tabs.map((_, index) => `tab ${index + 1}`).join();
    for (const tab of tabs) await eventually(async () => (await texts(tab)).join() === all);
    await bob.openFrom(stage.cluster.web(1), "many");
    await bob.say("to all tabs");
    for (const tab of tabs) await row(tab, "to all tabs").waitFor();
    // A tab whose stream is refused moves to another replica, and no tab had to.
    expect(tabs.map((tab) => tab.url())).toEqual(tabs.map(() => url));
  });

  story("the first load of a conversation is small", async () => {
    await ann.openFrom(stage.cluster.web(0), "bob");
    await ann.pour(Array.from({ length: 50 }, (_, index) => `line ${index} with some words as people write them`));
    const url = ann.page.url();
    const fresh = await stage.open("ann");
    await fresh.logIn(stage.cluster.web(0));
    // Another origin, from which the browser has cached nothing yet.
    const target = url.replace(stage.cluster.web(0), stage.cluster.web(2));
    const session = await fresh.context.newCDPSession(fresh.page);
    let bytes = 0;
    await session.send("Network.enable");
    session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
    await fresh.page.goto(target, { waitUntil: "load" });
    expect(await fresh.page.locator("#messages > .message").count()).toBe(50);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
    expect(await fresh.page.locator("head link[rel=stylesheet], head script:not([defer])").count()).toBeLessThanOrEqual(
      3,
    );
  });
});
