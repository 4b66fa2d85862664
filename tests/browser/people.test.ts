/** Who runs the chat, on the page: the first account is the owner, and hands on what she may do. */
import { expect } from "bun:test";
import { faults } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { eventually } from "./visitor.ts";

stories("who runs the chat", { clusterPerStory: true }, (stage) => {
  story("the first one makes the second an owner, by keyboard, and only then can step down", async () => {
    const ann = await stage.arrive("ann", 0);
    const bob = await stage.arrive("bob", 1);
    const { page } = ann;
    await eventually(async () => {
      await page.goto(`${stage.cluster.web(0)}/people`);
      return (await page.locator(".roster .name").count()) === 1;
    });
    await page.getByText("You are an owner of this chat.").waitFor();
    expect(await faults(page, "people")).toEqual([]);

    // Alone, she cannot step down, and the page says what to do first.
    await page.getByRole("link", { name: "Your role" }).click();
    await page.getByText("You are an owner of this chat").waitFor();
    await page.getByRole("radio", { name: "Member" }).check();
    await page.getByRole("button", { name: "Save role" }).click();
    await page.getByText("A chat needs an owner. Make somebody else an owner first.").waitFor();
    expect(await page.getByRole("radio", { name: "Member" }).isChecked()).toBe(true);
    expect(await faults(page, "refused")).toEqual([]);

    await page.getByRole("link", { name: "Back to people" }).click();
    await page.getByRole("button", { name: "Manage bob" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "bob", level: 1 }).waitFor();
    await page.getByRole("radio", { name: "Member" }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await faults(page, "role of bob")).toEqual([]);
    await page.keyboard.press("Enter");
    await page.locator(".roster li", { hasText: "bob" }).locator(".tag", { hasText: "owner" }).waitFor();
    expect(await faults(page, "people with an owner")).toEqual([]);

    await page.getByRole("link", { name: "Your role" }).click();
    await page.getByRole("radio", { name: "Member" }).check();
    await page.getByRole("button", { name: "Save role" }).click();
    await page.locator(".roster").waitFor();
    expect(await page.getByText("You are an owner of this chat.").count()).toBe(0);
    expect(await page.getByRole("button", { name: /^Manage/ }).count()).toBe(0);

    // What ann did at one replica, bob sees at another.
    await bob.page.goto(`${stage.cluster.web(1)}/people`);
    await bob.page.getByText("You are an owner of this chat.").waitFor();
    await bob.page.getByRole("button", { name: "Manage ann" }).waitFor();
  });

  story("without a script, too", async () => {
    await stage.arrive("ann", 0);
    const bob = await stage.arrive("bob", 1);
    const plain = await stage.open("ann", { javaScriptEnabled: false });
    await plain.logInByForm(stage.cluster.web(2));
    await eventually(async () => {
      await plain.page.goto(`${stage.cluster.web(2)}/people`);
      return (await plain.page.locator(".roster .name").count()) === 1;
    });
    await plain.page.getByRole("button", { name: "Manage bob" }).click();
    await plain.page.getByRole("radio", { name: "Admin" }).check();
    await plain.page.getByRole("button", { name: "Save role" }).click();
    await plain.page.locator(".tag", { hasText: "admin" }).waitFor();
    await eventually(async () => {
      await bob.page.goto(`${stage.cluster.web(1)}/people`);
      return await bob.page.getByText("You are an admin of this chat.").isVisible();
    });
  });
});
