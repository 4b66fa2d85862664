/**
 * The fixed list of seeds that `make test` runs, in two halves (two test files, so that two
 * cores share the work). Each half must reach every kind of event often enough; otherwise the
 * list no longer tests what it is for.
 */
import { expect, test } from "bun:test";
import { noCoverage, type Coverage } from "./checks.ts";
import { MODES } from "./nemesis.ts";
import { ACKS_MIN, addCoverage, describeReport, FAULTS_MIN, FAULTS_MS, runSeed } from "./run.ts";

/** Minimum number of events of each kind in each half. */
const COVERAGE_MIN = 15;
const TEST_TIMEOUT_MS = 120_000;
/** The list has all seeds from 1 to this. */
export const SEED_MAX = 26;

/** Registers the tests of one half: every seed in every mode with both policies. */
export function simulate(seeds: readonly number[]): void {
  const coverage = noCoverage();
  let runs = 0;
  for (const mode of MODES) {
    for (const recovery of ["wait", "any"] as const) {
      const range = `seeds ${seeds[0]} to ${seeds.at(-1)}`;
      const title = `[I0] [I1] [I2] [I3] [I4] [I5] [I6] [I7] [I8] [I9] [I11] [I12] [I13] [I14] hold: ${mode}, ${recovery}, ${range}`;
      test(
        title,
        () => {
          for (const seed of seeds) {
            const report = runSeed({ seed, mode, recovery });
            runs++;
            addCoverage(coverage, report.coverage);
            if (report.violation !== null) {
              throw new Error(`${describeReport(report)}\nmake sim SEED=${seed} replays all modes of this seed`);
            }
            expect(report.simulatedMs).toBeGreaterThanOrEqual(FAULTS_MS);
            expect(report.acks).toBeGreaterThanOrEqual(ACKS_MIN);
            expect(report.faults).toBeGreaterThanOrEqual(FAULTS_MIN);
          }
        },
        TEST_TIMEOUT_MS,
      );
    }
  }
  test("the fixed list reaches every kind of event", () => {
    process.stdout.write(`simulation: ${runs} runs, ${JSON.stringify(coverage)}\n`);
    expect(runs).toBe(seeds.length * MODES.length * 2);
    for (const kind of Object.keys(coverage) as (keyof Coverage)[]) {
      expect({ kind, enough: coverage[kind] >= COVERAGE_MIN }).toEqual({ kind, enough: true });
    }
  });
}

/** The seeds from `first` to `last`, both included. */
export function seedsFrom(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
