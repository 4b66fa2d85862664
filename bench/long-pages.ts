/**
 * B14: pages of a long conversation, beside a list of many rooms. How long does a replica take for such a page and for
 * the pieces that scrolling asks for, and how many bytes are they? And, in a real browser: how long is it from Enter to
 * one's own row, and to the row on another person's page at another replica?
 */
import { chromium, type Page } from "playwright-core";
import { waitFor } from "../harness/cluster.ts";
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";
import { ascending, ms, percentile, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerPeople, startProduct, type Person } from "./product.ts";

const CHROMIUM = "/usr/bin/chromium";
const AT_ONCE = 16;
const UNDER_WAY = 500;
const SETTLE_MS = 2_000;
const INDEXED_MS = 120_000;
/** Requests of each kind that are not counted: a replica compiles what it runs often. */
const WARM_UP = 100;

export interface LongPagesOptions {
  readonly rooms: number;
  readonly messages: number;
  /** Requests for each kind of page. */
  readonly requests: number;
  /** Messages that are written in the browser. */
  readonly written: number;
}

export const LONG_PAGES: LongPagesOptions = { rooms: 300, messages: 100_000, requests: 200, written: 40 };
export const LONG_PAGES_QUICK: LongPagesOptions = { rooms: 5, messages: 200, requests: 5, written: 3 };

async function makeRoom(owner: Person, name: string, people: readonly string[]): Promise<string> {
  const request = { name, topic: "", isPrivate: false, people: [...people], clientId: Bun.randomUUIDv7() };
  const made = await owner.client.call("CreateRoom", request);
  if (!made.ok) throw new Error(`${name} could not be made: ${made.code}`);
  return made.value.room!.id;
}

/** Writes the messages, some hundred at a time. Returns the id of the one in the middle. */
async function fill(writer: Person, conversationId: string, messages: number): Promise<string> {
  const stream = writer.client.sendStream();
  let middle = "";
  for (let from = 0; from < messages; from += UNDER_WAY) {
    const some = Array.from({ length: Math.min(UNDER_WAY, messages - from) }, (_, i) => from + i);
    const sent = await Promise.all(
      some.map((n) => stream.send({ conversationId, body: `message ${n}`, clientId: Bun.randomUUIDv7() })),
    );
    const half = sent[Math.floor(messages / 2) - from];
    if (half?.ok === true) middle = half.value.messageId;
  }
  return middle;
}

/**
 * When a row with this text is laid out: performance.timeOrigin + now, ms. Not when it is drawn, because of two pages of
 * one browser only one gets its frames at once.
 */
function appearance(page: Page, text: string): Promise<number> {
  return page.evaluate(`new Promise((done) => {
    const look = () => [...document.querySelectorAll("#messages .body")].some((one) => one.textContent.trim() === "${text}");
    const list = document.getElementById("messages");
    const laidOut = () => { list.getBoundingClientRect(); done(performance.timeOrigin + performance.now()); };
    if (look()) return laidOut();
    const seen = new MutationObserver(() => { if (look()) { seen.disconnect(); laidOut(); } });
    seen.observe(list, { childList: true, subtree: true });
  })`);
}

/** Runs the part and returns Markdown. */
export async function longPages(say: Say, options: LongPagesOptions = LONG_PAGES): Promise<PartResult> {
  const { rooms, messages, requests, written } = options;
  await using cluster = await startProduct();
  const people = await registerPeople(cluster, 2);
  const [reader, writer] = people as [Person, Person];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    await each(rooms - 1, AT_ONCE, async (i) => {
      const id = await makeRoom(writer, `room${i}`, [reader.name]);
      await writer.client.send({ conversationId: id, body: `the first words in room ${i}` });
    });
    const long = await makeRoom(writer, "long", [reader.name]);
    const middle = encodeURIComponent(await fill(writer, long, messages));
    // The index of messages rests during the fill, and takes what it lacks afterwards.
    const isIndexed = async (): Promise<boolean> => {
      const found = await reader.client.call("Search", { query: "nothing", limit: 1 });
      return found.ok && found.value.percent === 100;
    };
    await waitFor("the index of messages", isIndexed, INDEXED_MS);
    await Bun.sleep(SETTLE_MS);
    const origin = cluster.web(0);
    const cookie = `${await loginCookie(origin)}=${reader.token}`;
    const rows: string[][] = [];
    const measure = async (name: string, path: string, headers: Record<string, string> = {}): Promise<void> => {
      const took: number[] = [];
      let bytes = 0;
      for (let n = -WARM_UP; n < requests; n++) {
        const began = performance.now();
        // As it comes over the wire: `decompress` off.
        const answer = await fetch(origin + path, {
          headers: { cookie, accept: "text/html", "accept-encoding": "gzip", ...headers },
          decompress: false,
        });
        bytes = (await answer.arrayBuffer()).byteLength;
        if (n >= 0) took.push(performance.now() - began);
        if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
      }
      const sorted = ascending(took);
      rows.push([name, ms(percentile(sorted, 0.5)), ms(percentile(sorted, 0.95)), `${(bytes / 1000).toFixed(1)} KB`]);
      say(rows.at(-1)!.join(", "));
    };
    const piece = { "hx-request": "true" };
    await measure("the whole page", `/c/${long}`);
    await measure("the conversation alone, by switching", `/c/${long}`, { ...piece, "hx-target": "main#main" });
    await measure("50 older messages, from the middle", `/c/${long}?before=${middle}`, piece);
    await measure("50 newer messages, from the middle", `/c/${long}?after=${middle}`, piece);
    await measure("around the first unread message", `/c/${long}?around=unread`, piece);
    await measure("the list alone", "/sidebar", piece);
    await measure("what the switcher finds", "/find?q=room1", piece);
    const typed = await writing(say, { cluster, browser, people: [writer, reader], path: `/c/${long}`, written });
    const about = `${whole(messages)} messages, and ${whole(rooms)} rooms in the list; ${whole(requests)} requests each, after ${WARM_UP}.`;
    const pages = table(["what the page asks for", "median", "p95", "compressed"], rows);
    return { text: `${about}\n\n${pages}\n\n${typed}` };
  } finally {
    await browser.close();
    for (const { client } of people) client.close();
  }
}

interface WritingInput {
  readonly cluster: Awaited<ReturnType<typeof startProduct>>;
  readonly browser: Awaited<ReturnType<typeof chromium.launch>>;
  /** Who writes, at replica 0, and who reads, at replica 1. */
  readonly people: readonly [Person, Person];
  readonly path: string;
  readonly written: number;
}

/** Writes by keyboard on one page and waits for the row there and on another page. Returns Markdown. */
async function writing(say: Say, { cluster, browser, people, path, written }: WritingInput): Promise<string> {
  const pages: Page[] = [];
  let loaded = 0;
  for (const [i, { token }] of people.entries()) {
    const origin = cluster.web(cluster.ids[i]!);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addCookies([{ name: await loginCookie(origin), value: token, url: origin }]);
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send("Network.enable");
    network.on("Network.loadingFinished", ({ encodedDataLength }) => void (loaded += i === 0 ? encodedDataLength : 0));
    await page.goto(origin + path);
    await page.locator("#messages .message").last().waitFor();
    await Bun.sleep(SETTLE_MS);
    pages.push(page);
  }
  const first = loaded;
  const [own, other] = pages as [Page, Page];
  const took: { own: number[]; other: number[] } = { own: [], other: [] };
  await own.locator("#body").focus();
  for (let n = 0; n < written; n++) {
    const text = `written ${n}`;
    await own.keyboard.type(text);
    const waits = [appearance(own, text), appearance(other, text)];
    const began = (await own.evaluate(`new Promise((done) => {
      const at = performance.timeOrigin + performance.now();
      document.getElementById("composer").requestSubmit();
      done(at);
    })`)) as number;
    const [mine, theirs] = await Promise.all(waits);
    took.own.push(mine! - began);
    took.other.push(theirs! - began);
  }
  const rows = (["own", "other"] as const).map((which) => {
    const sorted = ascending(took[which]);
    const name = which === "own" ? "one's own row" : "the row on a page at another replica";
    return [name, ms(percentile(sorted, 0.5)), ms(percentile(sorted, 0.95))];
  });
  for (const row of rows) say(row.join(", "));
  const size = `The first load of the page, with its styles and scripts, is ${(first / 1000).toFixed(0)} KB over the wire.`;
  say(size);
  return `${size}\n\n${table(["from sending to", "median", "p95"], rows)}`;
}
