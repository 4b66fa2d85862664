/**
 * SIGHUP: the terminal was closed. Who starts a program with nohup has it ignored, and then it must
 * stay so: a handler of ours would bring back what nohup took away.
 */
import { readFileSync } from "node:fs";

const SIGHUP_BIT = 0n;

function ignoredAtStart(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && ((BigInt(`0x${mask}`) >> SIGHUP_BIT) & 1n) === 1n;
  } catch {
    // Without /proc nobody can tell; a closed terminal then stops the program, as it always did.
    return false;
  }
}

/** Tells a replica which `lastword up` looks after it; it says so in run.json. */
export const SUPERVISOR_VARIABLE = "LASTWORD_SUPERVISOR";

// Read when the program is loaded, before anybody installs a handler. A replica of `lastword up` has no
// terminal of its own: what closes that one is its supervisor's business.
const IGNORED = ignoredAtStart() || process.env[SUPERVISOR_VARIABLE] !== undefined;

/** The signals that ask this process to stop. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = IGNORED
  ? ["SIGINT", "SIGTERM"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Installs `onSignal` for them. A hang-up that must not stop this process does nothing, whatever it did by default. */
export function onStopSignals(onSignal: (signal: string) => void): void {
  for (const signal of STOP_SIGNALS) process.on(signal, () => onSignal(signal));
  if (IGNORED) process.on("SIGHUP", () => {});
}
