/** Describes in words how far clocks are apart. */

const UNITS = [
  ["year", 365 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** A little less than two days still counts as two days. */
const NEARLY_TWO = 1.95;

/** A duration in the largest unit of which it has about two or more, such as "2 days" or "90 seconds". */
export function roughly(ms: number): string {
  const length = Math.abs(ms);
  const [unit, size] = UNITS.find(([, unitMs]) => length >= NEARLY_TWO * unitMs) ?? (["second", 1000] as const);
  return `${Math.round(length / size)} ${unit}s`;
}

/** Such as "2 days fast" (`ms` > 0) or "2 days slow". */
export function offText(ms: number): string {
  return `${roughly(ms)} ${ms > 0 ? "fast" : "slow"}`;
}
