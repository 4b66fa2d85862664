/**
 * At the front address the system chooses the replica that serves the page, so each replica is killed
 * in turn. Whichever it was, the page stays where it is and misses neither messages nor deletions.
 */
import { beforeEach, expect } from "bun:test";
import { WebPerson } from "../../harness/web-person.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

const FRONT_MS = 30_000;
const DRAFT = "a draft of exactly two hundred characters ".repeat(5).slice(0, 200);

stories("the page on the front", {}, (stage) => {
  let ann: Visitor;
  let bob: WebPerson;
  beforeEach(async () => {
    ann = await stage.open(stage.nameOf("ann"));
    bob = new WebPerson(stage.nameOf("bob"));
    await bob.register(stage.cluster.web(1));
    await ann.register(stage.cluster.front);
    await ann.writeTo(bob.name, "before");
  }, HOOK_MS);

  /** One request of bob's at a running replica, repeated with the same id until it is acknowledged. */
  async function asBob(at: number, path: string, form: Record<string, string>): Promise<{ message: { id: string } }> {
    let said: unknown = null;
    await eventually(async () => {
      const answer = await bob.ask(stage.cluster.web(at), path, { form }).catch(() => null);
      if (answer === null || answer.status >= 300) return false;
      said = await answer.json();
      return true;
    }, FRONT_MS);
    return said as { message: { id: string } };
  }

  async function eachInTurn(
    take: (id: number) => Promise<void>,
    giveBack: (id: number) => Promise<void>,
  ): Promise<void> {
    const { page } = ann;
    const path = new URL(page.url()).pathname;
    let last: string | null = null;
    let refusing = true;
    await page.route(`${stage.cluster.front}/c/*/messages`, (route) => (refusing ? route.abort() : route.continue()));
    await composer(page).fill("unsent");
    await composer(page).press("Enter");
    await row(page, "unsent").waitFor();
    await composer(page).fill(DRAFT);
    for (const id of stage.cluster.ids) {
      const others = stage.cluster.ids.filter((one) => one !== id);
      await take(id);
      const text = `without ${id}`;
      const sent = await asBob(others[0]!, "/to", { name: ann.name, body: text, id: crypto.randomUUID() });
      if (last !== null) await asBob(others[1]!, `${path}/delete`, { ids: last, id: crypto.randomUUID() });
      await row(page, text).waitFor({ timeout: FRONT_MS });
      await eventually(
        async () => (await texts(page)).filter((one) => one.startsWith("without")).join() === text,
        FRONT_MS,
      );
      last = sent.message.id;
      refusing = false;
      // The page's own unsent message is sent while that replica is still down.
      await row(page, "unsent").locator(".state", { hasText: "saved on" }).waitFor({ timeout: FRONT_MS });
      await giveBack(id);
      await stage.cluster.inStep([0, 1, 2], FRONT_MS);
    }
    expect(new URL(page.url()).origin).toBe(stage.cluster.front);
    expect(await composer(page).inputValue()).toBe(DRAFT);
    expect((await texts(page)).toSorted()).toEqual(["before", "unsent", "without 2"]);
    for (const id of stage.cluster.ids)
      expect(
        (await bob.texts(stage.cluster.web(id), path.slice("/c/".length))).filter((one) => one !== "").toSorted(),
      ).toEqual(["before", "unsent", "without 2"]);
    await page.reload();
    expect((await texts(page)).toSorted()).toEqual(["before", "unsent", "without 2"]);
    expect(await composer(page).inputValue()).toBe(DRAFT);
  }

  story("each replica frozen in turn: what came and what was deleted meanwhile is there, the draft too", async () => {
    await eachInTurn(
      (id) => stage.cluster.pause(id),
      (id) => stage.cluster.resume(id),
    );
  });

  story("each replica killed in turn: the same", async () => {
    const pids: number[] = [];
    await eachInTurn(
      async (id) => {
        pids.push((await stage.cluster.kill(id)).pid);
      },
      async (id) => {
        await stage.cluster.start(id);
        expect(pids).not.toContain(stage.cluster.pid(id));
      },
    );
    expect(pids.length).toBe(3);
  });
});
