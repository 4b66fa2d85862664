/**
 * Faults that dist/lastword-faults can inject and dist/lastword cannot. Every caller checks
 * feature("FAULTS") first, which the bundler evaluates: the release contains neither the calls nor
 * the names of failpoints, and a test checks its executable for them.
 *
 * LASTWORD_FAULTS holds orders, separated by commas. On SIGUSR2 the orders in $HOME/faults.<pid>
 * replace them (the file is removed), and all counts start again. A failpoint may have several, for different passings.
 *
 *   clock=600000         the wall clock is ten minutes fast (ms)
 *   keep=100             compaction keeps this many entries
 *   tail=5               a start checks this many rows of the log
 *   weak=1               passwords are hashed in no time
 *   rest=1000,scrub=0    every time the replicas were at rest for a second, they compare their rows (ms)
 *   push=200             what is not read after 200 ms is pushed (ms)
 *   log-append:kill@3    the process is killed when it reaches this failpoint for the third time
 *   log-sync:delay=300   the process is held up for 300 ms each time it reaches this failpoint
 */
import { feature } from "bun:bundle";
import { readFileSync, rmSync } from "node:fs";

/**
 * The failpoints, in this order: in a transaction of log.db, before its fsync and after it; before an
 * Append or an acknowledgement of new entries is sent; in a transaction of state.db, before clients are answered, and
 * after it, when they may have been;
 * while a snapshot is received, at the switch to it, and after that; while log rows are deleted; at each
 * statement of a migration; at the start of a stop, and at its end.
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
  /** Which passing of the failpoint, counted from 1; null: every one. */
  readonly at: number | null;
  readonly ms: number;
  passed: number;
}

/** Constants of this program that orders may set. */
export type Setting = "clock" | "keep" | "tail" | "weak" | "rest" | "scrub" | "push";

interface Orders {
  readonly settings: Map<string, number>;
  readonly strikes: Map<string, Strike[]>;
}

/** An unreadable order ends the process; otherwise a test would test nothing. */
function readOrders(text: string): Orders {
  const orders: Orders = { settings: new Map(), strikes: new Map() };
  for (const part of text.split(",").filter((one) => one !== "")) {
    const [, name, value] = /^(clock|keep|tail|weak|rest|scrub|push)=(-?\d+)$/.exec(part) ?? [];
    const [, place, kill, ms, at] = /^([a-z-]+):(?:(kill)|delay=(\d+))(?:@(\d+))?$/.exec(part) ?? [];
    if (name !== undefined) orders.settings.set(name, Number(value));
    else if (place === undefined) throw new Error(`LASTWORD_FAULTS: ${part}`);
    else {
      const what = kill === undefined ? "delay" : "kill";
      const strike = { what, at: at === undefined ? null : Number(at), ms: Number(ms ?? 0), passed: 0 } as const;
      orders.strikes.set(place, [...(orders.strikes.get(place) ?? []), { ...strike }]);
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

/** The value of a setting: that of the orders, else `usual`. */
export function setting(name: Setting, usual: number): number {
  return feature("FAULTS") ? (orders.settings.get(name) ?? usual) : usual;
}

/** The wall clock of this process, ms since 1970, including the error that the orders give it. */
export function wallClockMs(): number {
  return feature("FAULTS") ? Date.now() + setting("clock", 0) : Date.now();
}

/** Counts a passing of the failpoint, and returns the strike that is due now. */
function due(place: Failpoint): Strike | null {
  let found: Strike | null = null;
  for (const strike of orders.strikes.get(place) ?? []) {
    strike.passed++;
    if (found === null && (strike.at === null || strike.at === strike.passed)) found = strike;
  }
  return found;
}

function kill(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
}

/** Kills this process or blocks its thread, if the orders say so for this failpoint. */
export function failpoint(place: Failpoint): void {
  const strike = due(place);
  if (strike?.what === "kill") kill();
  if (strike?.what === "delay") Bun.sleepSync(strike.ms);
}

/** Like {@link failpoint}, before work on another thread: a delay holds up `work` but not this thread. */
export function failpointBefore(place: Failpoint, work: () => void): void {
  const strike = due(place);
  if (strike?.what === "kill") kill();
  if (strike?.what === "delay") setTimeout(work, strike.ms);
  else work();
}
