/** Looks for what keeps people from using a page in its present state: by axe, and by what is wider than its place. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** The violations that axe finds, one line per rule; all rules if none are named. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  // The other mode opens an extra page for each run, to combine the results of frames, and our page has none.
  // Only violations are described; the description of everything that is right takes longer than the search.
  const axe = new AxeBuilder({ page: page as never }).options({ resultTypes: ["violations"] }).setLegacyMode(true);
  const { violations: found } = await (rules.length === 0 ? axe : axe.withRules([...rules])).analyze();
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}

const LOOKS = [
  ["light", { width: 1280, height: 800 }],
  ["dark", { width: 390, height: 780 }],
] as const;

/**
 * What axe finds, and what is wider than it should be: wide and light, and on a phone in the dark. Two looks cover all
 * widths and themes. `what` names the state in each line. The page has its own size and the light theme afterwards.
 */
export async function faults(page: Page, what: string): Promise<string[]> {
  const found: string[] = [];
  const before = page.viewportSize()!;
  for (const [colorScheme, size] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    const at = `${what}, ${colorScheme}, ${size.width} px`;
    found.push(...(await violations(page)).map((one) => `${at}: ${one}`));
    const wide = await page.evaluate(
      "[document.documentElement, ...document.querySelectorAll('main, .log, .page, dialog[open], .sidebar')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.tagName).join()",
    );
    if (wide !== "") found.push(`${at}: wider than it should be: ${String(wide)}`);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  return found;
}
