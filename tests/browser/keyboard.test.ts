/**
 * The whole chat by keyboard only. After the first page of each story the test uses only keys: it
 * neither clicks nor sets the focus, because the position of the focus is part of the test.
 */
import { expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { soakStory, stories, story } from "./stage.ts";
import { cameIn, composer, eventually, messages, PASSWORD, row, texts, type Visitor } from "./visitor.ts";

/** More tab stops than there are between any two places that a test visits in turn. */
const STOPS_MAX = 60;
const NEW_PASSWORD = "another horse battery";

const hasFocus = async (place: Locator): Promise<boolean> =>
  await place.evaluate((element) => element === element.ownerDocument.activeElement).catch(() => false);

/** Presses Tab until `place` has the focus, which must be visible there. */
async function tabTo(page: Page, place: Locator, key = "Tab"): Promise<void> {
  for (let stops = 0; !(await hasFocus(place)); stops++) {
    if (stops === STOPS_MAX) throw new Error(`${STOPS_MAX} stops, and none is ${String(place)}`);
    await page.keyboard.press(key);
  }
  const seen = await page.evaluate(
    "(() => { const all = [document.activeElement, document.activeElement.parentElement]; return all.some((one) => getComputedStyle(one).outlineStyle !== 'none'); })()",
  );
  expect([String(place), seen]).toEqual([String(place), true]);
}

const focusedRow = async (page: Page): Promise<unknown> =>
  await page.evaluate("document.activeElement.closest('.message')?.querySelector('.body').textContent");

stories("by keyboard alone", { clusterPerFile: true }, (stage) => {
  async function registerByKeys(name: string, replica: number): Promise<Visitor> {
    const visitor = await stage.open(name);
    const { page } = visitor;
    await eventually(async () => {
      await page.goto(`${stage.cluster.web(replica)}/login`);
      await tabTo(page, page.getByRole("link", { name: "Create an account" }));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Create an account" }).waitFor();
      await page.keyboard.type(name);
      await page.keyboard.press("Tab");
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press("Enter");
      return await cameIn(page);
    });
    await page.getByRole("heading", { name: "New message" }).waitFor();
    return visitor;
  }

  async function writeByKeys({ page }: Visitor, to: string, ...lines: string[]): Promise<void> {
    await eventually(async () => await hasFocus(page.getByLabel("To", { exact: true })));
    await page.keyboard.type(to);
    await tabTo(page, composer(page));
    for (const [index, line] of lines.entries()) {
      await page.keyboard.type(line);
      await page.keyboard.press("Enter");
      if (index === 0) await page.waitForURL(/\/c\//);
      await row(page, line).locator(".state", { hasText: "saved on" }).waitFor();
      // The text field gets the focus by itself.
      await eventually(async () => await hasFocus(composer(page)));
    }
  }

  story(
    "register, write to a name, read one by one, mark the rest, go from one conversation to the other",
    async () => {
      const ann = await registerByKeys("ann", 0);
      const bob = await registerByKeys("bob", 2);
      const cid = await registerByKeys("cid", 1);
      await writeByKeys(cid, "ann", "from cid");
      await writeByKeys(bob, "ann", "one", "two", "three");
      const { page } = ann;
      await page.locator("#sidebar li .count", { hasText: "3" }).waitFor();
      expect(await hasFocus(page.getByLabel("To", { exact: true }))).toBe(true);
      await page.keyboard.press("Alt+Shift+ArrowDown");
      await page.getByRole("heading", { name: "bob", level: 1 }).waitFor();
      await eventually(async () => await hasFocus(composer(page)));
      await page.keyboard.press("Escape");
      expect(await hasFocus(messages(page))).toBe(true);
      const unread = async (): Promise<string[]> =>
        await page.locator("#messages > [data-unread] .body").allTextContents();
      await page.keyboard.press("ArrowDown");
      expect(await focusedRow(page)).toBe("one");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await eventually(async () => (await unread()).join() === "one,three");
      expect(await focusedRow(page)).toBe("two");
      await page.keyboard.press("ArrowUp");
      // The button in the row does the same and returns the focus to the row.
      await tabTo(page, row(page, "one").locator(".mark"));
      await page.keyboard.press("Enter");
      await eventually(async () => (await unread()).join() === "three");
      expect(await focusedRow(page)).toBe("one");
      await row(bob.page, "two").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
      await page.keyboard.press("m");
      await eventually(async () => (await unread()).length === 0);
      await page.keyboard.press("Alt+ArrowDown");
      await page.getByRole("heading", { name: "cid", level: 1 }).waitFor();
      // What is unread comes first, so bob's conversation is below the other now.
      await eventually(async () => (await page.locator("#sidebar .has-unread").count()) === 1);
      await page.keyboard.press("Alt+ArrowDown");
      await page.getByRole("heading", { name: "bob", level: 1 }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("c");
      await page.keyboard.type("answer");
      await page.keyboard.press("Enter");
      await row(bob.page, "answer").waitFor();
    },
  );

  story("select two and delete them", async () => {
    const dan = await stage.arrive("dan", 0);
    const eve = await stage.arrive("eve", 1);
    await writeByKeys(dan, "eve", "m1", "m2", "m3", "m4");
    const { page } = dan;
    await page.keyboard.press("Escape");
    // There are no fifty tick boxes between the messages and the text field, unless the user asks for them.
    await page.keyboard.press("Tab");
    expect(await hasFocus(composer(page))).toBe(true);
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowUp");
    expect(await focusedRow(page)).toBe("m4");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    await tabTo(page, page.getByRole("button", { name: "Delete selected" }));
    expect(await page.locator("#selection-says").textContent()).toBe(
      "Deletes 2 of yours for everyone. This cannot be undone.",
    );
    await page.keyboard.press("Enter");
    await eventually(async () => (await texts(page)).join() === "m1,m3");
    expect(await hasFocus(messages(page))).toBe(true);
    // The other way: the button, the boxes as tab stops, and cancelling.
    await tabTo(page, page.locator("#select"), "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, row(page, "m3").getByRole("checkbox"));
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    expect(await page.locator("#messages input:checked").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Delete selected" }).isVisible()).toBe(false);
    await tabTo(eve.page, eve.page.locator("#sidebar a", { hasText: "dan" }), "Shift+Tab");
    await eve.page.keyboard.press("Enter");
    await row(eve.page, "m3").waitFor();
    expect(await texts(eve.page)).toEqual(["m1", "m3"]);
  });

  story("change the password, end another login, log out, log in, delete the account", async () => {
    const fay = await stage.arrive("fay", 0);
    const elsewhere = await stage.open("fay");
    await elsewhere.logIn(stage.cluster.web(1));
    const { page } = fay;
    const toAccount = async (): Promise<void> => {
      await tabTo(page, page.locator(".menu .me"), "Shift+Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "fay", level: 1 }).waitFor();
    };
    await toAccount();
    await tabTo(page, page.getByRole("button", { name: /^Log out Chrome on Linux, logged in \d/ }));
    await page.keyboard.press("Enter");
    await page.getByText("That device is logged out.").waitFor();
    await elsewhere.page.waitForURL(/\/login/);
    await tabTo(page, page.getByRole("link", { name: "Change password" }));
    await page.keyboard.press("Enter");
    await eventually(async () => await hasFocus(page.getByLabel("Current password")));
    await page.keyboard.type(PASSWORD);
    await tabTo(page, page.getByLabel("New password"));
    await page.keyboard.type(NEW_PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText("Your password is changed.").waitFor();
    await tabTo(page, page.getByRole("button", { name: "Log out" }));
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/login$/);
    await eventually(async () => await hasFocus(page.getByLabel("Name", { exact: true })));
    await page.keyboard.type("fay");
    await page.keyboard.press("Tab");
    await page.keyboard.type(NEW_PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "New message" }).waitFor();
    await toAccount();
    await tabTo(page, page.getByLabel("Password", { exact: true }));
    await page.keyboard.type(NEW_PASSWORD);
    await tabTo(page, page.getByRole("button", { name: "Delete account" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your account is deleted" }).waitFor();
  });

  story("the list of keys, the panel, People and its Refresh: each key does what the list says", async () => {
    const gus = await stage.arrive("gus", 0);
    const hal = await stage.arrive("hal", 2);
    await writeByKeys(hal, "gus", "hello");
    const { page } = gus;
    const dialog = (name: string): Locator => page.getByRole("dialog", { name });
    const isAt = (title: string): Promise<void> => page.getByRole("heading", { name: title, level: 1 }).waitFor();
    await page.locator("#sidebar li .count", { hasText: "1" }).waitFor();
    await page.keyboard.press("Alt+Shift+ArrowDown");
    await isAt("hal");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("?");
    await dialog("Keyboard").waitFor();
    // No key works on the page behind it.
    await page.keyboard.press("p");
    await page.keyboard.press("Escape");
    await dialog("Keyboard").waitFor({ state: "hidden" });
    expect(await focusedRow(page)).toBe("hello");
    await page.keyboard.press("r");
    await dialog("Cluster").locator(".replica", { hasText: "Replica 2" }).waitFor();
    await page.keyboard.press("Escape");
    await dialog("Cluster").waitFor({ state: "hidden" });
    expect(await focusedRow(page)).toBe("hello");
    await tabTo(page, page.locator("#cluster-line"), "Shift+Tab");
    await page.keyboard.press("Enter");
    await dialog("Cluster").waitFor();
    await tabTo(page, dialog("Cluster").getByRole("button", { name: "Close" }));
    await page.keyboard.press("Enter");
    await eventually(async () => await hasFocus(page.locator("#cluster-line")));
    await page.keyboard.press("s");
    await page.getByRole("button", { name: "Delete selected" }).waitFor();
    await page.keyboard.press("s");
    await page.keyboard.press("p");
    await isAt("People");
    const refresh = page.getByRole("button", { name: "Refresh" });
    await tabTo(page, refresh);
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/people"));
    await page.keyboard.press("Enter");
    await answered;
    await eventually(async () => await hasFocus(refresh));
    await tabTo(page, page.locator(".roster a", { hasText: "hal" }));
    await page.keyboard.press("Enter");
    await isAt("hal");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await isAt("New message");
  });

  soakStory("the replica dies in mid-typing: the next keys go on where the last ones were", async () => {
    const ida = await stage.arrive("ida", 0);
    const jon = await stage.arrive("jon", 2);
    await writeByKeys(ida, "jon", "before");
    const { page } = ida;
    await page.keyboard.type("half of");
    const { pid } = await stage.cluster.kill(0);
    await page.waitForURL((url) => url.origin !== stage.cluster.web(0));
    await eventually(async () => await hasFocus(composer(page)));
    await page.keyboard.type(" a sentence");
    expect(await composer(page).inputValue()).toBe("half of a sentence");
    await page.keyboard.press("Enter");
    await tabTo(jon.page, jon.page.locator("#sidebar a", { hasText: "ida" }), "Shift+Tab");
    await jon.page.keyboard.press("Enter");
    await row(jon.page, "half of a sentence").waitFor();
    expect(await texts(jon.page)).toEqual(["before", "half of a sentence"]);
    await stage.cluster.start(0);
    expect(stage.cluster.pid(0)).not.toBe(pid);
    await stage.cluster.inStep();
  });
});
