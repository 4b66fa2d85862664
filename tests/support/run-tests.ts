/**
 * Runs all tests, level after level, and prints the sum in one line, `N passed, N failed`. There is one process of tests
 * for each core, and beside them one for the files that mostly wait. More gain nothing, and a replica that gets no CPU for
 * a second rightly behaves like one that was paused, so that its test waits in vain. No test gets a second try. If it may,
 * it installs browsers and proxies; otherwise it leaves out their tests.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { each } from "../../harness/each.ts";
import { WORKERS_MAX } from "../../harness/free-ports.ts";

const CHROMIUM = "/usr/bin/chromium";

/** The results of a run of tests. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** The results of the tests in one file. */
export interface FileTotals extends Totals {
  /** From the first test to the last, including hooks. */
  readonly seconds: number;
}

/**
 * The time limit of a test that sets none. Longer than any wait in a test, so that the wait says what did not happen.
 * Bun's default of 5 s fails tests of a moment on a busy machine, and bunfig.toml cannot change it.
 */
const TEST_MS = 90_000;
/** Where the time goes: a table of every process of the last run. */
const TIMES = "dist/test-times.tsv";
/** Number of files in the line of the slowest ones. */
const SLOWEST_MAX = 5;

/** Tests that run together. */
interface Level {
  readonly name: string;
  /** Relative to tests/. */
  readonly globs: readonly string[];
  /** The slowest files, which run first and each in a process of its own, so that no core waits for them at the end. */
  readonly slowest: readonly string[];
  /**
   * Files that need a core for less than half of their time, because they wait for timeouts. They run one after another
   * beside all others, each in a process of its own.
   */
  readonly waiting: readonly string[];
  /** How many of the other files share a process. */
  readonly together: number;
  /**
   * Whether each file of a process gets modules of its own. Where a file needs a tenth of a second, evaluating all
   * modules anew for it takes longer than its tests; those files leave nothing behind in a module. Files of stories
   * share a browser and a cluster through one (tests/browser/stage.ts).
   */
  readonly isolated: boolean;
  /** A module that is loaded before the files of a process. */
  readonly preload?: string;
  /** For the process of the tests, and for the replicas that it starts. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Most replicas of tests live for seconds, which is too short for optimized code to be worth its compilation: without
 * it, a replica takes a third less processor time until it serves, and as little under load.
 */
const SHORT_LIVED = { BUN_JSC_useDFGJIT: "0" };
/**
 * The simulator needs optimized code; but the highest level of it costs more to compile than it saves in a minute: a
 * tenth of the processor time.
 */
const FOR_A_MINUTE = { BUN_JSC_useFTLJIT: "0" };

const LEVELS: readonly Level[] = [
  {
    name: "rules, units, contracts, scenarios, simulation",
    globs: ["*.test.ts", "{unit,contract,scenarios,simulation}/**/*.test.ts"],
    slowest: [
      "simulation/simulation-1.test.ts",
      "simulation/simulation-2.test.ts",
      "simulation/targeted.test.ts",
      "simulation/mutants.test.ts",
    ],
    waiting: [],
    together: 40,
    isolated: false,
    environment: FOR_A_MINUTE,
  },
  {
    name: "clusters",
    globs: ["cluster/**/*.test.ts"],
    slowest: [
      "cluster/upgrade.test.ts",
      "cluster/faults-kill.test.ts",
      "cluster/chaos.test.ts",
      "cluster/partition.test.ts",
      "cluster/faults-damage.test.ts",
      "cluster/faults-kill-rarely.test.ts",
    ],
    waiting: [
      "cluster/basics.test.ts",
      "cluster/terminal.test.ts",
      "cluster/starts.test.ts",
      "cluster/hosts.test.ts",
      "cluster/second-computer.test.ts",
      "cluster/faults-clients.test.ts",
      "cluster/branches.test.ts",
      "cluster/order.test.ts",
      "cluster/restart-orders.test.ts",
      "cluster/search.test.ts",
      "cluster/push.test.ts",
      "cluster/clocks.test.ts",
      "cluster/strangers.test.ts",
    ],
    together: 1,
    isolated: true,
    environment: SHORT_LIVED,
  },
  {
    name: "browsers",
    globs: ["browser/**/*.test.ts"],
    preload: "./tests/browser/keep-open.ts",
    slowest: ["browser/addresses.test.ts", "browser/everyday.test.ts", "browser/access.test.ts"],
    waiting: ["browser/moving.test.ts", "browser/panel.test.ts", "browser/installing.test.ts", "browser/front.test.ts"],
    together: 4,
    isolated: false,
    environment: SHORT_LIVED,
  },
];
/** Processes for files that wait. */
const WAITING_AT_ONCE = 1;
/** Other processes at the same time: one for each core, from two on, and as many as have ports (free-ports.ts). */
const AT_ONCE = Math.min(WORKERS_MAX - WAITING_AT_ONCE, Math.max(2, availableParallelism()));
/** What Bun prints about every file; it is left out if the file passes. */
const CHATTER =
  /^(bun test v.*|tests\/\S+\.test\.ts:| *\d+ (pass|fail|skip|expect\(\) calls).*|Ran \d+ tests? across .*|)$/;

const NOT_LOADED: FileTotals = { passed: 0, failed: 1, skipped: 0, seconds: 0 };

function attribute(tag: string, name: string): number {
  return Number(new RegExp(`\\b${name}="([\\d.]+)"`).exec(tag)?.[1] ?? 0);
}

/** Reads the totals of each file from a JUnit report. A file that is missing there failed to load. */
export function readTotals(report: string | null, files: readonly string[]): Map<string, FileTotals> {
  const totals = new Map<string, FileTotals>();
  for (const file of files) totals.set(file, { ...NOT_LOADED });
  // The suite of a file is indented by two spaces, suites inside it by more.
  for (const [tag, file] of (report ?? "").matchAll(/^ {2}<testsuite name="([^"]+)"[^>]*>/gm)) {
    const failed = attribute(tag, "failures") + attribute(tag, "errors");
    const skipped = attribute(tag, "skipped");
    const passed = Math.max(0, attribute(tag, "tests") - failed - skipped);
    totals.set(file!, { passed, failed, skipped, seconds: attribute(tag, "time") });
  }
  return totals;
}

/** Programs of Debian that tests use. Each package has the name of its program. */
const PROGRAMS = [
  CHROMIUM,
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/firefox-esr",
  "/usr/sbin/nginx",
  "/usr/sbin/haproxy",
];

/**
 * Installs missing programs if this is root on Debian. True if there is Chromium now; tests skip other missing ones.
 */
function ensurePrograms(): boolean {
  const missing = PROGRAMS.filter((path) => !existsSync(path)).map((path) => path.slice(path.lastIndexOf("/") + 1));
  if (missing.length === 0) return true;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    process.stdout.write(`installing ${missing.join(", ")} for the browser's tests\n`);
    // One by one, so that one failure does not affect the others. RUNLEVEL keeps packages from starting services.
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

/** Numbers of processes that do not run. Each process takes its ports from the share of its number (harness/free-ports.ts). */
const numbers = Array.from({ length: AT_ONCE + WAITING_AT_ONCE }, (_, i) => i);

/** What a process of tests brought. */
interface Ran {
  readonly totals: ReadonlyMap<string, FileTotals>;
  readonly wallSeconds: number;
  /** Processor time, also of the processes that it started and that have ended. */
  readonly cpuSeconds: number;
}

/** Runs files in one process, and prints what they print. */
async function runFiles(files: readonly string[], { isolated, preload, environment }: Level): Promise<Ran> {
  const number = numbers.shift()!;
  const folder = mkdtempSync(join(tmpdir(), "lastword-tests-"));
  const report = join(folder, "junit.xml");
  const started = performance.now();
  try {
    const reporter = ["--only-failures", "--reporter=junit", `--reporter-outfile=${report}`];
    const first = [...(isolated ? ["--isolate"] : []), ...(preload === undefined ? [] : [`--preload=${preload}`])];
    const words = ["test", ...first, `--timeout=${TEST_MS}`, ...reporter];
    const env = { ...process.env, ...environment, BUN_TEST_WORKER_ID: String(number) };
    const pipes = { stdout: "pipe", stderr: "pipe", stdin: "ignore" } as const;
    const run = Bun.spawn([process.execPath, ...words, ...files], { env, ...pipes });
    const [out, errors, exitCode] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited]);
    const totals = readTotals(existsSync(report) ? readFileSync(report, "utf8") : null, files);
    const lines = `${out}\n${errors}`.split("\n");
    const shown = exitCode === 0 ? lines.filter((line) => !CHATTER.test(line)) : lines;
    if (shown.length > 0) process.stdout.write(`${shown.join("\n")}\n`);
    const anyFailed = [...totals.values()].some(({ failed }) => failed > 0);
    if (exitCode !== 0 && !anyFailed) totals.set(`(the runner of ${files[0]})`, { ...NOT_LOADED });
    const wallSeconds = (performance.now() - started) / 1000;
    return { totals, wallSeconds, cpuSeconds: Number(run.resourceUsage()?.cpuTime.total ?? 0) / 1e6 };
  } finally {
    numbers.push(number);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The slowest files, slowest first, in one line. */
export function slowestLine(results: ReadonlyMap<string, FileTotals>): string {
  const slowest = [...results].toSorted(([, a], [, b]) => b.seconds - a.seconds).slice(0, SLOWEST_MAX);
  return `slowest: ${slowest.map(([file, { seconds }]) => `${file} ${Math.round(seconds)} s`).join(", ")}\n`;
}

/** The files of each process of a level, in the order in which they start. */
interface Groups {
  readonly busy: readonly (readonly string[])[];
  /** Of {@link Level.waiting}. */
  readonly waiting: readonly (readonly string[])[];
}

function groupsOf({ globs, slowest, waiting, together }: Level): Groups {
  const found = new Set(globs.flatMap((glob) => [...new Bun.Glob(glob).scanSync("tests")]).sort());
  const named = [...slowest, ...waiting];
  const unknown = named.filter((file) => !found.has(file));
  if (unknown.length > 0) throw new Error(`no such test: ${unknown.join(", ")}`);
  const others = [...found].filter((file) => !named.includes(file));
  const count = Math.ceil(others.length / together);
  const groups = Array.from({ length: count }, (_, i) => others.filter((_file, at) => at % count === i));
  const paths = (files: readonly string[]): string[] => files.map((file) => `tests/${file}`);
  return {
    busy: [...slowest.map((file) => [file]), ...groups].map(paths),
    waiting: waiting.map((file) => paths([file])),
  };
}

/** The processes of tests of a level that have ended, in that order. */
interface Progress {
  readonly level: Level;
  readonly groups: Groups;
  readonly ran: Ran[];
  /** Monotonic ms; 0 until the first one starts. */
  started: number;
}

/** The line of a level that has ended, with its sums. */
function levelLine({ level, groups, ran, started }: Progress): string {
  const results = new Map(ran.flatMap(({ totals }) => [...totals]));
  const wall = Math.round((performance.now() - started) / 1000);
  const cpu = Math.round(ran.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0));
  const files = [groups.busy, groups.waiting].flat(2).length;
  return `== ${level.name}: ${files} files, ${wall} s, ${cpu} s of processor time; ${slowestLine(results)}`;
}

/** Every process of tests with what it took, longest first, as a table. A process with several files has a row for all. */
function timesTable(ran: readonly Ran[]): string {
  const longestFirst = ran.toSorted((a, b) => b.wallSeconds - a.wallSeconds);
  const rows = longestFirst.map(
    ({ totals, wallSeconds, cpuSeconds }) =>
      `${wallSeconds.toFixed(1)}\t${cpuSeconds.toFixed(1)}\t${[...totals.keys()].join(" ")}\n`,
  );
  return `seconds\tprocessor seconds\tfiles\n${rows.join("")}`;
}

/**
 * Runs every level, and passes the runner's output through. The files of the next level start as soon as there is
 * room, so that no core waits for the last file of a level.
 */
export async function runTests(): Promise<Totals> {
  const sum: Totals = { passed: 0, failed: 0, skipped: 0 };
  const hasBrowser = ensurePrograms();
  const levels: Progress[] = [];
  for (const level of LEVELS) {
    if (level.name === "browsers" && !hasBrowser) {
      process.stdout.write(`tests/browser skipped: no ${CHROMIUM}\n`);
      add(sum, { passed: 0, failed: process.env["CI"] === "true" ? 1 : 0, skipped: 1 });
    } else levels.push({ level, groups: groupsOf(level), ran: [], started: 0 });
  }
  const run = async (kind: keyof Groups, atOnce: number): Promise<void> => {
    const queue = levels.flatMap((progress) => progress.groups[kind].map((files) => ({ progress, files })));
    await each(queue.length, atOnce, async (i) => {
      const { progress, files } = queue[i]!;
      const { level, groups, ran } = progress;
      progress.started ||= performance.now();
      ran.push(await runFiles(files, level));
      if (ran.length === groups.busy.length + groups.waiting.length) process.stdout.write(levelLine(progress));
    });
  };
  await Promise.all([run("busy", AT_ONCE), run("waiting", WAITING_AT_ONCE)]);
  const ran = levels.flatMap((progress) => progress.ran);
  for (const { totals } of ran) for (const one of totals.values()) add(sum, one);
  writeFileSync(TIMES, timesTable(ran));
  return sum;
}

function add(sum: Totals, more: Totals): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
}

/** The closing lines of `make test` and `make ci`, and whether the run is green. */
export function closing({ passed, failed, skipped }: Totals): { readonly lines: string; readonly green: boolean } {
  const lines = [...(skipped > 0 ? [`${skipped} skipped`] : []), `${passed} passed, ${failed} failed`];
  return { lines: `${lines.join("\n")}\n`, green: failed === 0 };
}

if (import.meta.main) {
  const { lines, green } = closing(await runTests());
  process.stdout.write(lines);
  process.exitCode = green ? 0 : 1;
}
