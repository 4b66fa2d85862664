/**
 * Tests of the simulator itself: every known bug, put back, is caught by the named
 * scenario, which passes without it. A mutant that survives means that a checker or a
 * fault is missing (or that the bug's place in src/election was renamed: sim-mutants.ts).
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { runScript } from "./script.ts";

/** What catches each bug, and by which invariant. */
const HUNTERS: Record<Mutant, { readonly scenario: string; readonly invariant: string }> = {
  "stale-replica-leads-alone": { scenario: "kill-while-catching-up", invariant: "I1" },
  "divergent-suffix-dropped": { scenario: "partition-pair-and-single", invariant: "I4" },
  "no-pause-rule": { scenario: "frozen-leader-others-die", invariant: "I1" },
  "bumps-own-ballot": { scenario: "promise-on-its-way", invariant: "I1" },
  "ack-at-majority": { scenario: "frozen-follower", invariant: "I6" },
  "ack-before-own-fsync": { scenario: "first-starts", invariant: "I6" },
  "promised-not-persisted": { scenario: "kill-one", invariant: "I5" },
  "learner-counted": { scenario: "learner-answers-for-a-member", invariant: "I6" },
  "store-id-ignored": { scenario: "wiped-disk", invariant: "I5" },
  "dedupe-missing-from-snapshot": { scenario: "wiped-disk", invariant: "I3" },
  "snapshot-switched-early": { scenario: "killed-during-a-snapshot", invariant: "I3" },
  "fork-queue-cleared-on-send": { scenario: "fork-queue-until-committed", invariant: "I4" },
  "accept-keeps-promised": { scenario: "promise-of-the-accepted", invariant: "I8" },
  "shorter-append-cuts": { scenario: "old-join-after-the-stream", invariant: "I6" },
  "excluded-stays-active": { scenario: "excluded-and-left-alone", invariant: "I1" },
  "ballot-without-nonce": { scenario: "folder-put-back", invariant: "I8" },
  "longer-log-blocks": { scenario: "learner-with-an-equal-log", invariant: "I7" },
  "log-before-snapshot": { scenario: "killed-at-the-switch", invariant: "I2" },
  "clock-unbounded": { scenario: "wrong-clock", invariant: "I11" },
  "cursor-waits-for-the-dead": { scenario: "cursor-of-a-dead-branch", invariant: "I9" },
  "login-checks-at-the-proposer-only": { scenario: "password-on-the-other-side", invariant: "I10" },
  "checksum-not-checked": { scenario: "byte-changed-on-the-way", invariant: "I2" },
};

function broken(scenario: string, mutants: ReadonlySet<string>): string | null {
  const path = join(import.meta.dir, "../scenarios", `${scenario}.txt`);
  return runScript(readFileSync(path, "utf8"), { mutants }).violation?.invariant ?? null;
}

for (const mutant of MUTANTS) {
  const { scenario, invariant } = HUNTERS[mutant];
  test(`[${invariant}] catches ${mutant} (scenario ${scenario})`, () => {
    expect(broken(scenario, new Set())).toBeNull();
    expect(broken(scenario, new Set([mutant]))).toBe(invariant);
  });
}
