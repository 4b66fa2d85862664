/** Clicks while the replica is gone, and the reading position: both move to the next replica. */
import { beforeEach, expect } from "bun:test";
import { HOOK_MS, soakStory, stories, story } from "./stage.ts";
import { composer, eventually, messages, row, texts, type Visitor } from "./visitor.ts";

stories("clicks without a replica", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first");
  }, HOOK_MS);

  story("a link pressed while nobody answers opens at the replica that comes back; the draft is kept", async () => {
    const { page } = ann;
    const here = page.url();
    const notes: string[] = [];
    await page.exposeFunction("lastwordNote", (text: string) => notes.push(text));
    await page.evaluate(
      "new MutationObserver(() => lastwordNote(document.getElementById('note').textContent)).observe(document.getElementById('note'), { childList: true })",
    );
    await stage.cluster.killTogether([0, 1, 2]);
    await page.locator("#note", { hasText: "No connection" }).waitFor();
    await composer(page).fill("half a thought");
    await page.getByRole("link", { name: "People" }).click();
    await page.locator("#note", { hasText: "The page you chose opens as soon as a server answers." }).waitFor();
    expect(page.url()).toBe(here);
    // Without a replica nobody can be logged out, and the page says so instead of doing nothing.
    await page.getByRole("button", { name: "Log out" }).click();
    await page.locator("#note", { hasText: "nothing was done" }).waitFor();
    expect([page.url(), await composer(page).inputValue()]).toEqual([here, "half a thought"]);
    // Each note was shown once, however often the page has checked meanwhile.
    expect(notes.map((text) => text.slice(0, 16))).toEqual([
      "No connection to",
      "No connection. T",
      "No connection, s",
    ]);
    await stage.cluster.start(2);
    await page.waitForURL(`${stage.cluster.web(2)}/people`);
    await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
    await page.goto(here.replace(stage.cluster.web(0), stage.cluster.web(2)));
    expect(await composer(page).inputValue()).toBe("half a thought");
    expect(stage.cluster.running()).toEqual([2]);
  });

  soakStory("the note goes when the same replica is back, and forms work again", async () => {
    const { page } = ann;
    await stage.cluster.killTogether([0, 1, 2]);
    await page.locator("#note", { hasText: "No connection" }).waitFor();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.locator("#note", { hasText: "nothing was done" }).waitFor();
    await stage.cluster.start(0);
    await page.locator("#note").waitFor({ state: "hidden" });
    await stage.cluster.startMissing();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login$/);
  });

  story("reading far up when the replica dies: the same line is at the same height afterwards", async () => {
    const { page } = ann;
    // A page less that draws each of them.
    await bob.page.goto("about:blank");
    await ann.pour(Array.from({ length: 80 }, (_, index) => `line ${index}`));
    await row(page, "line 79").waitFor();
    await page.reload();
    const line = row(page, "line 20");
    while ((await line.count()) === 0) {
      const before = (await texts(page)).length;
      await messages(page).hover();
      await page.mouse.wheel(0, -4000);
      await eventually(async () => (await texts(page)).length > before);
    }
    await line.evaluate((element) => element.scrollIntoView());
    const top = async (): Promise<number> => {
      const [at, log] = [await line.boundingBox(), await messages(page).boundingBox()];
      return at === null || log === null ? Infinity : Math.round(at.y - log.y);
    };
    const before = await top();
    const { pid } = await stage.cluster.kill(0);
    await page.waitForURL((url) => url.origin !== stage.cluster.web(0));
    await eventually(async () => Math.abs((await top()) - before) <= 1);
    await bob.openFrom(stage.cluster.web(1), ann.name);
    await bob.say("meanwhile");
    await page.getByRole("button", { name: "1 new message" }).waitFor();
    expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
    await stage.cluster.start(0);
    expect(stage.cluster.pid(0)).not.toBe(pid);
  });
});
