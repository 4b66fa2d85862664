/** Drafts on two devices of one person: found, offered and never lost; over when the message is sent, and after a crash. */
import { expect } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { violations } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { composer, eventually, row } from "./visitor.ts";

const PHONE = { width: 390, height: 844 };

const offer = (page: Page): Locator => page.locator("#draft-offer");

stories("drafts", {}, (stage) => {
  story(
    "a text follows to the other device, is offered where another one is, and is over when it is sent",
    async () => {
      const [ann, bob] = await stage.pair("hi");
      const path = new URL(ann.page.url()).pathname;
      const phone = await stage.open(ann.name, { viewport: PHONE, colorScheme: "dark" });
      await phone.logIn(stage.cluster.web(1));
      const pencil = (page: Page): Locator => page.locator(`#sidebar li[data-draft] a[href="${path}"]`);
      await composer(ann.page).fill("half a thou");
      await composer(ann.page).blur();
      await pencil(phone.page).waitFor();
      await phone.page.goto(stage.cluster.web(1) + path);
      expect(await composer(phone.page).inputValue()).toBe("half a thou");
      // Nobody writes here, and there is no text of its own: it follows what is written there.
      await composer(ann.page).fill("half a thought");
      await composer(ann.page).blur();
      await eventually(async () => (await composer(phone.page).inputValue()) === "half a thought");
      // Somebody writes here: the other text is offered.
      await phone.look();
      await composer(phone.page).fill("mine");
      await composer(ann.page).fill("a whole thought");
      await composer(ann.page).blur();
      await offer(phone.page).getByText("a whole thought").waitFor();
      expect(await composer(phone.page).inputValue()).toBe("mine");
      expect(await violations(phone.page)).toEqual([]);
      expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
      await offer(phone.page).getByRole("button", { name: "Use it" }).click();
      expect(await composer(phone.page).inputValue()).toBe("a whole thought");
      await offer(phone.page).getByText("mine").waitFor();
      await phone.say("a whole thought");
      await Promise.all([row(ann.page, "a whole thought").waitFor(), row(bob.page, "a whole thought").waitFor()]);
      await eventually(async () => (await composer(ann.page).inputValue()) === "");
      expect(await offer(ann.page).isVisible()).toBe(false);
      // The browser ends at once, and another one finds the text at another replica, without a script too.
      await composer(ann.page).fill("before the crash");
      await composer(ann.page).blur();
      await ann.page.goto("about:blank");
      await ann.context.clearCookies();
      const plain = await stage.open(ann.name, { javaScriptEnabled: false });
      await plain.logIn(stage.cluster.web(2));
      await eventually(async () => {
        await plain.page.goto(stage.cluster.web(2) + path);
        return (await composer(plain.page).inputValue()) === "before the crash";
      });
      await composer(plain.page).press("Control+Enter");
      await plain.page.getByRole("button", { name: "Send" }).click();
      await row(bob.page, "before the crash").waitFor();
      expect(await composer(plain.page).inputValue()).toBe("");
    },
  );
});
