/** The page as an app of the system: its manifest, and what it says by itself when no replica answers. */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { faults } from "./axe.ts";
import { stories, story } from "./stage.ts";
import { composer, eventually, row } from "./visitor.ts";

interface Manifest {
  readonly id: string;
  readonly name: string;
  readonly start_url: string;
  readonly display: string;
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly purpose: string }[];
}

/** Waits until the worker of the origin answers for the page, and has kept what it needs. */
async function worked(page: Page): Promise<void> {
  await page.waitForFunction("navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)");
}

/** The width and height that a PNG says. */
function sizeOf(png: Buffer): string {
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}

stories("installing", {}, (stage) => {
  story("the manifest is what a system needs to install the page", async () => {
    const ann = await stage.arrive(stage.nameOf("ann"), 0);
    const { request } = ann.context;
    const at = stage.cluster.web(0);
    const path = await ann.page.locator('link[rel="manifest"]').getAttribute("href");
    const answer = await request.get(at + path!);
    expect(answer.headers()["content-type"]).toBe("application/manifest+json");
    const manifest = (await answer.json()) as Manifest;
    expect(manifest).toMatchObject({ id: "/", name: "Lastword", start_url: "/", display: "standalone" });
    expect(manifest.icons.map(({ sizes, purpose }) => `${purpose} ${sizes}`)).toEqual([
      "any 192x192",
      "any 512x512",
      "maskable 512x512",
    ]);
    for (const { src, sizes } of manifest.icons) {
      const icon = await request.get(at + src);
      expect([icon.headers()["content-type"], sizeOf(await icon.body())]).toEqual(["image/png", sizes]);
    }
  });

  story("no replica answers: the page says so by itself, and comes back by itself, also elsewhere", async () => {
    const { cluster } = stage;
    const ann = await stage.open(stage.nameOf("ann"), { serviceWorkers: "allow" });
    await ann.join(cluster.web(0));
    const path = await ann.send(cluster.web(0), ann.name, "kept by the replicas");
    await ann.page.goto(cluster.web(0) + path);
    await worked(ann.page);
    await row(ann.page, "kept by the replicas").waitFor();
    // What the browser keeps is nothing of a user.
    const kept = await ann.page.evaluate<string[]>(
      "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((one) => one.keys())))).then((all) => all.flat().map((one) => new URL(one.url).pathname))",
    );
    expect(kept.toSorted().map((one) => one.replace(/-[0-9a-f]{12}/, ""))).toEqual([
      "/assets/htmx.js",
      "/assets/icon.svg",
      "/assets/lastword.css",
      "/assets/page.js",
      "/no-answer",
    ]);
    await cluster.killTogether(cluster.ids);
    // The load of the page may break before it begins.
    await ann.page.reload().catch(() => {});
    await ann.page.getByRole("heading", { name: "No server answers" }).waitFor();
    expect(new URL(ann.page.url()).pathname).toBe(path);
    expect(await ann.page.getByText("kept by the replicas").count()).toBe(0);
    expect(await faults(ann.page, "no server answers")).toEqual([]);
    // Another replica comes back first: the page goes on there, with the login, and writes.
    await cluster.startAll([1, 2]);
    await eventually(() => new URL(ann.page.url()).origin !== cluster.web(0), 60_000);
    await row(ann.page, "kept by the replicas").waitFor();
    await worked(ann.page);
    await composer(ann.page).fill("and here I am again");
    await composer(ann.page).press("Enter");
    await row(ann.page, "and here I am again").waitFor();
    // The worker of that origin does the same, and this time the replica itself comes back.
    const at = new URL(ann.page.url()).origin;
    await cluster.killTogether([1, 2]);
    await ann.page.reload().catch(() => {});
    await ann.page.getByRole("heading", { name: "No server answers" }).waitFor();
    await cluster.startAll();
    await row(ann.page, "and here I am again").waitFor({ timeout: 60_000 });
    expect([at, new URL(ann.page.url()).pathname]).toEqual([at, path]);
  });
});
