/**
 * What dist/lastword-faults can do and dist/lastword cannot. Whoever calls something of this asks
 * feature("FAULTS") first, which the bundler answers: the release has neither the calls nor the
 * names, and a test looks for them in the executable.
 *
 * LASTWORD_FAULTS holds orders, separated by commas. On SIGUSR2 those in $HOME/faults.<pid> take
 * their place (the file is removed), and all counts begin anew.
 *
 *   clock=600000         the wall clock is ten minutes fast (ms)
 *   keep=100             compaction keeps so many entries
 *   tail=5               the start checks so many rows of the log
 *   rest=1000,scrub=0    rows are compared after a second of rest, always (ms)
 *   log-append:kill@3    killed when this place is passed for the third time
 *   log-sync:delay=300   held up for 300 ms each time it is passed
 */
import { feature } from "bun:bundle";
import { readFileSync, rmSync } from "node:fs";

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

/** Constants of this program that orders may set. */
export type Setting = "clock" | "keep" | "tail" | "rest" | "scrub";

interface Orders {
  readonly settings: Map<string, number>;
  readonly strikes: Map<string, Strike>;
}

/** An unreadable order ends the process, or a test would test nothing. */
function readOrders(text: string): Orders {
  const orders: Orders = { settings: new Map(), strikes: new Map() };
  for (const part of text.split(",").filter((one) => one !== "")) {
    const [, name, value] = /^(clock|keep|tail|rest|scrub)=(-?\d+)$/.exec(part) ?? [];
    const [, place, kill, ms, at] = /^([a-z-]+):(?:(kill)|delay=(\d+))(?:@(\d+))?$/.exec(part) ?? [];
    if (name !== undefined) orders.settings.set(name, Number(value));
    else if (place === undefined) throw new Error(`LASTWORD_FAULTS: ${part}`);
    else {
      const what = kill === undefined ? "delay" : "kill";
      orders.strikes.set(place, { what, at: at === undefined ? null : Number(at), ms: Number(ms ?? 0), passed: 0 });
    }
  }
  return orders;
}

let orders: Orders = { settings: new Map(), strikes: new Map() };

if (feature("FAULTS")) {
  orders = readOrders(process.env["LASTWORD_FAULTS"] ?? "");
  process.on("SIGUSR2", () => {
    const path = `${process.env["HOME"]}/faults.${process.pid}`;
    orders = readOrders(readFileSync(path, "utf8"));
    rmSync(path);
  });
}

/** The value of a setting: `usual`, unless the orders say otherwise. */
export function setting(name: Setting, usual: number): number {
  return feature("FAULTS") ? (orders.settings.get(name) ?? usual) : usual;
}

/** The wall clock as this process believes it to be, ms since 1970. */
export function wallClockMs(): number {
  return feature("FAULTS") ? Date.now() + setting("clock", 0) : Date.now();
}

/** The strike that is due at this passing of the place. */
function due(place: Failpoint): Strike | null {
  const strike = orders.strikes.get(place);
  if (strike === undefined) return null;
  strike.passed++;
  return strike.at === null || strike.at === strike.passed ? strike : null;
}

function kill(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
}

/** Kills this process, or holds up its thread, if the orders say so for this place; otherwise nothing. */
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
