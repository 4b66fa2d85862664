/**
 * SIGHUP says that the terminal was closed. nohup starts a program with the signal ignored, and it must
 * stay ignored; a handler of ours would undo what nohup did.
 */
import { readFileSync } from "node:fs";

const SIGHUP_BIT = 0n;

function ignoredAtStart(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && ((BigInt(`0x${mask}`) >> SIGHUP_BIT) & 1n) === 1n;
  } catch {
    // Without /proc it is not known, and a closed terminal stops the program, as is usual.
    return false;
  }
}

/** The environment variable in which `lastword up` passes its process id to a replica, which writes it to run.json. */
export const SUPERVISOR_VARIABLE = "LASTWORD_SUPERVISOR";

// Read when the program is loaded, before any handler is installed. A replica of `lastword up` has no
// terminal of its own; its supervisor handles the closing of the terminal.
const IGNORED = ignoredAtStart() || process.env[SUPERVISOR_VARIABLE] !== undefined;

/** The signals that ask this process to stop. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = IGNORED
  ? ["SIGINT", "SIGTERM"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Installs `onSignal` for these signals. If SIGHUP must not stop this process, it is ignored. */
export function onStopSignals(onSignal: (signal: string) => void): void {
  for (const signal of STOP_SIGNALS) process.on(signal, () => onSignal(signal));
  if (IGNORED) process.on("SIGHUP", () => {});
}
