/**
 * The replica to which a page moves dies at the moment of the arrival. These stories need the whole of
 * Chromium: its headless shell does not load its error page again.
 */
import { beforeEach, expect } from "bun:test";
import type { Page } from "playwright-core";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, movedFrom, row, type Visitor } from "./visitor.ts";

const DRAFT = "a draft of exactly two hundred characters ".repeat(5).slice(0, 200);

/** A request that the browser has paused for us. */
interface Paused {
  readonly requestId: string;
  readonly request: { readonly url: string };
  readonly responseHeaders?: { name: string; value: string }[];
}

stories("the next replica dies at the arrival", { wholeBrowser: true }, (stage) => {
  let ann: Visitor;
  beforeEach(async () => {
    [ann] = await stage.pair("before");
  }, HOOK_MS);

  /** Types a draft, and waits until the page has saved it, because saving it later would start another move. */
  async function typeDraft(): Promise<void> {
    await composer(ann.page).fill(DRAFT);
    await eventually(async () => ((await ann.page.evaluate("JSON.stringify(localStorage)")) as string).includes(DRAFT));
  }

  /**
   * Kills the replica to which a page moves, once, at the given moment of the arrival. Resolves with the
   * replica's id. Uses the browser's own protocol, because playwright's routes switch the cache off.
   */
  async function dieAtArrival(page: Page, moment: "asked" | "answered"): Promise<number> {
    const session = await page.context().newCDPSession(page);
    const struck = Promise.withResolvers<number>();
    let dead = false;
    const strike = async ({ requestId, request, responseHeaders = [] }: Paused): Promise<void> => {
      const id = stage.cluster.ids.find((one) => request.url.startsWith(stage.cluster.web(one)))!;
      const html =
        dead || moment === "asked" ? null : (await session.send("Fetch.getResponseBody", { requestId })).body;
      if (!dead) {
        dead = true;
        await stage.cluster.kill(id);
        struck.resolve(id);
      }
      // The browser may have given up the request by itself, because its server is dead.
      if (html === null) await session.send("Fetch.continueRequest", { requestId }).catch(() => undefined);
      else await session.send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body: html });
    };
    session.on("Fetch.requestPaused", (paused) => void strike(paused));
    const requestStage = moment === "asked" ? "Request" : "Response";
    await session.send("Fetch.enable", { patterns: [{ resourceType: "Document", requestStage }] });
    return await struck.promise;
  }

  story(
    "the replica it moves to dies as soon as the page has left it: the page has its script, and moves on",
    async () => {
      await typeDraft();
      const second = dieAtArrival(ann.page, "answered");
      await stage.cluster.kill(0);
      const dead = await second;
      const last = stage.cluster.ids.find((id) => id !== 0 && id !== dead)!;
      await ann.page.waitForURL((url) => url.origin === stage.cluster.web(last));
      expect(await composer(ann.page).inputValue()).toBe(DRAFT);
      await composer(ann.page).press("Enter");
      await row(ann.page, DRAFT).locator(".state", { hasText: "saved on 1 of 3" }).waitFor();
    },
  );

  story("the replica it moves to dies before it answers: when it is back, so is the page, with the draft", async () => {
    await typeDraft();
    const second = dieAtArrival(ann.page, "asked");
    await stage.cluster.kill(0);
    const id = await second;
    await eventually(() => ann.page.url().startsWith("chrome-error:"));
    await stage.cluster.start(id);
    await movedFrom(ann.page, stage.cluster.web(0));
    expect(await composer(ann.page).inputValue()).toBe(DRAFT);
  });
});
