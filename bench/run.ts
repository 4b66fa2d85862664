/**
 * `make bench`: measures the built binary on this machine and writes the tables of the parts
 * that ran into docs/benchmarks.md. `make bench BENCH=b1` runs one part; `b1,b2` some.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { resolve } from "node:path";
import { failover } from "./failover.ts";
import { fanOut } from "./fan-out.ts";
import { idle } from "./idle.ts";
import { rejoin } from "./rejoin.ts";
import { throughput } from "./throughput.ts";

type Say = (line: string) => void;

const PARTS: Readonly<Record<string, { readonly title: string; readonly run: (say: Say) => Promise<string> }>> = {
  b1: { title: "Acknowledged sends", run: (say) => throughput(say) },
  b2: { title: "Failover", run: (say) => failover(say) },
  b3: { title: "Fan-out", run: (say) => fanOut(say) },
  b4: { title: "Rejoin", run: (say) => rejoin(say) },
  b6: { title: "Idle", run: (say) => idle(say) },
};

const PAGE = resolve(import.meta.dir, "../docs/benchmarks.md");
const TMPFS_MAGIC = 0x01021994;

const say: Say = (line) => void process.stdout.write(`${line}\n`);

/** Which build, which machine, when, and how busy it was with other things. */
function circumstances(): string {
  const git = (...words: string[]): string => execFileSync("git", words, { encoding: "utf8" }).trim();
  const commit = `${git("rev-parse", "--short=12", "HEAD")}${git("status", "--porcelain", "src", "proto") === "" ? "" : " with changes"}`;
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const [load = 0] = loadavg();
  return `Commit ${commit}, Bun ${Bun.version}, ${machine}, ${new Date().toISOString().slice(0, 16)}Z, load before it ${load.toFixed(1)}.`;
}

/** Replaces the text between the part's two markers. */
function putIntoPage(part: string, text: string): void {
  if (!existsSync(PAGE)) return;
  const page = readFileSync(PAGE, "utf8");
  const pattern = new RegExp(`(<!-- ${part} -->\n)[^]*?(<!-- /${part} -->)`);
  if (pattern.test(page))
    writeFileSync(
      PAGE,
      page.replace(pattern, (_, open: string, close: string) => `${open}\n${text}\n\n${close}`),
    );
}

async function main(words: readonly string[]): Promise<number> {
  const names = words.length === 0 ? Object.keys(PARTS) : words.flatMap((word) => word.split(","));
  const unknown = names.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined) {
    say(`no part ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
    return 2;
  }
  if (statfsSync(tmpdir()).type === TMPFS_MAGIC) {
    // A file system in memory has no fsync to speak of, and then nothing here means anything.
    say(`${tmpdir()} is in memory; set TMPDIR to a folder on a disk`);
    return 2;
  }
  for (const name of names) {
    const part = PARTS[name]!;
    const about = circumstances();
    say(`\n${name}: ${part.title}. ${about}`);
    const result = await part.run(say);
    say(`\n${result}\n`);
    putIntoPage(name, `${about}\n\n${result}`);
  }
  return 0;
}

process.exit(await main(process.argv.slice(2)));
