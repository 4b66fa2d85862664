/** Searching: from anywhere by a key, with filters that complete themselves, to the message and back; wide and on a phone. */
import { beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { each } from "../../harness/each.ts";
import { faults } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { eventually, row, type Visitor } from "./visitor.ts";

const PHONE = { width: 390, height: 780 };
const LINES = 36;
const SOUGHT = "the granite block read_index(E4711), 会議室";

stories("searching", { clusterPerFile: true }, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first", 1);
    const url = `${bob.page.url()}/messages`;
    const say = async (body: string): Promise<unknown> => await bob.post(url, { body, id: crypto.randomUUID() });
    await say(SOUGHT);
    await each(LINES, 10, async (n) => void (await say(`line ${n}`)));
  }, HOOK_MS);

  const marks = (place: Locator): Promise<string[]> => place.locator(".hits mark").allTextContents();
  const focused = async (page: Page): Promise<string> => String(await page.evaluate("document.activeElement.id"));

  /** Types, and waits for what the switcher answers to that. */
  async function types(page: Page, text: string): Promise<void> {
    await page.keyboard.type(text);
    const field = page.locator("#switcher-text");
    await eventually(
      async () => (await page.locator("#switcher-found").getAttribute("data-for")) === (await field.inputValue()),
    );
  }

  /** The page is around the message, and shows which one it is. */
  async function leads(page: Page): Promise<void> {
    await page.waitForURL(/around=/);
    const found = row(page, SOUGHT);
    await found.and(page.locator(".linked")).waitFor();
    expect(await found.isVisible()).toBe(true);
    const inView = async (place: Locator): Promise<boolean> => {
      const [box, log] = [await place.boundingBox(), await page.locator(".log").boundingBox()];
      return box !== null && log !== null && box.y >= log.y && box.y + box.height <= log.y + log.height;
    };
    await eventually(() => inView(found));
    // Newer rows may have come below it meanwhile.
    const last = row(page, `line ${LINES - 1}`);
    expect((await last.count()) > 0 && (await inView(last))).toBe(false);
  }

  story("by keyboard alone: a key, a word, the message; a filter completed twice, and all hits as a page", async () => {
    const { page } = ann;
    await page.locator(".log").focus();
    await page.keyboard.press("/");
    await types(page, "gran");
    const switcher = page.locator("#switcher");
    await eventually(async () => (await marks(switcher)).join() === "gran");
    // As a time of the day here, not as a day of the server's.
    expect(await switcher.locator(".hits time").textContent()).toMatch(/:/);
    expect(await faults(page, "messages in the switcher")).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await leads(page);

    await page.keyboard.press("Control+k");
    await types(page, "会議 fro");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate("document.activeElement.dataset.fills")).toBe("会議 from:");
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("switcher-text");
    await types(page, bob.name.slice(0, 2));
    await switcher.locator("button[data-fills]", { hasText: `from:${bob.name}` }).waitFor();
    expect(await faults(page, "filters in the switcher")).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.locator("#switcher-text").inputValue()).toBe(`会議 from:${bob.name} `);
    await eventually(async () => (await marks(switcher)).join() === "会議");
    const isAtEnd = "document.activeElement.matches('#switcher-found > p > a')";
    while (!(await page.evaluate(isAtEnd))) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Search", level: 1 }).waitFor();
    expect(await marks(page.locator("main"))).toEqual(["会議"]);
    expect(await faults(page, "hits")).toEqual([]);
    await page.locator("main .hits a").focus();
    await page.keyboard.press("Enter");
    await leads(page);
  });

  story("on a phone: the page of the search, with its filters, its sentences and earlier messages", async () => {
    const phone = await stage.open(ann.name, { viewport: PHONE, hasTouch: true });
    const { page } = phone;
    await phone.logIn(stage.cluster.web(0));
    await page.goto(`${stage.cluster.web(0)}/search`);
    expect(await faults(page, "an empty search")).toEqual([]);
    const field = page.getByRole("searchbox", { name: /^Words, or filters/ });
    await field.fill("line fr");
    await page.locator("#search-offers button").tap();
    expect(await field.inputValue()).toBe("line from:");
    await field.pressSequentially(bob.name.slice(0, 2));
    await page.locator("#search-offers button", { hasText: bob.name }).tap();
    expect(await field.inputValue()).toBe(`line from:${bob.name} `);
    await field.press("Enter");
    await page.getByRole("link", { name: "Earlier messages" }).waitFor();
    const newest = await page.locator(".hits .snippet").allTextContents();
    await page.getByRole("link", { name: "Earlier messages" }).tap();
    await page.waitForURL(/before=/);
    const earlier = await page.locator(".hits .snippet").allTextContents();
    expect([...newest, ...earlier].filter((text, at, all) => all.indexOf(text) !== at)).toEqual([]);

    const asks = async (query: string): Promise<void> => {
      await field.fill(query);
      await page.getByRole("button", { name: "Search", exact: true }).tap();
    };
    await asks("zyzzyva");
    await page.getByText("No message has “zyzzyva”.").waitFor();
    await asks("has:dog");
    await page.getByRole("alert").getByText("Behind “has:” comes file, link or reaction.").waitFor();
    expect(await field.inputValue()).toBe("has:dog");
    expect(await faults(page, "a filter that is wrong")).toEqual([]);
    await asks("granite");
    await page.locator("main .hits a").tap();
    await leads(page);
  });
});
