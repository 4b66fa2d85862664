/** Reporting a message: by the menu and without a script; whoever runs the chat hears of it and settles it. */
import { expect } from "bun:test";
import { violations } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { eventually, row } from "./visitor.ts";

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

stories("reports", { clusterPerFile: true }, (stage) => {
  story("a message is reported from its menu; an owner elsewhere is told, deletes it, and is done", async () => {
    const origins = [0, 1, 2].map((id) => stage.cluster.web(id));
    const owner = await stage.arrive("olga", 0);
    const [ann, bob] = await stage.pair("rude words");
    const { page } = bob;
    await row(page, "rude words").hover();
    await row(page, "rude words").getByRole("link", { name: "More", exact: true }).click();
    await page.locator(".message-menu").getByRole("link", { name: "Report" }).click();
    await page.getByRole("heading", { name: "Report this message" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Why?").fill("He shouts");
    await page.getByRole("button", { name: "Report", exact: true }).click();
    await page.getByText("see your report now").waitFor();
    const link = owner.page.locator("#reports-link");
    await link.filter({ hasText: "1" }).waitFor();
    await owner.page.setViewportSize(PHONE);
    await owner.page.emulateMedia({ colorScheme: "dark" });
    await link.click();
    await owner.page.getByText("He shouts").waitFor();
    expect(await violations(owner.page)).toEqual([]);
    expect(await owner.page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    await owner.page.setViewportSize(WIDE);
    await owner.page.getByRole("button", { name: "Delete the message" }).click();
    await owner.page.getByText("The message has been deleted.").waitFor();
    await ann.page.getByText("Deleted by olga").waitFor();
    await owner.page.getByRole("button", { name: "Done" }).click();
    await owner.page.getByText("No report waits for you.").waitFor();
    expect(await link.isHidden()).toBe(true);
    // Without a script, at another replica, of another message.
    const path = await ann.send(origins[0]!, bob.name, "more rude words");
    const plain = await stage.open(bob.name, { javaScriptEnabled: false });
    await plain.logIn(origins[1]!);
    await eventually(async () => {
      await plain.page.goto(origins[1]! + path);
      return await row(plain.page, "more rude words").isVisible();
    });
    await row(plain.page, "more rude words").getByRole("link", { name: "More", exact: true }).click();
    await plain.page.getByRole("link", { name: "Report", exact: true }).click();
    await plain.page.getByRole("button", { name: "Report", exact: true }).click();
    await plain.page.getByText("see your report now").waitFor();
    await link.filter({ hasText: "1" }).waitFor();
  });
});
