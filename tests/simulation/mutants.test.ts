/**
 * Tests of the simulator itself: the named scenario or run catches each known bug. If a mutant survives, a check or a
 * fault is missing. That they pass without the bug is checked where they belong: each scenario in tests/scenarios, each
 * run of the fixed list in simulation-*.test.ts, and the scenes in targeted.test.ts and merge-cases.test.ts.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Violation } from "./checks.ts";
import { SEED_MAX } from "./fixed-list.ts";
import { mergeCases } from "./merge-cases.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { runSeed, type RunName } from "./run.ts";
import { forkOverAnEnabling, killedAfterAMark, leadershipLostWhileEnabling } from "./scenes.ts";
import { runScript } from "./script.ts";
import { SHELL_MUTANTS, type ShellMutant } from "./shell-mutants.ts";

/** A run of some simulated minutes, on a machine that may be busy. */
const BOUND_MS = 60_000;

interface Hunter {
  /** A file in tests/scenarios, a run of the fixed list, or a scene that throws the violation. */
  readonly by: string | RunName | ((mutants: ReadonlySet<string>) => void);
  readonly invariant: string;
}

/** What catches each bug, and by which invariant. */
const HUNTERS: Record<Mutant | ShellMutant, Hunter> = {
  "stale-replica-leads-alone": { by: "kill-while-catching-up", invariant: "I1" },
  "divergent-suffix-dropped": { by: "partition-pair-and-single", invariant: "I4" },
  "no-pause-rule": { by: "frozen-leader-others-die", invariant: "I1" },
  "bumps-own-ballot": { by: "promise-on-its-way", invariant: "I1" },
  "ack-at-majority": { by: "frozen-follower", invariant: "I6" },
  "ack-before-own-fsync": { by: "first-starts", invariant: "I6" },
  "promised-not-persisted": { by: "kill-one", invariant: "I5" },
  "learner-counted": { by: "learner-answers-for-a-member", invariant: "I6" },
  "store-id-ignored": { by: "wiped-disk", invariant: "I5" },
  "dedupe-missing-from-snapshot": { by: "wiped-disk", invariant: "I3" },
  "snapshot-switched-early": { by: "killed-during-a-snapshot", invariant: "I3" },
  "accept-keeps-promised": { by: "promise-of-the-accepted", invariant: "I8" },
  "shorter-append-cuts": { by: "old-join-after-the-stream", invariant: "I6" },
  "excluded-stays-active": { by: "excluded-and-left-alone", invariant: "I1" },
  "candidate-consents": { by: "candidate-that-leaves", invariant: "I1" },
  "ballot-without-nonce": { by: "folder-put-back", invariant: "I8" },
  "longer-log-blocks": { by: "learner-with-an-equal-log", invariant: "I7" },
  "log-before-snapshot": { by: "killed-at-the-switch", invariant: "I2" },
  "clock-unbounded": { by: "wrong-clock", invariant: "I11" },
  "cursor-waits-for-the-dead": { by: "cursor-of-a-dead-branch", invariant: "I9" },
  "login-checks-at-the-proposer-only": { by: "password-on-the-other-side", invariant: "I10" },
  "format-kept-by-a-merge": { by: forkOverAnEnabling, invariant: "I13" },
  "too-old-goes-on": { by: { seed: 16, mode: "upgrade", recovery: "any" }, invariant: "I13" },
  "early-mark-dropped": { by: forkOverAnEnabling, invariant: "I3" },
  "marks-lost-at-a-failover": { by: killedAfterAMark, invariant: "I4" },
  "checksum-not-checked": { by: "byte-changed-on-the-way", invariant: "I2" },
  "answer-before-persisted": { by: "first-starts", invariant: "I6" },
  "op-taken-twice": { by: { seed: 1, mode: "partition", recovery: "wait" }, invariant: "I0" },
  "op-dropped-when-the-leader-changes": { by: "op-under-way-when-the-leader-dies", invariant: "I7" },
  "apply-skips-at-a-full-disk": { by: { seed: 2, mode: "partition", recovery: "wait" }, invariant: "I0" },
  "rows-dropped-at-a-full-disk": { by: { seed: 2, mode: "strict", recovery: "wait" }, invariant: "I6" },
  "read-answered-from-an-older-round": { by: "reads-beside-writes", invariant: "I8" },
  "looks-before-it-may": { by: "reads-beside-writes", invariant: "I8" },
  "waiter-never-woken": { by: "read-waits-for-apply", invariant: "I7" },
  "ban-loses-to-an-invitation": { by: mergeCases, invariant: "I14" },
  "joined-what-became-private": { by: mergeCases, invariant: "I14" },
  "snapshot-fetched-from-two": { by: { seed: 16, mode: "upgrade", recovery: "wait" }, invariant: "I0" },
  "time-out-called-definite": { by: { seed: 1, mode: "partition", recovery: "wait" }, invariant: "I12" },
  "refused-comes-back": { by: { seed: 9, mode: "upgrade", recovery: "any" }, invariant: "I12" },
  "compacts-before-sync": { by: { seed: 2, mode: "partition", recovery: "wait" }, invariant: "I2" },
  "kind-written-before-enabled": { by: { seed: 1, mode: "upgrade", recovery: "wait" }, invariant: "I13" },
  "newer-op-taken": { by: forkOverAnEnabling, invariant: "I13" },
  "enabled-without-the-unheard": { by: { seed: 3, mode: "upgrade", recovery: "wait" }, invariant: "I13" },
  "enabled-as-it-was-proposed": { by: leadershipLostWhileEnabling, invariant: "I13" },
  "fork-queue-cleared-on-send": { by: "fork-queue-until-committed", invariant: "I4" },
};

function broken(by: Hunter["by"], mutants: ReadonlySet<string>): string | null {
  if (typeof by === "function") return thrownBy(() => by(mutants));
  if (typeof by !== "string") return runSeed(by, { mutants }).violation?.invariant ?? null;
  const path = join(import.meta.dir, "../scenarios", `${by}.txt`);
  return runScript(readFileSync(path, "utf8"), { mutants }).violation?.invariant ?? null;
}

function thrownBy(scene: () => void): string | null {
  try {
    scene();
    return null;
  } catch (error) {
    if (error instanceof Violation) return error.invariant;
    throw error;
  }
}

function nameOf(by: Hunter["by"]): string {
  if (typeof by === "function") return `scene ${by.name}`;
  return typeof by === "string" ? `scenario ${by}` : `seed ${by.seed} ${by.mode} ${by.recovery}`;
}

test("the runs are of the fixed list, which passes without a bug", () => {
  const seeds = Object.values(HUNTERS).flatMap(({ by }) => (typeof by === "object" ? [by.seed] : []));
  expect(Math.max(...seeds)).toBeLessThanOrEqual(SEED_MAX);
});

for (const mutant of [...MUTANTS, ...SHELL_MUTANTS]) {
  const { by, invariant } = HUNTERS[mutant];
  test(
    `[${invariant}] catches ${mutant} (${nameOf(by)})`,
    () => {
      expect(broken(by, new Set([mutant]))).toBe(invariant);
    },
    BOUND_MS,
  );
}
