/**
 * Replays one seed: `bun tests/simulation/run-seed.ts SEED [MODE [RECOVERY [LINES]]]`.
 * Without MODE it runs all modes with both policies. After a violation it prints the last
 * LINES (default 80) of the trace, and ends with status 1.
 */
import type { Recovery } from "../../src/base/modes.ts";
import { MODES, type Mode } from "./nemesis.ts";
import { describeReport, runSeed, type RunName } from "./run.ts";

const [seedText = "1", mode, recovery, lines = "80"] = process.argv.slice(2);
const mutants = new Set((process.env["SIM_MUTANTS"] ?? "").split(",").filter((m) => m !== ""));
const replicas = Number(process.env["SOAK_REPLICAS"] ?? "3");
/** SIM_GREP keeps only the matching lines of the trace. */
const wanted = process.env["SIM_GREP"] === undefined ? null : new RegExp(process.env["SIM_GREP"]);
const seed = Number(seedText);
const names: RunName[] = (mode === undefined ? MODES : [mode as Mode]).flatMap((m) =>
  (recovery === undefined ? (["wait", "any"] as const) : [recovery as Recovery]).map((r) => ({
    seed,
    mode: m,
    recovery: r,
  })),
);

let failed = false;
for (const name of names) {
  const began = performance.now();
  const report = runSeed(name, { mutants, replicas });
  process.stdout.write(`${describeReport(report)} (${Math.round(performance.now() - began)} ms)\n`);
  if (report.violation === null) continue;
  failed = true;
  // Repeat the run with a trace; it goes the same way.
  const trace: string[] = [];
  const max = Number(lines);
  runSeed(name, {
    mutants,
    replicas,
    trace: (line) => {
      if (wanted !== null && !wanted.test(line)) return;
      trace.push(line);
      if (trace.length > 4 * max) trace.splice(0, trace.length - max);
    },
  });
  process.stdout.write(`${trace.slice(-max).join("\n")}\n${report.violation.message}\n`);
}
process.exitCode = failed ? 1 : 0;
