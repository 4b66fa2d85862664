/**
 * Choosing another conversation replaces it in place: the page is not loaded, the list stays as it is, and everything
 * else is as after a load. If a story differs on a phone, it runs on a wide screen and on a phone.
 */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, messages, row, texts, type Visitor } from "./visitor.ts";
import { WebPerson } from "../../harness/web-person.ts";

const PHONE = { viewport: { width: 390, height: 844 } };

/** Marks the document. A page that is loaded afterwards does not have the mark. */
const mark = (page: Page): Promise<void> => page.evaluate("void (window.isSame = true)");
/** Whether the page is still the one that was marked; a question that a navigation cuts off is one to another page. */
const isSame = (page: Page): Promise<boolean> =>
  page.evaluate("window.isSame === true").catch(() => false) as Promise<boolean>;

const pathOf = (page: Page): string => new URL(page.url()).pathname;
const focused = (page: Page): Promise<unknown> =>
  page.evaluate("(() => { const one = document.activeElement; return one.id || one.tagName; })()");
const heading = (page: Page, name: string): Promise<void> => page.getByRole("heading", { name, level: 1 }).waitFor();
const rowOf = (page: Page, name: string) => page.locator("#sidebar a[href^='/c/']", { hasText: name }).first();
const current = (page: Page): Promise<string[]> =>
  page.locator("#sidebar a[aria-current]").evaluateAll((links) => links.map((one) => one.getAttribute("href") ?? ""));

stories("switching", {}, (stage) => {
  let ann: Visitor;
  let bob: WebPerson;
  let cid: WebPerson;
  let bobsPath: string;
  let cidsPath: string;
  let loads: number;

  /** Thirty people, who are there from the first time that they write. */
  let crowd: WebPerson[] = [];
  async function crowdWrites(): Promise<void> {
    const origin = stage.cluster.web(0);
    if (crowd.length === 0) {
      crowd = Array.from({ length: 30 }, (_, index) => new WebPerson(stage.nameOf(`crowd${index}of`)));
      await Promise.all(crowd.map((one) => one.register(origin)));
    }
    await Promise.all(crowd.map((one) => one.send(origin, ann.name, `from ${one.name}`)));
  }

  /** ann has conversations with bob and cid, and is on the page of the one with bob. */
  async function arrive(): Promise<void> {
    const { cluster } = stage;
    ann = await stage.open(stage.nameOf("ann"));
    bob = new WebPerson(stage.nameOf("bob"));
    cid = new WebPerson(stage.nameOf("cid"));
    await Promise.all([ann.join(cluster.web(0)), bob.register(cluster.web(0)), cid.register(cluster.web(0))]);
    bobsPath = await ann.send(cluster.web(0), bob.name, "to bob");
    cidsPath = await ann.send(cluster.web(0), cid.name, "to cid");
    await ann.page.goto(cluster.web(0) + bobsPath);
    await mark(ann.page);
    loads = 0;
    ann.page.on("load", () => loads++);
  }
  beforeEach(arrive, HOOK_MS);

  const titleOf = (one: WebPerson): string => `${one.name} · Lastword`;

  story(
    "a click, Back and Forward: address, title, row and messages follow, without a load; a reload shows the same",
    async () => {
      const { page } = ann;
      await rowOf(page, cid.name).click();
      await heading(page, cid.name);
      expect([pathOf(page), await page.title(), await texts(page)]).toEqual([cidsPath, titleOf(cid), ["to cid"]]);
      expect(await current(page)).toEqual([cidsPath]);
      await rowOf(page, bob.name).click();
      await heading(page, bob.name);
      await page.locator("#sidebar .new-message").click();
      await heading(page, "New message");
      expect([pathOf(page), await current(page)]).toEqual(["/new", ["/new"]]);
      for (const [name, path] of [
        [bob.name, bobsPath],
        [cid.name, cidsPath],
        [bob.name, bobsPath],
      ] as const) {
        await page.goBack();
        await heading(page, name);
        expect([pathOf(page), await current(page)]).toEqual([path, [path]]);
      }
      await page.goForward();
      await heading(page, cid.name);
      expect(await isSame(page)).toBe(true);
      expect(loads).toBe(0);
      await page.reload();
      await heading(page, cid.name);
      expect([pathOf(page), await page.title(), await texts(page)]).toEqual([cidsPath, titleOf(cid), ["to cid"]]);
      await page.goBack();
      await heading(page, bob.name);
      expect([pathOf(page), await texts(page)]).toEqual([bobsPath, ["to bob"]]);
    },
  );

  story("from People to a person and back; somebody new gets the page for the first words", async () => {
    const { page } = ann;
    const dan = new WebPerson(stage.nameOf("dan"));
    await dan.register(stage.cluster.web(0));
    await page.keyboard.press("Escape");
    await page.keyboard.press("p");
    await heading(page, "People");
    expect(await focused(page)).toBe("people-title");
    await page.locator(".roster a", { hasText: cid.name }).click();
    await heading(page, cid.name);
    expect(pathOf(page)).toBe(cidsPath);
    await page.goBack();
    await heading(page, "People");
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.locator(".roster a", { hasText: dan.name }).click();
    await page.getByLabel("To", { exact: true }).waitFor();
    expect(await page.getByLabel("To", { exact: true }).inputValue()).toBe(dan.name);
    expect(await focused(page)).toBe("body");
    await ann.say("first words");
    await heading(page, dan.name);
    await row(page, "first words").waitFor();
    await page.goBack();
    await page
      .getByLabel("To", { exact: true })
      .or(page.getByRole("heading", { name: dan.name, level: 1 }))
      .first()
      .waitFor();
    await page.goBack();
    await heading(page, "People");
    expect(await isSame(page)).toBe(true);
  });

  story(
    "by keyboard: Enter on a row, Alt and the arrows; the focus is in the text field, and the words go there",
    async () => {
      const { page } = ann;
      await rowOf(page, cid.name).focus();
      await page.keyboard.press("Enter");
      await heading(page, cid.name);
      expect(await focused(page)).toBe("body");
      await page.keyboard.type("for cid");
      await page.keyboard.press("Enter");
      await row(page, "for cid").locator(".state", { hasText: "saved" }).waitFor({ state: "attached" });
      await page.keyboard.press("Alt+ArrowDown");
      await heading(page, bob.name);
      await page.keyboard.type("for bob");
      await page.keyboard.press("Enter");
      await row(page, "for bob").waitFor();
      expect(await texts(page)).toEqual(["to bob", "for bob"]);
      // Two steps at once: the last one counts.
      await page.locator("#list-direct li").first().filter({ hasText: bob.name }).waitFor();
      await page.keyboard.press("Alt+ArrowDown");
      await page.keyboard.press("Alt+ArrowUp");
      await heading(page, bob.name);
      await page.locator("#main[aria-busy]").waitFor({ state: "detached" });
      expect([pathOf(page), await isSame(page)]).toEqual([bobsPath, true]);
    },
  );

  story("the list neither moves, nor is it fetched, and it keeps its place", async () => {
    const { page } = ann;
    await page.goto("about:blank");
    await crowdWrites();
    await page.goto(stage.cluster.web(0) + bobsPath);
    await mark(page);
    await page.locator("#sidebar li").nth(30).waitFor();
    let fetched = 0;
    page.on("request", (request) => void (request.url().includes("/sidebar") && fetched++));
    await page.evaluate(
      "document.getElementById('sidebar').scrollTop = 500; window.list = document.getElementById('sidebar')",
    );
    await page.locator("#sidebar li a[href^='/c/']").nth(14).click();
    await eventually(async () => pathOf(page) !== bobsPath);
    await messages(page).getByText("from ").waitFor();
    expect(await page.evaluate("window.list === document.getElementById('sidebar') && window.list.scrollTop")).toBe(
      500,
    );
    expect([fetched, await isSame(page)]).toEqual([0, true]);
  });

  story(
    "drafts stay with their conversation, selecting ends, unread begins below a line and becomes read",
    async () => {
      const { page } = ann;
      await composer(page).fill("half a thought");
      await page.locator("#select").click();
      await cid.send(stage.cluster.web(0), ann.name, "news");
      await rowOf(page, cid.name).locator(".count").waitFor();
      await rowOf(page, cid.name).click();
      await row(page, "news").waitFor();
      expect(await page.locator(".conversation.selecting").count()).toBe(0);
      expect(await page.locator("#messages > .new-line").count()).toBe(1);
      expect(await page.locator("#messages").evaluate((list) => list.parentElement!.parentElement!.scrollTop)).toBe(0);
      expect(await page.title()).toBe(`(1) ${titleOf(cid)}`);
      await composer(page).fill("an answer to be");
      await row(page, "news").locator(".body").click();
      await rowOf(page, cid.name).locator(".count").waitFor({ state: "detached" });
      expect(await page.title()).toBe(titleOf(cid));
      await page.goBack();
      await heading(page, bob.name);
      expect(await composer(page).inputValue()).toBe("half a thought");
      await page.goForward();
      await heading(page, cid.name);
      expect(await composer(page).inputValue()).toBe("an answer to be");
      await page.reload();
      expect(await composer(page).inputValue()).toBe("an answer to be");
      expect(await page.locator("#messages > [data-unread]").count()).toBe(0);
    },
  );

  story("what is written while one switches to and fro comes once, wherever it comes", async () => {
    const { page } = ann;
    const { cluster } = stage;
    for (let round = 0; round < 8; round++) {
      const sending = Promise.all([
        cid.send(cluster.web(0), ann.name, `cid ${round}`),
        bob.send(cluster.web(0), ann.name, `bob ${round}`),
      ]);
      // A row with something new moves up, so a click at a point would at times meet the other one.
      await rowOf(page, round % 2 === 0 ? cid.name : bob.name).dispatchEvent("click");
      await sending;
    }
    const expected = (name: string): string[] => [
      `to ${name}`,
      ...Array.from({ length: 8 }, (_, round) => `${name} ${round}`),
    ];
    await heading(page, bob.name);
    await eventually(async () => (await texts(page)).length >= 9);
    expect(await texts(page)).toEqual(expected("bob"));
    await rowOf(page, cid.name).click();
    await heading(page, cid.name);
    await cid.send(cluster.web(0), ann.name, "after it");
    await row(page, "after it").waitFor();
    expect(await texts(page)).toEqual([...expected("cid"), "after it"]);
    expect(await isSame(page)).toBe(true);
  });

  story("two tabs: one switches to what the other shows, and both hear of it; nobody sees her go offline", async () => {
    const { page } = ann;
    const { cluster } = stage;
    const watcher = await stage.open(bob.name);
    await watcher.logIn(cluster.web(1));
    await watcher.page.goto(cluster.web(1) + bobsPath);
    const were: unknown[] = [];
    await watcher.page.exposeFunction("lastwordWas", (online: unknown) => were.push(online));
    const isOnline = watcher.page.locator(".head .presence[data-online=yes]");
    await isOnline.waitFor();
    await watcher.page.evaluate(
      "new MutationObserver((all) => all.forEach((one) => lastwordWas(one.oldValue))).observe(document.querySelector('.head .presence'), { attributeFilter: ['data-online'], attributeOldValue: true })",
    );
    const other = await ann.tab();
    await other.goto(cluster.web(0) + cidsPath);
    await heading(other, cid.name);
    await rowOf(page, cid.name).click();
    await heading(page, cid.name);
    await cid.send(cluster.web(0), ann.name, "to both");
    await Promise.all([row(page, "to both").waitFor(), row(other, "to both").waitFor()]);
    await rowOf(other, bob.name).click();
    await heading(other, bob.name);
    await bob.send(cluster.web(0), ann.name, "to one");
    await row(other, "to one").waitFor();
    await row(watcher.page, "to one").waitFor();
    expect(await texts(page)).toEqual(["to cid", "to both"]);
    // That she is online may be said again.
    expect(await isOnline.count()).toBe(1);
    expect(were).not.toContain("no");
  });

  story(
    "a message that waits is sent while another conversation is open, and is there when one comes back",
    async () => {
      const { page } = ann;
      await page.route(`**${bobsPath}/messages`, (route) => route.abort());
      await ann.say("waiting");
      await row(page, "waiting").waitFor();
      await rowOf(page, cid.name).click();
      await heading(page, cid.name);
      expect(await texts(page)).toEqual(["to cid"]);
      await page.goBack();
      await heading(page, bob.name);
      expect(await texts(page)).toEqual(["to bob", "waiting"]);
      await page.goForward();
      await heading(page, cid.name);
      await page.unroute(`**${bobsPath}/messages`);
      await rowOf(page, bob.name).locator(".preview", { hasText: "waiting" }).waitFor();
      await rowOf(page, bob.name).click();
      await heading(page, bob.name);
      expect(await texts(page)).toEqual(["to bob", "waiting"]);
    },
  );

  story("the panel stays open over what changes behind it", async () => {
    const { page } = ann;
    await rowOf(page, cid.name).click();
    await heading(page, cid.name);
    await page.keyboard.press("Escape");
    await page.keyboard.press("r");
    await page.locator("dialog#panel[open]").waitFor();
    await page.goBack();
    await page.locator("#with", { hasText: bob.name }).waitFor();
    expect(await page.locator("dialog#panel[open]").count()).toBe(1);
    expect(await isSame(page)).toBe(true);
  });

  story("the replica dies while the page asks for another conversation: the next replica shows that one", async () => {
    const { page } = ann;
    const { cluster } = stage;
    await composer(page).fill("kept at bob's");
    // The replica has accepted the request, and dies before it answers.
    const asked = Promise.withResolvers<void>();
    await page.route(`**${cidsPath}`, async (route) => {
      if (new URL(route.request().url()).origin !== cluster.web(0)) return await route.continue();
      asked.resolve();
      await eventually(() => new URL(page.url()).origin !== cluster.web(0));
    });
    await rowOf(page, cid.name).click();
    await asked.promise;
    await cluster.kill(0);
    await eventually(() => new URL(page.url()).origin !== cluster.web(0) && pathOf(page) === cidsPath);
    await heading(page, cid.name);
    await row(page, "to cid").waitFor();
    await rowOf(page, bob.name).click();
    await heading(page, bob.name);
    expect(await composer(page).inputValue()).toBe("kept at bob's");
  });

  story("somebody else has logged in since: the page is loaded and says so, as before", async () => {
    const { page } = ann;
    await cid.register(stage.cluster.web(1)).catch(() => {});
    await ann.post(`${stage.cluster.web(0)}/register`, {
      name: stage.nameOf("eve"),
      password: "correct horse battery",
      id: crypto.randomUUID(),
    });
    await rowOf(page, cid.name).click();
    await eventually(async () => !(await isSame(page)) || (await page.getByText("is logged in now").count()) > 0);
    expect(await page.content()).not.toContain("to cid");
  });

  story("a conversation that is not one's own is an error's page, and Back leads on", async () => {
    const { page } = ann;
    await page.evaluate(
      "(() => { const a = document.createElement('a'); a.href = '/c/nobodys'; a.id = 'odd'; a.textContent = 'odd'; document.getElementById('main').append(a); })()",
    );
    await page.locator("#odd").click();
    await heading(page, "Conversation not found");
    expect(pathOf(page)).toBe("/c/nobodys");
    await page.goBack();
    await heading(page, bob.name);
  });

  story(
    "on a phone: from the list to a conversation, the focus on its heading, and Back to the same place in the list",
    async () => {
      const { page } = await stage.open(ann.name, PHONE).then(async (phone) => {
        await phone.logIn(stage.cluster.web(0));
        return phone;
      });
      await Promise.all([page.goto("about:blank"), ann.page.goto("about:blank")]);
      await crowdWrites();
      await page.goto(stage.cluster.web(0));
      await mark(page);
      await page.evaluate("document.getElementById('sidebar').scrollTop = 400");
      const chosen = page.locator("#sidebar li a[href^='/c/']").nth(12);
      const path = (await chosen.getAttribute("href"))!;
      await chosen.click();
      await messages(page).getByText("from ").waitFor();
      expect([pathOf(page), await page.locator("#sidebar").isVisible(), await focused(page)]).toEqual([
        path,
        false,
        "with",
      ]);
      await page.goBack();
      await page.locator("#sidebar").waitFor();
      expect(await page.evaluate("document.getElementById('sidebar').scrollTop")).toBe(400);
      expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe(path);
      await page.keyboard.press("Enter");
      await messages(page).getByText("from ").waitFor();
      await page.locator(".to-list").click();
      await page.locator("#sidebar").waitFor();
      expect([pathOf(page), await isSame(page)]).toEqual(["/", true]);
    },
  );
});
