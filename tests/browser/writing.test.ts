/** The text field and what people write in it: pasted terminal output, links, emoji, the remaining length. */
import { beforeAll, beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

/** Pastes as the browser does for Ctrl+V. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(`(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", ${JSON.stringify(text)});
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.getElementById("body").dispatchEvent(paste);
  })()`);
}

/** The font size of the row with this text, px. */
async function fontSize(page: Page, text: string): Promise<number> {
  const id = await row(page, text).getAttribute("id");
  return Number(
    await page.evaluate(
      `parseFloat(getComputedStyle(document.querySelector("#" + CSS.escape("${id}") + " .body")).fontSize)`,
    ),
  );
}

stories("writing", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  let conversation: string;
  beforeAll(async () => {
    [ann, bob] = await stage.pair("first");
    conversation = ann.page.url();
  }, HOOK_MS);
  beforeEach(() => ann.goBackTo(conversation), HOOK_MS);

  story("a pasted log loses its colours, by paste and by anything else, and the page says so", async () => {
    const { page } = ann;
    await composer(page).fill("log: ");
    await paste(page, "\u001b[31mERROR\u001b[0m step 4");
    expect(await composer(page).inputValue()).toBe("log: ERROR step 4");
    await page.getByText("Terminal colours were removed.").waitFor();
    // It can be undone like anything typed.
    await page.keyboard.press("Control+z");
    expect(await composer(page).inputValue()).toBe("log: ");
    await composer(page).fill("a bell \u0007 rings");
    await composer(page).press("Enter");
    await row(bob.page, "a bell  rings").waitFor();
    await page.getByText("Control characters were removed.").waitFor();
  });

  story("a few emoji are larger than words, while they are sent and afterwards", async () => {
    await ann.say("🎉👩‍👩‍👧‍👦");
    const words = await fontSize(ann.page, "first");
    for (const { page } of [ann, bob]) {
      await row(page, "🎉👩‍👩‍👧‍👦").waitFor();
      expect(await fontSize(page, "🎉👩‍👩‍👧‍👦")).toBeGreaterThanOrEqual(1.5 * words);
    }
  });

  story("a link that shows another host than it opens names it, and a mark of direction stays outside", async () => {
    await ann.say("https://bank.example@evil.example/ and https://ok.example/\u202egpj.exe");
    const body = bob.page.locator(".message .body", { hasText: "bank.example" });
    await body.getByText("(opens evil.example)").waitFor();
    expect(await body.locator("a").allTextContents()).toEqual([
      "https://bank.example@evil.example/",
      "https://ok.example/",
    ]);
  });

  story("marks become what they mean, at both replicas alike, and code can be copied", async () => {
    const code = "const a = 1;\nif (a < 2) go();";
    const text = `**now**, snake_case and \`x\`:\n\n1. one\n2. two\n\n\`\`\`ts\n${code}\n\`\`\``;
    await composer(ann.page).fill(text);
    await composer(ann.page).press("Enter");
    for (const { page } of [ann, bob]) {
      const body = page.locator(".message:not(.pending) .body", { hasText: "snake_case" });
      await body.locator("strong", { hasText: "now" }).waitFor();
      expect(await body.locator("ol > li").allTextContents()).toEqual(["one", "two"]);
      expect(await body.locator("pre code").textContent()).toBe(code);
      expect(await body.locator("pre .k").allTextContents()).toEqual(["const", "if"]);
    }
    await bob.page.locator("#sidebar .preview", { hasText: "now, snake_case and x: one two const" }).waitFor();
    await bob.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await bob.page.getByRole("button", { name: "Copy the code" }).click();
    await bob.page.locator(".copy-code.done").waitFor();
    expect(await bob.page.evaluate("navigator.clipboard.readText()")).toBe(code);
  });

  story("Enter in an open block of code breaks the line, and sends after it; keys and buttons format", async () => {
    const { page } = ann;
    const field = composer(page);
    await field.click();
    await page.keyboard.type("```ts");
    await page.keyboard.press("Enter");
    await page.keyboard.type("let a = 1;");
    await page.keyboard.press("Enter");
    await page.keyboard.type("```");
    expect(await field.inputValue()).toBe("```ts\nlet a = 1;\n```");
    await page.keyboard.press("Enter");
    await bob.page.locator(".message .body pre", { hasText: "let a = 1;" }).waitFor();
    await page.keyboard.type("now");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Control+b");
    expect(await field.inputValue()).toBe("n**ow**");
    await page.keyboard.press("Control+z");
    expect(await field.inputValue()).toBe("now");
    // By keyboard: the toolbar is behind the field, and the arrows walk in it.
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: "Italic" }).press("Enter");
    expect(await field.inputValue()).toBe("n_ow_");
    await page.setViewportSize({ width: 390, height: 780 });
    await page.getByRole("toolbar").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Formatting" }).click();
    await page.getByRole("toolbar").getByRole("button", { name: "Quote" }).click();
    expect(await field.inputValue()).toBe("> n_ow_");
    await page.setViewportSize({ width: 1280, height: 800 });
    // A block that is not closed is sent by Ctrl+Enter.
    await field.fill("```\nopen");
    await field.press("Control+Enter");
    await bob.page.locator(".message .body pre", { hasText: "open" }).waitFor();
  });

  story("a conversation that was left with a draft says so in the list, until the draft is sent", async () => {
    const { page } = ann;
    const back = page.url();
    const marked = page.locator("#sidebar li[data-draft]");
    await composer(page).fill("not yet");
    expect(await marked.count()).toBe(0);
    await page.locator("#sidebar a", { hasText: "#general" }).click();
    await marked.locator(".name", { hasText: bob.name }).waitFor();
    await page.reload();
    await marked.locator(".name", { hasText: bob.name }).waitFor();
    await page.locator(`#sidebar a[href="${new URL(back).pathname}"]`).click();
    await eventually(async () => (await composer(page).inputValue()) === "not yet");
    expect(await marked.count()).toBe(0);
    await composer(page).press("Enter");
    await page.locator("#sidebar a", { hasText: "#general" }).click();
    await row(bob.page, "not yet").waitFor();
    await eventually(async () => (await marked.count()) === 0);
  });

  story(
    "right to left, marks on letters and emoji of many parts arrive as they were written, and Enter confirms",
    async () => {
      const texts = ["שלום **עולם**", "e\u0301 👩‍👩‍👧‍👦 🇩🇪"];
      for (const text of texts) await ann.say(text);
      const body = (text: string) => bob.page.locator(".message .body", { hasText: text });
      await body("שלום").waitFor();
      const id = await body("שלום").locator("xpath=../..").getAttribute("id");
      const script = `getComputedStyle(document.querySelector("#" + CSS.escape("${id}") + " .body")).direction`;
      expect(await bob.page.evaluate(script)).toBe("rtl");
      expect(await body("🇩🇪").textContent()).toBe(texts[1]!);
      // The Enter that confirms a composition sends nothing.
      await composer(ann.page).fill("かん");
      await composer(ann.page).dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
      await composer(ann.page).dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true });
      expect(await composer(ann.page).inputValue()).toBe("かん");
      await composer(ann.page).fill("");
    },
  );

  story("the room that is left is shown before it is gone, and Enter keeps what is too long", async () => {
    const { page } = ann;
    const left = page.locator("#body-left");
    const before = await texts(page);
    await composer(page).fill("short");
    expect(await left.textContent()).toBe("");
    await composer(page).fill("ä".repeat(4000));
    expect(await left.textContent()).toBe("about 96 characters left");
    await composer(page).fill("x".repeat(8191));
    expect(await left.textContent()).toBe("1 character left");
    await composer(page).fill("ä".repeat(4100));
    expect(await left.textContent()).toBe("4 characters too long");
    await composer(page).press("Enter");
    await page.locator("#body-error:not([hidden])").waitFor();
    expect(await composer(page).inputValue()).toBe("ä".repeat(4100));
    await composer(page).fill("");
    await eventually(async () => (await left.textContent()) === "");
    expect(await texts(page)).toEqual(before);
  });
});
