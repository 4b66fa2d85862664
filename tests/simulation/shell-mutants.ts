/**
 * Known bugs of the shell around the core, re-injected: each is a change of a line or two in a copy of the
 * driver's sources, made here, so that the executable carries no switch for any of them. A line that is not
 * there any more fails loudly: the mutant has to follow its code.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { Driver } from "../../src/election/driver/driver.ts";

const SOURCES = resolve(import.meta.dir, "../../src/election/driver");

/** In `file`, `was` stands exactly once. */
interface Change {
  readonly file: string;
  readonly was: string;
  readonly is: string;
}

const CHANGES = {
  // A write counts as durable when it is handed to the disk.
  "answer-before-persisted": {
    file: "driver.ts",
    was: "        () => this.guarded(() => this.persisted(rows, token)),\n",
    is: "        () => {},\n",
    also: {
      was: "    if (aside) {\n",
      is: "    if (aside) {\n      this.deps.scheduler.soon(() => this.guarded(() => this.persisted(rows, token)));\n",
    },
  },
  // What a busy leader gets a second time is appended a second time.
  "op-taken-twice": {
    file: "intake.ts",
    was: "      const before = this.appended.size;\n      return this.appended.add(key).size > before;\n",
    is: "      this.appended.add(key);\n      return true;\n",
  },
  // What was sent to one leader is not sent to the next.
  "op-dropped-when-the-leader-changes": {
    file: "proposals.ts",
    was: "    this.unsent = [...this.waiting.values()];\n",
    is: "    this.unsent = this.unsent.filter((entry) => entry.sentAt === null);\n",
  },
  // What a full disk has taken back is not applied again.
  "apply-skips-at-a-full-disk": {
    file: "applier.ts",
    was: "    for (let applied = this.state.appliedSeq(); applied < this.target; applied = this.state.appliedSeq()) {\n",
    is: "    for (let applied = Math.max(this.told, this.state.appliedSeq()); applied < this.target; applied = this.state.appliedSeq()) {\n",
  },
  // Any answer of the leader answers every question.
  "read-answered-from-an-older-round": {
    file: "read-indexes.ts",
    was: "    this.open.get(id)?.(seq);\n",
    is: "    for (const finish of this.open.has(id) ? [...this.open.values()] : []) finish(seq);\n",
  },
  // The end of a fetch that another has taken the place of counts as the other's.
  "snapshot-fetched-from-two": {
    file: "snapshot-fetch.ts",
    was: "    const isNewest = (): boolean => no === this.#newest;\n",
    is: "    const isNewest = (): boolean => no >= 0;\n",
  },
  "waiter-never-woken": {
    file: "applier.ts",
    was: "    this.deps.onSlice();\n    this.waiters.reached(this.state.appliedSeq());\n",
    is: "    this.deps.onSlice();\n",
  },
  // An op that a leader may have is said not to have happened.
  "time-out-called-definite": {
    file: "proposals.ts",
    was: "expired.push({ key: entry.key, definite: !entry.handedOver });\n",
    is: "expired.push({ key: entry.key, definite: true });\n",
  },
  "rows-dropped-at-a-full-disk": {
    file: "driver.ts",
    was: "    this.rows = [...rows, ...this.rows];\n",
    is: "",
  },
  // The log goes before the state that covers it is durable.
  "compacts-before-sync": {
    file: "applier.ts",
    was: "      await state.sync();\n",
    is: "      state.flush();\n",
  },
  // An op of a lost branch leaves the fork queue when it is sent.
  "fork-queue-cleared-on-send": {
    file: "callers.ts",
    was: "      this.proposals.addForked(id, recovered.key, recovered.op);\n",
    is: "      this.proposals.addForked(id, recovered.key, recovered.op);\n      this.deps.log.forkConfirmed([id]);\n",
  },
} satisfies Record<string, Change & { readonly also?: Omit<Change, "file"> }>;

export type ShellMutant = keyof typeof CHANGES;

export const SHELL_MUTANTS = Object.keys(CHANGES) as ShellMutant[];

const drivers = new Map<ShellMutant, typeof Driver>();

/** The driver with the bugs asked for (one at most); the real one without. */
export function driverWith(mutants: ReadonlySet<string>): typeof Driver {
  const mutant = SHELL_MUTANTS.find((name) => mutants.has(name));
  if (mutant === undefined) return Driver;
  let driver = drivers.get(mutant);
  if (driver === undefined) drivers.set(mutant, (driver = load(mutant)));
  return driver;
}

function load(mutant: ShellMutant): typeof Driver {
  const folder = mkdtempSync(join(tmpdir(), "lastword-mutant-"));
  try {
    for (const file of readdirSync(SOURCES)) {
      let text = readFileSync(join(SOURCES, file), "utf8").replaceAll(/from "(\.[^"]+)"/g, (_, path: string) => {
        const target = resolve(SOURCES, path);
        return `from "${dirname(target) === SOURCES ? `./${basename(target)}` : target}"`;
      });
      const change: Change & { readonly also?: Omit<Change, "file"> } = CHANGES[mutant];
      if (change.file === file) text = changed(changed(text, change, mutant), change.also ?? null, mutant);
      writeFileSync(join(folder, file), text);
    }
    // oxlint-disable-next-line typescript/no-require-imports -- at once, so that a run stays synchronous
    const loaded = require(join(folder, "driver.ts")) as { Driver: typeof Driver };
    return loaded.Driver;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function changed(text: string, change: Omit<Change, "file"> | null, mutant: ShellMutant): string {
  if (change === null) return text;
  const parts = text.split(change.was);
  if (parts.length !== 2) throw new Error(`${mutant}: its line stands ${parts.length - 1} times in the driver`);
  return parts.join(change.is);
}
