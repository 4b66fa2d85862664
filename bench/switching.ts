/**
 * B12: switching conversations, in a real browser with many conversations. Measures the time from the click on a row of
 * the list to the second frame with the other conversation, the replica's part of it, and for comparison the time to
 * load the same page as a whole.
 */
import { chromium, type Page } from "playwright-core";
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";
import { WebPerson } from "../harness/web-person.ts";
import { ascending, ms, percentile, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { startProduct } from "./product.ts";

const CHROMIUM = "/usr/bin/chromium";
const AT_ONCE = 16;

export interface SwitchingOptions {
  readonly conversations: number;
  /** Messages in each conversation; a page shows the last 50. */
  readonly messages: number;
  readonly switches: number;
}

export const SWITCHING: SwitchingOptions = { conversations: 200, messages: 60, switches: 40 };
export const SWITCHING_QUICK: SwitchingOptions = { conversations: 8, messages: 5, switches: 6 };

/** Clicks a row. Returns the ms until the browser has drawn a frame with the other conversation. */
async function switchTo(page: Page, at: number): Promise<number> {
  return (await page.evaluate(`new Promise((done) => {
    const row = document.querySelectorAll("#sidebar a[href^='/c/']")[${at}];
    const began = performance.now();
    const frames = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    new MutationObserver((_, seen) => {
      if ("/c/" + document.getElementById("main").dataset.current !== row.getAttribute("href")) return;
      seen.disconnect();
      frames();
    }).observe(document.querySelector(".columns"), { childList: true });
    row.click();
  })`)) as number;
}

/** Loads the page. Returns the ms until the second frame after it has loaded. */
async function loadWhole(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return (await page.evaluate(
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))",
  )) as number;
}

const listTop = (page: Page): Promise<unknown> => page.evaluate("document.getElementById('sidebar').scrollTop");

/** Runs the part and returns Markdown. */
export async function switching(say: Say, options: SwitchingOptions = SWITCHING): Promise<PartResult> {
  const { conversations, messages, switches } = options;
  await using cluster = await startProduct();
  const origin = cluster.web(0);
  const ann = new WebPerson("ann");
  await ann.register(origin);
  await each(conversations, AT_ONCE, async (i) => {
    const other = new WebPerson(`other${i}`);
    await other.register(origin);
    for (let n = 0; n < messages; n++) await other.send(origin, ann.name, `message ${n} of ${i}`);
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addCookies([{ name: await loginCookie(origin), value: ann.cookie(origin) ?? "", url: origin }]);
    const page = await context.newPage();
    await page.goto(origin);
    await page.locator("#sidebar li").first().waitFor();
    await page.evaluate("document.getElementById('sidebar').scrollTop = 300");
    const top = await listTop(page);
    const listed = await page.locator("#sidebar a[href^='/c/']").count();
    const took: number[] = [];
    let moved = 0;
    for (let n = 0; n < switches; n++) {
      took.push(await switchTo(page, (n * 7) % listed));
      if ((await listTop(page)) !== top) moved++;
    }
    const paths = (await page
      .locator("#sidebar a[href^='/c/']")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")!))) as string[];
    const server: number[] = [];
    for (let n = 0; n < switches; n++) {
      const began = performance.now();
      const headers = { "hx-request": "true", "hx-target": "main#main" };
      await (await ann.ask(origin, paths[(n * 7) % listed]!, { page: true, headers })).text();
      server.push(performance.now() - began);
    }
    const loaded: number[] = [];
    for (let n = 0; n < switches; n++) loaded.push(await loadWhole(page, origin + paths[(n * 7) % listed]!));
    const row = (name: string, times: readonly number[]): string[] => {
      const sorted = ascending(times);
      return [name, ms(percentile(sorted, 0.5)), ms(percentile(sorted, 0.95)), ms(sorted.at(-1) ?? 0)];
    };
    const rows = [
      row("from the click to the second frame", took),
      row("of it, the replica's answer", server),
      row("the same page loaded whole", loaded),
    ];
    for (const one of rows) say(one.join(", "));
    const about = `${whole(conversations)} conversations, ${whole(listed)} of them in the list; ${whole(switches)} switches. The list moved ${moved} times.`;
    return { text: `${about}\n\n${table(["", "median", "p95", "longest"], rows)}` };
  } finally {
    await browser.close();
  }
}
