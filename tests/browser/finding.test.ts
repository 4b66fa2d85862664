/** Finding one's way: the list with its sections, the switcher, the keys, and a long conversation in both directions. */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { each } from "../../harness/each.ts";
import { SHORTCUTS } from "../../src/web/page/shortcuts.ts";
import { faults, violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, messages, row, texts, type Visitor } from "./visitor.ts";

const heading = async (page: Page, name: string): Promise<void> =>
  await page.getByRole("heading", { name, level: 1, exact: true }).waitFor();

/** The names of the rows in a section, from the top, that are shown. */
const names = async (page: Page, section: string): Promise<string[]> =>
  await page.locator(`#list-${section}:not([hidden]) li:not([hidden]) .name`).allTextContents();

const shows = async (page: Page, section: string, ...expected: string[]): Promise<void> =>
  await eventually(async () => JSON.stringify(await names(page, section)) === JSON.stringify(expected));

const rowIn = (page: Page, name: string) => page.locator("#sidebar li", { has: page.getByText(name, { exact: true }) });

stories("finding one's way", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first");
  }, HOOK_MS);

  /** A room of bob's that ann is in. */
  async function room(name: string): Promise<string> {
    const form = { name, topic: "", people: ann.name, id: crypto.randomUUID() };
    const made = await bob.post(`${stage.cluster.web(2)}/rooms`, form);
    return (made["room"] as { id: string }).id;
  }

  async function say(roomId: string, body: string): Promise<void> {
    await bob.post(`${stage.cluster.web(2)}/c/${roomId}/messages`, { body, id: crypto.randomUUID() });
  }

  story("a star and a mute hold on all pages of a person; what is muted is not counted", async () => {
    const { page } = ann;
    const ops = stage.nameOf("ops");
    const id = await room(ops);
    await say(id, "news");
    // The same person, at another replica.
    const phone = await stage.open(ann.name, { viewport: { width: 390, height: 844 } });
    await phone.logIn(stage.cluster.web(1));
    await rowIn(phone.page, `#${ops}`).locator(".count").waitFor();
    await rowIn(page, `#${ops}`).locator("a").click();
    await heading(page, `#${ops}`);
    const menu = page.locator("#preferences");
    await menu.locator("summary").click();
    expect(await faults(page, "the menu of a conversation")).toEqual([]);
    await menu.getByRole("button", { name: /^Star/ }).click();
    await menu.getByRole("button", { name: "Unstar" }).waitFor();
    await shows(phone.page, "starred", `#${ops}`);
    await menu.getByRole("button", { name: "All messages" }).click();
    await menu.locator('button[aria-pressed="true"]', { hasText: "All messages" }).waitFor();
    await eventually(async () => (await phone.page.title()).startsWith("(1)"));
    await menu.getByRole("button", { name: "Mute", exact: true }).click();
    await menu.getByRole("button", { name: "Unmute" }).waitFor();
    await rowIn(phone.page, `#${ops}`).locator("a.muted").waitFor();
    await eventually(async () => !(await phone.page.title()).startsWith("("));
    expect(await rowIn(phone.page, `#${ops}`).locator(".count").count()).toBe(0);
    await say(id, "quietly");
    await rowIn(phone.page, `#${ops}`).locator(".preview", { hasText: "quietly" }).waitFor();
    expect(await phone.page.locator("#announce").textContent()).toBe("");
    expect((await phone.page.title()).startsWith("(")).toBe(false);
    await page.keyboard.press("Escape");
    expect(await menu.getAttribute("open")).toBeNull();
    expect(await page.evaluate("document.activeElement.tagName")).toBe("SUMMARY");
    expect(await faults(page, "a muted row")).toEqual([]);
    await page.reload();
    await shows(page, "starred", `#${ops}`);
    await rowIn(page, `#${ops}`).locator("a.muted").waitFor();
  });

  story("sections fold and stay folded; unread comes first, and what one reads stays until one leaves", async () => {
    const { page } = ann;
    const [old, busy] = [stage.nameOf("old"), stage.nameOf("busy")];
    const ids = [await room(old), await room(busy)];
    await say(ids[0]!, "one");
    await say(ids[1]!, "two");
    const own = (list: readonly string[]): string[] => list.filter((name) => [`#${old}`, `#${busy}`].includes(name));
    const order = async (...expected: string[]): Promise<void> =>
      await eventually(async () => own(await names(page, "rooms")).join() === expected.join());
    await order(`#${busy}`, `#${old}`);
    await rowIn(page, `#${busy}`).locator("a").click();
    await heading(page, `#${busy}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("m");
    await rowIn(page, `#${busy}`).locator(".count").waitFor({ state: "detached" });
    await order(`#${busy}`, `#${old}`);
    await rowIn(page, bob.name).locator("a").click();
    await heading(page, bob.name);
    await order(`#${old}`, `#${busy}`);
    await page.locator("#list-rooms summary").click();
    await page.locator("#list-rooms .unread-rows").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.reload();
    expect(await page.locator("#list-rooms").getAttribute("open")).toBeNull();
    await page.locator("#list-rooms summary").click();
    await page.locator(".menu .me").click();
    await page.getByLabel("By name").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await order(`#${busy}`, `#${old}`);
    await page.reload();
    await order(`#${busy}`, `#${old}`);
  });

  story("the list is filtered as one types, by keyboard alone; the switcher finds what is not in it", async () => {
    const { page } = ann;
    const [ops, oper] = [stage.nameOf("Ópera"), stage.nameOf("oper")];
    await room(ops);
    await room(oper);
    await shows(page, "direct", bob.name);
    await eventually(async () => (await names(page, "rooms")).includes(`#${oper}`));
    await page.locator(".log").focus();
    await page.keyboard.press("f");
    await page.keyboard.type("oper");
    await eventually(async () => (await names(page, "rooms")).length === 2);
    expect(await names(page, "direct")).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const focused = await page.evaluate("document.activeElement.querySelector('.name').textContent");
    expect((await names(page, "rooms"))[1]).toBe(String(focused));
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    expect(await page.evaluate("document.activeElement.id")).toBe("filter");
    await page.keyboard.press("Escape");
    await shows(page, "direct", bob.name);
    await page.keyboard.type(stage.nameOf("Ópera").toLowerCase());
    await shows(page, "rooms", `#${ops}`);
    await page.keyboard.press("Enter");
    await heading(page, `#${ops}`);
    await shows(page, "direct", bob.name);
    // Somebody to whom ann has never written.
    const cid = await stage.open(stage.nameOf("cid"));
    await cid.join(stage.cluster.web(1));
    await page.keyboard.press("Control+k");
    await page.locator("#switcher a").first().waitFor();
    expect(await faults(page, "the switcher")).toEqual([]);
    await page.keyboard.type(cid.name);
    await page.keyboard.press("Enter");
    await eventually(async () => (await page.getByLabel("To", { exact: true }).inputValue()) === cid.name);
    await page.keyboard.press("Control+k");
    await page.keyboard.type(`#${oper}`);
    await page.locator("#switcher a", { hasText: oper }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await heading(page, `#${oper}`);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("nobody at all");
    await page.getByText("Nobody and no room here is called “nobody at all”.").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#switcher").waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    for (const { shortcuts } of SHORTCUTS)
      for (const { text } of shortcuts) await page.locator("#help").getByText(text, { exact: true }).first().waitFor();
    expect(await faults(page, "the help")).toEqual([]);
  });

  story("Alt and Shift lead through what is unread, over folded sections", async () => {
    const { page } = ann;
    const rooms = [stage.nameOf("one"), stage.nameOf("two"), stage.nameOf("three")];
    const ids = [];
    for (const name of rooms) ids.push(await room(name));
    await say(ids[0]!, "news");
    await say(ids[2]!, "news");
    await rowIn(page, `#${rooms[2]}`).locator(".count").waitFor();
    await page.locator("#list-rooms summary").click();
    await page.keyboard.press("Alt+Shift+ArrowDown");
    await heading(page, `#${rooms[2]}`);
    await page.keyboard.press("Alt+Shift+ArrowDown");
    await heading(page, `#${rooms[0]}`);
    await page.keyboard.press("Alt+Shift+ArrowUp");
    await heading(page, `#${rooms[2]}`);
  });

  story("a long conversation: to its beginning and back, with few rows, and nothing jumps", async () => {
    const { page } = bob;
    const path = new URL(page.url()).pathname;
    const LINES = 500;
    const url = `${stage.cluster.web(0)}${path}/messages`;
    // No page draws each of them.
    const here = page.url();
    await Promise.all([page.goto("about:blank"), ann.page.goto("about:blank")]);
    for (let from = 0; from < LINES; from += 50)
      await each(50, 10, async (i) => {
        await ann.post(url, { body: `line ${from + i}`, id: crypto.randomUUID() });
      });
    await page.goto(here);
    const jump = page.locator("#first-unread");
    await jump.getByText("99+ new since").waitFor();
    expect(await faults(page, "much that is new")).toEqual([]);
    await jump.click();
    await row(page, "first").waitFor();
    expect((await texts(page))[0]).toBe("first");
    expect(await page.evaluate("document.activeElement.dataset.id !== undefined")).toBe(true);
    expect(await page.locator("#messages > .new-line + .message .body").textContent()).toBe("first");
    // Down, window by window: each step moves the row that was in view up by as much as was scrolled.
    const seen = new Set<string>();
    let moved = 0;
    let most = 0;
    for (let step = 0; step < 400; step++) {
      const at = (await page.evaluate(`(() => {
        const log = document.querySelector(".log");
        const { top, height } = log.getBoundingClientRect();
        const rows = [...document.querySelectorAll("#messages > .message")];
        const inView = rows.filter((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < top + height);
        const last = inView.at(-1);
        const before = last.getBoundingClientRect().top;
        const from = log.scrollTop;
        log.scrollTop += height / 2;
        const by = log.scrollTop - from;
        return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done({
          texts: inView.map((row) => row.querySelector(".body").textContent), rows: rows.length, by,
          off: last.isConnected ? Math.abs(before - by - last.getBoundingClientRect().top) : 1000,
          atEnd: document.querySelector("a#newer") === null && log.scrollTop > -1,
        }))));
      })()`)) as { texts: string[]; rows: number; by: number; off: number; atEnd: boolean };
      for (const text of at.texts) seen.add(text);
      most = Math.max(most, at.rows);
      if (at.off > 2) moved++;
      if (at.atEnd) break;
      // At the end of the rows: until more have come, or it is the end of the conversation.
      const goesOn = "document.querySelector('a#newer') === null || document.querySelector('.log').scrollTop < -1";
      if (at.by === 0) await eventually(async () => (await page.evaluate(goesOn)) as boolean);
    }
    expect(moved).toBe(0);
    expect(most).toBeLessThanOrEqual(400);
    expect((await texts(page)).at(-1)).toMatch(/^line \d+$/);
    expect(await page.locator("#messages > .message").count()).toBeLessThanOrEqual(400);
    expect(await messages(page).evaluate((log) => log.scrollTop)).toBeCloseTo(0, 0);
    // Somewhere above, a new message is counted and does not come into the rows; an own one leads to the end.
    await page.evaluate("document.querySelector('.log').focus()");
    await page.goto(`${new URL(page.url()).origin}${path}?around=unread`);
    await row(page, "first").waitFor();
    await ann.post(url, { body: "later", id: crypto.randomUUID() });
    await page.locator("#jump").getByText("1 new message").waitFor();
    expect(await row(page, "later").count()).toBe(0);
    await composer(page).fill("an answer");
    await composer(page).press("Enter");
    await row(page, "an answer").waitFor();
    await row(page, "later").waitFor();
    expect(await page.locator("a#newer").count()).toBe(0);
  });

  story("without a script: sections, the field, the menu and both directions are links and forms", async () => {
    const ops = stage.nameOf("ops");
    const id = await room(ops);
    await Promise.all([ann.page.goto("about:blank"), bob.page.goto("about:blank")]);
    for (let n = 0; n < 60; n++) await say(id, `line ${n}`);
    const plain = await stage.open(ann.name, { javaScriptEnabled: false });
    await plain.logIn(stage.cluster.web(0));
    const { page } = plain;
    await page.locator("#filter").fill(ops);
    await page.locator("#filter").press("Enter");
    await page.locator(".found a", { hasText: `#${ops}` }).click();
    await heading(page, `#${ops}`);
    await page.locator("#preferences summary").click();
    await page.getByRole("button", { name: /^Star/ }).click();
    await page.locator("#list-starred", { hasText: ops }).waitFor();
    await page.locator("#first-unread").click();
    await row(page, "line 0").waitFor();
    await page.getByRole("link", { name: "Newer messages" }).click();
    await row(page, "line 59").waitFor();
    expect(await row(page, "line 0").count()).toBe(0);
    await page.getByRole("link", { name: "Older messages" }).click();
    await row(page, "line 0").waitFor();
  });
});
