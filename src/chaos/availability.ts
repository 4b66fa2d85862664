/** How available writing was: acknowledgements over time, and the gaps between them. Pure. */
import type { Send } from "./history.ts";
import type { Fault } from "./faults.ts";
import type { FaultGroup } from "./schedule.ts";

/** A gap of this length or more counts as unavailable in its whole length, because a person would notice it. */
export const UNAVAILABLE_FROM_MS = 250;
/** A gap is attributed to a fault if it begins within this time after the fault. */
const CAUSED_WITHIN_MS = 2500;
const BUCKETS_MAX = 240;
const BUCKET_MIN_MS = 250;

/** A time without an acknowledgement, ms since the start of the run. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A limit that we promise for the faults of a run, and whether the run met it. */
export interface Bar {
  readonly what: string;
  readonly limit: number;
  readonly unit: "ms" | "%";
  readonly value: number;
  readonly met: boolean;
}

export interface Availability {
  readonly longestGapMs: number;
  /** When the longest gap began, ms since the start. */
  readonly longestGapAt: number | null;
  readonly unavailableMs: number;
  /** Per cent of the time of the run. */
  readonly unavailablePercent: number;
  readonly gaps: readonly Gap[];
}

/** The gaps of UNAVAILABLE_FROM_MS or more from 0 to `endMs`, including those at the beginning and at the end. */
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

/** The bars for a run with these groups of faults. None for network faults, because their cost depends on the cut. */
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

/** The longest gap that overlaps the fault (its first 60 s at most) or the 2.5 s after it struck, ms. */
export function quietAfter(fault: Pick<Fault, "at" | "until">, gaps: readonly Gap[]): number {
  const until = Math.max(fault.at + CAUSED_WITHIN_MS, Math.min(fault.until, fault.at + 60_000));
  const caused = gaps.filter(({ from, to }) => to > fault.at && from < until);
  return caused.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
}

/** Acknowledgements per bucket of time. */
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

/** The value below which `part` (0 to 1) of the sorted values lie; 0 if there are none. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}
