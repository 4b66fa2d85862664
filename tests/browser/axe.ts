/** axe on a page as it is at the moment. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe finds, one line for each rule; by all its rules if none are named. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // The other mode opens a page of its own for each look, to put together what was found in frames, and here are none.
  const axe = new AxeBuilder({ page: page as never }).setLegacyMode(true);
  const { violations: found } = await (rules.length === 0 ? axe : axe.withRules([...rules])).analyze();
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}
