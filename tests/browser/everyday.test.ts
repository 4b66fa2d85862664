/** What people do every day: reload in the middle of something, use two tabs, write long and odd texts, go back. */
import { beforeEach, expect } from "bun:test";
import { each } from "../../harness/each.ts";
import { PAYLOADS } from "../support/payloads.ts";
import { WebPerson } from "../../harness/web-person.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

/** More conversations than the list shows. */
const CONVERSATIONS = 105;
/** People who have so many conversations with each other. */
const CROWD = 7;

stories("every day", {}, (stage) => {
  let ann: Visitor;
  let bob: Visitor;
  beforeEach(async () => {
    [ann, bob] = await stage.pair("first");
  }, HOOK_MS);

  story("odd texts arrive whole: spaces, empty lines, right to left, joined emoji, 8 KB", async () => {
    const odd = [
      "    four spaces\n\n\n\ta tab, and spaces at the end   ",
      "שלום עולם — mixed with English ‏ and a mark",
      "👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 ﬁ ẞ",
      "a\r\nb",
      `${"ä ".repeat(2730)}!!`,
      "https://example.org/(brackets)?a=1&b=2#c. and http://x.y, then javascript:alert(1)",
      "<b>not bold</b> &amp; \"quoted\" 'text' `code`",
    ];
    for (const text of odd) {
      await composer(ann.page).fill(text);
      await composer(ann.page).press("Enter");
    }
    await eventually(async () => (await texts(bob.page)).length === odd.length + 1);
    // As Markdown shows them: paragraphs without the white space around them, and code without its marks.
    const shown = odd
      .with(0, "four spacesa tab, and spaces at the end")
      .map((text) => text.replaceAll("\r\n", "\n").replaceAll("`", ""));
    const expected = ["first", ...shown];
    expect(await texts(bob.page)).toEqual(expected);
    await eventually(async () => (await ann.page.locator(".pending").count()) === 0);
    expect(await texts(ann.page)).toEqual(expected);
    await bob.page.reload();
    expect(await texts(bob.page)).toEqual(expected);
    const links = await bob.page
      .locator("#messages .body a")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    expect(links).toEqual(["https://example.org/(brackets)?a=1&b=2#c", "http://x.y"]);
    // One day, one author, within minutes: this is one group, which shows the name once.
    expect(await bob.page.locator("#messages > .day").allTextContents()).toEqual(["Today"]);
    expect(await bob.page.locator("#messages > .message.grouped").count()).toBe(odd.length);
    await bob.say("another author");
    await row(ann.page, "another author").waitFor();
    await ann.say("and the first one again");
    await row(bob.page, "and the first one again").waitFor();
    for (const text of ["another author", "and the first one again"])
      expect(await row(bob.page, text).getAttribute("class")).not.toContain("grouped");
    // The field follows the direction of the text.
    await composer(ann.page).fill("שלום");
    expect(await ann.page.evaluate("getComputedStyle(document.getElementById('body')).direction")).toBe("rtl");
  });

  story(
    "hostile texts, live, in the list, announced and after a reload: nothing runs, nothing but links is made of them",
    async () => {
      const { page } = bob;
      const alarms: string[] = [];
      page.on("dialog", (dialog) => {
        alarms.push(dialog.message());
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        if (/evil|^data:/.test(request.url())) alarms.push(request.url());
      });
      await ann.pour(PAYLOADS);
      const inert = async (): Promise<void> => {
        await eventually(async () => (await texts(page)).length === PAYLOADS.length + 1);
        const made = await page
          .locator("#messages .body *, #sidebar .preview *, #announce *")
          .evaluateAll((all) => all.map((one) => one.tagName).filter((name) => name !== "A" && name !== "P"));
        expect(made).toEqual([]);
      };
      await inert();
      await page.reload();
      await inert();
      await composer(page).fill(PAYLOADS[0]!);
      await page.reload();
      expect(await composer(page).inputValue()).toBe(PAYLOADS[0]!);
      expect(alarms).toEqual([]);
    },
  );

  story("a reload in the middle of sending: the message is there once, the draft too", async () => {
    const { page } = ann;
    let holding = true;
    await page.route("**/messages", async (route) => {
      if (!holding) return await route.continue();
      // The request arrives, but its answer does not.
      const data = route.request().postData()!;
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
      await ann.context.request.post(route.request().url(), { data, headers });
      return await route.abort();
    });
    await ann.say("sent before the reload");
    await row(bob.page, "sent before the reload").waitFor();
    await composer(page).fill("the next one");
    holding = false;
    await page.reload();
    await row(page, "sent before the reload").locator(".state", { hasText: "saved on" }).waitFor();
    expect(await composer(page).inputValue()).toBe("the next one");
    await eventually(async () => (await page.locator(".pending").count()) === 0);
    expect(await texts(page)).toEqual(["first", "sent before the reload"]);
    expect(await texts(bob.page)).toEqual(["first", "sent before the reload"]);
  });

  story(
    "refused while one writes on: it stays in the list with the reason; Retry sends it once, Discard forgets it",
    async () => {
      const { page } = ann;
      const typedOn = Promise.withResolvers<void>();
      let refusing = true;
      await page.route("**/messages", async (route) => {
        await typedOn.promise;
        const json = { code: "invalid", outcome: "definite", sentence: "Refused by the test.", field: "body" };
        if (refusing) await route.fulfill({ status: 422, json });
        else await route.continue();
      });
      for (const text of ["one", "two"]) await ann.say(text);
      await composer(page).fill("the next thought");
      typedOn.resolve();
      for (const text of ["one", "two"]) await row(page, text).getByText("Refused by the test.").waitFor();
      expect(await composer(page).inputValue()).toBe("the next thought");
      await page.reload();
      refusing = false;
      await row(page, "one").getByRole("button", { name: "Retry" }).click();
      await row(page, "one").locator(".state", { hasText: "saved on" }).waitFor({ state: "attached" });
      await row(page, "two").getByRole("button", { name: "Discard" }).click();
      await row(page, "two").waitFor({ state: "detached" });
      await row(bob.page, "one").waitFor();
      await page.reload();
      expect(await texts(page)).toEqual(["first", "one"]);
      expect(await composer(page).inputValue()).toBe("the next thought");
    },
  );

  story("the chosen looks hold on every page and at every replica, logged in or not", async () => {
    const { page } = ann;
    const looks = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body.parentElement).colorScheme");
    await page.goto(`${stage.cluster.web(0)}/account`);
    await page.getByLabel("Dark", { exact: true }).check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    for (const path of ["/", "/people", "/nowhere", "/cluster"]) {
      await page.goto(stage.cluster.web(2) + path);
      expect([path, await looks()]).toEqual([path, "dark"]);
    }
    await page.goto(stage.cluster.web(1));
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(/\/login$/);
    expect(await looks()).toBe("dark");
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.waitForURL(/\/register$/);
    expect(await looks()).toBe("dark");
  });

  story("a draft outlives a wrong address, another conversation, and Back and Forward", async () => {
    const { page } = ann;
    const here = page.url();
    await composer(page).fill("half a thought");
    await page.goto(`${stage.cluster.web(0)}/nowhere-at-all`);
    await page.getByText("There is no page at this address.").waitFor();
    await page.getByRole("link", { name: "Back to your conversations" }).click();
    await page.getByRole("heading", { name: "New message" }).waitFor();
    expect(await composer(page).inputValue()).toBe("");
    await page.goto(here);
    expect(await composer(page).inputValue()).toBe("half a thought");
    await page.goBack();
    await page.getByRole("heading", { name: "New message" }).waitFor();
    await bob.say("while ann was elsewhere");
    await page.goForward();
    await row(page, "while ann was elsewhere").waitFor();
    expect(await composer(page).inputValue()).toBe("half a thought");
  });

  story(
    "logged out in one tab: the other one leaves too, and neither Back nor the tab's memory shows anything",
    async () => {
      const { page } = ann;
      // A page to go back to.
      await ann.openFrom(stage.cluster.web(0), bob.name);
      const other = await ann.tab();
      await ann.openFrom(stage.cluster.web(1), bob.name, other);
      await other.goto(`${stage.cluster.web(1)}/people`);
      await other.goBack();
      // The replicas do not get the drafts, so they are in this browser alone.
      await ann.context.route("**/draft", (route) => route.abort());
      await composer(other).fill("a secret draft");
      await composer(page).fill("another secret draft");
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByRole("button", { name: "Log out and delete" }).click();
      await page.waitForURL(/\/login/);
      await other.waitForURL(/\/login/);
      for (const tab of [page, other]) {
        expect(await tab.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")).toBe("{}");
        await tab.goBack();
        await tab.waitForURL(/\/login/);
        expect(await tab.content()).not.toContain("first");
      }
      await ann.logIn(stage.cluster.web(0));
      await ann.openFrom(stage.cluster.web(0), bob.name);
      expect(await composer(page).inputValue()).toBe("");
    },
  );

  story("S4 unread outlives its replica, and another browser sees the same", async () => {
    for (const text of ["second", "third"]) await ann.say(text);
    const { page } = bob;
    await row(page, "third").waitFor();
    await row(page, "second").locator(".body").click();
    const unread = async (on = page): Promise<string> =>
      (await on.locator("#messages > [data-unread] .body").allTextContents()).join();
    await eventually(async () => (await unread()) === "first,third");
    await row(ann.page, "second").locator(".state", { hasText: "read" }).waitFor({ state: "attached" });
    const { pid } = await stage.cluster.kill(2);
    await page.waitForURL((url) => url.origin !== stage.cluster.web(2));
    await row(page, "third").waitFor();
    expect(await unread()).toBe("first,third");
    expect(await page.title()).toStartWith("(2)");
    const fresh = await stage.open(bob.name);
    await fresh.logIn(stage.cluster.web(1));
    await fresh.openFrom(stage.cluster.web(1), ann.name);
    expect(await unread(fresh.page)).toBe("first,third");
    await row(fresh.page, "first").locator(".body").click();
    await eventually(async () => (await unread()) === "third");
    await stage.cluster.start(2);
    expect(stage.cluster.pid(2)).not.toBe(pid);
    await stage.cluster.inStep();
    await bob.openFrom(stage.cluster.web(2), ann.name);
    expect(await unread()).toBe("third");
  });

  story("both delete at the same moment, one the other's and one her own: no error, and gone for both", async () => {
    for (const text of ["m2", "m3"]) await ann.say(text);
    await row(bob.page, "m3").waitFor();
    for (const { page } of [ann, bob]) {
      await page.locator("#select").click();
      for (const text of ["m2", "m3"]) await row(page, text).getByRole("checkbox").check();
    }
    // Both requests are under way before either is answered.
    let asked = 0;
    for (const { page } of [ann, bob]) {
      await page.route("**/delete", async (route) => {
        asked++;
        await eventually(() => asked >= 2);
        await route.continue();
      });
    }
    await Promise.all([ann, bob].map(({ page }) => page.getByRole("button", { name: "Delete selected" }).click()));
    for (const { page } of [ann, bob]) {
      await eventually(async () => (await texts(page)).join() === "first");
      await page.getByRole("button", { name: "Delete selected" }).waitFor({ state: "hidden" });
      await page.reload();
      expect(await texts(page)).toEqual(["first"]);
    }
  });

  story("what one has ticked goes by another's hand: the bar counts what is left, and deletes that", async () => {
    for (const text of ["m2", "m3"]) await ann.say(text);
    const { page } = bob;
    await row(page, "m3").waitFor();
    await page.locator("#select").click();
    for (const text of ["m2", "m3"]) await row(page, text).getByRole("checkbox").check();
    expect(await page.locator("#selection-says").textContent()).toBe("Hides 2 only from you. This cannot be undone.");
    await ann.page.locator("#select").click();
    await row(ann.page, "m2").getByRole("checkbox").check();
    await ann.page.getByRole("button", { name: "Delete selected" }).click();
    await page.locator("#selection-says", { hasText: "Hides 1 only from you." }).waitFor();
    await page.getByRole("button", { name: "Delete selected" }).click();
    await eventually(async () => (await texts(page)).join() === "first");
    expect(await texts(ann.page)).toEqual(["first", "m3"]);
  });

  story("very many conversations: the newest are listed, the first one can still be found by its name", async () => {
    const { page } = ann;
    const origin = stage.cluster.web(0);
    await page.goto("about:blank");
    const [first, last, ...crowd] = Array.from(
      { length: 2 + CROWD },
      (_, i) => new WebPerson(stage.nameOf(`crowd${i}of`)),
    );
    await Promise.all([first!, last!, ...crowd].map((one) => one.register(origin)));
    await first!.send(origin, ann.name, `from ${first!.name}`);
    // Each one writes to ann together with a different part of those after her: the bits of a number say with whom.
    const groups = Array.from({ length: 1 << CROWD }, (_, bits) => crowd.filter((_one, i) => (bits >> i) % 2 === 1));
    const several = groups.filter((group) => group.length > 1).slice(0, CONVERSATIONS - 2);
    expect(several).toHaveLength(CONVERSATIONS - 2);
    await each(several.length, 5, async (i) => {
      const [author, ...others] = several[i]!;
      await author!.send(origin, [ann.name, ...others.map(({ name }) => name)].join(", "), "to several");
    });
    await last!.send(origin, ann.name, `from ${last!.name}`);
    await page.goto(origin);
    await page.locator("#sidebar a", { has: page.getByText(last!.name, { exact: true }) }).waitFor();
    expect(await page.title()).toStartWith(`(${CONVERSATIONS})`);
    await page.getByLabel("To", { exact: true }).fill(first!.name);
    await composer(page).fill("found you");
    await composer(page).press("Enter");
    await page.waitForURL(/\/c\//);
    await row(page, "found you").waitFor();
    expect(await texts(page)).toEqual([`from ${first!.name}`, "found you"]);
    await page.locator("#list-direct li").first().filter({ hasText: first!.name }).waitFor();
  });

  story("another site's page, or another port's, cannot act as her: its form and its fetch are refused", async () => {
    const goal = stage.cluster.web(0);
    const conversation = new URL(ann.page.url()).pathname;
    const tricks = (host: string): Response =>
      new Response(
        `<!doctype html><title>${host}</title><form method="post" action="${goal}/logout"><button>Win</button></form>
         <script>fetch("${goal}${conversation}/messages", { method: "POST", mode: "no-cors", credentials: "include",
           body: new URLSearchParams({ id: crypto.randomUUID(), body: "forged" }) }).catch(() => {}).then(() => (document.title = "tried"))</script>`,
        { headers: { "content-type": "text/html" } },
      );
    const seen: (string | null)[] = [];
    for (const hostname of ["127.0.0.1", "localhost"]) {
      using site = Bun.serve({ hostname, port: 0, fetch: () => tricks(hostname) });
      const tab = await ann.tab();
      await tab.goto(`http://${hostname}:${site.port}/`);
      await tab.waitForFunction("document.title === 'tried'");
      const posted = tab.waitForRequest((request) => request.method() === "POST");
      await tab.getByRole("button", { name: "Win" }).click();
      await tab.getByText("sent by another site").waitFor();
      seen.push(/lastword-\w{6}=/.exec((await (await posted).allHeaders()).cookie ?? "")?.[0].slice(0, 9) ?? null);
    }
    // The browser sends the cookie to another port of this host too, so it is the replica that refuses.
    expect(seen).toEqual([null, "lastword-"]);
    await ann.page.reload();
    await ann.say("still here");
    await row(bob.page, "still here").waitFor();
    expect(await texts(bob.page)).toEqual(["first", "still here"]);
  });
});
