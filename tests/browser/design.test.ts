/** What a designer would measure: sizes, alignment, how a state looks, and what must not be there. */
import { beforeAll, beforeEach, expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, PASSWORD, row, type Visitor } from "./visitor.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
const SMALL = { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true } as const;
/** The smallest size of a target for a finger. */
const TOUCH_PX = 44;

const box = async (place: Locator) => (await place.boundingBox())!;
const style = async (page: Page, selector: string, property: string): Promise<string> =>
  String(await page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).${property}`));
/** Whether a text is really visible: neither transparent nor reduced to a pixel for screen readers. */
async function isSeen(page: Page, text: string, part: string): Promise<boolean> {
  const id = await row(page, text).getAttribute("id");
  return Boolean(
    await page.evaluate(`(() => {
      const place = document.querySelector("#" + CSS.escape("${id}") + " ${part}");
      return place.checkVisibility({ opacityProperty: true }) && place.getBoundingClientRect().width > 1;
    })()`),
  );
}

stories("how it looks", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  let conversation: string;

  beforeAll(async () => {
    [ann, bob] = await stage.pair("first");
    conversation = ann.page.url();
  }, HOOK_MS);
  beforeEach(() => ann.goBackTo(conversation), HOOK_MS);

  story("a line of a conversation is as high as a line, and a group has one time and no name", async () => {
    for (const text of ["one", "two", "three"]) {
      await bob.say(text);
      await row(ann.page, text).waitFor();
    }
    for (const text of ["one", "two"]) expect((await box(row(ann.page, text))).height).toBeLessThanOrEqual(34);
    await ann.page.mouse.move(0, 0);
    const seen = await Promise.all(["one", "two", "three"].map((text) => isSeen(ann.page, text, ".bubble time")));
    expect(seen).toEqual([false, false, true]);
    await row(ann.page, "one").hover();
    expect(await isSeen(ann.page, "one", ".bubble time")).toBe(true);
    // The header shows it, but a screen reader still gets it with each message.
    expect(await row(ann.page, "one").locator(".author").textContent()).toBe(bob.name);
    expect(await isSeen(ann.page, "one", ".author")).toBe(false);
  });

  story("head, messages, text field, and the other pages stand on one line", async () => {
    const { page } = ann;
    await bob.say("from the other side");
    await row(page, "from the other side").waitFor();
    const left = async (selector: string) => Math.round((await box(page.locator(selector).first())).x);
    const axis = await left(".message:not(.own) .bubble");
    expect(await left(".conversation .head .avatar")).toBe(axis);
    expect(await left("#composer .line")).toBe(axis);
    for (const [path, selector] of [
      ["/new", ".head h1"],
      ["/new", "#composer .line"],
      ["/people", ".head h1"],
      ["/people", ".roster"],
      ["/account", ".head h1"],
      ["/account", ".account .block"],
      ["/nowhere", ".failure-page h1"],
    ] as const) {
      await page.goto(stage.cluster.web(0) + path);
      expect([path, selector, await left(selector)]).toEqual([path, selector, axis]);
    }
  });

  story("the first message of somebody's life here: what the start says becomes true without a reload", async () => {
    const eve = await stage.arrive(stage.nameOf("eve"), 1);
    const { page } = eve;
    const none = page.getByText("You have no direct messages yet.");
    const unread = page.getByRole("link", { name: "Open unread messages" });
    await none.waitFor();
    expect(await unread.isVisible()).toBe(false);
    await ann.writeTo(eve.name, "welcome");
    await unread.waitFor();
    expect(await none.isVisible()).toBe(false);
    await unread.click();
    await page.getByRole("heading", { name: ann.name, level: 1 }).waitFor();
  });

  story("on a phone, somebody without conversations is told how to begin, until there is one", async () => {
    const name = stage.nameOf("new");
    const phone = await stage.open(name, PHONE);
    const { page } = phone;
    await phone.register(stage.cluster.web(1));
    const steps = page.locator("#sidebar .first-steps");
    await steps.getByText("Open a room, choose a person below, or press New message and type a name.").waitFor();
    // The distance between the button and the people below it.
    const [button, people] = [await box(page.locator(".new-message")), await box(page.locator("#sidebar h2"))];
    const { y, height } = await box(steps);
    expect(y).toBeGreaterThanOrEqual(button.y + button.height);
    expect(y + height).toBeLessThanOrEqual(people.y);
    await ann.writeTo(name, "welcome");
    await page.locator("#sidebar li:not([data-with='']) a[href^='/c/']").waitFor();
    expect(await steps.isVisible()).toBe(false);
  });

  story("the ring of the heading after a switch stays within the head, and is as wide as its words", async () => {
    const phone = await stage.open(bob.name, PHONE);
    const { page } = phone;
    await phone.logIn(stage.cluster.web(1));
    await page.locator("#list-direct a[href^='/c/']").first().focus();
    await page.keyboard.press("Enter");
    await eventually(
      async () =>
        (await page.evaluate("document.activeElement.matches('.conversation .head h1:focus-visible')")) === true,
    );
    const ring = (await page.evaluate(`(() => {
      const heading = document.activeElement;
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(heading);
      const beyond = Math.max(0, parseFloat(outlineWidth) + parseFloat(outlineOffset));
      const { top, width } = heading.getBoundingClientRect();
      return { outlineStyle, room: top - beyond - heading.closest(".head").getBoundingClientRect().top, width };
    })()`)) as { outlineStyle: string; room: number; width: number };
    expect(ring.outlineStyle).toBe("solid");
    expect(ring.room).toBeGreaterThanOrEqual(2);
    expect(ring.width).toBeLessThanOrEqual(110);
  });

  story("what cannot be undone is filled with the colour of danger, and stands apart", async () => {
    const { page } = ann;
    await page.goto(`${stage.cluster.web(0)}/account`);
    const danger = await style(page, ".ending h2", "color");
    expect(await style(page, "button.danger", "backgroundColor")).toBe(danger);
    expect(await style(page, ".ending", "borderTopStyle")).toBe("solid");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await style(page, ".ending h2", "color")).not.toBe(danger);
    expect(await style(page, "button.danger", "backgroundColor")).toBe(await style(page, ".ending h2", "color"));
    await page.emulateMedia({ colorScheme: "light" });
  });

  story("emoji alone are larger than text and have no bubble once they are read", async () => {
    const { page } = ann;
    await ann.say("🎉");
    await row(page, "🎉").locator(".state", { hasText: "saved on" }).waitFor();
    const bubble = `[data-id="${await row(page, "🎉").getAttribute("data-id")}"] .bubble`;
    expect(await style(page, bubble, "backgroundColor")).toBe("rgba(0, 0, 0, 0)");
    expect(await style(page, `${bubble} .body`, "fontSize")).toBe("32px");
  });

  story(
    "on a phone the start is the list, with a button for a new message, and what is touched is large enough",
    async () => {
      const phone = await stage.open(bob.name, PHONE);
      const { page } = phone;
      const origin = stage.cluster.web(1);
      await phone.logIn(origin);
      await page.locator("#sidebar a[href^='/c/']").first().waitFor();
      expect(await composer(page).isVisible()).toBe(false);
      for (const path of [
        "/",
        "/new",
        "/people",
        "/account",
        "/account/password",
        `/c/${new URL(ann.page.url()).pathname.slice(3)}`,
      ]) {
        await page.goto(origin + path);
        const small =
          await page.evaluate(`Array.from(document.querySelectorAll("a, button, summary, input:not([type=hidden], [hidden]), textarea"))
        .filter((one) => one.checkVisibility() && !one.matches(".skip, .body a, p a, label input, .mark"))
        .map((one) => [one.outerHTML.slice(0, 60), one.matches(".composer textarea") ? one.closest(".line") : one])
        .map(([html, one]) => [html, Math.round(one.getBoundingClientRect().height)])
        .filter(([, height]) => height > 1 && height < ${TOUCH_PX})`);
        expect([path, small]).toEqual([path, []]);
      }
      await page.goto(origin);
      await page.getByRole("link", { name: "New message" }).click();
      await page.getByLabel("To", { exact: true }).waitFor();
      await composer(page).waitFor();
    },
  );

  story("a log-out by touch is labelled, says what it ends, and asks; by pointer it just does it", async () => {
    const phone = await stage.open(bob.name, PHONE);
    const { page } = phone;
    await phone.logIn(stage.cluster.web(1));
    const button = page.locator(".menu button");
    expect(await button.innerText()).toBe("Log out");
    await button.tap();
    const dialog = page.getByRole("dialog", { name: "Log out?" });
    await dialog.getByText("This logs you out in every tab of this browser.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).tap();
    await dialog.waitFor({ state: "hidden" });
    await button.tap();
    await dialog.getByRole("button", { name: "Log out" }).tap();
    await page.waitForURL(/\/login$/);
    const desk = await stage.open(bob.name);
    await desk.logIn(stage.cluster.web(1));
    await desk.page.getByRole("button", { name: "Log out" }).click();
    await desk.page.waitForURL(/\/login$/);
  });

  story("320 px: one line of head and one of bar, and nothing in them breaks", async () => {
    const small = await stage.open(ann.name, SMALL);
    const { page } = small;
    await small.logIn(stage.cluster.web(0));
    await page.goto(ann.page.url());
    const [bar, head] = [await box(page.locator(".bar")), await box(page.locator(".conversation .head"))];
    expect(bar.height + head.height).toBeLessThanOrEqual(104);
    expect((await box(page.locator(".head .small"))).height).toBeLessThanOrEqual(22);
    // The name is wide enough to read.
    expect((await box(page.locator(".menu .me"))).width).toBeGreaterThanOrEqual(48);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    // The panel shows its sentences about failures in full.
    await page.locator("#cluster-line").click();
    await page.getByRole("dialog", { name: "Cluster" }).waitFor();
    const cut = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector(".cluster .head .small"))`;
    expect(await page.evaluate(cut)).toBe(0);
  });

  story("eleven lines in the text field: whole ones, and it scrolls", async () => {
    const { page } = ann;
    await composer(page).fill(Array.from({ length: 11 }, (_, n) => `line ${n}`).join("\n"));
    const field = (await page.evaluate(`(() => {
      const field = document.getElementById("body");
      const { lineHeight, overflowY, paddingTop } = getComputedStyle(field);
      return { lines: field.clientHeight / parseFloat(lineHeight), hidden: field.scrollHeight - field.clientHeight, overflowY, paddingTop };
    })()`)) as Record<string, unknown>;
    expect(field).toEqual({ lines: 8, hidden: 72, overflowY: "auto", paddingTop: "0px" });
    await composer(page).fill("");
  });

  story("errors: both at once, the focus on the first, in a colour that the focus does not hide", async () => {
    const stranger = await stage.open("stranger");
    const { page } = stranger;
    await page.goto(`${stage.cluster.web(0)}/register`);
    await page.getByLabel("Name", { exact: true }).fill("two words");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.keyboard.press("Enter");
    await page.locator("#field-name-error:not([hidden])").waitFor();
    expect(await page.locator("#field-password-error").textContent()).toContain("8 characters");
    // The hint would say the same, so it is gone.
    expect(await page.locator(".hint").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.id")).toBe("field-name");
    const danger = await style(page, ".error", "color");
    expect(await style(page, "#field-name", "outlineColor")).toBe(danger);
    expect(await style(page, "#field-name", "borderTopColor")).toBe(danger);
    await page.getByLabel("Name", { exact: true }).fill("fine");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.keyboard.press("Enter");
    await page.waitForFunction("document.activeElement?.id === 'field-password'");
  });

  story("a password can be looked at, and is one again when it is sent", async () => {
    const stranger = await stage.open(ann.name);
    const { page } = stranger;
    await page.goto(`${stage.cluster.web(0)}/login`);
    await page.getByLabel("Name", { exact: true }).fill(ann.name);
    const password = page.getByLabel("Password", { exact: true });
    await password.fill("not the password");
    const show = page.getByRole("button", { name: "Show" });
    await show.click();
    expect(await password.getAttribute("type")).toBe("text");
    expect(await page.getByRole("button", { name: "Hide" }).getAttribute("aria-pressed")).toBe("true");
    await password.press("Enter");
    await page.locator(".error:not([hidden])").first().waitFor();
    expect(await password.getAttribute("type")).toBe("password");
    await password.fill(PASSWORD);
    await password.press("Enter");
    await page.getByRole("button", { name: "Log out" }).waitFor();
  });

  story(
    "an address that does not exist and a conversation that is gone: two sentences, both within the frame",
    async () => {
      const { page } = ann;
      const origin = stage.cluster.web(0);
      for (const [path, title, sentence] of [
        ["/nowhere", "Not found", "There is no page at this address."],
        [
          "/c/aaaaaaaaaaaa_bbbbbbbbbbbb",
          "Conversation not found",
          "This conversation does not exist, or is not one of yours.",
        ],
      ] as const) {
        await page.goto(origin + path);
        await page.getByRole("heading", { name: title }).waitFor();
        await page.getByText(sentence).waitFor();
        await page.locator("#sidebar a[href^='/c/']", { hasText: bob.name }).waitFor();
        await page.getByRole("button", { name: "Log out" }).waitFor();
      }
    },
  );

  story("the way to the newest throws no shadow on the text field, and the word mark is drawn, not set", async () => {
    const { page } = ann;
    expect(await style(page, "#jump", "boxShadow")).toBe("none");
    const mark = await box(page.locator(".brand svg"));
    expect(Math.round((mark.width / mark.height) * 100)).toBe(585);
    await page.getByRole("link", { name: "Lastword" }).waitFor();
  });
});
