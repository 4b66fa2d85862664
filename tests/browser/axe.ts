/** Runs axe on a page in its present state. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** The violations that axe finds, one line per rule; all rules if none are named. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // The other mode opens an extra page for each run, to combine the results of frames, and our page has none.
  const axe = new AxeBuilder({ page: page as never }).setLegacyMode(true);
  const { violations: found } = await (rules.length === 0 ? axe : axe.withRules([...rules])).analyze();
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}
