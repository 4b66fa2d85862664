/**
 * Makes the pictures of the README: `bun tests/browser/make-pictures.ts [FOLDER]` (default docs/pictures).
 * It uses real replicas and a real browser, and kills one replica for the last pictures.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openBrowser, startCluster } from "./stage.ts";
import { row, Visitor } from "./visitor.ts";

const folder = process.argv[2] ?? join(import.meta.dir, "../../docs/pictures");
const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const;

mkdirSync(folder, { recursive: true });
await using cluster = await startCluster();
const browser = await openBrowser(true);

async function take(page: Page, name: string): Promise<void> {
  // Avoids a caret, or a hover effect that is half drawn, in the picture.
  await page.mouse.move(0, 799);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
}

const ada = await Visitor.open(browser, "ada");
const ben = await Visitor.open(browser, "ben", PHONE);
const others = await Promise.all(["grace", "linus", "octavia"].map((name) => Visitor.open(browser, name)));
await Promise.all([
  ada.register(cluster.web(0)),
  ben.register(cluster.web(2)),
  ...others.map((one) => one.register(cluster.web(1))),
]);
for (const [index, text] of [
  "The backup of last night is fine.",
  "Room 4 at two?",
  "New badges are at the desk.",
].entries()) {
  await others[index]!.writeTo("ada", text);
}
await ada.writeTo("ben", "Are we still on for the demo?");
await ben.openFrom(cluster.web(2), "ada");
for (const [who, text] of [
  [ben, "Yes. I want to kill two of the three replicas while people are typing."],
  [ben, "If nobody notices, we ship it."],
  [ada, "Brave. Which two?"],
  [ben, "You choose, I type.\nhttps://example.org/demo has the plan"],
  [ada, "Then I take 1 and 2."],
] as const) {
  await who.say(text);
  for (const { page } of [ada, ben]) await page.locator(".message .body", { hasText: text }).first().waitFor();
}
await row(ada.page, "Then I take 1 and 2.").locator(".state", { hasText: "saved on 3 of 3" }).waitFor();
await ada.page.locator("#sidebar .preview", { hasText: "You: Then I take" }).waitFor();
await take(ada.page, "conversation-light");
await ada.page.emulateMedia({ colorScheme: "dark" });
await take(ada.page, "conversation-dark");
await ada.page.emulateMedia({ colorScheme: "light" });
await take(ben.page, "phone");

const from = cluster.web(0);
await cluster.kill(0);
await ada.page.waitForURL((url) => url.origin !== from);
await ada.page.locator("#note").waitFor();
await ada.page.locator("#cluster-line", { hasText: "2 of 3" }).waitFor();
await take(ada.page, "moved");
await ada.page.locator("#cluster-line").click();
await ada.page
  .getByRole("dialog", { name: "Cluster" })
  .getByText(/stopped|not reachable/)
  .first()
  .waitFor();
await take(ada.page, "panel");
await browser.close();
process.stdout.write(`pictures are in ${folder}\n`);
