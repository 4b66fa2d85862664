/** The result of one run of chaos, as JSON for programs and as a few lines for a person. */
import { cpus, loadavg } from "node:os";
import {
  UNAVAILABLE_FROM_MS,
  availabilityOf,
  barsFor,
  quantile,
  quietAfter,
  rateOf,
  type Availability,
  type Bar,
  type Rate,
} from "./availability.ts";
import { checkHistory, type CheckResult } from "./checks.ts";
import type { Fault } from "./faults.ts";
import type { History, ReplicaHash } from "./history.ts";
import type { PeopleCounts } from "./people.ts";
import type { FaultGroup } from "./schedule.ts";
import type { Failover, Span } from "./watch.ts";

const VIOLATIONS_MAX = 100;
/** A stall from which on the machine was overloaded, so that the times say more about it than about the cluster. */
const STALL_MS = 500;

/** A fault in the report, with its end and its cost. */
export interface ReportedFault extends Fault {
  /** Longest time without an acknowledged write while it lasted or soon after it struck, ms. */
  readonly quietMs: number;
}

export interface ChaosReport {
  readonly version: 1;
  readonly ok: boolean;
  /** One sentence. */
  readonly verdict: string;
  readonly program: string;
  readonly startedAt: string;
  /** The seed repeats the steps, but neither their times nor which replicas they strike. */
  readonly timingIsReplayed: false;
  readonly seed: number;
  /** The duration that was asked for; `ranMs` is the actual one. */
  readonly seconds: number;
  readonly ranMs: number;
  readonly interrupted: boolean;
  readonly cluster: {
    readonly own: boolean;
    readonly replicas: readonly number[];
    readonly consistency: string;
    /** How slow and lossy links were simulated; null if the replicas had no networks of their own. */
    readonly network: string | null;
  };
  readonly groups: {
    readonly done: readonly FaultGroup[];
    readonly impossible: readonly { readonly group: FaultGroup; readonly why: string }[];
  };
  readonly machine: { readonly cores: number; readonly load1: number; readonly longestStallMs: number };
  readonly sends: PeopleCounts & { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
  readonly reads: number;
  readonly streamEvents: number;
  readonly faults: readonly ReportedFault[];
  readonly skippedFaults: number;
  readonly failovers: readonly Failover[];
  readonly availability: Availability & { readonly countedFromMs: number; readonly bars: readonly Bar[] };
  readonly checks: readonly { readonly name: string; readonly looked: number; readonly violations: number }[];
  readonly hashes: readonly ReplicaHash[];
  /** At most 100. */
  readonly violations: readonly string[];
  readonly rate: Rate;
  readonly lanes: readonly { readonly replica: number; readonly spans: readonly Span[] }[];
}

/** The record of a run, from which the report is made. */
export interface RunRecord {
  readonly history: History;
  readonly faults: readonly Fault[];
  readonly skippedFaults: number;
  readonly failovers: readonly Failover[];
  readonly lanes: ReadonlyMap<number, readonly Span[]>;
  readonly counts: PeopleCounts;
  readonly ranMs: number;
  readonly longestStallMs: number;
  readonly interrupted: boolean;
  /** Sentences about failures of the run itself, which count as violations. */
  readonly troubles: readonly string[];
}

/** What was asked for, and on which cluster. */
export interface RunFacts {
  readonly program: string;
  readonly startedAt: Date;
  readonly seed: number;
  readonly seconds: number;
  readonly cluster: ChaosReport["cluster"];
  readonly groups: ChaosReport["groups"];
}

function verdictOf(violations: number, report: Pick<ChaosReport, "sends" | "faults" | "availability">): string {
  const { sends, faults, availability } = report;
  const count = (n: number, word: string): string => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
  const missed = availability.bars.filter(({ met }) => !met).length;
  const bars = availability.bars.length === 0 ? "" : missed === 0 ? ", within the bars" : ", NOT within the bars";
  const facts = [
    `${count(sends.acknowledged, "message")} acknowledged`,
    `${sends.unknown} unknown`,
    count(faults.length, "fault"),
    `longest time without an acknowledged write ${(availability.longestGapMs / 1000).toFixed(2)} s${bars}`,
  ].join(", ");
  return violations === 0
    ? `the promise held: ${facts}`
    : `THE PROMISE WAS BROKEN, ${count(violations, "violation")}: ${facts}`;
}

function sendsOf(record: RunRecord): ChaosReport["sends"] {
  const acknowledged = record.history.sends.filter(({ ending }) => ending === "acknowledged");
  const took = acknowledged.map(({ startedAt, endedAt }) => endedAt - startedAt).toSorted((a, b) => a - b);
  const round = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    ...record.counts,
    perSecond: Math.round((acknowledged.length * 1000) / Math.max(1, record.ranMs)),
    p50Ms: round(quantile(took, 0.5)),
    p99Ms: round(quantile(took, 0.99)),
  };
}

/** Checks the history and makes the report. */
export function reportOf(facts: RunFacts, record: RunRecord): ChaosReport {
  const results: CheckResult[] = checkHistory(record.history);
  const violations = [...record.troubles, ...results.flatMap((result) => result.violations)];
  if (record.counts.acknowledged === 0) violations.push("no message was acknowledged");
  const availability = availabilityOf(record.history.sends, record.ranMs);
  const bars = barsFor(facts.groups.done, availability);
  const faults = record.faults.map((fault) => ({ ...fault, quietMs: quietAfter(fault, availability.gaps) }));
  const found = {
    sends: sendsOf(record),
    faults,
    availability: { ...availability, countedFromMs: UNAVAILABLE_FROM_MS, bars },
  };
  return {
    version: 1,
    ok: violations.length === 0,
    verdict: verdictOf(violations.length, found),
    program: facts.program,
    startedAt: facts.startedAt.toISOString(),
    timingIsReplayed: false,
    seed: facts.seed,
    seconds: facts.seconds,
    ranMs: Math.round(record.ranMs),
    interrupted: record.interrupted,
    cluster: facts.cluster,
    groups: facts.groups,
    machine: {
      cores: cpus().length,
      load1: Math.round(loadavg()[0]! * 100) / 100,
      longestStallMs: record.longestStallMs,
    },
    ...found,
    reads: record.history.reads.length,
    streamEvents: record.history.streams.reduce((sum, { events }) => sum + events.length, 0),
    skippedFaults: record.skippedFaults,
    failovers: record.failovers,
    checks: results.map(({ name, looked, violations: wrong }) => ({ name, looked, violations: wrong.length })),
    hashes: record.history.hashes,
    violations: violations.slice(0, VIOLATIONS_MAX),
    rate: rateOf(record.history.sends, record.ranMs),
    lanes: [...record.lanes].map(([replica, spans]) => ({
      replica,
      spans: spans.map(({ from, to, state }) => ({ from: Math.round(from), to: Math.round(to), state })),
    })),
  };
}

/** The lines for the person: the verdict, then what is wrong, then the paths of the files. */
export function reportLines(report: ChaosReport, files: readonly string[]): string {
  const lines = [report.verdict];
  for (const violation of report.violations.slice(0, 10)) lines.push(`  ${violation}`);
  if (report.violations.length > 10) lines.push(`  and more, see the report`);
  for (const { what, limit, unit, value, met } of report.availability.bars) {
    lines.push(`  ${met ? "met" : "MISSED"}: ${what} ${value} ${unit}, bar ${limit} ${unit}`);
  }
  for (const { group, why } of report.groups.impossible) lines.push(`  not done: faults of the ${group}: ${why}`);
  if (report.cluster.network !== null) {
    lines.push(
      "  networks of their own: a death is noticed by 1.5 s of silence, not at once as on one host (--faults kills,pauses)",
    );
  }
  if (report.machine.longestStallMs >= STALL_MS) {
    lines.push(
      `  overloaded: chaos itself got no processor for ${report.machine.longestStallMs} ms, so the times say little about the cluster`,
    );
  }
  if (report.interrupted) lines.push("  it was broken off; what had been written until then was checked");
  lines.push(`report: ${files.join(" ")}`);
  return `${lines.join("\n")}\n`;
}
