/** Looks for what keeps people from using a page in its present state: by axe, and by what is wider than its place. */
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { SOAK } from "../../harness/load-cluster.ts";

/** The minified one, because every page compiles it anew. */
const AXE = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();

/** Only violations are described; the description of everything that is right takes longer than the search. */
const OPTIONS: RunOptions = { resultTypes: ["violations"] };

/** The violations that axe finds, one line per rule; all rules if none are named. */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  const options: RunOptions = rules.length === 0 ? OPTIONS : { ...OPTIONS, runOnly: [...rules] };
  // The page compiles the half megabyte of axe once, and not for each question. Our page has no frames.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
}

const LOOKS = [
  ["light", { width: 1280, height: 800 }],
  ["dark", { width: 390, height: 780 }],
] as const;

/**
 * What axe finds, and what is wider than it should be. There are two looks, which cover all widths and themes: wide and
 * light, and on a phone in the dark. The width is checked in both. Axe, which takes half a second of processor time, sees
 * a state in the look that its name chooses; with SOAK=1 it sees each state in both. `what` names the state in each line. The page has its own size and the light theme afterwards.
 */
export async function faults(page: Page, what: string): Promise<string[]> {
  const found: string[] = [];
  const before = page.viewportSize()!;
  const turn = what.length % LOOKS.length;
  for (const [index, [colorScheme, size]] of LOOKS.entries()) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    const at = `${what}, ${colorScheme}, ${size.width} px`;
    if (SOAK || index === turn) found.push(...(await violations(page)).map((one) => `${at}: ${one}`));
    const wide = await page.evaluate(
      "[document.documentElement, ...document.querySelectorAll('main, .log, .page, dialog[open], .sidebar')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.tagName).join()",
    );
    if (wide !== "") found.push(`${at}: wider than it should be: ${String(wide)}`);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}
