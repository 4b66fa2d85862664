/**
 * Thirty messages each by two people, while replicas are killed and started again under them at random:
 * who dies, one or two at once, and after how many words comes from a seed. All sixty arrive once, in one
 * order for both, before and after a reload. SOAK=1 takes a fresh seed and more rounds; STORM_SEED a given one.
 */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { SOAK } from "../../harness/load-cluster.ts";
import { Random } from "../simulation/random.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

const EACH = 30;
/** Deaths while the words of one story are written. */
const DEATHS = 6;
/** Words of one person between two deaths. */
const BETWEEN = EACH / DEATHS;
const STORM_MS = 240_000;
const ROUNDS = SOAK ? 5 : 1;
/** Words that are nowhere for so long were never taken by the page. */
const MISSED_MS = 4000;
/** A page that ended at the browser's error page comes back after 1, 5 or 30 s. */
const WORDS_MS = 60_000;
const FIRST_SEED = Number(process.env.STORM_SEED ?? (SOAK ? Date.now() % 1_000_000 : 7));

stories("a storm", { clusterPerStory: true }, (stage) => {
  /** Words that somebody began to write. */
  let begun = 0;
  let deaths = 0;

  /** Kills and restarts, in step in between: what may die without a loss is one or two of three. */
  async function killAndRestart(seed: number): Promise<void> {
    const random = new Random(`storm ${seed}`);
    const { cluster } = stage;
    for (let index = 0; index < DEATHS; index++) {
      const at = 2 * BETWEEN * index + random.int(0, 2 * BETWEEN - 1);
      const back = Math.min(at + random.int(0, BETWEEN), 2 * EACH);
      const victims = random.shuffled(cluster.ids).slice(0, random.chance(0.3) ? 2 : 1);
      await eventually(() => begun >= at, STORM_MS);
      const before = victims.map((id) => cluster.pid(id));
      await cluster.killTogether(victims);
      deaths += 1;
      await eventually(() => begun >= back, STORM_MS);
      for (const id of victims) await cluster.start(id);
      await cluster.inStep([0, 1, 2], HOOK_MS);
      for (const id of victims) expect(before).not.toContain(cluster.pid(id));
    }
  }

  /** What a person sees of her own words: in the list, still in the field, or (the page is just moving) nowhere. */
  async function whereIs(page: Page, text: string): Promise<"said" | "typed" | "nowhere"> {
    if ((await texts(page)).includes(text)) return "said";
    return (await composer(page).inputValue({ timeout: 1000 })) === text ? "typed" : "nowhere";
  }

  /** Types like a person: what is still in the field needs only Enter, what is gone for seconds is typed again. */
  async function write(page: Page, text: string): Promise<void> {
    let typedAt = -Infinity;
    await eventually(async () => {
      const where = await whereIs(page, text).catch(() => "nowhere" as const);
      if (where === "said") return true;
      const rested = performance.now() - typedAt > MISSED_MS;
      if (where === "nowhere" && rested)
        await composer(page)
          .fill(text, { timeout: 1000 })
          .catch(() => {});
      if (where === "typed" || rested) {
        typedAt = performance.now();
        await composer(page)
          .press("Enter", { timeout: 1000 })
          .catch(() => {});
      }
      return false;
    }, WORDS_MS);
  }

  /** All words of one person, so many between two deaths that each death meets somebody who writes. */
  async function writeAll({ page, name }: Visitor): Promise<void> {
    for (let index = 0; index < EACH; index++) {
      await eventually(() => deaths >= Math.floor(index / BETWEEN), STORM_MS);
      begun += 1;
      await write(page, `${name} ${index}`).catch(async (cause: unknown) => {
        const shown = await page.evaluate("document.body.innerText").catch(String);
        throw new Error(`${name} ${index} is not there, ${page.url()} shows ${String(shown)}`, { cause });
      });
    }
  }

  for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
    story(`all sixty once, in one order (seed ${seed})`, async () => {
      begun = deaths = 0;
      const people = await stage.pair("start", 1);
      // All sixty on one page, also on the one that a move loads.
      for (const { page } of people) await page.goto(`${page.url()}?limit=100`);
      await Promise.all([killAndRestart(seed), ...people.map(writeAll)]);
      const expected = [
        "start",
        ...people.flatMap(({ name }) => Array.from({ length: EACH }, (_, index) => `${name} ${index}`)),
      ].toSorted();
      for (const { page } of people) {
        await eventually(
          async () => (await page.locator(".pending").count()) === 0 && (await texts(page)).length >= expected.length,
        );
        expect((await texts(page)).toSorted()).toEqual(expected);
      }
      const [ann, bob] = people;
      const order = await texts(ann.page);
      expect(await texts(bob.page)).toEqual(order);
      for (const { page } of people) {
        await page.reload();
        await row(page, "start").waitFor();
        expect(await texts(page)).toEqual(order);
      }
    });
  }
});
