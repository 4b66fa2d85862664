/**
 * Everything that a person can get wrong in a form, with scripts and without: there is a sentence beside
 * the field, the input is kept (except passwords), and nothing has happened.
 */
import { beforeAll, describe, expect } from "bun:test";
import type { Page } from "playwright-core";
import { SOAK } from "../../harness/load-cluster.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, PASSWORD, row, texts, type Visitor } from "./visitor.ts";

interface Mistake {
  readonly what: string;
  readonly path: string;
  /** Label and text of each field. */
  readonly fill: Readonly<Record<string, string>>;
  readonly button: string;
  /** Label of the field that the sentence belongs to. */
  readonly field: string;
  readonly sentence: RegExp;
  /** Somebody who is not logged in makes it. */
  readonly stranger?: boolean;
}

const LONG = "ä".repeat(5000);
const MISTAKES: readonly Mistake[] = [
  {
    what: "a name with a space",
    path: "/register",
    stranger: true,
    fill: { Name: "two words", Password: PASSWORD },
    button: "Register",
    field: "Name",
    sentence: /Use letters, digits/,
  },
  {
    what: "a name that is too long",
    path: "/register",
    stranger: true,
    fill: { Name: "x".repeat(33), Password: PASSWORD },
    button: "Register",
    field: "Name",
    sentence: /at most 32 characters/,
  },
  {
    what: "a name that is taken, in other case",
    path: "/register",
    stranger: true,
    fill: { Name: "ANN", Password: PASSWORD },
    button: "Register",
    field: "Name",
    sentence: /taken/,
  },
  {
    what: "a short password",
    path: "/register",
    stranger: true,
    fill: { Name: "fresh", Password: "short" },
    button: "Register",
    field: "Password",
    sentence: /at least 8 characters/,
  },
  {
    what: "a wrong password",
    path: "/login",
    stranger: true,
    fill: { Name: "ann", Password: "not the password" },
    button: "Log in",
    field: "Password",
    sentence: /name or the password is wrong/,
  },
  {
    what: "a name that nobody has",
    path: "/",
    fill: { To: "no-such-person", Message: "words that stay\nin two lines" },
    button: "Send",
    field: "To",
    sentence: /No one here is called “no-such-person”/,
  },
  {
    what: "too many words at once",
    path: "/",
    fill: { To: "bob", Message: LONG },
    button: "Send",
    field: "Message",
    sentence: /too long|at most 8192 bytes/,
  },
  {
    what: "the old password is wrong",
    path: "/account/password",
    fill: { "Current password": "not the password", "New password": "another horse battery" },
    button: "Change password",
    field: "Current password",
    sentence: /password is wrong/,
  },
  {
    what: "a new password that is too short",
    path: "/account/password",
    fill: { "Current password": PASSWORD, "New password": "short" },
    button: "Change password",
    field: "New password",
    sentence: /at least 8 characters/,
  },
  {
    what: "the account is not deleted with a wrong password",
    path: "/account",
    fill: { Password: "not the password" },
    button: "Delete account",
    field: "Password",
    sentence: /password is wrong/,
  },
];

stories("wrong input", { clusterPerFile: true }, (stage) => {
  beforeAll(async () => {
    const [, bob] = await Promise.all([stage.arrive("ann", 0), stage.arrive("bob", 0)]);
    await bob.writeTo("ann", "hello");
  }, HOOK_MS);

  const fieldOf = (page: Page, label: string) =>
    label === "Message" ? composer(page) : page.getByLabel(label, { exact: true });

  // Each mistake is made with or without the script in turn, and with SOAK=1 both ways.
  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? "with the script" : "without a script", () => {
      let ann: Visitor;
      let stranger: Visitor;

      beforeAll(async () => {
        ann = await stage.open("ann", { javaScriptEnabled });
        stranger = await stage.open("stranger", { javaScriptEnabled });
        await ann.logIn(stage.cluster.web(1));
      }, HOOK_MS);

      for (const mistake of MISTAKES.filter((_, i) => SOAK || javaScriptEnabled === (i % 2 === 0)))
        story(mistake.what, async () => {
          const { page } = mistake.stranger === true ? stranger : ann;
          await page.goto(stage.cluster.web(1) + mistake.path);
          for (const [label, text] of Object.entries(mistake.fill)) await fieldOf(page, label).fill(text);
          await page.getByRole("button", { name: mistake.button, exact: true }).click();
          const field = fieldOf(page, mistake.field);
          const error = page.locator(".error:not([hidden])", { hasText: mistake.sentence });
          await error.waitFor();
          // There is one sentence, and the field is marked as invalid.
          expect(await page.locator(".error:not([hidden])").count()).toBe(1);
          await page.locator('[aria-invalid="true"]').waitFor();
          expect(await field.getAttribute("aria-invalid")).toBe("true");
          expect((await field.getAttribute("aria-describedby"))!.split(" ")).toContain(
            (await error.getAttribute("id"))!,
          );
          for (const [label, text] of Object.entries(mistake.fill)) {
            const kept = label.toLowerCase().includes("password") ? "" : text;
            expect([label, await fieldOf(page, label).inputValue()]).toEqual([label, kept]);
          }
          if (mistake.path === "/") await fieldOf(page, "Message").fill("");
        });

      story("nothing chosen to delete: it says so, and nothing is gone", async () => {
        const { page } = ann;
        await ann.openFrom(stage.cluster.web(1), "bob");
        if (javaScriptEnabled) await page.locator("#select").click();
        await page.getByRole("button", { name: "Delete selected" }).click();
        await page.getByText(/Nothing is (ticked|selected)/).waitFor();
        await ann.openFrom(stage.cluster.web(1), "bob");
        expect(await texts(page)).toEqual(["hello"]);
      });

      story(
        "nothing of it has happened: the old password logs in, the account is there, no message went out",
        async () => {
          const again = await stage.open("ann");
          await again.logIn(stage.cluster.web(2));
          await again.openFrom(stage.cluster.web(2), "bob");
          expect(await texts(again.page)).toEqual(["hello"]);
          await again.page.goto(`${stage.cluster.web(2)}/people`);
          expect(await again.page.locator(".roster .name").allTextContents()).toEqual(["bob"]);
        },
      );
    });
  }

  story("the other one's account goes while one writes: the words stay in the field, with the reason", async () => {
    const cid = await stage.open("cid");
    const dan = await stage.open("dan");
    await Promise.all([cid.register(stage.cluster.web(0)), dan.register(stage.cluster.web(2))]);
    await cid.writeTo("dan", "are you there?");
    await composer(cid.page).fill("one more thing");
    await dan.page.goto(`${stage.cluster.web(2)}/account`);
    await dan.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await dan.page.getByRole("button", { name: "Delete account" }).click();
    await dan.page.getByRole("heading", { name: "Your account is deleted" }).waitFor();
    await eventually(async () => (await cid.page.locator("#with").textContent())!.includes("deleted user"));
    await cid.page.locator("#body-error", { hasText: "This account was deleted" }).waitFor();
    await composer(cid.page).press("Enter");
    expect(await composer(cid.page).inputValue()).toBe("one more thing");
    expect(await row(cid.page, "one more thing").count()).toBe(0);
  });
});
