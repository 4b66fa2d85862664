/**
 * Runs fresh seeds for SOAK_SECONDS (default 60) in all modes with both policies, and prints one
 * line per failure. SOAK_FROM sets the first seed, SOAK_MODES (comma-separated) the modes,
 * SOAK_REPLICAS the number of replicas (2 to 7, default 3).
 */
import { noCoverage } from "./checks.ts";
import { MODES, type Mode } from "./nemesis.ts";
import { addCoverage, describeReport, runSeed } from "./run.ts";

const seconds = Number(process.env["SOAK_SECONDS"] ?? "60");
const first = Number(process.env["SOAK_FROM"] ?? Math.floor(Math.random() * 1e9));
const modes = (process.env["SOAK_MODES"]?.split(",") as Mode[] | undefined) ?? MODES;
const mutants = new Set((process.env["SIM_MUTANTS"] ?? "").split(",").filter((m) => m !== ""));
const replicas = Number(process.env["SOAK_REPLICAS"] ?? "3");
const coverage = noCoverage();
let runs = 0;
let failed = 0;
let acks = 0;
const end = performance.now() + seconds * 1000;
for (let seed = first; performance.now() < end; seed++) {
  for (const mode of modes) {
    for (const recovery of ["wait", "any"] as const) {
      const report = runSeed({ seed, mode, recovery }, { mutants, replicas });
      runs++;
      acks += report.acks;
      addCoverage(coverage, report.coverage);
      if (report.violation === null) continue;
      failed++;
      process.stdout.write(`${describeReport(report).split("\n").slice(0, 3).join(" | ")}\n`);
    }
  }
}
process.stdout.write(`${runs} runs from seed ${first}, ${failed} failed, ${acks} acks, ${JSON.stringify(coverage)}\n`);
process.exitCode = failed > 0 ? 1 : 0;
