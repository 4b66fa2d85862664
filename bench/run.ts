/**
 * `make bench`: measures the built binary on this machine, and writes the tables of the parts that
 * ran into docs/benchmarks.md and their plots beside it. `make bench BENCH=b1` runs one part,
 * `BENCH=b1,b2` several. With QUICK=1 every part is as short as possible and nothing is written,
 * which only checks the benchmarks themselves.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { FAILOVER, FAILOVER_QUICK, failover } from "./failover.ts";
import { FAN_OUT, FAN_OUT_QUICK, fanOut } from "./fan-out.ts";
import { FILES, FILES_QUICK, files } from "./files.ts";
import { GROWTH, GROWTH_QUICK, growth } from "./growth.ts";
import { IDLE, IDLE_QUICK, idle } from "./idle.ts";
import { LISTS, LISTS_QUICK, lists } from "./lists.ts";
import { LONG_PAGES, LONG_PAGES_QUICK, longPages } from "./long-pages.ts";
import { MANY_PAGES, MANY_PAGES_QUICK, manyPages } from "./many-pages.ts";
import type { PartResult, Say } from "./part.ts";
import { PROFILE, PROFILE_QUICK, profile } from "./profile.ts";
import { READING, READING_QUICK, reading } from "./reading.ts";
import { REJOIN, REJOIN_QUICK, rejoin } from "./rejoin.ts";
import { RESUME, RESUME_QUICK, resume } from "./resume.ts";
import { ROOMS, ROOMS_QUICK, rooms } from "./rooms.ts";
import { SEARCH, SEARCH_QUICK, search } from "./search.ts";
import { SWITCHING, SWITCHING_QUICK, switching } from "./switching.ts";
import { THROUGHPUT, THROUGHPUT_QUICK, throughput } from "./throughput.ts";

interface Part {
  readonly title: string;
  readonly run: (say: Say, quick: boolean) => Promise<PartResult>;
}

const PARTS: Readonly<Record<string, Part>> = {
  b1: { title: "Acknowledged sends", run: (say, quick) => throughput(say, quick ? THROUGHPUT_QUICK : THROUGHPUT) },
  b2: { title: "Failover", run: (say, quick) => failover(say, quick ? FAILOVER_QUICK : FAILOVER) },
  b3: { title: "Fan-out", run: (say, quick) => fanOut(say, quick ? FAN_OUT_QUICK : FAN_OUT) },
  b4: { title: "Rejoin", run: (say, quick) => rejoin(say, quick ? REJOIN_QUICK : REJOIN) },
  b5: { title: "Growth", run: (say, quick) => growth(say, quick ? GROWTH_QUICK : GROWTH) },
  b6: { title: "At rest", run: (say, quick) => idle(say, quick ? IDLE_QUICK : IDLE) },
  b7: { title: "Where the CPU goes", run: (say, quick) => profile(say, quick ? PROFILE_QUICK : PROFILE) },
  b8: { title: "Many pages", run: (say, quick) => manyPages(say, quick ? MANY_PAGES_QUICK : MANY_PAGES) },
  b9: { title: "Reading", run: (say, quick) => reading(say, quick ? READING_QUICK : READING) },
  b10: { title: "The list on the left", run: (say, quick) => lists(say, quick ? LISTS_QUICK : LISTS) },
  b11: { title: "Coming back", run: (say, quick) => resume(say, quick ? RESUME_QUICK : RESUME) },
  b12: { title: "Switching", run: (say, quick) => switching(say, quick ? SWITCHING_QUICK : SWITCHING) },
  b13: { title: "Rooms", run: (say, quick) => rooms(say, quick ? ROOMS_QUICK : ROOMS) },
  b14: { title: "Long pages", run: (say, quick) => longPages(say, quick ? LONG_PAGES_QUICK : LONG_PAGES) },
  b15: { title: "Search", run: (say, quick) => search(say, quick ? SEARCH_QUICK : SEARCH) },
  b16: { title: "Files", run: (say, quick) => files(say, quick ? FILES_QUICK : FILES) },
};

const DOCS = resolve(import.meta.dir, "../docs");
const PAGE = join(DOCS, "benchmarks.md");
const TMPFS_MAGIC = 0x01021994;

const say: Say = (line) => void process.stdout.write(`${line}\n`);

/** The build, the machine, the time, and how busy the machine was before. */
function circumstances(): string {
  const git = (...words: string[]): string => execFileSync("git", words, { encoding: "utf8" }).trim();
  const commit = `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "src", "proto") === "" ? "" : " with changes"}`;
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const [load = 0] = loadavg();
  return `Commit ${commit}, Bun ${Bun.version}, ${machine}, ${new Date().toISOString().slice(0, 16)}Z, load before it ${load.toFixed(1)}.`;
}

/** Replaces the text between the part's two markers in the page. */
function putIntoPage(part: string, text: string): void {
  const page = readFileSync(PAGE, "utf8");
  const pattern = new RegExp(`(<!-- ${part} -->\n)[^]*?(<!-- /${part} -->)`);
  if (!pattern.test(page)) throw new Error(`${PAGE} has no place for ${part}`);
  writeFileSync(
    PAGE,
    page.replace(pattern, (_, open: string, close: string) => `${open}\n${text}\n\n${close}`),
  );
}

function publish(name: string, title: string, about: string, { text, plot }: PartResult): void {
  if (plot !== undefined) {
    mkdirSync(join(DOCS, "plots"), { recursive: true });
    writeFileSync(join(DOCS, "plots", `${name}.svg`), plot);
  }
  putIntoPage(name, [about, ...(plot === undefined ? [] : [`![${title}](plots/${name}.svg)`]), text].join("\n\n"));
}

async function main(words: readonly string[], quick: boolean): Promise<number> {
  const names = words.length === 0 ? Object.keys(PARTS) : words.flatMap((word) => word.split(","));
  const unknown = names.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) {
    say(`no part ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
    return 2;
  }
  if (statfsSync(tmpdir()).type === TMPFS_MAGIC) {
    // fsync does nothing on a file system in memory, so the results would mean nothing.
    say(`${tmpdir()} is in memory; set TMPDIR to a folder on a disk`);
    return 2;
  }
  const failed: string[] = [];
  for (const name of names) {
    const { title, run } = PARTS[name]!;
    const about = circumstances();
    say(`\n${name}: ${title}. ${about}`);
    try {
      const result = await run(say, quick);
      say(`\n${result.text}\n`);
      if (!quick) publish(name, title, about, result);
    } catch (error) {
      // The other parts may take half an hour, so they run even if this one failed.
      say(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      failed.push(name);
    }
  }
  if (failed.length > 0) say(`failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2), (process.env["QUICK"] ?? "") !== ""));
