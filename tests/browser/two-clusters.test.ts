/**
 * Two clusters in one browser, on other ports of the same host names. A browser sends cookies to all ports of a host,
 * and stores data by host and port, which one cluster may have used before another. Neither must see the other's data.
 */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { readRunFile } from "../../src/host/run-file.ts";
import { waitFor, type Cluster } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { startCluster, stories, story } from "./stage.ts";
import { composer, eventually, PASSWORD, row, texts } from "./visitor.ts";

async function registerAs(page: Page, origin: string, name: string): Promise<void> {
  await page.goto(`${origin}/register`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await isHere(page, name);
}

/** Expects that a person is logged in on this page. */
async function isHere(page: Page, name: string): Promise<void> {
  await page.locator(".me", { hasText: name }).waitFor();
}

/** Sends the first message to a person, which opens their conversation. */
async function writeTo(page: Page, name: string, text: string): Promise<void> {
  await page.goto(new URL("/new", page.url()).href);
  await page.getByLabel("To", { exact: true }).fill(name);
  await composer(page).fill(text);
  await composer(page).press("Enter");
  await page.waitForURL(/\/c\//);
  await row(page, text).waitFor();
}

async function keeps(page: Page, text: string): Promise<boolean> {
  return (await page.evaluate<string>("JSON.stringify({ ...localStorage })")).includes(text);
}

/** The same page under the other name of this host. */
const atNumber = (origin: string): string => origin.replace("localhost", "127.0.0.1");

/** Replica 0 of `cluster` with its page at an address that another cluster had. */
async function startAt(cluster: Cluster, origin: string): Promise<void> {
  const words = cluster.words(0).map((word) => (word.startsWith("--web=") ? `--web=${new URL(origin).host}` : word));
  cluster.spawn(0, words);
  await waitFor("its page", () => readRunFile(cluster.data, 0)?.web === origin);
  await cluster.statusThat(1, "all are in step", ({ writable, view }) => writable && view.members.length === 3);
}

/** At one host name the two share their cookies, so that is the harder one; the other one is in soak. */
const PLACES = [
  ["both at localhost", (origin: string) => origin],
  ...(SOAK ? [["one at localhost, one at 127.0.0.1", atNumber] as const] : []),
] as const;

for (const [where, second] of PLACES) {
  stories(`two clusters in one browser, ${where}`, { clusterPerStory: true }, (stage) => {
    story("two people, each in her own; nothing of one is shown, kept or sent in the other", async () => {
      await using other = await startCluster();
      const one = stage.cluster;
      const [atOne, atOther] = [one.web(0), second(other.web(0))];
      // Each cluster gets a person to write to, with the same name in both.
      await stage.arrive("eve", 1);
      const otherEve = await stage.open("eve");
      await otherEve.register(other.web(1));
      const ann = await stage.open("ann");
      const bob = await ann.tab();
      await registerAs(ann.page, atOne, "ann");
      await registerAs(bob, atOther, "bob");
      await writeTo(ann.page, "eve", "from ann");
      await writeTo(bob, "eve", "from bob");
      await composer(ann.page).fill("ann's draft");
      await eventually(() => keeps(ann.page, "ann's draft"));
      await composer(bob).fill("bob's draft");
      await eventually(() => keeps(bob, "bob's draft"));

      // Reloads each page and opens each cluster's other addresses: person, messages and draft must be right.
      await Promise.all([ann.page.reload(), bob.reload()]);
      for (const [page, name, text] of [
        [ann.page, "ann", "from ann"],
        [bob, "bob", "from bob"],
      ] as const) {
        await isHere(page, name);
        expect(await texts(page)).toEqual([text]);
        expect(await composer(page).inputValue()).toBe(`${name}'s draft`);
      }
      const third = await ann.tab();
      await third.goto(`${one.front}/`);
      await isHere(third, "ann");
      await third.goto(`${second(other.front)}/`);
      await isHere(third, "bob");
      expect(await third.content()).not.toContain("from ann");

      // A replica dies, and its page must move to a replica of its own cluster.
      await one.kill(0);
      await ann.page.waitForURL((url) => url.origin === one.web(1) || url.origin === one.web(2));
      await isHere(ann.page, "ann");
      expect(await composer(ann.page).inputValue()).toBe("ann's draft");
      await composer(ann.page).press("Enter");
      await row(ann.page, "ann's draft").waitFor();
      expect(await texts(ann.page)).toEqual(["from ann", "ann's draft"]);

      // The other cluster gets the address that the first one's page had. A user who opens it there is logged out,
      await other.terminate(0);
      await startAt(other, one.web(0));
      await third.goto(`${one.web(0)}/`);
      if (where === "both at localhost") {
        // or is the user who is logged in to the cluster that answers.
        await isHere(third, "bob");
        expect(await third.content()).not.toContain("from ann");
      } else await third.getByRole("button", { name: "Log in", exact: true }).waitFor();

      // A log-out ends one login and not the other, and the other's unsent text stays where it is.
      await bob.goto(`${second(other.web(1))}/`);
      await isHere(bob, "bob");
      await bob.getByRole("button", { name: "Log out" }).click();
      // bob's draft has moved with his page to one of two replicas, which asks him first.
      const agree = bob.getByRole("button", { name: "Log out and delete" });
      const logIn = bob.getByRole("button", { name: "Log in", exact: true });
      await agree.or(logIn).first().waitFor();
      if (await agree.isVisible()) await agree.click();
      await logIn.waitFor();
      await ann.page.reload();
      await isHere(ann.page, "ann");

      // Nobody in either cluster has got messages of the other.
      for (const [cluster, words] of [
        [one, ["from ann", "ann's draft"]],
        [other, ["from bob"]],
      ] as const) {
        const eve = cluster === one ? await stage.open("eve") : otherEve;
        if (cluster === one) await eve.logIn(one.web(1));
        await eve.openFrom(cluster.web(1), cluster === one ? "ann" : "bob");
        expect(await texts(eve.page)).toEqual([...words]);
      }
    });
  });
}
