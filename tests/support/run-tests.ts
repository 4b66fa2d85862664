/**
 * Runs all tests, level after level, and says the sum in one line, `N passed, N failed`.
 * Levels that start processes come by themselves: a replica that gets no processor for a
 * second behaves as it should, like one that was paused, and its test waits in vain.
 * Installs browsers and proxies where it may, else leaves their tests out.
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

/** Tests that run at the same time. */
interface Level {
  readonly name: string;
  /** Below tests/. */
  readonly globs: readonly string[];
  readonly processes: number;
  /** Real processes on a machine that others use too: a file that fails is run once more, alone, and both results are shown. */
  readonly again: boolean;
}

const LEVELS: readonly Level[] = [
  {
    name: "rules, units, contracts, scenarios, simulation",
    globs: ["*.test.ts", "{unit,contract,scenarios,simulation}/**/*.test.ts"],
    processes: 2,
    again: false,
  },
  { name: "clusters", globs: ["cluster/**/*.test.ts"], processes: 2, again: true },
  { name: "browsers", globs: ["browser/**/*.test.ts"], processes: 2, again: true },
];

function attribute(tag: string, name: string): number {
  return Number(new RegExp(`\\b${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
}

/** Reads the totals of each file from a JUnit report; a file that is not in it failed to load. */
export function readTotals(report: string | null, files: readonly string[]): Map<string, Totals> {
  const totals = new Map<string, Totals>();
  for (const file of files) totals.set(file, { passed: 0, failed: 1, skipped: 0 });
  // Suites of files are indented by two spaces, those inside them by more.
  for (const [tag, file] of (report ?? "").matchAll(/^ {2}<testsuite name="([^"]+)"[^>]*>/gm)) {
    const failed = attribute(tag, "failures") + attribute(tag, "errors");
    const skipped = attribute(tag, "skipped");
    totals.set(file!, { passed: Math.max(0, attribute(tag, "tests") - failed - skipped), failed, skipped });
  }
  return totals;
}

/** Programs of Debian that tests drive: the package has the program's name. */
const PROGRAMS = [CHROMIUM, "/usr/bin/firefox-esr", "/usr/sbin/nginx", "/usr/sbin/haproxy"];

/** Installs what is missing where this is root on Debian; true if there is Chromium now. The rest leaves out its rows. */
function ensurePrograms(): boolean {
  const missing = PROGRAMS.filter((path) => !existsSync(path)).map((path) => path.slice(path.lastIndexOf("/") + 1));
  if (missing.length === 0) return true;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    process.stdout.write(`installing ${missing.join(", ")} for the browser's tests\n`);
    // One after the other: what cannot be had does not keep the others away. No service is started by its package.
    const install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
    for (const command of [["apt-get", "update", "-q"], ...missing.map((name) => [...install, name])])
      Bun.spawnSync(command, {
        stdout: "ignore",
        stderr: "inherit",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      });
  }
  return existsSync(CHROMIUM);
}

async function runFiles(files: readonly string[], processes: number): Promise<Map<string, Totals>> {
  const folder = mkdtempSync(join(tmpdir(), "lastword-tests-"));
  const report = join(folder, "junit.xml");
  try {
    const run = Bun.spawn(
      [
        process.execPath,
        "test",
        `--parallel=${processes}`,
        "--only-failures",
        "--reporter=junit",
        `--reporter-outfile=${report}`,
        ...files,
      ],
      { stdout: "inherit", stderr: "inherit", stdin: "ignore" },
    );
    const exitCode = await run.exited;
    const totals = readTotals(existsSync(report) ? readFileSync(report, "utf8") : null, files);
    const anyFailed = [...totals.values()].some(({ failed }) => failed > 0);
    if (exitCode !== 0 && !anyFailed) totals.set("(the runner)", { passed: 0, failed: 1, skipped: 0 });
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runLevel(level: Level): Promise<Totals> {
  const files = level.globs
    .flatMap((glob) => [...new Bun.Glob(glob).scanSync("tests")])
    .map((file) => `tests/${file}`)
    .sort();
  const started = performance.now();
  process.stdout.write(`== ${level.name}: ${files.length} files\n`);
  const results = await runFiles(files, level.processes);
  const failed = [...results].filter(([, { failed: count }]) => count > 0).map(([file]) => file);
  if (level.again && failed.length > 0) {
    process.stdout.write(`== once more, alone: ${failed.join(" ")}\n`);
    for (const file of failed) for (const [name, totals] of await runFiles([file], 1)) results.set(name, totals);
  }
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const totals of results.values()) add(sum, totals);
  process.stdout.write(`== ${level.name}: ${Math.round((performance.now() - started) / 1000)} s\n`);
  return sum;
}

function add(sum: Totals, more: Totals): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
}

/** Runs every level; the output of the runner goes through. */
export async function runTests(): Promise<Totals> {
  const sum: Totals = { passed: 0, failed: 0, skipped: 0 };
  const browser = ensurePrograms();
  for (const level of LEVELS) {
    if (level.name === "browsers" && !browser) {
      process.stdout.write(`tests/browser skipped: no ${CHROMIUM}\n`);
      add(sum, { passed: 0, failed: process.env["CI"] === "true" ? 1 : 0, skipped: 1 });
    } else {
      add(sum, await runLevel(level));
    }
  }
  return sum;
}

/** The closing line of `make test` and `make ci`. */
export function closingLine(totals: Totals): string {
  const skipped = totals.skipped > 0 ? `${totals.skipped} skipped\n` : "";
  return `${skipped}${totals.passed} passed, ${totals.failed} failed\n`;
}

if (import.meta.main) {
  const totals = await runTests();
  process.stdout.write(closingLine(totals));
  process.exitCode = totals.failed === 0 ? 0 : 1;
}
