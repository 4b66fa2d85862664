/** How well writing went on: acknowledgements over time, and the stretches without any. Pure. */
import type { Send } from "./history.ts";
import type { Fault } from "./faults.ts";
import type { FaultGroup } from "./schedule.ts";

/** A stretch without an acknowledgement counts as unavailable, whole, from this length on: what a person would notice. */
export const UNAVAILABLE_FROM_MS = 250;
/** What a fault causes begins within this time of it. */
const CAUSED_WITHIN_MS = 2500;
const BUCKETS_MAX = 240;
const BUCKET_MIN_MS = 250;

/** A stretch without an acknowledgement, ms since the start. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What is promised about time, for the faults of one run. */
export interface Bar {
  readonly what: string;
  readonly limit: number;
  readonly unit: "ms" | "%";
  readonly value: number;
  readonly met: boolean;
}

export interface Availability {
  readonly longestGapMs: number;
  /** When the longest one began; null without any acknowledgement. */
  readonly longestGapAt: number | null;
  readonly unavailableMs: number;
  /** Of the time of the run, per cent. */
  readonly unavailablePercent: number;
  readonly gaps: readonly Gap[];
}

/** Stretches between acknowledgements from 0 to `endMs`, of UNAVAILABLE_FROM_MS or more; the ends count too. */
export function availabilityOf(sends: readonly Send[], endMs: number): Availability {
  const times = sends.filter(({ ending, endedAt }) => ending === "acknowledged" && endedAt <= endMs);
  const ends = times.map(({ endedAt }) => endedAt).toSorted((a, b) => a - b);
  const gaps: Gap[] = [];
  let longest: Gap | null = null;
  let before = 0;
  for (const at of [...ends, endMs]) {
    const gap = { from: Math.round(before), to: Math.round(at) };
    if (longest === null || gap.to - gap.from > longest.to - longest.from) longest = gap;
    if (gap.to - gap.from >= UNAVAILABLE_FROM_MS) gaps.push(gap);
    before = at;
  }
  const unavailableMs = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    longestGapMs: longest === null ? 0 : longest.to - longest.from,
    longestGapAt: longest?.from ?? null,
    unavailableMs,
    unavailablePercent: endMs > 0 ? Math.round((unavailableMs / endMs) * 1000) / 10 : 0,
    gaps,
  };
}

/** The bars for a run with these kinds of faults; none where the network was cut: what a cut costs is for the cut to say. */
export function barsFor(groups: readonly FaultGroup[], availability: Availability): Bar[] {
  const { longestGapMs, unavailablePercent } = availability;
  const gap = (limit: number, what: string): Bar => ({
    what,
    limit,
    unit: "ms",
    value: longestGapMs,
    met: longestGapMs <= limit,
  });
  if (groups.includes("network") || groups.length === 0) return [];
  if (groups.includes("pauses")) return [gap(8000, "longest time without an acknowledged write, with pauses")];
  return [
    gap(2000, "longest time without an acknowledged write, kills only"),
    {
      what: "time without acknowledged writes in all, kills only",
      limit: 5,
      unit: "%",
      value: unavailablePercent,
      met: unavailablePercent <= 5,
    },
  ];
}

/** The longest stretch without an acknowledgement that began while the fault lasted or soon after it struck, ms. */
export function quietAfter(fault: Pick<Fault, "at" | "until">, gaps: readonly Gap[]): number {
  const until = Math.max(fault.at + CAUSED_WITHIN_MS, Math.min(fault.until, fault.at + 60_000));
  const caused = gaps.filter(({ from, to }) => to > fault.at && from < until);
  return caused.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
}

/** Acknowledgements per bucket over the run. */
export interface Rate {
  readonly bucketMs: number;
  readonly counts: readonly number[];
}

/** Counts acknowledgements in at most 240 buckets of 250 ms or more. */
export function rateOf(sends: readonly Send[], endMs: number): Rate {
  const bucketMs = Math.max(BUCKET_MIN_MS, Math.ceil(endMs / BUCKETS_MAX / BUCKET_MIN_MS) * BUCKET_MIN_MS);
  const counts = Array.from({ length: Math.max(1, Math.ceil(endMs / bucketMs)) }, () => 0);
  for (const { ending, endedAt } of sends) {
    const bucket = Math.floor(endedAt / bucketMs);
    if (ending === "acknowledged" && bucket < counts.length) counts[bucket]! += 1;
  }
  return { bucketMs, counts };
}

/** The value below which `part` (0 to 1) of them lie; 0 of none. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
