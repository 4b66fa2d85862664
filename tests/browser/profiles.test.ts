/** What people say about themselves: set on the account page, and seen by others at once, at another replica. */
import { expect } from "bun:test";
import { faults } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { eventually } from "./visitor.ts";

stories("profiles", {}, (stage) => {
  story("a name, a status and a time zone are seen live, and a status ends by itself", async () => {
    const [ann, bob] = await stage.pair("first");
    const { page } = ann;
    await bob.page.goto(`${stage.cluster.web(2)}/account`);
    // An error is told at its field, and what was typed is still there.
    await bob.page.getByLabel("Display name").fill(ann.name);
    await bob.page.getByLabel("Status", { exact: true }).fill("at lunch");
    await bob.page.getByRole("button", { name: "Update profile" }).click();
    await bob.page.getByText("Somebody else logs in with this name").waitFor();
    expect(await bob.page.getByLabel("Status", { exact: true }).inputValue()).toBe("at lunch");
    expect(await faults(bob.page, "refused profile")).toEqual([]);
    await bob.page.getByLabel("Display name").fill("Bob Ross");
    await bob.page.getByLabel("Emoji", { exact: true }).fill(":ramen:");
    await bob.page.getByRole("radio", { name: "In 1 hour" }).check();
    await bob.page.getByRole("button", { name: /^Use .*, the time zone of this browser/ }).click();
    await bob.page.keyboard.press("Enter");
    await bob.page.getByText("Your profile is saved.").waitFor();
    expect(await faults(bob.page, "profile")).toEqual([]);

    // Ann's page has it in the list, the head and the rows, without a request of hers.
    await page.getByRole("heading", { name: "Bob Ross", level: 1 }).waitFor();
    const inList = page.locator(`#sidebar .name[title="${bob.name}"]`, { hasText: "Bob Ross" });
    await inList.locator('.status[title="at lunch"]', { hasText: "🍜" }).waitFor();
    const note = page.locator(".head .person-note");
    await note.getByText("local time").waitFor();
    expect(await note.innerText()).toMatch(new RegExp(`^online 🍜 at lunch until .* local time .* ${bob.name}$`));
    expect(await faults(page, "head with a status")).toEqual([]);
    const message = await bob.send(stage.cluster.web(2), ann.name, "second");
    await page.locator(".message .author[title]", { hasText: "Bob Ross" }).waitFor({ state: "attached" });
    expect(message).toStartWith("/c/");

    // It ends on the page that shows it, without an op and without a request.
    const untilMicros = String((Date.now() + 3_000) * 1000);
    await bob.post(`${stage.cluster.web(2)}/account/profile`, { status: "soon back", until: "keep", untilMicros });
    await note.getByText("soon back").waitFor();
    await eventually(async () => (await page.locator(".status, .status-line").count()) === 0);
    await inList.waitFor();

    // Whoever types either name finds the person.
    for (const typed of ["ross", bob.name]) {
      await page.locator("#filter").fill(typed);
      await inList.waitFor();
    }
    await page.locator("#filter").fill("");
    await page.locator("#body").fill("@ros");
    await page.getByRole("option", { name: new RegExp(`@${bob.name}.*Bob Ross`) }).waitFor();
  });
});
