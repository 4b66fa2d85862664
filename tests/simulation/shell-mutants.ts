/**
 * Known bugs of the shell around the core that the tests re-inject: changes of the sources of the driver, of the format
 * gate, of the gatherer of read marks, of how the chat reads, and of its rules (changed-sources.ts).
 */
import { Driver } from "../../src/election/driver/driver.ts";
import type { ApplyOp } from "../../src/chat/kinds/apply.ts";
import { MarkGatherer } from "../../src/chat/service/mark-gatherer.ts";
import { Reading } from "../../src/chat/reading.ts";
import { FormatGate } from "../../src/replica/format-gate.ts";
import { partsWith, type Change } from "./changed-sources.ts";

const CHANGES = {
  // A write counts as durable as soon as it is passed to the disk.
  "answer-before-persisted": {
    file: "driver.ts",
    was: "        () => this.#guarded(() => this.#persisted(rows, token)),\n",
    is: "        () => {},\n",
    also: {
      file: "driver.ts",
      was: "    if (aside) {\n",
      is: "    if (aside) {\n      this.#deps.scheduler.soon(() => this.#guarded(() => this.#persisted(rows, token)));\n",
    },
  },
  // A busy leader appends an op again that it gets a second time.
  "op-taken-twice": {
    file: "intake.ts",
    was: "      const before = this.#appended.size;\n      return this.#appended.add(key).size > before;\n",
    is: "      this.#appended.add(key);\n      return true;\n",
  },
  // Ops that were sent to one leader are not sent to the next.
  "op-dropped-when-the-leader-changes": {
    file: "proposals.ts",
    was: "    this.#unsent = [...this.#waiting.values()];\n",
    is: "    this.#unsent = this.#unsent.filter((entry) => entry.sentAt === null);\n",
  },
  // Ops that a full disk has rolled back are not applied again.
  "apply-skips-at-a-full-disk": {
    file: "applier.ts",
    was: "    for (let applied = this.#state.appliedSeq(); applied < this.#target; applied = this.#state.appliedSeq()) {\n",
    is: "    for (let applied = Math.max(this.#told, this.#state.appliedSeq()); applied < this.#target; applied = this.#state.appliedSeq()) {\n",
  },
  // Any answer of the leader answers every question.
  "read-answered-from-an-older-round": {
    file: "read-indexes.ts",
    was: "    this.#open.get(id)?.(seq);\n",
    is: "    for (const finish of this.#open.has(id) ? [...this.#open.values()] : []) finish(seq);\n",
  },
  // The end of a superseded fetch counts as the end of the newer one.
  "snapshot-fetched-from-two": {
    file: "snapshot-fetch.ts",
    was: "    const isNewest = (): boolean => no === this.#newest;\n",
    is: "    const isNewest = (): boolean => no >= 0;\n",
  },
  "waiter-never-woken": {
    file: "applier.ts",
    was: "    this.#deps.onSlice();\n    this.#waiters.reached(this.#state.appliedSeq());\n",
    is: "    this.#deps.onSlice();\n",
  },
  // An op that a leader may have is reported as definitely not done.
  "time-out-called-definite": {
    file: "proposals.ts",
    was: "expired.push({ key: entry.key, definite: entry.handedOver === 0 });\n",
    is: "expired.push({ key: entry.key, definite: true });\n",
  },
  // An op that was refused on a branch that lost comes back with it.
  "refused-comes-back": {
    file: "driver.ts",
    was: "refused: this.#applier.refusedAfter(after) };\n",
    is: "refused: new Set() };\n",
  },
  "rows-dropped-at-a-full-disk": {
    file: "driver.ts",
    was: "    this.#rows = [...rows, ...this.#rows];\n",
    is: "",
  },
  // The log is compacted before the state that covers it is durable.
  "compacts-before-sync": {
    file: "applier.ts",
    was: "      await state.sync();\n",
    is: "      state.flush();\n",
  },
  // An op of a lost branch leaves the fork queue when it is sent.
  "fork-queue-cleared-on-send": {
    file: "callers.ts",
    was: "      this.#proposals.addForked(id, recovered.key, recovered.op);\n",
    is: "      this.#proposals.addForked(id, recovered.key, recovered.op);\n      this.#deps.log.forkConfirmed([id]);\n",
  },
  // A replica writes ops of the newest format that it knows (replica.ts), and no check on the way refuses them.
  "kind-written-before-enabled": {
    file: "callers.ts",
    was: "isIntact(op) && opFormat(op) <= inForce",
    is: "isIntact(op)",
    also: { file: "intake.ts", was: "if (opFormat(handed.ops[i]!) > inForce) return false;\n", is: "" },
  },
  // A leader takes ops of a format that is in force only on their proposer's branch.
  "newer-op-taken": {
    file: "intake.ts",
    was: "if (opFormat(handed.ops[i]!) > inForce) return false;\n",
    is: "",
  },
} satisfies Record<string, Change>;

/** Bugs of the format gate. */
const GATE_CHANGES = {
  // A replica that is not heard does not count.
  "enabled-without-the-unheard": {
    file: "format-gate.ts",
    was: "    return this.#deps.configured.map((id) => ({ id, release: this.releaseOf(id) }));\n",
    is: "    return this.#deps.configured.map((id) => ({ id, release: this.releaseOf(id) })).filter((one) => one.release !== null);\n",
  },
  // A leader appends an op that enables a format without checking again what the replicas announce.
  "enabled-as-it-was-proposed": {
    file: "format-gate.ts",
    was: "    if (enable === null) return true;\n",
    is: "    if (enable !== null || enable === null) return true;\n",
  },
} satisfies Record<string, Change>;

/** Bugs of the gatherer of read marks. */
const GATHERER_CHANGES = {
  // A mark is answered when it is proposed, because it is not recorded anyway.
  "marks-lost-at-a-failover": {
    file: "gatherer.ts",
    was: ".then(written.resolve, written.reject);",
    is: `;
    const result = { kind: "marked", refusals: [], seq: 0, repeated: false } as const;
    written.resolve({ ok: true, result, seq: 0, cursor: "0.0..0:0" });`,
  },
} satisfies Record<string, Change>;

/** Bugs of the rules of the chat. */
const RULE_CHANGES = {
  // Whoever is banned comes back by an op of the other branch.
  "ban-loses-to-an-invitation": {
    file: "rooms.ts",
    was: 'if (isGone || seat.state === "banned" || !counts(op, seat.tag)) return false;',
    is: "if (isGone || (!op.recovered && !counts(op, seat.tag))) return false;",
  },
  // Whoever joined a room on one branch stays in it, though the other branch made it private.
  "joined-what-became-private": {
    file: "seat-people.ts",
    was: "if (!room.isPrivate) takeSeat(at, id, op.user, facts);",
    is: "takeSeat(at, id, op.user, facts);",
  },
} satisfies Record<string, Change>;

/** Bugs of how the chat reads. */
const READING_CHANGES = {
  // What is asked for is looked up first; then the replica waits until it may answer.
  "looks-before-it-may": {
    file: "reading.ts",
    was: "    const late = await this.ready(at);\n    if (late !== null) return late;\n    const here = answer();\n",
    is: "    const here = answer();\n    const late = await this.ready(at);\n    if (late !== null) return late;\n",
  },
} satisfies Record<string, Change>;

/** The name of a bug of the shell. */
export type ShellMutant =
  | keyof typeof CHANGES
  | keyof typeof GATE_CHANGES
  | keyof typeof GATHERER_CHANGES
  | keyof typeof READING_CHANGES
  | keyof typeof RULE_CHANGES;

/** The names of all of them. */
export const SHELL_MUTANTS = [CHANGES, GATE_CHANGES, GATHERER_CHANGES, READING_CHANGES, RULE_CHANGES].flatMap(
  (changes) => Object.keys(changes),
) as ShellMutant[];

type DriverClass = typeof Driver;
type GateClass = typeof FormatGate;
type GathererClass = typeof MarkGatherer;
type ReadingClass = typeof Reading;

/** The driver with the bug in `mutants` (at most one); the real one if there is none. */
export function driverWith(mutants: ReadonlySet<string>): DriverClass {
  return (partsWith(mutants, CHANGES, "election/driver/driver.ts")?.["Driver"] as DriverClass | undefined) ?? Driver;
}

/** The format gate, likewise. */
export function gateWith(mutants: ReadonlySet<string>): GateClass {
  const parts = partsWith(mutants, GATE_CHANGES, "replica/format-gate.ts");
  return (parts?.["FormatGate"] as GateClass | undefined) ?? FormatGate;
}

/** The gatherer of read marks, likewise. */
export function gathererWith(mutants: ReadonlySet<string>): GathererClass {
  const parts = partsWith(mutants, GATHERER_CHANGES, "chat/service/mark-gatherer.ts");
  return (parts?.["MarkGatherer"] as GathererClass | undefined) ?? MarkGatherer;
}

/** How the chat reads, likewise. */
export function readingWith(mutants: ReadonlySet<string>): ReadingClass {
  const parts = partsWith(mutants, READING_CHANGES, "chat/reading.ts");
  return (parts?.["Reading"] as ReadingClass | undefined) ?? Reading;
}

/** The rules of the chat, likewise. */
export function rulesWith(mutants: ReadonlySet<string>): ApplyOp | null {
  return (partsWith(mutants, RULE_CHANGES, "chat/kinds/apply.ts")?.["applyOp"] as ApplyOp | undefined) ?? null;
}
