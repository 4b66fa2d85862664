/**
 * What the build server runs: the checks of the sources, the build, then all tests.
 * Every step runs even if an earlier one failed, and counts as one test.
 */
import { existsSync } from "node:fs";
import { closing, runTests } from "./run-tests.ts";

const FOLDERS = ["src", "proto", "harness", "tests", "bench"].filter((folder) => existsSync(folder));

const STEPS: readonly { name: string; command: readonly string[] }[] = [
  { name: "lint", command: ["node_modules/.bin/oxlint", "--type-aware", "--deny-warnings", ...FOLDERS] },
  { name: "types", command: [process.execPath, "check", "-p", "."] },
  { name: "types of the page's scripts", command: [process.execPath, "check", "-p", "src/web/browser"] },
  { name: "format", command: [process.execPath, "fmt", "--check", ...FOLDERS] },
  { name: "build", command: ["make", "--no-print-directory", "build", "dist/lastword-faults", "dist/lastword-next"] },
];

let passed = 0;
let failed = 0;
for (const step of STEPS) {
  process.stdout.write(`== ${step.name}\n`);
  const run = Bun.spawnSync([...step.command], { stdout: "inherit", stderr: "inherit", stdin: "ignore" });
  if (run.exitCode === 0) {
    passed += 1;
  } else {
    failed += 1;
    process.stdout.write(`== ${step.name} failed\n`);
  }
}
process.stdout.write("== tests\n");
const tests = await runTests();
const all = { ...tests, passed: passed + tests.passed, failed: failed + tests.failed };
const { lines, green } = closing(all);
process.stdout.write(lines);
process.exitCode = green ? 0 : 1;
