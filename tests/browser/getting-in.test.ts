/** Getting in: an admin makes a link, somebody new comes by it, forgets the password, and is let in again. */
import { expect } from "bun:test";
import { faults } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { eventually, PASSWORD, type Visitor } from "./visitor.ts";

const PHONE = { width: 390, height: 844 };

/** Pictures of the pages for whoever designs them, if LOOKS names a folder. */
async function shoot({ page }: Visitor, name: string): Promise<void> {
  expect(await faults(page, name)).toEqual([]);
  const folder = process.env["LOOKS"];
  if (folder === undefined) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: `${folder}/${name}-phone.png`, fullPage: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
}

stories("getting in", { clusterPerStory: true, words: ["--registration=invite"] }, (stage) => {
  story("by a link at another replica; with a new password after the old one is forgotten; and out", async () => {
    const ann = await stage.open("ann");
    await ann.page.goto(`${stage.cluster.web(0)}/register`);
    await ann.page.getByRole("heading", { name: "You need the owner’s link" }).waitFor();
    const printed = await stage.cluster.command(["invite", "--owner", `--data=${stage.cluster.data}`]);
    await ann.page.goto(stage.cluster.web(0) + new URL(printed.stdout.trim()).pathname);
    await shoot(ann, "owner");
    await ann.page.getByLabel("Your name here").fill("ann");
    await ann.page.getByLabel("A new password").fill(PASSWORD);
    await ann.page.getByRole("button", { name: "Register" }).click();
    await ann.page.getByRole("link", { name: "People" }).first().click();
    await ann.page.getByRole("link", { name: "Invite people" }).click();
    await shoot(ann, "invites");
    await ann.page.getByLabel("For how many people").fill("0");
    await ann.page.getByRole("button", { name: "Make a link" }).click();
    await ann.page.getByText("A link can be used 1 to 1000 times.").waitFor();
    await ann.page.getByLabel("For how many people").fill("2");
    await ann.page.getByRole("button", { name: "Make a link" }).click();
    const link = ann.page.getByLabel("Link to send");
    await link.waitFor();
    await shoot(ann, "made");
    const { pathname } = new URL(await link.inputValue());

    const bob = await stage.open("bob");
    await bob.page.goto(`${stage.cluster.web(1)}/register`);
    await bob.page.getByRole("heading", { name: "You need an invitation link" }).waitFor();
    await bob.page.goto(stage.cluster.web(1) + pathname);
    await bob.page.getByRole("heading", { name: "ann invites you" }).waitFor();
    await shoot(bob, "join");
    await bob.page.getByLabel("Your name here").fill("ann");
    await bob.page.getByLabel("A new password").fill("first password");
    await bob.page.getByRole("button", { name: "Join" }).click();
    await bob.page.getByText("This name is taken. Choose another one.").waitFor();
    expect(await bob.page.getByLabel("Your name here").inputValue()).toBe("ann");
    await bob.page.getByLabel("Your name here").fill("bob");
    await bob.page.getByLabel("A new password").fill("first password");
    await bob.page.getByRole("button", { name: "Join" }).click();
    await bob.page.getByRole("button", { name: "Log out" }).waitFor();

    // Bob's other device is open when the password is set anew.
    await eventually(async () => {
      await ann.page.goto(`${stage.cluster.web(0)}/people/role?person=bob`);
      return await ann.page.getByRole("button", { name: "Make a link for a new password" }).isVisible();
    });
    await shoot(ann, "manage");
    await ann.page.getByRole("button", { name: "Make a link for a new password" }).click();
    await link.waitFor();
    const reset = new URL(await link.inputValue()).pathname;
    const phone = await stage.open("bob", { javaScriptEnabled: false });
    await phone.page.goto(stage.cluster.web(2) + reset);
    await phone.page.getByLabel("New password").fill("second password");
    await phone.page.getByRole("button", { name: "Set password and log in" }).click();
    await phone.page.getByRole("button", { name: "Log out" }).waitFor();
    await bob.page.getByText("You were logged out from another device.").waitFor();

    await ann.page.goto(`${stage.cluster.web(0)}/people/role?person=bob`);
    await ann.page.getByRole("button", { name: "Deactivate bob" }).click();
    await ann.page.getByRole("heading", { name: "Deactivated people" }).waitFor();
    await ann.page.locator(".roster .name", { hasText: "bob" }).waitFor();
    await shoot(ann, "deactivated");
    await bob.page.goto(`${stage.cluster.web(1)}/login`);
    await bob.page.getByLabel("Name").fill("bob");
    await bob.page.getByLabel("Password", { exact: true }).fill("second password");
    await bob.page.getByRole("button", { name: "Log in" }).click();
    await bob.page.getByText("This account is deactivated.").waitFor();

    await ann.page.goto(`${stage.cluster.web(0)}/audit`);
    await ann.page.getByText("ann deactivated the account of bob.").waitFor();
    await shoot(ann, "audit");
    await bob.page.goto(stage.cluster.web(1) + reset);
    await bob.page.getByText("This account is deactivated.").waitFor();
  });
});
