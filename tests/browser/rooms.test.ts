/** Rooms in the browser: two people make one, find it, talk in it, and run it; on a wide screen and on a phone. */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { faults } from "./axe.ts";
import { HOOK_MS, soakStory, stories, story } from "./stage.ts";
import { composer, eventually, row, type Visitor } from "./visitor.ts";

const PHONE = { width: 390, height: 780 };

stories("rooms", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  let found: string[];
  beforeEach(async () => {
    found = [];
    [ann, bob] = await Promise.all([
      stage.open(stage.nameOf("ann")),
      stage.open(stage.nameOf("bob"), { viewport: PHONE, hasTouch: true }),
    ]);
    await ann.register(stage.cluster.web(0));
    await bob.register(stage.cluster.web(2));
  }, HOOK_MS);

  async function look(page: Page, what: string): Promise<void> {
    found.push(...(await faults(page, what)));
  }

  const inList = (page: Page, name: string) => page.locator("#sidebar a[href^='/c/']", { hasText: `#${name}` });

  /** Makes a room by its form. Ends in it. */
  async function makes(
    visitor: Visitor,
    name: string,
    more: { topic?: string; isPrivate?: boolean } = {},
  ): Promise<void> {
    const { page } = visitor;
    await page.goto(`${new URL(page.url()).origin}/rooms`);
    await page.getByRole("link", { name: "New room" }).click();
    // On a wide screen the name can be typed at once.
    if (page.viewportSize()!.width >= 1000) {
      await page.locator("#field-name:focus").waitFor();
      await page.keyboard.type(name);
    } else await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Topic").fill(more.topic ?? "");
    if (more.isPrivate === true) await page.getByRole("checkbox", { name: /^Private/ }).check();
    await page.getByRole("button", { name: "Create room" }).click();
    await page.getByRole("heading", { name: `#${name}`, level: 1 }).waitFor();
  }

  story("a field for names offers those that go on as what is typed last", async () => {
    const { page } = ann;
    // There may be more bobs in other stories than the field offers.
    const quill = await stage.open(stage.nameOf("quill"));
    await quill.join(stage.cluster.web(0));
    await page.goto(`${stage.cluster.web(0)}/new-room`);
    const field = page.getByLabel("Invite people");
    await field.pressSequentially("x, quil");
    await page.locator(`datalist option[value="x, ${quill.name}"]`).waitFor({ state: "attached" });
    expect(await field.getAttribute("list")).toBe("field-people-offers");
    await look(page, "names");
    expect(found).toEqual([]);
  });

  story("everybody is in #general from the start, and hears there what others write", async () => {
    for (const { page } of [ann, bob]) {
      await inList(page, "general").click();
      await page.getByRole("heading", { name: "#general", level: 1 }).waitFor();
    }
    const word = `hello from ${ann.name}`;
    await ann.say(word);
    await row(bob.page, word).waitFor();
    // Whose words they are can be seen above the first of them.
    await ann.say("and more");
    await row(bob.page, "and more").waitFor();
    const heights = [];
    for (const text of [word, "and more"])
      heights.push((await row(bob.page, text).locator(".author").boundingBox())?.height ?? 0);
    expect(heights.map((height) => height > 10)).toEqual([true, false]);
    await look(bob.page, "#general");
    await bob.page.getByRole("link", { name: /^\d+ people$/ }).click();
    await bob.page.locator(".roster .name", { hasText: ann.name }).waitFor();
    expect(await bob.page.getByRole("button", { name: "Leave this room" }).count()).toBe(0);
    expect(found).toEqual([]);
  });

  story("a room is made, found by a part of its name, joined, and talked in at two replicas", async () => {
    const name = stage.nameOf("ops");
    await makes(ann, name, { topic: "what runs, and what does not" });
    await ann.say("first words");
    await bob.page.getByRole("link", { name: "Rooms" }).click();
    await bob.page.getByRole("searchbox", { name: "Part of a name" }).fill(name.slice(1));
    await bob.page.getByRole("button", { name: "Find" }).click();
    await bob.page.getByText("what runs, and what does not").first().waitFor();
    await look(bob.page, "the directory");
    await bob.page.getByRole("button", { name: `Join #${name}` }).click();
    await row(bob.page, "first words").waitFor();
    await bob.say("second words");
    await row(ann.page, "second words").waitFor();
    await look(ann.page, "a room");
    // What comes while somebody looks elsewhere is counted in the list, beside what was not marked read.
    await ann.page.goto(`${stage.cluster.web(0)}/people`);
    await bob.say("third words");
    await inList(ann.page, name).locator(".count", { hasText: "2" }).waitFor();
    await inList(ann.page, name).getByText(`${bob.name}: third words`).waitFor();
    expect(found).toEqual([]);
  });

  story("a private room comes to the list of whoever is invited, and leaves it with her", async () => {
    const name = stage.nameOf("club");
    await makes(ann, name, { isPrivate: true });
    await bob.page.goto(`${stage.cluster.web(2)}/rooms?q=${name}`);
    await bob.page.getByText(`No room here has “${name}” in its name.`).waitFor();
    await bob.page.goto(stage.cluster.web(2));
    await ann.page.getByRole("link", { name: "1 person" }).click();
    await ann.page.getByLabel("Invite people").fill("nobody-at-all");
    await ann.page.getByRole("button", { name: "Invite" }).click();
    await ann.page.getByText("No one here is called “nobody-at-all”.").waitFor();
    expect(await ann.page.getByLabel("Invite people").inputValue()).toBe("nobody-at-all");
    await look(ann.page, "a refused invitation");
    await ann.page.getByLabel("Invite people").fill(bob.name);
    await ann.page.getByRole("button", { name: "Invite" }).click();
    await ann.page.locator(".roster .name", { hasText: bob.name }).waitFor();
    await ann.page.locator(".settings summary").click();
    await ann.page.locator(".person-forms summary").first().click();
    await look(ann.page, "the forms of a room");
    // Without a reload.
    await inList(bob.page, name).click();
    await bob.page.getByRole("heading", { name: `#${name}`, level: 1 }).waitFor();
    await composer(bob.page).fill("half a thought");
    await ann.page.getByRole("button", { name: `Remove ${bob.name}` }).click();
    await bob.page.getByText("You are not in this room any more. What you wrote can still be copied.").waitFor();
    expect(await composer(bob.page).inputValue()).toBe("half a thought");
    await inList(bob.page, name).waitFor({ state: "detached" });
    expect(found).toEqual([]);
  });

  story("three write to each other by their names, and make it a room that hides this from newcomers", async () => {
    const cat = await stage.open(stage.nameOf("cat"));
    await cat.register(stage.cluster.web(1));
    await ann.page.goto(`${stage.cluster.web(0)}/new`);
    await ann.page.getByLabel("To", { exact: true }).fill(`${bob.name}, nobody-at-all`);
    await composer(ann.page).fill("the three of us");
    await ann.page.getByRole("button", { name: "Send" }).click();
    await ann.page.getByText("No one here is called “nobody-at-all”.").waitFor();
    await ann.page.getByLabel("To", { exact: true }).fill(`${bob.name}, ${cat.name}`);
    await ann.page.getByRole("button", { name: "Send" }).click();
    await ann.page.getByRole("heading", { name: `${bob.name}, ${cat.name}`, level: 1 }).waitFor();
    const inGroup = bob.page.locator("#sidebar a[href^='/c/']", { hasText: `${ann.name}, ${cat.name}` });
    await inGroup.getByText(`${ann.name}: the three of us`).waitFor();
    await inGroup.click();
    await row(bob.page, "the three of us").waitFor();
    await look(ann.page, "a group");
    const name = stage.nameOf("trio");
    await ann.page.getByRole("link", { name: "Make it a room" }).click();
    await ann.page.getByLabel("Name", { exact: true }).fill(name);
    await ann.page.getByRole("checkbox", { name: /^Hide earlier messages/ }).check();
    await look(ann.page, "the form that makes a room of a group");
    await ann.page.getByRole("button", { name: "Make it a room" }).click();
    for (const { page } of [ann, bob]) {
      await page.getByRole("heading", { name: `#${name}`, level: 1 }).waitFor();
      await page.getByText(`${ann.name} made this group the room #${name}`).waitFor();
      await row(page, "the three of us").waitFor();
    }
    await bob.say("now with a name");
    await row(ann.page, "now with a name").waitFor();
    await look(bob.page, "a room that was a group");
    expect(found).toEqual([]);
  });

  story("a room that is renamed and archived says so where it is open, and is left out of the list", async () => {
    const name = stage.nameOf("old");
    await makes(ann, name);
    await bob.page.goto(`${stage.cluster.web(2)}/rooms?q=${name}`);
    await bob.page.getByRole("button", { name: `Join #${name}` }).click();
    await bob.page.getByRole("heading", { name: `#${name}`, level: 1 }).waitFor();
    await ann.page.getByRole("link", { name: /^\d (?:person|people)$/ }).click();
    await ann.page.locator(".settings summary").click();
    await ann.page.getByLabel("Name", { exact: true }).fill(`${name}-new`);
    await ann.page.getByRole("button", { name: "Rename" }).click();
    await bob.page.getByRole("heading", { name: `#${name}-new`, level: 1 }).waitFor();
    await ann.page.locator(".settings summary").click();
    await ann.page.getByRole("button", { name: "Archive it" }).click();
    await eventually(async () => (await composer(bob.page).getAttribute("placeholder")) === "This room is archived");
    await inList(ann.page, `${name}-new`).waitFor({ state: "detached" });
    await ann.page.goto(`${stage.cluster.web(0)}/rooms?archived=1`);
    await ann.page.locator(".roster .name", { hasText: `#${name}-new` }).waitFor();
  });

  soakStory(
    "writing in a room goes on over the death of a replica: nothing is lost, nothing is there twice",
    async () => {
      const name = stage.nameOf("night");
      await makes(ann, name);
      await bob.page.goto(`${stage.cluster.web(2)}/rooms?q=${name}`);
      await bob.page.getByRole("button", { name: `Join #${name}` }).click();
      await ann.say("before");
      await row(bob.page, "before").waitFor();
      await stage.cluster.kill(0);
      await ann.say("during");
      await bob.say("meanwhile");
      for (const { page } of [ann, bob])
        for (const text of ["before", "during", "meanwhile"]) {
          await row(page, text).waitFor();
          expect(await row(page, text).count()).toBe(1);
        }
    },
  );
});
