/**
 * Two people write fifteen messages each while replicas are killed and restarted at random. A seed determines which
 * replicas die, one or two at once, and after how many messages. All messages arrive once, in the same order for both,
 * before and after a reload. SOAK=1 uses fresh seeds, more rounds, and twice the deaths and messages, STORM_SEED a given
 * seed. In the usual one, the replicas of the two die one after the other, and then both at once.
 */
import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { SOAK } from "../../harness/load-cluster.ts";
import { Random } from "../simulation/random.ts";
import { HOOK_MS, stories, story } from "./stage.ts";
import { composer, eventually, row, texts, type Visitor } from "./visitor.ts";

const EACH = SOAK ? 30 : 15;
/** Deaths while the messages of one story are written. */
const DEATHS = SOAK ? 6 : 3;
/** Messages of one person between two deaths. */
const BETWEEN = EACH / DEATHS;
const STORM_MS = 240_000;
const ROUNDS = SOAK ? 5 : 1;
/** If a message is nowhere for this long, the page never accepted it. */
const MISSED_MS = 4000;
/** Long, because a page that ended at the browser's error page comes back only after 1, 5 or 30 s. */
const WORDS_MS = 60_000;
const FIRST_SEED = Number(process.env.STORM_SEED ?? (SOAK ? Date.now() % 1_000_000 : 8));

stories("a storm", { clusterPerStory: true }, (stage) => {
  /** Messages that a person has begun to write. */
  let begun = 0;
  let deaths = 0;

  /** Kills and restarts replicas, and waits until all are in step in between, so that one or two of three may die. */
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

  /** Where a person sees their own message: in the list, still in the field, or (while the page moves) nowhere. */
  async function whereIs(page: Page, text: string): Promise<"said" | "typed" | "nowhere"> {
    if ((await texts(page)).includes(text)) return "said";
    return (await composer(page).inputValue({ timeout: 1000 })) === text ? "typed" : "nowhere";
  }

  /** Writes like a person: presses Enter again if the text is still in the field, and types it again if it is gone. */
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

  /** Writes all messages of one person, in step with the deaths, so that each death meets somebody who writes. */
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
    story(`all once, in one order (seed ${seed})`, async () => {
      begun = deaths = 0;
      const people = await stage.pair("start", 1);
      // Shows all of them on one page, even after a move.
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
