/**
 * What dist/lastword-faults can do and dist/lastword cannot. Whoever calls something of this asks
 * feature("FAULTS") first, which the bundler answers: the release has neither the calls nor the
 * names, and a test looks for them in the executable.
 *
 *   LASTWORD_FAULT_CLOCK_MS=600000                        the wall clock is off
 *   LASTWORD_FAILPOINT=log-append:kill@3,log-sync:delay=300   what happens at a place: killed when it
 *                                                         is passed for the third time; held up each time
 */
import { feature } from "bun:bundle";

/** How far this process believes the wall clock to be off, ms. */
export const clockOffsetMs: number = feature("FAULTS") ? Number(process.env["LASTWORD_FAULT_CLOCK_MS"] ?? 0) : 0;

/**
 * Where a failpoint stands: in a transaction of log.db, before its fsync and after it; before an
 * Append or an acknowledgement leaves; in a transaction of state.db, and before anybody is answered;
 * in a snapshot that comes in, at the switch to it, and after; while log rows are deleted; at each
 * statement of a migration; while a stop is under way, and at its end.
 */
export type Failpoint =
  | "log-append"
  | "log-sync"
  | "log-synced"
  | "peer-send"
  | "peer-ack"
  | "state-apply"
  | "state-applied"
  | "snapshot-stage"
  | "snapshot-switch"
  | "snapshot-switched"
  | "log-compact"
  | "state-migrate"
  | "stop-begun"
  | "stop-done";

interface Strike {
  readonly what: "kill" | "delay";
  /** At this passing, counted from 1; every one if absent. */
  readonly at: number | null;
  readonly ms: number;
  passed: number;
}

/** Reads the variable; an unreadable one ends the process, or a test would test nothing. */
function readStrikes(text: string): Map<string, Strike> {
  const strikes = new Map<string, Strike>();
  for (const part of text.split(",").filter((one) => one !== "")) {
    const found = /^([a-z-]+):(?:(kill)|delay=(\d+))(?:@(\d+))?$/.exec(part);
    if (found === null) throw new Error(`LASTWORD_FAILPOINT: ${part}`);
    const [, place, kill, ms, at] = found;
    strikes.set(place!, {
      what: kill === undefined ? "delay" : "kill",
      at: at === undefined ? null : Number(at),
      ms: Number(ms ?? 0),
      passed: 0,
    });
  }
  return strikes;
}

const strikes: ReadonlyMap<string, Strike> = feature("FAULTS")
  ? readStrikes(process.env["LASTWORD_FAILPOINT"] ?? "")
  : new Map<string, Strike>();

/** The strike that is due at this passing of the place. */
function due(place: Failpoint): Strike | null {
  const strike = strikes.get(place);
  if (strike === undefined) return null;
  strike.passed++;
  return strike.at === null || strike.at === strike.passed ? strike : null;
}

function kill(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
}

/** Kills this process, or holds up its thread, if the environment says so for this place; otherwise nothing. */
export function failpoint(place: Failpoint): void {
  const strike = due(place);
  if (strike?.what === "kill") kill();
  if (strike?.what === "delay") Bun.sleepSync(strike.ms);
}

/** The same before work on another thread: `work` is held up, this thread is not. */
export function failpointBefore(place: Failpoint, work: () => void): void {
  const strike = due(place);
  if (strike?.what === "kill") kill();
  if (strike?.what === "delay") setTimeout(work, strike.ms);
  else work();
}
