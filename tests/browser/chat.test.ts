/** Two people, three replicas, no reload: the basic features as people meet them. */
import { expect } from "bun:test";
import { soakStory, stories, story } from "./stage.ts";
import { composer, eventually, row, texts } from "./visitor.ts";

stories("two people on two replicas", {}, (stage) => {
  story("S3 a message appears at the other replica without a reload, and its state follows", async () => {
    const ada = await stage.arrive(stage.nameOf("ada"), 0);
    const ben = await stage.arrive(stage.nameOf("ben"), 2);
    await ada.writeTo(ben.name.toUpperCase(), "hello from replica 0");
    await ben.page.locator("#sidebar li .count").waitFor();
    expect(await ben.page.title()).toStartWith("(1)");
    await ben.openFrom(stage.cluster.web(2), ada.name);
    const received = row(ben.page, "hello from replica 0");
    expect(await received.getAttribute("data-unread")).not.toBeNull();
    expect(await row(ada.page, "hello from replica 0").locator(".state").textContent()).toContain("saved on 3 of 3");

    await received.locator(".body").click();
    await eventually(async () => (await received.getAttribute("data-unread")) === null);
    await row(ada.page, "hello from replica 0").locator(".state", { hasText: "read" }).waitFor();

    await ben.say("and back");
    await row(ada.page, "and back").waitFor();
    expect(await row(ada.page, "and back").getAttribute("data-unread")).not.toBeNull();
  });

  story("S4 a click marks only that one, in both tabs, on two replicas", async () => {
    const [cleo, dan] = await stage.pair("one", 1);
    await cleo.pour(["two"]);
    await row(dan.page, "two").waitFor();
    const second = await dan.tab();
    await dan.openFrom(stage.cluster.web(2), cleo.name, second);
    const unread = async (page = dan.page): Promise<number> => await page.locator("#messages [data-unread]").count();
    expect([await unread(), await unread(second)]).toEqual([2, 2]);
    await row(dan.page, "one").locator(".body").click();
    await eventually(async () => (await unread(second)) === 1);
    expect(await unread()).toBe(1);
    await dan.page.reload();
    expect(await unread()).toBe(1);
    await second.getByRole("button", { name: "Mark as read" }).click();
    await eventually(async () => (await unread()) === 0);
  });

  story("S6 two of five deleted, own and received, are gone everywhere", async () => {
    const [eve, fay] = await stage.pair("m1");
    await eve.say("m2");
    await row(fay.page, "m2").waitFor();
    await fay.say("m3");
    await row(eve.page, "m3").waitFor();
    await eve.say("m4");
    await eve.say("m5");
    await row(fay.page, "m5").waitFor();
    await eve.page.locator("#select").click();
    await row(eve.page, "m2").getByRole("checkbox").check();
    await row(eve.page, "m3").getByRole("checkbox").check();
    expect(await eve.page.locator("#selection-says").textContent()).toBe(
      "Deletes 1 of yours for everyone and hides 1 only from you. This cannot be undone.",
    );
    // A message that will be deleted for everyone must look different from one that will only be hidden.
    const outline = async (text: string): Promise<unknown> => {
      const id = await row(eve.page, text).getAttribute("id");
      return await eve.page.evaluate(`getComputedStyle(document.querySelector("#${id} .bubble")).outlineStyle`);
    };
    expect([await outline("m2"), await outline("m3")]).toEqual(["solid", "dashed"]);
    await eve.page.getByRole("button", { name: "Delete selected" }).click();
    await eve.page.getByText("Deleted 1 message for everyone and hid 1 only from you.").waitFor();
    await eventually(async () => (await texts(eve.page)).join() === "m1,m4,m5");
    await eventually(async () => (await texts(fay.page)).join() === "m1,m3,m4,m5");
    await eve.page.reload();
    expect(await texts(eve.page)).toEqual(["m1", "m4", "m5"]);
    // The menu of one message begins a selection with it, which says what a deletion does.
    await row(eve.page, "m4").hover();
    await row(eve.page, "m4").getByRole("link", { name: "More", exact: true }).click();
    await eve.page.getByRole("button", { name: "Delete…" }).click();
    expect(await row(eve.page, "m4").getByRole("checkbox").isChecked()).toBe(true);
    expect(await eve.page.locator("#selection-says").textContent()).toBe(
      "Deletes 1 of yours for everyone. This cannot be undone.",
    );
    await eve.page.keyboard.press("Enter");
    await eventually(async () => (await texts(fay.page)).join() === "m1,m3,m5");
  });

  soakStory("five fast sends are five messages, in order", async () => {
    const [gus, hal] = await stage.pair("0", 1);
    for (const text of ["1", "2", "3", "4", "5"]) {
      await composer(gus.page).pressSequentially(text);
      await composer(gus.page).press("Enter");
    }
    await eventually(async () => (await texts(hal.page)).join("") === "012345");
    expect(await texts(gus.page)).toEqual(["0", "1", "2", "3", "4", "5"]);
  });

  soakStory(
    "first words to a wrong name: the sentence is at the field, the text stays, the right name takes it",
    async () => {
      const kim = await stage.arrive(stage.nameOf("kim"), 0);
      const lea = await stage.arrive(stage.nameOf("lea"), 1);
      const { page } = kim;
      await page.getByLabel("To", { exact: true }).fill(`${lea.name}h`);
      await composer(page).fill("is it you?");
      await composer(page).press("Enter");
      await page.locator("#field-name-error", { hasText: /\w/ }).waitFor();
      expect(await composer(page).inputValue()).toBe("is it you?");
      await page.getByLabel("To", { exact: true }).fill(lea.name);
      await page.getByRole("button", { name: "Send" }).click();
      await page.waitForURL(/\/c\//);
      await row(page, "is it you?").waitFor();
      await lea.openFrom(stage.cluster.web(1), kim.name);
      expect(await texts(lea.page)).toEqual(["is it you?"]);
      await page.goto(stage.cluster.web(0));
      expect(await composer(page).inputValue()).toBe("");
    },
  );

  story("S2 after a log-out nothing shows, at any replica", async () => {
    const ida = await stage.arrive(stage.nameOf("ida"), 0);
    const jon = await stage.arrive(stage.nameOf("jon"), 1);
    await ida.writeTo(jon.name, "a secret");
    const other = await ida.tab();
    await other.goto(stage.cluster.web(2));
    await ida.page.getByRole("button", { name: "Log out" }).click();
    await ida.page.waitForURL(/\/login$/);
    await other.waitForURL(/\/login/);
    await ida.page.goBack();
    await ida.page.waitForURL(/\/login/);
    expect(await ida.page.content()).not.toContain("a secret");
    await jon.page.goto(stage.cluster.web(1));
  });
});
