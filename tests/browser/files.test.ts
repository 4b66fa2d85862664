/** Files on the page: chosen, pasted and dropped, taken out again, sent with and without a text, and seen by the other. */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { violations } from "./axe.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, type Visitor } from "./visitor.ts";

const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async function photo(width: number, height: number): Promise<Buffer> {
  return Buffer.from(
    await new Bun.Image(Buffer.from(DOT, "base64")).resize(width, height, { fit: "fill" }).jpeg().bytes(),
  );
}

const chooser = (page: Page) => page.locator(".attach input");
const tray = (page: Page) => page.locator("#tray li");

/** Pastes into the field, or drops onto the page, a file as a browser does. */
async function hand(page: Page, event: "paste" | "drop", name: string, text: string): Promise<void> {
  const [type, data] = event === "paste" ? ["ClipboardEvent", "clipboardData"] : ["DragEvent", "dataTransfer"];
  await page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
    const event = new ${type}("${event}", { bubbles: true, cancelable: true, ${data}: data });
    document.querySelector("#body").dispatchEvent(event);
  })()`);
}

stories("files", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("look");
  }, HOOK_MS);

  story(
    "chosen, pasted, dropped, one taken out; the other sees a picture of its size, and downloads the rest",
    async () => {
      const { page } = bob;
      await chooser(page).setInputFiles([
        { name: "beach.jpg", mimeType: "image/jpeg", buffer: await photo(2_400, 1_200) },
        { name: "wrong.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(3_000_000, 7) },
      ]);
      await hand(page, "paste", "pasted.txt", "some words");
      await hand(page, "drop", "page.html", "<script>alert(1)</script>");
      await eventually(async () => (await tray(page).count()) === 4);
      await tray(page).filter({ hasText: "wrong.bin" }).getByRole("button").click();
      await eventually(async () => (await page.locator("#tray li.done").count()) === 3);
      expect(await tray(page).locator(".name").allInnerTexts()).toEqual(["beach.jpg", "pasted.txt", "page.html"]);
      expect(await violations(page)).toEqual([]);
      await bob.say("from the beach");
      expect(await page.locator("#tray").isHidden()).toBeTrue();
      for (const one of [ann.page, page]) {
        const sent = row(one, "from the beach");
        await sent.locator("img").waitFor();
        const img = "document.querySelector('.files img')";
        await eventually(async () => (await one.evaluate(`${img}.naturalWidth`)) === 480);
        expect(await one.evaluate(`[${img}.clientWidth, ${img}.clientHeight]`)).toEqual([320, 160]);
        expect(await sent.locator(".file .name").allInnerTexts()).toEqual(["pasted.txt", "page.html"]);
        expect(await violations(one)).toEqual([]);
      }
      const [download] = await Promise.all([
        ann.page.waitForEvent("download"),
        row(ann.page, "from the beach").locator(".file", { hasText: "page.html" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("page.html");
    },
  );

  story("files alone are a message; what is empty or too many is said beside it, and the text stays", async () => {
    const { page } = bob;
    await composer(page).fill("not yet");
    await chooser(page).setInputFiles([{ name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) }]);
    expect(await tray(page).innerText()).toContain("This file is empty.");
    await composer(page).press("Enter");
    await page.getByText("The files are not uploaded yet.").waitFor();
    expect(await composer(page).inputValue()).toBe("not yet");
    await tray(page).getByRole("button").click();
    await composer(page).fill("");
    await chooser(page).setInputFiles([{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("plan") }]);
    await page.locator("#tray li.done").waitFor();
    await composer(page).press("Enter");
    await ann.page.locator(".file", { hasText: "plan.txt" }).waitFor();
    await ann.page.goto(`${new URL(ann.page.url()).origin}/`);
    await ann.page.getByText("plan.txt").first().waitFor();
  });

  story(
    "the keys walk through the pictures, a text unfolds, and what is too long for a message is sent as one",
    async () => {
      const { page } = bob;
      const image = { mimeType: "image/jpeg", buffer: await photo(60, 30) };
      await chooser(page).setInputFiles([
        { ...image, name: "one.jpg" },
        { ...image, name: "two.jpg" },
        { ...image, name: "as-it-is.jpg" },
      ]);
      await eventually(async () => (await page.locator("#tray li.done").count()) === 3);
      await tray(page).filter({ hasText: "as-it-is.jpg" }).getByRole("button", { name: "Original" }).click();
      await composer(page).fill("words ".repeat(2_000));
      await page.getByRole("button", { name: "Send it as a text file" }).click();
      await eventually(async () => (await page.locator("#tray li.done").count()) === 4);
      expect(await composer(page).inputValue()).toBe("");
      await bob.say("all of it");
      const sent = row(ann.page, "all of it");
      await sent.locator(".file", { hasText: "as-it-is.jpg" }).waitFor();
      await sent.locator("summary", { hasText: "message.txt" }).click();
      await sent.locator("pre", { hasText: "words words" }).waitFor();
      expect(await violations(ann.page)).toEqual([]);
      await sent.locator("a.picture").first().click();
      const viewer = ann.page.getByRole("dialog", { name: "Pictures" });
      expect(await viewer.innerText()).toContain("1 of 2");
      await ann.page.keyboard.press("ArrowRight");
      expect(await viewer.innerText()).toContain("two.jpg");
      expect(await viewer.getByRole("button", { name: "Later picture" }).isDisabled()).toBeTrue();
      expect(await violations(ann.page)).toEqual([]);
      await ann.page.keyboard.press("Escape");
      await viewer.waitFor({ state: "hidden" });
    },
  );

  story("a text that becomes a file comes back when the file is taken out", async () => {
    const { page } = bob;
    const text = "words ".repeat(2_000);
    await composer(page).fill(text);
    await page.getByRole("button", { name: "Send it as a text file" }).click();
    await page.locator("#tray li.done").waitFor();
    await tray(page).getByRole("button").click();
    expect(await composer(page).inputValue()).toBe(text);
  });

  story("on a phone a long name is cut, and what is beside it stays on the screen", async () => {
    const { page } = bob;
    await page.setViewportSize({ width: 390, height: 844 });
    const name = `${"minutes of the meeting ".repeat(6)}.txt`;
    await chooser(page).setInputFiles([{ name, mimeType: "text/plain", buffer: Buffer.from("plan") }]);
    await page.locator("#tray li.done").waitFor();
    const isShown = async (selector: string): Promise<boolean> => {
      const box = await page.locator(selector).last().boundingBox();
      return box !== null && box.x >= 0 && box.x + box.width <= 390;
    };
    expect(await isShown("#tray li button")).toBeTrue();
    await composer(page).press("Enter");
    await page.locator(".file").waitFor();
    expect([await isShown(".file"), await isShown(".file .size")]).toEqual([true, true]);
  });
});
