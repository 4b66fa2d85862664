/** How far clocks are apart, in words. */

const UNITS = [
  ["year", 365 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** Two days less a moment are two days. */
const NEARLY_TWO = 1.95;

/** "2 days", "90 seconds": to one unit, of which there are at least two. */
export function roughly(ms: number): string {
  const length = Math.abs(ms);
  const [unit, size] = UNITS.find(([, unitMs]) => length >= NEARLY_TWO * unitMs) ?? (["second", 1000] as const);
  return `${Math.round(length / size)} ${unit}s`;
}

/** "2 days fast". */
export function offText(ms: number): string {
  return `${roughly(ms)} ${ms > 0 ? "fast" : "slow"}`;
}
