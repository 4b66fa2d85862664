/**
 * Runs all tests in parallel and says the sum in one line, `N passed, N failed`, whatever
 * the runner prints. Installs the browser where it may, else leaves the browser's tests out.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = "/usr/bin/chromium";

/** What a run of tests came to. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

function attribute(tag: string, name: string): number {
  return Number(new RegExp(`\\b${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
}

/** Reads the totals from a JUnit report; a run that failed without a failed test counts as one failure. */
export function readTotals(report: string | null, exitCode: number): Totals {
  const tag = /<testsuites [^>]*>/.exec(report ?? "")?.[0] ?? "";
  const failed = attribute(tag, "failures") + attribute(tag, "errors");
  const skipped = attribute(tag, "skipped");
  const passed = Math.max(0, attribute(tag, "tests") - failed - skipped);
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped };
}

/** True if there is a browser now; installs it where this is root on Debian. */
function ensureBrowser(): boolean {
  if (existsSync(CHROMIUM)) return true;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return false;
  process.stdout.write("installing chromium for the browser's tests\n");
  for (const command of [
    ["apt-get", "update", "-q"],
    ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
  ]) {
    const done = Bun.spawnSync(command, {
      stdout: "ignore",
      stderr: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (done.exitCode !== 0) return false;
  }
  return existsSync(CHROMIUM);
}

/** Runs the test files under these paths (all if absent); the output of the runner goes through. */
export async function runTests(paths: readonly string[] = ["tests"]): Promise<Totals> {
  const folder = mkdtempSync(join(tmpdir(), "lastword-tests-"));
  const reportPath = join(folder, "junit.xml");
  const args = ["test", "--parallel", "--only-failures", "--reporter=junit", `--reporter-outfile=${reportPath}`];
  const browser = ensureBrowser();
  if (!browser && process.env["CI"] !== "true") {
    args.push("--path-ignore-patterns", "tests/browser/**");
    process.stdout.write(`tests/browser skipped: no ${CHROMIUM}\n`);
  }
  try {
    const run = Bun.spawn([process.execPath, ...args, ...paths], {
      stdout: "inherit",
      stderr: "inherit",
      stdin: "ignore",
    });
    const exitCode = await run.exited;
    const totals = readTotals(existsSync(reportPath) ? readFileSync(reportPath, "utf8") : null, exitCode);
    if (!browser) {
      if (process.env["CI"] === "true") totals.failed += 1;
      else totals.skipped += 1;
    }
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The closing line of `make test` and `make ci`. */
export function closingLine(totals: Totals): string {
  const skipped = totals.skipped > 0 ? `${totals.skipped} skipped\n` : "";
  return `${skipped}${totals.passed} passed, ${totals.failed} failed\n`;
}

if (import.meta.main) {
  const paths = process.argv.slice(2);
  const totals = await runTests(paths.length > 0 ? paths : ["tests"]);
  process.stdout.write(closingLine(totals));
  process.exitCode = totals.failed === 0 ? 0 : 1;
}
